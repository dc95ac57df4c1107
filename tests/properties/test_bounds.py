"""Large files and files made to be costly: how much memory reading them takes, and that reading them ends.

Peaks are those of a process of its own (`VmHWM`; `ru_maxrss` would begin with the peak of the process that started it).
Costly files are read the way a server reads them, in a child that can be ended; whatever they hold, they end in a finding
that did not pass, and the next file is read as if nothing had been. Nothing here goes by the clock: how long reading
takes is measured by `bench documents`.
"""

import io
import json
import random
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import PdfFileWriter

from tests.conftest import ROOT
from tests.ofd_foreign import LINE, content, letter, letter_entries, line_of, packed
from tests.pdf_parts import page
from tests.pdf_sealing_parts import changed
from tests.pdf_sealing_parts import seal as seal_pdf
from tests.sealing_parts import office_seal, seal_on
from trust.formats.ofd.package import read_package
from trust.formats.placing import AtPoint
from trust.formats.sealed_document import SealedDocument
from trust.rules.verdict import Indication
from verifier.confinement import Confinement

MIB = 1024 * 1024
LARGE = 20_000_000
PEAK = 512 * MIB
CORNER = AtPoint(0, 20, 20)
SIGNATURES = 51
READ = """
import json, sys
from pathlib import Path
from verifier.reading import read_sealed

read = read_sealed(Path(sys.argv[1]).read_bytes())
signatures = getattr(read, "signatures", ())
found = [*read.findings, *(finding for one in signatures for finding in one.findings)]
status = Path("/proc/self/status").read_text()
peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
against = [finding.name for finding in found if finding.indication != "PASSED"]
print(json.dumps({"peak": peak, "signatures": len(signatures), "against": against}))
"""


def chance() -> random.Random:
    return random.Random(20)


def on_pdf(data: bytes, placing: AtPoint = CORNER) -> bytes:
    return seal_pdf(data, placing, seal_der=office_seal())


def large_picture() -> bytes:
    entries = letter_entries()
    entries["Doc_0/Res/font.ttf"] += chance().randbytes(LARGE)
    return seal_on(packed(entries))


def large_text() -> bytes:
    """A page of 20 MB of text objects, which shrink when packed."""
    entries, line = letter_entries(1), line_of(LINE, 22, 50, 1000)
    entries["Doc_0/Pages/Page_0/Content.xml"] = content(line * (LARGE // len(line.encode()))).encode()
    return seal_on(packed(entries))


def many_seals() -> bytes:
    data = letter()
    for number in range(SIGNATURES):
        data = seal_on(data, AtPoint(number % 4, 10 + number % 10 * 10, 20), lock=False, minute=number)
    return data


def large_pdf() -> bytes:
    def extend(writer: PdfFileWriter) -> None:
        stream = generic.StreamObject({}, stream_data=chance().randbytes(LARGE))
        writer.root["/Extra"] = writer.add_object(stream)

    return on_pdf(changed(extend))


def many_seals_on_pdf() -> bytes:
    data = page(pages=3)
    for number in range(SIGNATURES):
        data = on_pdf(data, AtPoint(number % 3, 10 + number % 10 * 10, 20))
    return data


GENUINE = {
    "OFD of 20 MB": (large_picture, 1),
    "OFD with 20 MB of text": (large_text, 1),
    "OFD with 51 seals": (many_seals, SIGNATURES),
    "PDF of 20 MB": (large_pdf, 1),
    "PDF with 51 seals": (many_seals_on_pdf, SIGNATURES),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel does not tell the peak")
@pytest.mark.parametrize(("make", "signatures"), GENUINE.values(), ids=GENUINE.keys())
def test_a_large_file_is_read_within_bounds(make: Callable[[], bytes], signatures: int, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(make())
    done = subprocess.run([sys.executable, "-c", READ, file], cwd=ROOT, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert (answer["signatures"], answer["against"]) == (signatures, [])
    assert answer["peak"] < PEAK


# Files made to be costly.


@cache
def sealed_entries() -> dict[str, bytes]:
    return read_package(seal_on(letter(1), lock=False))


def stored(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as archive:
        for name, octets in entries.items():
            archive.writestr(name, octets)
    return out.getvalue()


def with_page(objects: bytes) -> bytes:
    return stored({**sealed_entries(), "Doc_0/Pages/Page_0/Content.xml": content("@").encode().replace(b"@", objects)})


def many_entries() -> bytes:
    """As much as may be inflated, in as many entries as there may be."""
    random_octets = chance().randbytes(400)
    more = {f"Doc_0/Res/{number}.bin": random_octets + bytes(51_000) for number in range(3_900)}
    return stored(sealed_entries() | more, zipfile.ZIP_DEFLATED)


def many_elements() -> bytes:
    return with_page(b"<a/>" * 999_000)


def many_locations() -> bytes:
    """A page that seems to name a quarter of a million files."""
    names = b"".join(b"<a b='/Doc_0/%d.xml'>Res/%d.png</a>" % (number, number) for number in range(250_000))
    return with_page(names)


def deeply_nested() -> bytes:
    return with_page(b"<a>" * 400_000 + b"</a>" * 400_000)


def long_attribute() -> bytes:
    return with_page(b"<a b='" + b"x/" * (20 * MIB) + b"'/>")


def many_descriptions() -> bytes:
    """A hundred signatures that each list one entry three thousand times."""
    entries = dict(sealed_entries())
    description, listing = (entries[f"Doc_0/Signs/{name}"] for name in ("Sign_0/Signature.xml", "Signatures.xml"))
    reference = re.search(rb"(?s)<ofd:Reference .*?</ofd:Reference>", description)
    record = re.search(rb"<ofd:Signature [^>]*>", listing)
    assert reference
    assert record
    fat = description.replace(reference[0], reference[0] * 3_000, 1)
    records = [record[0]]
    for number in range(1, 100):
        entries[f"Doc_0/Signs/Sign_{number}/Signature.xml"] = fat
        entries[f"Doc_0/Signs/Sign_{number}/SignedValue.dat"] = entries["Doc_0/Signs/Sign_0/SignedValue.dat"]
        records.append(
            re.sub(rb'ID="\d+"', b'ID="%d"' % (5000 + number), record[0].replace(b"Sign_0", b"Sign_%d" % number))
        )
    entries["Doc_0/Signs/Signatures.xml"] = listing.replace(record[0], b"".join(records))
    return stored(entries, zipfile.ZIP_DEFLATED)


def bomb(mebibytes: int) -> bytes:
    """A zlib stream of so many mebibytes of zeros; one block of it, repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = (mebibytes * MIB % 65521) << 16 | 1
    return b"\x78\xda" + block * mebibytes + b"\x03\x00" + checksum.to_bytes(4, "big")


def stream(entries: bytes, raw: bytes) -> bytes:
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (entries, len(raw), raw)


def table_bomb() -> bytes:
    head = b"%PDF-1.7\n"
    table = stream(b"/Type /XRef /W [1 4 2] /Size 100000000 /Root 1 0 R", bomb(2_000))
    return head + b"1 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def with_extra(make: Callable[[PdfFileWriter], generic.PdfObject], key: str) -> bytes:
    """A sealed PDF whose catalog leads to something costly."""

    def extend(writer: PdfFileWriter) -> None:
        writer.root[key] = make(writer)

    return on_pdf(changed(extend))


def certificate_bomb() -> bytes:
    def store(writer: PdfFileWriter) -> generic.PdfObject:
        packed_stream = generic.StreamObject(
            {generic.NameObject("/Filter"): generic.NameObject("/FlateDecode")}, encoded_data=bomb(2_000)
        )
        certificates = generic.ArrayObject([writer.add_object(packed_stream)])
        return generic.DictionaryObject({generic.NameObject("/Certs"): certificates})

    return with_extra(store, "/DSS")


def table_in_a_circle() -> bytes:
    whole = on_pdf(page())
    return re.sub(rb"/Prev \d+", b"/Prev %d" % int(whole.rpartition(b"startxref")[2].split()[0]), whole)


def many_marks() -> bytes:
    return b"%PDF-1.7\n" + b"obj endobj << >> stream xref trailer startxref 0 %%EOF\n" * 340_000


def many_ranges() -> bytes:
    return on_pdf(page()) + b"/ByteRange [0 1 2 3] " * 900_000


def many_brackets() -> bytes:
    return on_pdf(page()) + b"1 0 obj\n" + b"[" * 2_000_000 + b"]" * 2_000_000 + b"\nendobj\n"


COSTLY = (
    many_entries,
    many_elements,
    many_locations,
    deeply_nested,
    long_attribute,
    many_descriptions,
    table_bomb,
    certificate_bomb,
    table_in_a_circle,
    many_marks,
    many_ranges,
    many_brackets,
)


@pytest.fixture(scope="module")
def confinement() -> Iterator[Confinement]:
    made = Confinement(processor_s=60, wall_s=120.0)
    yield made
    made.close()


@pytest.mark.parametrize("make", COSTLY, ids=lambda make: make.__name__)
def test_a_costly_file_ends_in_a_finding(make: Callable[[], bytes], confinement: Confinement) -> None:
    read = confinement.read(make())
    assert {finding.indication for finding in read.findings} - {Indication.PASSED}
    again = confinement.read(seal_on(letter(1)))
    assert isinstance(again, SealedDocument)
    assert {finding.indication for finding in again.findings} == {Indication.PASSED}
