"""The pages of the catalogue and of mandates: a type by clicking, a mandate by two people, and what is not offered."""

from collections.abc import Iterator

import pytest

from tests.api_parts import Api
from tests.catalogue_parts import FOOD, FOOD_CODE, template, zipped
from tests.page_parts import XSS, Page, Visitor

ENTRY = f"/issuer/catalogue/{FOOD_CODE}/2"
TEACHERS = "11100000999901153M001"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def hand_in(visitor: Visitor, octets: bytes, **texts: str) -> Page:
    form = visitor.open("/issuer/catalogue/draft").form("/issuer/catalogue/draft")
    return visitor.post(form.action, files={"file": ("food.zip", octets)}, **(form.fields | texts))


def test_a_type_by_clicking(api: Api) -> None:
    department, admin, auditor = Visitor(api, "spj"), Visitor(api, "boss"), Visitor(api, "auditor")
    assert department.open("/issuer").says("证照目录")
    assert department.open("/issuer/catalogue").says("食品经营许可证", "food-operation/1", "现行")
    page = hand_in(department, zipped(template(), FOOD), note="新版面")
    assert (page.status, page.says("已起草，尚未送审", "草稿", "新版面")) == (200, True)
    assert [value for _, value in page.form(ENTRY).buttons] == ["submit", "withdraw"]
    assert department.press(page.form(ENTRY), ("step", "submit")).says("待审核", "等待另一人审核") is False
    page = admin.open(ENTRY)
    assert [value for _, value in page.form(ENTRY).buttons] == ["send-back", "pass"]
    refused = admin.press(page.form(ENTRY), ("step", "send-back"))
    assert (refused.status, refused.says("请写明理由")) == (422, True)
    assert admin.press(page.form(ENTRY), ("step", "pass")).says("已审核，待公布")
    done = admin.press(admin.open(ENTRY).form(ENTRY), ("step", "publish"))
    assert done.says("已公布，信任列表已更新", "现行", "已签名的条目")
    assert done.says("经营场所", "KZ_JYCS", "必填", "公开")
    assert auditor.open(ENTRY).says("起草", "送审", "审核通过", "公布", "沈知夏", "管理员")
    assert auditor.open(ENTRY).says("现在没有您可以办理的")
    assert department.open("/issuer/catalogue").says("food-operation/1", "food-operation/2")
    ended = admin.press(admin.open(ENTRY).form(ENTRY), ("step", "retire"), note="办法废止")
    assert ended.says("已停用", "办法废止")


def test_a_template_that_does_not_do_is_told_beside_its_field(api: Api) -> None:
    visitor = Visitor(api, "spj")
    for octets, said in (
        (b"", "请填写这一项"),
        (b"no zip", "证照模板有误"),
        (zipped(template(version=1), FOOD), "版本号"),
    ):
        page = hand_in(visitor, octets)
        assert (page.status, page.says(said)) == (422, True)
    broken = template(version=8) | {"template.toml": b"format = 1"}
    assert hand_in(visitor, zipped(broken, FOOD)).says("证照模板有误")


@pytest.mark.parametrize("text", XSS)
def test_what_is_typed_is_shown_as_it_is(api: Api, text: str) -> None:
    visitor = Visitor(api, "spj")
    page = hand_in(visitor, b"", name=text, note=text)
    assert "<" not in text or text not in page.html
    assert page.form("/issuer/catalogue/draft").fields["name"] == text


def test_a_form_from_elsewhere_is_refused(api: Api) -> None:
    visitor = Visitor(api, "boss")
    assert visitor.post(f"/issuer/catalogue/{FOOD_CODE}/1", step="retire", note="x").status == 403
    refused = visitor.post("/issuer/catalogue/draft", files={"file": ("x.zip", b"x")}, form_token="0" * 32)
    assert refused.status == 403


@pytest.mark.parametrize("path", ["X/1", f"{FOOD_CODE}/99", f"{FOOD_CODE}/0", f"{FOOD_CODE}/{2**70}"])
def test_an_entry_that_is_not_there(api: Api, path: str) -> None:
    assert Visitor(api, "boss").open(f"/issuer/catalogue/{path}").status in {404, 422}


def test_an_administrator_works_here(api: Api) -> None:
    page = Visitor(api, "boss").open("/")
    assert "/issuer/catalogue" in page.addresses


def test_a_mandate_by_clicking(api: Api) -> None:
    department, admin = Visitor(api, "spj"), Visitor(api, "boss")
    form = department.open("/issuer/mandates/ask").form("/issuer/mandates/ask")
    own = api.city.body_code(FOOD)
    assert form.options["issuer_code"] == [own], "an official asks for the own department"
    wrong = department.press(form, type_code=TEACHERS, area="530100", reason="受教育局委托")
    assert (wrong.status, wrong.says("区域应为")) == (422, True)
    asked = department.press(form, type_code=TEACHERS, area="530199", reason="受教育局委托", valid_from="2026-11-01")
    assert asked.says("已申请，待另一人批准", "受教育局委托", "撤回申请")
    waiting = admin.open("/issuer/mandates")
    (decision,) = [one for one in waiting.forms if one.action.startswith("/issuer/mandates/requests/")]
    refused = admin.press(decision, ("step", "reject"))
    assert (refused.status, refused.says("请写明理由")) == (422, True)
    assert admin.press(decision, ("step", "approve")).says("已办理", "已批准，管理员")
    assert department.open("/issuer").says("签发教师资格证书")
    listed = department.open("/issuer/mandates")
    number = f"{own}-{TEACHERS}-1"
    assert listed.says(number, "有效")
    api.city.clock.forward(minutes=1)
    end = department.open(f"/issuer/mandates/ask?wanted=end&above={number}").form("/issuer/mandates/ask")
    assert department.press(end, reason="委托期满").says("终止", "委托期满")
    again = admin.open("/issuer/mandates")
    (decision,) = [one for one in again.forms if one.action.startswith("/issuer/mandates/requests/")]
    assert admin.press(decision, ("step", "approve")).says("已终止")
    assert not department.open("/issuer").says("签发教师资格证书")


def test_an_auditor_looks_and_asks_for_nothing(api: Api) -> None:
    page = Visitor(api, "auditor").open("/issuer/mandates")
    assert (page.status, page.forms[-1].action) == (200, "/sign-out")
    assert not page.says("申请授予职权")
