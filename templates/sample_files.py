"""The sample of a bundle as files to look at: a PDF, and an OFD that shows the seal too.

Neither is sealed. On a real OFD the seal's picture comes from the seal signature; here there is none, so the picture is
put on the page, and both files show what a licence of the type will look like.
"""

from dataclasses import dataclass, replace
from datetime import date

from templates.face import draw_face
from templates.library import Bundle
from templates.sample import sample_of
from trust.formats.ofd.document import ImageBox, OfdDocument, OfdImage
from trust.formats.ofd.package import write_package
from trust.formats.ofd.write import write_document

_SEAL = 999
_DOC_ID, _DAY = "0" * 32, date(2026, 1, 1)


@dataclass(frozen=True)
class SampleFiles:
    """Both files of a sample."""

    pdf: bytes
    ofd: bytes


def sample_files(bundle: Bundle) -> SampleFiles:
    """Draw the sample of a bundle.

    Raises:
        TemplateError: the sample is none of its type.
        TemplatesError: it cannot be drawn.

    """
    sample = sample_of(bundle)
    face = draw_face(bundle, sample.licence, sample.qr_text, sample.seal, photos=sample.photos)
    stamp = face.stamp
    pages = list(face.ofd.pages)
    box = ImageBox(stamp.x, stamp.y, stamp.width, stamp.height, _SEAL)
    pages[stamp.page] = replace(pages[stamp.page], objects=(box, *pages[stamp.page].objects))
    document = OfdDocument(
        doc_id=_DOC_ID,
        title=f"{bundle.type.name}（样例）",
        creator="印证",
        created_on=_DAY,
        pages=tuple(pages),
        templates=face.ofd.templates,
        fonts=face.ofd.fonts,
        images=(*face.ofd.images, OfdImage(_SEAL, sample.seal.png)),
    )
    return SampleFiles(face.pdf, write_package(write_document(document)))
