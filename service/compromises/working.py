"""The work on a key that was lost, one step after the other, each safe to repeat.

    blocked           the key signs no more, anywhere, for ever; its certificates are revoked with the date of the loss
    revoked-public    the revocation lists say so
    seals-cancelled   the seals that list its certificates end, from the loss on
    published         status lists, trust list, log and the public folder say so
    listed            what has to be made again is in the queue

The block comes first and asks nobody: whatever fails after it, nothing more is signed. What is cut off is carried on by
confirming again, by `yinzheng key carry-on`, or when the service starts. Of a seal that ended without a loss of its key
only the last step is left.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from types import MappingProxyType

from issuer.ports import Blobs
from service.archive import Archive
from service.compromises.measuring import reach_of, seals_of_key, signed_with
from service.compromises.stamped import Stamps
from service.errors import published_later
from service.keeping import block_leaked_key
from service.keyring import KeyRing
from service.lost_keys.order import LIFE, Compromise, Done, Loss, Stage, Step, Work
from service.publisher import Publisher
from service.seal_standings import standing_of_seal
from service.trail.following import require_marked
from trust.revocation.acting import Order, act
from trust.rules.seal_grounds import LEAKED
from trust.rules.seal_standing import subject_of
from trust.rules.standing import ActKind
from trust.sealing.acting import LOST
from trust.sealing.ports import FiledSeal

CHUNK = 500
MAX_BY = 200
CANCELLED = subject_of(LOST)
"""How the keys of acts begin by which a report ends a seal; its number and the seal's follow."""


@dataclass(frozen=True)
class Tools:
    """What the work needs."""

    archive: Archive
    ring: KeyRing
    blobs: Blobs
    publisher: Callable[[], Publisher]
    now: Callable[[], datetime]
    random: Callable[[int], bytes]
    stamps: Stamps


def carry_out(tools: Tools, one: Compromise) -> Compromise:
    """Do what is not done yet of a confirmed report; of any other nothing.

    Raises:
        Conflict: `register-changed`, the report is not what was recorded last; nothing was done.
        NotYetPublished: the key is blocked and all is recorded, and not everything public says so yet.
        KeysError, TrustError: a step did not go; the steps before it stand.

    """
    if one.stage is not Stage.CONFIRMED:
        return one
    require_marked(tools.archive.engine, "compromise", [one.number])  # blocking a key is for ever
    over = {done.work for done in tools.archive.compromises.work(one.number)}
    for work in one.loss.steps:
        if work not in over:
            with published_later(one.number) if work in SHOWN else nullcontext():
                count = STEPS[work](tools, one)
            tools.archive.compromises.note(one.number, Done(work, tools.now(), count))
    return tools.archive.compromises.move(one, replace(one, stage=LIFE.after(one.stage, Step.FINISH)))


def _block(tools: Tools, one: Compromise) -> int:
    _, count = block_leaked_key(tools.ring, tools.archive, one.loss.key_name, tools.now(), one.loss.since)
    return count


def _publish_revocations(tools: Tools, _: Compromise) -> int:
    tools.publisher().publish_revocations(tools.now())
    return 1


def _cancel_seals(tools: Tools, one: Compromise) -> int:
    """End every seal of the key that has not ended; a seal that was filed after the loss never counted."""
    numbers = _seals(tools.archive, one)
    for seal_id in numbers:
        key, filed = key_of_cancel(one.number, seal_id), tools.archive.seals.find(seal_id)
        ended = standing_of_seal(tools.archive, seal_id, tools.now()).status.final
        if filed is None or (ended and tools.archive.acts.by_key(key) is None):
            continue
        since = ends_at(one.loss, filed)
        order = Order(ActKind.CANCEL, subject_of(seal_id), LEAKED, one.loss.reason, _people(one), effective_at=since)
        act(tools.archive.acts, tools.archive.log, order, key=key, at=tools.now(), random=tools.random)
    return len(numbers)


def key_of_cancel(number: str, seal_id: str) -> str:
    """The idempotency key of the act by which a report of this number ends a seal."""
    return f"{CANCELLED}{number}:{seal_id}"


def ends_at(loss: Loss, filed: FiledSeal) -> datetime:
    """From when on a seal of the key has ended: the loss, or its filing where that was later or nobody knows."""
    return filed.filed_at if loss.since is None else max(loss.since, filed.filed_at)


def _publish(tools: Tools, _: Compromise) -> int:
    tools.publisher().refresh(tools.now())
    return 1


def _list(tools: Tools, one: Compromise) -> int:
    reach, count = reach_of(tools.archive, one.loss), 0
    signed = signed_with(tools.archive, tools.blobs, tools.stamps, reach)
    while some := tuple(islice(signed, CHUNK)):
        tools.archive.reissues.add(one.number, one.loss.body_code, some)
        count += len(some)
    return count


def _seals(archive: Archive, one: Compromise) -> tuple[str, ...]:
    return seals_of_key(archive, one.loss.key)


def _people(one: Compromise) -> str:
    names = [person.name for person in (one.reported_by, one.decided_by) if person is not None]
    return "、".join(names)[:MAX_BY]


STEPS: Mapping[Work, Callable[[Tools, Compromise], int]] = MappingProxyType(
    {
        Work.BLOCKED: _block,
        Work.REVOKED_PUBLIC: _publish_revocations,
        Work.SEALS_CANCELLED: _cancel_seals,
        Work.PUBLISHED: _publish,
        Work.LISTED: _list,
    }
)
SHOWN = frozenset({Work.REVOKED_PUBLIC, Work.PUBLISHED})
