"""Steps of the protocol: data first, and one sentence for each code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS, OPTIONS
from flask_cors.policy.decide import decide
from flask_cors.policy.facts import Preflight
from flask_cors.policy.policy import Policy
from flask_cors.policy.steps import CODES, Step, reason, refusal, steps

ME, YOU = "https://app.example", "https://you.example"
PLACE = Source("app", "CORS(app)", "shop.py", 5)


def policy(**options: Any) -> Policy:
    """Compile the policy of an app that sets these options in line 5."""
    report = Report(PLACE)
    settings = read_options(options, "app", report)
    report.raise_if_any()
    return Policy.of({**DEFAULTS, **settings})


def fails(origin: str) -> bool:
    raise LookupError("no database")


ALL = Preflight("PUT", "x-a,x-b", True)
DECISIONS = [
    decide(policy(), None),
    decide(policy(), ME),
    decide(policy(origins=ME, supports_credentials=True), ME),
    decide(policy(origins=ME), YOU),
    decide(policy(origins=fails), YOU),
    decide(policy(origins=ME, methods="PUT", allow_private_network=True), ME, ALL),
    decide(policy(origins=ME, methods="GET", allow_headers="X-A"), ME, ALL),
    decide(policy(origins=ME), ME, Preflight("PUT", "x," * 256)),
    decide(policy(origins=ME), ME, Preflight("PUT", "x-a"), (("GET", None), ("PUT", policy()))),
    decide(policy(origins=[ME, YOU]), ME),
    decide(policy(vary_header=False), ME),
]


def every_step() -> Iterator[Step]:
    for decision in DECISIONS:
        yield from steps(decision)
    yield refusal(decide(policy(origins=ME, enforce=True), YOU), "POST")
    yield refusal(decide(policy(origins=ME, enforce=True, methods="GET"), ME), "POST")


def test_every_code_is_met() -> None:
    assert {step.code for step in every_step()} == set(CODES)


@pytest.mark.rule("10.codes")
@pytest.mark.parametrize("step", list(every_step()), ids=lambda step: step.code)
def test_a_step_is_data_and_a_sentence(step: Step) -> None:
    data = json.loads(json.dumps(step.to_dict()))
    assert data["clause"].startswith("https://")
    assert (data["code"], data["name"], data["text"]) == (step.code, step.name, step.text)
    assert data["text"].isascii()
    assert data["option"] == "" or data["option"] in OPTIONS
    assert "None" not in data["text"]
    assert "{" not in data["text"]


def test_a_refused_step_names_all_that_is_refused_and_the_option() -> None:
    names = [f"x-{number:02}" for number in range(12)]
    decision = decide(policy(allow_headers="X-A"), ME, Preflight("PUT", ",".join(names)))
    (step,) = (step for step in steps(decision) if not step.ok)
    assert (step.code, step.values) == ("headers-not-allowed", tuple(names))
    assert (step.option, step.source) == ("allow_headers", PLACE)
    assert step.text.endswith("'x-09', and 2 more are not allowed (CORS(app) at shop.py:5)")
    assert reason(decision) == decision.reason == step.text


def test_what_decided_on_an_origin_is_named() -> None:
    (step,) = (step for step in steps(decide(policy(origins=ME), ME)) if step.option == "origins")
    assert (step.kind, step.pattern, step.values) == ("literal", ME, (ME,))
    (step,) = (step for step in steps(decide(policy(origins=fails), ME)) if not step.ok)
    assert (step.code, step.pattern) == ("callable-failed", "fails()")
    assert step.detail == "LookupError('no database')"


def test_credentials_that_a_page_sends_read_otherwise() -> None:
    found = {step.code: step for step in steps(decide(policy(origins=ME), ME))}
    step = found["credentials-off"]
    assert step.text.startswith("cookies and HTTP authentication may not be used")
    assert step._replace(ok=False).text == f"the page sends credentials, but {step.text}"


def test_braces_of_a_client_are_no_fields() -> None:
    decision = decide(policy(origins=ME), "https://{code}.example/{0}")
    assert "'https://{code}.example/{0}'" in decision.reason
