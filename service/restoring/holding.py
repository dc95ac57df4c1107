"""Holding 暂停待查: what a restored installation would go on with by itself waits until a person has looked at it.

What was issued since the backup is not in the register. A batch that was running then, or an approval that had not been
acted on, may have been carried out already; carried out once more, it would be a second licence. So batches stop,
approvals that nothing was begun under end, and both say why. What had begun before the backup has its identifier and is
completed: it is the same licence, however often. Where its code had been signed by then, the public log tells that it
was issued; those are named, and wait for their files (`handing_in`). Every step may be repeated; nothing is done twice.
"""

from collections.abc import Iterator
from datetime import datetime

from issuer.applying.docket import Docket
from issuer.applying.life import Stage, Step
from issuer.applying.moving import advance, own_step
from issuer.applying.ports import Applying
from issuer.batches.life import State
from issuer.batches.ports import Batches
from issuer.batches.submitting import hold
from service.archive import Archive
from service.restoring.forgotten import forgotten

RESTORED = "restored"
"""The reason, as it stands with a batch."""
WORDS = "系统从备份恢复，备份之后可能已经签发过；请核对已发出的证照后再办理"
AT_ONCE = 100


def hold_batches(desk: Batches, at: datetime) -> list[str]:
    """Stop every running batch, and note the reason with those that wait for a person anyway; their numbers."""
    numbers = []
    for batch in desk.book.open_ones():
        if batch.state is State.RUNNING:
            hold(desk, batch, RESTORED, at=at)
        else:
            desk.book.trouble(batch.number, RESTORED)
        numbers.append(batch.number)
    return numbers


def end_approvals(applying: Applying, at: datetime) -> list[str]:
    """End every approval that nothing was begun under; the numbers of the applications."""
    numbers = []
    for docket in list(_approved(applying)):
        if applying.office.register.by_key(docket.key) is None:
            by = docket.approval.by if docket.approval else docket.maker
            key = own_step(docket, Step.EXPIRE)
            advance(applying, docket, Step.EXPIRE, by=by, key=key, at=at, reason=WORDS, approval=None)
            numbers.append(docket.number)
    return numbers


def issued_since(archive: Archive, at: datetime) -> list[str]:
    """The identifiers of licences and copies that the log has and nobody has released: their files are out."""
    return [str(entry.licence.identifier) for entry in forgotten(archive, at, archive.log.size())]


def _approved(applying: Applying) -> Iterator[Docket]:
    for stage in (Stage.APPROVED, Stage.ISSUING):
        last = None
        while found := applying.dockets.in_stage(stage, AT_ONCE, after=last):
            yield from found
            last = found[-1]
