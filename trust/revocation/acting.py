"""Acting on a licence: suspend, reinstate, revoke, rescind, cancel and the other legal acts, in one order of work.

First the act is stored durably, together with the subject's standing, in one transaction that excludes other acts on
the same subject. Then it is logged. Then the status list is published (`publishing`). From the first step on the act
stands, whatever happens to the process: `resume` logs what was not logged, and the publisher counts stored acts, not
messages. If logging fails, the act stands nevertheless; calling again with the same key logs it.

Whether the act is allowed is decided by `trust.rules.admission`: the ground fits the kind and the authority, the table
of moves has the move, the times are possible.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import Conflict, Malformed
from trust.formats.act_record import act_commitment
from trust.formats.canonical_json import encode_json, text_of
from trust.formats.leaf import SALT_SIZE, EntryKind, Statement
from trust.log.appending import append, check_clock
from trust.log.ports import LogStore
from trust.revocation.ports import Acts, RecordedAct, Recording
from trust.rules.admission import check_act, reversed_by
from trust.rules.grounds import Authority
from trust.rules.standing import Act, ActKind, standing_at
from trust.rules.two_people import WINDOW, Alone, is_weighty

AT_ONCE = 200
MAX_KEY = 128


@dataclass(frozen=True)
class Order:
    """What somebody orders: an act on a subject (the text of an identifier), why, from when, by whom.

    `effective_at` and `decided_at` mean the instant of recording where they are None. `decision` is the number of the
    decision that it rests on. `reverses` is the sequence of the act that it reverses; where it is None and the kind
    reverses another, that is the act which made the standing then. `receiver` is the body that a licence is
    transferred out to. `alone` says who takes it alone and how
    many they may; None where others stand behind it too, or nobody orders it.
    """

    kind: ActKind
    subject: str
    ground: str
    reason: str
    by: str
    effective_at: datetime | None = None
    decided_at: datetime | None = None
    authority: Authority = Authority.ISSUER
    decision: str = ""
    reverses: int | None = None
    receiver: str = ""
    alone: Alone | None = None


def act(register: Acts, log: LogStore, order: Order, *, key: str, at: datetime, random: Callable[[int], bytes]) -> Act:
    """Record the act that is ordered and log it; `key` makes repeating safe: same key and order, same act.

    Raises:
        Conflict: `idempotency-mismatch`, the key was used for another order; `act-busy`; `too-many-alone`;
            `clock-went-back`, nothing could be logged now; or as `check_act`.
        Malformed: `idempotency-key`; or as `check_act`.
        Untrusted: as `check_act`.
        SubjectUnknown: no licence has this identifier.

    """
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise Malformed("idempotency-key", f"1 to {MAX_KEY} printable characters")
    body = _body(order)
    recorded = register.by_key(key)
    if recorded is None:
        check_clock(log, at)  # one that bears an instant from before what is published could never be told
        with register.recording(order.subject) as recording:
            recorded = record(recording, order, key=key, at=at, random=random)
    if recorded.body != body:
        raise Conflict("idempotency-mismatch", "the key was used for another order")
    if recorded.log_index is None:
        _log(register, log, [recorded], at)
    return recorded.act


def record(
    recording: Recording, order: Order, *, key: str, at: datetime, random: Callable[[int], bytes]
) -> RecordedAct:
    """Record an act inside a transaction that holds its subject, where another act of the register rests on it.

    It is logged afterwards, by `resume` or by ordering it again with the same key; raises as `act`.
    """
    body = _body(order)
    recorded = recording.by_key(key) or _record(recording, order, key=key, body=body, at=at, random=random)
    if recorded.body != body:
        raise Conflict("idempotency-mismatch", "the key was used for another order")
    return recorded


def act_of(order: Order, before: Sequence[Act], at: datetime) -> Act:
    """The act that an order means, if it were recorded at an instant after these acts of its subject; not checked.

    Raises:
        Malformed: as `Act`.

    """
    effective_at, reverses = order.effective_at or at, order.reverses
    return Act(
        subject=order.subject,
        sequence=before[-1].sequence + 1 if before else 1,
        kind=order.kind,
        ground=order.ground,
        reason=order.reason,
        decided_at=order.decided_at or at,
        effective_at=effective_at,
        recorded_at=at,
        by=order.by,
        decision=order.decision,
        reverses=reversed_by(before, order.kind, effective_at) if reverses is None else reverses,
        receiver=order.receiver,
    )


def resume(register: Acts, log: LogStore, at: datetime) -> int:
    """Log every stored act that has no entry yet, and return how many there were; for start-up and the worker."""
    count = 0
    while recorded := register.unlogged(AT_ONCE):
        _log(register, log, recorded, at)
        count += len(recorded)
    return count


def _record(
    recording: Recording, order: Order, *, key: str, body: bytes, at: datetime, random: Callable[[int], bytes]
) -> RecordedAct:
    """Check the act against those recorded, and store it."""
    before = recording.acts()
    new = act_of(order, before, at)
    check_act(before, new, authority=order.authority)
    _check_alone(recording, order, at)
    recorded = RecordedAct(new, random(SALT_SIZE), body, None)
    recording.add(new, salt=recorded.salt, key=key, body=body, status=standing_at([*before, new], at).status)
    return recorded


def _check_alone(recording: Recording, order: Order, at: datetime) -> None:
    """Hold whoever takes an act alone to how many they may, also where they ask for many at the same moment."""
    alone = order.alone
    if alone is None or not is_weighty(order.kind, order.ground):
        return
    if recording.weighty_by(alone.login, at - WINDOW) >= alone.limit:
        raise Conflict("too-many-alone", f"{alone.limit} within {WINDOW}")


def _log(register: Acts, log: LogStore, recorded: Sequence[RecordedAct], at: datetime) -> None:
    """Log acts and note their entries; repeated after a crash between the two, it finds the entries again."""
    statements = [Statement(EntryKind.ACT, (act_commitment(one.act, one.salt),)) for one in recorded]
    indexes = append(log, statements, at)
    subjects = ((one.act.subject, one.act.sequence) for one in recorded)
    register.mark_logged(dict(zip(subjects, indexes, strict=True)))


def _body(order: Order) -> bytes:
    """Digest of what was ordered; members that older orders did not have count only where they are given."""
    more: dict[str, object] = {"decision": order.decision} if order.decision else {}
    if order.reverses is not None:
        more["reverses"] = order.reverses
    if order.receiver:
        more["receiver"] = order.receiver
    times = {name: getattr(order, name) for name in ("effective_at", "decided_at")}
    return sm3(
        encode_json(
            {
                "kind": order.kind.value,
                "subject": order.subject,
                "ground": order.ground,
                "reason": order.reason,
                "by": order.by,
                "authority": order.authority.value,
                **{name: text_of(instant) if instant else None for name, instant in times.items()},
                **more,
            }
        )
    )
