"""One fuzzing process: ``python -m tests.property.fuzz.engine TARGET [LIBFUZZER ARGUMENT...]``.

The package under test is the one that is imported first: a copy with a planted bug is put
before the checkout on the path.
"""

from __future__ import annotations

import logging
import sys
import warnings

import atheris  # type: ignore[import-untyped, unused-ignore]

from tests.property.fuzz.targets import TARGETS


def main(name: str, *arguments: str) -> None:
    """Fuzz one target until libFuzzer ends."""
    warnings.simplefilter("ignore")
    logging.raiseExceptions = True
    target = TARGETS[name]
    # In atheris 2, for Python 3.10, this hook takes any text for a regular expression.
    if sys.version_info >= (3, 11):
        atheris.enabled_hooks.add("str")
    # The scanner takes most of the time that way, and says nothing of what matches.
    with atheris.instrument_imports(include=["flask_cors"], exclude=["flask_cors.patterns.redos"]):
        check = target.check
    atheris.Setup([sys.argv[0], *arguments], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
