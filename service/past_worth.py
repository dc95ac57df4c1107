"""What a seal, a key or a certificate was worth on a day, by the acts and revocations on record.

For a signature that is proven to be of that instant: of a seal as its history has it, of a certificate as revocations
take away (`trust.rules.revoked_signer`), of a key as every certificate of it. It is the register's own word; the trust
list, the revocation lists and the log's proofs say the same to strangers, and a sealed document itself is verified with
`--at`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.sm2 import PublicKey
from service.archive import Archive
from trust.certification.issuing import key_digest
from trust.certification.ports import CertificateRecord
from trust.certification.revoking import standing_revocations
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.crl import Revoked
from trust.rules.licence import day_in_china
from trust.rules.past_standing import Answer, Life, past_standing
from trust.rules.revoked_signer import is_revoked
from trust.rules.seal_standing import subject_of
from trust.rules.times import TOLERANCE
from trust.sealing.errors import SealUnknown


@dataclass(frozen=True)
class Worth:
    """The answer for one subject at `on`, as of `as_of`, with the reason where there is something to tell."""

    subject: str
    answer: Answer
    on: datetime
    as_of: datetime
    why: str = ""


def seal_on(archive: Archive, seal_id: str, on: datetime, now: datetime) -> Worth:
    """What a filed seal was.

    Raises:
        SealUnknown: no seal is filed under this number.

    """
    filed = archive.seals.find(seal_id)
    if filed is None:
        raise SealUnknown
    subject = subject_of(seal_id)
    life = Life(filed.filed_at, day_in_china(filed.filed_at), None)
    found = past_standing(archive.acts.of_many([subject]).get(subject, ()), on, life, now)
    act = (found.today if found.answer is Answer.NOT_VALID else found.since).act
    return Worth(subject, found.answer, on, now, "" if act is None else f"{act.kind.label}（{act.ground}）")


def key_on(archive: Archive, public: PublicKey, on: datetime, now: datetime) -> Sequence[Worth]:
    """What every certificate of a key was, oldest first; nothing for a key that was never certified."""
    records = archive.books.certificates.of_key(key_digest(public))
    return [certificate_on(archive, one, on, now) for one in records if one.der is not None]


def certificate_on(archive: Archive, record: CertificateRecord, on: datetime, now: datetime) -> Worth:
    """What a certificate was.

    Raises:
        Malformed: it was planned and never issued.

    """
    certificate = load_certificate(record.der or b"")
    revoked = standing_revocations(archive.books, record.authority).get(record.serial)
    why = "" if revoked is None else f"吊销（{revoked.reason.value}）"
    return Worth(f"cert:{record.serial:x}", _answer(certificate, revoked, on, now), on, now, why)


def _answer(certificate: Certificate, revoked: Revoked | None, on: datetime, now: datetime) -> Answer:
    if on > now + TOLERANCE:
        return Answer.UNKNOWN
    if on < certificate.not_before:
        return Answer.NOT_YET_ISSUED
    if on > certificate.not_after or (revoked is not None and _falls(revoked, on)):
        return Answer.NOT_VALID
    return Answer.VALID if revoked is None and now <= certificate.not_after else Answer.VALID_NOT_SINCE


def _falls(revoked: Revoked, on: datetime) -> bool:
    return is_revoked(on, at=revoked.at, compromise=revoked.reason.compromise, invalid_since=revoked.invalid_since)
