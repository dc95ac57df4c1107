"""From the names of pictures in a table to photographs: each is found in the ZIP, taken, and named by its digest.

A cell that names a good picture means the name that a licence gives to the photograph it becomes. One whose picture is
missing, is none or will not do is refused in words like any other cell, whatever else is wrong with its row. One may
also name a photograph that was handed in before (`sm3:…`); of one that names a picture (`picture:…`) only the name of
its file counts. Whoever takes a picture apart is the caller's affair (`Take`); what comes back is looked at again. Made
photographs are kept beside the table until it is submitted, and are gone with it.

Where there are more pictures than somebody waits for (`at_once`), only what its octets tell without being decoded is
looked at here: whether one is there, sound, not too large, and begins as one does. The rest is `examining`, later; the
cells name the pictures themselves, which are read from the ZIP again where they are stored.

A picture of several rows, and pictures of no row, are told as warnings: they keep nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from issuer.batches.errors import BatchRefused
from issuer.batches.examining import Take, cell_of, file_name_in, picture_in, reason_of
from issuer.batches.sheet import RowProblem, SheetError
from issuer.batches.sheet_words import sentence_of
from issuer.batches.spooled import Spooled
from issuer.batches.values import CellError
from issuer.batches.zipped import Zipped
from templates.errors import PictureRefused
from templates.photo import MAX_OCTETS, photo_name
from templates.raster import read_raster
from trust.rules.field import FieldRule

AT_ONCE = 50
"""Pictures that are examined while somebody waits: a few seconds of work."""
MOST_TOLD, MOST_SHARED = 20, 100
_KEPT = re.compile("sm3:[0-9a-f]{64}")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass
class Pictures:
    """The pictures of one table on their way; `archive` is None where the table came alone."""

    take: Take
    archive: Zipped | None = None
    at_once: int = field(default_factory=lambda: AT_ONCE)
    made: Spooled = field(default_factory=Spooled)
    packed: dict[str, str] = field(default_factory=dict)
    shared: list[RowProblem] = field(default_factory=list)
    _known: dict[tuple[str, str], str | CellError] = field(default_factory=dict)
    _first: dict[str, int] = field(default_factory=dict)

    @property
    def wait(self) -> bool:
        """Whether there are so many that they are examined later."""
        return self.archive is not None and self.archive.count > self.at_once

    @property
    def handed(self) -> Mapping[str, bytes]:
        """What came with the table, by digest: photographs, or the pictures where these wait."""
        return Packed(self.archive, self.packed) if self.archive is not None and self.wait else self.made

    def photograph(self, row: int, rule: FieldRule, said: str) -> str:
        """The name of the photograph that a cell means, or of the picture where these wait.

        Raises:
            CellError: a reason `photo-…`, about the name in the cell.
            Exception: what `take` raises beyond refusals.

        """
        found = () if self.archive is None else self.archive.find(file_name_in(said))
        if _KEPT.fullmatch(said):
            return said  # it was handed in before
        if self.archive is None and picture_in(said):
            return said  # a table as it was downloaded: its digest is to be had from it, and nothing is issued
        if self.archive is None:
            raise CellError("photo-needs-zip")
        if len(found) != 1:
            raise CellError("photo-ambiguous" if found else "photo-missing", file_name_in(said)[:64])
        (name,) = found
        self._note_use(name, row, rule)
        key = (rule.key, name)
        if key not in self._known:
            self._known[key] = self._taken(self.archive, name, rule)
        answer = self._known[key]
        if isinstance(answer, CellError):
            raise CellError(answer.reason)
        return answer

    def warnings(self) -> Iterator[RowProblem]:
        """What should be looked at when the whole table was read."""
        unused = self.archive.others(set(self._first)) if self.archive is not None else ()
        if unused:
            named = "、".join(unused[:MOST_TOLD]) + ("等" if len(unused) > MOST_TOLD else "")
            yield RowProblem(0, "", "photo-unused", sentence_of("photo-unused", len(unused), named))
        yield from self.shared

    def _note_use(self, name: str, row: int, rule: FieldRule) -> None:
        before = self._first.setdefault(name, row)
        if before != row and len(self.shared) < MOST_SHARED:
            told = sentence_of("photo-shared", before)
            self.shared.append(RowProblem(row, rule.label, "photo-shared", told))

    def _taken(self, archive: Zipped, name: str, rule: FieldRule) -> str | CellError:
        """The name of the photograph that a picture of the file becomes, or why it does not."""
        try:
            octets = archive.read(name, MAX_OCTETS)
            if self.wait:
                return self._waiting(archive, name, octets)
            made = self.take(octets, rule.key)
            read_raster(made)
        except SheetError:
            return CellError("photo-damaged")
        except PictureRefused as refused:
            return CellError(reason_of(refused))
        named = photo_name(made)
        self.made.add(named, made)
        return named

    def _waiting(self, archive: Zipped, name: str, octets: bytes) -> str | CellError:
        """What a cell holds for a picture that is examined later, as far as its octets tell that it may be one."""
        if not 0 < len(octets) <= MAX_OCTETS:
            return CellError("photo-octets")
        if not octets.startswith(_BEGINNINGS):
            return CellError("photo-format")
        digest = photo_name(octets)
        self.packed[digest] = name
        return cell_of(digest, archive.file_name(name))


@dataclass(frozen=True)
class Packed(Mapping[str, bytes]):
    """Pictures of a ZIP by their digests, read from there each time; the file has to stay open, and as it was.

    Reading one raises BatchRefused, `zip-changed`, where somebody has written to the file meanwhile.
    """

    archive: Zipped
    names: Mapping[str, str]

    def __getitem__(self, digest: str) -> bytes:
        name = self.names[digest]
        try:
            octets = self.archive.read(name, MAX_OCTETS)
        except SheetError as damaged:
            raise BatchRefused([("", "zip-changed")]) from damaged
        if photo_name(octets) != digest:
            raise BatchRefused([("", "zip-changed")])
        return octets

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)
