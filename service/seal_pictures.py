"""Which picture a seal has: drawn here by its kind, or brought along and checked.

The licence seal of a body is round with a star and its number; so is every other seal of a body but the oval one for
invoices; a person's is square. Drawn twice, a picture is octet for octet the same.
"""

from templates.seal_picture import SealPicture, round_seal
from templates.seal_shapes import oval_seal, square_seal
from templates.seal_upload import check_uploaded
from trust.formats import ses
from trust.rules.seal_standing import SealKind
from trust.sealing.ports import Application

LICENCE_LINE = SealKind.LICENCE.label


def licence_picture(name: str, seal_id: str) -> SealPicture:
    """The round seal of a body for licences, with its registration number below the star."""
    return round_seal(name, line=LICENCE_LINE, code=seal_id)


def seal_picture(kind: SealKind, name: str, seal_id: str) -> SealPicture:
    """The picture of a seal of this kind that bears `name`, a body's or a person's.

    Raises:
        MissingGlyph: a character cannot be drawn.

    """
    match kind:
        case SealKind.LICENCE:
            return licence_picture(name, seal_id)
        case SealKind.UNIT:
            return round_seal(name, code=seal_id)
        case SealKind.INVOICE:
            return oval_seal(name, line=kind.label, code=seal_id)
        case SealKind.PERSONAL:
            return square_seal(name)
        case _:
            return round_seal(name, line=kind.label, code=seal_id)


def picture_for(application: Application, body_name: str) -> ses.SealPicture:
    """The picture of the seal that is applied for, as it goes into the seal.

    Raises:
        MissingGlyph: a character cannot be drawn.
        PictureRefused: what was brought along does not do.

    """
    wish = application.wish
    if wish.picture is not None:
        drawn = check_uploaded(wish.picture.png, wish.picture.width_mm, wish.picture.height_mm)
    else:
        shown = wish.holder.name if wish.holder else body_name
        drawn = seal_picture(wish.kind, shown, application.seal_id)
    return ses.SealPicture("PNG", drawn.png, round(drawn.width), round(drawn.height))
