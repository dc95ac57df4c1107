"""Comparing 比对文件: every file that rows name is read from the blob folder and held against its digest.

Named are the OFD and PDF of released licences and copies, sealed documents, scans of converted stock and papers of
consents. One that is lost keeps nothing else from being compared; a file that comes back under its digest, whoever
brings it, is the file, so putting mends. Photographs stand inside the sealed files and are not looked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Column, ColumnElement, Engine, Table, select

from issuer.consenting.store import CONSENTS
from issuer.converting.store import scans
from issuer.copying.store import COPIES
from issuer.ports import Blobs, State
from issuer.store import licence
from keys.sm3 import sm3
from service.blobs import BlobMissing
from service.blocks import blocks_of
from trust.log.store import AT_ONCE
from trust.sealing.store.tables import seal_request_item

SHOWN = 200
"""So many lost files are named by the report of a restore; `yinzheng hand-in --compare` names all."""


@dataclass(frozen=True)
class Lost:
    """A file that is not there, or is not what its digest says; `of` is the row that names it."""

    of: str
    digest: str
    damaged: bool


@dataclass(frozen=True)
class Compared:
    """How many files were looked for, how many are lost, and the first of these."""

    files: int
    lost: int
    first: tuple[Lost, ...]

    @property
    def report(self) -> Mapping[str, object]:
        """The same for a report."""
        named = [[one.of, one.digest, "damaged" if one.damaged else "missing"] for one in self.first]
        return {"compared": self.files, "lost": self.lost, "first": named}


@dataclass(frozen=True)
class _Naming:
    """Rows that name files: in which columns, and which rows."""

    table: Table
    columns: tuple[Column[str], ...]
    where: ColumnElement[bool]


_NAMING = (
    _Naming(licence, (licence.c.ofd, licence.c.pdf), licence.c.state == State.RELEASED),
    _Naming(COPIES, (COPIES.c.ofd, COPIES.c.pdf), COPIES.c.state == State.RELEASED),
    _Naming(seal_request_item, (seal_request_item.c.file,), seal_request_item.c.file.is_not(None)),
    _Naming(scans, (scans.c.digest,), scans.c.digest.is_not(None)),
    _Naming(CONSENTS, (CONSENTS.c.document,), CONSENTS.c.document.is_not(None)),
)


def compare(engine: Engine, blobs: Blobs, *, shown: int | None = SHOWN) -> Compared:
    """Read every file that a row names, and name so many of the lost ones, or all; nothing that is found stops it."""
    files, lost, first = 0, 0, list[Lost]()
    for of, digest in _named(engine):
        files += 1
        if (found := _lost(blobs, of, digest)) is not None:
            lost += 1
            first += [found] if shown is None or len(first) < shown else []
    return Compared(files, lost, tuple(first))


def mend(engine: Engine, blobs: Blobs, files: Sequence[bytes]) -> list[str]:
    """Put back those of these files that rows name and that are lost; their digests."""
    given = {f"sm3:{sm3(octets).hex()}": octets for octets in files}
    named = _among(engine, sorted(given))
    wanted = [digest for digest in given if digest in named and _lost(blobs, "", digest) is not None]
    for digest in wanted:
        blobs.put(given[digest])
    return wanted


def _named(engine: Engine) -> Iterator[tuple[str, str]]:
    """Which row names which file, table by table."""
    for one in _NAMING:
        key: list[ColumnElement[object]] = list(one.table.primary_key.columns)
        for row in blocks_of(engine, one.table, key, one.where):
            of = "/".join(str(getattr(row, str(column.key))) for column in key)
            yield from ((f"{one.table.name} {of}", getattr(row, column.name)) for column in one.columns)


def _among(engine: Engine, digests: Sequence[str]) -> frozenset[str]:
    """Those of these digests that any row names."""
    found, rest = set[str](), iter(digests)
    while some := list(islice(rest, AT_ONCE)):
        with engine.connect() as connection:
            for one in _NAMING:
                for column in one.columns:
                    found.update(connection.scalars(select(column).where(one.where, column.in_(some))))
    return frozenset(found)


def _lost(blobs: Blobs, of: str, digest: str) -> Lost | None:
    """The file, if no whole copy of it can be read."""
    try:
        blobs.get(digest)
    except BlobMissing:
        return Lost(of, digest, _is_there(blobs, digest))
    return None


def _is_there(blobs: Blobs, digest: str) -> bool:
    """Whether anything stands in the place of a digest."""
    try:
        blobs.stored(digest)
    except BlobMissing:
        return False
    return True
