"""The standing of a licence (证照状态) and the acts that move it; computed from the acts alone.

暂扣, 恢复, 撤销, 吊销, 注销 and 失效 are different acts in law. `MOVES` is the one table of what each does: from which
standing, to which, and the operation code of the housing ministry's interface. Why and by whom an act may be taken is
in `grounds`; whether one more act may join those recorded is in `admission`. Codes of `Status` are those of the same
interface (reconstructed).

An act has three times: decided, effective, recorded. Standing follows the effective time. Acts are replayed in the
order of (effective time, sequence), so the order in which they are given does not matter, and four rules hold:

- Intervals are half-open: a suspension from t covers t; a reinstatement at u means that u is valid again.
- An act that the table does not allow where it falls is passed over: it stays on record and changes nothing.
- Final standings are final. The 注销 formality that follows 撤销, 吊销 or expiry in law ends a right that has already
  ended, so it is no move; what overturns a final act in court leads to a new version of the licence.
- An act lifts only what was recorded before it. Without this rule the reinstatement fixed in advance for one
  suspension would, after that suspension ended early, silently lift the next one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from trust.errors import Malformed
from trust.rules.errors import MoveRefused
from trust.rules.times import aware


class Status(StrEnum):
    """What a licence is worth at an instant; expiry by its own dates is judged elsewhere (`licence.validity`)."""

    VALID = "01"
    SUSPENDED = "02"
    RESCINDED = "03"
    CANCELLED = "04"
    LAPSED = "05"
    TRANSFERRING = "06"
    REVOKED = "07"
    OTHER = "99"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return _STATUS_LABELS[self]

    @property
    def final(self) -> bool:
        """Whether no later act can change it."""
        return self in _FINAL


_STATUS_LABELS = {
    Status.VALID: "有效",
    Status.SUSPENDED: "暂扣",
    Status.RESCINDED: "撤销",
    Status.CANCELLED: "注销",
    Status.LAPSED: "失效",
    Status.TRANSFERRING: "办理转出",
    Status.REVOKED: "吊销",
    Status.OTHER: "其他",
}
_FINAL = frozenset({Status.RESCINDED, Status.CANCELLED, Status.LAPSED, Status.REVOKED})

LIST_VALUE = MappingProxyType(
    {status: 1 if status in _FINAL else 3 for status in Status} | {Status.VALID: 0, Status.SUSPENDED: 2},
)
"""The two bits of a status list entry: 0 valid, 1 invalid, 2 suspended, 3 other."""


class ActKind(StrEnum):
    """The acts; each row of `MOVES` explains one."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    RESCIND = "rescind"
    REVOKE = "revoke"
    CANCEL = "cancel"
    LAPSE = "lapse"
    TRANSFER_OUT = "transfer-out"
    TRANSFER_BACK = "transfer-back"
    RESTRICT = "restrict"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return MOVES[self].label


@dataclass(frozen=True)
class Move:
    """One row of the table: what an act is called, from where it leads, and to where."""

    kind: ActKind
    label: str
    allowed_from: frozenset[Status]
    result: Status
    operation: str

    @property
    def lifts(self) -> bool:
        """Whether the act ends an interruption rather than begins something."""
        return self.result is Status.VALID


_LIVE = frozenset(Status) - _FINAL
MOVES = MappingProxyType(
    {
        move.kind: move
        for move in (
            Move(ActKind.SUSPEND, "暂扣", frozenset({Status.VALID}), Status.SUSPENDED, "03"),
            Move(ActKind.REINSTATE, "恢复", frozenset({Status.SUSPENDED, Status.OTHER}), Status.VALID, "06"),
            Move(ActKind.RESCIND, "撤销", _LIVE, Status.RESCINDED, "05"),
            Move(ActKind.REVOKE, "吊销", _LIVE, Status.REVOKED, "05"),
            Move(ActKind.CANCEL, "注销", _LIVE, Status.CANCELLED, "05"),
            Move(ActKind.LAPSE, "失效", _LIVE, Status.LAPSED, "04"),
            Move(ActKind.TRANSFER_OUT, "办理转出", frozenset({Status.VALID}), Status.TRANSFERRING, "05"),
            Move(ActKind.TRANSFER_BACK, "撤回转出", frozenset({Status.TRANSFERRING}), Status.VALID, "10"),
            Move(ActKind.RESTRICT, "限制使用", frozenset({Status.VALID}), Status.OTHER, "07"),
        )
    },
)


@dataclass(frozen=True)
class Act:
    """One recorded act on `subject` (the text of an identifier); `sequence` counts from 1 for each subject.

    `ground` is a code of `grounds.GROUNDS`, `reason` free text, `by` who recorded it. Times are kept in UTC.

    Raises:
        Malformed: `act-sequence` below 1, or `act-times`: recorded before it was decided.
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

    def __post_init__(self) -> None:
        for name in ("decided_at", "effective_at", "recorded_at"):
            object.__setattr__(self, name, aware(getattr(self, name)))
        if self.sequence < 1:
            raise Malformed("act-sequence")
        if self.recorded_at < self.decided_at:
            raise Malformed("act-times")

    @property
    def retroactive(self) -> bool:
        """Whether it takes effect before it was decided; late recording alone is not retroaction."""
        return self.effective_at < self.decided_at


@dataclass(frozen=True)
class Standing:
    """A status, since when, and by which act; a licence without acts is valid, since None and by None."""

    status: Status
    since: datetime | None = None
    act: Act | None = None


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
    for act in _in_order_of_effect(acts):
        current = standings[-1]
        if not _takes_effect(current, act):
            continue
        if current.since == act.effective_at:
            standings.pop()  # it lasted for no time at all
        standings.append(Standing(MOVES[act.kind].result, act.effective_at, act))
    ends = [standing.since for standing in standings[1:]]
    return tuple(Period(standing, until) for standing, until in zip(standings, [*ends, None], strict=True))


def _in_order_of_effect(acts: Iterable[Act]) -> list[Act]:
    ordered = sorted(acts, key=lambda act: (act.effective_at, act.sequence))
    if len({act.subject for act in ordered}) > 1:
        raise Malformed("act-subject")
    if len({act.sequence for act in ordered}) < len(ordered):
        raise Malformed("act-sequence")
    return ordered


def _takes_effect(current: Standing, act: Act) -> bool:
    move = MOVES[act.kind]
    if current.status not in move.allowed_from:
        return False
    return not move.lifts or current.act is None or current.act.sequence < act.sequence


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


def check_move(current: Standing, kind: ActKind) -> None:
    """Check that the table has a move of this kind from here.

    Raises:
        MoveRefused: `standing-final` where nothing can move any more, `standing-move` otherwise.

    """
    if current.status.final:
        raise MoveRefused("standing-final", status=current.status, kind=kind)
    if current.status not in MOVES[kind].allowed_from:
        raise MoveRefused("standing-move", status=current.status, kind=kind)
