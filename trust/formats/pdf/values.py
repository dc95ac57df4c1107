"""Reading the values inside our own objects: a small part of PDF syntax, in one spelling.

The writer puts a value on one line, without comments or escapes in strings, names escaped only where they must be,
keys once. Whatever is spelt otherwise was not written by us, so a reader of this part is short, has no recursion,
and can look at every object of a file quickly. General PDF is pyHanko's business (`source`, `examine`).

    << /Type /Font /Widths [500 -0.25] /Parent 7 0 R /Title <feff5370> >>
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from trust.formats.pdf.errors import PdfRefused

PLAIN = frozenset(range(0x21, 0x7F)) - frozenset(b"#()<>[]{}/%\\")
"""Octets that stand in a name as they are; all others are escaped, these never."""

MAX_DEPTH = 60
TOKEN = re.compile(
    rb" *(?:/((?:[!\"$&'*+,\-.0-9:;=?@A-Z^_`a-z|~]|#[0-9A-F]{2})*)"
    rb"|(?:([1-9]\d{0,5}) 0 R|(-?\d+(?:\.\d+)?|true|false|null))(?=[ /\[\]<>(]|$)"
    rb"|(<<)|(>>)|(\[)|(\])"
    rb"|<([0-9a-f]*)>|\(([^()\\\r\n%]*)\)) *",
)
NAME, REFERENCE, WORD, OPEN_DICTIONARY, CLOSE_DICTIONARY, OPEN_ARRAY, CLOSE_ARRAY, OCTETS, TEXT = range(1, 10)
ESCAPE = re.compile(rb"#([0-9A-F]{2})")


class Name(bytes):
    """A name, without its slash."""

    __slots__ = ()


class Ref(int):
    """A reference to the object of this number."""

    __slots__ = ()


class Word(NamedTuple):
    """A number, `true`, `false` or `null`, as it is spelt; no rule here depends on one."""

    spelling: bytes


Value: TypeAlias = Name | Ref | Word | bytes | list["Value"] | dict[Name, "Value"]


def parse(number: int, octets: bytes) -> Value:
    """Read the one value of object `number`.

    Raises:
        PdfRefused: `pdf-structure`, it is not one value in our spelling; `pdf-size`, it is nested too deeply.

    """
    outer: list[list[Value]] = []
    opened: list[int] = []
    current: list[Value] = []
    position = 0
    while position < len(octets):
        found = TOKEN.match(octets, position)
        if found is None or found.lastindex is None:
            raise spelt_otherwise(number)
        position, kind = found.end(), found.lastindex
        if kind == WORD:
            current.append(Word(found[WORD]))
        elif kind == REFERENCE:
            current.append(Ref(found[REFERENCE]))
        elif kind in {OPEN_DICTIONARY, OPEN_ARRAY}:
            if len(outer) == MAX_DEPTH:
                raise PdfRefused("pdf-size", "文件中的对象嵌套过深，不予处理。", step=2)
            outer.append(current)
            opened.append(kind + 1)
            current = []
        elif kind in {CLOSE_DICTIONARY, CLOSE_ARRAY}:
            if not opened or opened.pop() != kind:
                raise spelt_otherwise(number)
            closed: Value = current if kind == CLOSE_ARRAY else dictionary(number, current)
            current = outer.pop()
            current.append(closed)
        else:
            current.append(simple(number, kind, found[kind]))
    if opened or len(current) != 1:
        raise spelt_otherwise(number)
    return current[0]


def simple(number: int, kind: int, octets: bytes) -> Value:
    """A name or a string."""
    if kind == NAME:
        return Name(octets) if b"#" not in octets else escaped_name(number, octets)
    if kind == TEXT:
        return octets
    if len(octets) % 2:
        raise spelt_otherwise(number)
    return bytes.fromhex(octets.decode())


def escaped_name(number: int, octets: bytes) -> Name:
    """A name in which octets are escaped; escaping one that need not be is another spelling of the same name."""
    if any(int(digits, 16) in PLAIN for digits in ESCAPE.findall(octets)):
        raise spelt_otherwise(number)
    return Name(ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), octets))


def dictionary(number: int, items: list[Value]) -> dict[Name, Value]:
    """Keys and values in turn, each key once."""
    made: dict[Name, Value] = {}
    for key, value in zip(items[::2], items[1::2], strict=False):
        if not isinstance(key, Name) or key in made:
            raise spelt_otherwise(number)
        made[key] = value
    if len(made) * 2 != len(items):
        raise spelt_otherwise(number)
    return made


def nested(value: Value) -> Iterator[Value]:
    """A value and all values in it; references are not followed."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        yield item
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def spelt_otherwise(number: int) -> PdfRefused:
    """The refusal of anything that our writer does not write."""
    return PdfRefused("pdf-structure", f"对象 {number} 不是本系统写出的形式，或夹带了其他内容。", step=2)
