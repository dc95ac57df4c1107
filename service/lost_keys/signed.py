"""What a key signed, or a seal was put to, as values: one thing each, and counts by kind, type, department and month.

Each stands on one side of the instant from which on nothing counts any more: that of the loss, or of the seal's end.

    before    the log has it among the entries that are older, or its own time stamps are: it stays valid
    after     the log has it, later: anybody who has the key, or the seal, may have made one like it
    none      it was begun and never logged, so that nothing proves when it was signed

A code is not a thing of its own: every licence and every copy bears one, signed by the same key. Where no log can be
asked nothing proves the age of a code, so that the codes of all of them fail offline, also of those from before.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trust.rules.labelled import Labelled


class Kind(Labelled):
    """What was signed."""

    LICENCE = "licence", "证照"
    COPY = "copy", "加注件"
    DOCUMENT = "document", "盖章文件"


class Proof(Labelled):
    """What is proven of its time, against the instant of the loss or of the end."""

    BEFORE = "before", "证明早于泄露或者注销"
    AFTER = "after", "泄露或者注销之后"
    NONE = "none", "没有时间证明"


@dataclass(frozen=True)
class Signed:
    """One thing: a licence or copy by its identifier, a document by request and place; `log_index` where it is logged.

    A document has no type; the number of its seal stands in its place.
    """

    kind: Kind
    subject: str
    type_code: str
    made_at: datetime
    proof: Proof
    log_index: int | None = None


@dataclass(frozen=True)
class Count:
    """How many of a kind, of a type, of a department, made in a month (`2026-11`, by the clock of China)."""

    kind: Kind
    type_code: str
    body_code: str
    month: str
    before: int
    after: int
    none: int

    @property
    def falls(self) -> int:
        """How many do not hold any more."""
        return self.after + self.none


@dataclass(frozen=True)
class Reach:
    """What is looked at: the things of a body between the first certificate of the key and the next key's.

    `boundary` is the number of log entries older than the loss, `seals` are the seals of this key. `licences` is false
    for the key of a personal seal, which signs documents alone. With `used` only those licences and copies are looked
    at that one of the seals was put to: a seal ended, and the key goes on with another.
    """

    body_code: str
    since: datetime | None
    boundary: int
    begins: datetime
    ends: datetime | None
    seals: tuple[str, ...]
    licences: bool = True
    used: bool = False


@dataclass(frozen=True)
class Blast:
    """How far a loss reaches, in numbers."""

    reach: Reach
    counts: tuple[Count, ...]

    def total(self, kind: Kind) -> tuple[int, int, int]:
        """Before, after, and without a proof, of one kind."""
        own = [one for one in self.counts if one.kind is kind]
        return sum(one.before for one in own), sum(one.after for one in own), sum(one.none for one in own)

    @property
    def falls(self) -> int:
        """How many do not hold any more."""
        return sum(one.falls for one in self.counts)

    @property
    def codes(self) -> int:
        """How many codes fail where no log can be asked: those of all licences and copies."""
        return sum(sum(self.total(kind)) for kind in (Kind.LICENCE, Kind.COPY))

    def by_type(self) -> Sequence[Count]:
        """The counts with all months and departments together."""
        return _together(self.counts, lambda one: replace(one, body_code="", month=""))

    def by_department(self) -> Sequence[Count]:
        """The counts with all months and types together."""
        return _together(self.counts, lambda one: replace(one, type_code="", month=""))


def _together(counts: Iterable[Count], where: Callable[[Count], Count]) -> Sequence[Count]:
    """Sums of the counts that `where` makes alike, numbers aside, in the order of the first of each."""
    made: dict[Count, Count] = {}
    for one in counts:
        place = replace(where(one), before=0, after=0, none=0)
        known = made.get(place, place)
        made[place] = replace(
            known, before=known.before + one.before, after=known.after + one.after, none=known.none + one.none
        )
    return tuple(made.values())
