"""Sealing a PDF, in two halves around the signature.

`plan_pdf` decides every octet of the sealed file except the CMS: the source's live objects are copied into a file of
one revision, with a certification signature (DocMDP P 1), the attachments, and a file identifier derived from the
content. `plan_drawing` does the same with what a canvas of ours drew, which needs no copying. There is no clock and no
randomness, so the same inputs give the same octets to be signed, and a plan can be stored before anything is signed.
`PlannedPdf.complete` puts the signature in.

What is laid out must pass the same judgement of content as a file that comes in, before anything is signed. Left to
others: holding the key, checking that the certificate may be used, verifying the signature that was made
(`examine_pdf` does it), and drawing seals on faces; a stamp with a picture is for documents of others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import content, layout, source
from trust.formats.pdf.attachments import FIRST, Attachment, catalog_entries, write_attachments
from trust.formats.pdf.cms import MAX_CERTIFICATES, room, signed_attributes, signed_message
from trust.formats.pdf.copying import Copier, string_octets
from trust.formats.pdf.drawing import VIEWING, Drawing, first_sealed
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.field import Stamp, appearance_objects, field_object, place
from trust.formats.pdf.laid_out import LaidOut, note_laid_out
from trust.rules.times import aware

FORM = b"<< /Fields [3 0 R] /SigFlags 3 >>"
PERMISSIONS = b"<< /DocMDP 1 0 R >>"
KEPT_INFO = ("/Title", "/Author", "/Subject", "/Keywords", "/Creator")
OURS = {"/Type", "/AcroForm", "/Perms", "/AF", "/Names"}
MAX_SOURCE = layout.MAX_OCTETS - 2_000_000


@dataclass(frozen=True)
class PlannedPdf:
    """A sealed PDF that lacks only its signature: `prepared` is the file with zeros where the CMS goes."""

    prepared: bytes
    hole: layout.Hole
    certificates: tuple[bytes, ...]
    digest: bytes

    @property
    def to_be_signed(self) -> bytes:
        """The message for SM2 (default identity): DER of the signed attributes as SET OF."""
        return signed_attributes(self.digest, self.certificates)

    def complete(self, raw_signature: bytes) -> bytes:
        """The sealed file.

        Raises:
            SignatureRefused: `raw_signature` is not r ‖ s in range. (Whether it verifies is not asked here.)

        """
        contents = signed_message(self.certificates, self.digest, raw_signature)
        literal = b"<" + contents.hex().encode() + b">"
        return b"".join((self.prepared[: self.hole.start], literal, memoryview(self.prepared)[self.hole.end :]))


def plan_pdf(
    pdf: bytes,
    *,
    certificate: bytes,
    chain: Sequence[bytes] = (),
    attachments: Sequence[tuple[str, str, bytes]] = (),
    at: datetime,
    reason: str,
    name: str,
    stamp: Stamp | None = None,
) -> PlannedPdf:
    """Plan a sealed file from a document in any shape of PDF.

    `pdf` is the finished document, `certificate` the signer's (DER) and `chain` the certificates above it that shall
    travel along; `attachments` are (name, media type, octets). `at` is the claimed time of sealing, cut to seconds;
    `name` and `reason` say who seals and why, at most 200 characters each. `stamp` makes the field visible; without it
    the field has no size, and the seal's picture is part of the page or nowhere.

    Raises:
        PdfRefused: the document cannot be sealed as it is; `reason` says what stands against it.
        Malformed: the certificate is not an X.509 v3 certificate.
        ValueError: `at` has no time zone.

    """
    if len(pdf) > MAX_SOURCE:
        raise PdfRefused("pdf-size", f"文件超过 {MAX_SOURCE // 1_000_000} MB，不能盖章。")
    statement = layout.Statement(aware(at), statement_text(name), statement_text(reason))
    attached = [Attachment(*each) for each in sorted(attachments)]
    try:
        objects = _objects(source.open_pdf(pdf), attached, at, stamp)
    except source.READING_ERRORS as error:
        raise source.unreadable() from error
    return _planned(statement, (certificate, *chain), objects)


def plan_drawing(
    drawing: Drawing,
    *,
    certificate: bytes,
    attachments: Sequence[tuple[str, str, bytes]] = (),
    at: datetime,
    reason: str,
    name: str,
) -> PlannedPdf:
    """Plan a sealed file from a drawing numbered for it; arguments are those of `plan_pdf`.

    Raises:
        PdfRefused: what was drawn cannot be sealed.
        Malformed: the certificate is not an X.509 v3 certificate.
        ValueError: `at` has no time zone, or the drawing is numbered for another number of attachments.

    """
    statement = layout.Statement(aware(at), statement_text(name), statement_text(reason))
    attached = [Attachment(*each) for each in sorted(attachments)]
    if drawing.first != first_sealed(len(drawing.pages), attachments=len(attached)):
        raise ValueError("the drawing is numbered for another file")
    start = catalog_start(attached) + (b" >>" if attached else b"")
    catalog = b"%s /Pages %d 0 R %s >>" % (start, drawing.tree, VIEWING)
    title = {"/Title": layout.text_literal(statement_text(drawing.title))}
    objects = [
        layout.indirect(layout.CATALOG, catalog),
        field_object(drawing.tree + 1, None, None),
        layout.indirect(layout.INFO, _information(title, at)),
        *write_attachments(attached, at),
        *drawing.page_objects([b"%d 0 R" % layout.FIELD]),
    ]
    return _planned(statement, (certificate,), objects)


def _planned(statement: layout.Statement, certificates: tuple[bytes, ...], objects: Sequence[bytes]) -> PlannedPdf:
    """Lay the file out and judge it as one that comes in."""
    if len(set(certificates)) != len(certificates) or len(certificates) > MAX_CERTIFICATES:
        raise PdfRefused("pdf-certificates", "随附的证书过多或重复。")
    prepared, hole, digest = layout.write_file(statement, room(certificates), objects)
    items = layout.read_objects(prepared)
    made = LaidOut(prepared[: hole.start], prepared[hole.end :], items, content.read_content(items))
    note_laid_out(made, digest)
    return PlannedPdf(prepared, hole, certificates, digest)


def _objects(reader: PdfFileReader, attached: Sequence[Attachment], at: datetime, stamp: Stamp | None) -> list[bytes]:
    """All objects of the new file from number 2 on: catalogue, field, information, attachments, appearance, copies."""
    catalog = source.as_dictionary(source.load(reader, reader.root_ref))
    _refuse_forms(reader, catalog)
    pages = source.page_references(reader, catalog)
    if stamp is not None and not 0 <= stamp.page < len(pages):
        raise PdfRefused("pdf-stamp", "印章所在的页码超出文件的页数。")
    target = pages[stamp.page if stamp else 0]
    page = source.as_dictionary(source.load(reader, target))
    placed = place(reader, page, stamp) if stamp else None
    files = write_attachments(attached, at)
    first = FIRST + len(files)
    appearance = appearance_objects(stamp, placed, first) if stamp and placed else []
    extra: dict[generic.Reference, dict[str, bytes]] = {target: {}}
    copier = Copier(reader, first + len(appearance), extra)
    annotations = source.raw_items(source.resolve(reader, dict.get(page, "/Annots")))
    extra[target]["/Annots"] = b"[" + b" ".join([*map(copier.literal, annotations), b"%d 0 R" % layout.FIELD]) + b"]"
    return [
        layout.indirect(layout.CATALOG, _catalog(reader, catalog, attached, copier)),
        field_object(copier.number(target), placed, first if appearance else None),
        layout.indirect(layout.INFO, _information(_kept_information(reader), at)),
        *files,
        *appearance,
        *copier.rest(),
    ]


def _refuse_forms(reader: PdfFileReader, catalog: generic.DictionaryObject) -> None:
    """Refuse a source with fields: they could change what is shown, or be signatures that copying would break."""
    form = source.resolve(reader, dict.get(catalog, "/AcroForm"))
    if form is not None and source.raw_items(source.resolve(reader, dict.get(source.as_dictionary(form), "/Fields"))):
        raise PdfRefused("pdf-form", "文件含有表单域或已有签名，不能再盖章；请使用未签名、表单已合并的文件。")


def _catalog(
    reader: PdfFileReader, catalog: generic.DictionaryObject, attached: Sequence[Attachment], copier: Copier
) -> bytes:
    """The catalogue: our entries, then the source's; a source with files or permissions of its own is refused."""
    names = source.resolve(reader, dict.get(catalog, "/Names"))
    kept = {} if names is None else dict(source.as_dictionary(names).items())
    if kept.keys() - {"/Dests"} or "/AF" in catalog or "/Perms" in catalog:
        raise PdfRefused("pdf-attachment", "文件带有附件、脚本名表或使用权限设置，不能盖章。")
    rest = {key: value for key, value in catalog.items() if key not in OURS}
    start = catalog_start(attached)
    middle = [copier.entries(kept), b">>"] if attached or kept else []
    if kept and not attached:
        middle.insert(0, b"/Names <<")
    return b" ".join(part for part in (start, *middle, copier.entries(rest), b">>") if part)


def catalog_start(attached: Sequence[Attachment]) -> bytes:
    """How the catalogue of a sealed file begins: form, certification, attachments (in a name tree left open)."""
    start = b"<< /Type /Catalog /AcroForm " + FORM + b" /Perms " + PERMISSIONS
    if not attached:
        return start
    references, files = catalog_entries(attached)
    return start + b" /AF " + references + b" /Names << /EmbeddedFiles " + files


def _kept_information(reader: PdfFileReader) -> dict[str, bytes]:
    """What the source says of itself in words, as it stands in the new file."""
    kept = source.information(reader)
    texts = {key: source.resolve(reader, dict.get(kept, key)) for key in KEPT_INFO} if kept is not None else {}
    return {
        key: b"<" + string_octets(value).hex().encode() + b">"
        for key, value in texts.items()
        if isinstance(value, generic.TextStringObject | generic.ByteStringObject)
    }


def _information(texts: Mapping[str, bytes], at: datetime) -> bytes:
    """Document information: these texts, our name as producer, the claimed time as its date."""
    written = [key.encode() + b" " + literal for key, literal in texts.items()]
    date = layout.date_literal(at)
    return b"<< " + b" ".join([*written, b"/Producer (Yinzheng) /CreationDate " + date + b" /ModDate " + date]) + b" >>"


def statement_text(text: str) -> str:
    """A text for the signature dictionary or the title.

    Raises:
        PdfRefused: `pdf-text`, it is too long or cannot be seen.

    """
    if len(text) > layout.MAX_TEXT or not text.isprintable():
        raise PdfRefused("pdf-text", f"签章人名称和签章事由最长 {layout.MAX_TEXT} 字，不得含有控制字符。")
    return text
