"""The pages on which consents to copies are given, put down, confirmed and used, without JavaScript."""

from collections.abc import Iterator

import pytest

from tests.api_parts import Api, identifier_of
from tests.copy_parts import SCAN
from tests.page_parts import XSS, Page, PageForm, Visitor

PAPER = {
    "reference": "SQ-2026-000117",
    "mode": "holder",
    "giver": "云岭市青禾数据科技有限公司",
    "recipient": "云岭市商业银行",
    "purpose": "银行开户",
    "valid_until": "2027-03-31",
}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture
def licence(api: Api) -> str:
    return identifier_of(api.issue())


@pytest.fixture
def official(api: Api) -> Visitor:
    return Visitor(api, "scjg")


@pytest.fixture
def second(api: Api) -> Visitor:
    return Visitor(api, "scjg2")


def put_down(official: Visitor, licence: str, scan: bytes = SCAN, **changed: str) -> Page:
    page = official.open(f"/issuer/copying/{licence}")
    form = page.form(f"/issuer/copying/{licence}/consents")
    texts = form.fields | PAPER | {"reference": f"SQ-{licence.split('.')[-3]}"} | changed
    return official.post(form.action, files={"file": ("授权书.pdf", scan)}, **texts)


def steps(page: Page, wanted: str) -> PageForm:
    """The form with the button of a step."""
    (found,) = [form for form in page.forms if ("step", wanted) in form.buttons]
    return found


def test_a_paper_is_put_down_confirmed_by_another_and_used(
    api: Api, official: Visitor, second: Visitor, licence: str
) -> None:
    assert f"/issuer/copying/{licence}" in official.open(f"/issuer/licences/{licence}").addresses
    page = put_down(official, licence)
    assert (page.status, page.says("待复核", "须由登记人以外的另一人复核")) == (200, True)
    assert not [form for form in page.forms if form.buttons and ("step", "confirm") in form.buttons]
    seen = second.open(f"/issuer/copying/{licence}")
    (paper,) = [one for one in seen.addresses if "/papers/" in one]
    assert second.client.get(paper).content == SCAN
    given = second.press(steps(seen, "confirm"), ("step", "confirm"))
    assert given.says("有效", "顾清和")
    made = official.press(steps(official.open(f"/issuer/copying/{licence}"), "make"), ("step", "make"), until="")
    assert (made.status, made.says("云岭市商业银行", "银行开户")) == (200, True)
    (pdf,) = [one for one in made.addresses if one.startswith("/issuer/copies/") and one.endswith(".pdf")]
    octets = official.client.get(pdf).content
    verdict = Visitor(api).post("/verify", files={"file": ("a.pdf", octets)})
    assert verdict.says("加注件核验通过", "银行开户")
    (back,) = [form for form in made.forms if form.action.endswith("/withdrawal")]
    assert official.press(back).says("注销")


def test_who_put_a_paper_down_cannot_confirm_it_by_hand_either(official: Visitor, licence: str) -> None:
    page = put_down(official, licence)
    token = page.form(f"/issuer/copying/{licence}/consents").fields["form_token"]
    own = f"/issuer/copying/{licence}/consents/SQ-{licence.split('.')[-3]}"
    refused = official.post(own, form_token=token, step="confirm")
    assert (refused.status, refused.says("登记人以外的另一人")) == (403, True)
    assert official.post(own, form_token=token, step="steal").status == 422


def test_a_refusal_says_why(official: Visitor, second: Visitor, licence: str) -> None:
    put_down(official, licence)
    form = steps(second.open(f"/issuer/copying/{licence}"), "refuse")
    assert second.press(form, ("step", "refuse")).status == 422
    refused = second.press(form, ("step", "refuse"), reason="不是本人签字")
    assert refused.says("不予登记", "不是本人签字")
    assert not [one for one in refused.forms if ("step", "make") in one.buttons]


def test_a_body_withdraws_with_a_reason(api: Api, official: Visitor, licence: str) -> None:
    path = f"/me/consent/{licence}"
    holder = Visitor(api, "firm")
    terms = {"recipient": "某某置业公司", "purpose": "撤回的租赁", "valid_until": "2026-12-31"}
    holder.press(holder.open(path).form(path), **terms)
    form = steps(official.open(f"/issuer/copying/{licence}"), "withdraw")
    silent = official.press(form, ("step", "withdraw"), withdrawal="")
    assert (silent.status, silent.says("须写明理由")) == (422, True)
    done = official.press(form, ("step", "withdraw"), withdrawal="持证主体来函撤回")
    assert done.says("撤回：持证主体来函撤回", "已撤回")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reference": "第1号"}, "编号"),
        ({"giver": "别人"}, "须是证照上的持证主体"),
        ({"mode": "agent"}, "受托代理人不能是持证主体本人"),
        ({"valid_until": ""}, "截止"),
        ({"valid_until": "2020-01-01"}, "最长三年"),
        ({"purpose": "證據等級A"}, "证据等级"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    official: Visitor, licence: str, changed: dict[str, str], said: str
) -> None:
    page = put_down(official, licence, **changed)
    assert (page.status, page.says(said)) == (422, True)
    fields = page.form(f"/issuer/copying/{licence}/consents").fields
    assert {name: fields[name] for name in changed} == changed


@pytest.mark.parametrize(("scan", "said"), [(b"", "请选择授权书的扫描件"), (b"MZ", "扫描件")])
def test_a_paper_has_a_file(official: Visitor, licence: str, scan: bytes, said: str) -> None:
    page = put_down(official, licence, scan)
    assert (page.status, page.says(said)) == (422, True)


def test_a_holder_gives_one_and_takes_it_back(api: Api, official: Visitor, licence: str) -> None:
    holder, path = Visitor(api, "firm"), f"/me/consent/{licence}"
    assert path in holder.open(f"/me/licences/{licence}").addresses
    terms = {"recipient": "某某置业公司", "purpose": "办理租赁", "valid_until": "2026-12-31"}
    given = holder.press(holder.open(path).form(path), **terms)
    assert given.says("某某置业公司", "您登录作出", "有效")
    made = official.press(steps(official.open(f"/issuer/copying/{licence}"), "make"), ("step", "make"))
    assert made.says("某某置业公司", "办理租赁")
    (back,) = [form for form in given.forms if form.action.startswith(f"{path}/")]
    assert holder.press(back).says("已撤回")
    assert official.open(f"/issuer/copying/{licence}").says("注销", "已撤回")


@pytest.mark.parametrize("changed", [{"purpose": ""}, {"recipient": ""}, {"valid_until": "2020-01-01"}])
def test_a_holder_is_told_what_is_not_in_order(api: Api, licence: str, changed: dict[str, str]) -> None:
    holder, path = Visitor(api, "firm"), f"/me/consent/{licence}"
    terms = {"recipient": "某某置业公司", "purpose": "办理租赁", "valid_until": "2026-12-31"} | changed
    page = holder.press(holder.open(path).form(path), **terms)
    (place,) = changed
    assert (page.status, f'id="{place}-error"' in page.html) == (422, True)


@pytest.mark.parametrize("text", XSS)
def test_texts_of_strangers_stay_texts(official: Visitor, licence: str, text: str) -> None:
    page = put_down(official, licence, giver=text, purpose=text, mode="agent")
    assert not [tag for tag, given in page.tags if tag == "script" and "src" not in given]
    assert not [given for _, given in page.tags if "onerror" in given or "onload" in given]


def test_others_are_told_nothing(api: Api, licence: str) -> None:
    assert Visitor(api, "jyj").open(f"/issuer/copying/{licence}").status == 404
    assert Visitor(api, "citizen").open(f"/me/consent/{licence}").status == 404
