"""Giving up 放弃: what may have been released before a restore, and of which two people say that it was not.

It is declared lapsed, as everybody will see, and void in the register, both in one transaction: should files of it turn
up after all, they do not verify, and nobody can hand them in. Where an act was left without its end by a version that
took two transactions, that act stands, whoever comes then. Whoever applies again gets another identifier, and may keep
the number. What an application has begun is given up with it; a copy ends by itself, and another one can be made at any
time.
"""

from collections.abc import Callable
from datetime import datetime

from issuer.ports import Entry, Void
from service.archive import Archive
from service.restoring.forgotten import out_by_log
from trust.errors import Conflict
from trust.revocation.acting import Order, record
from trust.rules.standing import ActKind

REASON = "given-up-after-restore"


def give_up(
    archive: Archive, identifier: str, *, words: str, by: str, at: datetime, random: Callable[[int], bytes]
) -> Entry:
    """Declare lapsed and void what nobody can tell of whether it is out; repeated, it is so already.

    The act is logged by whoever publishes.

    Raises:
        Conflict: `not-in-doubt`, it is no such licence, or was handed in meanwhile; `given-up-with-application`.
        Malformed: `ground-reason` and the like, where the words are none; as `trust.revocation.acting.record`.

    """
    entry = archive.register.find(identifier)
    if entry is None or (entry.void is None and out_by_log(archive, [entry]).get(identifier) is not False):
        raise Conflict("not-in-doubt", identifier)
    if archive.dockets.find(entry.key.removeprefix("docket:")) is not None:
        raise Conflict("given-up-with-application", identifier)
    if entry.void is not None:
        return entry
    order = Order(ActKind.LAPSE, identifier, "issued-in-error", f"未发出即作废：{words}", by)
    key = f"given-up:{identifier}"
    with archive.acts.recording(identifier) as recording:
        if recording.by_key(key) is None:
            record(recording, order, key=key, at=at, random=random)
        stored = archive.register.void_with(recording, entry, Void(at, REASON))
        if stored.void is None:
            raise Conflict("not-in-doubt", identifier)  # its files were handed in meanwhile; nothing is recorded
    return stored
