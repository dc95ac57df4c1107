"""Comparing 比对文件: every file that rows name is read from the blob folder and held against its digest.

Named are the OFD and PDF of licences and copies, sealed documents, scans of converted stock, papers of consents, the
layouts and samples of the catalogue with every file of a layout, and what applications name: photographs of licences,
of stock, of applications and of rows of batches that wait, and originals. What an application or a row named before it
was changed, refused or dropped is not looked for. One file that is lost keeps nothing else from being compared; a file
that comes back under its digest, whoever brings it, is the file, so putting mends.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from sqlalchemy import Column, ColumnElement, Engine, Table, select, true

from issuer.applying.store import docket
from issuer.batches.life import TRIALS, RowState, State
from issuer.batches.store.tables import batches, rows
from issuer.catalogue.store.tables import catalogue_version
from issuer.consenting.store import CONSENTS
from issuer.converting.stock import Stage
from issuer.converting.store import scans, stock
from issuer.copying.store import COPIES
from issuer.ports import Blobs
from issuer.store import licence
from keys.sm3 import sm3
from service.blobs import BlobMissing
from service.blocks import blocks_of
from templates.errors import TemplateError
from templates.packing import named_in
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
    """Rows that name files: in which columns, and which rows.

    `within` where the columns hold JSON that names files among other things; `pictures` where those are photographs.
    """

    table: Table
    columns: tuple[Column[Any], ...]
    where: ColumnElement[bool]
    within: bool = False
    pictures: bool = False


_WAITING = select(batches.c.number).where(batches.c.state.not_in([*TRIALS, State.DONE, State.CANCELLED]))
_NAMING = (
    _Naming(licence, (licence.c.ofd, licence.c.pdf), licence.c.ofd.is_not(None)),
    _Naming(COPIES, (COPIES.c.ofd, COPIES.c.pdf), COPIES.c.ofd.is_not(None)),
    _Naming(seal_request_item, (seal_request_item.c.file,), seal_request_item.c.file.is_not(None)),
    _Naming(scans, (scans.c.digest,), true()),
    _Naming(CONSENTS, (CONSENTS.c.document,), CONSENTS.c.document.is_not(None)),
    _Naming(catalogue_version, (catalogue_version.c.layout, catalogue_version.c.sample), true()),
    _Naming(licence, (licence.c.document,), true(), within=True, pictures=True),
    _Naming(docket, (docket.c.proposal,), true(), within=True),
    _Naming(stock, (stock.c.application,), stock.c.stage != Stage.REFUSED, within=True, pictures=True),
    _Naming(
        rows,
        (rows.c.members,),
        (rows.c.state == RowState.WAITING) & rows.c.number.in_(_WAITING),
        within=True,
        pictures=True,
    ),
)
_NAMED = re.compile(r'"(?:(?=sm3:[0-9a-f]{64}")|picture:(?=sm3:[0-9a-f]{64}/))(sm3:[0-9a-f]{64})')
"""A name as the whole of a text in JSON, or of a picture that waits to be examined, with that of its file behind it."""
PICTURES = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


def compare(engine: Engine, blobs: Blobs, *, shown: int | None = SHOWN) -> Compared:
    """Read every file that a row names, and name so many of the lost ones, or all; nothing that is found stops it."""
    files, lost, first = 0, 0, list[Lost]()
    for of, digest in chain(_named(engine, _NAMING), _in_layouts(engine, blobs)):
        files += 1
        if (found := _lost(blobs, of, digest)) is not None:
            lost += 1
            first += [found] if shown is None or len(first) < shown else []
    return Compared(files, lost, tuple(first))


def mend(engine: Engine, blobs: Blobs, files: Sequence[bytes]) -> list[str]:
    """Put back those of these files that rows name and that are lost; their digests.

    What names the files of a face is a file itself: both may be among these.
    """
    given = {f"sm3:{sm3(octets).hex()}": octets for octets in files}
    mended = list[str]()
    wanted = [digest for digest in given if _lost(blobs, "", digest) is not None]
    while found := _among(engine, blobs, {digest: given[digest] for digest in wanted}):
        for digest in [one for one in wanted if one in found]:
            blobs.put(given[digest])
            mended.append(digest)
        wanted = [one for one in wanted if one not in found]
    return mended


def _named(engine: Engine, naming: Iterable[_Naming]) -> Iterator[tuple[str, str]]:
    """Which row names which file, table by table."""
    for one in naming:
        key: list[ColumnElement[object]] = list(one.table.primary_key.columns)
        for row in blocks_of(engine, one.table, key, one.where):
            of = "/".join(str(getattr(row, str(column.key))) for column in key)
            for column in one.columns:
                value = getattr(row, column.name)
                found = _said_in(value) if one.within else [value] if value is not None else []
                yield from ((f"{one.table.name} {of}", digest) for digest in found)


def _said_in(value: str | bytes) -> list[str]:
    """The files that a text in JSON names."""
    return _NAMED.findall(value if isinstance(value, str) else bytes(value).decode(errors="replace"))


def _in_layouts(engine: Engine, blobs: Blobs) -> Iterator[tuple[str, str]]:
    """The files of faces, as their manifests name them; of a manifest that is lost nobody knows them."""
    with engine.connect() as connection:
        layouts = connection.scalars(select(catalogue_version.c.layout).distinct()).all()
    for layout in sorted(layouts):
        try:
            names = named_in(blobs.get(layout))
        except (BlobMissing, TemplateError):
            continue  # it is told as lost itself; one that is no manifest is refused where a face is taken
        yield from ((f"layout {layout}", digest) for digest in names.values())


def _among(engine: Engine, blobs: Blobs, files: Mapping[str, bytes]) -> frozenset[str]:
    """Those of these files that any row names; where photographs are named is read through for photographs alone."""
    if not files:
        return frozenset()
    found = {digest for one in _NAMING if not one.within for digest in _in_columns(engine, one, files)}
    pictures = any(octets.startswith(PICTURES) for octets in files.values())
    inside = [one for one in _NAMING if one.within and (pictures or not one.pictures)]
    found.update(digest for _, digest in chain(_in_layouts(engine, blobs), _named(engine, inside)) if digest in files)
    return frozenset(found)


def _in_columns(engine: Engine, one: _Naming, digests: Iterable[str]) -> Iterator[str]:
    rest = iter(digests)
    while some := list(islice(rest, AT_ONCE)):
        with engine.connect() as connection:
            for column in one.columns:
                yield from connection.scalars(select(column).where(one.where, column.in_(some))).all()


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
