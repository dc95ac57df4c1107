"""A body's pen for licences: signer, certificate, seal and picture, handed out only while the seal may be used.

Of the body's seals for licences the one filed last counts that is in use; a seal that was suspended or cancelled is
refused here, before anything is promised, and by every verifier later. A seal that lists no certificate of the body's
present key is refused too. A certificate that was made anew for the same key takes nothing from a seal that lists the
one before: that one is used until the seal is made again or ends.
"""

from datetime import datetime

from issuer.errors import NoPen
from issuer.ports import Pen
from service.archive import Archive
from service.city import Body, City
from service.directory import Directory
from service.keyring import LateSigner
from service.seal_pictures import licence_picture
from service.seal_standings import counting_of_seal
from templates.seal_picture import SealPicture, seal_from_png
from trust.certification.authority import ISSUING
from trust.certification.revoking import standing_revocations
from trust.errors import Conflict
from trust.formats.certificate import Certificate
from trust.formats.ses import Seal
from trust.rules.seal_standing import SealKind
from trust.sealing.in_force import check_in_force


class Pens:
    """The pens of all bodies of an installation."""

    def __init__(self, archive: Archive, directory: Directory, city: City) -> None:
        self._archive, self._directory, self._city = archive, directory, city

    def pen(self, code: str, at: datetime) -> Pen:
        """The pen of a body, or NoPen with the reason."""
        try:
            self._directory.body(code)
        except Conflict as error:
            raise NoPen(code, error.reason) from error
        seal, signer, certificate = self._in_use(code, at)
        signer.opened()
        body = next(one for one in self._city.bodies if one.body.code == code)
        return Pen(body.body, signer, certificate, seal, _picture(body, seal))

    def _in_use(self, code: str, at: datetime) -> tuple[Seal, LateSigner, Certificate]:
        """The seal for licences that is in use, with its key; the reason against the one filed last, where none is."""
        filed = [one for one in self._archive.seals.of_body(code) if one.kind is SealKind.LICENCE]
        revoked, refusals = standing_revocations(self._archive.books, ISSUING), list[str]()
        for one in sorted(filed, key=lambda each: each.filed_at, reverse=True):
            signer, certificate = self._directory.body(code, one.seal.signer_certificates)
            if certificate.serial in revoked:
                refusals.append("certificate-revoked")
                continue
            standing = counting_of_seal(self._archive, one.seal.seal_id, at)
            try:
                check_in_force(one.seal, standing=standing, signer=certificate.der, at=at)
            except Conflict as error:
                refusals.append(error.reason)
            else:
                return one.seal, signer, certificate
        raise NoPen(code, refusals[0] if refusals else "no-seal")


def _picture(body: Body, seal: Seal) -> SealPicture:
    """The vector drawing where the filed picture is ours, else the filed picture itself."""
    filed, drawn = seal.picture, licence_picture(body.body.name, seal.seal_id)
    if drawn.png == filed.octets:
        return drawn
    return seal_from_png(filed.octets, filed.width_mm, filed.height_mm)
