"""The face of a licence before anybody has decided on it: what it will say, without seal and with an empty code.

It is drawn by the very code that draws what is issued, so that whoever approves sees what will be printed. No key has
touched it; the code on it stands for nothing, and where the seal will be there is none.
"""

import re
from dataclasses import replace
from datetime import datetime

from issuer.applying.docket import Docket
from issuer.applying.linting import check_proposal
from issuer.applying.ports import Applying
from issuer.drafting import WIDEST, plan_token
from issuer.photographs import photographs
from issuer.ports import Office, Pen
from templates.face import draw_face
from templates.library import Bundle
from templates.seal_picture import SealPicture
from trust.formats.token import to_text
from trust.rules.licence import Licence

CLEAR = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b4944415478da636000020000050001e9fadcd8"
    "0000000049454e44ae426082"
)
"""A picture of one clear point, in the place of the seal."""


def preview(applying: Applying, docket: Docket, *, at: datetime) -> bytes:
    """The face as a PDF.

    Raises:
        IssuerError, TemplatesError, Conflict: as `linting.check_proposal`; it could not be issued as it is.

    """
    office = applying.office
    licence, bundle = check_proposal(applying, docket.proposal, key=docket.key, at=at)
    return unsealed(office, licence, bundle, office.pen(licence.identifier.issuer_code, at))


def unsealed(office: Office, licence: Licence, bundle: Bundle, pen: Pen) -> bytes:
    """The face of a licence that is not issued yet, as a PDF; raises as `templates.face.draw_face`."""
    _, finish = plan_token(replace(licence, status=WIDEST), pen)
    empty = re.sub("[0-9]", "0", to_text(finish(bytes(64)), office.host_url))
    nothing = SealPicture(pen.picture.width, pen.picture.height, CLEAR)
    return draw_face(bundle, licence, empty, nothing, photos=photographs(office, licence, bundle)).pdf
