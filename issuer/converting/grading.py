"""Which evidence grade a comparison earns: decided by what was compared with what, never by what somebody claims.

    D   no paper was seen: everything comes from the register of the time, and was compared with it
    C   there is a scan, and number and holder agree with it; the register was not asked for both
    B   number and holder agree with scan and register
    A   the paper itself was at hand, number and holder agree with it, and every item agrees with the register

Whatever is compared with nothing is not converted. A person may lower the grade, because they know something that no
list of ticks says; nobody raises it. The grades are those of `trust.rules.conversion`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from issuer.converting.errors import StockRefused
from trust.rules.conversion import Grade

IDENTIFYING = frozenset({"number", "holder"})
"""The items without which nobody can say that two papers are about the same licence."""


@dataclass(frozen=True)
class Checks:
    """What agreed with what: items by their keys, and whether the paper itself was at hand and not its scan alone."""

    scan: frozenset[str]
    register: frozenset[str]
    paper: bool = False


def grade_of(checks: Checks, items: Iterable[str], *, scanned: bool) -> Grade:
    """The grade that these checks earn for stock with these items.

    Raises:
        StockRefused: `not-an-item`, a check of something that the stock does not have; `not-compared`, an item that was
            compared with nothing, or number or holder that was not compared with the scan; `no-scan`, checks against a
            scan or a paper where there is none.

    """
    wanted = frozenset(items)
    if strange := sorted((checks.scan | checks.register) - wanted):
        raise StockRefused([(name[:64], "not-an-item") for name in strange])
    if not scanned and (checks.scan or checks.paper):
        raise StockRefused([("scan", "no-scan")])
    open_items = wanted - checks.scan - checks.register
    if scanned:
        open_items |= IDENTIFYING - checks.scan
    if open_items:
        raise StockRefused([(name, "not-compared") for name in sorted(open_items)])
    if not scanned:
        return Grade.D
    if not checks.register >= IDENTIFYING:
        return Grade.C
    return Grade.A if checks.paper and checks.register >= wanted else Grade.B


def lowest(*grades: Grade | None) -> Grade:
    """The weakest of some grades; None says nothing."""
    return max(grade for grade in grades if grade is not None)
