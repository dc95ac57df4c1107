"""From the names of pictures in a table to photographs: each is found in the ZIP, taken, and named by its digest.

A row is left as it is but for its photographs, which get the names that licences give them. A row whose picture is
missing, is none or will not do is a problem in words like any other. One may also name a photograph that was handed in
before (`sm3:…`). Whoever takes a picture apart is the caller's affair (`Take`); what comes back is looked at again.
Made photographs are kept beside the table until it is submitted, and are gone with it.

A picture of several rows, and pictures of no row, are told as warnings: they keep nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from issuer.batches.packed import PackedRows
from issuer.batches.reading import starts_as_zip
from issuer.batches.sheet import Row, RowProblem, Sheet, SheetError
from issuer.batches.sheet_words import sentence_of
from issuer.batches.spooled import Spooled
from issuer.batches.zipped import Zipped, zipped
from templates.errors import PictureRefused
from templates.photo import MAX_OCTETS, photo_name
from templates.raster import read_raster
from trust.rules.catalogue import FieldRule, LicenceType

Take = Callable[[bytes, str], bytes]
"""Makes the photograph for a field of the type; raises PhotoRefused, or ApplicationRefused where the type has none."""
MOST_TOLD, MOST_SHARED = 20, 100
_KEPT = re.compile("sm3:[0-9a-f]{64}")


def with_photographs(sheet: Sheet, file: BinaryIO, kind: LicenceType, take: Take) -> Sheet:
    """The sheet that was read from this file, its rows naming photographs; those without a good one are problems.

    Raises:
        Exception: what `take` raises beyond refusals.

    """
    if not kind.photos:
        return sheet
    try:
        with _opened(file) as archive:
            return _Finding(kind, take, archive).all(sheet)
    except SheetError:
        return sheet  # reading has told of it


@contextmanager
def _opened(file: BinaryIO) -> Iterator[Zipped | None]:
    yield zipped(file) if starts_as_zip(file) else None


@dataclass(frozen=True)
class _Wrong:
    """Why a row has no photograph: a stable reason, and what it is about."""

    reason: str
    about: str = ""


@dataclass
class _Finding:
    """One table on its way."""

    kind: LicenceType
    take: Take
    archive: Zipped | None
    made: Spooled = field(default_factory=Spooled)
    known: dict[tuple[str, str], str | _Wrong] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)

    def all(self, sheet: Sheet) -> Sheet:
        rows = PackedRows(row for one in sheet.rows if (row := self._row(one)) is not None)
        unused = self.archive.others(set(self.first)) if self.archive is not None else ()
        if unused:
            named = "、".join(unused[:MOST_TOLD]) + ("等" if len(unused) > MOST_TOLD else "")
            self.warnings.insert(0, RowProblem(0, "", "photo-unused", sentence_of("photo-unused", len(unused), named)))
        problems = tuple(sorted((*sheet.problems, *self.problems), key=lambda one: one.row))
        return replace(sheet, rows=rows, problems=problems, warnings=tuple(self.warnings), photographs=self.made)

    def _row(self, row: Row) -> Row | None:
        """The row with the names of its photographs, or None where one is missing."""
        fields, before = dict(_fields(row)), len(self.problems)
        for rule in self.kind.photos:
            if not (said := str(fields.get(rule.key, ""))):
                continue
            found = self._photograph(row, rule, said)
            if isinstance(found, _Wrong):
                sentence = sentence_of(found.reason, found.about)
                self.problems.append(RowProblem(row.number, rule.label, found.reason, sentence))
            else:
                fields[rule.key] = found
        return Row(row.number, {**row.members, "fields": fields}) if len(self.problems) == before else None

    def _photograph(self, row: Row, rule: FieldRule, said: str) -> str | _Wrong:
        """The name of the photograph that a cell means."""
        if _KEPT.fullmatch(said):
            return said
        if self.archive is None:
            return _Wrong("photo-needs-zip")
        found = self.archive.find(said)
        if len(found) != 1:
            return _Wrong("photo-ambiguous" if found else "photo-missing", said[:64])
        (name,) = found
        self._used(name, row, rule)
        key = (rule.key, name)
        if key not in self.known:
            self.known[key] = self._taken(self.archive, name, rule)
        return self.known[key]

    def _used(self, name: str, row: Row, rule: FieldRule) -> None:
        before = self.first.setdefault(name, row.number)
        if before != row.number and len(self.warnings) < MOST_SHARED:
            self.warnings.append(
                RowProblem(row.number, rule.label, "photo-shared", sentence_of("photo-shared", before))
            )

    def _taken(self, archive: Zipped, name: str, rule: FieldRule) -> str | _Wrong:
        """The name of the photograph that a picture of the file becomes, or why it does not."""
        try:
            octets = archive.read(name, MAX_OCTETS)
            made = self.take(octets, rule.key)
            read_raster(made)
        except SheetError:
            return _Wrong("photo-damaged")
        except PictureRefused as refused:
            return _Wrong(f"photo-{refused.reason.removeprefix('picture-')}")
        named = photo_name(made)
        self.made.add(named, made)
        return named


def _fields(row: Row) -> Mapping[str, object]:
    fields = row.members.get("fields")
    return fields if isinstance(fields, Mapping) else {}
