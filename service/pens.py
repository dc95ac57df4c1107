"""A body's pen for licences: signer, certificate, seal and picture, handed out only while the seal may be used.

Of the body's seals for licences the one filed last counts that is in use; a seal that was suspended or cancelled is
refused here, before anything is promised, and by every verifier later. A seal whose list lacks the body's certificate
of today is refused too: a renewed certificate needs its seal made again.
"""

from collections.abc import Sequence
from datetime import datetime

from issuer.errors import NoPen
from issuer.ports import Pen
from service.archive import Archive
from service.city import Body, City
from service.directory import Directory
from service.seal_pictures import licence_picture
from templates.seal_picture import SealPicture, seal_from_png
from trust.certification.authority import ISSUING
from trust.certification.revoking import standing_revocations
from trust.errors import Conflict
from trust.formats.certificate import Certificate
from trust.formats.ses import Seal
from trust.rules.carried_over import standing_with
from trust.rules.seal_standing import SealKind, subject_of
from trust.rules.standing import Act, Standing, standing_at
from trust.sealing.in_force import check_in_force


def standing_of_seal(archive: Archive, seal_id: str, at: datetime) -> Standing:
    """The standing of a filed seal by its acts on record; one that has no entry yet cannot have any."""
    return standing_at(_acts_of(archive, seal_id), at)


def counting_of_seal(archive: Archive, seal_id: str, at: datetime) -> Standing:
    """What counts where a seal is to be used: its acts, and what a restore carried over and nobody recorded again."""
    carried = archive.acts.carried_over(subject_of(seal_id))  # first: an act recorded in between is not missed
    return standing_with(_acts_of(archive, seal_id), carried, at)


def _acts_of(archive: Archive, seal_id: str) -> Sequence[Act]:
    subject = subject_of(seal_id)
    return archive.acts.of_many([subject]).get(subject, ())


class Pens:
    """The pens of all bodies of an installation."""

    def __init__(self, archive: Archive, directory: Directory, city: City) -> None:
        self._archive, self._directory, self._city = archive, directory, city

    def pen(self, code: str, at: datetime) -> Pen:
        """The pen of a body, or NoPen with the reason."""
        try:
            signer, certificate = self._directory.body(code)
        except Conflict as error:
            raise NoPen(code, error.reason) from error
        if certificate.serial in standing_revocations(self._archive.books, ISSUING):
            raise NoPen(code, "certificate-revoked")
        seal = self._seal(code, certificate, at)
        signer.opened()
        body = next(one for one in self._city.bodies if one.body.code == code)
        return Pen(body.body, signer, certificate, seal, _picture(body, seal))

    def _seal(self, code: str, certificate: Certificate, at: datetime) -> Seal:
        """The seal for licences that is in use; the reason against the one filed last, where none is."""
        filed = [one for one in self._archive.seals.of_body(code) if one.kind is SealKind.LICENCE]
        refusals: list[str] = []
        for one in sorted(filed, key=lambda each: each.filed_at, reverse=True):
            standing = counting_of_seal(self._archive, one.seal.seal_id, at)
            try:
                check_in_force(one.seal, standing=standing, signer=certificate.der, at=at)
            except Conflict as error:
                refusals.append(error.reason)
            else:
                return one.seal
        raise NoPen(code, refusals[0] if refusals else "no-seal")


def _picture(body: Body, seal: Seal) -> SealPicture:
    """The vector drawing where the filed picture is ours, else the filed picture itself."""
    filed, drawn = seal.picture, licence_picture(body.body.name, seal.seal_id)
    if drawn.png == filed.octets:
        return drawn
    return seal_from_png(filed.octets, filed.width_mm, filed.height_mm)
