"""Step 8: a check overdue, one that nobody can tell of, and types that ask for none."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.trust.formats.test_trust_list import FIFTH_LIST
from trust.formats.trust_list import TrustList
from trust.rules.periodic_check import CheckDuty
from trust.rules.verdict import CODE_ONLINE, CODE_ONLINE_CHECKED, ONLINE, ONLINE_CHECKED, Finding, Indication, judge
from verifier.evidence import Evidence
from verifier.periodic_checks import judge_check
from verifier.ports import Checked, Online

ISSUED = date(2026, 1, 20)
DUE = date(2027, 1, 20)
(DUTY,) = FIFTH_LIST.checks


class Register:
    """A register that knows the checks of one licence."""

    def __init__(self, *passed: datetime) -> None:
        self.passed = passed

    def checked(self, identifier: str, at: datetime) -> Checked | None:
        if identifier != "known":
            return None
        return Checked(max((one for one in self.passed if one <= at), default=None))


def evidence(listed: TrustList | None = FIFTH_LIST) -> Evidence:
    return Evidence((), (), (), listed, {}, (), None, ())


def online(register: Register | None) -> Online:
    return Online(None, None, None, checks=register)  # type: ignore[arg-type]  # only checks are asked about here


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def judged(now: date, asked: Online | None, identifier: str | None = "known") -> Finding:
    (found,) = judge_check(DUTY.type_code, identifier, ISSUED, evidence(), noon(now), asked)
    assert (found.step, found.indication) == (8, Indication.PASSED)
    return found


DAY = timedelta(days=1)
CHECKED_IN_TIME = online(Register(noon(date(2026, 12, 1))))
TOLD: dict[str, tuple[date, Online | None, str | None, str, str]] = {
    "the first is not due, online": (DUE, online(Register()), "known", "check", "2027-01-20"),
    "the first is not due, offline": (DUE, None, "known", "check", "2027-01-20"),
    "overdue, never checked": (DUE + DAY, online(Register()), "known", "check-overdue", "没有校验合格的记录"),
    "checked in time": (DUE + DAY, CHECKED_IN_TIME, "known", "check", "2027-12-01"),
    "overdue again": (date(2027, 12, 2), CHECKED_IN_TIME, "known", "check-overdue", "2026-12-01"),
    "offline": (DUE + DAY, None, "known", "check-unknown", "离线不能得知"),
    "no register to ask": (DUE + DAY, online(None), "known", "check-unknown", "无从查询"),
    "a licence unknown to it": (DUE + DAY, CHECKED_IN_TIME, "other", "check-unknown", "没有这本证照"),
    "a copy whose original is not told": (DUE + DAY, CHECKED_IN_TIME, None, "check-unknown", "无从查询"),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told(name: str) -> None:
    now, asked, identifier, finding, word = TOLD[name]
    found = judged(now, asked, identifier)
    assert (found.name, found.warning) == (finding, finding != "check")
    assert word in found.detail


def test_a_day_ends_at_midnight_in_china() -> None:
    last = datetime(2027, 1, 20, 15, 59, 59, tzinfo=UTC)
    names = [
        judge_check(DUTY.type_code, "known", ISSUED, evidence(), now, online(Register()))[0].name
        for now in (last, last + timedelta(seconds=1))
    ]
    assert names == ["check", "check-overdue"]


def test_types_that_ask_for_none_are_told_nothing() -> None:
    late = noon(date(2040, 1, 1))
    assert judge_check("11100000MB0143028R001", "known", ISSUED, evidence(), late, None) == []
    assert judge_check(DUTY.type_code, "known", ISSUED, evidence(None), late, None) == []


@pytest.mark.parametrize(("policy", "strict"), [(ONLINE, ONLINE_CHECKED), (CODE_ONLINE, CODE_ONLINE_CHECKED)])
def test_only_a_policy_that_asks_is_left_open(policy, strict) -> None:
    well = [Finding(step, "sound", Indication.PASSED, "。") for step in policy.required]
    for asked, expected in ((online(Register()), Indication.INDETERMINATE), (None, Indication.INDETERMINATE)):
        findings = [*well, judged(DUE + DAY, asked)]
        assert judge(findings, policy, at=noon(DUE), subject="known").indication is Indication.PASSED
        assert judge(findings, strict, at=noon(DUE), subject="known").indication is expected
    sound = [*well, judged(DUE + DAY, CHECKED_IN_TIME)]
    assert judge(sound, strict, at=noon(DUE), subject="known").indication is Indication.PASSED


def test_the_duty_of_these_tests() -> None:
    assert CheckDuty(DUTY.type_code, 12, datetime(2020, 1, 1, tzinfo=UTC)) == DUTY
