"""Patterns of items 填写格式: a small closed language of regular expressions, and an automaton that matches them.

A template comes from any department, so a pattern may be anybody's text. What it may say is in `pattern_reading`; it
always means the whole of a value, and a digit is 0–9 alone.

What is matched is the position automaton of the expression (Glushkov 1961, McNaughton and Yamada 1960): all ways
through it are followed side by side, so that a text costs at most its length times the places of the pattern, of which
there are 256 at most, however groups and counts are nested. No way is ever tried twice.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from trust.errors import Malformed
from trust.rules.pattern_reading import REASON, Choice, Counted, Node, Place, Row, read_pattern
from trust.rules.text import check_text

MAX_PATTERN, MAX_PLACES = 400, 256


@dataclass(frozen=True)
class Span:
    """A part of an automaton: whether it takes nothing at all, and the places it begins and ends with, as bits."""

    empty: bool
    first: int
    last: int


@dataclass(frozen=True)
class Automaton:
    """What may begin, follow each place and end a text (bits), and which bits stand for the same kind of character."""

    whole: Span
    follow: tuple[int, ...]
    kinds: tuple[tuple[Place, int], ...]


@dataclass(frozen=True)
class Pattern:
    """A pattern in the form above.

    Raises:
        Malformed: `field-pattern`, it is not; with the place, counted from 1, and what is wrong there.

    """

    text: str

    def __post_init__(self) -> None:
        try:
            check_text(self.text, MAX_PATTERN)
        except Malformed as refusal:
            raise Malformed(REASON, f"1: {refusal.reason}") from refusal
        if _size(read_pattern(self.text)) > MAX_PLACES:
            raise Malformed(REASON, f"> {MAX_PLACES}")

    @cached_property
    def automaton(self) -> Automaton:
        """The pattern as it is matched."""
        return _built(read_pattern(self.text))

    def takes(self, value: str) -> bool:
        """Whether the whole of a text is as the pattern says."""
        automaton = self.automaton
        if not value:
            return automaton.whole.empty
        may, hit = automaton.whole.first, 0
        for character in value:
            hit = may & _places_of(automaton, character)
            if not hit:
                return False
            may = followers_of(automaton, hit)
        return bool(hit & automaton.whole.last)


@lru_cache(maxsize=1024)
def pattern_of(text: str) -> Pattern:
    """The pattern of a text; raises as `Pattern`."""
    return Pattern(text)


def followers_of(automaton: Automaton, hit: int) -> int:
    """What may stand behind any of these places."""
    may = 0
    while hit:
        lowest = hit & -hit
        may |= automaton.follow[lowest.bit_length() - 1]
        hit ^= lowest
    return may


def _places_of(automaton: Automaton, character: str) -> int:
    """All places where this character may stand."""
    found = 0
    for kind, places in automaton.kinds:
        if kind.takes(character):
            found |= places
    return found


def _size(node: Node) -> int:
    """How many places the automaton will have, one at least for every part; counted before anything is built."""
    if isinstance(node, Place):
        return 1
    if isinstance(node, Counted):
        return _size(node.part) * (max(1, node.least) if node.most is None else node.most)
    return max(1, sum(map(_size, node.parts if isinstance(node, Row) else node.ways)))


def _built(node: Node) -> Automaton:
    builder = _Builder()
    whole = builder.span(node)
    return Automaton(whole, tuple(builder.follow), tuple(builder.kinds.items()))


class _Builder:
    """Numbers the places of a pattern from the left, and notes for each what may follow it."""

    def __init__(self) -> None:
        self.follow: list[int] = []
        self.kinds: dict[Place, int] = {}

    def span(self, node: Node) -> Span:
        """The span of a part; a part that is counted is numbered anew each time."""
        if isinstance(node, Place):
            return self._place(node)
        if isinstance(node, Counted):
            return self._counted(node)
        if isinstance(node, Choice):
            return self._choice([self.span(one) for one in node.ways])
        return self._row([self.span(one) for one in node.parts])

    def _place(self, place: Place) -> Span:
        bit = 1 << len(self.follow)
        self.follow.append(0)
        self.kinds[place] = self.kinds.get(place, 0) | bit
        return Span(empty=False, first=bit, last=bit)

    def _counted(self, node: Counted) -> Span:
        if node.most is not None:
            spans = [self.span(node.part) for _ in range(node.most)]
            return self._row(spans[: node.least] + [replace(one, empty=True) for one in spans[node.least :]])
        spans = [self.span(node.part) for _ in range(max(1, node.least))]
        self._join(spans[-1].last, spans[-1].first)
        return self._row(spans if node.least else [replace(spans[0], empty=True)])

    def _choice(self, ways: list[Span]) -> Span:
        whole = Span(empty=any(one.empty for one in ways), first=0, last=0)
        for one in ways:
            whole = replace(whole, first=whole.first | one.first, last=whole.last | one.last)
        return whole

    def _row(self, parts: list[Span]) -> Span:
        whole = Span(empty=True, first=0, last=0)
        for one in parts:
            self._join(whole.last, one.first)
            whole = Span(
                empty=whole.empty and one.empty,
                first=whole.first | (one.first if whole.empty else 0),
                last=one.last | (whole.last if one.empty else 0),
            )
        return whole

    def _join(self, last: int, first: int) -> None:
        """What begins one part may follow what ends another."""
        while last:
            lowest = last & -last
            self.follow[lowest.bit_length() - 1] |= first
            last ^= lowest
