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
"""

from collections.abc import Iterable

from trust.errors import Conflict, Malformed
from trust.rules.errors import MoveRefused
from trust.rules.grounds import Authority, Ground, check_authority, ground_for
from trust.rules.seal_grounds import grounds_about
from trust.rules.standing import MOVES, Act, ActKind, Standing, Status, check_move, history, standing_at

_KEPT = frozenset({Status.SUSPENDED, Status.OTHER}) | {status for status in Status if status.final}
"""What an act leads to if no other may make it void, unless it lifts it or is an end itself."""


def check_act(acts: Iterable[Act], act: Act, *, authority: Authority = Authority.ISSUER) -> Ground:
    """Return the ground of an act that may be recorded after `acts`, all those of its subject.

    Raises:
        Malformed: `act-subject`, or as `ground_for`.
        Untrusted: `ground-authority`.
        Conflict: `act-sequence` (another act was recorded meanwhile), `act-recorded-order` (the clock went back),
            `not-retroactive`.
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
    _check_nothing_lost(recorded, act, current)
    return ground


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
    if today.status.final and not annuls:
        raise MoveRefused("standing-final", status=today.status, kind=act.kind)


def _check_nothing_lost(recorded: list[Act], act: Act, current: Standing) -> None:
    """Every measure that began, or was fixed to begin, still does; but for the one that the act lifts."""
    if MOVES[act.kind].result.final:
        return
    lost = _measures(recorded) - _measures([*recorded, act]) - {current.act}
    if lost:
        raise MoveRefused("would-void-an-act", status=current.status, kind=act.kind)


def _measures(acts: list[Act]) -> set[Act | None]:
    """The acts by which some period is, as far as they are to be kept."""
    return {period.standing.act for period in history(acts) if period.standing.status in _KEPT}
