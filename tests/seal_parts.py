"""Everything a test of sealed files needs, made once: a maker, a signer, their certificates, a seal, a small document."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from keys.custody import memory_signer
from keys.signer import Signer
from trust.formats.certificate import (
    CertificateProfile,
    KeyUsage,
    Purpose,
    assemble,
    certificate_tbs,
    key_identifier,
)
from trust.formats.ofd.document import (
    ImageBox,
    OfdAttachment,
    OfdDocument,
    OfdFont,
    OfdImage,
    OfdPage,
    PathShape,
    TextRun,
)
from trust.formats.ofd.seal import Stamp, plan_ofd
from trust.formats.ses import SealPicture, assemble_seal, seal_info
from trust.formats.x509_fields import make_name

AT = datetime(2026, 3, 1, 8, 30, 15, tzinfo=UTC)
STAMP = Stamp(page=0, x=120, y=95, width=40, height=40)
SIGNING = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})


def certificate(name: str, signer: Signer, purpose: Purpose, issuer: Signer, *, serial: int = 7) -> bytes:
    """A certificate for tests of formats; its path is nobody's concern here."""
    tbs = certificate_tbs(
        CertificateProfile(name, SIGNING, (purpose,)),
        subject=make_name(name, organisation="雁栖市测试局"),
        public_key=signer.public,
        issuer=make_name("雁栖市测试根"),
        issuer_key_id=key_identifier(issuer.public),
        serial=serial,
        not_before=AT - timedelta(days=30),
        not_after=AT + timedelta(days=900),
        crl_url=None,
    )
    return assemble(tbs, issuer.sign(tbs))


@cache
def png(side: int = 120) -> bytes:
    """A red ring."""
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((4, 4, side - 4, side - 4), outline=(200, 0, 0, 255), width=5)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class Parts:
    """Keys and certificates of one maker and one signer, and the seal made with them."""

    root: Signer
    maker: Signer
    signer: Signer
    maker_certificate: bytes
    signer_certificate: bytes
    seal: bytes


def info(signer_certificates: tuple[bytes, ...], /, **changes: object) -> bytes:
    """A SES_SealInfo with the values tests agree on, or others."""
    values: dict[str, object] = {
        "vendor": "YZ",
        "seal_id": "11010000000001",
        "seal_type": 1,
        "name": "雁栖市市场监督管理局",
        "signer_certificates": signer_certificates,
        "created": AT - timedelta(days=20),
        "valid_from": AT - timedelta(days=20),
        "valid_until": AT + timedelta(days=700),
        "picture": SealPicture("PNG", png(), 40, 40),
    }
    return seal_info(**(values | changes))  # type: ignore[arg-type]  # the test decides


def sealed_by(maker: Signer, maker_certificate: bytes, octets: bytes) -> bytes:
    """A SESeal over the given SES_SealInfo."""
    return assemble_seal(octets, maker_certificate, maker.sign(octets))


@cache
def parts() -> Parts:
    """One set for the whole run."""
    root, maker, signer = (memory_signer(name) for name in ("root", "maker", "signer"))
    maker_certificate = certificate("制章者", maker, Purpose.SEAL_MAKER, root, serial=2)
    signer_certificate = certificate("雁栖市市场监督管理局", signer, Purpose.SEAL_SIGNER, root, serial=3)
    seal = sealed_by(maker, maker_certificate, info((signer_certificate,)))
    return Parts(root, maker, signer, maker_certificate, signer_certificate, seal)


def document(**changes: object) -> OfdDocument:
    """A one-page document with text, image, path, font and metadata."""
    value = OfdDocument(
        doc_id="0123456789abcdef0123456789abcdef",
        title="营业执照 <试验> & 样例",
        creator="印证",
        created_on=date(2026, 3, 1),
        pages=(
            OfdPage(
                210,
                148,
                (
                    PathShape(8, 8, 194, 132, "M 1 1 L 193 1 L 193 131 L 1 131 C", (180, 30, 30), 0.6),
                    TextRun(20, 46.4, 5, 1, "营业执照", (5.0, 5.0, 5.0, 5.0)),
                    TextRun(20, 60, 4, 1, "A鿬𬭎B", (2.1, 4.0, 4.0, 2.3)),
                    ImageBox(165, 105, 30, 30, 2),
                ),
            ),
        ),
        fonts=(OfdFont(1, "Face", "Face", b"\0\1\0\0" + bytes(range(256)) * 8),),
        images=(OfdImage(2, png(40)),),
        attachments=(OfdAttachment("licence.json", "JSON", b'{"format":"yinzheng-licence/1"}'),),
        custom={"ZZBS": "1.2.156.3005.2.X", "ZZMC": "营业执照"},
    )
    return replace(value, **changes)  # type: ignore[arg-type]  # the test decides


def sealed(value: OfdDocument | None = None, *, seal: bytes | None = None, at: datetime = AT) -> bytes:
    """A sealed OFD file."""
    made = parts()
    plan = plan_ofd(value or document(), STAMP, seal or made.seal, at, "印证")
    return plan.complete(made.signer.sign(plan.to_be_signed), made.signer_certificate)
