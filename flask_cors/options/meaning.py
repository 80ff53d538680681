"""What an unknown option was meant to do, by its name and its value together.

Knows one name and its value; what is to be done about it is for :mod:`.unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .names import NEGATED, is_typo, near, of_word, plain, synonym
from .values import LISTS, URL, flag, held_by, holds_resources, is_path, texts_in

# Words for callers: origins, where the value looks like hosts.
_CALLERS: Final = re.compile(
    r"(?:\w+_)?(?:front_?ends?|clients?|sites?|spas?|partners?|consumers?|referr?ers?|callers?"
    r"|web_?apps?|web_?sites?|pages?|peers?|hosts?|domains?|tenants?|ips?|uis?|dashboards?"
    r"|externals?|remotes?)(?:_(?:urls?|hosts?|domains?|list|address(?:es)?))?"
)
_HOST: Final = re.compile(
    r"localhost|(?:[\w*-]+\.)*[\w*-]+(?::[0-9*]+|\.[a-z]{2,24})/?", re.IGNORECASE
)
# Where the app's own services and documents are.
_OTHER_URL: Final = re.compile(r"docs?_|home_?page|descr|contact|terms|license|redis|broker|sentry")
_METHOD: Final = re.compile(r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS")
# A function with such a name decides which origins are allowed.
_DECIDING: Final = re.compile(
    r"allow|check|valid|verif|match|filter|predicate|decid|permit|trust|authori|guard"
)
# What is named so is to be kept out; no option does that. Whole words: what holds the letters of
# one, such as known_origins or stripe_origins, names what is let in.
_EXCLUDING: Final = re.compile(
    r"(?:^|_)(?:block(?:s|ed|ing|_?list(?:ed)?)?|black_?list(?:s|ed)?|deny\w*|denied|disallow\w*"
    r"|exclu[ds]\w*|forbid\w*|reject\w*|refus\w*|ban|bans|banned|untrust\w*)(?:_|\Z)"
    r"|(?:^|_)(?:ignor\w*|skip\w*|exempt\w*|without|except\w*|not|non\w*|no|remov\w*|omit\w*"
    r"|drop(?:s|ped)?|strip(?:s|ped)?|never)_(?:\w+_)?"
    r"(?:path|url|route|endpoint|view|blueprint|origin|host|domain|method|header|regex)"
    r"|(?:^|_)(?:protected|private|secure|internal|restricted)_(?:path|url|route|endpoint|view)"
)
_EXCLUDING_LIST: Final = re.compile(
    r"(?:ignored?|skip|exempt(?:ed)?|without|except|omit|unless|ban|banned)(?:_(?:if|when))?"
)
# A function under such a name is called for what was kept out, and keeps nothing out itself.
_HANDLING: Final = re.compile(
    r"(?:^|_)(?:on|after|handlers?|hooks?|callbacks?|responses?|log(?:ger)?|report(?:er)?|notify"
    r"|signals?|messages?|render(?:er)?|templates?|errors?)(?:_|\Z)"
)
_ON: Final = re.compile(r"(?:is_|cors_)?(?:enabled?|active|activated?|on|use|allow)(?:_cors)?|cors")
_OFF: Final = re.compile(
    r"(?:is_|cors_)?(?:disabled?|(?:turn_)?off|inactive|deactivated?|exempt)(?:_cors)?|no_?cors"
)
# What `fetch` in a browser takes for credentials, and other words.
_OF_FETCH: Final = {
    **dict.fromkeys(("omit", "same-origin", "none", "never", ""), False),
    "include": True,
}


def meant_by(name: str, value: object) -> str | None:
    """Return the option that a name was meant to be, by its value too: ``frontend="a.com"``."""
    text, items = plain(name), texts_in(value)
    by_value = _of_value(text, value, items)
    meant = by_value or near(name)
    named = synonym(text) is not None or of_word(text) is not None or is_typo(text)
    if isinstance(value, int) and not named and meant in LISTS:
        return None  # by chance: a list is no flag
    if meant == "enforce" and not isinstance(value, int | str):
        return of_word(text)
    if meant == "supports_credentials" and flag(value) is None and "credential" not in text:
        return None  # a cookie's name, path and so on
    return meant


def _of_value(text: str, value: object, items: list[str]) -> str | None:
    """Return the option that can only be meant by a value; by no name that is sure."""
    if holds_resources(value):
        return "resources"
    if any(URL.match(item.lstrip("[('\" ")) for item in items) and not _OTHER_URL.search(text):
        return "origins"
    held = value.values() if isinstance(value, Mapping) else held_by(value)
    patterns = [each for each in held if isinstance(each, re.Pattern)]
    if patterns:
        named = near(text)
        by_pattern = "resources" if is_path(patterns[0].pattern) else "origins"
        return named if named in LISTS else by_pattern
    if any(map(callable, held_by(value))):
        return "origins" if _DECIDING.search(text) else None
    if of_word(text) or not items:
        return None
    if _CALLERS.fullmatch(text) and any(map(_HOST.fullmatch, items)):
        return "origins"
    return "methods" if all(map(_METHOD.fullmatch, items)) else None


def credentials_flag(name: str, value: object) -> object:
    """Return what a name for credentials says, ``no_credentials`` and ``"omit"`` as well."""
    word = _OF_FETCH.get(value.lower()) if isinstance(value, str) else None
    found = flag(value) if word is None else word
    return not found if isinstance(found, bool) and NEGATED.search(plain(name)) else found


def excludes(name: str, value: object) -> bool:
    """Return whether *name* is for what is to be kept out."""
    text = plain(name)
    listed = texts_in(value) or isinstance(value, Mapping) or callable(value)
    alone = _EXCLUDING_LIST.fullmatch(text) and listed
    is_handler = callable(value) and _HANDLING.search(text)
    says_none = not value or value == "none" or is_handler
    return not says_none and bool(alone or _EXCLUDING.search(text))


def switches_off(name: str, value: object) -> bool:
    """Return whether CORS is to be off altogether: ``enabled=False``, ``disable=True``."""
    text = name.lower()
    if _OFF.fullmatch(text):
        return flag(value) is True
    return flag(value) is False and _ON.fullmatch(text) is not None
