"""Whether a regular expression for origins is closed, answered with certainty or a witness.

A pattern is *closed* where it names the owner of every http and https origin that it accepts:

- It spells the registrable domain out (``example.com``, ``example.co.uk``, by the public
  suffix list, with the suffixes of companies such as ``github.io``). A class of up to ten
  letters and digits is such a list of names; ``.``, ``[a-z]`` and what is repeated is none.
- For an IPv4 address it spells the first three numbers out, for an IPv6 address the first four
  groups. Private, loopback and link-local addresses need not be named.
- Names below ``localhost``, ``test`` and ``internal`` need not be named: no one can register
  one. Other names outside the public DNS (``printer``, ``printer.lan``) are anybody's on a
  network; an unbounded set of them is open.

Other schemes belong to browser extensions and app shells and are not judged, as in the
wildcard ``chrome-extension://*``.

The pattern is read into an automaton and the hosts it accepts are searched, so an answer needs
a bounded number of steps for any pattern. Needs the extra ``[cli]``.
"""

from __future__ import annotations

from .examination import Verdict, examine
from .suggestions import suggest_closed

__all__ = ["Verdict", "examine", "suggest_closed"]
