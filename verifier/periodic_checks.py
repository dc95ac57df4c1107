"""Step 8, beside the standing: does the type ask for periodic checks 校验、年检, and is one overdue.

That a type asks, how often and since when is in the signed trust list, so it is known offline too, and so is the day
before which nothing can be overdue. Which checks a licence has passed no status list can carry: it has two bits for the
standing, and a check leaves the standing as it is. The register of acts is asked; what it says is its own word, proved
to whoever may see the acts by the evidence of a past standing (`past_standing`). Where it cannot be asked, the finding
says that the question is open.

A check overdue ends no licence, so this warns and fails nothing. A policy that heeds `CHECKED` leaves it open instead.
"""

from datetime import date, datetime

from trust.rules.licence import CHINA, day_in_china
from trust.rules.periodic_check import CheckDuty
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence
from verifier.ports import Checks, Online

PASSED = Indication.PASSED


def judge_check(
    type_code: str,
    identifier: str | None,
    issued_on: date,
    evidence: Evidence,
    now: datetime,
    online: Online | None,
) -> list[Finding]:
    """One finding for a licence of a type that asks for checks, none for any other; `identifier` None if not known."""
    duty = evidence.trust_list.check_duty(type_code) if evidence.trust_list is not None else None
    if duty is None:
        return []
    if day_in_china(now) <= (first := duty.last_day(issued_on, None)):
        text = f"这类证照每 {duty.months} 个月须校验一次，首次校验的期限（{first}）未到。"
        return [Finding(8, "check", PASSED, text)]
    asked = online.checks if online is not None else None
    if asked is None or identifier is None:
        return [_unknown(duty, "离线不能得知是否已经校验，请联网核验。" if online is None else "无从查询登记簿。")]
    return [_of_register(duty, asked, identifier, issued_on, now)]


def told_check(duty: CheckDuty, issued_on: date, checked_at: datetime | None, on: datetime) -> Finding:
    """Whether a check was overdue at an instant, where it is known which was passed last."""
    term = duty.term(issued_on, checked_at, on)
    last = f"上次校验合格：{checked_at.astimezone(CHINA):%Y-%m-%d}" if checked_at is not None else "没有校验合格的记录"
    if term.overdue:
        return Finding(8, "check-overdue", PASSED, f"应不晚于 {term.due} 校验，已经逾期（{last}）。", warning=True)
    return Finding(8, "check", PASSED, f"在校验期内，下次校验不晚于 {term.due}（{last}）。")


def _of_register(duty: CheckDuty, asked: Checks, identifier: str, issued_on: date, now: datetime) -> Finding:
    found = asked.checked(identifier, now)
    return _unknown(duty, "登记簿中没有这本证照。") if found is None else told_check(duty, issued_on, found.at, now)


def _unknown(duty: CheckDuty, why: str) -> Finding:
    return Finding(8, "check-unknown", PASSED, f"这类证照每 {duty.months} 个月须校验一次；{why}", warning=True)
