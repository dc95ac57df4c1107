"""What somebody was at an instant, by the marks of the register of people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.auditing.staff import Known, Right, Staff, clerks_of, keepers_of, officials_of, users_of
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
        ([replace(BEGUN, rows={"another": AUDITOR})], 1, False),
        ([BEGUN, record(1, digest("system", BODY))], 2, False),
        ([BEGUN, record(1, digest("official", BODY, "周远"))], 2, False),
        # from before changes were marked: whatever was marked until then
        ([record(-9, AUDITOR), record(0, OFFICIAL), BEGUN, record(5, AUDITOR)], -5, True),
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


def minutes(number: int, after: int, mark: str) -> TrailRecord:
    return replace(record(0, mark), number=number, at=AT + timedelta(minutes=after))


CORRECTED = {3: (AT + 3 * HOUR, AT + HOUR), 5: (AT + 6 * HOUR, AT + 5 * HOUR)}
"""Latest time up to a record, earliest from it on: the clock was two hours fast before the third was written, and one
hour before the fifth."""


@pytest.mark.parametrize(
    ("marks", "at", "corrected", "doubts"),
    [
        ([record(-9, AUDITOR), BEGUN, record(5, OFFICIAL)], -300, False, ["step-before-marks"]),
        ([BEGUN, record(5, OFFICIAL)], -300, False, ["step-before-marks"]),
        ([record(-9, AUDITOR)], -300, False, ["step-before-marks"]),
        ([BEGUN, minutes(2, 30, OFFICIAL)], 20, False, ["step-around-change"]),
        ([BEGUN, minutes(2, 30, OFFICIAL)], 19, False, None),
        ([BEGUN, minutes(2, 5, OFFICIAL), minutes(3, 30, AUDITOR)], 40, False, ["step-around-change"]),
        ([BEGUN, minutes(2, 5, OFFICIAL), minutes(3, 30, AUDITOR)], 41, False, None),
        ([BEGUN, minutes(3, 180, OFFICIAL)], 50, True, ["step-around-change"]),
        ([BEGUN, minutes(3, 180, OFFICIAL)], 49, True, None),
        ([BEGUN, minutes(3, 60, OFFICIAL), minutes(5, 300, AUDITOR)], 370, True, ["step-around-change"]),
        ([BEGUN, minutes(3, 60, OFFICIAL), minutes(5, 300, AUDITOR)], 371, True, None),
    ],
)
def test_what_cannot_be_told_is_open_once_for_each_person(
    marks: list[TrailRecord], at: int, corrected: bool, doubts: list[str] | None
) -> None:
    staff = Staff(LEDGERS["person"], NOW, marks, times=CORRECTED.__getitem__ if corrected else None)
    for _ in range(2):
        assert staff.had(ONE, officials_of(BODY), AT + timedelta(minutes=at)) is (doubts is not None)
    assert [doubt for doubt, _ in staff.doubts()] == (doubts or [])


def test_where_nobody_has_an_account_it_is_open_who_did_anything() -> None:
    nobody, gone = (Staff(LEDGERS["person"], {}, marks) for marks in ([], [BEGUN, record(1, OFFICIAL)]))
    assert (nobody.had(ONE, officials_of(BODY), AT), nobody.knows(ONE)) == (True, True)
    assert [doubt for doubt, _ in nobody.doubts()] == ["step-without-accounts"]
    assert (gone.had(ONE, officials_of(BODY), AT), gone.knows(ONE)) == (False, False)


@pytest.mark.parametrize(
    ("mark", "had", "doubts"),
    [
        (OFFICIAL, True, []),
        (digest("admin", None), True, ["step-by-administrator"]),
        (ELSEWHERE, False, []),
        (digest("system", BODY), False, []),
    ],
)
def test_administrators_could_once_use_seals_by_command(mark: str, had: bool, doubts: list[str]) -> None:
    staff = Staff(LEDGERS["person"], NOW, [BEGUN, record(1, mark)])
    assert staff.had(ONE, users_of(BODY), AT + HOUR * 2) is had
    assert [doubt for doubt, _ in staff.doubts()] == doubts


def test_a_record_may_bear_the_name_of_its_time() -> None:
    staff = Staff(LEDGERS["person"], {"scjg": Known("周远", "auditor", None)}, [BEGUN, record(1, OFFICIAL)])
    assert staff.had(ONE, officials_of(BODY), AT + HOUR * 2)
    assert not staff.had(Officer("nobody", "某某"), officials_of(BODY), AT + HOUR * 2)
