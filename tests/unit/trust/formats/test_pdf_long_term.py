"""Document time stamps and validation data appended to sealed PDFs: what stands there stays, and the reader allows it."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

from tests.attacks.pdf_rebuilding import between, rows_of_19, store_appended
from tests.pdf_parts import page
from tests.pdf_sealing_parts import changed, hybrid, seal, signed_elsewhere
from tests.pki_parts import revocations
from tests.seal_parts import parts
from tests.time_parts import authority, root, token
from trust.formats.asn1 import x509
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.long_term import MAX_VALIDATION, ROOM, add_validation_data, plan_document_stamp
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.sealed_document import Form, SealedDocument
from trust.formats.time_stamp import imprint_holds, read_time_stamp
from trust.rules.verdict import Indication

CERTIFICATES = (authority().certificate.der, root().certificate.der)
LISTS = (revocations(root()).der,)


def stamped(data: bytes) -> bytes:
    plan = plan_document_stamp(data)
    return plan.complete(token(plan.to_be_stamped))


def troubles(document: SealedDocument) -> set[str]:
    found = [*document.findings, *(one for facts in document.signatures for one in facts.findings)]
    return {one.name for one in found if one.indication is not Indication.PASSED}


@pytest.mark.parametrize(
    "sealed",
    [
        seal(page()),
        seal(page(), lock=True),
        seal(seal(page())),
        seal(page(), form="ses"),
        signed_elsewhere(page()),
        seal(changed(lambda _: None, stream_xrefs=True)),
    ],
    ids=["sealed", "locked", "sealed-twice", "ses", "by-others", "xref-stream"],
)
def test_a_stamp_and_evidence_are_no_change(sealed: bytes) -> None:
    first = stamped(sealed)
    second = add_validation_data(first, CERTIFICATES, LISTS)
    third = stamped(second)
    assert third.startswith(second)
    assert second.startswith(first)
    assert first.startswith(sealed)
    before, after = read_pdf_document(sealed), read_pdf_document(third)
    assert troubles(after) == troubles(before)
    assert [one.form for one in after.signatures[-2:]] == [Form.TIME_STAMP] * 2
    assert [one.form for one in after.signatures[:-2]] == [one.form for one in before.signatures]
    assert (set(after.validation), set(after.revocations)) == (set(CERTIFICATES), set(LISTS))


def test_the_stamp_is_over_everything_but_its_own_place() -> None:
    plan = plan_document_stamp(seal(page()))
    file = plan.complete(token(plan.to_be_stamped))
    (*_, facts) = read_pdf_document(file).signatures
    read = read_time_stamp(facts.time_stamp or b"")
    assert imprint_holds(read, plan.to_be_stamped) is True
    assert len(file) - len(plan.to_be_stamped) == 2 * ROOM + 2
    other = plan.complete(token(b"something else"))
    assert "time-stamp-imprint" in troubles(read_pdf_document(other))


def test_one_input_gives_one_output() -> None:
    sealed = seal(page())
    assert plan_document_stamp(sealed) == plan_document_stamp(sealed)
    assert add_validation_data(sealed, CERTIFICATES, LISTS) == add_validation_data(sealed, CERTIFICATES, LISTS)


def test_evidence_is_added_once() -> None:
    once = add_validation_data(seal(page()), CERTIFICATES, LISTS)
    newer = revocations(root(), number=2).der
    twice = add_validation_data(once, (*CERTIFICATES, parts().signer_certificate), (*LISTS, newer, newer))
    document = read_pdf_document(twice)
    assert sorted(document.validation) == sorted((*CERTIFICATES, parts().signer_certificate))
    assert sorted(document.revocations) == sorted((*LISTS, newer))
    for octets in (*CERTIFICATES, *LISTS, newer):
        assert twice.count(octets) == 1


def test_the_older_evidence_may_be_somebody_elses() -> None:
    """A store by pyHanko, with entries for each signature and compressed streams, is kept and added to."""
    sealed = seal(page())
    (signature,) = PdfFileReader(BytesIO(sealed)).embedded_regular_signatures
    file = BytesIO(sealed)
    DocumentSecurityStore.add_dss(
        file, signature.pkcs7_content, certs=[x509.Certificate.load(octets) for octets in CERTIFICATES]
    )
    theirs = file.getvalue()
    assert len(theirs) > len(sealed)
    ours = add_validation_data(theirs, CERTIFICATES, LISTS)
    assert ours.startswith(theirs)
    document = read_pdf_document(ours)
    assert troubles(document) == set()
    assert (sorted(document.validation), document.revocations) == (sorted(CERTIFICATES), LISTS)
    store = DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(ours)))
    assert len(store.vri_entries) == 1
    assert (len(store.certs), len(store.crls)) == (2, 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (page(), "pdf-unsigned"),
        (b"", "pdf-unreadable"),
        (b"%PDF-1.7\njunk", "pdf-unreadable"),
        (hybrid(page()), "pdf-hybrid"),
        (rows_of_19(store_appended(seal(page()))), "pdf-unreadable"),
        (between(seal(page())), "pdf-unreadable"),
    ],
    ids=["unsigned", "nothing", "junk", "hybrid", "table out of order", "an object no table names"],
)
def test_what_is_not_kept(data: bytes, reason: str) -> None:
    for attempt in (plan_document_stamp, lambda given: add_validation_data(given, CERTIFICATES, LISTS)):
        with pytest.raises(PdfRefused) as refused:
            attempt(data)  # type: ignore[operator]  # both take octets
        assert refused.value.reason == reason


def test_bounds() -> None:
    plan = plan_document_stamp(seal(page()))
    assert len(plan.complete(bytes(ROOM))) == len(plan.complete(b""))
    with pytest.raises(PdfRefused, match="pdf-stamp-room"):
        plan.complete(bytes(ROOM + 1))
    many = [bytes((number,)) for number in range(MAX_VALIDATION + 1)]
    assert add_validation_data(seal(page()), many[:-1], ())
    with pytest.raises(PdfRefused, match="pdf-validation-data"):
        add_validation_data(seal(page()), many, ())
