"""The outer shape of a sealed PDF: one revision, every octet accounted for.

    %PDF-1.7 and a comment · object 1, the signature dictionary · objects 2 … N in order, octet on octet ·
    one classic cross-reference table · one trailer · %%EOF and nothing behind it

PDF (ISO 32000) allows far more: updates behind the end, several tables, gaps, objects nobody refers to. All attacks
on signed PDFs that are known by a name live in that freedom, so our files have none of it, and reading means
comparing: the signature dictionary is rendered anew from the values read and must give the same octets, `/ByteRange`
must leave out exactly the literal of `/Contents`, and objects must touch each other. Because the signature
dictionary stands first, coverage is known before any PDF parser has seen the file.

What the objects mean, and what the signature is worth, is decided in `content`, `cms` and `examine`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from keys.sm3 import Sm3
from trust.errors import Malformed
from trust.formats import der
from trust.formats.pdf.errors import PdfRefused

HEADER = b"%PDF-1.7\n%\xe5\x8d\xb0\xe8\xaf\x81\n"
"""The version, and the comment of high octets that marks a binary file; in UTF-8 the comment reads 印证."""

MAX_OCTETS = 20_000_000
MAX_OBJECTS = 20_000
MAX_STRUCTURE = 2_000_000
"""Octets outside data streams: what a parser has to look at one by one, and so what bounds its time."""

MAX_TEXT = 200
SIGNATURE, CATALOG, FIELD, INFO = 1, 2, 3, 4
"""Object numbers that are the same in every sealed file."""

RANGE_WIDTH = 36
KIND = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange "
CERTIFYING = (
    b"/Reference [<< /Type /SigRef /TransformMethod /DocMDP"
    b" /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >>]"
)
"""Certification with DocMDP P 1: no change to the document is allowed any more."""

SIGNATURE_OBJECT = re.compile(
    rb"1 0 obj\n"
    + re.escape(KIND)
    + rb"\[0 (\d{1,8}) (\d{1,8}) (\d{1,8})\] */M \(D:(\d{14}Z)\)"
    + rb" /Name <feff((?:[0-9a-f]{4})*)> /Reason <feff((?:[0-9a-f]{4})*)> "
    + re.escape(CERTIFYING)
    + rb" /Contents (<[0-9a-f]*>) >>\nendobj\n",
)
ENDING = re.compile(
    rb"trailer\n<< /Size (\d{1,5}) /Root 2 0 R /Info 4 0 R /ID \[<([0-9a-f]{32})> <([0-9a-f]{32})>\] >>\n"
    rb"startxref\n(\d{1,8})\n%%EOF\n",
)
ENTRY = re.compile(rb"(\d{10}) 00000 n \n")
ENTRY_SIZE = 20
STREAM_HEAD = re.compile(rb" /Length (\d{1,8}) >>\nstream\n")
OBJECT_END, STREAM_END = b"\nendobj\n", b"\nendstream"


@dataclass(frozen=True)
class Statement:
    """What the signature dictionary says in words: claimed time, who seals, and why."""

    at: datetime
    name: str
    reason: str


@dataclass(frozen=True)
class Hole:
    """Where the literal of `/Contents` stands: `start` is its `<`, `end` the octet behind its `>`."""

    start: int
    end: int


@dataclass(frozen=True)
class SignatureObject:
    """The signature dictionary as read: statement, hole, and the octets that the hexadecimal literal spells."""

    statement: Statement
    hole: Hole
    contents: bytes


@dataclass(frozen=True)
class Item:
    """One object as it stands: all its octets, its value (of a stream the dictionary), and the data of a stream."""

    octets: bytes
    value: bytes
    stream: bytes | None = None


def text_literal(text: str) -> bytes:
    """A text string as hexadecimal UTF-16 with its mark: one form for every character."""
    return b"<feff" + text.encode("utf-16-be").hex().encode() + b">"


def date_literal(at: datetime) -> bytes:
    """A PDF date in UTC."""
    return b"(D:" + der.time_text(at).encode() + b")"


def indirect(number: int, body: bytes) -> bytes:
    """An indirect object as it stands in the file."""
    return b"%d 0 obj\n%s\nendobj\n" % (number, body)


def stream_body(entries: bytes, octets: bytes) -> bytes:
    """A stream; its length stands last in the dictionary, so that reading can find the data from the object's end."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(octets), octets)


def signature_object(statement: Statement, byte_range: tuple[int, int, int], contents: bytes) -> bytes:
    """The signature dictionary (ISO 32000-2 §12.8.1; PAdES, ETSI EN 319 142-1).

    `byte_range` is (length before, start after, length after); the first range always starts at 0.
    """
    fields = (
        KIND + (b"[0 %d %d %d]" % byte_range).ljust(RANGE_WIDTH),
        b"/M " + date_literal(statement.at),
        b"/Name " + text_literal(statement.name),
        b"/Reason " + text_literal(statement.reason),
        CERTIFYING,
        b"/Contents <" + contents.hex().encode() + b"> >>",
    )
    return indirect(SIGNATURE, b" ".join(fields))


def write_file(statement: Statement, room: int, objects: Sequence[bytes]) -> tuple[bytes, Hole, bytes]:
    """Lay out a file around a signature dictionary with `room` zeros; `objects` are those from number 2 on.

    Returns the file, whose byte range is final, the hole that the CMS goes into, and SM3 of all the rest. The file's
    identifier is taken from the digest of what stands before it, so one pass over the octets serves both.
    """
    first = signature_object(statement, (0, 0, 0), bytes(room))
    end = len(HEADER) + len(first) - len(b" >>\nendobj\n")
    hole = Hole(end - 2 * room - 2, end)
    offsets, position = [], len(HEADER)
    for item in (first, *objects):
        offsets.append(position)
        position += len(item)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(offsets) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (size, table)
    total = position + len(head) + len(_tail(size, bytes(16), position))
    final = HEADER + signature_object(statement, (hole.start, hole.end, total - hole.end), bytes(room))
    digest = Sm3(final[: hole.start])
    for part in (final[hole.end :], *objects, head):
        digest.update(part)
    tail = _tail(size, digest.digest()[:16], position)
    digest.update(tail)
    return b"".join((final, *objects, head, tail)), hole, digest.digest()


def _tail(size: int, identity: bytes, table: int) -> bytes:
    """The trailer's dictionary and what stands behind it."""
    named = identity.hex().encode()
    return b"<< /Size %d /Root 2 0 R /Info 4 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        named,
        named,
        table,
    )


def read_signature_object(data: bytes) -> SignatureObject:
    """Read the signature dictionary of a file that begins with our header, and check that it covers the whole file.

    Raises:
        PdfRefused: `pdf-signature-dictionary` it is not of the one form; `pdf-coverage` the byte range is not the
            whole file without the literal of `/Contents`.

    """
    found = SIGNATURE_OBJECT.match(data, len(HEADER))
    if found is None:
        raise PdfRefused("pdf-signature-dictionary", "签章字典不是本系统写出的形式，文件已损坏或被改动。", step=2)
    before, after, rest = (int(found[group]) for group in (1, 2, 3))
    hole = Hole(*found.span(7))
    if (before, after) != (hole.start, hole.end):
        raise PdfRefused("pdf-coverage", "签章声明的覆盖范围与签名值所在的位置不符。", step=2)
    if after + rest != len(data):
        raise PdfRefused("pdf-coverage", "文件长度与签章覆盖的长度不符：盖章之后有内容被追加或截去。", step=2)
    try:
        statement = Statement(
            der.generalized_time(der.Node(der.GENERALIZED_TIME, found[4], b"")), _text(found[5]), _text(found[6])
        )
        contents = bytes.fromhex(found[7][1:-1].decode())
    except (Malformed, ValueError) as error:
        raise PdfRefused("pdf-signature-dictionary", "签章字典中的时间、文字或签名值无法读取。", step=2) from error
    if signature_object(statement, (before, after, rest), contents) != found[0]:
        raise PdfRefused("pdf-signature-dictionary", "签章字典不是本系统写出的形式，文件已损坏或被改动。", step=2)
    return SignatureObject(statement, hole, contents)


def read_objects(data: bytes) -> list[Item]:
    """Split the file into its objects by its cross-reference table; item 0 is object 1. Nothing may lie between.

    Raises:
        PdfRefused: `pdf-structure`, the file is not one revision of touching objects; `pdf-size`, it is one that
            would keep a parser busy for too long.

    """
    start = data.rfind(b"trailer\n")
    ending = ENDING.fullmatch(data, start) if start >= 0 else None
    if ending is None or ending[2] != ending[3]:
        raise _structure("文件尾不是本系统写出的形式。")
    size, table = int(ending[1]), int(ending[4])
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    entries = data[table + len(head) : start]
    if not 2 <= size <= MAX_OBJECTS or not data.startswith(head, table) or len(entries) != ENTRY_SIZE * (size - 1):
        raise _structure("交叉引用表不是本系统写出的形式。")
    offsets = [int(offset) for offset in ENTRY.findall(entries)]
    if len(offsets) != size - 1 or offsets[0] != len(HEADER):
        raise _structure("交叉引用表不是本系统写出的形式。")
    bounds = [*offsets, table]
    if any(one >= other for one, other in pairwise(bounds)):
        raise _structure("对象的次序与交叉引用表不符。")
    items = [_item(number, data[one:other]) for number, (one, other) in enumerate(pairwise(bounds), start=1)]
    if sum(len(item.octets) - len(item.stream or b"") for item in items) > MAX_STRUCTURE:
        raise PdfRefused("pdf-size", "文件的结构过于庞大，不予处理。")
    return items


def _item(number: int, octets: bytes) -> Item:
    """Take one object apart; `values` sees to it that its value is one and holds nothing else."""
    begin = b"%d 0 obj\n" % number
    if not octets.startswith(begin) or not octets.endswith(OBJECT_END):
        raise _structure(f"对象 {number} 的首尾不完整，或对象之间夹带了其他内容。")
    end = len(octets) - len(OBJECT_END)
    found = STREAM_HEAD.search(octets, len(begin), end)
    if found is None:
        return Item(octets, octets[len(begin) : end])
    start, close = found.end(), end - len(STREAM_END)
    if close - start != int(found[1]) or not octets.startswith(STREAM_END, close):
        raise _structure(f"对象 {number} 的数据流首尾不符。")
    return Item(octets, octets[len(begin) : found.start()] + b" >>", octets[start:close])


def _text(digits: bytes) -> str:
    text = bytes.fromhex(digits.decode()).decode("utf-16-be")
    if len(text) > MAX_TEXT:
        raise Malformed("length")
    return text


def _structure(sentence: str) -> PdfRefused:
    return PdfRefused("pdf-structure", sentence, step=2)
