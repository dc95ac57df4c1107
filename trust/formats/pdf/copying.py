"""Copying a document's live objects into a new file: numbered afresh, values unchanged, one value on one line.

The seal goes into a file of a single revision, so the objects of the source are written again rather than updated.
Numbers are given in the order in which references are met, strings are written as hexadecimal octets and streams
keep their encoded data, so the same source always gives the same octets. Only what is met is copied: earlier
revisions and unreachable objects of the source stay behind.
"""

from collections.abc import Mapping
from functools import lru_cache

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.layout import MAX_OBJECTS, indirect, stream_body
from trust.formats.pdf.source import READING_ERRORS, Value, load
from trust.formats.pdf.values import PLAIN

DROPPED = {"/Length", "/DL"}
"""Entries of a stream that the writer states itself (`/DL` is a hint about the decoded length)."""


class Copier:
    """Writes objects of `reader` under new numbers from `first` on; `extra` adds rendered entries to dictionaries."""

    def __init__(
        self, reader: PdfFileReader, first: int, extra: Mapping[generic.Reference, Mapping[str, bytes]]
    ) -> None:
        self._reader = reader
        self._next = first
        self._extra = extra
        self._numbers: dict[generic.Reference, int] = {}
        self._waiting: list[generic.Reference] = []

    def number(self, reference: generic.Reference) -> int:
        """The number of an object in the new file; it is copied later if this is its first mention.

        Raises:
            PdfRefused: `pdf-size`, there are too many.

        """
        if reference not in self._numbers:
            if self._next >= MAX_OBJECTS:
                raise PdfRefused("pdf-size", "文件中的对象过多，不予处理。")
            self._numbers[reference] = self._next
            self._next += 1
            self._waiting.append(reference)
        return self._numbers[reference]

    def literal(self, value: Value) -> bytes:
        """A value as it stands in the new file.

        Raises:
            PdfRefused: `pdf-unreadable`, a kind of value that no PDF has there.

        """
        match value:
            case generic.IndirectObject():
                return b"%d 0 R" % self.number(value.reference)
            case generic.NameObject():
                return name_literal(value)
            case generic.DictionaryObject():
                return b"<< " + self.entries(value) + b" >>"
            case generic.ArrayObject():
                return b"[" + b" ".join(self.literal(item) for item in list.__iter__(value)) + b"]"
            case generic.TextStringObject() | generic.ByteStringObject():
                return b"<" + string_octets(value).hex().encode() + b">"
            case generic.NumberObject():
                return b"%d" % value
            case generic.FloatObject():
                return format(value, "f").encode()
            case generic.BooleanObject():
                return b"true" if value else b"false"
            case generic.NullObject():
                return b"null"
        raise PdfRefused("pdf-unreadable", "文件中有无法识别的内容。")

    def entries(self, dictionary: Mapping[str, Value], extra: Mapping[str, bytes] | None = None) -> bytes:
        """The entries of a dictionary, in their order; those in `extra` are replaced or added.

        Raises:
            PdfRefused: `pdf-unreadable`; also for a key outside ASCII, whose octets the page's content may rely on.

        """
        if not all(key.isascii() for key in dictionary):
            raise PdfRefused("pdf-unreadable", "文件内部使用了非 ASCII 的资源名称，不能保证原样复制。")
        added = dict(extra or {})
        kept = ((key, value) for key, value in dictionary.items() if key not in added)
        written = [name_literal(key) + b" " + self.literal(value) for key, value in kept]
        return b" ".join([*written, *(name_literal(key) + b" " + value for key, value in added.items())])

    def rest(self) -> list[bytes]:
        """All objects mentioned so far and those they lead to, in the order of their numbers."""
        written = []
        for reference in self._waiting:  # grows while it is walked
            item = load(self._reader, reference)
            written.append(indirect(self._numbers[reference], self._body(reference, item)))
        self._waiting.clear()
        return written

    def _body(self, reference: generic.Reference, item: Value) -> bytes:
        extra = self._extra.get(reference, {})
        if isinstance(item, generic.StreamObject):
            kept = {key: value for key, value in item.items() if key not in DROPPED}
            try:
                return stream_body(self.entries(kept, extra), item.encoded_data)
            except READING_ERRORS as error:
                raise PdfRefused("pdf-unreadable", f"对象 {reference.idnum} 的数据流无法读取。") from error
        if isinstance(item, generic.DictionaryObject):
            return b"<< " + self.entries(item, extra) + b" >>"
        return self.literal(item)


@lru_cache(maxsize=1024)
def name_literal(name: str) -> bytes:
    """A name object; octets that are not regular characters are escaped, and so is the backslash."""
    escaped = (bytes((octet,)) if octet in PLAIN else b"#%02X" % octet for octet in name_octets(name)[1:])
    return b"/" + b"".join(escaped)


def name_octets(name: str) -> bytes:
    """The octets of a name, as far as pyHanko lets on: it reads UTF-8 where it can and Latin-1 otherwise.

    A name of high Latin-1 characters was most likely not UTF-8: fonts called 宋体 in GBK are common.
    """
    try:
        octets = name.encode("latin-1")
        octets.decode("utf-8")
    except UnicodeEncodeError:
        return name.encode("utf-8")
    except UnicodeDecodeError:
        return octets
    return name.encode("utf-8")


def string_octets(value: generic.TextStringObject | generic.ByteStringObject) -> bytes:
    """The octets of a string as the source has them, whatever they mean."""
    return bytes(value.original_bytes)
