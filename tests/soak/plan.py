"""What the soak asks and what must come back, generation by generation; no library.

A generation is one configuration. Each says something else in every header that it can, so
that a response tells by which one it was decided, and a mixture of two fits none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

Lines = list[tuple[str, str]]

ALWAYS, EVEN, ODD = "https://always.example", "https://even.example", "https://odd.example"
SHOP, STRANGER = "https://a.shop.example", "https://stranger.example"
# What the app's own wrapper adds, for the judges alone.
WORKER, BEGUN, ENDED, RELOADS, FAULT = (
    "X-Soak-Worker",
    "X-Soak-Begun",
    "X-Soak-Ended",
    "X-Soak-Reloads",
    "X-Soak-Fault",
)


def config(generation: int) -> dict[str, Any]:
    """Return the ``CORS_*`` keys of a generation."""
    even = generation % 2 == 0
    return {
        "CORS_ORIGINS": [ALWAYS, EVEN if even else ODD],
        "CORS_METHODS": ["GET", "PUT", f"G{generation}"],
        "CORS_ALLOW_HEADERS": ["X-Always", "X-Even" if even else "X-Odd"],
        "CORS_EXPOSE_HEADERS": [f"X-G{generation}"],
        "CORS_SUPPORTS_CREDENTIALS": even,
        "CORS_MAX_AGE": generation,
    }


# What reload() must refuse; the other keys are those of a good generation.
BAD: Final[tuple[dict[str, Any], ...]] = (
    {"CORS_ORIGINS": None},
    {"CORS_MAX_AGE": "never"},
    {"CORS_METHODS": ["G ET"]},
    {"CORS_ORIGINS": "https://*.com", "CORS_EXPOSE_HEADERS": "X Y"},
    {"CORS_ORIGINS": ""},
)


@dataclass(frozen=True)
class Ask:
    """One request of the plan: its status, and by which origins it may be read.

    *covered* is whether CORS is on for it, *fixed* an origin pattern's match that no
    generation changes, *own* what the view writes itself.
    """

    method: str
    path: str
    status: int
    origin: str | None = None
    wanted: str | None = None
    names: str = ""
    covered: bool = True
    shop: bool = False
    own: tuple[tuple[str, str], ...] = ()

    def headers(self) -> dict[str, str]:
        """Return the headers to send."""
        sent = {
            "Origin": self.origin,
            "Access-Control-Request-Method": self.wanted,
            "Access-Control-Request-Headers": self.names,
        }
        return {name: value for name, value in sent.items() if value}


VARIED: Final = (("Vary", "Accept-Language"),)
ASKS: Final = (
    *(Ask("GET", "/", 200, origin) for origin in (ALWAYS, EVEN, ODD, STRANGER, None)),
    *(Ask("OPTIONS", "/", 200, origin, "PUT", "x-even, x-odd") for origin in (ALWAYS, EVEN, ODD)),
    Ask("OPTIONS", "/", 200, ALWAYS, "DELETE", "x-always"),
    Ask("OPTIONS", "/", 200, STRANGER, "PUT"),
    Ask("PUT", "/", 200, EVEN),
    Ask("GET", "/shop/things", 200, SHOP, shop=True),
    Ask("GET", "/shop/things", 200, ALWAYS, shop=True),
    Ask("OPTIONS", "/shop/things", 200, SHOP, "PUT", "x-always, x-odd", shop=True),
    Ask("GET", "/slow", 200, ALWAYS),
    Ask("GET", "/slow", 200, ODD),
    Ask("GET", "/varied", 200, EVEN, own=VARIED),
    Ask("GET", "/stream", 200, ODD),
    Ask("GET", "/exempt", 200, ALWAYS, covered=False),
    Ask("GET", "/slash", 308, EVEN),
    Ask("GET", "/none", 404, ALWAYS),
    Ask("GET", "/shop/none", 404, SHOP, shop=True),
    Ask("POST", "/", 405, ODD),
    Ask("GET", "/boom", 500, ALWAYS),
    Ask("OPTIONS", "/boom", 200, EVEN, "GET"),
)


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Lines

    def value(self, name: str) -> str:
        """Return a header's value; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def verdict(ask: Ask, answer: Answer, cors: bool) -> str:
    """Return what is wrong with an answer; empty where nothing is.

    It must be, header for header, what one generation says: one that was in force when the
    request began, or came into force before the answer was ready.
    """
    if answer.status != ask.status:
        return f"{ask}: status {answer.status}"
    if fault := answer.value(FAULT):
        return f"{ask}: {fault}"
    found = judged(answer.headers)
    begun, ended = int(answer.value(BEGUN)), int(answer.value(ENDED))
    possible = range(begun, ended + 1) if cors else [None]
    if any(found == expected(ask, generation) for generation in possible):
        return ""
    older = next((back for back in range(begun) if found == expected(ask, back)), None)
    what = "fit no generation" if older is None else f"are those of generation {older}"
    return f"{ask}: the headers {what}, not of {begun} to {ended}: {found}"


def judged(headers: Iterable[tuple[str, str]]) -> Lines:
    """Return the lines that CORS is about, sorted."""
    return sorted(
        (name, value)
        for name, value in headers
        if name.lower() == "vary" or name.lower().startswith("access-control-")
    )


def expected(ask: Ask, generation: int | None) -> Lines:
    """Return the lines that a generation says; none is the app without CORS."""
    if generation is None or not ask.covered:
        return sorted(ask.own)
    vary = ", ".join([*(value for _, value in ask.own), "Origin"])
    found = {"Vary": vary}
    if ask.origin is not None and ask.origin in readers(ask, generation):
        found |= granted(ask, generation)
    return sorted(found.items())


def readers(ask: Ask, generation: int) -> tuple[str, ...]:
    if ask.shop:
        return (SHOP,)
    return (ALWAYS, ODD if generation % 2 else EVEN)


def granted(ask: Ask, generation: int) -> Mapping[str, str]:
    """Return the lines for an origin that may read."""
    said = config(generation)
    found = {"Access-Control-Allow-Origin": ask.origin or ""}
    if said["CORS_SUPPORTS_CREDENTIALS"]:
        found["Access-Control-Allow-Credentials"] = "true"
    if ask.wanted is None:
        return found | {"Access-Control-Expose-Headers": said["CORS_EXPOSE_HEADERS"][0]}
    if ask.wanted not in said["CORS_METHODS"]:
        return found
    found["Access-Control-Allow-Methods"] = ", ".join(sorted(said["CORS_METHODS"]))
    found["Access-Control-Max-Age"] = str(generation)
    known = {name.lower() for name in said["CORS_ALLOW_HEADERS"]}
    if names := [name for name in ask.names.split(", ") if name in known]:
        found["Access-Control-Allow-Headers"] = ", ".join(sorted(names))
    return found
