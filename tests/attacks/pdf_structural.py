"""Mutants by structure: an update that every seal allows, and with it some object of the sealed file written anew.

The object is spelt otherwise, or changed at random: another reference, number, name, entry, stream. Objects that are
missing are supplied, as certificates or by themselves; numbers come in other generations; a time stamp may follow. The
files they start from have every kind of object that one thing could be taken for another in.
"""

import re
from collections.abc import Sequence
from functools import cache
from random import Random

from tests.attacks.pdf_double_roles import BAD, DRAWN, GOOD, by_us, first_page, showing, stamped, with_entry
from tests.attacks.pdf_foreign import appended, body_of, next_number, signed_by_pyhanko
from tests.attacks.pdf_making import letter, number_of_root, ours, seal
from tests.attacks.pdf_updating import stream
from trust.formats.pdf.errors import PdfRefused

MISSING = range(340, 344)
FIRST = 300
TOKEN = re.compile(rb"<<|>>|/[^\s()<>\[\]{}/%]+|\([^()]*\)|<[0-9A-Fa-f]*>|\d+ \d+ R|[+-]?\d*\.?\d+|\[|\]")
NAMES = [
    b"/Metadata",
    b"/Kids",
    b"/Fields",
    b"/Annots",
    b"/Contents",
    b"/F1",
    b"/Off",
    b"/Type",
    b"/Page",
    b"/V",
    b"/AP",
]
NAMES += [b"/Rect", b"/DA", b"/DR", b"/DSS", b"/Resources", b"/OCProperties", b"/Filter", b"/Length", b"/Parent"]
SPACES = [b" ", b"\n", b"\r", b"\t", b"\0", b"\f", b" % x\n", b"  ", b"\x0b", b""]


def mixed(entries: bytes = b"") -> bytes:
    """A letter with as many kinds of objects as may be mistaken for another; further `entries` of the catalogue."""
    root, target = number_of_root(letter()), first_page(letter())
    page = showing(body_of(letter(), target), b"%d 0 R" % FIRST)
    page = re.sub(rb"/Contents \[[^\]]*\]", b"/Contents 301 0 R", page)
    page = re.sub(rb"/MediaBox \[[^\]]*\]", b"/MediaBox 302 0 R", page)
    names = b"/XObject << /Metadata 303 0 R /Kids 304 0 R >> /Properties << /Fields 305 0 R >>"
    page = page.replace(b"/Resources <<", b"/Resources << " + names + b" /ColorSpace 306 0 R", 1)
    entries += b" /AcroForm 307 0 R /PieceInfo 340 0 R"
    entries += b" /OCProperties << /OCGs 308 0 R /D << /OFF 308 0 R >> >>"
    content = re.search(rb"/Contents (\d+ 0 R)", body_of(letter(), target))
    assert content is not None
    objects = {
        target: with_entry(page, b"/Annots 309 0 R"),
        root: with_entry(body_of(letter(), root), entries),
        300: stream(b"/Metadata Do /OC /Fields BDC " + BAD + b" EMC /CS cs 1 sc 300 10 40 40 re f"),
        301: b"[%s 300 0 R 341 0 R 342 1 R]" % content[1],
        302: b"[0 0 310 0 R 420]",
        303: stream(GOOD, DRAWN),
        304: stream(BAD, DRAWN),
        305: b"<< /Type /OCG /Name (x) >>",
        306: b"<< /CS [/Indexed /DeviceRGB 1 (ABC\\r\\012F)] /Annots 312 0 R >>",
        307: b"<< /Fields 311 0 R /SigFlags 3 /DR << /Font << /FF 313 0 R >> >> >>",
        308: b"[305 0 R]",
        309: b"[314 0 R 315 0 R]",
        310: b"595",
        311: b"[315 0 R]",
        312: b"[/Indexed /DeviceRGB 1 <000000ff0000>]",
        313: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        314: b"<< /Type /Annot /Subtype /FreeText /Rect [20 20 90 60] /F 4 /DA (/FF 12 Tf 0 g) /Contents (100) >>",
        315: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Waiting) /F 4 /P %d 0 R /Rect [0 0 0 0] >>" % target,
    }
    return appended(letter(), objects)


@cache
def sealed() -> list[bytes]:
    """What mutants start from."""
    return [
        ours(),
        signed_by_pyhanko(mixed()),
        signed_by_pyhanko(mixed(), box=None),
        by_us(mixed(b"/Metadata 303 0 R")),
        seal(ours(), lock=True),
    ]


def numbers_of(data: bytes) -> list[int]:
    return sorted({int(found) for found in re.findall(rb"(?:^|[\r\n])(\d+) 0 obj\b", data)})


def respelt(body: bytes, chance: Random) -> bytes:
    """The same to a reader of good will, spelt otherwise."""
    head, found, rest = body.partition(b"stream\n")

    def other(match: re.Match[bytes]) -> bytes:
        word = match[0]
        if chance.random() < 0.85:
            return word
        if word.startswith(b"/") and len(word) > 1:
            return b"/" + b"".join(b"#%02x" % each if chance.random() < 0.4 else bytes([each]) for each in word[1:])
        if word.startswith(b"("):
            place = chance.randrange(1, len(word))
            return word[:place] + chance.choice([b"\\\n", b"\\", b"", b"\r", b"\\053"]) + word[place:]
        if word.isdigit():
            return chance.choice([b"+", b"0", b"00", b"0" * 300]) + word + chance.choice([b"", b"", b".", b".0"])
        return chance.choice(SPACES) + word + chance.choice(SPACES)

    return TOKEN.sub(other, head) + found + rest


def changed(body: bytes, chance: Random, numbers: Sequence[int]) -> bytes:
    """Something in it is something else."""
    words = list(TOKEN.finditer(body.partition(b"stream\n")[0]))
    if not words:
        return chance.choice([b"0", b"300", b"null", b"[]", b"<< >>", stream(BAD, DRAWN)])
    word = chance.choice(words)
    given = [b"%d 0 R" % chance.choice([*numbers, *MISSING]), b"%d" % chance.randrange(600), chance.choice(NAMES)]
    given += [b"null", b"[%d 0 R]" % chance.choice(numbers), b"(999)", b"<< >>", b""]
    match chance.randrange(5):
        case 0:
            return body[: word.start()] + chance.choice(given) + body[word.end() :]
        case 1:
            return body[: word.end()] + b" " + chance.choice(given) + body[word.end() :]
        case 2 if b">>" in body:
            return with_entry(body, chance.choice(NAMES) + b" " + chance.choice(given[:-1]))
        case 3 if GOOD in body:
            return body.replace(GOOD, BAD)
        case _:
            return body[: word.start()] + body[word.end() :]


def mutant(chance: Random) -> bytes:
    """An update of a sealed file: validation data, and something else; sometimes stamped."""
    data = chance.choice(sealed())
    numbers, objects = numbers_of(data), dict[int, bytes]()
    for _ in range(chance.choice([0, 1, 1, 1, 2])):
        number = chance.choice(numbers)
        body = objects.get(number, body_of(data, number))
        if b"/ByteRange" not in body or chance.random() < 0.05:
            objects[number] = respelt(body, chance) if chance.random() < 0.5 else changed(body, chance, numbers)
    root, free = number_of_root(data), next_number(data) + chance.choice([0, 0, 1, 50])
    certificate = chance.choice([free + 1, free + 1, *MISSING])
    catalogue = objects.get(root, body_of(data, root))
    if b">>" in catalogue and chance.random() < 0.9:
        objects[root] = with_entry(catalogue, b"/DSS %d 0 R" % free)
        objects[free] = b"<< /Type /DSS /Certs [%d 0 R] >>" % certificate
        objects[certificate] = stream(chance.choice([b"abc", BAD, GOOD]))
    if chance.random() < 0.1:
        objects[chance.choice(MISSING)] = chance.choice([stream(BAD, DRAWN), b"300", b"[303 0 R]"])
    entries = b"/Info %d 0 R" % chance.choice(numbers) if chance.random() < 0.1 else b""
    made = appended(data, objects, entries=entries)
    return _stamped(made) if chance.random() < 0.05 else made


def _stamped(data: bytes) -> bytes:
    try:
        return stamped(data)
    except PdfRefused:
        return data
