"""Chromium and the model answer alike, for random servers and random requests to them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from flask_cors.testing.errors import CORS_STEPS, OTHER_STEPS
from tests.conformance.cases import raw_case
from tests.conformance.conftest import require_chromium
from tests.conformance.differential import Tally, compare
from tests.conformance.policies import library_case

pytestmark = [
    pytest.mark.xdist_group("chromium-differential"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning"),
]

PAIRS = 3000
# Another seed is another 3,000 pairs; `make browser-fuzz` draws a new one each time.
SEED = "flask-cors 7"

OPTIONS = {
    "origins",
    "methods",
    "allow_headers",
    "expose_headers",
    "supports_credentials",
    "max_age",
    "send_wildcard",
    "always_send",
    "vary_header",
    "automatic_options",
    "allow_private_network",
    "intercept_exceptions",
    "resources",
}

CORS_CHECK = {step for step, row in CORS_STEPS.items() if row.section == "cors-check"}
OF_PREFLIGHTS = CORS_CHECK | {step for step in CORS_STEPS if step.startswith("preflight-")}
STEPS = {f"preflight: {step}" for step in OF_PREFLIGHTS} | CORS_CHECK
STEPS |= {step for step in CORS_STEPS if step not in OF_PREFLIGHTS} | OTHER_STEPS.keys()
# Of what the rest of a browser refuses, what the random questions are about.
STEPS |= {"bad-port", "integrity"}


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    """Keep the thousands of denials out of the log."""
    logger = logging.getLogger("flask_cors")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


@pytest.fixture(scope="module")
def tally() -> Tally:
    require_chromium()
    return compare(PAIRS, SEED, [raw_case, library_case], third_party_cookies=True)


def test_chromium_and_the_model_agree(tally: Tally) -> None:
    assert not tally.disagreements, "\n\n".join(map(str, tally.disagreements))
    assert tally.pairs >= PAIRS


def test_every_failing_step_is_met(tally: Tally) -> None:
    assert tally.steps.keys() == STEPS
    assert {step: n for step, n in tally.steps.items() if n < 5} == {}


def test_every_option_is_away_from_its_default(tally: Tally) -> None:
    assert tally.labels.keys() == OPTIONS
    assert {option: n for option, n in tally.labels.items() if n < 50} == {}


def test_policies_allow_as_well_as_refuse(tally: Tally) -> None:
    assert min(tally.verdicts[True], tally.verdicts[False]) >= 200


def test_blocked_third_party_cookies() -> None:
    require_chromium()
    tally = compare(200, SEED, [library_case], third_party_cookies=False)
    assert not tally.disagreements, "\n\n".join(map(str, tally.disagreements))
