"""What has to be made again after a loss, one entry each: waiting, made again, or dropped with a reason."""

from dataclasses import dataclass
from datetime import datetime

from service.lost_keys.signed import Signed
from trust.rules.labelled import Labelled
from trust.sealing.ports import Officer


class State(Labelled):
    """Where an entry stands."""

    WAITING = "waiting", "待办理"
    AGAIN = "again", "已重新办理"
    DROPPED = "dropped", "不再办理"


@dataclass(frozen=True)
class Entry:
    """One thing that does not hold any more; `successor` is what took its place, `note` why it was dropped or stuck."""

    number: str
    body_code: str
    signed: Signed
    state: State = State.WAITING
    successor: str | None = None
    note: str = ""
    moved_by: Officer | None = None
    moved_at: datetime | None = None
