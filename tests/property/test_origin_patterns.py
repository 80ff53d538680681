"""Origin patterns: origins near a pattern are judged as the reading by hand judges them.

The reading, and what is compared, is that of the fuzzer ``tests/property/fuzz/origins.py``;
here Hypothesis draws the patterns, and origins a small step away from what they mean.
"""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.property.fuzz.encoding import encode
from tests.property.fuzz.origins import check
from tests.property.profile import search

LABEL = string.ascii_lowercase + string.digits + "_-"
# What an attacker puts beside a host, and what browsers put into one.
TRICKS = [".", "-", "_", ":", "/", "@", "*", "%", ",", "\\", "[", "]", "\n", "x", "1", ":1", "é"]

labels = st.text(LABEL, min_size=1, max_size=6)
# A last label that is a number would make an IPv4 address of the host.
domains = st.builds(
    lambda inner, last: ".".join([*inner, f"a{last}"]), st.lists(labels, max_size=3), labels
)
schemes = st.sampled_from(["http", "https", "app", "chrome-extension"])
ports = st.sampled_from(["", ":1", ":3000", ":65535"])
literals = st.builds(lambda *parts: "{}://{}{}".format(*parts), schemes, domains, ports)
wildcards = st.builds(
    lambda scheme, host, port: f"{scheme}://*.b.{host}{port}",
    schemes,
    domains,
    st.sampled_from(["", ":3000", ":*"]),
) | st.builds("{}://{}:*".format, schemes, domains)
regexes = st.sampled_from(
    [r"https://[a-z]+\.b\.ax", r"re:http://.*", r"https?://a\d?:\d+", "re:null|app://ax"]
)
patterns = literals | wildcards | st.just("null") | regexes


@st.composite
def near(draw: Any, pattern: str) -> str:
    """Draw an origin that the pattern means, or one a small step away from it."""
    sub = draw(st.lists(labels, min_size=1, max_size=3))
    origin = pattern.replace("://*.", f"://{'.'.join(sub)}.").replace(":*", draw(ports))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(origin)))
        cut = draw(st.integers(0, 2))
        put = draw(st.sampled_from(["", *TRICKS]) | labels)
        origin = origin[:at] + put + origin[at + cut :]
    return draw(st.sampled_from([str, str.upper, str.title]))(origin)


@st.composite
def asked(draw: Any) -> tuple[list[str], list[str]]:
    """Draw a few patterns, and origins near some of them."""
    given = draw(st.lists(patterns, min_size=1, max_size=6))
    return given, [draw(st.sampled_from(given).flatmap(near)) for _ in range(4)]


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
@search(300)
@given(asked())
@example((["https://*.b.ax"], ["https://b.ax", "https://x.b.ax."]))
@example((["https://*.b.ax:*"], ["https://x.b.ax:123456"]))
@example((["http://ax:*"], ["http://ax:"]))
@example(([r"https://[a-z]+\.b\.ax"], [f"https://{'a' * 600}.b.ax"]))
@example((["https://*.b.ax"], [f"https://{'a.' * 300}b.ax"]))
@example((["re:.*"], ["https://a\u00e9.ax"]))
def test_origins_are_matched_as_a_reading_by_hand_matches_them(
    drawn: tuple[list[str], list[str]],
) -> None:
    check(encode(*drawn))
