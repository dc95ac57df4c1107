"""The one table of acts, put together for people: what each does, on which grounds, by whom, and what follows.

Nothing is decided here. Moves are from `standing`, grounds from `grounds`, who has to approve from `two_people`; this
joins them into rows, for the command that prints them and for the specification that is held against them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trust.rules.grounds import GROUNDS, Ground
from trust.rules.standing import LIST_VALUE, MOVES, ActKind, Status


@dataclass(frozen=True)
class ActRow:
    """One act: from where, to where (None leaves the standing), what a list then reads, what lifts it, its grounds."""

    kind: ActKind
    label: str
    allowed_from: tuple[Status, ...]
    result: Status | None
    list_value: int | None
    lifted_by: tuple[ActKind, ...]
    grounds: tuple[Ground, ...]


def act_rows() -> Iterator[ActRow]:
    """Every act, in the order of the table of moves."""
    for move in MOVES.values():
        yield ActRow(
            kind=move.kind,
            label=move.label,
            allowed_from=tuple(status for status in Status if status in move.allowed_from),
            result=move.result,
            list_value=None if move.result is None else LIST_VALUE[move.result],
            lifted_by=_lifting(move.result),
            grounds=tuple(ground for ground in GROUNDS.values() if move.kind in ground.kinds),
        )


def _lifting(result: Status | None) -> tuple[ActKind, ...]:
    """The acts that lead from a standing back to valid; none from what is valid, or over."""
    if result is None or result is Status.VALID:
        return ()
    return tuple(move.kind for move in MOVES.values() if move.lifts and result in move.allowed_from)
