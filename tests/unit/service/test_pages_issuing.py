"""The officials' pages: the form from a type's rules, issuing once, a licence's history, and acts with confirmation."""

from collections.abc import Iterator

import pytest

from service.city import read_city
from service.data_folder import DEMO_CITY
from service.pages.rendering import breakable, mono, said
from templates.library import Bundle, bundles, load_bundle
from tests.api_parts import Api, identifier_of
from tests.page_parts import XSS, Page, Visitor

FORM = "/issuer/issue/business-licence"
TYPES = [(body.login, load_bundle(name)) for body in read_city(DEMO_CITY).bodies for name in body.types]
ISSUERS = [(login, bundle) for login, bundle in TYPES if bundle.type.approval == "one"]
APPROVED = [(login, bundle) for login, bundle in TYPES if bundle.type.approval == "two"]


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    for bundle in bundles():
        made.city.issue(bundle.name)  # as in the demo: the samples' numbers are in use
    yield made
    made.close()


@pytest.fixture
def official(api: Api) -> Visitor:
    return Visitor(api, "scjg")


def sample(official: Visitor, form: str = FORM) -> Page:
    return official.open(f"{form}?sample=true")


def identifiers(page: Page) -> list[str]:
    return [one.rpartition("/")[2] for one in page.addresses if one.startswith("/issuer/licences/")]


@pytest.mark.parametrize(("login", "bundle"), ISSUERS)
def test_the_form_asks_for_what_the_type_asks(api: Api, login: str, bundle: Bundle) -> None:
    name, kind = bundle.name, bundle.type
    page = Visitor(api, login).open(f"/issuer/issue/{name}")
    form = page.form(f"/issuer/issue/{name}")
    assert form.method == "post"
    assert {f"fields.{rule.key}" for rule in kind.fields} <= form.fields.keys()
    assert form.options["holder_code_type"] == list(kind.holder_code_types)
    for rule in kind.fields:
        assert page.says(rule.label, "上传照片" if rule.kind == "photo" else f"最多 {rule.max_length} 字")
        (given,) = [given for _, given in page.tags if given.get("name") == f"fields.{rule.key}"]
        assert ("required" in given) is (rule.required and rule.kind != "code"), "a choice has always a value"


@pytest.mark.parametrize(("login", "bundle"), ISSUERS)
def test_the_sample_can_be_issued_although_its_number_is_in_use(api: Api, login: str, bundle: Bundle) -> None:
    address = f"/issuer/issue/{bundle.name}"
    visitor = Visitor(api, login)
    page = visitor.press(sample(visitor, address).form(address))
    assert page.says("已签发并通过签后自查", "状态历史")
    assert page.answer.url.path.startswith("/issuer/licences/1.2.156.3005.2.")


@pytest.mark.parametrize(("login", "bundle"), APPROVED)
def test_a_type_that_takes_two_people_leads_to_an_application(api: Api, login: str, bundle: Bundle) -> None:
    page = Visitor(api, login).open(f"/issuer/issue/{bundle.name}")
    assert page.answer.url.path == f"/issuer/applications/new/{bundle.name}"
    assert APPROVED, "the demo has one"


def test_a_double_click_issues_once(official: Visitor, api: Api) -> None:
    form = sample(official).form(FORM)
    before = api.rows()["licence"]
    first, second = official.press(form), official.press(form)
    assert first.answer.url.path == second.answer.url.path
    assert api.rows()["licence"] == before + 1


def test_two_forms_issue_two_and_one_number_only_once(official: Visitor) -> None:
    form = sample(official).form(FORM)
    assert official.press(form).status == 200
    again = official.press(official.open(FORM).form(FORM), **{**form.fields, "nonce": "0" * 32})
    assert (again.status, again.says("证照编号：", "已经用过")) == (409, True)


def test_everything_wrong_is_told_at_its_field_and_nothing_typed_is_lost(official: Visitor, api: Api) -> None:
    before = api.rows()
    typed = {
        "number": "",
        "holder_code": "91530199MA6QH2K74X",
        "issued_on": "2026-02-30",
        "fields__established_on": "三月",
        "fields__business_scope": "甲" * 1501,
    }
    page = official.press(sample(official).form(FORM), **typed)
    assert page.status == 422
    assert page.says("没有提交成功", "请填写这一项", "校验位不对", "请填写真实存在的日期", "格式不对", "内容太长")
    kept = page.form(FORM).fields
    assert all(kept[name.replace("__", ".")] == value for name, value in typed.items())
    assert kept["holder_name"] == "云岭市青禾数据科技有限公司"
    wrong = {given["name"] for _, given in page.tags if given.get("aria-invalid") == "true"}
    assert wrong == {name.replace("__", ".") for name in typed}
    assert {f"#{name}" for name in wrong} <= set(page.addresses)
    assert api.rows() == before


def test_a_blank_form_names_everything_that_is_missing_in_the_order_of_the_form(official: Visitor) -> None:
    page = official.press(official.open(FORM).form(FORM))
    wrong = [given["name"] for _, given in page.tags if given.get("aria-invalid") == "true"]
    assert {"holder_name", "holder_code", "number", "fields.business_scope"} <= set(wrong)
    told = [address.removeprefix("#") for address in page.addresses if address.removeprefix("#") in wrong]
    assert told == wrong


def test_a_form_sent_again_with_other_words_is_told_in_words(official: Visitor, api: Api) -> None:
    form = sample(official).form(FORM)
    assert official.press(form).status == 200
    before = api.rows()["licence"]
    page = official.press(form, fields__legal_representative="另一人")
    assert (page.status, page.says("没有提交成功", "这张表单已经办理过"), page.says("幂等键")) == (409, True, False)
    assert api.rows()["licence"] == before


def test_a_corrected_form_goes_through(official: Visitor) -> None:
    page = official.press(sample(official).form(FORM), fields__established_on="三月")
    assert page.status == 422
    assert official.press(page.form(FORM), fields__established_on="2026年03月18日").says("已签发")


@pytest.mark.parametrize("payload", XSS)
def test_hostile_words_come_back_as_text(official: Visitor, payload: str) -> None:
    page = official.press(sample(official).form(FORM), holder_name=payload, fields__established_on=payload)
    assert page.status == 422
    assert page.form(FORM).fields["holder_name"] == payload
    assert not [tag for tag, given in page.tags if tag in {"img", "svg"} and ("onerror" in given or "onload" in given)]
    assert len([tag for tag, _ in page.tags if tag == "script"]) == 1


def test_hostile_words_on_a_licence_stay_text_on_every_page(api: Api, official: Visitor) -> None:
    name = "<script>alert(1)</script>"
    holder = {"name": name, "code": "91530199MA6QH2K74U", "code_type": "001"}
    identifier = identifier_of(api.issue(holders=[holder]))
    reviewer, holding = Visitor(api, "window"), Visitor(api, "firm")
    pages = [
        official.open("/issuer"),
        official.open(f"/issuer/licences/{identifier}"),
        official.open(f"/issuer/licences/{identifier}/act/suspend"),
        holding.open("/me"),
        holding.open(f"/me/licences/{identifier}"),
        reviewer.post("/verify", identifier=identifier),
    ]
    for page in pages:
        assert page.says(name)
        assert "<script>alert" not in page.html


def test_another_departments_licence_is_like_none(api: Api, official: Visitor) -> None:
    other = identifier_of(api.issue("food-operation"))
    unknown = other[:-1] + ("A" if other[-1] != "A" else "B")
    for tail in ("", "/licence.ofd", "/qr.png", "/act/revoke"):
        pages = [official.open(f"/issuer/licences/{one}{tail}") for one in (other, unknown)]
        assert {page.status for page in pages} == {404}
        assert pages[0].text == pages[1].text
    assert official.open("/issuer/issue/food-operation").status == 404
    found = [official.press(official.open("/issuer").form("/issuer/find"), identifier=one) for one in (other, unknown)]
    assert [page.status for page in found] == [404, 404]


def test_a_licence_is_found_by_its_identifier(api: Api, official: Visitor) -> None:
    identifier = identifier_of(api.issue())
    page = official.press(official.open("/issuer").form("/issuer/find"), identifier=identifier)
    assert page.answer.url.path == f"/issuer/licences/{identifier}"
    assert identifier in identifiers(official.open("/issuer"))


def test_the_files_are_the_released_ones(api: Api, official: Visitor) -> None:
    issued = api.issue()
    address = f"/issuer/licences/{identifier_of(issued)}"
    for name, octets in (("licence.ofd", issued.ofd), ("licence.pdf", issued.pdf)):
        answer = official.client.get(f"{address}/{name}")
        assert answer.content == octets
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert answer.headers["cache-control"] == "no-store"
    assert official.client.get(f"{address}/licence.exe").status_code == 404


def acting(official: Visitor, identifier: str, kind: str, **typed: str) -> tuple[Page, str]:
    address = f"/issuer/licences/{identifier}/act/{kind}"
    return official.press(official.open(address).form(address), ("step", "check"), **typed), address


def test_an_act_is_confirmed_with_its_consequence_and_then_holds(api: Api, official: Visitor) -> None:
    issued = api.issue()
    identifier, before = identifier_of(issued), api.rows()["act"]
    page, address = acting(official, identifier, "suspend", ground="penalty", reason="逾期未整改")
    assert page.says("确认暂扣", "任何人核验这本证照都得到“核验未通过”", "逾期未整改", "确认后立即生效")
    assert api.rows()["act"] == before
    form = page.form(address)
    done = [official.press(form, ("step", "confirm")) for _ in range(2)]
    assert done[0].says("已登记，状态清单已公布", "暂扣", "逾期未整改", "周明远")
    assert done[0].text == done[1].text
    assert api.rows()["act"] == before + 1
    assert Visitor(api).post("/verify", identifier=identifier).says("核验未通过", "暂扣")
    api.city.clock.forward(seconds=1)
    page, address = acting(official, identifier, "reinstate", ground="rectified")
    assert official.press(page.form(address), ("step", "confirm")).says("恢复", "有效")
    assert Visitor(api).post("/verify", identifier=identifier).says("核验通过")


def test_a_final_act_says_so_and_ends_the_buttons(api: Api, official: Visitor) -> None:
    identifier = identifier_of(api.issue())
    page, address = acting(official, identifier, "revoke", ground="penalty")
    assert page.says("这是最终处理，不能恢复")
    assert official.press(page.form(address), ("step", "confirm")).says("不能再变更")
    page, _ = acting(official, identifier, "suspend", ground="penalty")
    assert (page.status, page.says("最终状态")) == (409, True)


def test_going_back_keeps_what_was_chosen(api: Api, official: Visitor) -> None:
    identifier = identifier_of(api.issue())
    page, address = acting(official, identifier, "cancel", ground="other", reason="申请书编号 12")
    back = official.press(page.form(address), ("step", "back"))
    assert back.form(address).fields["ground"] == "other"
    assert back.form(address).fields["reason"] == "申请书编号 12"


@pytest.mark.parametrize(
    ("kind", "typed", "status", "words"),
    [
        ("suspend", {}, 422, "请选择一个事由"),
        ("suspend", {"ground": "other"}, 422, "必须写明理由"),
        ("suspend", {"ground": "fraud"}, 422, "不能用于这种处理"),
        ("suspend", {"ground": "penalty", "effective": "2026-01-01T08:00"}, 409, "不能追溯"),
        ("suspend", {"ground": "penalty", "effective": "明天"}, 422, "请填写日期和时间"),
        ("suspend", {"ground": "penalty", "reason": "甲" * 401}, 422, "内容太长"),
        ("reinstate", {"ground": "rectified"}, 409, "状态不允许"),
    ],
)
def test_what_the_rules_refuse_is_refused_before_confirmation(
    api: Api, official: Visitor, kind: str, typed: dict[str, str], status: int, words: str
) -> None:
    identifier = identifier_of(api.issue())
    before = api.rows()["act"]
    page, _ = acting(official, identifier, kind, **typed)
    assert (page.status, page.says("没有提交成功", words)) == (status, True)
    assert api.rows()["act"] == before


def test_a_measure_that_waits_is_not_overtaken_and_the_page_says_why(api: Api, official: Visitor) -> None:
    identifier = identifier_of(api.issue())
    page, address = acting(official, identifier, "suspend", ground="penalty", effective="2027-01-01T00:00")
    official.press(page.form(address), ("step", "confirm"))
    page, _ = acting(official, identifier, "suspend", ground="penalty")
    assert (page.status, page.says("会使已经登记、尚待生效的暂扣或者限制落空")) == (409, True)


def test_a_confirmation_sent_again_with_other_words_is_told_in_words(api: Api, official: Visitor) -> None:
    page, address = acting(official, identifier_of(api.issue()), "suspend", ground="other", reason="甲")
    form = page.form(address)
    assert official.press(form, ("step", "confirm")).says("已登记")
    before = api.rows()["act"]
    page = official.press(form, ("step", "confirm"), reason="乙")
    assert (page.status, page.says("这张表单已经办理过"), page.says("幂等键")) == (409, True, False)
    assert api.rows()["act"] == before


def test_an_act_for_later_waits(api: Api, official: Visitor) -> None:
    identifier = identifier_of(api.issue())
    page, address = acting(official, identifier, "suspend", ground="penalty", effective="2027-01-01T00:00")
    assert page.says("2027年1月1日 00:00:00")
    done = official.press(page.form(address), ("step", "confirm"))
    assert done.says("尚未生效")
    assert Visitor(api).post("/verify", identifier=identifier).says("核验通过")


def test_unknown_kinds_of_acts_lead_nowhere(api: Api, official: Visitor) -> None:
    assert official.open(f"/issuer/licences/{identifier_of(api.issue())}/act/destroy").status == 404


def test_nothing_about_a_holder_stands_in_an_address(api: Api, official: Visitor) -> None:
    page = official.press(sample(official).form(FORM))
    acted, address = acting(
        official, page.answer.url.path.rpartition("/")[2], "suspend", ground="penalty", reason="理由甲乙"
    )
    official.press(acted.form(address), ("step", "confirm"))
    seen = "".join(official.visited) + "".join(page.addresses + acted.addresses) + api.journal.getvalue()
    assert not [word for word in ("青禾", "91530199", "沈砚秋", "理由甲乙") if word in seen]


def test_sentences_are_escaped_and_shown_in_local_time() -> None:
    assert said("于 2026-11-21T04:00:00Z <b>") == "于 2026年11月21日 12:00:00 &lt;b&gt;"
    assert said("自 2026-11-22 09:12 起，至 2031-04-01。") == "自 2026年11月22日 09:12 起，至 2031年4月1日。"
    assert said("号码 12026-11-221、2026-13-01") == "号码 12026-11-221、2026-13-01"
    assert said("不对（check-character）。") == "不对（校验位不对，请核对是否输错）。"
    assert said("不对（no-such-reason）。") == "不对（no-such-reason）。"
    assert str(breakable("1.<b>.3")) == "1.<wbr>&lt;b&gt;.<wbr>3"
    assert str(mono("sm3:0123456789")) == "sm3:01234567<wbr>89"
