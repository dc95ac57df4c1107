"""The one place that reads the clock. Everything below `service` takes the instant as an argument."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Read the present instant, in UTC."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Seconds on a clock that never goes back, for measuring how long something took."""
    return time.monotonic()
