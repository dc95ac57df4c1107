"""Pages for acts of two people, and for what was valid when, as somebody without JavaScript meets them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.api_parts import Api, identifier_of
from tests.page_parts import Page, Visitor
from trust.formats.standing_evidence import decode_standing_evidence
from trust.rules.licence import CHINA
from trust.rules.past_standing import Answer
from trust.rules.standing import ActKind
from verifier.past_standing import check_past_standing

NEW = "/issuer/acts/new"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def test_many_are_checked_ordered_and_approved_by_somebody_else(api: Api) -> None:
    identifiers = [identifier_of(api.issue()) for _ in range(2)]
    maker, second = Visitor(api, "scjg"), Visitor(api, "scjg2")
    words = {"identifiers": "\n".join(identifiers), "kind": "revoke", "ground": "penalty", "decision": "〔2026〕18号"}
    page = maker.press(maker.open(NEW).form(NEW), ("step", "check"), **words)
    assert page.says("核对：吊销 2 本", "这是最终处理", "现在可以处理 2 本", "一次涉及的证照超过 1 本")
    placed = maker.press(page.form(NEW), ("step", "confirm"))
    assert placed.says("已提请", "您不能自己批准", "〔2026〕18号")
    (waiting,) = api.yinzheng.warrants.of_body(api.city.body_code("business-licence"))
    address = f"/issuer/acts/{waiting.number}"
    refused = maker.press(maker.open(address).form(f"{address}/steps"), ("step", "approve"))
    assert refused.says("提请处理的人不能自己审批")
    assert Visitor(api, "jyj").open(address).status == 404
    assert second.open("/issuer").says("待审批 1 份")
    page = second.press(second.open(address).form(f"{address}/steps"), ("step", "approve"))
    assert page.says("已批准并登记", "已登记为第 1 次处理", "顾清和")
    assert Visitor(api).post("/verify", identifier=identifiers[0]).says("核验未通过", "吊销")


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"identifiers": ""}, 422, "没有提交成功"),
        ({"identifiers": "x\ny"}, 422, "第 1 个：不是本部门已颁发的证照"),
        ({"kind": "forgive"}, 422, "请选择一种处理"),
        ({"ground": "fraud"}, 422, "不能用于这种处理"),
        ({"effective": "gestern"}, 422, "请填写日期和时间"),
    ],
)
def test_what_cannot_be_ordered_is_told_beside_what_was_typed(
    api: Api, changed: dict[str, str], status: int, words: str
) -> None:
    maker, one = Visitor(api, "scjg"), identifier_of(api.issue())
    typed = {"identifiers": one, "kind": "revoke", "ground": "penalty"} | changed
    before = api.rows()["act_order"]
    page = maker.press(maker.open(NEW).form(NEW), ("step", "check"), **typed)
    assert (page.status, page.says(words)) == (status, True)
    assert page.form(NEW).fields["identifiers"] == typed["identifiers"]
    assert api.rows()["act_order"] == before


def test_an_act_that_reaches_back_becomes_an_order(api: Api) -> None:
    maker, identifier = Visitor(api, "scjg"), identifier_of(api.issue())
    address = f"/issuer/licences/{identifier}/act/rescind"
    since = (api.city.clock() - timedelta(hours=1)).astimezone(CHINA)
    words = {"ground": "fraud", "effective": f"{since:%Y-%m-%dT%H:%M}"}
    page = maker.press(maker.open(address).form(address), ("step", "check"), **words)
    assert page.says("须由两人办理", "溯及既往", "提请撤销")
    assert maker.press(page.form(address), ("step", "confirm")).says("已提请", "待审批")
    assert api.yinzheng.archive.acts.of(identifier) == []


def ask(visitor: Visitor, address: str, **words: str) -> Page:
    return visitor.press(visitor.open(address).form(address), ("step", "answer"), **words)


def test_what_was_valid_when_with_evidence_for_the_auditor_alone(api: Api) -> None:
    issued = api.issue()
    identifier, begun = identifier_of(issued), api.city.clock()
    api.city.clock.forward(hours=2)
    api.city.act(ActKind.SUSPEND, issued, "penalty", reason="立案调查")
    api.city.clock.forward(hours=1)
    asked = {"identifier": identifier, "on": (begun + timedelta(hours=1)).isoformat()}
    counter, auditor = Visitor(api, "window"), Visitor(api, "auditor")
    told = ask(counter, "/reviewer/standing", **asked)
    assert told.says("当时有效，此后失去效力或者受到限制", "暂扣")
    assert not told.says("下载举证文件")
    assert not told.says("依法作出行政处罚决定")
    page = ask(auditor, "/audit/standing", **asked)
    assert page.says(
        "当时有效，此后失去效力或者受到限制", "依法作出行政处罚决定", "公布时间", "下载举证文件", "共 1 次处理"
    )
    answer = api.client.get(
        f"/api/v1/licences/{identifier}/standing-evidence", params={"on": asked["on"]}, headers=api.as_("auditor")
    )
    given = decode_standing_evidence(answer.content)
    verdict = check_past_standing(given, api.yinzheng.anchors, api.city.clock())
    assert verdict.answer is Answer.VALID_NOT_SINCE
    for wrong in ({"identifier": "x"}, {"on": "gestern"}, {"on": "2026-11-21T12:00:00"}):
        assert ask(counter, "/reviewer/standing", **asked | wrong).says("没有提交成功")


def test_the_three_times_stand_on_the_licence(api: Api) -> None:
    issued = api.issue()
    api.city.act(ActKind.SUSPEND, issued, "penalty")
    page = Visitor(api, "scjg").open(f"/issuer/licences/{identifier_of(issued)}")
    assert page.says("决定时间", "生效时间", "公布时间")
    assert not re.search("尚未公布", page.text)
