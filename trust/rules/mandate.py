"""Mandate (职权): which body may issue which type of licence, and from when until when.

A seal proves who sealed; only a mandate says that this body was the one to issue such a licence. Mandates come from the
trust list. Periods are half-open: at `valid_until` the mandate has ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trust.errors import Malformed
from trust.rules.times import aware


@dataclass(frozen=True)
class Mandate:
    """Body and type by their codes; `valid_until` None means that no end is fixed.

    Raises:
        Malformed: `mandate-period`, it ends before it begins.
        ValueError: a time without a zone.

    """

    issuer_code: str
    issuer_name: str
    type_code: str
    valid_from: datetime
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "valid_from", aware(self.valid_from))
        if self.valid_until is not None:
            object.__setattr__(self, "valid_until", aware(self.valid_until))
            if self.valid_until <= self.valid_from:
                raise Malformed("mandate-period")

    def covers(self, at: datetime) -> bool:
        """Whether the mandate is in force at an instant."""
        instant = aware(at)
        return self.valid_from <= instant and (self.valid_until is None or instant < self.valid_until)


def mandate_for(mandates: Iterable[Mandate], issuer_code: str, type_code: str, at: datetime) -> Mandate | None:
    """The mandate of this body for this type at an instant, the youngest if several cover it; None if none does."""
    fitting = [
        mandate
        for mandate in mandates
        if mandate.issuer_code == issuer_code and mandate.type_code == type_code and mandate.covers(at)
    ]
    return max(fitting, key=lambda mandate: mandate.valid_from, default=None)
