"""The standing of a licence (证照状态) and the acts that move it; computed from the acts alone.

From which standing each act leads to which is the table of `moves`; why and by whom an act may be taken is in
`grounds`; whether one more act may join those recorded is in `admission`.

An act has three times: decided, effective, recorded; a fourth, when it was made public, is no claim of the act but
follows from the status lists (`revocation.reading`). Standing follows the effective time. Acts are replayed in the
order of (effective time, sequence), so the order in which they are given does not matter, and six rules hold:

- Intervals are half-open: a suspension from t covers t; a reinstatement at u means that u is valid again.
- An act that the table does not allow where it falls is passed over: it stays on record and changes nothing.
- Final standings are final. The 注销 formality that follows 撤销, 吊销 or expiry in law ends a right that has already
  ended, so it is no move; what overturns a final act in court leads to a new version of the licence.
- An act lifts only what was recorded before it. Without this rule the reinstatement fixed in advance for one
  suspension would, after that suspension ended early, silently lift the next one.
- An act that says which act it reverses lifts that one and nothing else. Every lifting act that is recorded says so.
- An end fixed for later that was set aside (原决定被撤销) before its day never comes. One that has come stays, whatever
  is recorded afterwards: verifiers have been told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trust.errors import Malformed
from trust.rules.errors import MoveRefused
from trust.rules.moves import LIST_VALUE, MOVES, ActKind, Move, Status
from trust.rules.times import aware

__all__ = [
    "LIST_VALUE", "MOVES", "Act", "ActKind", "Move", "Period", "Standing", "Status", "check_move", "history",
    "next_change", "overturning", "recorded_by", "reversal_of", "standing_at",
]  # fmt: skip


@dataclass(frozen=True)
class Act:
    """One recorded act on `subject` (the text of an identifier); `sequence` counts from 1 for each subject.

    `ground` is a code of `grounds.GROUNDS`, `reason` free text, `by` who recorded it. Times are kept in UTC.
    `decision` is the number of the decision it rests on, where there is one; `reverses` the sequence of the act on the
    same subject that it reverses. Acts recorded before the register asked for that have None. `receiver` is the body
    that a licence is transferred out to, by its code or name; older transfers give it in their reason alone.

    Raises:
        Malformed: `act-sequence` below 1, or `act-times`: recorded before it was decided; `act-reversal`: it names
            itself or an act after it.
        ValueError: a time without a zone.

    """

    subject: str
    sequence: int
    kind: ActKind
    ground: str
    reason: str
    decided_at: datetime
    effective_at: datetime
    recorded_at: datetime
    by: str
    decision: str = ""
    reverses: int | None = None
    receiver: str = ""

    def __post_init__(self) -> None:
        for name in ("decided_at", "effective_at", "recorded_at"):
            object.__setattr__(self, name, aware(getattr(self, name)))
        if self.sequence < 1:
            raise Malformed("act-sequence")
        if self.recorded_at < self.decided_at:
            raise Malformed("act-times")
        if self.reverses is not None and not 1 <= self.reverses < self.sequence:
            raise Malformed("act-reversal", f"{self.sequence} names {self.reverses}")

    @property
    def retroactive(self) -> bool:
        """Whether it takes effect before it was decided; late recording alone is not retroaction."""
        return self.effective_at < self.decided_at


@dataclass(frozen=True)
class Standing:
    """A status, since when, and by which act; a licence without acts is valid, since None and by None.

    `carried`: the register has no act for it, because a restore lost it (`trust.rules.carried_over`); `since` is then
    the instant of the restore.
    """

    status: Status
    since: datetime | None = None
    act: Act | None = None
    carried: bool = False

    @property
    def label(self) -> str:
        """The word of the administration, with what is still to be done where a restore lost the act."""
        return f"{self.status.label}（恢复前已公布，待重新登记）" if self.carried else self.status.label


@dataclass(frozen=True)
class Period:
    """A standing and the instant at which the next one begins, which is no longer part of it; None while it lasts."""

    standing: Standing
    until: datetime | None


def history(acts: Iterable[Act]) -> tuple[Period, ...]:
    """Every standing that ever held or is fixed to hold, oldest first; periods touch and none is empty.

    Raises:
        Malformed: `act-subject`, acts of different subjects; `act-sequence`, two acts with one number.

    """
    standings = [Standing(Status.VALID)]
    ordered = _in_order_of_effect(acts)
    for act in [one for one in ordered if not _set_aside_before(one, ordered)]:
        current = standings[-1]
        result = MOVES[act.kind].result
        if result is None or not _takes_effect(current, act):
            continue
        if current.since == act.effective_at:
            standings.pop()  # it lasted for no time at all
        standings.append(Standing(result, act.effective_at, act))
    ends = [standing.since for standing in standings[1:]]
    return tuple(Period(standing, until) for standing, until in zip(standings, [*ends, None], strict=True))


def _in_order_of_effect(acts: Iterable[Act]) -> list[Act]:
    ordered = sorted(acts, key=lambda act: (act.effective_at, act.sequence))
    if len({act.subject for act in ordered}) > 1:
        raise Malformed("act-subject")
    if len({act.sequence for act in ordered}) < len(ordered):
        raise Malformed("act-sequence")
    return ordered


def _set_aside_before(act: Act, acts: Iterable[Act]) -> bool:
    """Whether an end was set aside, on record and in effect, before it took effect itself."""
    return MOVES[act.kind].ends and any(
        other.kind is ActKind.OVERTURN
        and other.reverses == act.sequence
        and max(other.effective_at, other.recorded_at) < act.effective_at
        for other in acts
    )


def _takes_effect(current: Standing, act: Act) -> bool:
    move = MOVES[act.kind]
    if current.status not in move.allowed_from:
        return False
    if not move.lifts or current.act is None:
        return True
    if act.reverses is not None:
        return current.act.sequence == act.reverses
    return current.act.sequence < act.sequence


def standing_at(acts: Iterable[Act], at: datetime) -> Standing:
    """The standing at an instant, by all the acts given; `recorded_by` first asks what was known at a time.

    Raises:
        Malformed: as `history`.
        ValueError: `at` has no time zone.

    """
    instant = aware(at)
    return next(
        period.standing
        for period in reversed(history(acts))
        if period.standing.since is None or period.standing.since <= instant
    )


def next_change(acts: Iterable[Act], after: datetime) -> datetime | None:
    """The first instant later than `after` at which the standing becomes another; None if none is fixed.

    Raises:
        Malformed: as `history`.
        ValueError: `after` has no time zone.

    """
    instant = aware(after)
    changes = (period.standing.since for period in history(acts))
    return next((since for since in changes if since is not None and since > instant), None)


def recorded_by(acts: Iterable[Act], instant: datetime) -> tuple[Act, ...]:
    """The acts on record at an instant: with them `standing_at` says what anybody could have known then."""
    known = aware(instant)
    return tuple(act for act in acts if act.recorded_at <= known)


def reversal_of(acts: Iterable[Act], sequence: int) -> Act | None:
    """The act that reverses another: the one recorded last of those that name it; None if nothing does."""
    naming = [act for act in acts if act.reverses == sequence]
    return max(naming, key=lambda act: act.sequence, default=None)


def overturning(acts: Iterable[Act], standing: Standing) -> Act | None:
    """The act that set aside the end which a standing is; None where it is no end, or the end holds."""
    if standing.act is None or not standing.status.final:
        return None
    return reversal_of(acts, standing.act.sequence)


def check_move(current: Standing, kind: ActKind) -> None:
    """Check that the table has a move of this kind from here.

    Raises:
        MoveRefused: `standing-final` where nothing can move any more, `standing-move` otherwise.

    """
    if current.status.final and current.status not in MOVES[kind].allowed_from:
        raise MoveRefused("standing-final", status=current.status, kind=kind)
    if current.status not in MOVES[kind].allowed_from:
        raise MoveRefused("standing-move", status=current.status, kind=kind)
