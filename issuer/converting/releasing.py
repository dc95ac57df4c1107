"""Releasing 签发: what two people stand for is issued like any licence, with its grade, source and scan in it.

The key follows from the number of the stock, so it is issued once, and a release that broke off is taken up again by
releasing it again.
"""

from dataclasses import replace
from datetime import datetime

from issuer.converting.comparing import event_of, reopened
from issuer.converting.errors import ConfirmationStale, FaceChanged
from issuer.converting.ports import Converting
from issuer.converting.stock import LIFE, Event, Stage, Step, Stock, confirmed_in
from issuer.converting.submitting import key_of
from issuer.issuing import Issued
from issuer.ports import Entry
from trust.sealing.ports import Officer


def release(desk: Converting, stock: Stock, *, by: Officer, at: datetime) -> tuple[Stock, Issued]:
    """Issue the licence of confirmed stock; of stock that was released already, give it again.

    Raises:
        StockMoved: nobody has confirmed it.
        ConfirmationStale: what is stored is not what was confirmed, or its steps say nothing of it; nothing was issued.
        FaceChanged: it was confirmed for a face that is not in force any more; it is compared and confirmed again.
        IssuerError, TemplatesError, TrustError: as `issuer.issuing.issue`.

    """
    again = stock.stage is Stage.RELEASED
    if not again:
        LIFE.after(stock.stage, Step.RELEASE)
    if stock.confirmed is None or stock.confirmed != stock.content or stock.confirmed_by is None:
        raise ConfirmationStale(stock.number)
    if confirmed_in(desk.stocks.events(stock.number)) != stock.confirmed_by:
        raise ConfirmationStale(stock.number)
    if not again and reopened(desk, stock):
        raise FaceChanged(stock.number)
    if stock.scan is not None:
        desk.blobs.get(stock.scan.digest)  # raises where the evidence is no longer there
    who = stock.confirmed_by
    issued = desk.issue(stock.as_converted(), key=key_of(stock.number), by=f"{who.name}（{who.login}）"[:128])
    if again:
        return stock, issued
    released, event = released_as(stock, issued.entry, by=by, at=at)
    return desk.stocks.move(stock, released, event), issued


def released_as(stock: Stock, entry: Entry, *, by: Officer, at: datetime) -> tuple[Stock, Event]:
    """Confirmed stock as it stands once the licence made of it is released, and that step."""
    released = replace(
        stock,
        stage=LIFE.after(stock.stage, Step.RELEASE),
        sequence=stock.sequence + 1,
        identifier=str(entry.licence.identifier),
    )
    return released, event_of(released, Step.RELEASE, by, at)
