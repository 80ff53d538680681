"""Preflights of a URL whose methods have different policies: what a browser may cache of them."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.policy.decide import AnsweredElsewhere, Served, decide
from flask_cors.policy.facts import Preflight
from tests.unit.policy.test_decide import (
    CREDENTIALS,
    ME,
    NETWORK,
    YOU,
    acah,
    acam,
    acao,
    breaks,
    policy,
    says_no,
    says_yes,
)

OPEN = policy(origins=[ME, YOU])
CLOSED = policy(origins=[YOU])
COOKIES = policy(origins=[ME, YOU], supports_credentials=True)
NULLS = policy(origins=["null", ME], supports_credentials=True)
ONE_HEADER = policy(origins=[ME, YOU], allow_headers="X-One")
NETWORKS = policy(origins=[ME, YOU], allow_private_network=True)
AGED = policy(origins=[ME, YOU], max_age=60)
READ_ONLY = policy(origins=[ME, YOU], methods="GET")
ANY_METHOD = policy(origins=[ME, YOU], methods="*")


@pytest.mark.rule("6.preflight-methods", "compat.36")
@pytest.mark.parametrize(
    ("own", "served", "named"),
    [
        # Every method that its own policy grants is named, and no other.
        (OPEN, (("DELETE", OPEN), ("PUT", OPEN)), "DELETE, PUT"),
        (OPEN, (("DELETE", CLOSED), ("PUT", OPEN)), "PUT"),
        (OPEN, (("DELETE", AGED), ("PUT", OPEN)), "DELETE, PUT"),
        (OPEN, (("DELETE", READ_ONLY), ("PUT", OPEN)), "PUT"),
        (OPEN, (("DELETE", ANY_METHOD), ("PUT", OPEN)), "DELETE, PUT"),
        # Without CORS, exempt, or answered by the app.
        (OPEN, (("DELETE", None), ("PUT", OPEN)), "PUT"),
        # Safelisted methods need no entry, and get one only where they are granted.
        (OPEN, (("GET", CLOSED), ("POST", None), ("PUT", OPEN)), "PUT"),
        (OPEN, (("GET", OPEN), ("POST", CLOSED), ("PUT", AGED)), "GET, PUT"),
        # What the URL does not serve is not named, but for what is asked for.
        (OPEN, (("DELETE", CLOSED),), "PUT"),
        (ANY_METHOD, (("DELETE", CLOSED), ("PUT", ANY_METHOD)), "PUT"),
        # Credentials of one are not lent to another.
        (COOKIES, (("DELETE", OPEN), ("PUT", COOKIES)), "PUT"),
        (OPEN, (("DELETE", COOKIES), ("PUT", OPEN)), "DELETE, PUT"),
        (COOKIES, (("DELETE", NULLS), ("PUT", COOKIES)), "DELETE, PUT"),
        # A callable is asked like any other pattern, and one that fails grants nothing.
        (OPEN, (("DELETE", policy(origins=says_yes)), ("PUT", OPEN)), "DELETE, PUT"),
        (OPEN, (("DELETE", policy(origins=says_no)), ("PUT", OPEN)), "PUT"),
        (OPEN, (("DELETE", policy(origins=breaks)), ("PUT", OPEN)), "PUT"),
    ],
)
def test_only_what_its_own_policy_grants_is_named(own: Any, served: Served, named: str) -> None:
    decision = decide(own, ME, Preflight("PUT"), served)
    credentials = [CREDENTIALS] if own is COOKIES else []
    assert list(decision.headers) == [acao(ME), *credentials, acam(named)]
    assert decision.allowed


@pytest.mark.rule("6.preflight-headers", "compat.36")
@pytest.mark.parametrize(
    ("own", "served", "names"),
    [
        (OPEN, (("DELETE", AGED), ("PUT", OPEN)), "X-One, x-two"),
        # A method that is granted allows one of them alone.
        (OPEN, (("DELETE", ONE_HEADER), ("PUT", OPEN)), "X-One"),
        (OPEN, (("GET", ONE_HEADER), ("PUT", OPEN)), "X-One"),
        # One that is denied takes a name away only where it needs no entry of its own.
        (OPEN, (("DELETE", CLOSED), ("PUT", OPEN)), "X-One, x-two"),
        (OPEN, (("DELETE", None), ("PUT", OPEN)), "X-One, x-two"),
        (OPEN, (("GET", CLOSED), ("PUT", OPEN)), ""),
        (OPEN, (("HEAD", None), ("PUT", OPEN)), ""),
        (OPEN, (("POST", READ_ONLY), ("PUT", OPEN)), ""),
        # Credentials: GET would be sent with the user's cookies.
        (COOKIES, (("GET", OPEN), ("PUT", COOKIES)), ""),
        (OPEN, (("GET", COOKIES), ("PUT", OPEN)), "X-One, x-two"),
        # An entry made with credentials serves requests without them: DELETE may be granted by
        # a preflight of its own, and X-Two come from this one.
        (COOKIES, (("DELETE", ONE_HEADER), ("PUT", COOKIES)), "X-One"),
    ],
)
def test_only_names_that_every_method_allows_are_granted(
    own: Any, served: Served, names: str
) -> None:
    decision = decide(own, ME, Preflight("PUT", "x-two,X-One"), served)
    assert dict(decision.headers).get("Access-Control-Allow-Headers", "") == names
    assert decision.grant is not None
    granted = set(decision.grant.headers)
    assert granted.isdisjoint(decision.grant.refused)
    assert granted | {*decision.grant.refused} == {"X-One", "x-two"}
    assert decision.allowed is (names == "X-One, x-two")


@pytest.mark.rule("6.preflight-methods", "6.preflight-headers")
def test_a_method_whose_preflight_is_answered_elsewhere_limits_names_and_is_not_named() -> None:
    served = (("DELETE", AnsweredElsewhere(ONE_HEADER)), ("PUT", OPEN))
    decision = decide(OPEN, ME, Preflight("PUT", "x-two,X-One"), served)
    assert decision.headers == (acao(ME), acam("PUT"), ("Access-Control-Allow-Headers", "X-One"))
    # One that grants nothing to this origin limits nothing.
    served = (("DELETE", AnsweredElsewhere(CLOSED)), ("PUT", OPEN))
    decision = decide(OPEN, ME, Preflight("PUT", "X-One"), served)
    assert decision.headers == (acao(ME), acam("PUT"), ("Access-Control-Allow-Headers", "X-One"))
    # A safelisted method needs no entry: a name would let it through.
    decision = decide(
        OPEN, ME, Preflight("PUT", "X-One"), (("GET", AnsweredElsewhere(OPEN)), ("PUT", OPEN))
    )
    assert decision.headers == (acao(ME), acam("PUT"))


@pytest.mark.rule("6.preflight-methods")
def test_a_private_network_of_one_method_is_not_lent_to_another() -> None:
    served = (("DELETE", OPEN), ("PUT", NETWORKS))
    asked = decide(NETWORKS, ME, Preflight("PUT", None, True), served)
    assert asked.headers == (acao(ME), acam("PUT"), NETWORK)
    plain = decide(NETWORKS, ME, Preflight("PUT"), served)
    assert plain.headers == (acao(ME), acam("DELETE, PUT"))


@pytest.mark.rule("6.preflight-methods", "8.credentials-null")
def test_null_has_no_credentials_that_could_be_lent() -> None:
    other = policy(origins=["null"])
    decision = decide(NULLS, "null", Preflight("PUT"), (("DELETE", other), ("PUT", NULLS)))
    assert decision.headers == (acao("null"), acam("DELETE, PUT"))


@pytest.mark.rule("6.preflight-methods")
def test_a_star_is_never_named_for_the_methods_of_others() -> None:
    # Granting the method "*" would grant DELETE: to a browser it is a wildcard.
    served = (("DELETE", CLOSED), ("GET", ANY_METHOD), ("PUT", OPEN))
    decision = decide(ANY_METHOD, ME, Preflight("*"), served)
    assert decision.headers == (acao(ME), acam("GET, PUT"))


@pytest.mark.rule("6.preflight-headers")
@pytest.mark.parametrize(
    ("allow_headers", "granted"),
    [("*", "*"), (r"(?!x-admin$).+", ""), ([r"\W"], ""), ("X-One", "")],
)
def test_a_header_named_star_is_granted_only_where_any_is(allow_headers: Any, granted: str) -> None:
    # To a browser "*" is every name but Authorization.
    decision = decide(policy(allow_headers=allow_headers), ME, Preflight("PUT", "*"))
    assert dict(decision.headers).get("Access-Control-Allow-Headers", "") == granted


@pytest.mark.rule("6.preflight-methods")
@pytest.mark.parametrize(
    ("own", "origin", "headers"),
    [
        (READ_ONLY, ME, [acao(ME)]),
        (CLOSED, ME, []),
    ],
)
def test_what_is_denied_grants_nothing_of_others(
    own: Any, origin: str, headers: list[tuple[str, str]]
) -> None:
    served = (("DELETE", OPEN), ("PUT", own))
    decision = decide(own, origin, Preflight("PUT", "X-One"), served)
    assert list(decision.headers) == headers
    assert decision.denied


@pytest.mark.rule("6.preflight-methods")
def test_max_age_is_that_of_the_method_asked_for() -> None:
    decision = decide(AGED, ME, Preflight("PUT", "X-One"), (("DELETE", OPEN), ("PUT", AGED)))
    assert decision.headers == (
        acao(ME),
        ("Access-Control-Max-Age", "60"),
        acam("DELETE, PUT"),
        acah("X-One"),
    )


@pytest.mark.rule("6.preflight-methods", "6.preflight-headers")
@pytest.mark.parametrize(
    ("age", "named", "seconds"),
    [(None, "PUT", "5"), (0, "PUT", "0"), (59, "PUT", "59"), (60, "DELETE, PUT", "60")],
)
def test_what_a_callable_decides_on_is_not_cached_for_longer(
    age: int | None, named: str, seconds: str
) -> None:
    """A callable may change its mind, and its own preflight would be asked again by then."""
    options = {} if age is None else {"max_age": age}
    served = (("DELETE", policy(origins=says_yes, **options)), ("PUT", AGED))
    alone = decide(AGED, ME, Preflight("PUT"), served)
    assert alone.headers == (acao(ME), ("Access-Control-Max-Age", "60"), acam(named))
    asked = decide(AGED, ME, Preflight("PUT", "X-One"), served)
    assert set(asked.headers) == {
        acao(ME),
        ("Access-Control-Max-Age", seconds),
        acam(named),
        acah("X-One"),
    }


@pytest.mark.rule("6.preflight-methods")
@pytest.mark.parametrize(("other", "lasting"), [(OPEN, True), (policy(origins=says_yes), False)])
def test_an_answer_that_a_callable_of_another_method_gave_is_not_cached(
    other: Any, lasting: bool
) -> None:
    served = (("DELETE", other), ("PUT", AGED))
    assert decide(AGED, ME, Preflight("PUT"), served).lasting is lasting
