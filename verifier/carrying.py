"""Values from one process to another as JSON, read back strictly.

The process that reads hostile files may be taken over by one, so its answer is hostile too: it is decoded by the
declared types of the values, field by field, and anything else is refused in one way: `NotCarried`. No code is named
in it and none is run (`pickle` would). Known are dataclasses, tuples of one type, mappings of strings, unions,
literals, enumerations, octets (base64), instants (ISO 8601, with a zone) and the plain types: text that can be encoded,
finite numbers, integers of 64 bits. Small values take many times their octets in memory, so they are counted before any
is made.
"""

import binascii
import json
import types
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from math import isfinite
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from verifier.errors import NotCarried

Carried = TypeVar("Carried")
MAX_VALUES = 500_000
"""Values in one answer, names included; fifty seals over four thousand entries make 200 000."""
MAX_DIGITS = 20
REFUSED = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, MemoryError, binascii.Error)
"""What goes wrong with values that are none of ours."""


def pack(value: object) -> bytes:
    """A value as JSON; unions of dataclasses are told apart by their class's name."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode()


def unpack(octets: bytes, kind: type[Carried]) -> Carried:
    """The value of this type (a union is allowed) that the octets carry.

    Raises:
        NotCarried: they carry none.

    """
    try:
        _require(octets, sum(map(octets.count, (b",", b"[", b"{"))) <= MAX_VALUES)
        found: Carried = _value(_loaded(octets), kind)
    except REFUSED as error:
        raise NotCarried(type(error).__name__) from error
    return found


def _loaded(octets: bytes) -> Any:
    return json.loads(octets, parse_int=_integer, parse_constant=_no_number)


def _integer(digits: str) -> int:
    """An integer; those of many digits are not even made."""
    return int(_require(digits, len(digits) <= MAX_DIGITS))


def _no_number(word: str) -> Any:
    raise NotCarried(word)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {"": type(value).__name__} | {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def _value(found: Any, kind: Any) -> Any:
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _one_of(found, get_args(kind))
    if origin is tuple:
        return _tuple(found, get_args(kind))
    if origin is Literal:
        return _require(found, found in get_args(kind))
    if origin is not None and issubclass(origin, Mapping):
        items = _require(found, isinstance(found, dict)).items()
        return {_text(key): _value(item, get_args(kind)[1]) for key, item in items}
    if is_dataclass(kind):
        return _dataclass(found, kind)
    return _simple(found, kind)


def _simple(found: Any, kind: Any) -> Any:
    if kind is bytes:
        return b64decode(_require(found, isinstance(found, str)), validate=True)
    if kind is datetime:
        return _instant(found)
    if kind is float:
        number = float(_require(found, type(found) in {int, float}))
        return _require(number, isfinite(number))
    if kind is str:
        return _text(found)
    if issubclass(kind, StrEnum):
        return kind(found)
    _require(found, kind in {int, bool} and type(found) is kind)
    return _require(found, abs(found) < 1 << 63)


def _text(found: Any) -> str:
    """Text without halves of characters, which nothing could write down again."""
    text: str = _require(found, isinstance(found, str))
    text.encode()
    return text


def _instant(found: Any) -> datetime:
    at = datetime.fromisoformat(found)
    return _require(at, at.tzinfo is not None).astimezone(UTC)  # type: ignore[no-any-return]  # it is the instant


def _one_of(found: Any, kinds: tuple[Any, ...]) -> Any:
    """A union is of None and one other type, or of dataclasses."""
    if found is None:
        return _require(None, types.NoneType in kinds)
    rest = [kind for kind in kinds if kind is not types.NoneType]
    if len(rest) == 1:
        return _value(found, rest[0])
    named = next((kind for kind in rest if kind.__name__ == found[""]), None)
    return _value(found, _require(named, named is not None))


def _tuple(found: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    _require(found, isinstance(found, list))
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_value(item, kinds[0]) for item in found)
    return tuple(_value(item, kind) for item, kind in zip(found, kinds, strict=True))


def _dataclass(found: Any, kind: Any) -> Any:
    hints = _hints(kind)
    if not isinstance(found, dict) or found.keys() != {"", *hints} or found[""] != kind.__name__:
        raise NotCarried(kind.__name__)
    return kind(**{name: _value(found[name], hint) for name, hint in hints.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _require(found: Any, held: bool) -> Any:  # noqa: FBT001  (a condition, read beside the value it is about)
    if not held:
        raise NotCarried(type(found).__name__)
    return found
