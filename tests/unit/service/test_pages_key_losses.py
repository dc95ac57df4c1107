"""Pages for a key that was lost, as somebody without JavaScript meets them."""

from collections.abc import Iterator

import pytest

from service.pages.compromises import OF_ITSELF
from service.renewal import OWN
from tests.api_parts import Api, identifier_of
from tests.page_parts import Visitor
from trust.rules.seal_standing import SealKind

NEW = "/keys/new"


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def test_reported_by_one_confirmed_by_another_and_worked_off(api: Api) -> None:
    kept = identifier_of(api.issue())
    api.city.clock.forward(hours=2)
    fallen = identifier_of(api.issue())
    maker, second = Visitor(api, "scjg"), Visitor(api, "scjg2")
    words = {"effective": "2026-11-21T13:00", "reason": "签章服务器被入侵"}
    page = maker.press(maker.open(NEW).form(NEW), ("step", "check"), **words)
    assert page.says("波及范围", "不再有效的共 1 件", "全部 2 个二维码都不能通过")
    assert api.yinzheng.archive.compromises.recent(None, 9) == [], "the preview changes nothing"
    reported = maker.press(page.form(NEW), ("step", "confirm"))
    assert reported.says("已登记，等另一人确认", "您不能自己确认")
    (one,) = api.yinzheng.archive.compromises.recent(None, 9)
    address = f"/keys/{one.number}"
    assert Visitor(api, "jyj").open(address).status == 404
    own = maker.press(maker.open(address).form(f"{address}/steps"), ("step", "confirm"))
    assert (own.status, own.says("登记的人不能自己确认")) == (403, True)
    done = second.press(second.open(address).form(f"{address}/steps"), ("step", "confirm"))
    assert done.says("已处置并公布", "待办理 1 件", "周明远", "顾清和")
    assert Visitor(api).post("/verify", identifier=fallen).says("核验未通过")
    assert Visitor(api).post("/verify", identifier=kept).says("核验通过")
    empty = second.press(second.open(address).form(f"{address}/again"), ("step", "drop"))
    assert (empty.status, empty.says("请写明理由")) == (422, True)
    dropped = second.press(empty.form(f"{address}/again"), ("step", "drop"), successor="持证主体已经注销")
    assert dropped.says("不再办理 1 件", "持证主体已经注销")
    table = api.client.get(f"{address}/signed.csv", headers=api.as_("auditor"))
    assert (fallen in table.text, kept in table.text) == (True, False)
    everything = api.client.get(f"{address}/signed.csv?everything=1", headers=api.as_("auditor"))
    assert (fallen in everything.text, kept in everything.text) == (True, True)
    assert Visitor(api, "auditor").open("/keys").says("已处置并公布", "body-scjg")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"effective": ""}, "二者选一"),
        ({"unknown": "1"}, "二者选一"),
        ({"effective": "2999-01-01T00:00"}, "泄露时间不能晚于现在"),
        ({"reason": ""}, "请写明理由"),
        ({"effective": "gestern"}, "请填写日期和时间"),
    ],
)
def test_what_cannot_be_reported_is_told(api: Api, changed: dict[str, str], words: str) -> None:
    maker = Visitor(api, "scjg")
    typed = {"effective": "2026-11-21T11:00", "reason": "遗失"} | changed
    page = maker.press(maker.open(NEW).form(NEW), ("step", "check"), **typed)
    assert (page.status, page.says(words)) == (422, True)


def test_over_the_api_with_the_digest_that_was_looked_at(api: Api) -> None:
    api.issue()
    body = {"body": "scjg", "since": None, "reason": "遗失"}
    headers = api.as_("scjg", Idempotency_Key=api.key())
    seen = api.client.post("/api/v1/key-losses/preview", json=body, headers=headers).json()
    assert (seen["falls"], seen["since"]) == (1, None)
    made = api.client.post("/api/v1/key-losses", json=body, headers=headers)
    again = api.client.post("/api/v1/key-losses", json=body, headers=headers)
    assert (made.status_code, again.json()) == (201, made.json())
    other = api.client.post("/api/v1/key-losses", json=body | {"reason": "别的"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "compromise-refused")
    steps = f"{made.headers['Location']}/steps"
    bad = api.client.post(steps, json={"step": "confirm", "digest": "sm3:00"}, headers=api.as_("boss"))
    assert bad.status_code == 422
    good = {"step": "confirm", "digest": made.json()["digest"]}
    assert api.client.post(steps, json=good, headers=api.as_("scjg")).status_code == 403
    done = api.client.post(steps, json=good, headers=api.as_("boss"))
    assert (done.status_code, done.json()["stage"], done.json()["queue"]["waiting"]) == (200, "done", 1)
    assert api.client.post(steps, json={"step": "refuse", "note": "x"}, headers=api.as_("boss")).status_code == 409


def test_an_order_that_ends_a_seal_shows_how_far_it_reaches_and_leads_to_what_is_made_again(api: Api) -> None:
    kept = identifier_of(api.issue())
    api.city.clock.forward(hours=2)
    fallen = identifier_of(api.issue())
    filed = api.yinzheng.seals.filed(api.city.body_code("business-licence"))
    number = next(one.seal.seal_id for one in filed if one.kind is SealKind.LICENCE)
    maker, second = Visitor(api, "scjg"), Visitor(api, "scjg2")
    address = f"/issuer/seals/{number}/act/cancel"
    words = {"ground": "seal-lost", "reason": "遗失", "effective": "2026-11-21T13:00", "sure": "1"}
    placed = maker.press(maker.open(address).form(address), **words)
    (order,) = api.yinzheng.warrants.of_body(api.city.body_code("business-licence"))
    own = f"/issuer/acts/{order.number}"
    assert placed.says("波及范围", "云岭市市场监督管理局", "早于注销，仍然有效", "无法确认的共 1 件")
    seen = second.open(own)
    assert seen.says("波及范围", "无法确认的共 1 件"), "before anything is approved"
    table = api.client.get(f"{own}/signed.csv", headers=api.as_("scjg2"))
    assert (fallen in table.text, kept in table.text) == (True, False)
    assert Visitor(api, "jyj").open(f"{own}/signed.csv").status == 404
    api_told = api.client.get(
        f"/api/v1/seals/{number}/blast?since=2026-11-21T05:00:00Z", headers=api.as_("scjg2")
    ).json()
    assert api_told["falls"] == 1
    done = second.press(seen.form(f"{own}/steps"), ("step", "approve"))
    assert done.says("须重新办理的清单")
    (one,) = api.yinzheng.archive.compromises.recent(None, 9)
    queue = second.open(f"/keys/{one.number}")
    assert queue.says("印章注销", "密钥没有泄露", "待办理 1 件", fallen[:20])
    assert Visitor(api, "auditor").open("/keys").says(f"注销印章 {number}")
    again = api.client.get(f"{own}/signed.csv?everything=1", headers=api.as_("scjg"))
    assert (fallen in again.text, kept in again.text) == (True, True)
    shown = api.client.get(f"/api/v1/key-losses/{one.number}", headers=api.as_("scjg")).json()
    assert (shown["about"], shown["queue"]["waiting"]) == ("seal", 1)


def test_certificates_that_end_soon_are_told_to_those_who_can_do_something(api: Api) -> None:
    assert not Visitor(api, "auditor").open("/keys").says("到期")
    api.city.clock.forward(days=3 * 365 - 60)
    api.yinzheng.publisher.refresh(api.city.clock())
    own = Visitor(api, "scjg").open("/keys")
    assert own.says("三个月内到期的证书", "云岭市市场监督管理局 scjg", "key renew --body")
    assert not own.says("jyj")
    assert Visitor(api, "admin").open("/keys").says("scjg", "jyj")
    assert OF_ITSELF.keys() == {*OWN, "root", "issuing"}, "whatever ends has a name"
