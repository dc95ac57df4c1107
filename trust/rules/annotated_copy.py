"""Annotated copies (加注件): a copy of a licence made for one purpose and one recipient, until a fixed instant.

The note is signed with the copy, and its four items stand in the metadata (GB/T 36903, reconstructed). It carries the
original's identifier and the place of the original's standing, so that whoever has the copy can tell, also offline,
that the original has been withdrawn. Whether a purpose fits is for the reader to judge; the copy says what it is for.
"""

from dataclasses import dataclass
from datetime import datetime

from trust.errors import Malformed
from trust.rules.errors import naming
from trust.rules.identifier import LicenceIdentifier
from trust.rules.status_pointer import StatusPointer
from trust.rules.text import check_text
from trust.rules.times import aware

MAX_CAUSE = 200
"""Characters: callers of a published share service are held to as many."""
MAX_PARTY = 256


@dataclass(frozen=True)
class CopyNote:
    """What a copy says of itself.

    `creator` made it, `recipient` may rely on it for `cause` until `expires_at` (exclusive); `basis` names what asked
    for it: `citation:` or `consent:` and a number, or `holder`. Times are kept in UTC, in whole seconds.

    Raises:
        Malformed: `copy-period`, it expires before it is made or a time has fractions; `copy-basis`.
        FieldRefused: a text that cannot be shown.
        ValueError: a time without a zone.

    """

    original: LicenceIdentifier
    original_status: StatusPointer
    made_at: datetime
    creator: str
    recipient: str
    cause: str
    expires_at: datetime
    basis: str

    def __post_init__(self) -> None:
        for name in ("made_at", "expires_at"):
            object.__setattr__(self, name, aware(getattr(self, name)))
        if self.expires_at <= self.made_at or self.made_at.microsecond or self.expires_at.microsecond:
            raise Malformed("copy-period")
        texts = (("creator", "制作者", MAX_PARTY), ("recipient", "使用单位", MAX_PARTY), ("cause", "用途", MAX_CAUSE))
        for key, label, limit in texts:
            with naming(key, label):
                check_text(getattr(self, key), limit)
        word, _, number = self.basis.partition(":")
        if not (self.basis == "holder" or (word in {"citation", "consent"} and 0 < len(number) <= 128)):
            raise Malformed("copy-basis")
        check_text(self.basis, 160)

    def covers(self, at: datetime) -> bool:
        """Whether the copy may still be relied on at an instant."""
        return self.made_at <= aware(at) < self.expires_at
