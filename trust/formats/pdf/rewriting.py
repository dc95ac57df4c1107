"""Writing a document afresh when programs would not read it alike: the objects it consists of, in one plain revision.

Only for documents without signatures. What the catalogue leads to is copied, values unchanged (`copying`); damaged or
doubled tables, objects in two versions and whatever nobody refers to stay behind. A reference to an object that is
missing means null (ISO 32000-2 §7.3.10), and is written so.
"""

from io import BytesIO
from itertools import accumulate

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from keys.sm3 import sm3
from trust.formats.pdf import source
from trust.formats.pdf.copying import Copier
from trust.formats.pdf.errors import PdfRefused

HEADER = b"%PDF-1.7\n%\xe8\xbd\xac\xe5\xbd\x95\n"
"""The version, and a comment of high octets; in UTF-8 it reads 转录."""


def rewritten(data: bytes) -> bytes:
    """The document as one revision with a classic table; the same octets for the same document.

    Raises:
        PdfRefused: `pdf-unreadable`, not even leniently; `pdf-encrypted`, `pdf-size`.

    """
    try:
        reader = PdfFileReader(BytesIO(data), strict=False)
        if reader.encrypted:
            raise PdfRefused("pdf-encrypted", "文件已加密；请先解除加密。")
        return _copied(reader)
    except source.READING_ERRORS as error:
        raise source.unreadable() from error


def _copied(reader: PdfFileReader) -> bytes:
    copier = Copier(reader, 1, {})
    root = copier.number(reader.root_ref)
    information = reader.trailer.raw_get("/Info") if "/Info" in reader.trailer else None
    entries = [b"/Root %d 0 R" % root]
    if isinstance(information, generic.IndirectObject):
        entries.append(b"/Info %d 0 R" % copier.number(information.reference))
    objects = copier.rest()
    offsets = list(accumulate(map(len, objects), initial=len(HEADER)))
    identity = sm3(b"".join(objects))[:16].hex().encode()
    size = len(offsets)
    entries += [b"/Size %d" % size, b"/ID [<%s> <%s>]" % (identity, identity)]
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets[:-1])
    tail = (
        b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table),
        b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (b" ".join(entries), offsets[-1]),
    )
    return b"".join((HEADER, *objects, *tail))
