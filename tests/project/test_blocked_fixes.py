"""What the page about blocked requests gives as cause does cause it, and its fix mends it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS
from flask_cors.testing import Browser, CORSBlocked
from tests.blocked_page import entries

PAGE, OTHER = "https://app.example.com", "https://other.example.com"
API = "https://api.example.com"

Options = dict[str, Any]
INCLUDE = {"credentials": "include"}
TOKEN = {"headers": {"Authorization": "Bearer x"}}

# Step, what causes it, what the page asks for, and what the page's fix comes to.
CASES: list[tuple[str, Options, Options, Options]] = [
    ("allow-origin-missing", {"origins": OTHER}, {}, {"origins": [OTHER, PAGE]}),
    ("allow-origin-missing", {"resources": "/elsewhere"}, {}, {"resources": "/*"}),
    ("allow-origin-missing", {"origins": PAGE + ":8443"}, {}, {"origins": PAGE}),
    (
        "allow-origin-wildcard",
        {"send_wildcard": True},
        INCLUDE,
        {"origins": PAGE, "supports_credentials": True},
    ),
    (
        "allow-credentials",
        {"origins": PAGE},
        INCLUDE,
        {"origins": PAGE, "supports_credentials": True},
    ),
    ("preflight-method", {"methods": "GET"}, {"method": "PUT"}, {"methods": ["GET", "PUT"]}),
    (
        "preflight-header",
        {"allow_headers": "X-Other"},
        {"headers": {"X-Own": "1"}},
        {"allow_headers": ["X-Other", "X-Own"]},
    ),
    (
        "preflight-header",
        {"allow_headers": "X-Other"},
        {"method": "POST", "json": {}},
        {"allow_headers": ["X-Other", "Content-Type"]},
    ),
    (
        "preflight-authorization",
        {"allow_headers": "X-Other"},
        TOKEN,
        {"allow_headers": ["X-Other", "Authorization"]},
    ),
]


def page(options: Options) -> Browser:
    app = Flask(__name__, static_folder=None)
    CORS(app, **options)
    app.add_url_rule("/thing", "thing", lambda: "x", methods=["GET", "POST", "PUT"])
    return Browser(app, origin=PAGE, base_url=API)


@pytest.mark.parametrize(("step", "cause", "asked", "fix"), CASES)
def test_the_cause_blocks_and_the_fix_mends(
    step: str, cause: Options, asked: Options, fix: Options
) -> None:
    with pytest.raises(CORSBlocked) as caught:
        page(cause).fetch("/thing", **asked)
    assert caught.value.step == step
    assert entries()[step].matches(str(caught.value))
    assert page(fix).fetch("/thing", **asked).ok
