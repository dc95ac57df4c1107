"""JSON in one spelling, for everything that is hashed, signed or compared.

Keys sorted by code point, no white space, UTF-8 without escapes beyond what JSON needs, integers of at most 53 bits,
no fractions, and nothing that is not a JSON value. Reading is strict: what is read must be exactly what this module
would have written, which rules out repeated keys, other spellings of a number or a character, a byte order mark and
trailing text in one comparison. Instants are written as `2026-03-01T08:00:00Z` or with six digits of a second.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import UTC, datetime

from trust.errors import Malformed

MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1
MAX_MARKS = 200_000
"""Commas and opening brackets in a text: an empty list costs two octets of it and sixty of memory."""


def encode_json(value: Mapping[str, object]) -> bytes:
    """The only spelling of `value`, in UTF-8.

    Raises:
        Malformed: `json-value` for a fraction, a number too large, a lone surrogate, a key that is not text.

    """
    _check(value, MAX_DEPTH)
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise Malformed("json-value", "a lone surrogate") from error


def decode_json(data: bytes, *, limit: int) -> dict[str, object]:
    """The object that `data` spells, if it is at most `limit` octets and in the only spelling.

    Raises:
        Malformed: `too-large`, `json-syntax`, `json-value`, `json-spelling`.

    """
    if len(data) > limit:
        raise Malformed("too-large", f"more than {limit} octets")
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MAX_MARKS:
        raise Malformed("too-large", "too many members")
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # syntax, UTF-8, numbers of thousands of digits
        raise Malformed("json-syntax", "not JSON in UTF-8") from error
    if type(value) is not dict:
        raise Malformed("json-value", "an object was expected")
    if encode_json(value) != data:
        raise Malformed("json-spelling", "not in canonical form")
    return value


def require(value: Mapping[str, object], names: frozenset[str]) -> None:
    """Refuse an object whose keys are not exactly `names`."""
    if value.keys() != names:
        odd = ", ".join(sorted(value.keys() ^ names))[:200]
        raise Malformed("json-keys", f"missing or unknown: {odd}")


def text_of(instant: datetime) -> str:
    """An aware instant in UTC, `2026-03-01T08:00:00Z`; microseconds only where there are some."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant_from(value: object) -> datetime:
    """The instant that a text written by `text_of` names; refuses every other spelling."""
    if type(value) is not str or not value.endswith("Z"):
        raise Malformed("instant", "an instant in UTC was expected")
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise Malformed("instant", "not an instant") from error
    if text_of(instant) != value:
        raise Malformed("instant", "not in canonical form")
    return instant


def base64_of(octets: bytes) -> str:
    """Base64 with padding, RFC 4648 §4."""
    return b64encode(octets).decode("ascii")


def octets_from(value: object) -> bytes:
    """The octets of a base64 text in its only spelling."""
    if type(value) is not str:
        raise Malformed("base64", "a base64 text was expected")
    try:
        octets = b64decode(value, validate=True)
    except (NotBase64, ValueError) as error:
        raise Malformed("base64", "not base64") from error
    if base64_of(octets) != value:
        raise Malformed("base64", "not in canonical form")
    return octets


def _check(value: object, depth: int) -> None:
    """Refuse what has no single spelling, and nesting too deep."""
    if depth == 0:
        raise Malformed("json-value", "nested too deeply")
    if isinstance(value, Mapping):
        if not all(type(key) is str for key in value):
            raise Malformed("json-value", "a key is not text")
        for member in value.values():
            _check(member, depth - 1)
    elif type(value) in (list, tuple):
        for member in value:  # type: ignore[attr-defined]  # mypy does not narrow by `type(...) in`
            _check(member, depth - 1)
    elif type(value) is int:
        if abs(value) > MAX_INTEGER:
            raise Malformed("json-value", "an integer of more than 53 bits")
    elif value is not None and type(value) not in (str, bool):
        raise Malformed("json-value", f"{type(value).__name__} has no canonical spelling")
