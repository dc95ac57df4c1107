"""Comparing 核对: the first person says what agrees with what; the grade follows from it."""

from dataclasses import replace
from datetime import datetime

from issuer.converting.errors import StockMoved, StockRefused
from issuer.converting.grading import Checks, grade_of, lowest
from issuer.converting.ports import Converting
from issuer.converting.stock import LIFE, Event, Stage, Step, Stock, items_of
from issuer.converting.submitting import key_of
from trust.rules.conversion import Grade
from trust.rules.times import aware
from trust.sealing.ports import Officer


def compare(
    desk: Converting, stock: Stock, checks: Checks, *, lower: Grade | None = None, by: Officer, at: datetime
) -> Stock:
    """Record a comparison, and the grade it earns; the claim of the manifest and `lower` can only lower it.

    Raises:
        StockMoved: it was confirmed for the face in force, issued or refused already, or moved meanwhile.
        StockRefused: something was not compared, or the grade is below what the type asks for.

    """
    stage = LIFE.after(stock.stage, Step.COMPARE)
    if stock.stage is Stage.CONFIRMED and not reopened(desk, stock):
        raise StockMoved(stock.stage, Step.COMPARE)
    earned = grade_of(checks, items_of(stock.application), scanned=stock.scan is not None)
    grade = lowest(earned, stock.claimed, lower)
    check_least(desk, stock, grade)
    compared = replace(
        stock,
        stage=stage,
        sequence=stock.sequence + 1,
        checks=checks,
        grade=grade,
        compared_by=by,
        confirmed_by=None,
        confirmed=None,
        template=desk.bundle(stock.application.type_code).template,
    )
    note = f"证据等级 {grade}" + (f"（核对结果 {earned}）" if grade is not earned else "")
    return desk.stocks.move(stock, compared, event_of(compared, Step.COMPARE, by, at, note))


def reopened(desk: Converting, stock: Stock) -> bool:
    """Whether stock was confirmed for a face that is not in force any more, and nothing was begun with it."""
    if stock.stage is not Stage.CONFIRMED or stock.template == desk.bundle(stock.application.type_code).template:
        return False
    one = stock.application
    return desk.numbered(one.issuer_code, one.type_code, [one.number]).get(one.number) != key_of(stock.number)


def check_least(desk: Converting, stock: Stock, grade: Grade) -> None:
    """Refuse a grade below what the type asks for; raises StockRefused."""
    if not grade.at_least(desk.bundle(stock.application.type_code).type.least_grade):
        raise StockRefused([("grade", "grade-too-low")])


def event_of(stock: Stock, step: Step, by: Officer, at: datetime, note: str = "") -> Event:
    """The event that led to where the stock stands now."""
    return Event(stock.number, stock.sequence, step, aware(at), by, note)
