"""Guesses which option a misspelt name means, and what its value says.

Knows one name and its value; what is to be done about it is for :mod:`.unknown`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from .parsers import CONFIG_FLAGS
from .schema import OPTIONS

# Names people write from memory, which difflib would take for another option, or for none.
_SYNONYMS: Final = {
    **dict.fromkeys(
        (
            *("allow_origin", "allow_origins", "allowed_origin", "allowed_origins", "domains"),
            *("allow_origin_regex", "origin_regex", "origin_regexes", "origins_regex", "domain"),
            *("allowed_domains", "allowed_hosts", "hosts", "whitelist", "origin_whitelist"),
            *("origins_whitelist", "allow_origin_func", "origin_func", "allowed_origin_regexes"),
            *("allowed_domain", "domain_regex", "domains_regex", "allowed_host", "host"),
            *("white_list", "allow_list", "allowlist", "trusted", "restrict_to", "only_from"),
            *("origin_allow_all", "allow_all_origins", "allow_all", "allow_any", "allow"),
            *("allowed", "permit", "permitted", "accept", "accepted", "source", "sources"),
            *("allowed_sites", "trusted_hosts", "trusted_domains", "trusted_sites"),
            *("trusted_origins", "trusted_origin", "trust", "approved", "authorized", "authorised"),
            *("restrict", "restricted_to", "limit", "limit_to", "allow_only", "allow_only_from"),
            *("predicate", "validator", "callback", "func", "fn", "function"),
            *("wildcard", "allow_wildcard", "wildcard_origin", "wildcard_origins"),
            *("origin_regex_whitelist", "allow_from", "remotes", "whitelisted", "safelist"),
        ),
        "origins",
    ),
    **dict.fromkeys(("allow_methods", "allow_method", "allowed_methods", "verbs"), "methods"),
    **dict.fromkeys(
        ("allowed_headers", "allow_header", "allowed_header", "header", "request_headers"),
        "allow_headers",
    ),
    **dict.fromkeys(("accept_headers", "accepted_headers"), "allow_headers"),
    **dict.fromkeys(
        (
            *("path", "paths", "routes", "route", "urls", "url", "url_prefix", "urls_regex"),
            *("url_pattern", "url_patterns", "pattern", "patterns", "prefix", "prefixes"),
            *("only", "include", "includes", "apply_to", "endpoint", "endpoints", "views"),
            *("blueprint", "blueprints", "namespace", "namespaces", "view", "scope", "mount"),
            *("api", "api_prefix", "base_path", "mapping", "path_prefix", "subpath", "uri", "uris"),
            *("url_rule", "match", "matches", "location", "locations", "root"),
        ),
        "resources",
    ),
    **dict.fromkeys(("exposed_headers", "exposed_header", "expose"), "expose_headers"),
    **dict.fromkeys(
        (
            *("allow_credentials", "allow_cookies", "credentials", "with_credentials"),
            *("allow_auth", "allow_authentication", "auth", "authentication", "creds", "session"),
        ),
        "supports_credentials",
    ),
    **dict.fromkeys(("allow_pna", "pna", "private_network"), "allow_private_network"),
    "preflight_max_age": "max_age",
}
_WORDS: Final = {
    "origin": "origins",
    "method": "methods",
    "verb": "methods",
    "resource": "resources",
    "credential": "supports_credentials",
    "cookies": "supports_credentials",
    "expos": "expose_headers",
    "header": "allow_headers",
}
# What a name ends in says more than how its letters compare with an option's.
_ENDINGS: Final = {
    r"(?<!vary_)(?<!exposed_)(?<!expose_)headers?|hdrs?": "allow_headers",
    r"methods?|verbs?": "methods",
    r"(?:origins?|orgins?|orignis?|origns?|sources?)": "origins",
}
# Words for callers: origins, where the value looks like hosts.
_CALLERS: Final = re.compile(
    r"(?:\w+_)?(?:front_?ends?|clients?|sites?|spas?|partners?|consumers?|referr?ers?|callers?"
    r"|web_?apps?|web_?sites?|pages?|peers?|hosts?|domains?|tenants?|ips?|uis?|dashboards?"
    r"|externals?|remotes?)(?:_(?:urls?|hosts?|domains?|list|address(?:es)?))?"
)
_HOST: Final = re.compile(
    r"localhost|(?:[\w*-]+\.)*[\w*-]+(?::[0-9*]+|\.[a-z]{2,24})/?", re.IGNORECASE
)
_URL: Final = re.compile(
    r"(?:https?|[a-z-]+-extension|app|capacitor|ionic|tauri)://", re.IGNORECASE
)
# Where the app's own services and documents are.
_OTHER_URL: Final = re.compile(r"docs?_|home_?page|descr|contact|terms|license|redis|broker|sentry")
_METHOD: Final = re.compile(r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS")
# A function under such a name says who is let in.
_DECIDING: Final = re.compile(
    r"allow|check|valid|verif|match|filter|predicate|decid|permit|trust|authori|guard"
)
#: Options that take lists: `True` says that anything is allowed.
LISTS: Final = frozenset({"origins", "resources", "methods", "allow_headers", "expose_headers"})
#: What happens where one of these is left out, and was to close something.
WITHOUT: Final = {
    "origins": "more origins are allowed",
    "resources": "more paths are open",
    "methods": "more methods are allowed",
    "allow_headers": "more headers are allowed",
    "enforce": "nothing is refused",
}
RESTRICTING: Final = frozenset(WITHOUT)
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
# A function under such a name is told of what was kept out, and keeps nothing out itself.
_HANDLING: Final = re.compile(
    r"(?:^|_)(?:on|after|handlers?|hooks?|callbacks?|responses?|log(?:ger)?|report(?:er)?|notify"
    r"|signals?|messages?|render(?:er)?|templates?|errors?)(?:_|\Z)"
)
# A flag that is named so wants a check of the origin: that is what `enforce` does.
_CHECKING: Final = re.compile(r"check|verif|validat|strict|requir|enforc|same_|only|force")
_ON: Final = re.compile(r"(?:is_|cors_)?(?:enabled?|active|activated?|on|use|allow)(?:_cors)?|cors")
_OFF: Final = re.compile(
    r"(?:is_|cors_)?(?:disabled?|(?:turn_)?off|inactive|deactivated?|exempt)(?:_cors)?|no_?cors"
)
_NEGATED: Final = re.compile(
    r"(?:^|_)(?:no|not|non|never|disabled?|without|omit|deny|forbid|block|disallow|exclude|reject"
    r"|refuse|ignore|skip|drop|strip)_?(?=cred|cookie|auth|session)"
)
# What `fetch` in a browser takes for credentials, and other words.
_OF_FETCH: Final = {
    **dict.fromkeys(("omit", "same-origin", "none", "never", ""), False),
    "include": True,
}
_EVERYTHING: Final = frozenset(
    {"", "*", "/*", "/.*", ".*", "/", r"^/.*", r"^/.*$", r"^.*", r"^.*$", "/**"}
)
_ANY: Final = frozenset({"*", ".*", "^.*", "^.*$", "all", "any"})


def synonym(name: str) -> str | None:
    """Return the option that people call *name*, where no letter is wrong."""
    return _SYNONYMS.get(name.lower())


def plain(name: str) -> str:
    """Return a name in small letters, with underscores, and without what says CORS."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    text = re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")
    return text.removeprefix("cors_").removeprefix("access_control_")


def near(name: str) -> str | None:
    """Return the option that *name*, which is none, was most likely meant to be."""
    text = plain(name)
    if text in _SYNONYMS:
        return _SYNONYMS[text]
    if re.fullmatch(r"enforc\w*|forced?(?:_cors)?", text) and "origin" not in text:
        return "enforce"
    if "origin" in text:
        return "origins"
    bare = _NEGATED.sub("", text)
    if bare in _SYNONYMS:
        return _SYNONYMS[bare]
    for ending, option in _ENDINGS.items():
        if re.search(rf"(?:^|_)(?:{ending})\Z", text):
            return option
    known = [option for option in OPTIONS if option != "headers"]
    close = difflib.get_close_matches(text, known, 1)
    return close[0] if close else _of_word(text)


def _of_word(text: str) -> str | None:
    """Return the option that a name is about by one of its words, such as ``api_methods``."""
    return next((option for word, option in _WORDS.items() if word in text), None)


def near_or_same(name: str) -> str | None:
    """Return the option called *name*, or the one that was most likely meant."""
    return name if name in OPTIONS else near(name)


def meant_by(name: str, value: object) -> str | None:
    """Return the option that a name was meant to be, by its value too: ``frontend="a.com"``."""
    text, items = plain(name), texts_in(value)
    by_value = _of_value(text, value, items)
    meant = by_value or near(name)
    named = text in _SYNONYMS or _of_word(text) is not None or _is_typo(text)
    if isinstance(value, int) and not named and meant in LISTS:
        return None  # by chance: a list is no flag
    if meant == "enforce" and not isinstance(value, int | str):
        return _of_word(text)
    if meant == "supports_credentials" and flag(value) is None and "credential" not in text:
        return None  # a cookie's name, path and so on
    return meant


def _is_typo(text: str) -> bool:
    """Return whether a letter or two are wrong in the name of an option that restricts."""
    return bool(difflib.get_close_matches(text, RESTRICTING, 1, 0.8))


def _of_value(text: str, value: object, items: list[str]) -> str | None:
    """Return the option that can only be meant by a value; by no name that is sure."""
    if holds_resources(value):
        return "resources"
    if any(_URL.match(item.lstrip("[('\" ")) for item in items) and not _OTHER_URL.search(text):
        return "origins"
    held = value.values() if isinstance(value, Mapping) else held_by(value)
    patterns = [each for each in held if isinstance(each, re.Pattern)]
    if patterns:
        named = near(text)
        by_pattern = "resources" if is_path(patterns[0].pattern) else "origins"
        return named if named in LISTS else by_pattern
    if any(map(callable, held_by(value))):
        return "origins" if _DECIDING.search(text) else None
    if _of_word(text) or not items:
        return None
    if _CALLERS.fullmatch(text) and any(map(_HOST.fullmatch, items)):
        return "origins"
    return "methods" if all(map(_METHOD.fullmatch, items)) else None


def texts_in(value: object) -> list[str]:
    """Return the texts that a value holds, those of a mapping aside."""
    return [item for item in held_by(value) if isinstance(item, str)]


def held_by(value: object, depth: int = 3) -> Iterator[object]:
    """Yield what a value holds in collections, mappings aside; a text of bytes as text.

    What can be read only once is not read.
    """
    if isinstance(value, bytes | bytearray):
        yield value.decode("latin-1")
    elif isinstance(value, str | Mapping) or not isinstance(value, Collection) or not depth:
        yield value
    else:
        for each in value:
            yield from held_by(each, depth - 1)


def holds_resources(value: object) -> bool:
    """Return whether a value has paths as keys, or is a list of patterns."""
    if isinstance(value, Mapping):
        return any(isinstance(key, re.Pattern) or key == "*" or is_path(key) for key in value)
    if isinstance(value, str):
        return is_path(value) and re.search(r"[*^]|\.\+", value) is not None
    return any(map(is_path, texts_in(value)))


def is_path(text: object) -> bool:
    """Return whether a text begins as a path does, or as an expression for paths."""
    return isinstance(text, str) and re.match(r"\^?(?:\.\*)?\\?/", text) is not None


# -- what a value says ---------------------------------------------------------------------


def is_any(option: str, value: object) -> bool:
    """Return whether *value* allows all that *option* could restrict."""
    if option == "enforce":
        return flag(value) is False
    if value is True:
        return option in LISTS
    value = value.pattern if isinstance(value, re.Pattern) else value
    if option == "resources":
        return value is None or covers_everything(value)
    if isinstance(value, str) and value.strip().lower() in _ANY:
        return True
    items = re.split(r"[\s,]+", value) if isinstance(value, str) else value
    return isinstance(items, list | tuple | set | frozenset) and "*" in items


def covers_everything(value: object) -> bool:
    """Return whether resources hold every path, with options that restrict nothing."""
    if isinstance(value, str):
        return value in _EVERYTHING
    if isinstance(value, Mapping):
        return bool(value) and all(
            pattern in _EVERYTHING and isinstance(options, Mapping) and restricts_nothing(options)
            for pattern, options in value.items()
        )
    return any(text in _EVERYTHING for text in texts_in(value))


def restricts_nothing(options: Mapping[Any, Any]) -> bool:
    """Return whether no option in a mapping restricts anything."""
    return not any(_restricts(str(name), value) for name, value in options.items())


def _restricts(name: str, value: object) -> bool:
    meant = near_or_same(name)
    return meant in RESTRICTING and not is_any(meant or "", value)


def holds_options(value: object) -> bool:
    """Return whether a value holds options that restrict, or origins, in tables at any depth."""
    if isinstance(value, Mapping):
        hosts = [*map(str, value), *(each for each in value.values() if isinstance(each, str))]
        urls = any(map(_URL.match, hosts))
        return urls or not restricts_nothing(value) or any(map(holds_options, value.values()))
    tables = value if isinstance(value, list | tuple) else ()
    return any(
        isinstance(each, Mapping) and (holds_resources(each) or holds_options(each))
        for each in tables
    ) or any(map(_URL.match, texts_in(value)))


def flag(value: object) -> object:
    """Return a value, or the word for it in the config, as a flag; ``None`` where it is none."""
    if isinstance(value, str):
        return CONFIG_FLAGS.get(value.strip().lower())
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def credentials_flag(name: str, value: object) -> object:
    """Return what a name for credentials says, ``no_credentials`` and ``"omit"`` as well."""
    word = _OF_FETCH.get(value.lower()) if isinstance(value, str) else None
    found = flag(value) if word is None else word
    return not found if isinstance(found, bool) and _NEGATED.search(plain(name)) else found


def excludes(name: str, value: object) -> bool:
    """Return whether *name* is for what is to be kept out."""
    text = plain(name)
    listed = texts_in(value) or isinstance(value, Mapping) or callable(value)
    alone = _EXCLUDING_LIST.fullmatch(text) and listed
    told = callable(value) and _HANDLING.search(text)
    says_none = not value or value == "none" or told
    return not says_none and bool(alone or _EXCLUDING.search(text))


def checks(name: str) -> bool:
    """Return whether a flag called *name* wants the origin checked."""
    return _CHECKING.search(plain(name)) is not None


def switches_off(name: str, value: object) -> bool:
    """Return whether CORS is to be off altogether: ``enabled=False``, ``disable=True``."""
    text = name.lower()
    if _OFF.fullmatch(text):
        return flag(value) is True
    return flag(value) is False and _ON.fullmatch(text) is not None
