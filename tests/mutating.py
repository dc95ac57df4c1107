"""Seeded damage to files: bits, octets, blocks, and edits that know a little of ZIP, XML, DER and PDF.

`mutant(data, kind, others, chance)` gives one damaged file. Most edits keep as much in order as they can, because a file
that is refused at its first octet tests nothing behind it: ZIP entries are changed inside and packed again with right
checksums, numbers are replaced by numbers of as many digits, tokens by tokens of the same sort. The same `Random` gives
the same file again. Nothing here knows what is signed.
"""

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Sequence

from trust.errors import Malformed
from trust.formats.ofd.package import read_package

Edit = Callable[[bytes, random.Random], bytes]
NUMBERS = (0, 1, -1, 2, 7, 127, 128, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63, 10**20)
MARKS = (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\7\x08")
XML_BITS = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<!-- -->", b"<?a b?>", b"<![CDATA[1]]>", b"&lt;", b"&#0;", b"&#x110000;", b"&b;",
    b"\xef\xbb\xbf", b"\xff\xfe", b"<", b"</a>", b"<a/>", b" xmlns:ofd=''", b" ID='1'", b"../", b"//", b"\\", b"%2e%2e/",
)  # fmt: skip
PDF_BITS = (
    b"%%EOF\n", b"startxref\n0\n%%EOF\n", b"endobj\n", b"endstream\n", b"stream\n", b"<<", b">>", b"[", b"]", b"(", b")",
    b"<", b">", b" 0 R", b"null ", b"true ", b"/Type /Sig ", b"/Type /Catalog ", b"/Prev 0 ", b"/Encrypt 1 0 R ",
    b"/XRefStm 9 ", b"/Size -1 ", b"/Kids [1 0 R] ", b"/Parent 1 0 R ", b"/Length 99999999 ", b"/Filter /FlateDecode ",
    b"/ByteRange [0 1 2 3] ", b"trailer\n<<>>\n", b"xref\n0 1\n0000000000 65535 f \n", b"1 0 obj\n<<>>\nendobj\n", b"\0" * 40,
    b"[" * 400, b"<<" * 400,
)  # fmt: skip


def mutant(data: bytes, kind: str, others: Sequence[bytes], chance: random.Random) -> bytes:
    """One damaged file; now and then two or three edits at once, seldom a splice with one of `others`."""
    if others and chance.random() < 0.08:
        return spliced(data, chance.choice(others), chance)
    edits = (*PLAIN, *BY_KIND[kind])
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
        data = chance.choice(edits)(data, chance)
    return data


def place(data: bytes, chance: random.Random) -> int:
    """Somewhere; more often than by chance near an end."""
    size = len(data)
    if chance.random() < 0.2:
        near = min(64, size)
        return chance.randrange(near + 1) if chance.random() < 0.5 else size - chance.randrange(near + 1)
    return chance.randrange(size + 1)


def stretch(data: bytes, chance: random.Random) -> tuple[int, int]:
    """A block, seldom a long one."""
    start = place(data, chance)
    return start, min(len(data), start + chance.choice((1, 2, 4, 16, chance.randrange(1, 4096))))


def bit(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = min(place(data, chance), len(data) - 1)
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def octets(data: bytes, chance: random.Random) -> bytes:
    start, end = stretch(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def put_in(data: bytes, chance: random.Random) -> bytes:
    at = place(data, chance)
    return data[:at] + chance.choice((b"\0", b"\n", b" ", chance.randbytes(chance.randrange(1, 64)))) + data[at:]


def left_out(data: bytes, chance: random.Random) -> bytes:
    start, end = stretch(data, chance)
    return data[:start] + data[end:]


def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: place(data, chance)]


def doubled(data: bytes, chance: random.Random) -> bytes:
    (start, end), at = stretch(data, chance), place(data, chance)
    return data[:at] + data[start:end] + data[at:]


def blanked(data: bytes, chance: random.Random) -> bytes:
    start, end = stretch(data, chance)
    return data[:start] + chance.choice((b"\0", b" ", b"\xff")) * (end - start) + data[end:]


def exchanged(data: bytes, chance: random.Random) -> bytes:
    (a, b), (c, d) = sorted((stretch(data, chance), stretch(data, chance)))
    return data if b > c else data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def spliced(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Head of one file and tail of another, at the same place or at any two."""
    at = place(data, chance)
    return data[:at] + other[at if chance.random() < 0.5 else place(other, chance) :]


def number(data: bytes, chance: random.Random) -> bytes:
    """Another decimal number, half the time of as many digits."""
    found = list(re.finditer(rb"(?<![A-Za-z0-9.])\d{1,12}(?![A-Za-z0-9.])", data))
    if not found:
        return data
    one = chance.choice(found)
    value = b"%d" % chance.choice((*NUMBERS, int(one[0]) + 1, max(0, int(one[0]) - 1)))
    if chance.random() < 0.5:
        value = value[-len(one[0]) :].rjust(len(one[0]), b"0")
    return data[: one.start()] + value + data[one.end() :]


def token(pattern: bytes, data: bytes, chance: random.Random) -> bytes:
    """One token in the place of another, left out, or doubled."""
    found = list(re.finditer(pattern, data))
    if not found:
        return data
    one, other = chance.choice(found), chance.choice(found)
    new = chance.choice((other[0], other[0], b"", one[0] + one[0]))
    return data[: one.start()] + new + data[one.end() :]


def bits(data: bytes, chance: random.Random, choices: Sequence[bytes]) -> bytes:
    at = place(data, chance)
    return data[:at] + chance.choice(choices) + data[at:]


def xml(data: bytes, chance: random.Random) -> bytes:
    """An edit of XML: names, attributes, elements, texts, or something that should not be there."""
    patterns = (
        rb"<[^<>]+>",
        rb"[A-Za-z:]+=\"[^\"]*\"",
        rb">[^<>]+<",
        rb"</?[A-Za-z]+:?[A-Za-z]+",
        rb"<([\w:]+)[^<>]*>[^<]*</\1>",
    )
    if chance.random() < 0.25:
        tag = chance.choice(list(re.finditer(rb"<[^<>]+>", data)) or [None])
        at = tag.end() if tag else 0
        return data[:at] + chance.choice(XML_BITS) + data[at:]
    return token(chance.choice(patterns), data, chance)


def der(data: bytes, chance: random.Random) -> bytes:
    """An octet that looks like a tag or a length, changed to another such."""
    if not data:
        return data
    at = chance.choice(
        [match.start() for match in re.finditer(rb"[\x02-\x06\x0c\x17\x18\x30\x31\xa0-\xa3\x80-\x84]", data)] or [0]
    )
    new = chance.choice(
        (0x00, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x18, 0x30, 0x31, 0x80, 0x81, 0x82, 0x84, 0xA0, 0xFF)
    )
    return data[:at] + bytes([new]) + data[at + 1 :]


def entry(data: bytes, chance: random.Random) -> bytes:
    """A package with one entry changed inside, packed again."""
    entries = unpacked(data)
    if not entries:
        return octets(data, chance)
    name = chance.choice(list(entries))
    edits: tuple[Edit, ...] = (xml, xml, xml, number) if name.lower().endswith(".xml") else (der, der, number)
    entries[name] = chance.choice((*edits, *PLAIN))(entries[name], chance)
    return packed(entries, chance)


def directory(data: bytes, chance: random.Random) -> bytes:
    """A package with entries left out, put in, renamed or exchanged."""
    entries = unpacked(data)
    if not entries:
        return octets(data, chance)
    name, other = chance.choice(list(entries)), chance.choice(list(entries))
    match chance.randrange(5):
        case 0:
            del entries[name]
        case 1:
            entries[name], entries[other] = entries[other], entries[name]
        case 2:
            entries[
                chance.choice((name.upper(), "../" + name, "/" + name, name + "/a", name + " ", other + ".xml"))
            ] = entries[name]
        case 3:
            entries[other + "x"] = entries.pop(name)
        case _:
            entries[f"Doc_0/Res/{chance.randrange(99)}.xml"] = chance.choice(
                (b"", entries[name], b"<a/>", chance.randbytes(99))
            )
    return packed(entries, chance)


def header(data: bytes, chance: random.Random) -> bytes:
    """A field of a ZIP record set to a telling value."""
    found = [match.start() for mark in MARKS for match in re.finditer(re.escape(mark), data)]
    if not found:
        return octets(data, chance)
    at = chance.choice(found) + chance.randrange(4, 42, 2)
    form = chance.choice(("<H", "<I"))
    value = struct.pack(form, chance.choice((0, 1, 8, 99, 0x800, 0xFFFF, chance.randrange(1 << 16))))
    return data[:at] + value + data[at + len(value) :]


def unpacked(data: bytes) -> dict[str, bytes]:
    """The entries, none where the package cannot be read any more."""
    try:
        return read_package(data, foreign=True)
    except Malformed:
        return {}


def packed(entries: dict[str, bytes], chance: random.Random) -> bytes:
    """A package as any program might write it."""
    out = io.BytesIO()
    method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, method)
    return out.getvalue()


def pdf_token(data: bytes, chance: random.Random) -> bytes:
    patterns = (
        rb"/[A-Za-z]+\d*", rb"\d+ 0 R", rb"\d+ 0 obj", rb"<<|>>", rb"\([^()]{1,80}\)", rb"\[[^\[\]]{1,80}\]",
        rb"\d{10} \d{5} [fn]", rb"(?:end)?(?:stream|obj)", rb"startxref\s+\d+", rb"(?s)\d+ 0 obj.{1,2000}?endobj",
    )  # fmt: skip
    return token(chance.choice(patterns), data, chance)


def pdf_bits(data: bytes, chance: random.Random) -> bytes:
    found = [match.end() for match in re.finditer(rb"obj|<<|>>|%%EOF\n?|stream|\]", data)] or [0]
    at = chance.choice((chance.choice(found), len(data)))
    return data[:at] + chance.choice(PDF_BITS) + data[at:]


def pdf_update(data: bytes, chance: random.Random) -> bytes:
    """One more revision that puts another object in the place of one."""
    starts = [(int(match[1]), match.start()) for match in re.finditer(rb"(?<!\d)(\d{1,6}) 0 obj", data)]
    last = re.findall(rb"startxref\s+(\d+)", data)
    root = re.findall(rb"/Root (\d+) 0 R", data)
    if not starts or not last or not root:
        return data + b"%%EOF\n"
    old, (_, source) = chance.choice(starts)[0], chance.choice(starts)
    body = data[source : data.find(b"endobj", source) + 6].split(b"obj", 1)[-1]
    at = len(data)
    made = b"%d 0 obj%s\n" % (old, chance.choice((body, b"\n<<>>\nendobj", b"\nnull\nendobj")))
    size = max(each for each, _ in starts) + 1
    return (
        data + made + b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %s 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (old, at, size, root[-1], last[-1], at + len(made))
    )  # fmt: skip


def pdf_revision(data: bytes, chance: random.Random) -> bytes:
    """Cut off behind one of the ends of file, with or without what follows the mark."""
    ends = [match.end() for match in re.finditer(rb"%%EOF", data)]
    return data[: chance.choice(ends) + chance.randrange(3)] if ends else data


def hexadecimal(data: bytes, chance: random.Random) -> bytes:
    """A digit of a long hexadecimal string, in another case or another one."""
    found = list(re.finditer(rb"<([0-9A-Fa-f]{200,})>", data))
    if not found:
        return data
    at = chance.randrange(*chance.choice(found).span(1))
    new = chance.choice((data[at : at + 1].swapcase(), b"0", b"f", b"F", b" ", b"g", b">"))
    return data[:at] + new + data[at + 1 :]


PLAIN: tuple[Edit, ...] = (bit, octets, put_in, left_out, cut_off, doubled, blanked, exchanged, number)
BY_KIND: dict[str, tuple[Edit, ...]] = {
    "ofd": (entry,) * 12 + (directory,) * 5 + (header,) * 4,
    "pdf": (pdf_token,) * 8 + (pdf_bits,) * 4 + (pdf_update,) * 4 + (pdf_revision, hexadecimal, hexadecimal),
}
