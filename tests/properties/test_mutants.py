"""Damaged files end in findings, never in an exception; and what was sealed by us never passes once it says anything else.

The files are real ones of other producers, where their folder is there, and every kind that we seal. Places and values
are drawn anew in every run; the seed, the file and the number of the mutant are in the message of a failure, and
`YINZHENG_SEED` repeats a run. The long form is ten thousand mutants:

    python3 run.py test -m long tests/properties/test_mutants.py
"""

import os
import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from keys.randomness import random_octets
from tests import pdf_parts, seal_parts
from tests.attacks.ofd_seal_attacks import protected_package
from tests.conftest import SAMPLES
from tests.mutating import mutant, unpacked
from tests.ofd_foreign import letter
from tests.pdf_sealing_parts import seal as seal_pdf
from tests.sealing_parts import office_seal, seal_on
from trust.formats.ofd.examine import examine_ofd
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.pdf.examine import examine_pdf
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.placing import AtPoint, Placing, Riding
from trust.formats.sealed_document import SealedDocument
from trust.formats.sealed_file import SealedFile
from trust.rules.verdict import Finding, Indication

SHORT, LONG = 1_500, 10_000
SMALL = 200_000
"""Octets of a file that the short run takes."""
READERS: dict[str, Callable[[bytes], SealedDocument]] = {"ofd": read_ofd_document, "pdf": read_pdf_document}
EXAMINERS: dict[str, Callable[[bytes], SealedFile]] = {"ofd": examine_ofd, "pdf": examine_pdf}
LIST = "Signatures.xml"
CORNER = AtPoint(0, 20, 20)


@dataclass(frozen=True)
class Subject:
    """A file to be damaged."""

    name: str
    kind: str
    data: bytes
    ours: bool


@cache
def subjects() -> tuple[Subject, ...]:
    return (*sealed_by_us(), *made_by_others())


def sealed_by_us() -> Iterator[Subject]:
    once = seal_on(letter(), lock=False)
    twice = seal_on(once, Riding(), lock=False, minute=1)
    yield Subject("letter, one seal, open", "ofd", once, ours=True)
    yield Subject("letter, two seals and a signature, locked", "ofd", seal_on(twice, None, minute=2), ours=True)
    yield Subject("letter, riding seal, open", "ofd", twice, ours=True)
    yield Subject("letter signed without a seal", "ofd", seal_on(letter(1), None), ours=True)
    yield Subject(
        "package with a list of its entries", "ofd", protected_package(unpacked(seal_on(letter(1)))), ours=True
    )
    yield Subject("licence as OFD", "ofd", seal_parts.sealed(), ours=True)
    first = on_pdf(pdf_parts.page(pages=3), CORNER)
    second = on_pdf(first, Riding())
    yield Subject("PDF, one seal", "pdf", first, ours=True)
    yield Subject("PDF, two seals", "pdf", second, ours=True)
    yield Subject("PDF, the third and last seal", "pdf", on_pdf(second, AtPoint(1, 20, 20), lock=True), ours=True)
    yield Subject("PDF, seal signature", "pdf", on_pdf(pdf_parts.page(), CORNER, form="ses"), ours=True)
    yield Subject("PDF, invisible", "pdf", on_pdf(pdf_parts.page(), None), ours=True)
    yield Subject("licence as PDF", "pdf", pdf_parts.sealed(), ours=True)


def on_pdf(data: bytes, placing: Placing | None, **changes: Any) -> bytes:
    """A PDF with one more seal, in the form that must be strict."""
    return seal_pdf(data, placing, seal_der=office_seal(), **changes)


def made_by_others() -> Iterator[Subject]:
    yield Subject("letter, unsealed", "ofd", letter(), ours=False)
    yield Subject("PDF, unsealed", "pdf", pdf_parts.page(link=True), ours=False)
    for path in sorted(SAMPLES.glob("*/*")):
        if path.suffix[1:] in READERS:
            yield Subject(path.name, path.suffix[1:], path.read_bytes(), ours=False)


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("YINZHENG_SEED") or int.from_bytes(random_octets(8), "big"))


def read(subject: Subject, data: bytes) -> tuple[SealedDocument, Sequence[Finding]]:
    """What the reader says, and that the examiner of licences says something too."""
    document = READERS[subject.kind](data)
    assert EXAMINERS[subject.kind](data).findings
    found = [*document.findings, *(finding for one in document.signatures for finding in one.findings)]
    assert found
    return document, found


def passes(found: Sequence[Finding]) -> bool:
    """Nothing stands against the file, and its content and a signature were looked at."""
    return {finding.indication for finding in found} == {Indication.PASSED} and {1, 2, 4} <= {
        finding.step for finding in found
    }


def says_the_same(kind: str, data: bytes, document: SealedDocument, found: Sequence[Finding]) -> bool:
    """Whether a file that passes is, octet for octet, one that was sealed (a splice may give another one whole).

    How an OFD is packed is nobody's statement, so there its entries count. Two things are for others to notice: an
    open list of signatures may be changed by anybody, which the reader has to warn of; and without a seal nothing but
    its path binds the certificate in a message, which is another one then, and whose path the verifier asks for.
    """
    genuine = [each.data for each in subjects() if each.kind == kind]
    if data in genuine:
        return True
    if {one.signer for one in document.signatures if one.seal is None} - {None, seal_parts.parts().signer_certificate}:
        return True
    return kind == "ofd" and any(same_entries(unpacked(data), unpacked(each), found) for each in genuine)


def same_entries(now: Mapping[str, bytes], then: Mapping[str, bytes], found: Sequence[Finding]) -> bool:
    differing = {name for name in now.keys() | then.keys() if now.get(name) != then.get(name)}
    warned = any(finding.name == "signatures-open" for finding in found)
    return not differing or (warned and all(name.endswith(LIST) for name in differing))


def try_out(seed: int, count: int, chosen: Sequence[Subject]) -> int:
    """Damage files in turn; return how many mutants still passed."""
    passed = 0
    pool = {kind: [each.data for each in chosen if each.kind == kind] for kind in READERS}
    for turn in range(count):
        subject = chosen[turn % len(chosen)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # zipfile says that a name is there twice
            data = mutant(subject.data, subject.kind, pool[subject.kind], random.Random(f"{seed} {turn}"))
        where = f"YINZHENG_SEED={seed}, mutant {turn} of {subject.name!r}"
        try:
            document, found = read(subject, data)
        except Exception as error:
            raise AssertionError(where) from error
        if passes(found):
            passed += 1
            assert not subject.ours or says_the_same(subject.kind, data, document, found), where
    return passed


def test_what_is_damaged_ends_in_findings(seed: int) -> None:
    try_out(seed, SHORT, [each for each in subjects() if len(each.data) < SMALL])


@pytest.mark.long
def test_what_is_damaged_ends_in_findings_ten_thousand_times(seed: int) -> None:
    assert try_out(seed, LONG, subjects()) < LONG / 10


@pytest.mark.parametrize("subject", list(sealed_by_us()), ids=lambda subject: subject.name)
def test_what_we_seal_passes_undamaged(subject: Subject) -> None:
    """Otherwise the property above would say nothing."""
    _, found = read(subject, subject.data)
    assert passes(found), [finding for finding in found if finding.indication is not Indication.PASSED]


@pytest.mark.parametrize("subject", list(sealed_by_us()), ids=lambda subject: subject.name)
def test_nothing_may_stand_before_or_behind_what_we_seal(subject: Subject) -> None:
    for more in (b"\n", b"\r\n", b"\r", b" ", b"\0", b"%%EOF\n"):
        for data in (subject.data + more, more + subject.data):
            _, found = read(subject, data)
            assert not passes(found), more


def test_the_same_seed_gives_the_same_mutants() -> None:
    subject = subjects()[0]
    twice = [[mutant(subject.data, "ofd", [], random.Random(f"7 {turn}")) for turn in range(20)] for _ in range(2)]
    assert twice[0] == twice[1]
    assert sum(data != subject.data for data in twice[0]) > 15
