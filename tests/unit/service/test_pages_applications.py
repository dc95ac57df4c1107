"""The pages of applications: the whole life of a licence by clicking, without JavaScript, and what goes wrong on the way."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from templates.library import load_bundle
from tests.api_parts import Api, identifier_of
from tests.applying_parts import foreign_paper
from tests.page_parts import XSS, Page, Visitor

NEW = "/issuer/applications/new/business-licence"
SUBMIT, DRAFT = ("step", "submit"), ("step", "draft")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture
def maker(api: Api) -> Visitor:
    return Visitor(api, "scjg")


@pytest.fixture
def second(api: Api) -> Visitor:
    return Visitor(api, "scjg2")


def filled(visitor: Visitor, api: Api, **changed: str) -> Page:
    """The form with its sample, under a number of its own, handed in."""
    form = visitor.open(f"{NEW}?sample=true").form(NEW)
    return visitor.press(form, SUBMIT, **({"number": api.key()[-6:] + "-YL"} | changed))


def path_of(page: Page) -> str:
    return page.answer.url.path


def decide(visitor: Visitor, path: str, word: str, **more: str) -> Page:
    return visitor.press(visitor.open(path).form(f"{path}/steps"), ("step", word), **more)


def test_the_life_of_a_licence_by_clicking(api: Api, maker: Visitor, second: Visitor) -> None:
    handed = filled(maker, api)
    assert handed.says("已提交，检查全部通过", "待审批", "照面预览") or handed.says("已提交，检查全部通过", "待审批")
    path = path_of(handed)
    assert ("step", "approve") not in handed.form(f"{path}/steps").buttons
    back = decide(second, path, "return", reason="请核对经营范围")
    assert back.says("已退回补正", "请核对经营范围")
    edit = maker.open(f"{path}/edit")
    again = maker.press(edit.form(f"{path}/edit"), SUBMIT, fields__registered_capital="陆佰万元整")
    assert again.says("待审批", "陆佰万元整")
    issued = decide(second, path, "approve")
    assert issued.says("已签发并通过签后自查", "批准：顾清和（scjg2）", "业务代码", "颁发")
    licence = path_of(issued)
    for word in ("renew", "amend", "reissue", "correct", "court-order"):
        assert f"{licence}/succeed/{word}" in issued.addresses
    amend = maker.open(f"{licence}/succeed/amend")
    action = f"{licence}/succeed/amend"
    assert amend.form(action).fields["fields.registered_capital"] == "陆佰万元整"
    unchanged = maker.press(amend.form(action), SUBMIT)
    assert (unchanged.status, unchanged.says("内容与原证照相同，没有要改的")) == (422, True)
    changed = maker.press(unchanged.form(action), SUBMIT, fields__legal_representative="顾远舟")
    assert changed.says("与原证照不同的内容", "沈砚秋", "顾远舟")
    followed = decide(second, path_of(changed), "approve")
    assert followed.says("变更，接续")
    before = maker.open(licence)
    assert before.says("替代（变更）", "失效", "已处于最终状态")
    assert f"{licence}/succeed/amend" not in before.addresses
    assert path_of(followed) in before.addresses
    assert licence in followed.addresses


def test_a_wrong_form_loses_nothing_and_says_everything_beside_its_field(api: Api, maker: Visitor) -> None:
    before = api.rows()
    page = filled(maker, api, number="", holder_code="123", issued_on="2026-02-30", fields__legal_representative="")
    assert page.status == 422
    form = page.form(NEW)
    assert form.fields["holder_code"] == "123"
    assert form.fields["fields.address"]
    wrong = {given["id"] for tag, given in page.tags if given.get("aria-invalid") == "true"}
    assert wrong == {"number", "holder_code", "issued_on", "fields.legal_representative"}
    assert api.rows() == before


def test_holders_come_and_go_without_script(api: Api, maker: Visitor) -> None:
    form = maker.open(f"{NEW}?sample=true").form(NEW)
    two = maker.press(form, ("step", "add-holder"))
    assert two.form(NEW).fields["holder_name"] == form.fields["holder_name"]
    assert two.form(NEW).fields["holder_name.2"] == ""
    more = {"holder_name__2": "云岭市禾香园餐饮有限公司", "holder_code__2": "91530199MA6RT5X39", "number": "TWO-1"}
    wrong = maker.press(two.form(NEW), SUBMIT, **more)
    assert wrong.status == 422
    assert {given["id"] for _, given in wrong.tags if given.get("aria-invalid") == "true"} == {"holder_code.2"}
    done = maker.press(wrong.form(NEW), SUBMIT, holder_code__2="91530199MA6RT5X39X")
    assert done.says("已提交", "云岭市青禾数据科技有限公司", "云岭市禾香园餐饮有限公司")
    one = maker.press(two.form(NEW), ("step", "drop-holder"))
    assert "holder_name.2" not in one.form(NEW).fields
    most = maker.press(form, ("step", "add-holder"), holders="999999999999999999")
    assert "holder_name.20" in most.form(NEW).fields
    assert "holder_name.21" not in most.form(NEW).fields


def test_a_draft_is_kept_as_it_is_and_handed_in_later(api: Api, maker: Visitor, second: Visitor) -> None:
    form = maker.open(NEW).form(NEW)
    kept = maker.press(form, DRAFT, holder_name="云岭市青禾数据科技有限公司")
    assert kept.says("已保存", "草稿")
    path = path_of(kept)
    refused = decide(maker, path, "submit")
    assert refused.status == 422
    edit = maker.open(f"{path}/edit").form(f"{path}/edit")
    assert edit.fields["holder_name"] == "云岭市青禾数据科技有限公司"
    sample = maker.open(f"{NEW}?sample=true").form(NEW).fields
    own = {name.replace(".", "__"): value for name, value in sample.items() if name not in {"nonce", "form_token"}}
    done = maker.press(edit, SUBMIT, **(own | {"number": "DRAFT-1"}))
    assert done.says("待审批")
    assert decide(maker, path, "withdraw").says("已撤回")
    assert second.open(path).says("已撤回")


def test_sending_a_form_twice_hands_in_once(api: Api, maker: Visitor) -> None:
    form = maker.open(f"{NEW}?sample=true").form(NEW)
    one, two = (maker.press(form, SUBMIT, number="ONCE-1") for _ in range(2))
    assert path_of(one) == path_of(two)
    other = maker.press(form, SUBMIT, number="ONCE-2")
    assert other.status == 409


def test_whoever_wrote_it_finds_no_button_to_decide_and_is_refused_if_they_send_it(api: Api, maker: Visitor) -> None:
    page = filled(maker, api)
    path = path_of(page)
    form = page.form(f"{path}/steps")
    assert {value for _, value in form.buttons} == {"issue", "withdraw"}
    for word in ("approve", "return", "refuse"):
        answer = maker.press(form, ("step", word), reason="理由")
        assert answer.status == 403
        assert answer.says("经手这份申请的人不能自己审批")
        form = answer.form(f"{path}/steps")


@pytest.mark.parametrize("word", ["", "open", "release", "begin", "approve ", "../x"])
def test_no_other_step_is_taken(api: Api, maker: Visitor, second: Visitor, word: str) -> None:
    path = path_of(filled(maker, api))
    page = second.press(second.open(path).form(f"{path}/steps"), ("step", word), digest="x")
    assert page.status == 409


def test_what_was_changed_since_it_was_shown_is_not_approved(api: Api, maker: Visitor, second: Visitor) -> None:
    path = path_of(filled(maker, api))
    shown = second.open(path).form(f"{path}/steps")
    decide(second, path, "return", reason="请改住所")
    edit = maker.open(f"{path}/edit").form(f"{path}/edit")
    maker.press(edit, SUBMIT, fields__address="云南省云岭市新址1号")
    late = second.press(shown, ("step", "approve"))
    assert late.status == 409
    assert late.says("申请的内容已经不是您审看的那一份")


@pytest.mark.parametrize("payload", XSS)
def test_what_people_type_stays_text(api: Api, maker: Visitor, second: Visitor, payload: str) -> None:
    path = path_of(filled(maker, api, fields__address=payload))
    page = decide(second, path, "return", reason=payload)
    assert payload in "".join(page._texts)
    assert not [tag for tag, given in page.tags if tag == "img" and given.get("src") == "x"]
    assert maker.open(f"{path}/edit").form(f"{path}/edit").fields["fields.address"] == payload


def test_lists_by_stage(api: Api, maker: Visitor, second: Visitor) -> None:
    path = path_of(filled(maker, api, holder_name="云岭市清单有限公司"))
    assert path in second.open("/issuer/applications?stage=submitted").addresses
    decide(second, path, "refuse", reason="不符合条件")
    assert path not in second.open("/issuer/applications?stage=submitted").addresses
    listed = second.open("/issuer/applications?stage=refused")
    assert listed.says("云岭市清单有限公司", "不予批准")
    assert second.open("/issuer/applications?stage=lost").says("全部申请")
    assert maker.open("/issuer").says("待审批")


def test_another_departments_pages_are_not_there(api: Api, maker: Visitor) -> None:
    path = path_of(filled(maker, api))
    stranger = Visitor(api, "jyj")
    assert {stranger.open(address).status for address in (path, f"{path}/edit", NEW)} == {404}
    assert stranger.open(f"/issuer/applications/{'0' * 24}").status == 404
    assert stranger.post(f"{path}/steps", step="approve").status in {403, 404}


def test_a_transfer_names_where_it_comes_from(api: Api, maker: Visitor, second: Visitor) -> None:
    path = "/issuer/applications/transfer-in/business-licence"
    sample = maker.open(f"{NEW}?sample=true").form(NEW).fields
    own = {name.replace(".", "__"): value for name, value in sample.items() if name not in {"nonce", "form_token"}}
    form = maker.open(path).form(path)
    wrong = maker.press(form, SUBMIT, **(own | {"number": "IN-1", "predecessor": "1.2.3"}))
    assert wrong.status == 422
    assert wrong.says("没有查到可以接续的原证照")
    foreign = foreign_paper()
    named = wrong.form(path)
    early = maker.press(named, SUBMIT, predecessor=identifier_of(foreign))
    assert early.status == 422
    assert early.says("请先存为草稿", "上传原证照的文件")
    draft = maker.press(early.form(path), DRAFT, predecessor=identifier_of(foreign))
    assert draft.says("草稿")
    where = path_of(draft)
    token = draft.form(f"{where}/original").fields["form_token"]
    broken = bytearray(foreign.ofd)
    broken[len(broken) // 2] ^= 1
    refused = maker.post(f"{where}/original", files={"file": ("old.ofd", bytes(broken))}, form_token=token)
    assert refused.status == 422
    assert refused.says("所交的不是完好的证照文件")
    kept = maker.post(f"{where}/original", files={"file": ("old.ofd", foreign.ofd)}, form_token=token)
    assert kept.says("原证照文件", "sm3:")
    changed = maker.press(maker.open(f"{where}/edit").form(f"{where}/edit"), DRAFT, basis="调档函")
    assert changed.says("调档函", "sm3:")
    done = maker.press(changed.form(f"{where}/steps"), SUBMIT)
    assert done.says("转入营业执照", "待审批")
    licence = decide(second, where, "approve")
    assert licence.says("转入，接续")


def test_a_type_with_a_photograph_takes_one(api: Api) -> None:
    """The photograph is handed in beside the form, cut to its place, and shown on the face."""
    city = api.yinzheng.city
    found = [
        (body.body.code, bundle)
        for body in city.bodies
        for name in body.types
        for bundle in [api.yinzheng.office.bundle(_type(name))]
        if bundle.type.photos
    ]
    if not found:
        pytest.skip("no type of the demo city has a photograph")
    code, bundle = found[0]
    login = next(person.login for person, _ in city.people if person.department == code)
    visitor, rule = Visitor(api, login), bundle.type.photos[0]
    path = f"/issuer/applications/new/{bundle.name}"
    form = visitor.open(f"{path}?sample=true").form(path)
    kept = visitor.press(form, DRAFT, **{f"fields__{rule.key}": ""})
    where = path_of(kept)
    place = f"{where}/photo/{rule.key}"
    token = kept.form(place).fields["form_token"]
    picture = io.BytesIO()
    box = bundle.layout.photos[0]
    Image.new("RGB", (600, round(600 * box.height / box.width)), (120, 140, 160)).save(picture, "JPEG")
    for octets in (b"GIF89a", across(box.width > box.height)):
        refused = visitor.post(place, files={"file": ("photo.jpg", octets)}, form_token=token)
        assert (refused.status, refused.says("照片不合要求")) == (422, True)
    done = visitor.post(place, files={"file": ("photo.jpg", picture.getvalue())}, form_token=token)
    assert done.says("已保存", "sm3:")


def across(wide: bool) -> bytes:
    """A picture that lies across its place."""
    held = io.BytesIO()
    Image.new("RGB", (400, 900) if wide else (900, 400)).save(held, "JPEG")
    return held.getvalue()


def _type(bundle: str) -> str:
    return load_bundle(bundle).type.code
