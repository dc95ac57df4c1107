"""The auditor's pages and what is taken from them: figures, CSV that is neutral, and a sealed report that verifies."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.api_parts import Api, identifier_of
from tests.audit_parts import audited, busy
from tests.page_parts import Page
from trust.rules.verdict import Indication


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    busy(made.city)
    yield made
    made.close()


def opened(api: Api, path: str, login: str = "auditor") -> Page:
    return Page(api.client.get(path, headers=api.as_(login) | {"Accept": "text/html"}))


def table_of(api: Api, path: str) -> list[list[str]]:
    answer = api.client.get(path, headers=api.as_("auditor"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", ["acts", "uses", "looks", "trail", "coverage"])
def test_a_page_says_in_a_table_what_its_chart_shows(api: Api, name: str) -> None:
    page = opened(api, f"/audit/{name}")
    assert page.status == 200
    for tag, given in page.tags:
        assert "style" not in given, "nothing inline"
        assert not any(attribute.startswith("on") for attribute in given)
        if tag == "svg" and given.get("class") == "chart":
            assert given["aria-hidden"] == "true"
    assert "<script>" not in page.html


def test_acts_by_ground_and_how_soon_they_were_public(api: Api) -> None:
    page = opened(api, "/audit/acts")
    assert page.says("逐件（共 3 项）", "依法作出行政处罚决定", "云岭市市场监督管理局", "1 秒以内")
    rows = table_of(api, "/audit/acts.csv")
    assert rows[0][:3] == ["登记时间", "处理", "事由"]
    assert [row[1] for row in rows[1:]] == ["吊销", "暂扣", "暂扣"]
    other = opened(api, f"/audit/acts?body={api.city.body_code('teacher-qualification')}")
    assert other.says("逐件（共 0 项）")


def test_a_period_bounds_what_is_shown(api: Api) -> None:
    assert opened(api, "/audit/acts?begin=2020-01-01&end=2020-02-01").says("逐件（共 0 项）")
    assert opened(api, "/audit/acts?begin=2020-01-01&end=2026-11-21").says("相距不超过一年")
    assert opened(api, "/audit/acts?begin=yesterday").says("日期应写作")
    assert api.client.get("/audit/acts?page=0", headers=api.as_("auditor")).status_code == 422
    assert api.client.get("/audit/acts?page=201", headers=api.as_("auditor")).status_code == 422


def test_uses_on_a_saturday_are_out_of_hours_and_name_no_holder(api: Api) -> None:
    page = opened(api, "/audit/uses")
    assert page.says("在外 16 次")
    assert "青禾" not in page.html


def test_who_looked_at_whom(api: Api) -> None:
    identifier = identifier_of(api.issue())
    for _ in range(2):
        api.client.get(f"/api/v1/licences/{identifier}", headers=api.as_("scjg", X_Case="A-1"))
    rows = table_of(api, f"/audit/looks.csv?subject={identifier}&actor=scjg")
    assert [row[1] for row in rows[1:]] == ["scjg", "scjg"]
    assert {row[4] for row in rows[1:]} == {"A-1"}
    assert len(table_of(api, "/audit/looks.csv?actor=nobody")) == 1
    headers = api.as_("scjg", Idempotency_Key=api.key())
    order = {"identifiers": [identifier], "kind": "suspend", "ground": "penalty"}
    assert api.client.post("/api/v1/act-orders", json=order, headers=headers).status_code == 201
    rows = table_of(api, f"/audit/looks.csv?subject={identifier}&actor=scjg")
    assert [row[2] for row in rows[1:]] == ["办理 /api/v1/act-orders", *["查看 /api/v1/licences/{identifier}"] * 2]
    assert rows[1][4] == "penalty"  # whatever the verb: whom it concerned, and why


def test_a_cell_that_would_be_a_formula_is_neutral(api: Api) -> None:
    identifier = identifier_of(api.issue())
    api.client.get(f"/api/v1/licences/{identifier}", headers=api.as_("scjg", X_Case="@A1+B2"))
    rows = table_of(api, f"/audit/looks.csv?subject={identifier}")
    assert rows[1][4] == "'@A1+B2"


def test_the_report_is_sealed_verifies_and_is_itself_audited(api: Api) -> None:
    for _ in range(2):
        answer = api.client.post("/audit/report.pdf", headers=api.as_("auditor"), data={"x": ""})
        assert answer.headers["content-type"] == "application/pdf"
        examined = api.yinzheng.verify_file(answer.content)
        assert examined.verdict.indication is Indication.PASSED
        assert examined.document is not None
        assert "审计报告专用章" in (
            examined.document.signatures[0].facts.seal.name if examined.document.signatures[0].facts.seal else ""
        )
    api.city.clock.forward(minutes=2)
    api.yinzheng.publisher.refresh(api.city.clock())
    report = audited(api.city, api.city.engine, api.yinzheng.anchors, files=True)
    assert [one for one in report.findings if one.indication is not Indication.PASSED] == []


def test_without_anything_the_pages_say_so() -> None:
    empty = Api()
    empty.city.clock.forward(days=40)
    until = f"{empty.city.clock() - timedelta(days=39):%Y-%m-%d}"
    assert opened(empty, f"/audit/acts?end={until}").says("这一期间没有")
    assert opened(empty, "/audit/coverage").status == 200
    empty.close()
