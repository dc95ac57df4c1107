"""From the names of pictures in a table to photographs: each is found in the ZIP, taken, and named by its digest.

A cell that names a good picture means the name that a licence gives to the photograph it becomes. One whose picture is
missing, is none or will not do is refused in words like any other cell, whatever else is wrong with its row. One may
also name a photograph that was handed in before (`sm3:…`). Whoever takes a picture apart is the caller's affair
(`Take`); what comes back is looked at again. Made photographs are kept beside the table until it is submitted, and are
gone with it.

A picture of several rows, and pictures of no row, are told as warnings: they keep nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from issuer.batches.sheet import RowProblem, SheetError
from issuer.batches.sheet_words import sentence_of
from issuer.batches.spooled import Spooled
from issuer.batches.values import CellError
from issuer.batches.zipped import Zipped
from templates.errors import PictureRefused
from templates.photo import MAX_OCTETS, photo_name
from templates.raster import read_raster
from trust.rules.field import FieldRule

Take = Callable[[bytes, str], bytes]
"""Makes the photograph for a field of the type; raises PhotoRefused."""
MOST_TOLD, MOST_SHARED = 20, 100
_KEPT = re.compile("sm3:[0-9a-f]{64}")


@dataclass
class Pictures:
    """The pictures of one table on their way; `archive` is None where the table came alone."""

    take: Take
    archive: Zipped | None = None
    made: Spooled = field(default_factory=Spooled)
    shared: list[RowProblem] = field(default_factory=list)
    _known: dict[tuple[str, str], str | CellError] = field(default_factory=dict)
    _first: dict[str, int] = field(default_factory=dict)

    def photograph(self, row: int, rule: FieldRule, said: str) -> str:
        """The name of the photograph that a cell means.

        Raises:
            CellError: a reason `photo-…`, about the name in the cell.
            Exception: what `take` raises beyond refusals.

        """
        if _KEPT.fullmatch(said):
            return said
        if self.archive is None:
            raise CellError("photo-needs-zip")
        found = self.archive.find(said)
        if len(found) != 1:
            raise CellError("photo-ambiguous" if found else "photo-missing", said[:64])
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
            made = self.take(octets, rule.key)
            read_raster(made)
        except SheetError:
            return CellError("photo-damaged")
        except PictureRefused as refused:
            return CellError(f"photo-{refused.reason.removeprefix('picture-')}")
        named = photo_name(made)
        self.made.add(named, made)
        return named
