"""Trying a batch 试算: every row is checked as issuing would check it, and nothing is stored.

Checked are the data, the mandate, the number (in the register and within the table itself) and that the face can be
printed. A row that passes here may still be refused later, when something has changed meanwhile.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from issuer.application import Application, read_application
from issuer.batches.life import Failure
from issuer.batches.ports import Batches
from issuer.batches.sheet import Row
from issuer.checking import check, check_draft, check_seal
from issuer.drafting import SERIAL_LENGTH, check_face, draft
from issuer.errors import DuplicateNumber, IssuerError
from issuer.photographs import photographs as find_photographs
from issuer.ports import Pen
from templates.errors import TemplatesError
from templates.library import Bundle
from trust.errors import TrustError
from trust.rules.licence import SALT_LENGTH, Licence
from trust.rules.number_rule import same_number

AT_ONCE = 500


def try_rows(
    desk: Batches,
    rows: Collection[Row],
    *,
    type_code: str,
    body_code: str,
    at: datetime,
    photographs: Mapping[str, bytes] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[tuple[int, Failure]]:
    """What keeps which rows from being issued, in their order; `progress` hears how many have been looked at.

    `photographs` came with the table, and are not stored yet.

    Raises:
        UnknownType, NoPen: none of them can be issued now.

    """
    if photographs:
        stored, own = desk.office.photo, photographs
        office = replace(desk.office, photo=lambda name: own[name] if name in own else stored(name))
        desk = replace(desk, office=office)
    bundle, pen = desk.office.bundle(type_code), desk.office.pen(body_code, at)
    check_seal(bundle.type, pen)
    return _try_all(desk, rows, bundle, pen, at, progress)


def _try_all(
    desk: Batches, rows: Collection[Row], bundle: Bundle, pen: Pen, at: datetime, progress: Callable[[int], None]
) -> Iterator[tuple[int, Failure]]:
    coming, seen, count = iter(rows), set[str](), 0
    while some := list(islice(coming, AT_ONCE)):
        yield from _try_some(desk, some, bundle, pen, seen, at)
        count += len(some)
        progress(count)


def _try_some(
    desk: Batches,
    rows: Sequence[Row],
    bundle: Bundle,
    pen: Pen,
    seen: set[str],
    at: datetime,
) -> list[tuple[int, Failure]]:
    sound: list[tuple[int, str]] = []
    failures: list[tuple[int, Failure]] = []
    mandates = desk.office.mandates(at)
    for row in rows:
        try:
            application = read_application(row.members, type_code=bundle.type.code, issuer_code=pen.body.code)
            check(application, bundle.type, mandates, at)
            _check_face(desk, application, bundle, pen)
            sound.append((row.number, application.number))
        except (IssuerError, TemplatesError, TrustError) as refusal:
            failures.append((row.number, desk.explain(refusal, bundle.type)))
    taken = desk.office.register.numbered_many(pen.body.code, bundle.type.code, [one for _, one in sound if one])
    for number, licence in sound:
        if licence and (licence in taken or same_number(licence) in seen):
            failures.append((number, desk.explain(DuplicateNumber(licence), bundle.type)))
        elif licence:
            seen.add(same_number(licence))
    return sorted(failures, key=lambda one: one[0])


def blank_draft(application: Application, bundle: Bundle, pen: Pen) -> Licence:
    """The licence that would be issued, without anything drawn for it; raises as `issuer.drafting.draft`."""
    return draft(application, bundle, pen, serial="0" * SERIAL_LENGTH, salt=bytes(SALT_LENGTH))


def _check_face(desk: Batches, application: Application, bundle: Bundle, pen: Pen) -> None:
    """See that the licence may be drafted and all of it printed; raises as `issuer.issuing.issue`."""
    licence = blank_draft(application, bundle, pen)
    check_draft(licence, bundle.type)
    check_face(licence, bundle, pen, host_url=desk.office.host_url)
    find_photographs(desk.office, licence, bundle)
