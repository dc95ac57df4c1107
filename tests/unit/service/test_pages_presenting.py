"""The pages of codes and copies, as somebody without JavaScript uses them."""

import re
from collections.abc import Iterator

import pytest

from tests.api_parts import Api, identifier_of
from tests.page_parts import XSS, PageForm, Visitor

PLACE = "政务服务中心三号窗口"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture
def licence(api: Api) -> str:
    return identifier_of(api.issue())


@pytest.fixture
def holder(api: Api) -> Visitor:
    return Visitor(api, "firm")


def form_for(page_forms: list[PageForm], kind: str) -> PageForm:
    (found,) = [form for form in page_forms if form.fields.get("kind") == kind]
    return found


def test_a_holder_shows_a_licence_and_sees_who_used_it(api: Api, holder: Visitor, licence: str) -> None:
    page = holder.open(f"/me/present/{licence}")
    shown = holder.press(form_for(page.forms, "once"), minutes="10")
    assert (shown.status, shown.says("一次性亮证码", "请对方扫码", "有效至")) == (200, True)
    assert 'src="data:image/png;base64,' in shown.html
    assert "img-src 'self' data:" in shown.answer.headers["content-security-policy"]
    code = re.search("LZ[A-Z2-7]{26}[0-9A-Z]", shown.html)
    assert code is not None
    (status,) = [one for one in shown.addresses if one.startswith("/me/codes/")][:1]
    assert holder.open(status).says("未使用", "刷新")
    window = Visitor(api, "window")
    done = window.press(
        window.open("/reviewer/redeem").form("/reviewer/redeem"), code=code[0], place=PLACE, purpose="办证"
    )
    assert (done.status, done.says("核验通过", "亮证码已核销", PLACE, "云岭市青禾数据科技有限公司")) == (200, True)
    late = window.press(window.open("/reviewer/redeem").form("/reviewer/redeem"), code=code[0], place="别处")
    assert (late.status, late.says("已使用", PLACE)) == (409, True)
    assert holder.open(status).says("已使用", "罗小满", PLACE, "办证")
    assert holder.open(f"/me/licences/{licence}").says("出示记录", "已使用", "罗小满", PLACE)
    assert not any(code[0] in address for address in (*holder.visited, *window.visited))


def test_pressing_twice_redeems_once_and_answers_alike(api: Api, holder: Visitor, licence: str) -> None:
    shown = holder.press(form_for(holder.open(f"/me/present/{licence}").forms, "once"))
    code = re.search("LZ[A-Z2-7]{26}[0-9A-Z]", shown.html)
    assert code is not None
    window = Visitor(api, "window")
    form = window.open("/reviewer/redeem").form("/reviewer/redeem")
    twice = [window.press(form, code=code[0].lower(), place=PLACE) for _ in range(2)]
    assert [page.status for page in twice] == [200, 200]


def test_a_code_is_taken_back(holder: Visitor, licence: str) -> None:
    shown = holder.press(form_for(holder.open(f"/me/present/{licence}").forms, "signed"), audience="三号窗口")
    assert shown.says("限时亮证码", "只出示给：三号窗口")
    (action,) = [form for form in shown.forms if form.action.startswith("/me/codes/")]
    gone = holder.press(action)
    assert gone.says("已撤回")


@pytest.mark.parametrize(
    ("kind", "changed", "said"),
    [
        ("once", {"minutes": "99"}, "1 至 10 分钟"),
        ("once", {"minutes": "x"}, "1 至 10 分钟"),
        ("once", {"kind": "forever"}, "表单不完整"),
        ("signed", {"audience": "窗" * 41}, "不超过 40 字"),
    ],
)
def test_what_is_refused_is_said(holder: Visitor, licence: str, kind: str, changed: dict[str, str], said: str) -> None:
    page = holder.press(form_for(holder.open(f"/me/present/{licence}").forms, kind), **changed)
    assert (page.status, page.says(said, "没有生成亮证码")) == (422, True)


def test_a_copy_is_made_fetched_verified_and_taken_back(api: Api, holder: Visitor, licence: str) -> None:
    path = f"/me/copy/{licence}"
    made = holder.press(holder.open(path).form(path), purpose="办理租赁", recipient="某某置业公司", until="2026-12-31")
    assert made.says("某某置业公司", "办理租赁", "2027年1月1日 00:00:00", "有效")
    (pdf,) = [one for one in made.addresses if one.startswith("/me/copies/") and one.endswith(".pdf")]
    octets = holder.client.get(pdf).content
    nobody = Visitor(api)
    verdict = nobody.post("/verify", files={"file": ("a.pdf", octets)})
    assert verdict.says("加注件核验通过", "不是证照原件", "这是加注件", "某某置业公司", "办理租赁")
    elsewhere = nobody.post("/verify", text="", identifier=pdf.split("/")[3], audience="某银行贷款")
    assert elsewhere.says("加注件核验未通过", "为另一用途制作")
    (back,) = [form for form in made.forms if form.action.endswith("/withdrawal")]
    assert holder.press(back).says("注销")
    assert nobody.post("/verify", files={"file": ("a.pdf", octets)}).says("加注件核验未通过")
    assert holder.client.get(pdf).status_code == 200


def test_an_original_is_never_called_a_copy(api: Api) -> None:
    issued = api.issue()
    page = Visitor(api).post("/verify", files={"file": ("a.pdf", issued.pdf)})
    assert page.says("核验通过")
    assert not page.says("加注件核验")
    assert not page.says("不是证照原件")


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"purpose": ""}, "purpose", "请写明用途"),
        ({"recipient": ""}, "recipient", "请写明使用单位"),
        ({"until": "2020-01-01"}, "until", "不能早于现在"),
        ({"until": "2036-01-01"}, "until", "最长一年"),
        ({"until": "明天"}, "until", "请选择"),
        ({"until": "2026-02-30"}, "until", "请选择"),
        ({"until": "9999-12-31"}, "until", "请选择"),
    ],
)
def test_a_copy_that_is_refused_keeps_what_was_typed(
    holder: Visitor, licence: str, changed: dict[str, str], field: str, said: str
) -> None:
    path = f"/me/copy/{licence}"
    typed = {"purpose": "办理租赁", "recipient": "某某置业公司", "until": "2026-12-31"} | changed
    page = holder.press(holder.open(path).form(path), **typed)
    assert (page.status, page.says(said)) == (422, True)
    fields = page.form(path).fields
    assert {name: fields[name] for name in typed} == typed
    assert f'id="{field}-error"' in page.html


@pytest.mark.parametrize("text", XSS)
def test_texts_of_strangers_stay_texts(api: Api, holder: Visitor, licence: str, text: str) -> None:
    path = f"/me/copy/{licence}"
    page = holder.press(holder.open(path).form(path), purpose=text, recipient=text, until="2020-01-01")
    window = Visitor(api, "window")
    redeem = window.press(window.open("/reviewer/redeem").form("/reviewer/redeem"), code=text, place=text, purpose=text)
    shown = holder.press(form_for(holder.open(f"/me/present/{licence}").forms, "signed"), audience=text)
    for one in (page, redeem, shown):
        assert one.status < 500
        assert not any(tag == "script" and "src" not in given for tag, given in one.tags)
        assert not any(tag == "img" and given.get("src") == "x" for tag, given in one.tags)


def test_a_counter_makes_a_copy_for_its_citation(api: Api, licence: str) -> None:
    window = Visitor(api, "window")
    body = {
        "matter_code": "11530199MB0T35T369000131017001000",
        "requirement_code": "01",
        "holder_code_type": "001",
        "holder_code": "91530199MA6QH2K74U",
        "identifier": licence,
        "purpose": "食品经营许可新办",
        "consent": {"mode": "statutory", "reference": "《中华人民共和国食品安全法》第三十五条"},
    }
    headers = api.as_("window", Idempotency_Key=api.key())
    number = api.client.post("/api/v1/cases/530199202611210077/citations", json=body, headers=headers).json()["number"]
    path = f"/reviewer/citations/{number}"
    page = window.open(path)
    made = window.press(page.form(f"{path}/copy"))
    again = window.press(page.form(f"{path}/copy"))
    assert (made.status, made.says("加注件", "有效")) == (200, True)
    assert [one for one in again.addresses if one.endswith(".ofd")] == [
        one for one in made.addresses if one.endswith(".ofd")
    ]
    (ofd,) = [one for one in made.addresses if one.endswith("licence.ofd")]
    octets = window.client.get(ofd).content
    assert Visitor(api).post("/verify", files={"file": ("a.ofd", octets)}).says("加注件核验通过")


def test_whoever_scans_a_one_time_code_is_told_what_it_is(api: Api, holder: Visitor) -> None:
    assert Visitor(api).open("/p").says("登录", "窗口核验人员")
    assert holder.open("/p").says("您的账号没有这项权限")
    assert Visitor(api, "window").open("/p").says("核销并核验")
    told = Visitor(api).post("/verify", text="http://127.0.0.1:8000/p#LZIN5DLJ7LXVVKBGYF4WS6AOFYL67", identifier="")
    assert (told.status, told.says("一次性亮证码")) == (422, True)
