"""Problems, the error that holds them, and warnings in the name of the caller."""

from __future__ import annotations

import copy
import pickle
import re
import sys
import warnings
from types import CodeType
from typing import Any

import pytest

import flask_cors
from flask_cors.errors import (
    REGEX_ERRORS,
    ConfigError,
    CorsWarning,
    Problem,
    Report,
    Source,
    Trial,
    caller,
    no_regex,
    printable,
    raise_if,
    shorten,
    source_here,
    visible,
    warn,
)

SOURCE = Source("app", "CORS(app)", "app.py", 7)
FIRST = Problem("origins", "a.example", SOURCE, "there is no scheme", "Write 'https://a.example'.")
SECOND = Problem("max_age", -1, Source("config", "CORS_MAX_AGE"), "it is negative", "Write 600.")
# What terminals obey, and what turns text around.
CONTROLS = "\x1b[31m\x07\n\r\x00\x7f\x9b\u202e\u2066\ufeff\U000e0041<script>ä"


def here() -> int:
    return sys._getframe(1).f_lineno


def test_a_source_reads_as_its_author_would_name_it() -> None:
    assert str(SOURCE) == "CORS(app) at app.py:7"
    assert str(Source("config", "CORS_MAX_AGE")) == "CORS_MAX_AGE"


@pytest.mark.rule("8.all-problems")
def test_a_problem_names_option_value_source_reason_and_hint() -> None:
    assert str(FIRST) == (
        "origins='a.example' (CORS(app) at app.py:7): there is no scheme. "
        "Write 'https://a.example'."
    )


def test_one_problem_is_the_message() -> None:
    assert str(ConfigError([FIRST])) == str(FIRST)


@pytest.mark.rule("8.all-problems")
def test_several_problems_are_numbered() -> None:
    error = ConfigError(iter([FIRST, SECOND]))
    assert error.problems == (FIRST, SECOND)
    assert str(error) == (
        f"2 problems in the CORS configuration:\n  1. {FIRST}\n"
        "  2. max_age=-1 (CORS_MAX_AGE): it is negative. Write 600."
    )


@pytest.mark.rule("8.all-problems")
def test_a_config_error_is_a_value_error() -> None:
    assert issubclass(ConfigError, ValueError)
    assert issubclass(CorsWarning, UserWarning)


class OddError(ConfigError):
    def __init__(self, name: str) -> None:
        super().__init__([Problem(name, 1, SOURCE, "reason", "Hint.")])


@pytest.mark.parametrize("error", [ConfigError([FIRST, SECOND]), ConfigError([]), OddError("x")])
@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        *(
            lambda error, protocol=protocol: pickle.loads(pickle.dumps(error, protocol))
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_a_config_error_can_be_copied_and_pickled(error: ConfigError, again: Any) -> None:
    other = again(error)
    assert type(other) is type(error)
    assert other.problems == error.problems
    assert other.args == error.args
    assert str(other) == str(error)


# -- what terminals obey ---------------------------------------------------------------


def test_what_is_shown_as_itself_stays_visible() -> None:
    assert visible("süß <b>") == "süß <b>"
    assert visible(f"süß\udc9b{CONTROLS}") == (
        "süß\\udc9b\\x1b[31m\\x07\n\\r\\x00\\x7f\\x9b\\u202e\\u2066\\ufeff\\U000e0041<script>ä"
    )


def test_only_printable_ascii_passes() -> None:
    plain = "".join(map(chr, range(0x20, 0x7F)))
    assert printable(plain) == plain
    shown = printable(CONTROLS)
    assert shown == (r"\x1b[31m\x07\n\r\x00\x7f\x9b\u202e\u2066\ufeff\U000e0041<script>\xe4")


@pytest.mark.parametrize("field", ["option", "value", "place", "file", "reason", "hint"])
def test_no_field_of_a_problem_reaches_a_terminal_unescaped(field: str) -> None:
    texts = dict.fromkeys(("option", "value", "place", "file", "reason", "hint"), "x")
    texts[field] = CONTROLS
    source = Source("app", texts["place"], texts["file"], 1)
    problem = Problem(texts["option"], texts["value"], source, texts["reason"], texts["hint"])
    text = str(ConfigError([problem]))
    assert text.isascii()
    assert text.isprintable()
    assert "x1b[31m" in text


def test_warnings_are_escaped_as_well() -> None:
    with pytest.warns(CorsWarning, match=r"^a\\x1bb\\n$"):
        warn("a\x1bb\n")
    with pytest.warns(CorsWarning) as caught:
        Report(SOURCE).warn(f"o{CONTROLS}", CONTROLS, CONTROLS)
    assert str(caught[0].message).isascii()
    assert str(caught[0].message).isprintable()


def test_values_are_shown_as_short_ascii() -> None:
    assert shorten("ä\x1b") == r"'\xe4\x1b'"
    assert shorten("x" * 118) == f"'{'x' * 118}'"
    assert shorten("x" * 119) == f"'{'x' * 116}..."
    assert len(shorten("x" * 119)) == 120
    assert shorten("abcdef", 6) == "'ab..."


@pytest.mark.rule("8.regex")
@pytest.mark.parametrize("text", ["(?\x1b", "[\x1b-\x01]", "a{99999999999}", "(" * 5000])
def test_what_re_says_of_a_text_is_escaped(text: str) -> None:
    with pytest.raises(REGEX_ERRORS) as caught:
        re.compile(text)
    reason = no_regex(caught.value)
    assert reason.startswith("it is read as a regular expression and does not compile: ")
    assert reason.isprintable()


# -- collecting ------------------------------------------------------------------------


@pytest.mark.rule("8.all-problems")
def test_a_report_collects_and_raises_all_at_once() -> None:
    report = Report(SOURCE)
    report.raise_if_any()
    report.error("origins", 1, "first", "Hint.")
    report.error("methods", 2, "second", "Hint.")
    with pytest.raises(ConfigError) as caught:
        report.raise_if_any()
    assert [(problem.option, problem.value) for problem in caught.value.problems] == [
        ("origins", 1),
        ("methods", 2),
    ]
    assert {problem.source for problem in caught.value.problems} == {SOURCE}


def test_raise_if_takes_any_iterable_of_problems() -> None:
    raise_if(iter(()))
    with pytest.raises(ConfigError, match="it is negative"):
        raise_if(iter([SECOND]))


# -- in whose name ---------------------------------------------------------------------


def test_a_warning_carries_the_file_and_line_of_the_calling_code() -> None:
    line = here() + 2
    with pytest.warns(CorsWarning) as caught:
        warn("text")
    assert (caught[0].filename, caught[0].lineno) == (__file__, line)
    assert str(caught[0].message) == "text"


@pytest.mark.rule("8.sources")
def test_a_report_warns_at_the_line_that_set_the_option() -> None:
    with pytest.warns(CorsWarning) as caught:
        Report(SOURCE).warn("methods", "TRACE", "dropped")
    assert (caught[0].filename, caught[0].lineno) == ("app.py", 7)
    assert str(caught[0].message) == "methods='TRACE' (CORS(app) at app.py:7): dropped"


def test_a_report_without_a_line_warns_in_the_name_of_the_calling_code() -> None:
    line = here() + 2
    with pytest.warns(CorsWarning) as caught:
        Report(Source("config", "CORS_METHODS")).warn("methods", "TRACE", "dropped")
    assert (caught[0].filename, caught[0].lineno) == (__file__, line)


def test_what_grants_less_is_collected_and_warned_about() -> None:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning) as caught:
        report.degrade("origins", "a", "dropped: no scheme", "Write 'https://a'.", {"origins": "x"})
    problem = Problem(
        "origins", "a", SOURCE, "dropped: no scheme", "Write 'https://a'.", {"origins": "x"}
    )
    assert (report.degraded, report.problems) == ([problem], [])
    assert [str(warning.message) for warning in caught] == [str(problem)]
    inner = report.at(Source("app", "resource '/a' of CORS(app)"))
    inner.error("methods", 5, "wrong", "Hint.")
    assert [(problem.option, problem.source) for problem in report.problems] == [
        ("methods", inner.source)
    ]


def test_a_trial_collects_and_never_warns() -> None:
    trial = Trial()
    trial.warn("methods", "TRACE", "dropped")
    trial.degrade("origins", "a", "dropped", "Hint.")
    trial.error("origins", None, "wrong", "Hint.")
    assert [problem.option for problem in (*trial.degraded, *trial.problems)] == ["origins"] * 2


def test_a_warning_can_be_made_an_error() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", CorsWarning)
        with pytest.raises(CorsWarning, match="dropped"):
            Report(SOURCE).degrade("origins", "a", "dropped", "Hint.")


def test_another_category_can_be_warned_of() -> None:
    with pytest.warns(DeprecationWarning, match="^old$"):
        warn("old", DeprecationWarning)


def calling_from(module: str, function: Any, filename: str = "<frozen>") -> Any:
    """Call *function* from the code of a module, which need not have a file of its own."""
    source = "def call(function):\n    return function()\n"
    code: CodeType = compile(source, filename, "exec")
    namespace: dict[str, Any] = {"__name__": module}
    exec(code, namespace)
    return namespace["call"](function)


PACKAGE = flask_cors.__name__


def found_from(module: str, filename: str) -> tuple[str, int]:
    frame = calling_from(module, caller, filename)
    return frame.f_code.co_filename, frame.f_lineno


@pytest.mark.parametrize("module", [PACKAGE, f"{PACKAGE}.extension", f"{PACKAGE}.options.reader"])
@pytest.mark.parametrize("filename", ["<frozen>", "extension.py", __file__, "/app.pyz/x.py"])
def test_frames_of_the_package_are_passed_over_wherever_its_files_are(
    module: str, filename: str
) -> None:
    # The nearest frame outside is that of calling_from, which called the package's code.
    last = calling_from.__code__.co_firstlineno + 6
    assert found_from(module, filename) == (__file__, last)


@pytest.mark.parametrize("module", [f"{PACKAGE}_of_mine", f"my.{PACKAGE}.app", "__main__", ""])
def test_another_module_is_the_calling_code(module: str) -> None:
    assert found_from(module, "app.py") == ("app.py", 2)


@pytest.mark.rule("8.sources")
@pytest.mark.parametrize("module", ["flask.app", "werkzeug.serving", "importlib._bootstrap"])
def test_a_source_is_the_users_line_or_none(module: str) -> None:
    """Compiled code has no frames: the nearest frame is then Flask's, or the importer's."""
    code = compile("found = source_here('app', 'CORS(app)')", "x.py", "exec")
    namespace: dict[str, Any] = {"__name__": module, "source_here": source_here}
    exec(code, namespace)
    assert namespace["found"] == Source("app", "CORS(app)")
    namespace["__name__"] = "my.app"
    exec(code, namespace)
    assert namespace["found"] == Source("app", "CORS(app)", "x.py", 1)


def test_without_any_frame_outside_there_is_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask_cors.errors.caller", lambda: None)
    assert source_here("app", "CORS(app)") == Source("app", "CORS(app)")
    with pytest.warns(CorsWarning, match="^text$"):
        warn("text")


def test_code_without_a_module_can_be_warned() -> None:
    namespace: dict[str, Any] = {"warn": warn}
    code = compile("warn('text')", "bare.py", "exec")
    with pytest.warns(CorsWarning) as caught:
        exec(code, namespace)
    assert (caught[0].filename, caught[0].lineno) == ("bare.py", 1)


def test_a_warning_of_a_line_that_ran_before_is_shown_once() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            Report(SOURCE).warn("methods", "TRACE", "only once")
    assert len(caught) == 1


def test_a_warning_is_shown_once_a_place() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            warn("once")
    assert len(caught) == 1
