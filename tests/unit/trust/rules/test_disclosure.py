"""Disclosure: which lines each circle may read, and how what it may not read is masked."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from trust.rules.catalogue import FieldRule
from trust.rules.disclosure import Circle, chinese_date, disclose, mask_number
from trust.rules.party import Holder
from trust.rules.standing import Standing, Status

NOW = datetime(2026, 6, 1, tzinfo=UTC)
VALID = Standing(Status.VALID)


def shown(licence, licence_type, circle=Circle.PUBLIC, standing=VALID, at=NOW) -> dict[str, str]:
    return {row.key: row.text for row in disclose(licence, licence_type, standing, at=at, circle=circle)}


def test_a_stranger_sees_this_and_no_more(licence, licence_type):
    assert shown(licence, licence_type) == {
        "name": "建筑施工特种作业操作资格证书",
        "type_name": "建筑施工特种作业操作资格证书",
        "holder": "䶮**",
        "holder_code": "1****************X",
        "number": "********01",
        "issuing_body": "印江市住房和城乡建设局",
        "issued_on": "2026年1月5日",
        "validity": "2026年1月5日至2028年1月4日",
        "standing": "有效",
        "work": "建筑电工",
    }


def test_each_circle_sees_what_the_wider_ones_see_and_its_own(licence, licence_type):
    public, scan, consent = (shown(licence, licence_type, circle) for circle in Circle)
    assert scan.keys() - public.keys() == {"level"}
    assert consent.keys() - scan.keys() == {"home"}
    assert (scan["number"], scan["holder"]) == ("粤A0420260001", "䶮**")
    assert (consent["holder"], consent["holder_code"]) == ("䶮小明", "11010519491231002X")


@pytest.mark.parametrize("circle", Circle)
def test_never_is_never(licence, licence_type, circle):
    assert "纸质档案 7 柜" not in "".join(shown(licence, licence_type, circle).values())
    hidden = replace(licence_type, number_disclosure="never")
    assert shown(licence, hidden, circle)["number"] == "********01"


def test_a_number_that_is_a_persons_code_leaves_no_trace_without_consent(licence, licence_type):
    same = replace(licence, number="11010519491231002X")
    public_type = replace(licence_type, number_disclosure="public")
    assert shown(same, public_type)["number"] == "********"
    assert shown(same, public_type, Circle.SCAN)["number"] == "********"
    assert shown(same, public_type, Circle.CONSENT)["number"] == "11010519491231002X"
    assert shown(same, replace(licence_type, number_disclosure="never"), Circle.CONSENT)["number"] == "********"


def test_a_public_item_with_a_persons_code_in_it_waits_for_consent(licence, licence_type):
    careless = replace(licence, fields={"work": "电工 11010519491231002X"})
    assert "work" not in shown(careless, licence_type, Circle.SCAN)
    assert "work" in shown(careless, licence_type, Circle.CONSENT)


def test_an_unknown_disclosure_shows_nothing():
    assert not any(circle.sees("everybody") for circle in Circle)


def test_an_organisation_is_shown_in_full(licence, licence_type):
    firm = replace(licence, holders=(Holder("印江市甲乙有限公司", "91440300MA5TEXT03E", "001"),))
    rows = shown(firm, licence_type)
    assert (rows["holder"], rows["holder_code"]) == ("印江市甲乙有限公司", "91440300MA5TEXT03E")


def test_several_holders_are_each_masked(licence, licence_type):
    shared = replace(licence, holders=(*licence.holders, Holder("李四", "110101190402290010", "111")))
    assert shown(shared, licence_type)["holder"] == "䶮**、李*"


@pytest.mark.parametrize(
    ("standing", "at", "text"),
    [
        (VALID, NOW, "有效"),
        (VALID, datetime(2026, 1, 1, tzinfo=UTC), "尚未生效"),
        (VALID, datetime(2028, 1, 4, 16, tzinfo=UTC), "已过有效期"),
        (Standing(Status.REVOKED, datetime(2026, 5, 1, 16, tzinfo=UTC)), NOW, "吊销（自2026年5月2日起）"),
        (Standing(Status.SUSPENDED, datetime(2026, 5, 1, tzinfo=UTC)), NOW, "暂扣（自2026年5月1日起）"),
        (Standing(Status.CANCELLED, NOW), datetime(2030, 1, 1, tzinfo=UTC), "注销（自2026年6月1日起）"),
    ],
)
def test_standing_in_words(licence, licence_type, standing, at, text):
    assert shown(licence, licence_type, standing=standing, at=at)["standing"] == text


def test_no_last_day_is_long_term(licence, licence_type):
    assert shown(replace(licence, valid_until=None), licence_type)["validity"] == "2026年1月5日起长期有效"
    endless = replace(licence, valid_until=None, valid_from=None, issued_on=date(2020, 2, 3))
    assert shown(endless, licence_type)["validity"] == "2020年2月3日起长期有效"


@pytest.mark.parametrize(
    ("number", "masked"),
    [("", ""), ("12", "**"), ("123456", "******"), ("1234567", "*****67"), ("1" * 40 + "23", "********23")],
)
def test_masked_numbers(number, masked):
    assert mask_number(number) == masked


def test_rules_decide_and_not_their_order(licence, licence_type):
    reversed_type = replace(licence_type, fields=licence_type.fields[::-1])
    assert shown(licence, reversed_type) == shown(licence, licence_type)
    extra = replace(licence_type, fields=(*licence_type.fields, FieldRule("extra", "QT", "其他", 9, required=False)))
    assert shown(licence, extra) == shown(licence, licence_type)


def test_days_are_written_as_on_paper():
    assert chinese_date(date(2026, 1, 5)) == "2026年1月5日"
