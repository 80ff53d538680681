"""Compare Chromium and the model on fresh random pairs: ``python -m tests.conformance.fuzz``."""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
import time
import warnings

from flask_cors import CorsWarning
from tests.conformance.cases import raw_case
from tests.conformance.chromium import EXECUTABLE, HOW_TO_GET
from tests.conformance.differential import compare
from tests.conformance.policies import library_case

ROUND = 5000


def main() -> int:
    """Run rounds with a new seed each; return 1 at the first that has a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50_000)
    parser.add_argument("--seed", help="of the only round, to repeat one that failed")
    parser.add_argument("--block-third-party-cookies", action="store_true")
    arguments = parser.parse_args()
    if EXECUTABLE is None:
        print(HOW_TO_GET, file=sys.stderr)
        return 2
    logging.getLogger("flask_cors").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore", CorsWarning)
    asked = 0
    started = time.monotonic()
    while asked < arguments.pairs:
        seed = arguments.seed or secrets.token_hex(8)
        tally = compare(
            min(ROUND, arguments.pairs - asked),
            seed,
            [raw_case, library_case],
            third_party_cookies=not arguments.block_third_party_cookies,
        )
        asked += tally.pairs
        seconds = time.monotonic() - started
        found = len(tally.disagreements)
        print(f"{asked} pairs, {seconds:.0f} s, seed {seed}: {found} disagreements", flush=True)
        if found:
            print(*tally.disagreements, sep="\n\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
