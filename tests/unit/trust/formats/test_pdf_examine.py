"""What examining a sealed PDF says: of files in order, of foreign files, and of every changed octet."""

import asyncio
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.attributes import SigningCertificateV2Provider
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.signers.pdf_cms import SignedAttributeProviderSpec, Signer
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import AlgorithmNotSupported
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.sig_validate import SignatureValidationContext

from keys.codec import der_from_raw
from keys.custody import memory_signer
from keys.errors import SignatureRefused
from tests.pdf_parts import LICENCE, attached, complete, page, plan, sealed, stands_against
from tests.pki_parts import SEALING, Party, party, revocations
from tests.seal_parts import AT, certificate, info, parts, png, sealed_by
from trust.formats.asn1 import algos, crl, keys, x509
from trust.formats.certificate import Purpose
from trust.formats.pdf.algorithms import Sm2Validator
from trust.formats.pdf.examine import examine_pdf
from trust.formats.pdf.field import Stamp
from trust.rules.verdict import Indication


@cache
def city() -> tuple[Party, Party, Party]:
    """Root, issuing authority and department."""
    root = party(None, "PDF 根")
    authority = party(root, "PDF 签发机构")
    return root, authority, party(authority, "PDF 部门", SEALING)


@cache
def chained() -> bytes:
    """A sealed file with the issuing authority's certificate in it, and a seal that lists its signer."""
    _root, authority, department = city()
    made = parts()
    seal = sealed_by(made.maker, made.maker_certificate, info((department.certificate.der,)))
    planned = plan(
        certificate=department.certificate.der, chain=[authority.certificate.der], attachments=attached(seal)
    )
    return complete(planned, department.signer)


def test_a_sealed_licence_is_in_order_and_taken_apart() -> None:
    found = examine_pdf(sealed())
    assert {finding.indication for finding in found.findings} == {Indication.PASSED}
    assert {(finding.step, finding.name) for finding in found.findings} == {
        (1, "pdf-recognised"),
        (2, "pdf-coverage"),
        (2, "pdf-structure"),
        (3, "seal-signature"),
        (3, "signer-in-seal"),
        (3, "seal-claimed-time"),
        (4, "cms-encoding"),
        (4, "pdf-signature-value"),
    }
    assert found.kind == "pdf"
    assert found.seal is not None
    assert found.seal.der == parts().seal
    assert found.signer == parts().signer_certificate
    assert found.others == ()
    assert found.claimed_at == AT
    assert found.metadata == LICENCE
    assert found.custom["Title"] == "营业执照（试验）"


def test_certificates_above_the_signer_travel_along() -> None:
    _root, authority, department = city()
    found = examine_pdf(chained())
    assert {finding.indication for finding in found.findings} == {Indication.PASSED}
    assert (found.signer, found.others) == (department.certificate.der, (authority.certificate.der,))


@pytest.mark.parametrize(
    "made",
    [
        lambda: complete(plan(page(pages=40))),
        lambda: complete(plan(page(link=True), stamp=Stamp(0, 10, 10, 40, 40))),
        lambda: complete(plan(page(rotation=90), stamp=Stamp(0, 10, 10, 40, 40, png()))),
    ],
)
def test_other_shapes_of_our_own_are_in_order(made: Any) -> None:
    assert stands_against(made()) == {}


def test_a_self_made_seal_passes_here_because_paths_are_judged_elsewhere() -> None:
    root, maker, signer = (memory_signer(name) for name in ("own root", "own maker", "own signer"))
    mine = certificate("雁栖市市场监督管理局", signer, Purpose.SEAL_SIGNER, root, serial=3)
    seal = sealed_by(maker, certificate("制章者", maker, Purpose.SEAL_MAKER, root, serial=2), info((mine,)))
    found = examine_pdf(complete(plan(certificate=mine, attachments=attached(seal)), signer))
    assert {finding.indication for finding in found.findings} == {Indication.PASSED}
    assert found.signer == mine != parts().signer_certificate


@pytest.mark.parametrize(
    ("case", "attachments", "name"),
    [
        ("no seal", lambda: attached()[:1], "seal-missing"),
        ("no seal and nothing else", list, "seal-missing"),
        ("not a seal", lambda: attached(b"\x30\x00"), "seal-encoding"),
        ("a seal for another", lambda: attached(seal_for(parts().maker_certificate)), "signer-not-in-seal"),
        ("a seal with another signature", lambda: attached(parts().seal[:-1] + b"\0"), "seal-signature-bad"),
        ("a seal out of its period", lambda: attached(expired_seal()), "seal-not-valid-at-time"),
    ],
)
def test_without_its_seal_a_signed_file_is_not_sealed(case: str, attachments: Any, name: str) -> None:
    done = complete(plan(attachments=attachments()))
    assert stands_against(done).get(name) is Indication.FAILED, case
    found = examine_pdf(done)
    assert found.signer == parts().signer_certificate
    assert found.metadata is None
    assert found.custom == {}


def seal_for(*signers: bytes) -> bytes:
    return sealed_by(
        parts().root, certificate("另一制章者", parts().root, Purpose.SEAL_MAKER, parts().root), info(signers)
    )


def expired_seal() -> bytes:
    made = parts()
    octets = info((made.signer_certificate,), valid_until=AT - timedelta(seconds=1))
    return sealed_by(made.maker, made.maker_certificate, octets)


@pytest.mark.parametrize(
    ("case", "data", "name", "indication"),
    [
        ("nothing", b"", "not-pdf", Indication.FAILED),
        ("a package", b"PK\x03\x04" + bytes(100), "not-pdf", Indication.FAILED),
        ("a mark far inside", bytes(2000) + b"%PDF-1.7", "not-pdf", Indication.FAILED),
        ("too large", b"%PDF-1.7\n" + bytes(20_000_001), "pdf-size", Indication.FAILED),
        ("the header alone", b"%PDF-1.7\n%\xe5\x8d\xb0\xe8\xaf\x81\n", "pdf-signature-dictionary", Indication.FAILED),
    ],
)
def test_what_is_no_sealed_pdf_is_named(case: str, data: bytes, name: str, indication: Indication) -> None:
    assert stands_against(data) == {name: indication}, case
    assert examine_pdf(data).signer is None


def test_an_unsigned_pdf_is_not_signed() -> None:
    assert stands_against(page()) == {"not-signed": Indication.FAILED}


def test_every_octet_of_head_signature_and_tail_is_guarded() -> None:
    data = sealed()
    hole = plan().hole
    for position in [*range(hole.end + 40), *range(len(data) - 700, len(data))]:
        changed = bytearray(data)
        changed[position] ^= 1 << position % 8
        assert stands_against(bytes(changed)) != {}, position


@pytest.mark.long
def test_every_single_octet_is_guarded() -> None:
    for data in (sealed(), chained()):
        for position in range(len(data)):
            changed = bytearray(data)
            changed[position] ^= 1 << position % 8
            assert stands_against(bytes(changed)) != {}, position


@settings(max_examples=300)
@given(position=st.integers(min_value=0), mask=st.integers(min_value=1, max_value=255), chain=st.booleans())
def test_a_changed_octet_anywhere_is_never_passed(position: int, mask: int, chain: bool) -> None:
    changed = bytearray(chained() if chain else sealed())
    changed[position % len(changed)] ^= mask
    assert stands_against(bytes(changed)) != {}


@given(start=st.integers(min_value=0), removed=st.integers(min_value=0, max_value=60), put=st.binary(max_size=60))
def test_octets_put_in_or_taken_out_are_never_passed(start: int, removed: int, put: bytes) -> None:
    data = sealed()
    start %= len(data) + 1
    changed = data[:start] + put + data[start + removed :]
    assert (stands_against(changed) == {}) == (changed == data)


@given(tail=st.binary(max_size=2000), ours=st.booleans())
def test_any_octets_get_an_answer(tail: bytes, ours: bool) -> None:
    assert stands_against((sealed()[:17] if ours else b"%PDF-1.7\n") + tail) != {}


MESSAGE = b"message"


def hook_arguments() -> dict[str, Any]:
    return {
        "signature": der_from_raw(parts().signer.sign(MESSAGE)),
        "signed_data": MESSAGE,
        "public_key_info": keys.PublicKeyInfo.load(parts().signer.public.spki),
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sm2_with_sm3"}),
    }


def test_the_hook_accepts_sm2_over_a_message_and_remembers_it() -> None:
    hook = Sm2Validator()
    hook.validate_signature(**hook_arguments())
    ((info, message, raw),) = hook.held
    assert (info, message) == (parts().signer.public.spki, MESSAGE)
    assert der_from_raw(raw) == hook_arguments()["signature"] or len(raw) == 64


@pytest.mark.parametrize(
    ("case", "change", "error"),
    [
        ("another message", {"signed_data": b"other"}, SignatureRefused),
        ("another key", {"public_key_info": keys.PublicKeyInfo.load(parts().maker.public.spki)}, SignatureRefused),
        ("raw r ‖ s", {"signature": bytes(63) + b"\1"}, SignatureRefused),
        ("nothing", {"signature": b""}, SignatureRefused),
        ("ECDSA", {"signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})}, AlgorithmNotSupported),
        ("the alias", {"signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sm2_sign"})}, AlgorithmNotSupported),
        ("a digest", {"context": SignatureValidationContext(prehashed=True)}, AlgorithmNotSupported),
    ],
)  # fmt: skip
def test_the_hook_refuses_everything_else(case: str, change: dict[str, Any], error: type[Exception]) -> None:
    hook = Sm2Validator()
    with pytest.raises(error):
        hook.validate_signature(**(hook_arguments() | change))
    assert hook.held == [], case


def test_the_hook_refuses_a_key_of_another_curve() -> None:
    with pytest.raises(SignatureRefused):
        Sm2Validator().validate_signature(**(hook_arguments() | {"public_key_info": p256_key()}))


def p256_key() -> keys.PublicKeyInfo:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return keys.PublicKeyInfo.load(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


class Sm2Only(CMSAlgorithmUsagePolicy):
    """What pyHanko may accept in the second opinion below."""

    def digest_algorithm_allowed(self, algo: Any, moment: Any) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(algo["algorithm"].native == "sm3")

    def signature_algorithm_allowed(self, algo: Any, moment: Any, public_key: Any) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(algo["algorithm"].native == "sm2_with_sm3")

    def digest_combination_allowed(self, signature_algo: Any, message_digest_algo: Any, moment: Any) -> Any:
        return AlgorithmUsageConstraint(message_digest_algo["algorithm"].native == "sm3")


def second_opinion(data: bytes, root: Party, hook: Sm2Validator) -> Any:
    """pyHanko's own verdict with paths and revocation lists, through the hook alone."""
    _root, authority, _department = city()
    lists = [revocations(issuer).der for issuer in (root, authority)]
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root.certificate.der)],
        crls=[crl.CertificateList.load(each) for each in lists],
        allow_fetching=False,
        revocation_mode="require",
        moment=AT,
        signature_validator=hook,
        algorithm_usage_policy=Sm2Only(),
    )
    embedded = PdfFileReader(BytesIO(data)).embedded_signatures[0]
    return asyncio.run(async_validate_pdf_signature(embedded, context))


def test_pyhanko_alone_trusts_our_file_under_our_root() -> None:
    root, _authority, _department = city()
    hook = Sm2Validator()
    status = second_opinion(chained(), root, hook)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok
    assert len(hook.held) >= 5, "signature, two certificates, two revocation lists"


def test_pyhanko_alone_does_not_trust_it_under_another_root() -> None:
    status = second_opinion(chained(), party(None, "别的根"), Sm2Validator())
    assert status.intact
    assert status.valid
    assert not status.trusted


class EssSm3(SigningCertificateV2Provider):
    async def build_attr_value(self, dry_run: bool = False) -> Any:
        return as_signing_certificate_v2(self.signing_cert, hash_algo="sm3")


class Attributes(SignedAttributeProviderSpec):
    def __init__(self, certificate: x509.Certificate) -> None:
        self.certificate = certificate

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Any:
        yield EssSm3(self.certificate)


class PyHankoSigner(Signer):
    """The department's key behind pyHanko's generic signer: another way to a sealed PDF with the same algorithms."""

    def __init__(self) -> None:
        held = x509.Certificate.load(parts().signer_certificate)
        mechanism = algos.SignedDigestAlgorithm({"algorithm": "sm2_with_sm3"})
        super().__init__(signing_cert=held, cert_registry=SimpleCertificateStore(), signature_mechanism=mechanism)
        self.signed_attr_prov_spec = Attributes(held)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(72) if dry_run else der_from_raw(parts().signer.sign(data))


def signed_by_pyhanko(source: bytes) -> bytes:
    """A valid SM2 signature made by pyHanko's `PdfSigner`."""
    metadata = signers.PdfSignatureMetadata(
        field_name="Seal2",
        md_algorithm="sm3",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = signers.PdfSigner(metadata, PyHankoSigner()).sign_pdf(IncrementalPdfFileWriter(BytesIO(source)))
    return bytes(out.getvalue())


def test_a_good_signature_in_another_form_is_not_checked_and_says_so() -> None:
    assert stands_against(signed_by_pyhanko(page())) == {"foreign-profile": Indication.INDETERMINATE}


def test_a_second_signature_by_pyhanko_breaks_our_seal() -> None:
    unlocked = IncrementalPdfFileWriter(BytesIO(sealed()))
    fields.append_signature_field(unlocked, fields.SigFieldSpec("Seal2"))
    out = BytesIO()
    unlocked.write(out)
    assert stands_against(out.getvalue()) == {"pdf-coverage": Indication.FAILED}
