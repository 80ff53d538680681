"""Rules about the configuration: what is wrong, dropped, misspelt, or sends no cookies."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flask import Flask

from ...errors import Problem
from ...options.reader import misspelt_keys, switched_off_by
from ...options.schema import OPTIONS
from ...resolution.compile import allowed_without_origins
from ...resolution.unused import Unused, unused
from ..app_cookies import read_cookie
from ..public_suffixes import registrable_domain
from ..text import some
from .origins import host_of, is_local
from .rules import rule
from .subject import Found, Subject

# What django-cors-headers, Starlette and other libraries call their settings.
OTHER_LIBRARIES: Final = {
    "CORS_ALLOW_ALL_ORIGINS": "CORS_ORIGINS = '*'",
    "CORS_ALLOW_CREDENTIALS": "CORS_SUPPORTS_CREDENTIALS",
    "CORS_ALLOW_ORIGIN": "CORS_ORIGINS",
    "CORS_ALLOW_ORIGIN_REGEX": "CORS_ORIGINS",
    "CORS_ALLOW_ORIGINS": "CORS_ORIGINS",
    "CORS_ALLOWED_HEADERS": "CORS_ALLOW_HEADERS",
    "CORS_ALLOWED_METHODS": "CORS_METHODS",
    "CORS_ALLOWED_ORIGIN": "CORS_ORIGINS",
    "CORS_ALLOWED_ORIGIN_REGEXES": "CORS_ORIGINS",
    "CORS_ALLOWED_ORIGINS": "CORS_ORIGINS",
    "CORS_ALLOW_METHODS": "CORS_METHODS",
    "CORS_EXPOSED_HEADERS": "CORS_EXPOSE_HEADERS",
    "CORS_ORIGIN_ALLOW_ALL": "CORS_ORIGINS = '*'",
    "CORS_ORIGIN_REGEX_WHITELIST": "CORS_ORIGINS",
    "CORS_ORIGIN_WHITELIST": "CORS_ORIGINS",
    "CORS_PREFLIGHT_MAX_AGE": "CORS_MAX_AGE",
    "CORS_URLS_REGEX": "CORS_RESOURCES",
    "CORS_WHITELIST": "CORS_ORIGINS",
}


@rule("CORS001", "error", "an error in the configuration")
def config_errors(subject: Subject) -> Iterator[Found]:
    yield from map(Found.of, subject.problems)


@rule("CORS013", "error", "options that cannot be granted together: one of them is dropped")
def possible_conflicts(subject: Subject) -> Iterator[Found]:
    yield from map(Found.of, _conflicts(subject))


@rule("CORS031", "warning", "a value that is dropped, so that less is granted than it says")
def degraded(subject: Subject) -> Iterator[Found]:
    others = _conflicts(subject)
    found = {str(item): item for item in subject.policies.degraded if item not in others}
    for problem in found.values():
        if not _is_foreign_key(problem):
            yield Found.of(problem)


def _conflicts(subject: Subject) -> list[Problem]:
    problems = {str(item): item for policy in subject.policies.all for item in policy.degraded}
    return list(problems.values())


def _is_foreign_key(problem: Problem) -> bool:
    """Return whether this is a config key that is no option, which has rules of its own."""
    keys = {row.key for row in OPTIONS.values()}
    return problem.option == problem.source.place and problem.option not in keys


@rule("CORS019", "warning", "a misspelt config key")
def misspelt(subject: Subject) -> Iterator[Found]:
    for key, meant in misspelt_keys(subject.app.config):
        if key not in OTHER_LIBRARIES:
            reason = f"this config key is not an option of CORS{_effect(subject, meant)}"
            yield Found(key, reason, f"Is {meant} meant?")
    for key in switched_off_by(subject.app.config):
        reason = "this config key is not an option of CORS, and CORS stays on"
        yield Found(key, reason, "Leave out the call of CORS where it is to be off.")


@rule("CORS030", "warning", "a config key of another library")
def other_libraries(subject: Subject) -> Iterator[Found]:
    for key, meant in OTHER_LIBRARIES.items():
        if key not in subject.app.config:
            continue
        option = meant.partition(" ")[0]
        hint = f"Write {meant}, and remove {key}."
        if option in subject.app.config:
            hint = f"{option} is set, and is used: remove {key}."
        reason = "this is how another library calls the setting; it has no effect here"
        yield Found(key, f"{reason}{_effect(subject, meant)}", hint)


def _effect(subject: Subject, meant: str) -> str:
    """Return what holds as a key is ignored that was meant for ``origins``."""
    policies = subject.policies_or_none
    is_origins = meant.partition(" ")[0] == OPTIONS["origins"].key
    holds = allowed_without_origins(policies.all) if policies and is_origins else ""
    return f", so {holds}" if holds else ""


@rule("CORS027", "warning", "a CORS object that no app was given")
def objects_without_an_app(subject: Subject) -> Iterator[Found]:
    found = _unused_in(subject.app)
    if any(item.exists for item in found):
        # What is only garbage is not named: only the collector knows, and it runs seldom.
        gc.collect()
        found = _unused_in(subject.app)
    for source, _ in found:
        yield Found.at(
            source,
            "no app and no blueprint was given to this object, so its options have no effect",
            "Write CORS(app, ...), or call init_app(app) on it.",
        )


def _unused_in(app: Flask) -> list[Unused]:
    """Return the unused objects of *app*'s own code: one process may hold several apps.

    Of an object that is gone, only one made in the module of the app is certain to be the app's.
    """
    folder, module = _folder_of(app), _file_of(app.import_name)
    return [
        item
        for item in unused()
        if item.source.file == module or (item.exists and _is_below(item.source.file, folder))
    ]


def _file_of(module: str) -> str | None:
    return getattr(sys.modules.get(module), "__file__", None)


def _folder_of(app: Flask) -> str:
    """Return the folder of the top-level package of *app*, or that of its module."""
    package = sys.modules.get(app.import_name.partition(".")[0])
    return next(iter(getattr(package, "__path__", ())), app.root_path)


def _is_below(file: str | None, folder: str) -> bool:
    return file is not None and Path(file).is_relative_to(folder)


# -- cookies ---------------------------------------------------------------------------


@rule("CORS029", "warning", "credentials for another site, which the session cookie never reaches")
def session_cookies(subject: Subject) -> Iterator[Found]:
    """See draft-ietf-httpbis-rfc6265bis, "SameSite" and its default, and "None" and Secure."""
    origins, cookie = _on_other_sites(subject), read_cookie(subject.app.config)
    reaches = cookie.same_site == "None"
    if origins and subject.app.secret_key and not (reaches and cookie.secure):
        key, why = "SESSION_COOKIE_SAMESITE", f"is {cookie.same_site!a}"
        if not cookie.same_site:
            why = "is not set, which browsers read as 'Lax'"
        if reaches:
            key, why = "SESSION_COOKIE_SECURE", "is off, and browsers drop such a cookie"
        yield Found(
            key,
            f"{key} {why}: where a page of {some(origins)} is on a different site from the API, "
            "its requests carry no session cookie, although credentials are allowed",
            "Write SESSION_COOKIE_SAMESITE = 'None' and SESSION_COOKIE_SECURE = True, and serve "
            "the API over https; ignore this id where they are on one site.",
        )


def _on_other_sites(subject: Subject) -> list[str]:
    """Return the patterns that get credentials and may match pages on a different site."""
    patterns: set[str] = set()
    for row in subject.rows:
        if row.policy and row.policy.settings["supports_credentials"].value:
            patterns.update(row.policy.origins.patterns())
    remote = sorted(text for text in patterns if not is_local(text))
    server: str = subject.app.config["SERVER_NAME"] or ""
    return _elsewhere(remote, server.partition(":")[0]) if server else remote


def _elsewhere(patterns: list[str], server: str) -> list[str]:
    """Return the patterns that are not of the site that *server* belongs to."""
    domain_of = registrable_domain()
    site = domain_of(server) or server
    hosts = ((text, host_of(text)) for text in patterns)
    return [text for text, host in hosts if "://" not in text or (domain_of(host) or host) != site]
