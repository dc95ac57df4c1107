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
is reversed twice. An end fixed for later can be set aside (原决定被撤销) before its day, by naming it.

How long ago something was decided is the word of whoever records it. So an act on a ground that may not reach back
takes effect at most `LATE` before it is on record, whatever it says of its decision: those who relied on the licence in
the meantime could not know. And nothing takes effect before the licence was there (`check_begun`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from trust.errors import Conflict, Malformed
from trust.rules.errors import FieldRefused, MoveRefused, naming
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
from trust.rules.text import check_text

_KEPT = frozenset({Status.SUSPENDED, Status.OTHER}) | {status for status in Status if status.final}
"""What an act leads to if no other may make it void, unless it lifts it or is an end itself."""

RECEIVER_LENGTH = 100
"""Characters of the code or name of whom a licence is transferred out to."""
LATE = timedelta(days=30)
"""How long an act may have been in effect before it is recorded, where its ground may not reach back: time enough to
deliver a decision and to enter it. A forgotten one takes effect when it is recorded."""


def check_act(acts: Iterable[Act], act: Act, *, authority: Authority = Authority.ISSUER) -> Ground:
    """Return the ground of an act that may be recorded after `acts`, all those of its subject.

    Raises:
        Malformed: `act-subject`, `act-reversal` (it names an act that it is not about, or none), or as `ground_for`.
        FieldRefused: as `check_decision`; key `receiver`: `receiver-missing`, `receiver-needless`, or a reason of
            `check_text`.
        Untrusted: `ground-authority`.
        Conflict: `act-sequence` (another act was recorded meanwhile), `act-recorded-order` (the clock went back),
            `not-retroactive`, `recorded-too-late`, `already-reversed`.
        MoveRefused: `standing-final`, `standing-move`, `would-void-an-act`.

    """
    recorded = sorted(acts, key=lambda other: other.sequence)
    _check_place(recorded, act)
    ground = ground_for(act.kind, act.ground, act.reason, grounds_about(act.subject))
    check_authority(ground, authority)
    _check_reach(ground, act)
    _check_not_ended(recorded, act)
    current = standing_at(recorded, act.effective_at)
    if act.kind is not ActKind.OVERTURN or _end_to_come(recorded, act.effective_at) is None:
        check_move(current, act.kind)
    _check_reversal(recorded, act, current)
    _check_nothing_lost(recorded, act, current)
    check_decision(ground, act.decision)
    _check_receiver(act)
    return ground


def reversed_by(acts: Iterable[Act], kind: ActKind, effective_at: datetime) -> int | None:
    """The sequence of the act that one of this kind, taking effect at an instant, would reverse; None if it does not.

    Raises:
        Malformed: as `history`.

    """
    recorded = list(acts)
    about = _about(recorded, kind, effective_at, standing_at(recorded, effective_at))
    return about.sequence if MOVES[kind].reverses and about is not None else None


def check_begun(act: Act, begun: datetime | None) -> None:
    """Check that a subject was there when an act on it is to take effect; None where nobody can say since when.

    Raises:
        Conflict: `before-issue`.

    """
    if begun is not None and act.effective_at < begun:
        raise Conflict("before-issue", f"{act.effective_at.isoformat()} lies before {begun.isoformat()}")


def _check_receiver(act: Act) -> None:
    """A licence is transferred out to somebody, who is named; no other act is."""
    if (act.kind is ActKind.TRANSFER_OUT) is not bool(act.receiver):
        reason = "receiver-needless" if act.receiver else "receiver-missing"
        raise FieldRefused(reason, key="receiver", label="转入机构")
    if act.receiver:
        with naming("receiver", "转入机构"):
            check_text(act.receiver, RECEIVER_LENGTH)


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
    if not ground.retroactive and act.effective_at < act.recorded_at - LATE:
        raise Conflict("recorded-too-late", f"{ground.code}: effective more than {LATE.days} days ago")
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
    about = _about(recorded, act.kind, act.effective_at, current)
    if not MOVES[act.kind].reverses or about is None or about.sequence != act.reverses:
        raise Malformed("act-reversal", f"{act.kind} is not about act {act.reverses}")
    if reversal_of(recorded, act.reverses) is not None:
        raise Conflict("already-reversed", f"act {act.reverses}")


def _about(recorded: list[Act], kind: ActKind, effective_at: datetime, current: Standing) -> Act | None:
    """What a reversal would be about: an end that is still to come, or whatever made the standing then."""
    coming = _end_to_come(recorded, effective_at) if kind is ActKind.OVERTURN else None
    return coming or current.act


def _end_to_come(recorded: list[Act], after: datetime) -> Act | None:
    """The end that is fixed for a time after an instant; None where there is none, or it is over already."""
    fixed = (one.standing for one in history(recorded) if one.standing.since is not None and one.standing.since > after)
    return next((one.act for one in fixed if one.status.final), None)


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
