"""Files inside a sealed PDF: `licence.json`, `seal.esl`, and others under the same rules.

An attachment is two objects, a file specification and an embedded file (ISO 32000-2 §7.11; relationship Data as in
PDF/A-3), stored without compression: what is read is what stands there, and nothing can inflate. Reading means taking
the name, type and data out, writing both objects again, and comparing. The signature covers them like all else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.layout import INFO, Item, date_literal, indirect, stream_body

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\.[a-z0-9]{1,8}")
MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}")
MAX_ATTACHMENTS = 16
FIRST = INFO + 1
"""The number of the first attachment's file specification; its data is the next object, and so on."""

SPECIFICATION = re.compile(
    rb"\d+ 0 obj\n<< /Type /Filespec /F \(([a-z0-9.-]+)\) .*/EF << /F \d+ 0 R /UF \d+ 0 R >> >>\nendobj\n"
)
EMBEDDED = re.compile(rb"\d+ 0 obj\n<< /Type /EmbeddedFile /Subtype /([a-z0-9.+-]+)#2F([a-z0-9.+-]+) ")


@dataclass(frozen=True)
class Attachment:
    """An attached file: an ASCII name, its media type, its octets."""

    name: str
    media_type: str
    octets: bytes

    def check(self) -> None:
        """Refuse names and types that a reader could take for something else.

        Raises:
            PdfRefused: `pdf-attachment`.

        """
        if not NAME.fullmatch(self.name) or not MEDIA_TYPE.fullmatch(self.media_type):
            raise PdfRefused("pdf-attachment", "附件的名称或类型不符合要求。", step=2)


def write_attachments(attachments: Sequence[Attachment], at: datetime) -> list[bytes]:
    """The objects of the attachments, two each, numbered from `FIRST`.

    Raises:
        PdfRefused: `pdf-attachment`: a bad name or type, one name twice, or too many.

    """
    check_all(attachments)
    written = []
    for position, attachment in enumerate(attachments):
        number = FIRST + 2 * position
        name = attachment.name.encode()
        specification = (
            b"<< /Type /Filespec /F (%s) /UF (%s) /AFRelationship /Data /EF << /F %d 0 R /UF %d 0 R >> >>"
            % (
                name,
                name,
                number + 1,
                number + 1,
            )
        )
        kind = b"/Type /EmbeddedFile /Subtype /%s /Params << /Size %d /ModDate %s >>" % (
            attachment.media_type.replace("/", "#2F").encode(),
            len(attachment.octets),
            date_literal(at),
        )
        written += [indirect(number, specification), indirect(number + 1, stream_body(kind, attachment.octets))]
    return written


def catalog_entries(attachments: Sequence[Attachment]) -> tuple[bytes, bytes]:
    """What the catalogue says of the attachments: the value of `/AF`, and of `/EmbeddedFiles` in `/Names`."""
    references = [b"%d 0 R" % (FIRST + 2 * position) for position in range(len(attachments))]
    names = [b"(%s) %s" % (each.name.encode(), ref) for each, ref in zip(attachments, references, strict=True)]
    return b"[" + b" ".join(references) + b"]", b"<< /Names [" + b" ".join(names) + b"] >>"


def read_attachments(objects: Sequence[Item], at: datetime) -> list[Attachment]:
    """Read the attachments from the objects of a file (item 0 is object 1).

    Raises:
        PdfRefused: `pdf-attachment`, an object is not as `write_attachments` writes it.

    """
    found = []
    for specified, embedded in zip(objects[FIRST - 1 :: 2], objects[FIRST::2], strict=False):
        specification = SPECIFICATION.fullmatch(specified.octets)
        if specification is None:
            break
        kind = EMBEDDED.match(embedded.octets)
        if kind is None or embedded.stream is None:
            raise PdfRefused("pdf-attachment", "附件不是本系统写出的形式。", step=2)
        media_type = f"{kind[1].decode()}/{kind[2].decode()}"
        found.append(Attachment(specification[1].decode(), media_type, embedded.stream))
    written = [item.octets for item in objects[FIRST - 1 : FIRST - 1 + 2 * len(found)]]
    if write_attachments(found, at) != written:
        raise PdfRefused("pdf-attachment", "附件不是本系统写出的形式。", step=2)
    return found


def check_all(attachments: Sequence[Attachment]) -> None:
    """Check every attachment, their number, and that names differ and are in order.

    Raises:
        PdfRefused: `pdf-attachment`.

    """
    for attachment in attachments:
        attachment.check()
    names = [attachment.name for attachment in attachments]
    if len(names) > MAX_ATTACHMENTS or names != sorted(set(names)):
        raise PdfRefused("pdf-attachment", "附件过多、重名或次序不对。", step=2)
