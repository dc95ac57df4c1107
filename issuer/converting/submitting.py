"""Submitting stock 录入: scans are kept first, then the rows that name them, all rows or none.

Numbers follow from what is submitted, so the same manifest with the same scans gives the same stock again, and a row
is converted once however often it is sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from issuer.checking import check
from issuer.converting.errors import ScanRefused, StockRefused
from issuer.converting.manifest import Row
from issuer.converting.ports import Converting
from issuer.converting.scan import MAX_PAGES, Scan, kind_of
from issuer.converting.stock import Event, Step, Stock
from issuer.errors import ApplicationRefused
from keys.sm3 import sm3
from trust.formats.canonical_json import encode_json
from trust.rules.times import aware
from trust.sealing.ports import Officer

DIGITS = 24


def keep_scan(desk: Converting, octets: bytes, *, body_code: str, by: Officer, at: datetime) -> Scan:
    """Check a scan, see that each of its pages can be shown, and keep it.

    Raises:
        ScanRefused: it is none, or cannot be shown; `scan-unshown` may also mean that too much is being read now.

    """
    kind = kind_of(octets)
    pages = len(desk.look(octets))
    if not 0 < pages <= MAX_PAGES:
        raise ScanRefused("scan-pages" if pages else "scan-unshown")
    scan = Scan(desk.blobs.put(octets), kind, pages)
    return desk.stocks.keep_scan(body_code, scan, by=by, at=aware(at))


def submit(
    desk: Converting, rows: Sequence[Row], scans: Mapping[str, Scan], *, by: Officer, at: datetime
) -> Sequence[Stock]:
    """Take in the rows of one type and body, with their scans by file name.

    Raises:
        NoMandate, UnknownType: the body may not issue this type.
        StockRefused: what is wrong with which row; nothing was taken in.
        DuplicateNumber: other stock has one of the numbers.

    """
    if len({(row.application.type_code, row.application.issuer_code) for row in rows}) != 1:
        raise ValueError("one type and one body at a time")
    first = rows[0].application
    bundle, mandates = desk.bundle(first.type_code), desk.mandates(at)
    problems: list[tuple[str, str]] = []
    for number, row in enumerate(rows, start=1):
        try:
            check(row.application, bundle.type, mandates, at)
        except ApplicationRefused as refused:
            problems += [(f"rows.{number}.{name}", reason) for name, reason in refused.problems]
        if row.file and row.file not in scans:
            problems.append((f"rows.{number}.file", "missing"))
    shown = [scans[row.file].digest for row in rows if row.file in scans]
    if len(set(shown)) < len(shown):
        problems.append(("rows.file", "given-twice"))
    if not problems:
        problems += _used(desk, rows, _batch(rows, scans))
    if problems:
        raise StockRefused(problems)
    return desk.stocks.add(_stock(rows, scans, by=by, at=aware(at)))


def key_of(number: str) -> str:
    """The idempotency key under which stock is issued."""
    return f"stock:{number}"


def _stock(rows: Sequence[Row], scans: Mapping[str, Scan], *, by: Officer, at: datetime) -> list[tuple[Stock, Event]]:
    batch = _batch(rows, scans)
    made = []
    for place, row in enumerate(rows, start=1):
        number = f"{batch}-{place:04}"
        stock = Stock(number, row.application, row.source, row.claimed, scans.get(row.file), by)
        made.append((stock, Event(number, 1, Step.SUBMIT, at, by)))
    return made


def _batch(rows: Sequence[Row], scans: Mapping[str, Scan]) -> str:
    """A name for what is submitted together, from all of it."""
    told = [
        [row.application.digest, row.claimed.value, row.source, scans[row.file].digest if row.file else None]
        for row in rows
    ]
    return sm3(encode_json({"rows": told})).hex()[:DIGITS]


def _used(desk: Converting, rows: Sequence[Row], batch: str) -> list[tuple[str, str]]:
    """Numbers under which the body has issued a licence that this stock did not lead to."""
    first = rows[0].application
    taken = desk.numbered(first.issuer_code, first.type_code, [row.application.number for row in rows])
    return [
        (f"rows.{place}.number", "duplicate-number")
        for place, row in enumerate(rows, start=1)
        if taken.get(row.application.number, key_of(f"{batch}-{place:04}")) != key_of(f"{batch}-{place:04}")
    ]
