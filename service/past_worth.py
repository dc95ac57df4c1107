"""What a seal, a key or a certificate was worth on a day, by the acts and revocations on record.

For a signature that is proven to be of that instant: of a seal as its history has it, with what was told before a
restore (`service.seal_standings`), of a certificate as revocations take away (`trust.rules.revoked_signer`), of a key
as every certificate of it. It is the register's own word; the trust list, the revocation lists and the log's proofs say
the same to strangers, and a sealed document itself is verified with `--at`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.sm2 import PublicKey
from service.archive import Archive
from service.seal_standings import known_seal
from trust.certification.issuing import key_digest
from trust.certification.ports import CertificateRecord
from trust.certification.revoking import standing_revocations
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.crl import Revoked
from trust.rules.carried_seal import KnownSeal
from trust.rules.past_standing import Answer
from trust.rules.revoked_signer import is_revoked
from trust.rules.seal_standing import subject_of
from trust.rules.standing import Standing, Status
from trust.rules.times import TOLERANCE
from trust.sealing.errors import SealUnknown
from trust.sealing.life import state_of


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
    known = known_seal(archive, seal_id)
    answer = _answer_of_seal(known, filed.filed_at, on, now)
    since = known.counting(now)
    why = _why(known.counting(on) if answer is Answer.NOT_VALID else since, pending=since.carried)
    return Worth(subject_of(seal_id), answer, on, now, why)


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


def _answer_of_seal(known: KnownSeal, begun: datetime, on: datetime, now: datetime) -> Answer:
    if on > now + TOLERANCE:
        return Answer.UNKNOWN
    if on < begun:
        return Answer.NOT_YET_ISSUED
    if known.counting(on).status is not Status.VALID:
        return Answer.NOT_VALID
    if known.since_when_open(now):
        return Answer.UNKNOWN
    return Answer.VALID if known.counting(now).status is Status.VALID else Answer.VALID_NOT_SINCE


def _why(standing: Standing, *, pending: bool) -> str:
    """By which act; where a restore lost it, what was told, and whether the act is still to be recorded again."""
    if standing.carried:
        return f"{state_of(standing.status).label}（恢复前已公布{'，待重新登记' if pending else ''}）"
    return "" if standing.act is None else f"{standing.act.kind.label}（{standing.act.ground}）"


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
