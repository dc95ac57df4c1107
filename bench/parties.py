"""Who seals in the benchmarks: a seal maker, a body with its key and certificate, and the seal that names it.

OFD and PDF are measured with the same seal, so that their figures differ in the format alone. The certificates hold
their place and lead to no root; what is measured examines the seal and never a path. The picture has the size of a
real one and does not shrink; nobody looks at it.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.rows import Work
from keys.custody import memory_signer
from keys.signer import Signer
from trust.formats.certificate import (
    CertificateProfile,
    KeyUsage,
    Purpose,
    assemble,
    certificate_tbs,
    key_identifier,
    load_certificate,
)
from trust.formats.seal_check import check_seal
from trust.formats.sealed_file import SealedFile
from trust.formats.ses import SealPicture, parse_seal
from trust.formats.x509_fields import make_name
from trust.rules.verdict import Indication
from trust.sealing.making import make_seal

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
BODY = "雁栖市市场监督管理局"


@dataclass(frozen=True)
class Sealer:
    """A body's key, its certificate in DER, and its seal in DER."""

    signer: Signer
    certificate: bytes
    seal: bytes


def sealer() -> Sealer:
    """A body whose seal was just made."""
    maker, signer = memory_signer("maker"), memory_signer("signer")
    certificate = _certified("用章者", signer, Purpose.SEAL_SIGNER, maker)
    seal = make_seal(
        maker,
        load_certificate(_certified("制章者", maker, Purpose.SEAL_MAKER, maker)),
        seal_id="11010000000001",
        name=BODY,
        seal_type=1,
        signer_certificates=[load_certificate(certificate)],
        picture=SealPicture("PNG", picture(480, 25_000), 40, 40),
        valid_from=AT,
        valid_until=AT + timedelta(days=365),
        at=AT,
    )
    return Sealer(signer, certificate, seal.der)


def require_good(examined: SealedFile) -> None:
    """Measure nothing that does not pass: a refusal may be faster than the work."""
    if any(finding.indication is not Indication.PASSED for finding in examined.findings):
        raise RuntimeError("the file measured is not good")


def with_new_seal(examine: Work) -> Work:
    """The examination as it is for the first file of a seal in a process."""

    def anew() -> None:
        parse_seal.cache_clear()
        check_seal.cache_clear()
        examine()

    return anew


def picture(side: int, size: int) -> bytes:
    """A PNG head of that many pixels each way, filled up to `size` octets that do not shrink."""
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + side.to_bytes(4, "big") * 2 + b"\x08\x06\0\0\0"
    return head + random.Random(size).randbytes(size - len(head))


def _certified(name: str, key: Signer, purpose: Purpose, issuer: Signer) -> bytes:
    """A certificate that holds its place."""
    tbs = certificate_tbs(
        CertificateProfile(name, frozenset({KeyUsage.DIGITAL_SIGNATURE}), (purpose,)),
        subject=make_name(name),
        public_key=key.public,
        issuer=make_name("根"),
        issuer_key_id=key_identifier(issuer.public),
        serial=1,
        not_before=AT,
        not_after=AT + timedelta(days=365),
        crl_url=None,
    )
    return assemble(tbs, issuer.sign(tbs))
