"""Drafting: an application becomes a licence, and the licence becomes the octets that will be signed.

Everything here is deterministic: the same licence, token and seal give the same octets. So an issue that was cut off
can be taken up again, and what is signed can be held against what was planned and stored before.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.application import Application
from issuer.ports import Pen
from keys.sm3 import sm3
from templates.annotation import annotated
from templates.face import Face, draw_face, title_of
from templates.layout import code_of, licence_pages
from templates.library import Bundle
from trust.formats.cose import plan_sign1
from trust.formats.licence_document import encode_licence
from trust.formats.ofd.document import OfdAttachment, OfdDocument
from trust.formats.ofd.seal import PlannedOfd, plan_ofd
from trust.formats.pdf.plan import PlannedPdf, plan_drawing
from trust.formats.status_list import SIZE
from trust.formats.token import CopyClaims, TokenClaims, encode_claims, to_text
from trust.rules.catalogue import LicenceType
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.metadata import short_names
from trust.rules.number_rule import NumberFacts
from trust.rules.status_pointer import StatusPointer

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SERIAL_LENGTH = 20
UNBIASED = 252
"""Octets below this are spread evenly over the 36 characters; others are drawn again."""

PROVIDER = "yinzheng"
MAX_SHOWN = 20
"""Characters of a holder's name in the code; the code of a longer name would be too fine to print."""
NOT_YET_ALLOTTED = StatusPointer(0, 0)
WIDEST = StatusPointer(999_999, SIZE - 1)
"""No pointer that is allotted is longer in a token."""


ATTACHED = (("licence.json", "application/json"), ("seal.esl", "application/octet-stream"))
"""What a PDF carries: names and media types."""


@dataclass(frozen=True)
class DrawnFace:
    """A licence with its face on both canvases, its `licence.json` and its custom data; no file is laid out yet."""

    licence: Licence
    metadata: bytes
    custom: Mapping[str, str]
    face: Face


@dataclass(frozen=True)
class Drawn:
    """The two files of one licence, laid out and ready to be signed, and the `licence.json` that both carry."""

    metadata: bytes
    ofd: PlannedOfd
    pdf: PlannedPdf


def digest_of(message: bytes) -> str:
    """`sm3:` and the hexadecimal digest, as plans and files are named."""
    return f"sm3:{sm3(message).hex()}"


def draw_serial(random: Callable[[int], bytes]) -> str:
    """Twenty characters of 0–9 A–Z, each equally likely: 103 bits that nobody can guess."""
    serial = ""
    while len(serial) < SERIAL_LENGTH:
        serial += "".join(ALPHABET[octet % 36] for octet in random(SERIAL_LENGTH) if octet < UNBIASED)
    return serial[:SERIAL_LENGTH]


def draft(
    application: Application,
    bundle: Bundle,
    pen: Pen,
    *,
    serial: str,
    salt: bytes,
    identifier: LicenceIdentifier | None = None,
) -> Licence:
    """The licence an application becomes, under a serial or the identifier that follows from what it carries on.

    Its status entry is allotted afterwards.
    """
    kind = bundle.type
    return Licence(
        identifier=identifier or LicenceIdentifier(kind.code, application.issuer_code, serial),
        name=kind.name,
        type_name=kind.name,
        number=application.number or widest_number(kind, application),
        issuing_body=pen.body,
        holders=application.holders,
        issued_on=application.issued_on,
        valid_from=application.valid_from or application.issued_on,
        valid_until=application.valid_until,
        area_code=application.area_code,
        fields={name: value for name, value in application.fields.items() if value},
        status=NOT_YET_ALLOTTED,
        log_salt=salt,
        template=bundle.template,
        succession=application.succession,
        conversion=application.conversion,
    )


def widest_number(kind: LicenceType, application: Application) -> str:
    """A number as long as the one that will be drawn for an application that has none; empty where none is drawn."""
    rule = kind.numbering if kind.number_drawn else None
    return "" if rule is None else rule.widest(facts_of(application))


def facts_of(application: Application) -> NumberFacts:
    """What of an application its number follows from."""
    first = application.holders[0].code if application.holders else ""
    return NumberFacts(application.area_code, application.issued_on, first)


def plan_token(licence: Licence, pen: Pen) -> tuple[bytes, Callable[[bytes], bytes]]:
    """What is signed for the code on the face, and how the token is made from the raw signature."""
    claims = TokenClaims(
        identifier=licence.identifier,
        holder=shown_name("、".join(holder.masked_name for holder in licence.holders)),
        issued_on=licence.issued_on,
        valid_until=licence.valid_until,
        status=licence.status,
        valid_from=None if licence.valid_from == licence.issued_on else licence.valid_from,
        grade=licence.conversion.grade if licence.conversion else None,
        copy=CopyClaims(licence.copy.expires_at, licence.copy.original_status) if licence.copy else None,
    )
    return plan_sign1(encode_claims(claims), pen.signer.public)


def shown_name(name: str) -> str:
    """A name as the code shows it: a long one by its beginning and its end, which tell firms and branches apart."""
    return name if len(name) <= MAX_SHOWN else f"{name[:11]}…{name[-8:]}"


def check_face(licence: Licence, bundle: Bundle, pen: Pen, *, host_url: str) -> None:
    """Set every text and the code of a drafted licence once, so that nothing is promised that cannot be printed.

    Raises:
        MissingGlyph: the font lacks a character of the face.
        DoesNotFit, CodeDoesNotFit: a text or the code is too long for its place.

    """
    _, finish = plan_token(replace(licence, status=WIDEST), pen)
    code = re.sub("[0-9]", "0", to_text(finish(bytes(64)), host_url))  # its size depends on how many, not on which
    annotated(bundle.layout, licence_pages(bundle.layout, licence, bundle.labels, code), licence)


def draw_code(bundle: Bundle, token: bytes, host_url: str) -> None:
    """Draw the code of a token ahead of its face, which will find it there (`templates.code`).

    Raises:
        CodeDoesNotFit, CodeUnreadable: it cannot be printed.

    """
    code_of(bundle.layout, to_text(token, host_url))


def draw_on_both(
    licence: Licence,
    bundle: Bundle,
    pen: Pen,
    *,
    token: bytes,
    host_url: str,
    photos: Mapping[str, bytes] | None = None,
) -> DrawnFace:
    """Draw the face on both canvases.

    Raises:
        MissingGlyph: the font lacks a character of the face; nothing is printed with a hole.

    """
    face = draw_face(bundle, licence, to_text(token, host_url), pen.picture, attachments=len(ATTACHED), photos=photos)
    return DrawnFace(licence, encode_licence(licence), short_names(licence, bundle.type), face)


def plan_as_ofd(drawn: DrawnFace, pen: Pen, at: datetime) -> PlannedOfd:
    """The OFD, laid out, and what is to be signed over it."""
    licence, metadata, face = drawn.licence, drawn.metadata, drawn.face
    document = OfdDocument(
        doc_id=sm3(metadata).hex()[:32],
        title=title_of(licence),
        creator=licence.issuing_body.name,
        created_on=licence.issued_on,
        pages=face.ofd.pages,
        templates=face.ofd.templates,
        fonts=face.ofd.fonts,
        images=face.ofd.images,
        attachments=(OfdAttachment("licence.json", "JSON", metadata),),
        custom=drawn.custom,
    )
    return plan_ofd(document, face.stamp, pen.seal.der, at, PROVIDER)


def plan_as_pdf(drawn: DrawnFace, pen: Pen, at: datetime) -> PlannedPdf:
    """The PDF, laid out, and what is to be signed over it."""
    attached = zip(ATTACHED, (drawn.metadata, pen.seal.der), strict=True)
    return plan_drawing(
        drawn.face.drawing,
        certificate=pen.certificate.der,
        attachments=[(*named, octets) for named, octets in attached],
        at=at,
        reason=f"颁发{title_of(drawn.licence)}",
        name=pen.body.name,
    )


def draw(
    licence: Licence,
    bundle: Bundle,
    pen: Pen,
    *,
    token: bytes,
    host_url: str,
    at: datetime,
    photos: Mapping[str, bytes] | None = None,
) -> Drawn:
    """Draw the face once on both canvases and plan both signatures; raises as `draw_on_both`."""
    drawn = draw_on_both(licence, bundle, pen, token=token, host_url=host_url, photos=photos)
    return Drawn(drawn.metadata, plan_as_ofd(drawn, pen, at), plan_as_pdf(drawn, pen, at))
