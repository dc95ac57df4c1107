"""The one place that reads the clock. Everything below `service` takes the instant as an argument."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Read the present instant, in UTC."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds on a clock that nobody can set and that runs on while the machine sleeps, as far as there is one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def elapsed() -> float:
    """Seconds on a clock that never goes back, for measuring how long something took."""
    return time.monotonic()
