"""Sealing and verifying documents of any origin, OFD and PDF, beside pyHanko with P-256 in the same run.

The documents (`bench.letters`) are sealed with a body's filed seal by the planners that the service uses, signed by a
`Signer`, which verifies what it signs, and packed. "Read" takes a file apart: structure, coverage, digests, seal, both
signature values. "Verify" adds paths, revocation, the seal's standing and time, with weighed evidence in hand and no
network. pyHanko signs the same PDF invisibly and validates it against a pinned certificate without revocation lists; it
knows nothing of OFD, so there it stands only for what a signed file costs elsewhere.

Then the same with 1, 11 and 51 seals, and with 1, 5 and 20 MB. "Growth" is the exponent b of cost = a·n^b between
the two larger ones: 1 is linear. Signatures over the same octets are remembered in a process: 51 seals are 51 uses of
one seal. "Peak" is the memory of a process of its own that reads nothing but the one file.
"""

import asyncio
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bench.issue import AT, installation
from bench.letters import Desk, desk_of, letter, with_stream
from bench.parties import with_new_seal
from bench.pdf import ROOM, p256_party, peer
from bench.rows import Row, Work, compared, measure_together
from bench.verify import page
from keys.sm2 import DEFAULT_IDENTITY, verify
from service.seal_planners import READERS
from trust.formats.placing import AtPoint, Riding
from trust.rules.verdict import Indication
from trust.sealing.sealing import Kind, Wanted
from verifier.verifying import verify_file

SEALER, VALIDATOR = "pyHanko PdfSigner, P-256", "pyHanko validation, P-256"
KINDS: Sequence[Kind] = ("ofd", "pdf")
COUNTS = (1, 11, 51)
SIZES = (1_000_000, 5_000_000, 19_500_000)
"""Octets beside the document itself; together the last stay below 20 MB, which is what may be sealed."""
ROUGH: Mapping[str, Any] = {"seconds": 0.4, "repeats": 3}
"""For works that take long by themselves."""
CORNER, LAST = Wanted(AtPoint(0, 100, 20), "印发通知"), Wanted(AtPoint(0, 100, 20), "印发通知", lock=True)
PEAK = """
import sys
from pathlib import Path
from verifier.reading import read_sealed

read_sealed(Path(sys.argv[1]).read_bytes())
status = Path("/proc/self/status").read_text()
print(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024)
"""


def run() -> list[Row]:
    """Measure sealing, verifying, many seals, large files, and memory."""
    with installation() as made:
        desk, pdf = desk_of(made), page()
        documents: dict[Kind, bytes] = {"ofd": letter(), "pdf": pdf}
        return [
            *sealing(desk, documents),
            *verifying(desk, documents),
            *many_seals(desk, documents),
            *large_files(desk, documents),
        ]


def sealing(desk: Desk, documents: Mapping[Kind, bytes]) -> list[Row]:
    """One seal on a document, and a riding seal on a letter."""
    by_pyhanko, _ = peer(documents["pdf"])
    message = desk.plan("ofd", documents["ofd"], LAST).to_be_signed
    riding = Wanted(Riding(), "印发通知", lock=True)
    works: dict[str, Work] = {
        SEALER: by_pyhanko,
        "OFD: plan, sign, pack": partial(desk.seal, "ofd", documents["ofd"], LAST),
        "OFD: riding seal on three pages": partial(desk.seal, "ofd", documents["ofd"], riding),
        "PDF: plan, sign, complete": partial(desk.seal, "pdf", documents["pdf"], LAST),
        "sign once (floor)": partial(desk.signer.sign, message),
    }
    sizes = " and ".join(f"{len(documents[kind]):,}" for kind in KINDS)
    return compared(measure_together(works), f"1/s ({sizes} octets before)", SEALER)


def verifying(desk: Desk, documents: Mapping[Kind, bytes]) -> list[Row]:
    """Reading, and the whole verdict, of files with one seal."""
    _, by_pyhanko = peer(documents["pdf"])
    plan = desk.plan("ofd", documents["ofd"], LAST)
    check = partial(
        verify,
        desk.certificate.public_key,
        plan.to_be_signed,
        desk.signer.sign(plan.to_be_signed),
        identity=DEFAULT_IDENTITY,
    )
    evidence = desk.made.yinzheng.evidence()
    works: dict[str, Work] = {VALIDATOR: by_pyhanko}
    for kind in KINDS:
        file = desk.seal(kind, documents[kind], LAST)
        read = reading(kind, file)
        judged = partial(verify_file, file, evidence, now=AT, online=None)
        if judged().verdict.indication is not Indication.PASSED:
            raise RuntimeError("only right answers are worth timing")
        works |= {
            f"{kind.upper()}: read": read,
            f"{kind.upper()}: read, new seal": with_new_seal(read),
            f"{kind.upper()}: verify, evidence in hand": judged,
        }
    works["verify one signature (floor)"] = check
    return compared(measure_together(works), "1/s", VALIDATOR)


def many_seals(desk: Desk, documents: Mapping[Kind, bytes]) -> list[Row]:
    """Reading documents with 1, 11 and 51 seals, and setting one more."""
    groups: dict[int, dict[str, Work]] = {}
    for count in COUNTS:
        works = groups[count] = {f"{VALIDATOR}, {seals(count)}": signed_often(documents["pdf"], count)}
        for kind in KINDS:
            file = sealed_often(desk, kind, documents[kind], count)
            works[read_of(kind, seals(count))] = reading(kind, file)
            works[f"{kind.upper()}: one seal more, {seals(count)}"] = partial(desk.seal, kind, file, LAST)
    return with_growth(groups, seals)


def large_files(desk: Desk, documents: Mapping[Kind, bytes]) -> list[Row]:
    """Sealing and reading large documents, and the memory that reading the largest takes."""
    groups: dict[int, dict[str, Work]] = {}
    files: dict[Kind, bytes] = {}
    for more in SIZES:
        large: dict[Kind, bytes] = {"ofd": letter(more=more), "pdf": with_stream(documents["pdf"], more)}
        works = groups[more] = {f"{VALIDATOR}, {size(more)}": peer(large["pdf"])[1]}
        for kind in KINDS:
            files[kind] = desk.seal(kind, large[kind], LAST)
            works[f"{kind.upper()}: seal, {size(more)}"] = partial(desk.seal, kind, large[kind], LAST)
            works[read_of(kind, size(more))] = reading(kind, files[kind])
    peaks = [
        Row(f"{kind.upper()}: peak of reading {size(SIZES[-1])}", peak(files[kind]), "MiB", None, None, 0)
        for kind in KINDS
    ]
    return [*with_growth(groups, size), *peaks]


def with_growth(groups: Mapping[int, Mapping[str, Work]], named: Callable[[int], str]) -> list[Row]:
    """Rows for works of several sizes, pyHanko first in each, and how reading grows between the two largest sizes."""
    measured = measure_together({name: work for works in groups.values() for name, work in works.items()}, **ROUGH)
    rows: list[Row] = []
    for works in groups.values():
        rows += compared({name: measured[name] for name in works}, "1/s", next(iter(works)))
    few, many = sorted(groups)[-2:]
    for kind in KINDS:
        slower = measured[read_of(kind, named(few))][0] / measured[read_of(kind, named(many))][0]
        name = f"{kind.upper()}: growth, {named(few)} to {named(many)}"
        rows.append(Row(name, math.log(slower) / math.log(many / few), "exponent", None, None, 0))
    return rows


def read_of(kind: Kind, extent: str) -> str:
    """The name of a row."""
    return f"{kind.upper()}: read, {extent}"


def seals(count: int) -> str:
    """A number of seals for people."""
    return f"{count} seal{'s' if count > 1 else ''}"


def reading(kind: Kind, file: bytes) -> Work:
    """Reading a file that passes: a refusal may be faster than the work."""
    document = READERS[kind](file)
    found = [*document.findings, *(finding for one in document.signatures for finding in one.findings)]
    if not document.signatures or any(finding.indication is not Indication.PASSED for finding in found):
        raise RuntimeError("the file measured is not good")
    return partial(READERS[kind], file)


def sealed_often(desk: Desk, kind: Kind, data: bytes, count: int) -> bytes:
    """A document with so many seals, each a second after the one before."""
    for number in range(count):
        data = desk.seal(kind, data, CORNER, AT + timedelta(seconds=number))
    return data


def signed_often(pdf: bytes, count: int) -> Work:
    """Validation by pyHanko of every signature of a file that it signed so often."""
    key, certificate = p256_party()
    store: Any = SimpleCertificateStore  # pyHanko leaves its constructor without types
    signer = signers.SimpleSigner(certificate, key, store())
    for number in range(count):
        metadata = signers.PdfSignatureMetadata(field_name=f"Seal{number}", md_algorithm="sha256")
        out: Any = signers.PdfSigner(metadata, signer).sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=ROOM
        )
        pdf = bytes(out.getvalue())

    def validate() -> None:
        context = ValidationContext(trust_roots=[certificate], allow_fetching=False, moment=AT)
        for embedded in PdfFileReader(BytesIO(pdf)).embedded_signatures:
            if not asyncio.run(async_validate_pdf_signature(embedded, context)).bottom_line:
                raise RuntimeError("pyHanko does not accept its own file")

    return validate


def peak(file: bytes) -> float:
    """The most memory, in MiB, of a process that reads the file, the interpreter and our modules included."""
    with tempfile.NamedTemporaryFile() as stored:
        stored.write(file)
        stored.flush()
        folder = Path(__file__).resolve().parent.parent
        command = [sys.executable, "-c", PEAK, stored.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return float(done.stdout)


def size(octets: int) -> str:
    """A size for people."""
    return f"{octets / 1_000_000:g} MB"
