"""Instants as people and programs write them in JSON: RFC 3339 with a zone, in years that every calendar has.

A time without a zone means something else to every reader, a number may be seconds or milliseconds, and the first and
last years cannot be moved to another zone at all: all of these are refused rather than guessed. Our own files have a
narrower form, in `canonical_json`.

    2026-11-21T12:00:00+08:00    2026-11-21T04:00:00Z    2026-11-21t04:00:00.250z
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from trust.errors import Malformed

FIRST_YEAR, LAST_YEAR = 1949, 8999
_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


def read_instant(text: object) -> datetime:
    """The instant that a text says, in UTC.

    Raises:
        Malformed: `instant-form` (no text, not in the form, no such day or hour), `instant-zone` (none is given),
            `instant-range` (a year far from ours).

    """
    found = _FORM.fullmatch(text.upper()) if isinstance(text, str) else None
    if found is None:
        raise Malformed("instant-form")
    if found[1] is None:
        raise Malformed("instant-zone")
    try:
        instant = datetime.fromisoformat(found[0])
    except ValueError as error:
        raise Malformed("instant-form") from error
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Malformed("instant-range")
    return instant.astimezone(UTC)


def _member(value: object) -> datetime:
    try:
        return read_instant(value)
    except Malformed as error:
        raise PydanticCustomError(error.reason, "not an RFC 3339 date-time with a zone") from error


Instant = Annotated[datetime, BeforeValidator(_member), WithJsonSchema({"type": "string", "format": "date-time"})]
"""The type of a member of a body that is an instant."""
