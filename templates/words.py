"""Reading the words of a table strictly, and telling everything that is wrong with them at once.

`Words` hands out values of the kind that is asked for. What is missing, of another kind or out of bounds becomes a
`Fault` and a harmless value in its place, so that reading goes on; what was never asked for becomes a fault at `close`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from templates.items import Colour

_GREY: Colour = (128, 128, 128)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Fault:
    """One mistake: `reason` is a stable code, `where` the path of the word, `fact` what was found or would do.

    `group` is the kind of mistake that `TemplateError` names: form, type, slots, layout, sample or unreadable.
    """

    group: str
    reason: str
    where: str
    fact: str = ""
    line: int | None = None


@dataclass
class Words:
    """A table and what is asked of it; `path` is where it stands, `faults` is shared by all tables of a file."""

    table: dict[str, Any]
    path: str
    faults: list[Fault]
    asked: set[str] = field(default_factory=set)

    def fault(self, reason: str, word: str, fact: object = "") -> None:
        """Note a mistake at one of the words."""
        where = f"{self.path}.{word}" if self.path and word else self.path or word
        self.faults.append(Fault("form", reason, where, str(fact)[:200]))

    def has(self, word: str) -> bool:
        """Whether the word is there."""
        return word in self.table

    def number(
        self,
        word: str,
        default: float | None = None,
        *,
        low: float = -2000.0,
        high: float = 2000.0,
        above: bool = False,
    ) -> float:
        """A finite number from `low` to `high`; with `above`, larger than `low`."""
        value = self._value(word, default)
        good = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        if not good or not low <= value <= high or (above and value == low):
            if value is not None:
                self.fault("number", word, f"{value!r}, {low:g}–{high:g}")
            return default if default is not None else max(low, 1.0)
        return float(value)

    def count(self, word: str, default: int | None = None, *, low: int = 0, high: int = 100) -> int:
        """A whole number in bounds."""
        value = self._value(word, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            if value is not None:
                self.fault("number", word, f"{value!r}, {low}–{high}")
            return low
        return value

    def text(self, word: str, default: str | None = None, *, longest: int = 4000) -> str:
        """A text that is not empty, unless the default is."""
        value = self._value(word, default)
        if not isinstance(value, str) or len(value) > longest or (not value and default != ""):
            if value is not None:
                self.fault("text", word, repr(value))
            return default or "?"
        return value

    def choice(self, word: str, choices: Sequence[str], default: str | None = None) -> Any:
        """One of these words."""
        value = self._value(word, default)
        if value not in choices:
            if value is not None:
                self.fault("choice", word, f"{value!r}; {' | '.join(choices)}")
            return choices[0]
        return value

    def flag(self, word: str) -> bool:
        """True or false, false where it is not said."""
        value = self._value(word, default=False)
        if not isinstance(value, bool):
            self.fault("choice", word, f"{value!r}; true | false")
            return False
        return value

    def colour(self, word: str) -> Colour:
        """A colour `#rrggbb`."""
        value = self._value(word, None)
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            if value is not None:
                self.fault("colour", word, f"{value!r}; #1d5146")
            return _GREY
        red, green, blue = bytes.fromhex(value[1:])
        return red, green, blue

    def inner(self, word: str) -> "Words":
        """A table inside this one."""
        value = self._value(word, None)
        if not isinstance(value, dict):
            if value is not None:
                self.fault("table", word, repr(value))
            return Words({}, f"{self.path}.{word}", [])
        return Words(value, f"{self.path}.{word}" if self.path else word, self.faults)

    def each(self, word: str) -> Iterator["Words"]:
        """The tables of a list, none where the word is not there."""
        self.asked.add(word)
        value = self.table.get(word, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fault("tables", word, repr(value))
            return
        path = f"{self.path}.{word}" if self.path else word
        for number, one in enumerate(value, start=1):
            yield Words(one, f"{path}[{number}]", self.faults)

    def close(self) -> None:
        """Note every word that nobody asked for."""
        for word in sorted(self.table.keys() - self.asked):
            self.fault("unknown-word", word, ", ".join(sorted(self.asked)))

    def _value(self, word: str, default: Any) -> Any:
        self.asked.add(word)
        if word in self.table:
            return self.table[word]
        if default is None:
            self.fault("missing-word", word)
        return default
