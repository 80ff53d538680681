"""What options may be given where. A line with an ignore is one that mypy refuses with that very
code, and pyright as well: both report an ignore that is needed no longer."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, Flask
from typing_extensions import assert_type

from flask_cors import CORS, cross_origin

app = Flask(__name__)
blueprint = Blueprint("api", __name__)


def is_known(origin: str) -> bool:
    return origin == "https://app.example"


async def is_known_soon(origin: str) -> bool:
    return origin == "https://app.example"


def from_a_file() -> Iterator[str]:
    yield "https://app.example"


# -- origins ---------------------------------------------------------------------------

CORS(app, origins="https://app.example")
CORS(app, origins=re.compile(r"https://\w+\.example"))
CORS(app, origins=is_known)
CORS(app, origins=is_known_soon)
CORS(app, origins=lambda origin: origin.endswith(".example"))
CORS(app, origins=["https://app.example", re.compile(r"https://\w+\.example"), is_known])
CORS(app, origins=("https://app.example",))
CORS(app, origins={"https://app.example"})
CORS(app, origins=frozenset({"https://app.example"}))
CORS(app, origins=from_a_file())

CORS(app, origins=None)  # type: ignore[arg-type]
CORS(app, origins=True)  # type: ignore[arg-type]
CORS(app, origins=b"https://app.example")  # type: ignore[arg-type]
CORS(app, origins=[1])  # type: ignore[list-item]
CORS(app, origins=re.compile(b"https"))  # type: ignore[arg-type]
CORS(app, origins=lambda: True)  # type: ignore[arg-type]
CORS(app, origins=lambda origin: re.match("https", origin))  # type: ignore[arg-type]

# -- everything else -------------------------------------------------------------------

CORS(app, methods="GET", allow_headers="*", expose_headers="X-Total")
CORS(app, methods=["GET", "PUT"], expose_headers={"X-Total", "ETag"})
CORS(app, allow_headers=["X-Api-Key", re.compile("X-App-.*")])
CORS(app, allow_headers=re.compile("X-App-.*"), headers="Content-Type")
CORS(app, max_age=600)
CORS(app, max_age="600")
CORS(app, max_age=timedelta(minutes=10))
CORS(
    app,
    supports_credentials=True,
    send_wildcard=False,
    always_send=True,
    vary_header=True,
    allow_private_network=False,
    intercept_exceptions=False,
)

CORS(app, methods=["GET", 1])  # type: ignore[list-item]
CORS(app, methods=re.compile("GET"))  # type: ignore[arg-type]
CORS(app, expose_headers=[re.compile("X-.*")])  # type: ignore[list-item]
CORS(app, max_age=1.5)  # type: ignore[arg-type]
CORS(app, supports_credentials="False")  # type: ignore[arg-type]
CORS(app, supports_credentials=None)  # type: ignore[arg-type]

# -- names -----------------------------------------------------------------------------

CORS(app, origin="https://app.example")  # type: ignore[call-arg]
CORS(app, support_credentials=True)  # type: ignore[call-arg]
CORS(app, CORS_ORIGINS="*")  # type: ignore[call-arg]
CORS(app, automatic_options=True)  # type: ignore[call-arg]
CORS().init_app(app, origin="*")  # type: ignore[call-arg]

# -- resources -------------------------------------------------------------------------

CORS(app, resources="/api/*")
CORS(app, resources=re.compile("/api/.*"))
CORS(app, resources=["/api/*", re.compile("/v[12]/.*")])
CORS(app, resources={"/api/*": {"origins": "https://app.example", "max_age": 600}})
CORS(app, resources={re.compile("/api/.*"): {"origins": [is_known], "supports_credentials": True}})
CORS(blueprint, resources={"/v1/*": {"methods": "GET"}})

# A dictionary that was made elsewhere has forgotten that its keys are names of options.
elsewhere = {"/api/*": {"origins": ["https://app.example"]}}
CORS(app, resources=elsewhere)

CORS(app, resources=1)  # type: ignore[arg-type]

# -- both targets ----------------------------------------------------------------------

assert_type(CORS(), CORS)
assert_type(CORS(app), CORS)
assert_type(CORS(blueprint, origins="https://app.example"), CORS)
assert_type(CORS(app=app), CORS)
cors = CORS(origins="https://app.example")
cors.init_app(app)
cors.init_app(blueprint, max_age=600)
cors.init_app(app=app, resources="/api/*")

CORS(app, "https://app.example")  # type: ignore[arg-type]
CORS(app, {"/api/*": {"origins": "*"}})  # type: ignore[arg-type]
cors.init_app(app, "https://app.example")  # type: ignore[arg-type]
CORS("https://app.example")  # type: ignore[arg-type]
CORS(Flask)  # type: ignore[arg-type]
CORS(app.wsgi_app)  # type: ignore[arg-type]

# -- marks -----------------------------------------------------------------------------

cross_origin("https://app.example", max_age=600, automatic_options=False)
cross_origin(["https://app.example", re.compile("https://.*"), is_known])
cross_origin(origins=is_known, supports_credentials=True)
cross_origin()

cross_origin(1)  # type: ignore[call-overload]
cross_origin(None)  # type: ignore[call-overload]
cross_origin("*", "GET")  # type: ignore[call-overload]
cross_origin(origin="*")  # type: ignore[call-overload]
cross_origin(resources="/api/*")  # type: ignore[call-overload]
cross_origin(intercept_exceptions=True)  # type: ignore[call-overload]
cross_origin(supports_credentials="yes")  # type: ignore[call-overload]
