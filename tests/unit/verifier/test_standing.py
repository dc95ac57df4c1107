"""Step 8: the list decides, words only explain; stale is open, gone stays gone; days are days in China."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.cli_parts import ROOT
from trust.formats.status_list import StatusList, pack
from trust.rules.standing import Act, ActKind, Standing, Status
from trust.rules.status_pointer import StatusPointer
from trust.rules.times import TOLERANCE
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence
from verifier.standing import judge_period, judge_register, judge_status

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of this table)
LIST = StatusList(
    uri="http://h/status/0",
    list=0,
    number=7,
    issued_at=AT,
    next_update=AT + timedelta(hours=24),
    ttl_s=60,
    log_size=9,
    bits=pack([(1, 1), (2, 2), (3, 3)], 64),
)


def evidence(*lists: StatusList) -> Evidence:
    return Evidence((), (), (), None, {one.list: one for one in lists}, (), None, ())


def judged(index: int, now: datetime = AT, standing: Standing | None = None, *, shard: int = 0) -> Finding:
    return judge_status(StatusPointer(shard, index), evidence(LIST), now, standing)


@pytest.mark.parametrize(
    ("index", "indication", "word"),
    [(0, P, "第 7 期：该证照有效"), (1, F, "已失去效力"), (2, F, "暂扣"), (3, F, "特殊状态"), (63, P, "有效")],
)
def test_what_the_list_says(index: int, indication: Indication, word: str) -> None:
    found = judged(index)
    assert (found.step, found.name, found.indication, found.evidence_age_s) == (8, "status", indication, 0)
    assert word in found.detail


@pytest.mark.parametrize(
    ("later", "name", "indication", "age"),
    [
        (timedelta(0), "status", P, 0),
        (timedelta(hours=24, seconds=-1), "status", P, 86_399),
        (timedelta(hours=24), "status-stale", I, 86_400),
        (timedelta(days=400), "status-stale", I, 400 * 86_400),
        (-TOLERANCE, "status", P, 0),
        (-TOLERANCE - timedelta(seconds=1), "status", I, 0),
    ],
)
def test_how_long_valid_is_believed(later: timedelta, name: str, indication: Indication, age: int) -> None:
    found = judged(0, AT + later)
    assert (found.name, found.indication, found.evidence_age_s) == (name, indication, age)


AGES = {
    "in its time": (timedelta(hours=24, seconds=-1), -TOLERANCE),
    "past its next update": (timedelta(hours=24), timedelta(days=400)),
    "issued more than 300 seconds later": (-TOLERANCE - timedelta(seconds=1), -timedelta(days=30)),
}
ROW = re.compile(r"\| ([ -{]+) [^ -~].*? \| ([A-Z]+) \| ([A-Z]+) \| ([A-Z]+) \|")


def test_age_by_value_as_the_specification_has_it() -> None:
    """Every cell of the table in docs/spec/status-list.md, at both ends of each row."""
    told = (ROOT / "docs/spec/status-list.md").read_text("utf-8").partition("| The list 清单 ")[2].partition("<!--")[0]
    rows = {found[1]: found.groups()[1:] for line in told.splitlines() if (found := ROW.match(line))}
    assert rows.keys() == AGES.keys()
    for name, (zero, one, others) in rows.items():
        for later in AGES[name]:
            said = [judged(index, AT + later).indication.value for index in range(4)]
            assert said == [zero, one, others, others], (name, later)


def test_what_does_not_decide_is_told_all_the_same() -> None:
    assert "暂扣" in judged(2, AT + timedelta(days=2)).detail
    assert "失去效力" in judged(1, AT - timedelta(days=2)).detail
    assert "显示" not in judged(0, AT + timedelta(days=2)).detail


def test_a_place_outside_the_list_is_nobodys() -> None:
    assert judged(64).indication is F
    assert judged(2**40).indication is F


def test_without_the_list_nothing_is_known() -> None:
    assert judged(0, shard=1).indication is I
    assert judge_status(StatusPointer(0, 0), evidence(), AT).indication is I


def standing(status: Status) -> Standing:
    act = Act("id", 1, ActKind.SUSPEND, "penalty", "", AT, AT, AT, "周明远")
    return Standing(status, AT - timedelta(hours=13), act)


def test_words_explain_and_decide_nothing() -> None:
    told = judged(2, standing=standing(Status.SUSPENDED))
    assert told.indication is F
    assert "暂扣，自 2026-11-20 23:00 起" in told.detail
    assert judged(1, standing=Standing(Status.VALID)).indication is F
    assert judged(0, standing=standing(Status.REVOKED)).indication is P
    assert "吊销" not in judged(0, standing=standing(Status.REVOKED)).detail


FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@pytest.mark.parametrize(
    ("start", "end", "now", "indication"),
    [
        (None, None, datetime(1990, 1, 1, tzinfo=UTC), P),
        (FIRST, None, datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC), F),
        (FIRST, None, datetime(2026, 2, 28, 16, 0, tzinfo=UTC), P),
        (FIRST, LAST, datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), P),
        (FIRST, LAST, datetime(2026, 3, 31, 16, 0, tzinfo=UTC), F),
        (None, LAST, datetime(2026, 4, 1, tzinfo=UTC), F),
    ],
)
def test_the_period_in_days_of_china(
    start: date | None, end: date | None, now: datetime, indication: Indication
) -> None:
    found = judge_period(start, end, now)
    assert (found.step, found.name, found.indication) == (8, "period", indication)


def test_the_sentences_name_the_day() -> None:
    assert "2026-03-01" in judge_period(FIRST, None, datetime(2026, 1, 1, tzinfo=UTC)).detail
    assert "2026-03-31" in judge_period(FIRST, LAST, datetime(2027, 1, 1, tzinfo=UTC)).detail
    assert "至 2026-03-31" in judge_period(FIRST, LAST, datetime(2026, 3, 9, tzinfo=UTC)).detail
    assert "长期" in judge_period(FIRST, None, datetime(2026, 3, 9, tzinfo=UTC)).detail


@pytest.mark.parametrize("status", Status)
def test_the_register_can_only_make_it_worse(status: Status) -> None:
    """What it has recorded counts at once, also while no list shows it; that it knows nothing says nothing."""
    found = judge_register(Standing(status, AT, None))
    if status is Status.VALID:
        assert found == []
        return
    assert [(one.step, one.name, one.indication) for one in found] == [(8, "register", F)]
    assert status.label in found[0].detail


def test_no_register_says_nothing() -> None:
    assert judge_register(None) == []


def test_a_list_of_another_size_is_read_to_its_end() -> None:
    short = replace(LIST, bits=pack([], 4))
    assert judge_status(StatusPointer(0, 3), evidence(short), AT).indication is P
    assert judge_status(StatusPointer(0, 4), evidence(short), AT).indication is F
