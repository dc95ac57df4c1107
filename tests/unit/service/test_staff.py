"""What somebody was at an instant, by the marks of the register of people."""

from datetime import UTC, datetime, timedelta

import pytest

from service.auditing.staff import Known, Right, Staff, clerks_of, keepers_of, officials_of
from service.bound import LEDGERS
from service.identity import Role
from trust.formats.trail_record import BOUND, MARKED, TrailRecord, row_digest
from trust.sealing.ports import Officer

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
BODY, OTHER = "11530199MB0T35T1XE", "11530199MB0T35T369"
ONE = Officer("scjg", "周明远")
NOW = {"scjg": Known("周明远", "official", BODY)}


def digest(role: str, department: str | None, name: str = "周明远") -> str:
    return row_digest("person", {"login": "scjg", "name": name, "role": role, "department": department})


def record(hours: int, *digests: str, **about: str) -> TrailRecord:
    rows = dict.fromkeys(("scjg",), digests[0]) if digests else {}
    return TrailRecord(0, AT + hours * HOUR, "yinzheng", "service", MARKED, 0, {"table": "person"} | about, rows=rows)


BEGUN = record(0, **{BOUND: "followed"})
OFFICIAL, AUDITOR, ELSEWHERE = digest("official", BODY), digest("auditor", None), digest("official", OTHER)


@pytest.mark.parametrize(
    ("marks", "hours", "had"),
    [
        ([BEGUN, record(1, OFFICIAL)], 2, True),
        ([BEGUN, record(1, OFFICIAL)], 1, True),
        ([BEGUN, record(2, OFFICIAL)], 1, False),
        ([BEGUN, record(1, OFFICIAL), record(3, AUDITOR)], 2, True),
        ([BEGUN, record(1, OFFICIAL), record(3, AUDITOR)], 4, False),
        ([BEGUN, record(1, ELSEWHERE)], 2, False),
        ([BEGUN, record(1, digest("system", BODY))], 2, False),
        ([BEGUN, record(1, digest("official", BODY, "周远"))], 2, False),
        # from before changes were marked: whatever was marked until then
        ([record(-9, AUDITOR), record(0, OFFICIAL), BEGUN, record(5, AUDITOR)], -5, True),
        ([record(-9, AUDITOR), BEGUN, record(5, OFFICIAL)], -5, False),
        ([record(-9, OFFICIAL)], -5, True),
        ([], 0, True),
    ],
)
def test_what_somebody_was_is_their_last_mark_before(marks: list[TrailRecord], hours: int, had: bool) -> None:
    staff = Staff(LEDGERS["person"], NOW, marks)
    assert staff.had(ONE, officials_of(BODY), AT + hours * HOUR) is had


@pytest.mark.parametrize(
    ("mark", "rights", "had"),
    [
        (digest("system", BODY), clerks_of(BODY), True),
        (digest("admin", None), keepers_of(BODY), True),
        (digest("admin", BODY), keepers_of(OTHER), True),
        (digest("admin", OTHER), keepers_of(BODY), True),
        (digest("admin", "11530199MB0T35T28E"), keepers_of(BODY), False),
        (ELSEWHERE, (Right(Role.OFFICIAL),), True),
        (ELSEWHERE, keepers_of(BODY), False),
        (digest("holder", BODY), (Right(Role.OFFICIAL, BODY),), False),
    ],
)
def test_a_right_is_a_role_and_mostly_a_body(mark: str, rights: tuple[Right, ...], had: bool) -> None:
    """A role that is for no body is had with whichever department there is."""
    staff = Staff(LEDGERS["person"], NOW, [BEGUN, record(1, mark)], [OTHER])
    assert staff.had(ONE, rights, AT + HOUR * 2) is had


def test_a_record_may_bear_the_name_of_its_time() -> None:
    staff = Staff(LEDGERS["person"], {"scjg": Known("周远", "auditor", None)}, [BEGUN, record(1, OFFICIAL)])
    assert staff.had(ONE, officials_of(BODY), AT + HOUR * 2)
    assert not staff.had(Officer("nobody", "某某"), officials_of(BODY), AT + HOUR * 2)
