r"""Reading a pattern: the closed language of `trust.rules.pattern`, from left to right into a tree of its parts.

Characters stand for themselves; `\d` is a digit 0–9, `\` before a mark takes its meaning away, `.` is any character,
`[0-9A-Z]` and `[^…]` are classes, `a|b` a choice, `(…)` and `(?:…)` groups; a count `?`, `*`, `+`, `{3}`, `{3,20}`,
`{3,}` follows a character, class or group once. Nothing else is read: no anchors, no look-around, no names, no
references, no lazy or possessive counts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from trust.errors import Malformed

MAX_COUNT, DEEPEST = 256, 16
REASON = "field-pattern"
_MEANING = frozenset(r"\.[](){}?*+|^$")
_COUNT = re.compile(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_DIGIT = ("0", "9")

Range = tuple[str, str]


@dataclass(frozen=True)
class Place:
    """One character of the text: in one of the ranges, or in none of them."""

    ranges: tuple[Range, ...]
    other: bool = False

    def takes(self, character: str) -> bool:
        """Whether the character may stand here."""
        return any(low <= character <= high for low, high in self.ranges) != self.other


@dataclass(frozen=True)
class Row:
    """Parts behind each other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Choice:
    """One of the ways."""

    ways: tuple["Node", ...]


@dataclass(frozen=True)
class Counted:
    """A part so many times; without end where `most` is None."""

    part: "Node"
    least: int
    most: int | None


Node = Place | Row | Choice | Counted
ANY = Place((), other=True)


def read_pattern(text: str) -> Node:
    """The parts of a pattern.

    Raises:
        Malformed: `field-pattern`, with the place, counted from 1, and what is wrong there.

    """
    return _Reader(text).whole()


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0

    def whole(self) -> Node:
        """The whole pattern."""
        node = self._choice()
        if self._at < len(self._text):
            raise self._wrong(self._text[self._at])
        return node

    def _choice(self) -> Node:
        ways = [self._row()]
        while self._skip("|"):
            ways.append(self._row())
        return ways[0] if len(ways) == 1 else Choice(tuple(ways))

    def _row(self) -> Node:
        parts = []
        while self._next() not in {"", "|", ")"}:
            parts.append(self._counted())
        return parts[0] if len(parts) == 1 else Row(tuple(parts))

    def _counted(self) -> Node:
        part, character = self._atom(), self._next()
        simple = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(character)
        if character == "{":
            simple = self._braces()
        elif simple is not None:
            self._at += 1
        return part if simple is None else Counted(part, *simple)

    def _braces(self) -> tuple[int, int | None]:
        found = _COUNT.match(self._text, self._at)
        if found is None:
            raise self._wrong("{")
        least = int(found[1])
        most = least if found[2] is None else None if found[3] is None else int(found[3])
        if least > MAX_COUNT or (most is not None and not max(1, least) <= most <= MAX_COUNT):
            raise self._wrong("{")
        self._at = found.end()
        return least, most

    def _atom(self) -> Node:
        character = self._next()
        read: dict[str, Callable[[], Node]] = {"(": self._group, "[": self._class, "\\": self._escaped}
        if character in read:
            return read[character]()
        if character in _MEANING - {"."}:
            raise self._wrong(character)
        self._at += 1
        return ANY if character == "." else _one(character)

    def _group(self) -> Node:
        self._at, self._depth = self._at + 1, self._depth + 1
        if self._depth > DEEPEST:
            raise self._wrong("nested")
        if self._text.startswith("?:", self._at):
            self._at += 2
        elif self._next() == "?":
            raise self._wrong("?")
        node = self._choice()
        if not self._skip(")"):
            raise self._wrong(")")
        self._depth -= 1
        return node

    def _class(self) -> Node:
        self._at += 1
        other, ranges = self._skip("^"), []
        while self._next() not in {"", "]"}:
            ranges.append(self._range())
        if not ranges or not self._skip("]"):
            raise self._wrong("]")
        return Place(tuple(ranges), other=other)

    def _range(self) -> Range:
        low = self._of_class()
        if self._next() != "-" or self._text[self._at + 1 : self._at + 2] in {"", "]"}:
            return low
        self._at += 1
        place, high = self._at, self._of_class()
        if _DIGIT in {low, high} or low > high:
            self._at = place
            raise self._wrong("range")
        return low[0], high[0]

    def _of_class(self) -> Range:
        character = self._next()
        if character == "\\":
            return self._escaped().ranges[0]
        if character in {"[", "^"}:
            raise self._wrong(character)
        self._at += 1
        return character, character

    def _escaped(self) -> Place:
        if self._text.startswith("\\d", self._at):
            self._at += 2
            return Place((_DIGIT,))
        found = _ESCAPED.match(self._text, self._at)
        if found is None:
            raise self._wrong(self._text[self._at : self._at + 2])
        self._at += 2
        return _one(found[1])

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, character: str) -> bool:
        found = self._next() == character
        self._at += found
        return found

    def _wrong(self, what: str) -> Malformed:
        return Malformed(REASON, f"{self._at + 1}: {what}")


def _one(character: str) -> Place:
    return Place(((character, character),))
