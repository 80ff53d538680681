"""HTTP authentication with the user name and the password of a URL (RFC 7617).

Nobody is asked for them: what a page has in a URL, or has sent before, is all there is. Sends
nothing.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from .request import FetchRequest
from .sites import includes_credentials, origin_of
from .transport import Headers, Reply, combined, split_value
from .urls import parse

_BASIC = re.compile(r"basic(?:[ \t]+(.*))?", re.IGNORECASE)
_REALM = re.compile(r'realm[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^ \t,]*))', re.IGNORECASE)


def realm_of(reply: Reply) -> str | None:
    """Return the realm for which *reply* asks for a user name, ``None`` where it does not."""
    if reply.status != 401:
        return None
    challenges = split_value(reply.get("WWW-Authenticate") or "")
    found = next((match for each in challenges if (match := _BASIC.fullmatch(each))), None)
    if found is None:
        return None
    realm = _REALM.search(found[1] or "")
    return "" if realm is None else realm[1] or realm[2] or ""


def authorization_of(url: str) -> str | None:
    """Return the ``Authorization`` that the credentials in *url* make, ``None`` without any."""
    if not includes_credentials(url):
        return None
    parsed = parse(url)
    pair = unquote_to_bytes(parsed.username) + b":" + unquote_to_bytes(parsed.password)
    return f"Basic {b64encode(pair).decode()}"


@dataclass
class _Entry:
    """What was last sent to a realm; it goes to all paths below one of its folders."""

    space: tuple[object, str, str]
    value: str
    folders: set[str]

    def depth(self, url: str) -> int:
        """Return how much of the path of *url* its folders name, 0 where it is in none."""
        path = urlsplit(url).path or "/"
        return max((len(each) for each in self.folders if path.startswith(each)), default=0)


class AuthenticationEntries:
    """The authentication entries of one browser."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []

    def add(self, partition: object, url: str, realm: str, value: str) -> None:
        """Remember that the server of *url* has been sent *value* for *realm*."""
        space, folder = (partition, origin_of(url), realm), _folder(url)
        for entry in self._entries:
            if entry.space == space:
                entry.value = value
                entry.folders.add(folder)
                return
        self._entries.append(_Entry(space, value, {folder}))

    def of_url(self, partition: object, url: str) -> str | None:
        """Return what goes with a request to *url* unasked (RFC 7617 section 2.2)."""
        found = [each for each in self._of(partition, url) if each.depth(url)]
        return max(found, key=lambda each: each.depth(url)).value if found else None

    def of_realm(self, partition: object, url: str, realm: str) -> str | None:
        """Return what the server of *url* has been sent for *realm*."""
        found = [each.value for each in self._of(partition, url) if each.space[2] == realm]
        return found[0] if found else None

    def _of(self, partition: object, url: str) -> list[_Entry]:
        own = partition, origin_of(url)
        return [each for each in self._entries if each.space[:2] == own]


class Authentication:
    """The ``Authorization`` of one request (``#http-network-or-cache-fetch``)."""

    def __init__(self, entries: AuthenticationEntries, request: FetchRequest) -> None:
        self._entries = entries
        self._request = request
        self._sent: str | None = None
        self._answer: str | None = None
        self._realm = ""

    def header(self) -> Headers:
        """Return ``Authorization`` where the page has not set it and there is one to send."""
        self._sent = self._answer
        if self._sent is None and self._may_send() and self._url_value() is None:
            self._sent = self._entries.of_url(self._request.partition, self._request.url)
        return () if self._sent is None else (("Authorization", self._sent),)

    def answers(self, reply: Reply) -> bool:
        """Return whether the request is sent again because *reply* asks for a user name.

        It is with what its URL holds, or with what the realm has been sent before.
        """
        realm = realm_of(reply)
        if realm is None or not self._may_send():
            return False
        known = self._entries.of_realm(self._request.partition, self._request.url, realm)
        value = self._url_value() or known
        if value in (None, self._sent):
            return False
        self._answer, self._realm = value, realm
        return True

    def finish(self, reply: Reply) -> None:
        """Remember what has been sent, if *reply* does not refuse it."""
        if self._answer is not None and reply.status != 401:
            request = self._request
            self._entries.add(request.partition, request.url, self._realm, self._answer)

    def _may_send(self) -> bool:
        own = combined(self._request.headers, "Authorization")
        return own is None and self._request.includes_credentials

    def _url_value(self) -> str | None:
        """Return what the URL holds for a request that uses it (use-URL-credentials flag).

        That is an ``XMLHttpRequest``, and the elements ``embed`` and ``object``; a tab uses it,
        too, in place of the standard's prompt.
        """
        by_element = self._request.destination in ("embed", "object")
        uses_it = self._request.is_xhr or self._request.is_top_level or by_element
        return authorization_of(self._request.url) if uses_it else None


def _folder(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[0] + "/"
