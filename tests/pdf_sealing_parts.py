"""Sealing PDFs of any origin in tests: documents of odd shapes, seals on them, and pyHanko's judgement of each seal."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, enumerate_sig_fields
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdfium2 import PdfDocument

from keys.codec import der_from_raw
from templates.canvas_pdf import seal_operators
from templates.seal_picture import round_seal
from tests.pdf_parts import NAME, REASON, page
from tests.seal_parts import AT, parts
from trust.formats.asn1 import algos, x509
from trust.formats.pdf.algorithms import Sm2Validator
from trust.formats.pdf.approving import plan_pdf_sealing
from trust.formats.pdf.stamping import StampPicture
from trust.formats.placing import AtPoint, Placing

PLACE = AtPoint(0, 120, 40)
MILLIMETRE = 72 / 25.4
NONE, FILLING = ModificationLevel.NONE, ModificationLevel.FORM_FILLING


@cache
def vector() -> StampPicture:
    """A drawn seal of 42 mm."""
    seal = round_seal(NAME, line="行政审批专用章", code="1101000000001")
    return StampPicture(seal.width, seal.height, operators=seal_operators(seal))


def seal(data: bytes, placing: Placing | None = PLACE, **changes: Any) -> bytes:
    """The document with one more seal."""
    values: dict[str, Any] = {
        "seal_der": parts().seal,
        "picture": vector(),
        "certificate": parts().signer_certificate,
        "at": AT,
        "reason": REASON,
        "name": NAME,
    }
    planned = plan_pdf_sealing(data, placing, **(values | changes))
    return planned.complete(parts().signer.sign(planned.to_be_signed), parts().signer_certificate)


@dataclass(frozen=True)
class Judged:
    """pyHanko's answer about one signature: sound in itself, covering the whole file, and what changed since."""

    field: str
    sound: bool
    whole: bool
    changes: ModificationLevel


def judged(data: bytes) -> list[Judged]:
    """pyHanko's answer about every signature, strictly read."""
    reader = PdfFileReader(BytesIO(data))
    return [_judged(reader, name, field) for name, _, field in enumerate_sig_fields(reader, filled_status=True)]


def _judged(reader: PdfFileReader, name: str, field: Any) -> Judged:
    embedded: Any = EmbeddedPdfSignature(reader, field, name)
    embedded.compute_integrity_info(DEFAULT_DIFF_POLICY)
    intact, valid = validate_sig_integrity(
        embedded.signer_info,
        embedded.signer_cert,
        expected_content_type="data",
        actual_digest=embedded.compute_digest(),
        sig_validator=Sm2Validator(),
    )
    changes = embedded.diff_result
    level = changes.modification_level if isinstance(changes, DiffResult) else ModificationLevel.OTHER
    return Judged(name, intact and valid, embedded.coverage == SignatureCoverageLevel.ENTIRE_FILE, level)


def shown(data: bytes, number: int = 0, *, scale: float = 4.0) -> Image.Image:
    """A page as PDFium shows it, seals included."""
    document = PdfDocument(data)
    try:
        document.init_forms()
        return document[number].render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    finally:
        document.close()


def red(image: Image.Image) -> Image.Image:
    """What is red, as a mask."""
    _, green, blue = (band.point(lambda value: 255 if value < 140 else 0) for band in image.split())
    bright = image.getchannel("R").point(lambda value: 255 if value > 150 else 0)
    empty = Image.new("L", image.size)
    return Image.composite(Image.composite(bright, empty, green), empty, blue)


def red_box(data: bytes, number: int = 0, *, scale: float = 4.0) -> tuple[float, float, float, float] | None:
    """The box of all red on a page: x, y, width, height in millimetres."""
    found = red(shown(data, number, scale=scale)).getbbox()
    if found is None:
        return None
    x1, y1, x2, y2 = (value / scale / MILLIMETRE for value in found)
    return x1, y1, x2 - x1, y2 - y1


class ForeignSigner(Signer):
    """Somebody else's program that signs with SM2: pyHanko's own, as a control."""

    def __init__(self) -> None:
        super().__init__(
            signing_cert=x509.Certificate.load(parts().signer_certificate),
            cert_registry=SimpleCertificateStore(),
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sm2_with_sm3"}),
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        assert digest_algorithm == "sm3"
        return bytes(72) if dry_run else der_from_raw(parts().signer.sign(data))


def signed_elsewhere(
    data: bytes, name: str = "Foreign", *, certify: MDPPerm | None = None, locks: fields.FieldMDPSpec | None = None
) -> bytes:
    """The document signed by pyHanko; a certification if asked."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    if locks is not None:
        fields.append_signature_field(writer, SigFieldSpec(name, field_mdp_spec=locks))
    settings: dict[str, Any] = {"certify": True, "docmdp_permissions": certify} if certify else {}
    metadata = signers.PdfSignatureMetadata(field_name=name, md_algorithm="sm3", **settings)
    out = BytesIO()
    signers.PdfSigner(metadata, ForeignSigner()).sign_pdf(writer, output=out)
    return out.getvalue()


def changed(act: Callable[[PdfFileWriter], None], *, stream_xrefs: bool = False, **shape: Any) -> bytes:
    """The small document, changed and written by pyHanko."""
    writer = copy_into_new_writer(PdfFileReader(BytesIO(page(**shape))), {"stream_xrefs": stream_xrefs})
    act(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def first_page(writer: PdfFileWriter) -> generic.DictionaryObject:
    """The first page's dictionary."""
    found: generic.DictionaryObject = writer.root["/Pages"]["/Kids"][0]
    return found


def text_fields(writer: PdfFileWriter, names: Sequence[str] = ("Amount", "Payee")) -> None:
    """Give the document text fields."""
    made = generic.ArrayObject()
    annotations = generic.ArrayObject()
    for name in names:
        field = writer.add_object(
            generic.DictionaryObject(
                {
                    generic.NameObject("/FT"): generic.NameObject("/Tx"),
                    generic.NameObject("/T"): generic.TextStringObject(name),
                    generic.NameObject("/V"): generic.TextStringObject("1"),
                    generic.NameObject("/Type"): generic.NameObject("/Annot"),
                    generic.NameObject("/Subtype"): generic.NameObject("/Widget"),
                    generic.NameObject("/Rect"): generic.ArrayObject(map(generic.NumberObject, (10, 10, 60, 30))),
                }
            )
        )
        made.append(field)
        annotations.append(field)
    writer.root["/AcroForm"] = generic.DictionaryObject({generic.NameObject("/Fields"): made})
    first_page(writer)["/Annots"] = annotations


def hybrid(data: bytes) -> bytes:
    """A document whose last table names a cross-reference stream too, as word processors write them."""
    cut = data.rindex(b"startxref")
    table = int(data[cut:].split()[1])
    head, trailer = data[:table], data[table:cut]
    size = int(trailer.split(b"/Size")[1].split()[0])
    stream = b"%d 0 obj\n<< /Type /XRef /W [1 4 2] /Index [0 1] /Size %d /Length 7 >>\nstream\n%s\nendstream\nendobj\n"
    stream %= (size + 1, size, bytes(5) + b"\xff\xff")
    named = trailer.replace(b"trailer\n<<", b"trailer\n<< /XRefStm %d " % table, 1)
    assert named != trailer
    return head + stream + named + b"startxref\n%d\n%%%%EOF\n" % (table + len(stream))


def laborious() -> bytes:
    """A page of few octets on which nobody finds a word soon."""
    packed = zlib.compress(b"BT (a) Tj ET\n" * 3_000_000, 9)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << >> /Contents 4 0 R >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed),
    )
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + tail
