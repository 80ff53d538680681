"""Which option a misspelt name means, by the name alone.

Used only where a name is wrong; what its value says is read in :mod:`.values`.
"""

from __future__ import annotations

import difflib
import re
from typing import Final

from .schema import OPTIONS

# Names that people guess, which difflib would take for another option, or for none.
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
# A flag that is named so wants a check of the origin: that is what `enforce` does.
_CHECKING: Final = re.compile(r"check|verif|validat|strict|requir|enforc|same_|only|force")
#: Comes before a word for credentials in ``no_cookies``.
NEGATED: Final = re.compile(
    r"(?:^|_)(?:no|not|non|never|disabled?|without|omit|deny|forbid|block|disallow|exclude|reject"
    r"|refuse|ignore|skip|drop|strip)_?(?=cred|cookie|auth|session)"
)
#: Options without which something is open that they could close.
RESTRICTING: Final = frozenset(name for name, row in OPTIONS.items() if row.without)


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
    bare = NEGATED.sub("", text)
    if bare in _SYNONYMS:
        return _SYNONYMS[bare]
    for ending, option in _ENDINGS.items():
        if re.search(rf"(?:^|_)(?:{ending})\Z", text):
            return option
    known = [option for option in OPTIONS if option != "headers"]
    close = difflib.get_close_matches(text, known, 1)
    return close[0] if close else of_word(text)


def of_word(text: str) -> str | None:
    """Return the option that a name is about by one of its words, such as ``api_methods``."""
    return next((option for word, option in _WORDS.items() if word in text), None)


def near_or_same(name: str) -> str | None:
    """Return the option called *name*, or the one that was most likely meant."""
    return name if name in OPTIONS else near(name)


def is_typo(text: str) -> bool:
    """Return whether a letter or two are wrong in the name of an option that restricts."""
    return bool(difflib.get_close_matches(text, RESTRICTING, 1, 0.8))


def checks(name: str) -> bool:
    """Return whether a flag called *name* wants the origin checked."""
    return _CHECKING.search(plain(name)) is not None
