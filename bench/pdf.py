"""Sealing and examining a PDF licence with SM2, beside pyHanko with P-256 on the same page.

The page is the drawn face of the business licence sample, with `licence.json` and `seal.esl` attached. Ours signs by a
`Signer`, which verifies every signature it makes. pyHanko signs and validates without revocation lists, under a
self-signed certificate it is given as trusted, with the room for the signature reserved beforehand (its faster way);
so its figures stand for less work than ours, whose examination includes structure, content, attachments and seal.
"Examine, new seal" is the first file of a seal in a process; afterwards the maker's signature is remembered.
The floor of both sides is one SM2 operation.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bench.parties import AT, BODY, require_good, sealer, with_new_seal
from bench.rows import Row, Work, compared, measure_together
from keys.sm2 import DEFAULT_IDENTITY, verify
from templates.face import draw_face
from templates.library import load_bundle
from templates.sample import sample_of
from trust.formats.asn1 import x509
from trust.formats.licence_document import encode_licence
from trust.formats.pdf.examine import examine_pdf
from trust.formats.pdf.field import Stamp
from trust.formats.pdf.plan import plan_pdf

ROOM = 4096
"""Octets pyHanko reserves for its CMS, so that it need not sign twice to learn the size."""


def run() -> list[Row]:
    """Measure sealing and examining, ours and pyHanko's taking turns."""
    party = sealer()
    signer = party.signer
    bundle = load_bundle("business-licence")
    sample = sample_of(bundle)
    face = draw_face(bundle, sample.licence, sample.qr_text, sample.seal)
    place = face.stamp
    plan = partial(
        plan_pdf,
        face.pdf,
        certificate=party.certificate,
        attachments=[
            ("licence.json", "application/json", encode_licence(sample.licence)),
            ("seal.esl", "application/octet-stream", party.seal),
        ],
        at=AT,
        reason="签发营业执照",
        name=BODY,
        stamp=Stamp(place.page, place.x, place.y, place.width, place.height),
    )

    def sealed() -> bytes:
        planned = plan()
        return planned.complete(signer.sign(planned.to_be_signed))

    file, planned = sealed(), plan()
    signature = signer.sign(planned.to_be_signed)
    require_good(examine_pdf(file))

    sign_by_pyhanko, validate_by_pyhanko = peer(face.pdf)
    sealing: dict[str, Work] = {
        "pyHanko PdfSigner, P-256": sign_by_pyhanko,
        "plan": plan,
        "plan, complete": lambda: plan().complete(signature),
        "plan, sign, complete": sealed,
        "plan, sign, complete, examine": lambda: examine_pdf(sealed()),
        "sign once (floor)": lambda: signer.sign(planned.to_be_signed),
    }
    examining: dict[str, Work] = {
        "pyHanko validation, P-256": validate_by_pyhanko,
        "examine": lambda: examine_pdf(file),
        "examine, new seal": with_new_seal(lambda: examine_pdf(file)),
        "verify once (floor)": lambda: verify(
            signer.public, planned.to_be_signed, signature, identity=DEFAULT_IDENTITY
        ),
    }
    return [
        *compared(measure_together(sealing), f"1/s ({len(file):,} octets)", "pyHanko PdfSigner, P-256"),
        *compared(measure_together(examining), f"1/s ({len(file):,} octets)", "pyHanko validation, P-256"),
    ]


def sealing_peer() -> tuple[Callable[[bytes], bytes], Any]:
    """Signing pages by pyHanko, certified against any change, with an invisible field; and the signer's certificate."""
    key, certificate = p256_party()
    store: Any = SimpleCertificateStore  # pyHanko leaves its constructor without types
    signer = signers.SimpleSigner(certificate, key, store())
    metadata = signers.PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )

    def sign(page: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(page))
        out: Any = signers.PdfSigner(metadata, signer).sign_pdf(writer, bytes_reserved=ROOM)
        return bytes(out.getvalue())

    return sign, certificate


def peer(page: bytes) -> tuple[Work, Work]:
    """Signing and validating a page by pyHanko."""
    seal, certificate = sealing_peer()
    signed = seal(page)

    def validate() -> object:
        context = ValidationContext(trust_roots=[certificate], allow_fetching=False, moment=AT)
        (embedded,) = PdfFileReader(BytesIO(signed)).embedded_signatures
        status = asyncio.run(async_validate_pdf_signature(embedded, context))
        if not status.bottom_line:
            raise RuntimeError("pyHanko does not accept its own file")
        return status

    validate()
    return partial(seal, page), validate


def p256_party() -> tuple[Any, Any]:
    """A P-256 key and a self-signed certificate for it, as asn1crypto values."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = certificates.Name([certificates.NameAttribute(certificates.NameOID.COMMON_NAME, "peer")])
    usage = certificates.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        certificates.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=365))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return load_private_key_from_pemder_data(private, None), x509.Certificate.load(built.public_bytes(Encoding.DER))
