"""Holding 暂停待查: what a restored installation would go on with by itself waits until a person has looked at it.

What was issued since the backup is not in the register. A batch that was running then, or an approval that had not been
acted on, may have been carried out already; carried out once more, it would be a second licence. So batches stop,
approvals that nothing was begun under end, and so do applications for seals that the public knows as filed. Where the
log has licences that the backup lacks, so do confirmations of stock: serial and salt of a licence are drawn when it is
begun, so what the log has of one cannot be asked which application or stock it came of. All of them say why.

What had begun before the backup has its identifier. Where its code had been signed by then, the public log tells
whether it was issued: if so it waits for its files (`handing_in`), if not it is completed. Where its code had not been
signed, nobody can tell once anything was issued since; it waits too. Those that wait are named. Every step may be
repeated; nothing is done twice.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from issuer.applying.docket import Docket
from issuer.applying.life import Stage, Step
from issuer.applying.moving import advance, own_step
from issuer.applying.ports import Applying
from issuer.batches.life import State
from issuer.batches.ports import Batches
from issuer.batches.submitting import hold
from issuer.converting.confirming import hold as hold_one
from issuer.converting.ports import Stocks
from issuer.converting.stock import Stage as StockStage
from issuer.converting.stock import Stock
from issuer.converting.submitting import key_of
from service.archive import Archive
from service.restoring.forgotten import logged, unreleased
from trust.formats.trust_list import TrustList
from trust.sealing.life import LIFE as SEAL_LIFE
from trust.sealing.life import Step as SealStep
from trust.sealing.ports import Taken

RESTORED = "restored"
"""The reason, as it stands with a batch."""
WORDS = "系统从备份恢复，备份之后可能已经签发过；请核对已发出的证照后再办理"
FILED_SINCE = "系统从备份恢复，这枚印章在备份之后已经制作、备案并公布，不能再按本申请办理；需要用章的，另行申请"
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


def end_applications(archive: Archive, told: TrustList | None, at: datetime) -> list[str]:
    """End every application for a seal that the public knows as filed and the register does not; their numbers.

    Filed again it would be another seal under the number of the first one.
    """
    numbers = []
    for one in (told.seals or ()) if told is not None else ():
        application = archive.seal_applications.find(one.seal_id)
        if application is None or application.state.over or archive.seals.find(one.seal_id) is not None:
            continue
        after = SEAL_LIFE.after(application.state, SealStep.EXPIRE)
        taken = Taken(SealStep.EXPIRE, application.applied_by, at, FILED_SINCE)
        archive.seal_applications.move(one.seal_id, application.state, after, taken)
        numbers.append(one.seal_id)
    return numbers


def hold_stock(archive: Archive, bodies: Iterable[str], at: datetime) -> list[str]:
    """Take back every confirmation of stock that nothing was begun with; the numbers of the stock."""
    numbers = []
    for stock in _confirmed(archive.stocks, bodies):
        if archive.register.by_key(key_of(stock.number)) is None:
            hold_one(archive.stocks, stock, note=WORDS, at=at)
            numbers.append(stock.number)
    return numbers


def issued_since(archive: Archive, at: datetime) -> list[str]:
    """The identifiers of licences and copies that the log has and nobody has released: their files are out."""
    begun = unreleased(archive, at)
    out = logged(archive, begun, archive.log.size())
    return [identifier for one in begun if (identifier := str(one.licence.identifier)) in out]


def maybe_issued(archive: Archive, at: datetime) -> list[str]:
    """The identifiers of those whose codes were not signed at the backup, so that the log cannot tell."""
    begun = unreleased(archive, at)
    return [str(one.licence.identifier) for one in begun if one.plan is None]


def _confirmed(stocks: Stocks, bodies: Iterable[str]) -> Iterator[Stock]:
    for body in bodies:
        last = ""
        while found := stocks.of_body(body, StockStage.CONFIRMED, limit=AT_ONCE, after=last):
            yield from found
            last = found[-1].number


def _approved(applying: Applying) -> Iterator[Docket]:
    for stage in (Stage.APPROVED, Stage.ISSUING):
        last = None
        while found := applying.dockets.in_stage(stage, AT_ONCE, after=last):
            yield from found
            last = found[-1]
