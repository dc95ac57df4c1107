"""The numbers of our OFD files, read in the one form in which they are written.

A length is a plain decimal number of bounded size, an id a positive one without leading zeros; advances between glyphs
stand as they are or, where equal ones follow each other, as `g n v`. What is spelt otherwise was not written by us.

Raises `Malformed` with `document-xml` throughout.
"""

import re
from functools import lru_cache

from trust.errors import Malformed

_LENGTH = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,4})?")
_COUNT = re.compile(r"[1-9][0-9]{0,4}")
MAX_REMEMBERED = 512
"""Characters of a DeltaX value that is remembered."""


@lru_cache(maxsize=8192)
def length(word: str) -> float:
    """One plain number of bounded size."""
    if not _LENGTH.fullmatch(word):
        raise Malformed("document-xml", "not a number we write")
    return float(word)


def count(text: str) -> int:
    """A positive number without leading zeros."""
    if not _COUNT.fullmatch(text):
        raise Malformed("document-xml", "not a number we write")
    return int(text)


def spread(text: str, expected: int) -> tuple[float, ...]:
    """The advances that a DeltaX value stands for, `expected` in number."""
    found: list[float] = []
    words = iter(text.split())
    for word in words:
        times = count(next(words, "")) if word == "g" else 1
        if len(found) + times > expected:
            raise Malformed("document-xml", "more advances than characters")
        found += [length(next(words, "") if word == "g" else word)] * times
    if len(found) != expected:
        raise Malformed("document-xml", "fewer advances than characters")
    return tuple(found)


_remembered = lru_cache(maxsize=2048)(spread)


def remembered_spread(text: str, expected: int) -> tuple[float, ...]:
    """`spread`, once for the short values that lines of equal width have in common."""
    small = len(text) <= MAX_REMEMBERED and expected <= MAX_REMEMBERED
    return (_remembered if small else spread)(text, expected)
