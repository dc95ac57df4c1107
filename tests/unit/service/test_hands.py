"""Whose hand is in a paper: who may take which step, and beside whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from issuer.applying.docket import authors_after
from issuer.applying.life import LIFE, Step
from service.auditing.hands import along, faults_of
from service.auditing.staff import Known, Staff
from service.auditing.step_rights import of_clerks
from service.bound import LEDGERS
from trust.formats.trail_record import BOUND, MARKED, TrailRecord, row_digest
from trust.sealing.ports import Officer

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
PEOPLE, OURS = LEDGERS["person"], "11530199MB0T35T1XE"
FIRST, SECOND, SYSTEM, NAMESAKE = (
    Officer("a", "周明远"), Officer("b", "顾清和"), Officer("s", "业务系统"), Officer("c", "周 明远"),
)  # fmt: skip
NOW = {
    "a": Known("周明远", "official", OURS),
    "b": Known("顾清和", "official", OURS),
    "c": Known("周 明远", "official", OURS),
    "s": Known("业务系统", "system", OURS),
}
DIGESTS = {login: row_digest("person", {"login": login, **vars(one)}) for login, one in NOW.items()}
MARKS = [
    TrailRecord(1, AT, "yinzheng", "service", MARKED, 0, {"table": "person"}, rows=DIGESTS),
    TrailRecord(2, AT, "yinzheng", "service", MARKED, 0, {"table": "person", BOUND: "followed"}),
]


@dataclass(frozen=True)
class Taken:
    """A step of an application."""

    step: Step
    by: Officer
    at: datetime = AT


def named(steps: Sequence[Taken], staff: Staff) -> list[tuple[str, str]]:
    taken = along(LIFE, steps, "docket/1", lambda row: of_clerks(OURS, row), authors_after)
    return [(one.name, one.key) for one in faults_of(taken, staff)]


OPENED, SUBMITTED = Taken(Step.OPEN, FIRST), Taken(Step.SUBMIT, FIRST)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([OPENED, SUBMITTED, Taken(Step.APPROVE, SECOND)], []),
        ([OPENED, SUBMITTED, Taken(Step.APPROVE, FIRST)], [("second-had-a-hand", "docket/1 #3")]),
        ([OPENED, SUBMITTED, Taken(Step.APPROVE, NAMESAKE)], [("second-had-a-hand", "docket/1 #3")]),
        ([OPENED, Taken(Step.SAVE, SECOND), Taken(Step.APPROVE, SECOND)], [("second-had-a-hand", "docket/1 #3")]),
        ([OPENED, SUBMITTED, Taken(Step.WITHDRAW, SECOND)], [("not-the-author", "docket/1 #3")]),
        ([Taken(Step.OPEN, SYSTEM), Taken(Step.SUBMIT, SYSTEM), Taken(Step.WAIVE, SYSTEM)], []),
        ([OPENED, SUBMITTED, Taken(Step.APPROVE, SYSTEM)], [("step-without-right", "docket/1 #3")]),
        ([OPENED, SUBMITTED, Taken(Step.RETURN, Officer("nobody", "某人"))], [("step-without-right", "docket/1 #3")]),
        ([OPENED, SUBMITTED, Taken(Step.APPROVE, SECOND), Taken(Step.EXPIRE, Officer("nobody", "某人"))], []),
    ],
)
def test_a_step_is_for_whom_its_life_says(steps: list[Taken], found: list[tuple[str, str]]) -> None:
    assert named(steps, Staff(PEOPLE, NOW, MARKS)) == found
