"""Kinds of values inside `licence.json`, each read strictly: exact types, exact keys, one spelling.

`licence_document` and `licence_notes` are written with these; a value of another kind is refused as `licence-document`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from trust.errors import Malformed
from trust.formats.canonical_json import require

T = TypeVar("T")


def part(value: object, *names: str) -> Mapping[str, object]:
    """An object with exactly these keys."""
    found: dict[str, object] = of_kind(value, dict)
    require(found, frozenset(names))
    return found


def text(value: object) -> str:
    """A text."""
    return of_kind(value, str)


def day(value: object) -> date:
    """A date `YYYY-MM-DD`."""
    try:
        found = date.fromisoformat(text(value))
    except ValueError as error:
        raise Malformed("licence-document", "not a date") from error
    if found.isoformat() != value:
        raise Malformed("licence-document", "a date not of the form YYYY-MM-DD")
    return found


def optional(read: Callable[[object], T], value: object) -> T | None:
    """Null, or what `read` makes of the value."""
    return None if value is None else read(value)


def of_kind(value: object, kind: type[T]) -> T:
    """A value of exactly this kind: true is no number."""
    if type(value) is not kind:
        raise Malformed("licence-document", f"{kind.__name__} expected")
    return value
