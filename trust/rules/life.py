"""Lives: where something stands, and the one table of the steps between, with who may take each.

An application, an order of acts, a batch, stock, a version of a type, a seal and the report of a lost key all have one:
a table of rows, a line each. A row says at which stages a step begins, where it leads, and who may take it: anybody
who got this far, only who had a hand in it, only somebody else, or the register by itself. That two people stand behind
something is such a row, and who counts as one person is `trust.rules.people`'s to say.

What is refused is said in the errors of whoever the life belongs to, which it names beside its rows. What else a step
asks for (a content that was looked at, an evidence grade) is for the journeys; rights are for the edges.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from trust.rules.people import Named, same_person

StageT = TypeVar("StageT", bound=StrEnum)
StepT = TypeVar("StepT", bound=StrEnum)


class Who(StrEnum):
    """Who may take a step, among those whom the edges admit at all."""

    ANYBODY = "anybody"
    AUTHOR = "author"
    """Somebody who had a hand in it; in doubt two accounts of one name are one person."""
    ACCOUNT = "account"
    """The very account that had a hand in it."""
    ANOTHER = "another"
    """Somebody who had no hand in it; in doubt two accounts of one name are one person."""
    REGISTER = "register"
    """The register by itself: nobody is asked, and nobody is offered it."""

    def admits(self, by: Named, hands: Iterable[Named]) -> bool:
        """Whether this person may, when those had a hand in it."""
        match self:
            case Who.AUTHOR:
                return any(same_person(hand, by) for hand in hands)
            case Who.ACCOUNT:
                return any(hand.login == by.login for hand in hands)
            case Who.ANOTHER:
                return not any(same_person(hand, by) for hand in hands)
            case _:
                return True


@dataclass(frozen=True)
class Row(Generic[StageT, StepT]):
    """A step: where it begins (None: nothing is there yet), where it leads (None: nowhere else), who takes it.

    `needs_reason`: whoever takes it says why.
    """

    step: StepT
    begins: AbstractSet[StageT | None]
    result: StageT | None
    who: Who = Who.ANYBODY
    needs_reason: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "begins", frozenset(self.begins))


@dataclass(frozen=True)
class Life(Generic[StageT, StepT]):
    """A table of rows, one for each step, and how what it refuses is said.

    `moved` makes the error for a step that does not begin here, from stage and step; `persons` that for somebody who
    may not take it, from their login. `first` is where things begin that no step of the table opens.

    Raises:
        ValueError: a step has two rows, or a row asks for somebody without an error for anybody else.

    """

    rows: tuple[Row[StageT, StepT], ...]
    moved: Callable[[str, str], Exception]
    persons: Mapping[Who, Callable[[str], Exception]] = field(default_factory=dict)
    first: StageT | None = None

    def __post_init__(self) -> None:
        if len({row.step for row in self.rows}) != len(self.rows):
            raise ValueError("a step has one row")
        if not {row.who for row in self.rows} - {Who.ANYBODY, Who.REGISTER} <= self.persons.keys():
            raise ValueError("who may not take a step has to be told")

    def row(self, step: StepT) -> Row[StageT, StepT]:
        """The row of a step."""
        return next(row for row in self.rows if row.step is step)

    def after(self, stage: StageT | None, step: StepT) -> StageT:
        """The stage that a step leads to, whoever takes it; raises what `moved` makes where it does not begin here."""
        row = self.row(step)
        result = row.result or stage
        if stage not in row.begins or result is None:
            raise self.moved(stage or "nothing", step)
        return result

    def check_person(self, step: StepT, by: Named, hands: Iterable[Named]) -> None:
        """Check that this person may take a step when those had a hand in it; raises what `persons` makes."""
        who = self.row(step).who
        if not who.admits(by, hands):
            raise self.persons[who](by.login)

    def take(self, stage: StageT | None, step: StepT, by: Named, hands: Iterable[Named]) -> StageT:
        """The stage that a step leads to when this person takes it; raises as `after` and `check_person`."""
        result = self.after(stage, step)
        self.check_person(step, by, hands)
        return result

    def from_stage(self, stage: StageT) -> tuple[Row[StageT, StepT], ...]:
        """The rows of the steps that people may take from a stage, in the order of the table."""
        return tuple(row for row in self.rows if stage in row.begins and row.who is not Who.REGISTER)

    def open_to(self, stage: StageT, by: Named, hands: Iterable[Named]) -> tuple[StepT, ...]:
        """The steps that this person may take from a stage, in the order of the table."""
        known = tuple(hands)
        return tuple(row.step for row in self.from_stage(stage) if row.who.admits(by, known))

    def is_final(self, stage: StageT) -> bool:
        """Whether no step begins here."""
        return not any(stage in row.begins for row in self.rows)
