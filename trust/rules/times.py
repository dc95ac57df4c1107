"""The instants a decision rests on.

Nothing below `service` reads a clock. A journey takes `at: datetime`; a verification takes `Times`: `now`, and
`sealed_at` when a *trusted* proof (log entry, time stamp) says when the signature existed. The signing time
that a document claims for itself is never evidence; it may be shown, and it is judged as `now` otherwise.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(seconds=300)
"""How far a signed time may lie ahead of our clock; it never lengthens a next update."""


def aware(instant: datetime) -> datetime:
    """Return the instant in UTC; a time without a zone is a programming error.

    Raises:
        ValueError: the instant has no time zone.

    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


@dataclass(frozen=True)
class Times:
    """`now` of the verification, and the proven time of the signature where there is one."""

    now: datetime
    sealed_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "now", aware(self.now))
        if self.sealed_at is not None:
            object.__setattr__(self, "sealed_at", aware(self.sealed_at))

    @property
    def judged_at(self) -> datetime:
        """The instant at which seal, certificate and mandate are judged: the proven one, else now."""
        return self.sealed_at or self.now
