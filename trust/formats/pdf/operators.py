"""A page's content as operators with their operands, for finding words.

Numbers, names, strings and arrays of these are handed on; dictionaries and inline images are passed over. A malformed
stretch gives fewer operators, never an error: this is no judgement of the document. Rules: ISO 32000-2 §7.8.2, §7.3.
"""

import re
from collections.abc import Iterator

MAX_OPERANDS = 512
MAX_ITEMS = 20_000
TOKEN = re.compile(
    rb"[\0\t\n\f\r ]*(?:%[^\r\n]*|([+-]?(?:\d++(?:\.\d*+)?|\.\d++))(?=[\0\t\n\f\r ()<>\[\]{}/%]|$)"
    rb"|/([^\0\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(<<|>>|[\[\]{}(])|<([0-9A-Fa-f\0\t\n\f\r ]*)>|([^\0\t\n\f\r ()<>\[\]{}/%]+)|(.))",
    re.DOTALL,
)
NUMBER, NAME, MARK, HEXADECIMAL, WORD = 1, 2, 3, 4, 5
PLAIN = re.compile(rb"[^()\\]*")
IMAGE_END = re.compile(rb"[\0\t\n\f\r ]EI(?=[\0\t\n\f\r ]|$)")
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b""}
OCTAL = re.compile(rb"[0-7]{1,3}")


class Name(str):
    """A name, without its slash."""

    __slots__ = ()


Operand = float | Name | bytes | list[float | bytes]


class _Operands:
    """Operands gathered for the next operator; what stands in a dictionary is passed over."""

    def __init__(self) -> None:
        self._values: list[Operand] = []
        self._array: list[float | bytes] | None = None
        self._deep = 0

    @property
    def inside(self) -> bool:
        """Whether a dictionary is open."""
        return self._deep > 0

    def take(self, value: float | bytes) -> None:
        """A number or string."""
        if self.inside:
            return
        if self._array is None:
            self._put(value)
        elif len(self._array) < MAX_ITEMS:
            self._array.append(value)

    def name(self, octets: bytes) -> None:
        """A name; one in an array means nothing here."""
        if not self.inside and self._array is None:
            self._put(Name(octets.decode("latin-1")))

    def mark(self, mark: bytes) -> None:
        """The beginning or end of a dictionary or an array."""
        if mark == b"<<":
            self._deep += 1
        elif mark == b">>":
            self._deep = max(self._deep - 1, 0)
        elif mark == b"[" and not self.inside:
            self._array = []
        elif mark == b"]" and self._array is not None:
            array, self._array = self._array, None
            self._put(array)

    def given(self) -> list[Operand]:
        """The operands; the next operator starts anew."""
        values, self._values, self._array = self._values, [], None
        return values

    def _put(self, value: Operand) -> None:
        if len(self._values) < MAX_OPERANDS:
            self._values.append(value)


def operators(content: bytes) -> Iterator[tuple[bytes, list[Operand]]]:
    """Each operator with its operands, in order."""
    operands = _Operands()
    at = 0
    while (found := TOKEN.match(content, at)) is not None and found.end() > at:
        at, kind = found.end(), found.lastindex
        if kind == NUMBER:
            operands.take(float(found[NUMBER]))
        elif kind == HEXADECIMAL:
            operands.take(_octets(found[HEXADECIMAL]))
        elif kind == NAME:
            operands.name(found[NAME])
        elif kind == MARK and found[MARK] == b"(":
            string, at = _string(content, at)
            operands.take(string)
        elif kind == MARK:
            operands.mark(found[MARK])
        elif kind == WORD and not operands.inside:
            at = _behind_image(content, at) if found[WORD] == b"ID" else at
            yield found[WORD], operands.given()


def _behind_image(content: bytes, at: int) -> int:
    """Where an inline image ends."""
    ending = IMAGE_END.search(content, at)
    return ending.end() if ending else len(content)


def _octets(digits: bytes) -> bytes:
    kept = digits.translate(None, b"\0\t\n\f\r ").decode()
    return bytes.fromhex(kept + "0" * (len(kept) % 2))


def _string(content: bytes, at: int) -> tuple[bytes, int]:
    """A literal string from behind its bracket, and where it ends."""
    parts: list[bytes] = []
    deep = 1
    while at < len(content):
        plain = PLAIN.match(content, at)
        end = plain.end() if plain else at
        parts.append(content[at:end])
        mark, at = content[end : end + 1], end + 1
        if mark == b"\\":
            piece, at = _escaped(content, at)
            parts.append(piece)
            continue
        deep += {b"(": 1, b")": -1}.get(mark, 0)
        if not deep:
            break
        parts.append(mark)
    return b"".join(parts), at


def _escaped(content: bytes, at: int) -> tuple[bytes, int]:
    octal = OCTAL.match(content, at)
    if octal:
        return bytes((int(octal[0], 8) & 0xFF,)), octal.end()
    mark = content[at : at + 1]
    return ESCAPES.get(mark, mark), at + (2 if content[at : at + 2] == b"\r\n" else 1)
