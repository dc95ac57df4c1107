"""Why a certificate's path does not hold; everything else that formats refuse is `Malformed` or `Untrusted` itself.

    Untrusted
    └── PathRefused             `definite`: is the answer final, or was evidence missing?
        ├── SignatureBroken         signature           a certificate is not signed by the issuer it names
        ├── NotYetValid             not-yet-valid       judged before its period
        ├── Expired                 expired             judged after its period
        ├── WrongUsage              wrong-usage         key usage or purpose does not allow this use
        ├── ConstraintBroken        constraint          CA flag, path length, critical extension, bounds
        ├── CertificateRevoked      revoked             revoked as of the instant judged; `at`, `cause`
        └── PathIncomplete          not definite: more evidence may change it
            ├── NoPath              no-path             no way from the certificate to a pinned anchor
            └── RevocationUnknown   revocation-unknown  no authentic, fresh revocation list for a certificate

`fingerprint` (SM3, hexadecimal) names the certificate at fault. Subjects are left out on purpose: those of foreign
certificates may hold personal data, and errors reach logs.
"""

from datetime import datetime
from typing import ClassVar

from trust.errors import Untrusted


class PathRefused(Untrusted):
    definite: ClassVar[bool] = True
    code: ClassVar[str] = "path"

    def __init__(self, text: str, *, fingerprint: str) -> None:
        super().__init__(self.code, text)
        self.fingerprint = fingerprint


class SignatureBroken(PathRefused):
    code = "signature"


class NotYetValid(PathRefused):
    code = "not-yet-valid"


class Expired(PathRefused):
    code = "expired"


class WrongUsage(PathRefused):
    code = "wrong-usage"


class ConstraintBroken(PathRefused):
    code = "constraint"


class CertificateRevoked(PathRefused):
    code = "revoked"

    def __init__(
        self,
        text: str,
        *,
        fingerprint: str,
        at: datetime,
        cause: str,
        compromise: bool = False,
        invalid_since: datetime | None = None,
    ) -> None:
        super().__init__(text, fingerprint=fingerprint)
        self.at = at
        self.cause = cause
        self.compromise = compromise
        self.invalid_since = invalid_since


class PathIncomplete(PathRefused):
    definite = False


class NoPath(PathIncomplete):
    code = "no-path"


class RevocationUnknown(PathIncomplete):
    code = "revocation-unknown"
