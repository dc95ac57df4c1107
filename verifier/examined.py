"""What a verification gives back: the verdict, and what a screen may show beside it.

Also here is what files and codes say alike: what is known of the time of sealing, and which kind of subject a policy is
for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from trust.formats.presentation import Presentation
from trust.formats.token import TokenClaims
from trust.rules.annotated_copy import CopyNote
from trust.rules.licence import Licence
from trust.rules.times import Times
from trust.rules.verdict import Finding, Indication, Policy, Verdict
from verifier.documents import ExaminedDocument
from verifier.errors import PolicyMismatch


@dataclass(frozen=True)
class Examined:
    """A verdict, and what a screen may show beside it: licence or claims, the digest of the file, the document.

    `document` is there for a sealed file that is no licence of ours, `presentation` where a holder showed the code for
    this occasion, `note` where an annotated copy was examined and says what it is for.
    """

    verdict: Verdict
    licence: Licence | None = None
    claims: TokenClaims | None = None
    digest: bytes | None = None
    document: ExaminedDocument | None = None
    presentation: Presentation | None = None
    note: CopyNote | None = None

    @property
    def is_copy(self) -> bool:
        """Whether an annotated copy was examined, as file or as code."""
        return self.note is not None or (self.claims is not None and self.claims.copy is not None)


def told_time(times: Times, claimed_at: datetime | None) -> Finding:
    """The finding about the time of sealing; what a file claims of itself is shown and is no evidence."""
    if times.sealed_at is not None:
        return Finding(
            0, "sealed-at", Indication.PASSED, f"签章时间由存证日志证明：{times.sealed_at:%Y-%m-%dT%H:%M:%SZ}。"
        )
    claim = f"（文件自称 {claimed_at:%Y-%m-%dT%H:%M:%SZ}，不作依据）" if claimed_at else ""
    return Finding(0, "sealed-at", Indication.INDETERMINATE, f"没有可信的签章时间，按核验时刻判断{claim}。")


def require_for(policy: Policy, subject: Literal["file", "code"]) -> None:
    """Refuse a policy that asks of files what codes cannot give, or the other way round.

    Raises:
        PolicyMismatch: it is for another kind of subject.

    """
    if policy.subject != subject:
        raise PolicyMismatch(policy.name)
