"""A table and its pictures in one ZIP file, as a department's clerk packs them.

Everything the directory says is judged before anything is expanded: how many files, how large each and all of them,
how much one grows, whether two share octets, whether two names are one to somebody who reads them. There are no folders
and nothing but one table (CSV or XLSX) and pictures (JPEG, PNG). Pictures are read by name, one at a time, and never
written anywhere under a name that a stranger has chosen.

Names without the mark of UTF-8 are in the encoding of the system that packed them: UTF-8 where all of them are, else
GB 18030. Of "Unicode path" fields (Info-ZIP, 0x7075) the name counts, where its checksum is that of the plain one.
"""

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from issuer.batches.comma_separated import MAX_CSV
from issuer.batches.sheet import SheetError
from issuer.batches.xlsx_package import GROWTH_FROM, MAX_GROWTH, MAX_PACKED
from issuer.batches.zip_directory import check_directory

MAX_ZIP, MAX_IN_ALL = 8 * 1024**3, 16 * 1024**3
MAX_NAME = 128
PICTURES = frozenset({"jpg", "jpeg", "png"})
_TABLES = {"csv": MAX_CSV, "xlsx": MAX_PACKED}
_OF_XLSX = ("[content_types].xml", "_rels/", "xl/")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED, _UTF8, _UNICODE_PATH, _LOCAL = 0x41, 0x800, 0x7075, 30
_NAME = re.compile(r"[^\x00-\x1f\x7f\\:*?\"<>|/]+")
_PIECE = 1 << 20
_FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError)
"""What `zipfile` and the decompressors below it raise at octets that are no sound ZIP."""


class Zipped:
    """The files of a ZIP: one table, and pictures by their names.

    Raises:
        SheetError: `zip-form`, `zip-bounds`, `zip-encrypted`, `zip-folder`, `zip-names`, `zip-twice`, `zip-other`,
            `zip-no-table` or `zip-several-tables`, with the name it is about.

    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        entries = archive.infolist()
        _judge(entries, archive.start_dir)
        self._archive, self._pictures = archive, dict[str, zipfile.ZipInfo]()
        names, tables = _names(entries), list[tuple[str, zipfile.ZipInfo]]()
        for name, entry in zip(names, entries, strict=True):
            ending = _ending(name)
            if ending in _TABLES:
                tables.append((name, entry))
            elif ending not in PICTURES:
                raise SheetError("zip-other", 0, name)
            elif same_name(name) in self._pictures:
                raise SheetError("zip-twice", 0, name)
            else:
                entry.filename = name
                self._pictures[same_name(name)] = entry
        if len(tables) != 1:
            raise SheetError(*("zip-several-tables", 0, tables[1][0]) if tables else ("zip-no-table",))
        self.table_name, self._table = tables[0]
        self._stems = _stems(self._pictures)

    @contextmanager
    def table(self) -> Iterator[BinaryIO]:
        """The table, as a file of its own that has no name and is gone afterwards.

        Raises:
            SheetError: `zip-form`, or `too-large`.

        """
        most = _TABLES[_ending(self.table_name)]
        if self._table.file_size > most:
            raise SheetError("too-large", 0, most >> 20)
        with TemporaryFile() as aside:
            try:
                with self._archive.open(self._table) as packed:
                    while piece := packed.read(_PIECE):
                        aside.write(piece)
            except _FAULTS as error:
                raise SheetError("zip-form") from error
            yield aside

    def find(self, said: str) -> Sequence[str]:
        """The pictures that a cell may mean, by their names as `read` takes them; the ending may be left out."""
        name = same_name(said)
        return (name,) if name in self._pictures else self._stems.get(name, ())

    def read(self, name: str, most: int) -> bytes:
        """The octets of a picture, and no more than one beyond `most` of them.

        Raises:
            SheetError: `zip-form`, it is damaged.

        """
        try:
            with self._archive.open(self._pictures[name]) as packed:
                return packed.read(most + 1)
        except _FAULTS as error:
            raise SheetError("zip-form") from error

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return len(self._pictures)

    def file_name(self, name: str) -> str:
        """The name of a picture as it stands in the file."""
        return self._pictures[name].filename

    def others(self, used: set[str]) -> Sequence[str]:
        """The names of the pictures that are not among these, as they stand in the file."""
        return [entry.filename for name, entry in self._pictures.items() if name not in used]


def zipped(file: BinaryIO) -> Zipped | None:
    """The ZIP that a file is, or None where it is an XLSX; the file has to stay open.

    Raises:
        SheetError: as `Zipped`.

    """
    if file.seek(0, io.SEEK_END) > MAX_ZIP:
        raise SheetError("zip-bounds")
    check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except (*_FAULTS, struct.error) as error:
        raise SheetError("not-a-sheet") from error
    if any(entry.filename.casefold().lstrip("/").startswith(_OF_XLSX) for entry in archive.infolist()[:1000]):
        return None
    return Zipped(archive)


def same_name(name: str) -> str:
    """The form in which names of pictures are compared: as a person reads them, whatever their capitals."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def _judge(entries: Sequence[zipfile.ZipInfo], end: int) -> None:
    """Bounds of the whole, and of each file what needs no name."""
    if sum(entry.file_size for entry in entries) > MAX_IN_ALL:
        raise SheetError("zip-bounds")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise SheetError("zip-encrypted")
        if entry.compress_type not in _METHODS:
            raise SheetError("zip-form")
        if entry.file_size > GROWTH_FROM and entry.file_size > MAX_GROWTH * entry.compress_size:
            raise SheetError("zip-bounds")
    starts = sorted(((entry.header_offset, entry.compress_size) for entry in entries), reverse=True)
    for start, size in starts:
        if start + _LOCAL + size > end:
            raise SheetError("zip-form")  # two files of the same octets, or one that reaches into the directory
        end = start


def _names(entries: Sequence[zipfile.ZipInfo]) -> Sequence[str]:
    """The names of all entries, as whoever packed them read them."""
    plain = [entry.orig_filename.encode("cp437") for entry in entries if not entry.flag_bits & _UTF8]
    codec = next((one for one in ("utf-8", "gb18030") if all(_decodes(name, one) for name in plain)), None)
    if codec is None:
        raise SheetError("zip-names", 0, "")
    names = [_name(entry, codec) for entry in entries]
    for name in names:
        if "/" in name or "\\" in name:
            raise SheetError("zip-folder", 0, name[:MAX_NAME])
        if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
            raise SheetError("zip-names", 0, "".join(one if one.isprintable() else "?" for one in name[:MAX_NAME]))
    return names


def _name(entry: zipfile.ZipInfo, codec: str) -> str:
    if entry.flag_bits & _UTF8:
        return entry.orig_filename
    plain = entry.orig_filename.encode("cp437")
    return _unicode_path(entry.extra, plain) or plain.decode(codec)


def _unicode_path(extra: bytes, plain: bytes) -> str:
    """The name in a field of its own, empty where there is none that belongs to the plain one."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        told = extra[4 : 4 + size]
        if kind == _UNICODE_PATH and told[:5] == b"\x01" + struct.pack("<I", zlib.crc32(plain)):
            return told[5:].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return ""


def _decodes(name: bytes, codec: str) -> bool:
    try:
        name.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _ending(name: str) -> str:
    return name.rpartition(".")[2].casefold()


def _stems(pictures: dict[str, zipfile.ZipInfo]) -> dict[str, tuple[str, ...]]:
    """The names without their endings, which many systems do not show, with the pictures that have them."""
    found: dict[str, tuple[str, ...]] = {}
    for name in pictures:
        stem = name.rpartition(".")[0]
        found[stem] = (*found.get(stem, ()), name)
    return found
