"""An XLSX file as a package: a ZIP of bounded size, its parts, and their XML as a stream of bounded tokens.

What the directory says is judged before anything is expanded: number of parts, size of each and of all, how much a
part grows, no part twice, no encryption, no macros. Parts are read by name and never written anywhere. XML comes
through expat alone, with no document type, hence no entities; links to other files are never followed.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Protocol
from xml.parsers import expat

from issuer.batches.sheet import SheetError

MAX_PACKED = 64 * 1024 * 1024
MAX_EXPANDED = 512 * 1024 * 1024
MAX_PART = 8 * 1024 * 1024
MAX_PARTS = 1_000
MAX_GROWTH, GROWTH_FROM = 250, 4 * 1024 * 1024
MAX_TOKEN = 2 * 1024 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 16_000_000
"""Of one part: a hundred thousand lines of fifty cells."""
_CHUNK = 64 * 1024
_MACROS = ("vbaproject.bin", "macrosheets/", "activex/")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class Handler(Protocol):
    """What is told of a part's XML: names without namespaces, attributes with only the local part of theirs."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def characters(self, text: str) -> None: ...


class Package:
    """The parts of an XLSX file.

    Raises:
        SheetError: `too-large`, `not-a-sheet`, `xlsx-bounds`, `old-format` (encrypted) or `macros`.

    """

    def __init__(self, file: BinaryIO) -> None:
        if file.seek(0, io.SEEK_END) > MAX_PACKED:
            raise SheetError("too-large", 0, MAX_PACKED >> 20)
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, UnicodeDecodeError) as error:
            raise SheetError("not-a-sheet") from error
        entries = self._archive.infolist()
        _judge(entries)
        self._parts = {entry.filename.lstrip("/").casefold(): entry for entry in entries}
        if len(self._parts) < len(entries):
            raise SheetError("xlsx-form")

    def has(self, name: str) -> bool:
        """Whether there is a part of this name; capitals do not matter."""
        return name.casefold() in self._parts

    def read(self, name: str, handler: Handler, *, limit: int = MAX_PART) -> None:
        """Tell the handler everything that is in a part of bounded size.

        Raises:
            SheetError: `xlsx-form`, `xlsx-bounds`, `xml-doctype`, or what the handler raises.

        """
        for _ in self.steps(name, handler, limit=limit):
            pass

    def steps(self, name: str, handler: Handler, *, limit: int = MAX_EXPANDED) -> Iterator[None]:
        """The same piece by piece, so that a long part can be followed."""
        entry = self._parts.get(name.casefold())
        if entry is None:
            raise SheetError("xlsx-form")
        if entry.file_size > limit:
            raise SheetError("xlsx-bounds")
        feed = _Feed(handler)
        try:
            with self._archive.open(entry) as part:
                while piece := part.read(_CHUNK):
                    feed.take(piece)
                    yield
            feed.close()
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError) as error:
            raise SheetError("xlsx-form") from error
        except (expat.ExpatError, ValueError) as error:
            raise SheetError("xlsx-form") from error
        yield


def _judge(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_EXPANDED:
        raise SheetError("xlsx-bounds")
    for entry in entries:
        name = entry.filename.casefold()
        if entry.flag_bits & 0x41:
            raise SheetError("old-format")
        if entry.compress_type not in _METHODS:
            raise SheetError("xlsx-form")
        if entry.file_size > GROWTH_FROM and entry.file_size > MAX_GROWTH * entry.compress_size:
            raise SheetError("xlsx-bounds")
        if any(mark in name for mark in _MACROS):
            raise SheetError("macros")


class _Feed:
    """One part on its way through expat."""

    def __init__(self, handler: Handler) -> None:
        self._handler, self._depth, self._elements, self._fed = handler, 0, 0, 0
        parser = self._parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = handler.characters
        parser.StartDoctypeDeclHandler = self._doctype

    def take(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > MAX_TOKEN:
            raise SheetError("xlsx-bounds")

    def close(self) -> None:
        self._parser.Parse(b"", True)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise SheetError("xlsx-bounds")
        self._handler.begin(_known(name), {_local(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._handler.end(_known(name))

    def _doctype(self, *_: object) -> None:
        raise SheetError("xml-doctype")


_SPACES = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/package/2006/relationships",
    }
)


@lru_cache(maxsize=512)
def _local(name: str) -> str:
    return name.rpartition(" ")[2]


@lru_cache(maxsize=512)
def _known(name: str) -> str:
    """The local name of an element of the workbook's own namespaces; all others have no meaning here."""
    space, _, local = name.rpartition(" ")
    return local if space in _SPACES else f"?{local}"
