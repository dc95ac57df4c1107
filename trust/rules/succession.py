"""How a licence follows another: renewal, amendment, re-issue, correction, transfer, or a name changed by a court.

The successor names its predecessor inside what is signed, so the chain can be followed from any link without a
register. What becomes of the predecessor is an act on it (`standing`), taken when the successor is released. Operation
codes are those of the housing ministry's interface (reconstructed); for 02, 08 and 09 it asks for the identifier of
the predecessor, which is why a succession cannot be without one.
"""

from dataclasses import dataclass
from enum import StrEnum

from trust.rules.identifier import parse

FIRST_ISSUE = "01"
"""The operation code of a licence without a predecessor."""


class SuccessionKind(StrEnum):
    """Why there is a successor."""

    RENEW = "renew"
    AMEND = "amend"
    REISSUE = "reissue"
    CORRECT = "correct"
    TRANSFER_IN = "transfer-in"
    COURT_ORDER = "court-order"

    @property
    def label(self) -> str:
        """The word of the administration."""
        return _ROWS[self][0]

    @property
    def operation(self) -> str:
        """The operation code, two digits."""
        return _ROWS[self][1]

    @property
    def keeps_identity(self) -> bool:
        """Whether the successor is the next version of the same licence; one that came from elsewhere is a new one."""
        return self is not SuccessionKind.TRANSFER_IN


_ROWS = {
    SuccessionKind.RENEW: ("延续", "02"),
    SuccessionKind.AMEND: ("变更", "09"),
    SuccessionKind.REISSUE: ("补发", "07"),
    SuccessionKind.CORRECT: ("更正", "09"),
    SuccessionKind.TRANSFER_IN: ("转入", "08"),
    SuccessionKind.COURT_ORDER: ("依生效法律文书变更", "09"),
}


OFFERED = tuple(kind for kind in SuccessionKind if kind.keeps_identity)
"""What may follow a body's own licence."""


@dataclass(frozen=True)
class Succession:
    """The kind, and the predecessor's identifier as text; a licence that came from elsewhere may have a foreign one.

    Raises:
        Malformed: the identifier's reasons.

    """

    kind: SuccessionKind
    predecessor: str

    def __post_init__(self) -> None:
        parse(self.predecessor)
