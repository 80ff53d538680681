"""Subresource Integrity (https://www.w3.org/TR/sri-2/): does a body match its digests?

Knows digests; sends nothing.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

# From the weakest to the strongest.
ALGORITHMS = ("sha256", "sha384", "sha512")
METADATA = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?[\x21-\x7e]*)?", re.I)


def integrity_mismatch(metadata: str, body: bytes) -> str | None:
    """Return the digest that *body* has and *metadata* does not name, ``None`` if it matches.

    Only the strongest algorithm of *metadata* counts; words that are no metadata are ignored.
    """
    found = [match for word in metadata.split() if (match := METADATA.fullmatch(word))]
    if not found:
        return None
    strongest = max((match[1].lower() for match in found), key=ALGORITHMS.index)
    wanted = {_standard(match[2]) for match in found if match[1].lower() == strongest}
    digest = b64encode(hashlib.new(strongest, body).digest()).decode()
    return None if digest in wanted else f"{strongest}-{digest}"


def _standard(digest: str) -> str:
    return digest.replace("-", "+").replace("_", "/")
