"""A body's pen: signer, certificate, seal and picture, handed out only while the seal may be used."""

from datetime import datetime

from issuer.errors import NoPen
from issuer.ports import Pen
from service.archive import Archive
from service.city import Body, City
from service.directory import Directory
from service.founding import picture_of
from templates.seal_picture import SealPicture, seal_from_png
from trust.certification.authority import ISSUING
from trust.certification.revoking import standing_revocations
from trust.errors import Conflict
from trust.formats.ses import Seal
from trust.rules.standing import Standing, Status
from trust.sealing.in_force import check_in_force


class Pens:
    """The pens of all bodies of an installation."""

    def __init__(self, archive: Archive, directory: Directory, city: City) -> None:
        self._archive, self._directory, self._city = archive, directory, city

    def pen(self, code: str, at: datetime) -> Pen:
        try:
            signer, certificate = self._directory.body(code)
        except Conflict as error:
            raise NoPen(code, error.reason) from error
        if certificate.serial in standing_revocations(self._archive.books, ISSUING):
            raise NoPen(code, "certificate-revoked")
        filed = self._archive.seals.of_body(code)
        if not filed:
            raise NoPen(code, "no-seal")
        seal = filed[-1].seal
        try:
            check_in_force(seal, standing=Standing(Status.VALID), signer=certificate.der, at=at)
        except Conflict as error:
            raise NoPen(code, error.reason) from error
        signer.opened()
        body = next(one for one in self._city.bodies if one.body.code == code)
        return Pen(body.body, signer, certificate, seal, _picture(body, seal))


def _picture(body: Body, seal: Seal) -> SealPicture:
    """The vector drawing where the filed picture is ours, else the filed picture itself."""
    filed, drawn = seal.picture, picture_of(body)
    if drawn.png == filed.octets:
        return drawn
    return seal_from_png(filed.octets, filed.width_mm, filed.height_mm)
