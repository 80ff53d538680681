"""A decorated view is what it was: its parameters, what it returns, and its class."""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import Flask, Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView, View
from typing_extensions import assert_type

from flask_cors import cors_exempt, cross_origin

app = Flask(__name__)


# -- functions -------------------------------------------------------------------------


@app.get("/bare/<int:number>")
@cross_origin
def bare(number: int, *, short: bool = False) -> str:
    return str(number) if short else f"number {number}"


@app.get("/called/<int:number>")
@cross_origin("https://app.example", max_age=600)
def called(number: int) -> dict[str, int]:
    return {"number": number}


@app.get("/keywords")
@cross_origin(origins=["https://app.example"])
def keywords() -> Response:
    return Response()


@app.get("/exempt")
@cors_exempt
def exempt() -> tuple[str, int]:
    return "", 204


assert_type(bare(1), str)
assert_type(bare(number=1, short=True), str)
assert_type(called(1), dict[str, int])
assert_type(keywords(), Response)
assert_type(exempt(), tuple[str, int])

bare("1")  # type: ignore[arg-type]
bare(1, True)  # type: ignore[call-arg]
called()  # type: ignore[call-arg]
print(called(1).nothing)  # type: ignore[attr-defined]
exempt(1)  # type: ignore[call-arg]

cross_origin("*")(1)  # type: ignore[type-var]
cors_exempt("https://app.example")  # type: ignore[type-var]
cors_exempt()  # type: ignore[call-arg]


# -- coroutines ------------------------------------------------------------------------


@cross_origin("https://app.example")
async def later(number: int) -> str:
    return str(number)


async def use() -> None:
    assert_type(await later(1), str)
    later(1).upper()  # type: ignore[attr-defined]


# -- a mark for several views ----------------------------------------------------------

shared = cross_origin("https://app.example")


def plain(name: str) -> str:
    return name


assert_type(shared(plain)("a"), str)
assert_type(cross_origin(plain)("a"), str)
shared(plain)(1)  # type: ignore[arg-type]


# -- classes and methods ---------------------------------------------------------------


@cross_origin
class Bare(MethodView):
    kept: ClassVar[int] = 1

    def get(self) -> ResponseReturnValue:
        return "bare"


@cross_origin("https://app.example", supports_credentials=True)
class Called(View):
    def __init__(self, name: str) -> None:
        self.name = name

    def dispatch_request(self) -> ResponseReturnValue:
        return self.name


@cors_exempt
class Exempt(MethodView):
    decorators: ClassVar[list[Callable[..., Any]]] = [cross_origin("*"), cross_origin, cors_exempt]


class Methods(MethodView):
    @cross_origin("https://app.example")
    def get(self, number: int) -> str:
        return str(number)

    @cors_exempt
    def put(self) -> int:
        return 1


marked: type[Called] = Called
exempted: type[MethodView] = Exempt
assert_type(Bare.kept, int)
assert_type(Bare(), Bare)
assert_type(Called("a").name, str)
assert_type(Methods().get(1), str)
assert_type(Methods().put(), int)
assert_type(cross_origin(Methods().get)(1), str)
app.add_url_rule("/bare", view_func=Bare.as_view("bare"))
app.add_url_rule("/class", view_func=Called.as_view("called", "a"))


class Derived(Called):
    pass


assert_type(Derived("a").name, str)
Called()  # type: ignore[call-arg]
Called(1)  # type: ignore[arg-type]
Methods().get("1")  # type: ignore[arg-type]
