"""Looking at a batch 核对: its rows as they were read, and faces of some of them, before somebody approves it.

Whoever approves must have opened both, for the digest that they approve: nobody can look at a hundred thousand rows one
by one, but everybody can see which column was read as what, where the table begins and ends, search it, take it along
(`unissued.write_rows`), and see what will be printed. What was opened is noted when it is opened. Officials of the body
see everything, as with an application: it is their data, and a mask would hide what they have to compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.application import read_application
from issuer.applying.previewing import unsealed
from issuer.batches.errors import NoSuchBatch
from issuer.batches.examining import Examining
from issuer.batches.life import Batch, Row, RowState
from issuer.batches.ports import Batches
from issuer.batches.trying import blank_draft
from trust.rules.labelled import Labelled
from trust.rules.times import aware
from trust.sealing.ports import Officer

MAX_WORDS = 64
"""Characters that rows are searched for."""


class Part(Labelled):
    """What has to be opened before an approval."""

    ROWS = "rows", "各行内容"
    FACES = "faces", "照面样张"


@dataclass(frozen=True)
class Opened:
    """Rows of a batch as they were read, some of them; `first` and `last` are the ends of the whole table."""

    rows: Sequence[Row]
    first: int
    last: int


def open_rows(
    desk: Batches, batch: Batch, *, words: str = "", limit: int, after: int = 0, by: Officer, at: datetime
) -> Opened:
    """Rows behind the number `after`, those with `words` in one of their values where there are any."""
    desk.book.look(batch.number, by.login, Part.ROWS, batch.digest, aware(at))
    wanted = words.strip()[:MAX_WORDS]
    found = (
        desk.book.search(batch.number, wanted, limit=limit, after=after)
        if wanted
        else desk.book.rows(batch.number, tuple(RowState), limit=limit, after=after)
    )
    first = desk.book.rows(batch.number, tuple(RowState), limit=1)
    return Opened(found, first[0].number if first else 0, desk.book.last_row(batch.number))


def open_face(desk: Batches, batch: Batch, row: int, *, by: Officer, at: datetime) -> bytes:
    """The face of a row as it would be printed, without seal and with an empty code; a PDF.

    Raises:
        NoSuchBatch: there is no such row.
        IssuerError, TemplatesError, TrustError: it could not be issued as it is.

    """
    found = desk.book.rows(batch.number, tuple(RowState), limit=1, after=row - 1)
    if not found or found[0].number != row:
        raise NoSuchBatch
    desk.book.look(batch.number, by.login, Part.FACES, batch.digest, aware(at))
    bundle, pen = desk.office.face(batch.type_code, batch.template), desk.office.pen(batch.body_code, at)
    stored = desk.office.photo
    with desk.take_for(bundle) as take:
        pictures = Examining(bundle.type, take, stored)
        members = pictures.photographed(found[0].members)
    read = read_application(members, type_code=batch.type_code, issuer_code=batch.body_code)
    office = replace(desk.office, photo=lambda name: pictures.made.get(name) or stored(name))
    return unsealed(office, blank_draft(read, bundle, pen), bundle, pen)


def unopened(desk: Batches, batch: Batch, by: Officer) -> tuple[Part, ...]:
    """What they have not opened of the batch as it stands."""
    seen = desk.book.looked(batch.number, by.login, batch.digest)
    return tuple(part for part in Part if part not in seen)
