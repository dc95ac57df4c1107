"""Another revision behind a PDF: new and changed objects are appended, and no octet that stands there is touched.

Signatures cover what was there when they were made, so this is the one way to add to a signed file (ISO 32000-2
§7.5.6). The new section of the cross-reference is of the kind the file ends with, a table or a stream, because readers
differ over mixtures. Values that are written again keep their meaning exactly: references and numbers as they were,
strings as hexadecimal octets. The second half of the file identifier is derived from the content; the first stays.

How a revision is written down is said in `update`; which changes are allowed is not decided here (`form`), nor what
they mean (`approving`).
"""

from collections.abc import Mapping

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf.copying import Copier, string_octets
from trust.formats.pdf.source import Value, resolve, unreadable
from trust.formats.pdf.update import MAX_NUMBER, Trailer, Update, Written


class Respelling(Copier):
    """Writes values of a document so that they mean the same in the same document: references stay what they are."""

    def __init__(self, reader: PdfFileReader) -> None:
        super().__init__(reader, 0, {})

    def literal(self, value: Value) -> bytes:
        """A value as it stands in the new revision.

        Raises:
            PdfRefused: `pdf-unreadable`, a kind of value or a name that cannot be written again faithfully.

        """
        if isinstance(value, generic.IndirectObject):
            return b"%d %d R" % (value.reference.idnum, value.reference.generation)
        return super().literal(value)

    def dictionary(self, entries: Mapping[str, Value], changed: Mapping[str, bytes]) -> bytes:
        """A dictionary with some entries replaced or added, already spelt."""
        return b"<< " + self.entries(entries, changed) + b" >>"


class Revision:
    """Objects to be appended to `data`, which `reader` has read."""

    def __init__(self, data: bytes, reader: PdfFileReader) -> None:
        self._data = data
        self._reader = reader
        self._bodies: dict[int, tuple[int, bytes]] = {}
        self._next = first_free(reader)
        self.spelling = Respelling(reader)

    def allot(self) -> int:
        """A number for a new object."""
        self._next += 1
        return self._next - 1

    def put(self, number: int, body: bytes, generation: int = 0) -> None:
        """Write an object, new or changed; the last body of a number counts."""
        self._bodies[number] = (generation, body)

    def add(self, body: bytes) -> int:
        """Write a new object and give its number."""
        number = self.allot()
        self.put(number, body)
        return number

    def replace(self, reference: generic.Reference, body: bytes) -> None:
        """Write an object of the document anew."""
        self.put(reference.idnum, body, reference.generation)

    def update(self) -> Update:
        """All of it as a plain value.

        Raises:
            PdfRefused: `pdf-unreadable`, the document does not say where its cross-reference stands.

        """
        written = (Written(number, generation, body) for number, (generation, body) in self._bodies.items())
        return Update(tuple(written), self._trailer())

    def octets(self) -> tuple[bytes, dict[int, int]]:
        """What is to be appended, and where in the whole file each object begins (at its number)."""
        return self.update().octets(self._data)

    def _trailer(self) -> Trailer:
        trailer, older = self._reader.trailer, self._reader.last_startxref
        if older is None:
            raise unreadable("文件尾没有写明交叉引用表的位置。")
        information = trailer.raw_get("/Info") if "/Info" in trailer else None
        return Trailer(
            following=self._next,
            root=self.spelling.literal(trailer.raw_get("/Root")),
            information=self.spelling.literal(information) if isinstance(information, generic.IndirectObject) else None,
            identifier=first_identifier(self._reader) or None,
            older=older,
            stream=self._reader.has_xref_stream,
        )


def first_free(reader: PdfFileReader) -> int:
    """The number of the first new object.

    Raises:
        PdfRefused: `pdf-unreadable`, the file does not say how many objects it has.

    """
    size = reader.trailer.raw_get("/Size") if "/Size" in reader.trailer else None
    if not isinstance(size, generic.NumberObject) or not 1 <= size <= MAX_NUMBER:
        raise unreadable("文件尾没有写明对象的数目。")
    return int(size)


def first_identifier(reader: PdfFileReader) -> bytes | None:
    """The permanent half of the file identifier, if the file has one."""
    if "/ID" not in reader.trailer:
        return None
    found = resolve(reader, reader.trailer.raw_get("/ID"))
    if not isinstance(found, generic.ArrayObject) or len(found) != 2:
        return None
    first = found[0]
    return string_octets(first) if isinstance(first, generic.TextStringObject | generic.ByteStringObject) else None
