"""Logging at the instant at which it is the log's turn, not at that at which the work for it began.

The log stops where a clock was set back by more than a second. Work that takes longer than that, or waits for a lock
while another process goes on logging, began before what is logged by then; its own instant would look like a clock set
back. So the clock is read again each time, and once more where something was waited for. A clock that really went back
is behind at every look, and is refused.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from trust.errors import Conflict
from trust.log.appending import TOLERANCE

T = TypeVar("T")


def at_its_turn(act: Callable[[datetime], T], at: datetime, now: Callable[[], datetime]) -> T:
    """What `act` gives for an instant that is not before `at`, and not before now.

    Raises:
        Conflict: `clock-went-back`, and nothing was waited for; whatever else `act` raises.

    """
    while True:
        instant = max(at, now())
        try:
            return act(instant)
        except Conflict as error:
            if error.reason != "clock-went-back" or now() - instant < TOLERANCE:
                raise
