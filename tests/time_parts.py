"""A time-stamp authority for tests, with whatever a test wants wrong about its tokens."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from keys.sm3 import sm3
from tests.pki_parts import AT, DAY, SIGNING, Party, party, revocations
from trust.formats.asn1 import SM3
from trust.formats.certificate import CertificateProfile, Purpose
from trust.formats.crl import RevocationList
from trust.formats.time_stamp import SHA256, TimeStampInfo
from trust.formats.time_stamp_writing import plan_time_stamp
from verifier.evidence import Evidence

STAMPING = CertificateProfile("time-stamp", SIGNING, (Purpose.TIME_STAMP,), critical_purpose=True)
POLICY = "1.2.156.3005.99.1"
SECOND = timedelta(seconds=1)


@cache
def root() -> Party:
    """The anchor of all authorities here."""
    return party(None, "时间根", not_after=AT + 8000 * DAY)


@cache
def authority(name: str = "时间戳服务", profile: CertificateProfile = STAMPING) -> Party:
    """An authority of that name."""
    return party(root(), name, profile)


def info(about: bytes, *, algorithm: str = SM3, at: datetime = AT, **changes: object) -> TimeStampInfo:
    """What an authority says of some octets."""
    digest = sha256(about).digest() if algorithm == SHA256 else sm3(about)
    value = TimeStampInfo(POLICY, algorithm, digest, serial=4711, at=at, accuracy=SECOND)
    return replace(value, **changes)  # type: ignore[arg-type]  # the test decides


def token(about: bytes, *, by: Party | None = None, carry: bool = True, **changes: object) -> bytes:
    """A token over some octets."""
    made = by or authority()
    plan = plan_time_stamp(
        info(about, **changes),  # type: ignore[arg-type]  # the test decides
        made.certificate.der,
        [made.certificate.der] if carry else [],
    )
    return plan.complete(made.signer.sign(plan.to_be_signed))


def evidence(*lists: RevocationList, anchored: bool = True) -> Evidence:
    """Evidence that knows the anchor, and the lists given (else a fresh one)."""
    known = lists or (revocations(root()),)
    anchors = (root().certificate,) if anchored else ()
    return Evidence(anchors, (), tuple(known), None, {}, (), None, ())
