"""Trying a batch 试算: every row is checked as issuing would check it, and nothing is stored.

Checked are the data, the mandate, the number (in the register and within the table itself) and that the face can be
printed. A row that passes here may still be refused later, when something has changed meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from issuer.application import Application, read_application
from issuer.batches.errors import PhotographsBusy, PicturesLost
from issuer.batches.examining import Examining
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
    rows: Iterable[Row],
    *,
    type_code: str,
    body_code: str,
    at: datetime,
    photographs: Mapping[str, bytes] | None = None,
    progress: Callable[[int], None] = lambda _: None,
    pictures: Callable[[str], bytes | None] | None = None,
) -> Iterator[tuple[int, Failure]]:
    """What keeps which rows from being issued, in their order; `progress` hears how many have been looked at.

    `photographs` came with the table, and are not stored yet; only among them are pictures that wait looked for. With
    `pictures` these are given by it instead, and photographs have been seen to. Rows are taken as they are come to.

    Raises:
        UnknownType, NoPen: none of them can be issued now.
        PhotographsBusy: while they are gone through, pictures cannot be examined now.
        PicturesLost: what `pictures` raises.

    """
    if photographs:
        stored, own = desk.office.photo, photographs
        office = replace(desk.office, photo=lambda name: own[name] if name in own else stored(name))
        desk = replace(desk, office=office)
    bundle, pen = desk.office.bundle(type_code), desk.office.pen(body_code, at)
    check_seal(bundle.type, pen)
    find = (photographs or {}).get if pictures is None else pictures
    return _Judging(desk, bundle, pen, at, find, photographs=pictures is None).all(rows, progress)


@dataclass
class _Judging:
    """A table on its way: the numbers that have been seen in it."""

    desk: Batches
    bundle: Bundle
    pen: Pen
    at: datetime
    find: Callable[[str], bytes | None]
    photographs: bool
    seen: set[str] = field(default_factory=set)

    def all(self, rows: Iterable[Row], progress: Callable[[int], None]) -> Iterator[tuple[int, Failure]]:
        coming, count = iter(rows), 0
        with self.desk.take_for(self.bundle) as take:
            while True:
                judged, failures = self._some(islice(coming, AT_ONCE), Examining(self.bundle.type, take, self.find))
                if not judged:
                    return
                yield from failures
                count += judged
                progress(count)

    def _some(self, rows: Iterable[Row], pictures: Examining) -> tuple[int, list[tuple[int, Failure]]]:
        """How many rows there were, and what keeps which of them from being issued."""
        judged, desk, kind = 0, self.desk, self.bundle.type
        sound: list[tuple[int, str]] = []
        failures: list[tuple[int, Failure]] = []
        mandates = desk.office.mandates(self.at)
        for row in rows:
            judged += 1
            try:
                members = pictures.photographed(row.members)
                application = read_application(members, type_code=kind.code, issuer_code=self.pen.body.code)
                check(application, kind, mandates, self.at)
                self._check_face(application, pictures.made)
                sound.append((row.number, application.number))
            except (PhotographsBusy, PicturesLost):
                raise  # it says nothing of the row
            except (IssuerError, TemplatesError, TrustError) as refusal:
                failures.append((row.number, desk.explain(refusal, kind)))
        taken = desk.office.register.numbered_many(self.pen.body.code, kind.code, [one for _, one in sound if one])
        for number, licence in sound:
            if licence and (licence in taken or same_number(licence) in self.seen):
                failures.append((number, desk.explain(DuplicateNumber(licence), kind)))
            elif licence:
                self.seen.add(same_number(licence))
        return judged, sorted(failures, key=lambda one: one[0])

    def _check_face(self, application: Application, made: Mapping[str, bytes]) -> None:
        """See that the licence may be drafted and all of it printed; raises as `issuer.issuing.issue`."""
        licence = blank_draft(application, self.bundle, self.pen)
        check_draft(licence, self.bundle.type)
        check_face(licence, self.bundle, self.pen, host_url=self.desk.office.host_url)
        stored = self.desk.office.photo
        if self.photographs:
            office = replace(self.desk.office, photo=lambda name: made.get(name) or stored(name))
            find_photographs(office, licence, self.bundle)


def blank_draft(application: Application, bundle: Bundle, pen: Pen) -> Licence:
    """The licence that would be issued, without anything drawn for it; raises as `issuer.drafting.draft`."""
    return draft(application, bundle, pen, serial="0" * SERIAL_LENGTH, salt=bytes(SALT_LENGTH))
