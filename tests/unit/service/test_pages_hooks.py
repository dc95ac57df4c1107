"""Webhooks by clicking: registered, tested, paused, taken up again, given a new secret, ended; and nobody else's."""

import json
from collections.abc import Iterator

import pytest

from tests.api_parts import Api
from tests.page_parts import Page, Visitor
from tests.unit.issuer.feeding.test_delivering import Ear

HOME, URL = "/issuer/hooks", "https://oa.example/yinzheng"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture
def ear(api: Api, monkeypatch: pytest.MonkeyPatch) -> Ear:
    made = Ear()
    monkeypatch.setattr(api.yinzheng.feeds, "_courier", made)
    vars(api.yinzheng.feeds).pop("desk", None)
    return made


@pytest.fixture
def official(api: Api) -> Visitor:
    return Visitor(api, "scjg")


def register(who: Visitor, url: str = URL) -> Page:
    form = next(one for one in who.open(HOME).forms if one.action == HOME)
    return who._seen(who.client.post(HOME, data=form.fields | {"url": url}))


def press(who: Visitor, path: str, step: str, **more: str) -> Page:
    form = next(one for one in who.open(path).forms if ("step", step) in one.buttons)
    return who._seen(who.client.post(path, data=form.fields | {"step": step} | more))


def path_of(api: Api, place: int = -1) -> str:
    return f"{HOME}/{api.yinzheng.feeds.hooks(api.city.body_code('business-licence'))[place].hook_id}"


def test_an_address_is_registered_and_its_secret_seen_once(api: Api, ear: Ear, official: Visitor) -> None:
    assert official.open(HOME).says("还没有登记回告地址")
    page = register(official)
    hook, secret = api.yinzheng.feeds.renew(api.yinzheng.feeds.hooks(api.city.body_code("business-licence"))[0])
    assert page.says("密钥（十六进制）", f"{hook.hook_id}.1")
    path = path_of(api)
    again = official.open(path)
    assert again.says(URL, "使用中", "还没有送过")
    assert secret.hex() not in again.answer.text
    assert again.answer.headers["cache-control"] == "no-store"
    assert official.open(HOME).says(URL, "0 件")


def test_the_same_form_twice_is_one_address(api: Api, ear: Ear, official: Visitor) -> None:
    form = next(one for one in official.open(HOME).forms if one.action == HOME)
    body = api.city.body_code("business-licence")
    before = len(api.yinzheng.feeds.hooks(body))
    answers = [official.client.post(HOME, data=form.fields | {"url": f"{URL}/2"}).text for _ in range(2)]
    assert len(api.yinzheng.feeds.hooks(body)) == before + 1
    assert all("密钥（十六进制）" in one for one in answers)
    assert official.client.post(HOME, data=form.fields | {"url": f"{URL}/3"}).status_code == 422


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://oa.example/", "必须是 https"), ("https://127.0.0.1/", "须用公网域名"), ("", "写法不对")],
)
def test_an_address_that_will_not_do_is_told_at_its_field(
    api: Api, ear: Ear, official: Visitor, url: str, said: str
) -> None:
    page = register(official, url)
    assert (page.status, page.says(said)) == (422, True)


def test_an_address_is_steered_from_its_page(api: Api, ear: Ear, official: Visitor) -> None:
    path = path_of(api)
    ear.answers = [204, 503]
    assert press(official, path, "test").says("测试消息已送达", "测试")
    assert ear.heard[-1]["test"] is True
    assert press(official, path, "test").says("请过十秒再试")
    api.city.clock.forward(seconds=11)
    page = press(official, path, "test")
    assert (page.status, page.says("对方答复 503")) == (422, True)
    assert press(official, path, "pause").says("已暂停")
    api.issue()
    assert api.yinzheng.feeds.deliver_once() == [] or path.rpartition("/")[2] not in json.dumps(ear.heard)
    assert official.open(path).says("1 件待送")
    assert press(official, path, "resume").says("已恢复")
    api.yinzheng.feeds.deliver_once()
    assert official.open(path).says("第 1 件")


def test_a_secret_is_renewed_once_for_one_showing_of_the_page(api: Api, ear: Ear, official: Visitor) -> None:
    path = path_of(api)
    form = next(one for one in official.open(path).forms if ("step", "renew") in one.buttons)
    first, second = (official.client.post(path, data=form.fields | {"step": "renew"}) for _ in range(2))
    assert "密钥（十六进制）" in first.text
    assert (second.status_code, "密钥（十六进制）" in second.text, "刚被别人改过" in second.text) == (422, False, True)


def test_an_end_is_confirmed_and_final(api: Api, ear: Ear, official: Visitor) -> None:
    path = path_of(api)
    assert press(official, path, "end").says("请勾选确认")
    assert press(official, path, "end", confirm="1").says("已停用")
    page = official.open(path)
    assert not any(("step", "resume") in form.buttons for form in page.forms)


def test_what_does_not_arrive_is_told_in_words(api: Api, ear: Ear, official: Visitor) -> None:
    register(official, f"{URL}/deaf")
    path = path_of(api)
    api.issue()
    ear.answers = ["not-public"] * 5
    api.yinzheng.feeds.deliver_once()
    assert official.open(path).says("没有送达：域名指向的不是公网地址", "1 次")
    assert official.open(HOME).says("没有送达：域名指向的不是公网地址")


def test_others_see_nothing(api: Api, ear: Ear, official: Visitor) -> None:
    register(official, f"{URL}/own")
    path = path_of(api)
    other = Visitor(api, "rsj")
    assert other.open(path).status == 404
    assert URL not in other.open(HOME).answer.text
    assert official.client.post(path, data={"step": "pause"}).status_code == 403, "a form of another site"
