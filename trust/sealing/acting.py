"""Suspending, resuming and cancelling a filed seal: the steps of its life that are acts.

The table of the life is asked first, so that people hear in terms of seals why a step is not possible; grounds, times
and everything else about an act are decided where acts are recorded. When the call returns the act is published. What
is possible follows from the acts on record, so that one that a restore lost can be recorded again; the state that is
answered is the one that counts.
"""

from datetime import datetime

from trust.errors import Malformed
from trust.sealing.applying import MAX_KEY
from trust.sealing.errors import SealMoveRefused, SealUnknown
from trust.sealing.life import ACTS, LIFE, State, Step, state_of
from trust.sealing.ports import Officer, SealRegister, Standings

REPLACED, LOST = "replaced-by:", "compromise:"
RESERVED = (REPLACED, LOST)
"""How keys of acts on seals begin that the register makes for itself: another seal was filed in this one's place, its
number follows; the key was lost, the number of the report follows. An audit tells by them what an act comes of."""


def act_on_seal(
    seals: SealRegister,
    standings: Standings,
    seal_id: str,
    step: Step,
    *,
    ground: str,
    reason: str,
    by: Officer,
    key: str,
    at: datetime,
    effective_at: datetime | None = None,
) -> State:
    """Take a step that is an act; the state it leads to, as of `at`.

    Raises:
        SealUnknown: no seal is filed under this number.
        SealMoveRefused: the step is no act, or not possible from here.
        Malformed: `idempotency-key`; or what the register of acts refuses.

    """
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise Malformed("idempotency-key", f"1 to {MAX_KEY} printable characters")
    if seals.find(seal_id) is None:
        raise SealUnknown
    now = state_of(standings.standing(seal_id, at).status)
    if not standings.recorded(key):
        LIFE.after(now, step)
        if step not in ACTS:
            raise SealMoveRefused(now, step)
    standings.act(seal_id, step, ground=ground, reason=reason, by=by.login, key=key, at=at, effective_at=effective_at)
    return state_of(standings.counting(seal_id, at).status)
