"""What `sealing` asks of storage: the register of seals, and the record of their use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trust.formats.ses import Seal


@dataclass(frozen=True)
class FiledSeal:
    """A seal in the register (备案): which body it belongs to (统一社会信用代码), when and by whom it was filed."""

    seal: Seal
    body_code: str
    filed_at: datetime
    filed_by: str


@dataclass(frozen=True)
class SealUse:
    """One use of a seal (用章记录).

    `subject` names what was sealed, such as a licence identifier; `digest` is SM3 of the octets that were to be
    signed, so the record can be matched with the very signature.
    """

    seal_id: str
    subject: str
    digest: bytes
    at: datetime
    by: str


class SealRegister(Protocol):
    """Seals and their uses. What has been filed or recorded is durable when the call returns, and never changes."""

    def file(self, filed: FiledSeal) -> None:
        """File a seal; the same octets again change nothing.

        Raises:
            SealExists: another seal is filed under this number.

        """

    def find(self, seal_id: str) -> FiledSeal | None:
        """The seal under a number, or None."""

    def of_body(self, body_code: str) -> Sequence[FiledSeal]:
        """The seals of a body, by number."""

    def record_uses(self, uses: Sequence[SealUse]) -> None:
        """Record uses, all or none; the same digest under the same seal again changes nothing, the first record stays.

        Raises:
            Conflict: `seal-unknown`, one of the seals is not filed; nothing was recorded.

        """

    def uses(self, seal_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, SealUse]]:
        """Uses of a seal in the order recorded, each with its number, those above `after` first."""
