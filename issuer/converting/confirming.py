"""Confirming 复核: the second person looks at every page and confirms exactly what was on the screen, or refuses it.

Whoever entered the stock or compared it is not the second person. What is confirmed is named by its digest, so that
nothing can be put in its place between the look and the word.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from issuer.converting.comparing import check_least, event_of
from issuer.converting.errors import ConfirmationStale, StockRefused
from issuer.converting.grading import lowest
from issuer.converting.ports import Converting, Stocks
from issuer.converting.stock import LIFE, Step, Stock
from trust.errors import Malformed
from trust.rules.conversion import Grade
from trust.rules.text import check_text
from trust.sealing.ports import Officer

MAX_REASON = 400


def confirm(
    desk: Converting,
    stock: Stock,
    *,
    content: str,
    pages: Collection[int],
    lower: Grade | None = None,
    by: Officer,
    at: datetime,
) -> Stock:
    """Confirm the content of this digest, after every page of the scan (numbered from 1) was looked at.

    Raises:
        StockMoved: nobody compared it yet, or it is over.
        SecondPersonNeeded: whoever confirms has entered or compared it.
        ConfirmationStale: another content stands there now, or the type has another face than it was compared for.
        StockRefused: `pages`, a page was left out; `grade-too-low`, lowered below what the type asks for.

    """
    stage = LIFE.take(stock.stage, Step.CONFIRM, by, stock.hands)
    if content != stock.content or stock.template != desk.bundle(stock.application.type_code).template:
        raise ConfirmationStale(stock.number)
    if sorted(pages) != list(range(1, 1 + (stock.scan.pages if stock.scan else 0))):
        raise StockRefused([("pages", "not-looked-at")])
    grade = lowest(stock.grade, lower)
    check_least(desk, stock, grade)
    confirmed = replace(stock, stage=stage, sequence=stock.sequence + 1, grade=grade, confirmed_by=by, confirmed=None)
    confirmed = replace(confirmed, confirmed=confirmed.content)
    note = f"证据等级降为 {grade}" if grade is not stock.grade else ""
    return desk.stocks.move(stock, confirmed, event_of(confirmed, Step.CONFIRM, by, at, note))


def refuse(desk: Converting, stock: Stock, *, reason: str, by: Officer, at: datetime) -> Stock:
    """Refuse to convert it, for good; what is put right is submitted anew.

    Raises:
        StockMoved: it was confirmed or is over.
        StockRefused: there is no reason, or one that cannot be kept.

    """
    stage = LIFE.after(stock.stage, Step.REFUSE)
    try:
        check_text(reason, MAX_REASON)
    except Malformed as error:
        raise StockRefused([("reason", "reason-missing" if error.reason == "empty" else error.reason)]) from error
    refused = replace(stock, stage=stage, sequence=stock.sequence + 1)
    return desk.stocks.move(stock, refused, event_of(refused, Step.REFUSE, by, at, reason))


def hold(stocks: Stocks, stock: Stock, *, note: str, at: datetime) -> Stock:
    """Take a confirmation back, and nothing else: a second person has to look before anything is issued.

    Raises:
        StockMoved: it is not confirmed, or was moved meanwhile.

    """
    stage, by = LIFE.after(stock.stage, Step.HOLD), stock.confirmed_by or stock.submitted_by
    held = replace(stock, stage=stage, sequence=stock.sequence + 1, confirmed_by=None, confirmed=None)
    return stocks.move(stock, held, event_of(held, Step.HOLD, by, at, note))
