"""Whether one more act may join the acts recorded of a licence.

`check_act` is asked before an act is stored. It puts together what the neighbours decide: the ground fits the act and
whoever takes it (`grounds`), the times are possible, and the table has the move (`standing`). The move is judged
where the act takes effect, not where the licence stands today, because an act may be fixed for a later day or reach
back. What is stored is stored for good, so a doubtful act is refused here rather than passed over silently later.
"""

from collections.abc import Iterable

from trust.errors import Conflict, Malformed
from trust.rules.errors import MoveRefused
from trust.rules.grounds import Authority, Ground, check_authority, ground_for
from trust.rules.standing import MOVES, Act, ActKind, Status, check_move, standing_at


def check_act(acts: Iterable[Act], act: Act, *, authority: Authority = Authority.ISSUER) -> Ground:
    """Return the ground of an act that may be recorded after `acts`, all those of its subject.

    Raises:
        Malformed: `act-subject`, or as `ground_for`.
        Untrusted: `ground-authority`.
        Conflict: `act-sequence` (another act was recorded meanwhile), `act-recorded-order` (the clock went back),
            `not-retroactive`.
        MoveRefused: `standing-final`, `standing-move`.

    """
    recorded = sorted(acts, key=lambda other: other.sequence)
    _check_place(recorded, act)
    ground = ground_for(act.kind, act.ground, act.reason)
    check_authority(ground, authority)
    _check_reach(ground, act)
    _check_not_ended(recorded, act)
    check_move(standing_at(recorded, act.effective_at), act.kind)
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
