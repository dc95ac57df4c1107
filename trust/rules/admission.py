"""Whether one more act may join the acts recorded of a licence, or of a seal.

`check_act` is asked before an act is stored. It puts together what the neighbours decide: the ground fits the act and
whoever takes it (`grounds`), the times are possible, and the table has the move (`standing`). The move is judged
where the act takes effect, not where the licence stands today, because an act may be fixed for a later day or reach
back. What is stored is stored for good, so a doubtful act is refused here rather than passed over silently later.

Nor may an act make void what is already on record. An interruption that begins before a suspension fixed for later
would swallow it, and whatever lifts the first would then lift both; so it is refused (`would-void-an-act`). To suspend
at once instead, the fixed one is first lifted as of its own beginning: that decision is then on record too. Three
things may fall away: what comes after an end (吊销, 注销 …), a lifting fixed for later than another, and a transfer
fixed for later, because the holder's wish does not ward off a measure.

An act that reverses another names it, and it is the one that made the standing where the reversal takes effect; nothing
is reversed twice.
"""

from collections.abc import Iterable
from datetime import datetime

from trust.errors import Conflict, Malformed
from trust.rules.errors import MoveRefused
from trust.rules.grounds import Authority, Ground, check_authority, check_decision, ground_for
from trust.rules.seal_grounds import grounds_about
from trust.rules.standing import (
    MOVES,
    Act,
    ActKind,
    Standing,
    Status,
    check_move,
    history,
    reversal_of,
    standing_at,
)

_KEPT = frozenset({Status.SUSPENDED, Status.OTHER}) | {status for status in Status if status.final}
"""What an act leads to if no other may make it void, unless it lifts it or is an end itself."""


def check_act(acts: Iterable[Act], act: Act, *, authority: Authority = Authority.ISSUER) -> Ground:
    """Return the ground of an act that may be recorded after `acts`, all those of its subject.

    Raises:
        Malformed: `act-subject`, `act-reversal` (it names an act that it is not about, or none), or as `ground_for`.
        FieldRefused: as `check_decision`.
        Untrusted: `ground-authority`.
        Conflict: `act-sequence` (another act was recorded meanwhile), `act-recorded-order` (the clock went back),
            `not-retroactive`, `already-reversed`.
        MoveRefused: `standing-final`, `standing-move`, `would-void-an-act`.

    """
    recorded = sorted(acts, key=lambda other: other.sequence)
    _check_place(recorded, act)
    ground = ground_for(act.kind, act.ground, act.reason, grounds_about(act.subject))
    check_authority(ground, authority)
    _check_reach(ground, act)
    _check_not_ended(recorded, act)
    current = standing_at(recorded, act.effective_at)
    check_move(current, act.kind)
    _check_reversal(recorded, act, current)
    _check_nothing_lost(recorded, act, current)
    check_decision(ground, act.decision)
    return ground


def reversed_by(acts: Iterable[Act], kind: ActKind, effective_at: datetime) -> int | None:
    """The sequence of the act that one of this kind, taking effect at an instant, would reverse; None if it does not.

    Raises:
        Malformed: as `history`.

    """
    current = standing_at(acts, effective_at).act
    return current.sequence if MOVES[kind].reverses and current is not None else None


def _check_place(recorded: list[Act], act: Act) -> None:
    if any(other.subject != act.subject for other in recorded):
        raise Malformed("act-subject")
    if act.sequence != (recorded[-1].sequence + 1 if recorded else 1):
        raise Conflict("act-sequence")
    if recorded and act.recorded_at < recorded[-1].recorded_at:
        raise Conflict("act-recorded-order")


def _check_reach(ground: Ground, act: Act) -> None:
    """An act reaches back only if its ground does; one that restores not even to before it is on record."""
    if act.retroactive and not ground.retroactive:
        raise Conflict("not-retroactive", f"{ground.code}: effective before it was decided")
    if MOVES[act.kind].lifts and act.effective_at < act.recorded_at:
        raise Conflict("not-retroactive", f"{act.kind}: effective before it is recorded")


def _check_not_ended(recorded: list[Act], act: Act) -> None:
    """An end that has taken effect stands, except that a rescission may annul from before it (撤销 after 注销)."""
    today = standing_at(recorded, act.recorded_at)
    annuls = act.kind is ActKind.RESCIND and today.status is not Status.RESCINDED
    if today.status.final and not annuls and act.kind is not ActKind.OVERTURN:
        raise MoveRefused("standing-final", status=today.status, kind=act.kind)


def _check_reversal(recorded: list[Act], act: Act, current: Standing) -> None:
    """An act is about the one that made the standing, or about none; an end is set aside once, and by name."""
    if act.reverses is None:
        if act.kind is ActKind.OVERTURN:
            raise Malformed("act-reversal", "it has to name the act that it sets aside")
        return
    if not MOVES[act.kind].reverses or current.act is None or current.act.sequence != act.reverses:
        raise Malformed("act-reversal", f"{act.kind} is not about act {act.reverses}")
    if reversal_of(recorded, act.reverses) is not None:
        raise Conflict("already-reversed", f"act {act.reverses}")


def _check_nothing_lost(recorded: list[Act], act: Act, current: Standing) -> None:
    """Every measure that began, or was fixed to begin, still does; but for the one that the act lifts."""
    if MOVES[act.kind].ends or MOVES[act.kind].result is None:
        return
    lost = _measures(recorded) - _measures([*recorded, act]) - {current.act}
    if lost:
        raise MoveRefused("would-void-an-act", status=current.status, kind=act.kind)


def _measures(acts: list[Act]) -> set[Act | None]:
    """The acts by which some period is, as far as they are to be kept."""
    return {period.standing.act for period in history(acts) if period.standing.status in _KEPT}
