"""Signature values of every form that occurs in PDF: SM2 messages of all dialects, seal signatures, RSA and ECDSA."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from keys.codec import der_from_raw
from keys.sm3 import sm3
from tests.attacks.pdf_foreign import foreign
from tests.attacks.pdf_making import CORNER, contents_of, digest_of, edited, hole_of, oid, seal, with_contents
from tests.pdf_parts import page
from tests.seal_parts import AT, parts
from trust.formats import der
from trust.formats.gm_cms import plan_signed_data
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.sealed_document import Form, SealedDocument
from trust.rules.verdict import Indication

PASSED, FAILED, OPEN = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE
DATA, SM3 = "1.2.840.113549.1.7.1", "1.2.156.10197.1.401"


def against(document: SealedDocument) -> dict[str, Indication]:
    found = [*document.findings, *(finding for each in document.signatures for finding in each.findings)]
    return {finding.name: finding.indication for finding in found if finding.indication is not PASSED}


def warned(document: SealedDocument) -> set[str]:
    return {finding.name for each in document.signatures for finding in each.findings if finding.warning}


def passed(document: SealedDocument) -> set[str]:
    return {finding.name for each in document.signatures for finding in each.findings if finding.indication is PASSED}


def message(signed: bytes, *, content: bytes | None = None, attributes: bytes = b"") -> bytes:
    """A CMS over these octets, without signed attributes unless given."""
    certificate = parts().signer_certificate
    fields = der.members(der.members(der.read(certificate, limit=1 << 20))[0])
    algorithm = der.write_sequence(oid(SM3))
    signer = der.write_sequence(
        der.write_integer(1),
        der.write_sequence(fields[3].octets, fields[1].octets),
        algorithm,
        attributes,
        der.write_sequence(oid("1.2.156.10197.1.501")),
        der.write_octet_string(der_from_raw(parts().signer.sign(signed))),
    )
    inside = b"" if content is None else der.write(0xA0, der.write_octet_string(content))
    body = der.write_sequence(
        der.write_integer(1),
        der.write(0x31, algorithm),
        der.write_sequence(oid(DATA), inside),
        der.write(0xA0, certificate),
        der.write(0x31, signer),
    )
    return der.write_sequence(oid("1.2.840.113549.1.7.2"), der.write(0xA0, body))


def covered() -> bytes:
    before, after, end = hole_of(foreign())
    return foreign()[:before] + foreign()[after:end]


def test_a_message_without_signed_attributes_signs_the_file_itself() -> None:
    document = read_pdf_document(with_contents(foreign(), message(covered())))
    assert against(document) == {}
    assert {"signature-value", "data-hash"} <= passed(document)


def test_a_message_without_signed_attributes_about_another_file() -> None:
    document = read_pdf_document(with_contents(foreign(), message(covered() + b"\0")))
    assert against(document) == {"pdf-signature-value": FAILED}


def test_the_digest_as_content() -> None:
    digest = digest_of(foreign())
    assert against(read_pdf_document(with_contents(foreign(), message(digest, content=digest)))) == {}


@pytest.mark.parametrize("content", [b"", b"other", sm3(b"other")])
def test_another_content_than_the_digest(content: bytes) -> None:
    document = read_pdf_document(with_contents(foreign(), message(content, content=content)))
    assert against(document).get("pdf-digest") is FAILED


def test_a_message_of_gm_t_0010() -> None:
    plan = plan_signed_data(digest_of(foreign()), parts().signer_certificate, AT)
    octets = plan.complete(parts().signer.sign(plan.to_be_signed))
    document = read_pdf_document(with_contents(foreign(), octets))
    assert against(document) == {}
    assert document.signatures[0].form is Form.GM_CMS_ATTRIBUTES
    assert {"signature-oid", "cms-signer-unbound"} <= warned(document)


def test_a_seal_signature_under_the_name_of_cms() -> None:
    data = seal(page(), CORNER, "ses", seal_der=parts().seal)
    room = data.index(b"/GM.sm2seal")
    renamed = data[:room] + b"/GM.cmsseal" + data[room + 11 :]
    document = read_pdf_document(renamed)
    assert against(document) == {"datahash": FAILED}
    assert "pdf-subfilter" in warned(document)


def test_a_seal_signature_cut_short_is_refused() -> None:
    data = seal(page(), CORNER, "ses", seal_der=parts().seal)
    document = read_pdf_document(with_contents(data, contents_of(data)[:-200]))
    assert against(document).get("encoding") is FAILED or against(document).get("signature-value-form") is FAILED


# Algorithms nobody here judges.


def foreign_algorithm(kind: str, digest: str = "sha256") -> bytes:
    """A file signed with RSA or P-256."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Signer")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, start, start + timedelta(days=400))
    octets = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(octets),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )
    out = BytesIO()
    PdfSigner(
        PdfSignatureMetadata(field_name="S", md_algorithm=digest), signer, new_field_spec=SigFieldSpec("S")
    ).sign_pdf(IncrementalPdfFileWriter(BytesIO(page())), output=out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_rsa_and_ecdsa_stay_open_with_digest_and_coverage_told(kind: str, digest: str) -> None:
    document = read_pdf_document(foreign_algorithm(kind, digest))
    assert against(document) == {"foreign-algorithm": OPEN}
    assert "data-hash" in passed(document)
    assert document.signatures[0].covers == ("整个文件",)


def test_rsa_over_another_content_fails() -> None:
    data = foreign_algorithm("rsa")
    found = against(read_pdf_document(edited(data, b"/MediaBox [ 0 0 595 420 ]", b"/MediaBox [ 0 0 595 320 ]")))
    assert found.get("pdf-digest") is FAILED


def test_a_weak_digest_stays_open() -> None:
    assert against(read_pdf_document(foreign_algorithm("rsa", "sha224"))) == {
        "pdf-digest-weak": OPEN,
        "foreign-algorithm": OPEN,
    }
