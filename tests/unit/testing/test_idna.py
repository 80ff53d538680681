"""Host names beyond ASCII (https://www.unicode.org/reports/tr46/); Chromium agrees on each."""

from __future__ import annotations

import pytest

from flask_cors.testing.idna import to_ascii

IGNORED = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180f\u200b\u2060\u2064\u206a\u206f\u3164"
    "\ufe00\ufe0f\ufeff\uffa0\U0001bca0\U0001bca3\U0001d173\U0001d17a\U000e0100\U000e01ef"
)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("", ""),
        ("A.Example", "a.example"),
        ("a-_*!.", "a-_*!."),
        ("\u00e9l\u00e8ve.example", "xn--lve-6lad.example"),
        ("\u00c9L\u00c8VE.EXAMPLE", "xn--lve-6lad.example"),
        ("e\u0301", "xn--9ca"),
        ("fa\u00df.de", "xn--fa-hia.de"),
        ("fa\u1e9e.de", "xn--fa-hia.de"),
        ("\u03b2\u03cc\u03bb\u03bf\u03c2", "xn--nxasmm1c"),
        ("\u0392\u03cc\u03bb\u03bf\u03a3", "xn--nxasmq6b"),
        ("\u0130", "xn--i-9bb"),
        ("\u01c6", "xn--d-toa"),
        ("\u017f", "s"),
        ("\u0390", "xn--owa"),
        ("\u0345", "xn--uxa"),
        ("\u0587", "xn--29a2d"),
        ("\u1fc3", "xn--sxae"),
        ("\u13a0", "xn--58d"),
        ("\uab70", "xn--58d"),
        ("\u2044", "xn--mwg"),
        ("\ufb01", "fi"),
        ("\uff21", "a"),
        ("\u2460", "1"),
        ("\u2603", "xn--n3h"),
        ("a\u3002b\uff0ec\uff61d", "a.b.c.d"),
        ("\u00ad", ""),
    ],
)
def test_what_is_mapped(domain: str, expected: str) -> None:
    assert to_ascii(domain) == expected


@pytest.mark.parametrize("char", IGNORED, ids=ascii)
def test_what_is_ignored(char: str) -> None:
    assert to_ascii(f"a{char}b") == "ab"


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("XN--N3H", "xn--n3h"),
        ("a.xn--n3h.b", "a.xn--n3h.b"),
        ("xn--fa-hia", "xn--fa-hia"),
        ("axn--", "axn--"),
        ("\u00e9.xn--zca", "xn--9ca.xn--zca"),
        ("\u00e9.xn--lha", "xn--9ca.xn--lha"),
        ("xn--4db", "xn--4db"),
    ],
)
def test_what_is_in_punycode(domain: str, expected: str) -> None:
    assert to_ascii(domain) == expected


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("xn--", "not a label in Punycode"),
        ("xn--fa-", "not a label in Punycode"),
        # Another spelling of xn--gfa
        ("xn---gfa", "not a label in Punycode"),
        ("XN--A", "not a character of a domain"),
        ("xn--99999999", "decod|Invalid"),
        ("xn--\u00e9", "ascii"),
    ],
)
def test_what_is_no_punycode(label: str, message: str) -> None:
    for domain in (label, f"a.{label}"):
        with pytest.raises(ValueError, match=message):
            to_ascii(domain)


@pytest.mark.parametrize(
    "text",
    ["a", "\u00c9", "e\u0301", "\u00ad", "\u2024", "\u3002", "\u0301a", "\ue000", "\u200d"],
    ids=ascii,
)
def test_what_would_not_be_put_in_punycode(text: str) -> None:
    label = "xn--" + text.encode("punycode").decode("ascii")
    with pytest.raises(ValueError, match=r"^not a (label|character)"):
        to_ascii(label)


@pytest.mark.parametrize(
    "char",
    "\ue000\ufdd0\ud800\u200e\u2028\u2029\u1680\u2ff0\u2fff\ufffc\ufffd\x80\u061c\U000e0001",
    ids=ascii,
)
def test_characters_that_are_disallowed(char: str) -> None:
    for domain in (char, f"a{char}", f"a.{char}b"):
        with pytest.raises(ValueError, match=r"^not a character of a domain: "):
            to_ascii(domain)


@pytest.mark.parametrize("char", "\u2024\u2488\u33c2\ufe52\ufe12\ufe19", ids=ascii)
def test_what_would_be_mapped_to_a_dot(char: str) -> None:
    with pytest.raises(ValueError, match=r"^not a character of a domain: "):
        to_ascii(f"a{char}b")


@pytest.mark.parametrize("label", ["\u0301a", "\u0903x", "\u20dd"], ids=ascii)
def test_a_label_that_begins_with_a_mark(label: str) -> None:
    for domain in (label, f"a.{label}"):
        with pytest.raises(ValueError, match=r"^not a label: "):
            to_ascii(domain)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("\u05d0\u05d1", "xn--4dbc"),
        ("\u05d0\u05b0", "xn--7cb7d"),
        ("\u05d01", "xn--1-zhc"),
        ("\u05d0-\u05d1", "xn----zhce"),
        ("\u0627\u0661", "xn--mgb0j"),
        ("\u0627\u0661\u05b0", "xn--7cb1v3f"),
        ("\u0627!\u0628", "xn--!-ymce"),
        ("\u05d0.a", "xn--4db.a"),
        ("\u05d0.", "xn--4db."),
        ("\u05d0.a1", "xn--4db.a1"),
        ("\u05d0.a\u0301", "xn--4db.xn--1ca"),
        ("\u05d0.a1\u0301", "xn--4db.xn--a1-9tb"),
        ("\u00e9.\u05d0", "xn--9ca.xn--4db"),
        ("\u00e9!a.\u05d0", "xn--!a-9ia.xn--4db"),
        ("1.\u00e9+", "1.xn--+-9fa"),
    ],
)
def test_both_directions(domain: str, expected: str) -> None:
    assert to_ascii(domain) == expected


@pytest.mark.parametrize(
    "domain",
    [
        "\u05d0.a-",
        "\u05d0.-a",
        "\u05d0.1",
        "\u05d0.1a",
        "\u05d0a",
        "a\u05d0",
        "1\u05d0",
        "\u05d0-",
        "\u05d0-\u05b0",
        "\u05d01\u0661",
        "\u0661",
        "a\u0661",
        "\u0661a",
        "\u0627!",
        "\u05d0.\u00e9+",
        "1.xn--4db",
    ],
    ids=ascii,
)
def test_labels_of_both_directions(domain: str) -> None:
    with pytest.raises(ValueError, match=r"^a label of both directions: "):
        to_ascii(domain)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("\u0915\u094d\u200d\u0915", "xn--11ba1o090g"),
        ("\u0915\u094d\u200c", "xn--11b6iv14e"),
        ("\u0645\u0647\u200c\u0627", "xn--mgb3dg205x"),
        ("\u0628\u200c\u0628", "xn--ngba799q"),
        ("\u0628\u064b\u200c\u064b\u0628", "xn--ngba8ha8704a"),
    ],
)
def test_joiners(domain: str, expected: str) -> None:
    assert to_ascii(domain) == expected


@pytest.mark.parametrize(
    "domain",
    [
        "\u200d",
        "\u200c",
        "a\u200cb",
        "\u0915\u200d",
        "\u0915\u200d\u0915",
        "\u05d0\u200c\u05d0",
        "\u0628\u200c",
        "\u200c\u0628",
        "\u0628\u200d\u0628",
        "\u0628\u200ca",
    ],
    ids=ascii,
)
def test_joiners_that_join_nothing(domain: str) -> None:
    with pytest.raises(ValueError, match=r"^not a character of a domain: '.u200[cd]'"):
        to_ascii(domain)
