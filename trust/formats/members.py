"""Members of a JSON object that was read in canonical form: each of the kind that is expected, or refused.

The reason of a refusal is that of the document, given by the caller, so that whoever reads it learns which document is
wrong. Texts are bounded and not empty, lists are bounded and hold nothing twice.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from trust.errors import Malformed
from trust.formats.canonical_json import require

MAX_TEXT = 1_000
Entry = TypeVar("Entry", bound=Hashable)


def object_of(value: object, keys: frozenset[str], reason: str) -> dict[str, object]:
    """An object with exactly these keys."""
    if not isinstance(value, dict):
        raise Malformed(reason, "an object was expected")
    require(value, keys)
    return value


def text_in(value: object, reason: str, most: int = MAX_TEXT) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise Malformed(reason, "a text that is not empty was expected")
    return value


def text_or_none(value: object, reason: str, most: int = MAX_TEXT) -> str | None:
    """A text that is not empty, or null."""
    return None if value is None else text_in(value, reason, most)


def number_in(value: object, reason: str) -> int:
    """A whole number."""
    if type(value) is not int:
        raise Malformed(reason, "a number was expected")
    return value


def truth_in(value: object, reason: str) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise Malformed(reason, "true or false was expected")
    return value


def pair_in(value: object, reason: str) -> tuple[object, object]:
    """A list of two."""
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed(reason, "a pair was expected")
    return value[0], value[1]


def entries_in(value: object, read: Callable[[object], Entry], reason: str, most: int) -> tuple[Entry, ...]:
    """Entries of a list, none of them twice."""
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(reason, f"a list of at most {most} entries was expected")
    entries = tuple(read(one) for one in value)
    if len(set(entries)) != len(entries):
        raise Malformed(reason, "an entry occurs twice")
    return entries
