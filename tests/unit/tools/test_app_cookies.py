"""Which of the app's cookies a browser sends with a page's request."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.tools.app_cookies import CookieProblem, cookie_problems
from flask_cors.tools.public_suffixes import is_same_site

API = "https://api.example.com/me"
SAME, OTHER = "https://app.example.com", "https://app.other.example"
NONE = {"SESSION_COOKIE_SAMESITE": "None"}
SECURE = {"SESSION_COOKIE_SECURE": True}


def problem_of(config: dict[str, Any], origin: str, url: str) -> CookieProblem | None:
    """Return the problem of the session cookie, ``None`` where it is sent."""
    return next(cookie_problems(config, origin, url), None)


@pytest.mark.parametrize(
    ("config", "origin", "url", "words"),
    [
        ({}, SAME, API, None),
        ({"SESSION_COOKIE_SAMESITE": "Strict"}, SAME, API, None),
        ({}, OTHER, API, "a different site (SameSite is Lax by default)"),
        ({"SESSION_COOKIE_SAMESITE": None}, OTHER, API, "Lax by default"),
        ({"SESSION_COOKIE_SAMESITE": "lax"}, OTHER, API, "a different site (SameSite=Lax)"),
        ({"SESSION_COOKIE_SAMESITE": "Strict"}, OTHER, API, "SameSite=Strict"),
        (SECURE, OTHER, API, "Lax by default"),
        ({**NONE, **SECURE}, OTHER, API, None),
        (NONE, OTHER, API, "SameSite=None without Secure"),
        (NONE, SAME, API, "SameSite=None without Secure"),
        ({**NONE, "SESSION_COOKIE_PARTITIONED": True}, OTHER, API, None),
        ({"SESSION_COOKIE_PARTITIONED": True}, OTHER, API, "Lax by default"),
        ({}, "null", API, "a different site"),
        ({**NONE, **SECURE}, "null", API, None),
        # The scheme belongs to the site.
        ({}, "http://app.example.com", API, "a different site"),
        ({**NONE, **SECURE}, OTHER, "http://api.example.com/", "over plain http: it is Secure"),
        (SECURE, "http://app.example.com", "http://api.example.com/", "over plain http"),
        # Ports do not, and this machine counts as secure.
        ({}, "http://localhost:3000", "http://localhost:5000/", None),
        (SECURE, "http://localhost:3000", "http://localhost:5000/", None),
        ({}, "http://localhost:3000", "http://127.0.0.1:5000/", "a different site"),
        ({**NONE, **SECURE}, "http://localhost:3000", "http://127.0.0.1:5000/", None),
        ({}, "http://10.0.0.1", "http://10.0.0.2/", "a different site"),
        ({}, "https://a.co.uk", "https://b.co.uk/", "a different site"),
        ({}, "https://a.github.io", "https://b.github.io/", "a different site"),
    ],
)
def test_whether_the_session_cookie_is_sent(
    config: dict[str, Any], origin: str, url: str, words: str | None
) -> None:
    problem = problem_of(config, origin, url)
    if words is None:
        assert problem is None
    else:
        assert problem is not None
        assert "session cookie" in problem.reason
        assert words in problem.reason
        assert problem.hint


def test_what_to_write_is_enough() -> None:
    problem = problem_of({}, OTHER, API)
    assert problem is not None
    assert problem.hint == (
        "Set SESSION_COOKIE_SAMESITE = 'None' and SESSION_COOKIE_SECURE = True, or serve the page "
        "and the API from one site."
    )
    followed = {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True}
    assert problem_of(followed, OTHER, API) is None
    over_http = problem_of({}, OTHER, "http://api.example.com/")
    assert over_http is not None
    assert over_http.hint.endswith("Serve the API over https.")


def test_the_cookie_of_flask_login_counts_where_it_is_configured() -> None:
    config = {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True}
    assert list(cookie_problems(config, OTHER, API)) == []
    config["REMEMBER_COOKIE_SECURE"] = True
    (problem,) = cookie_problems(config, OTHER, API)
    assert "remember cookie" in problem.reason
    assert "REMEMBER_COOKIE_SAMESITE" in str(problem)


def test_a_site_without_the_list_of_public_suffixes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "publicsuffixlist", None)
    assert is_same_site("https://app.example.com", API)
    assert not is_same_site(OTHER, API)
    assert is_same_site("http://localhost:1", "http://localhost:2/")
