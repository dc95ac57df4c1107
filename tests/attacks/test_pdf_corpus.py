"""Every attack of the corpus is met by the finding meant for it; every genuine file passes."""

from collections import Counter
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from tests.attacks.pdf_cases import FAILED, OPEN, TRUST, Case, Control
from tests.attacks.pdf_controls import controls
from tests.attacks.pdf_corpus import cases
from tests.seal_parts import parts
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.sealed_document import SealedDocument
from trust.rules.verdict import Finding, Indication

CASES, CONTROLS = cases(), controls()
CALLED = [case.name for case in CASES]


def found_in(document: SealedDocument) -> list[Finding]:
    return [*document.findings, *(finding for each in document.signatures for finding in each.findings)]


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 60
    assert len(CONTROLS) >= 15
    assert max(Counter([*CALLED, *(control.name for control in CONTROLS)]).values()) == 1


@pytest.mark.parametrize("case", CASES, ids=CALLED)
def test_an_attack_is_met(case: Case) -> None:
    document = read_pdf_document(case.make())
    found = found_in(document)
    if case.way == TRUST:
        assert case.code in {finding.name for finding in found}
        assert {finding.indication for finding in found} == {Indication.PASSED}
        assert {each.signer for each in document.signatures} - {parts().signer_certificate}
        return
    against = {finding.name: finding.indication for finding in found if finding.indication is not Indication.PASSED}
    assert against.get(case.code) == case.way, against
    if case.way is OPEN:
        assert FAILED not in against.values(), against


@pytest.mark.parametrize("control", CONTROLS, ids=[control.name for control in CONTROLS])
def test_a_genuine_file_passes(control: Control) -> None:
    document = read_pdf_document(control.make())
    found = found_in(document)
    assert [finding for finding in found if finding.indication is not Indication.PASSED] == []
    assert {finding.name for finding in found if finding.warning} == control.warnings
    assert document.signatures
    assert {2, 4} <= {finding.step for each in document.signatures for finding in each.findings}


def changes_found_by_pyhanko(data: bytes) -> list[str]:
    """What pyHanko, by its own rules, holds against what followed each signature that it can read."""
    reader = PdfFileReader(BytesIO(data), strict=True)
    found = []
    for name, value, field in enumerate_sig_fields(reader, filled_status=True):
        if value.get_object()["/SubFilter"] == "/GM.sm2seal":
            continue
        embedded: Any = EmbeddedPdfSignature(reader, field, name)
        embedded.compute_integrity_info()
        if not isinstance(embedded.diff_result, DiffResult):
            found.append(str(embedded.diff_result))
    return found


@pytest.mark.parametrize("control", CONTROLS, ids=[control.name for control in CONTROLS])
def test_what_we_let_pass_another_reader_lets_pass_too(control: Control) -> None:
    assert changes_found_by_pyhanko(control.make()) == []
