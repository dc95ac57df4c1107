"""The officials' pages for seals: the list, the life of a seal with its second person, using it, and who may not."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from service.epochs.store import Settlement
from service.pages.seal_words import Placed, check_place, fields_of
from templates.fonts import FONT_FILE
from tests.api_parts import Api
from tests.city import SMALL_LIST
from tests.ofd_foreign import CLOSING, letter
from tests.page_parts import XSS, Page, Visitor
from tests.pdf_parts import page as pdf_page
from trust.formats.canonical_json import encode_json
from trust.rules.carried_over import Carried
from trust.rules.seal_standing import SealKind, subject_of
from trust.rules.status_pointer import StatusPointer
from trust.sealing.ports import FiledSeal, Limits
from trust.sealing.sealing import words_of
from trust.sealing.uploads import wanted_from
from verifier.confinement import Confinement

LIST, APPLY = "/issuer/seals", "/issuer/seal-application"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    readers = Confinement(font=FONT_FILE)
    made.yinzheng.confine(readers)
    yield made
    readers.close()
    made.close()


@pytest.fixture
def asker(api: Api) -> Visitor:
    return Visitor(api, "scjg")


@pytest.fixture
def second(api: Api) -> Visitor:
    return Visitor(api, "scjg2")


@pytest.fixture
def contract(api: Api) -> FiledSeal:
    return api.city.seal()


def address(filed: FiledSeal, *more: str) -> str:
    return "/".join((LIST, filed.seal.seal_id, *more))


def place_of(page: Page) -> str:
    return urlsplit(str(page.answer.url)).path


def apply(visitor: Visitor, **changed: str) -> Page:
    form = visitor.open(APPLY).form(APPLY)
    return visitor.press(form, **({"kind": "contract", "reason": "签订合同"} | changed))


def hand_in(visitor: Visitor, filed: FiledSeal, data: bytes | None = None) -> Page:
    form = visitor.open(address(filed, "use")).form(address(filed, "use"))
    return visitor.post(form.action, files={"file": ("letter.ofd", data or letter())}, **form.fields)


def placed(visitor: Visitor, seen: Page, /, **changed: str) -> Page:
    return visitor.press(seen.form(place_of(seen)), ("step", "seal"), **({"purpose": "答复来函"} | changed))


# --- the register


def test_the_life_of_a_seal_takes_two_people(asker: Visitor, second: Visitor) -> None:
    page = apply(asker)
    assert page.says("已申请，待另一人批准", "申请人不能自己批准", "撤回申请")
    path = place_of(page)
    assert second.press(second.open(path).form(f"{path}/decision"), ("step", "approve"), note="同意").says(
        "已批准，待制作"
    )
    page = asker.open(path)
    page = asker.press(next(form for form in page.forms if ("step", "file") in form.buttons), ("step", "file"))
    assert page.says("已制作并备案", "在用", "图样", "停用", "注销")
    for word, ground, said in (
        ("suspend", "seal-paused", "停用"),
        ("resume", "seal-pause-ended", "在用"),
    ):
        form = asker.open(f"{path}/act/{word}").form(f"{path}/act/{word}")
        page = asker.press(form, ground=ground)
        assert page.says("已登记", said)
    page = cancel(asker, second, f"{path}/act/cancel", "seal-remade")
    assert page.says("已批准并登记", "注销印章 1 枚")
    assert asker.open(path).says("印章已注销", "换发新印章")


def cancel(asker: Visitor, second: Visitor, path: str, ground: str) -> Page:
    """The page of the order by which a seal was ended, by two people."""
    form = asker.open(path).form(path)
    placed, again = (asker.press(form, sure="1", ground=ground) for _ in range(2))  # a double click is one order
    assert placed.says("已提请，等本部门另一人审批", "终结的是印章")
    address = urlsplit(str(placed.answer.url)).path
    assert address == urlsplit(str(again.answer.url)).path
    return second.press(second.open(address).form(f"{address}/steps"), ("step", "approve"))


def test_whoever_applied_cannot_approve(api: Api, asker: Visitor) -> None:
    path = place_of(apply(asker))
    page = asker.open(path)
    form = page.form(f"{path}/decision")
    assert ("step", "approve") not in form.buttons
    refused = asker.press(form, ("step", "approve"))
    assert (refused.status, refused.says("申请人不能自己批准，请由另一人办理")) == (403, True)


def test_turning_down_needs_a_word(asker: Visitor, second: Visitor) -> None:
    path = place_of(apply(asker))
    form = second.open(path).form(f"{path}/decision")
    refused = second.press(form, ("step", "reject"))
    assert (refused.status, refused.says("意见：请填写这一项")) == (422, True)
    assert second.press(form, ("step", "reject"), note="名称不对").says("未批准", "没有制章", "名称不对")


def test_an_application_is_taken_back(asker: Visitor) -> None:
    path = place_of(apply(asker))
    assert asker.press(asker.open(path).form(f"{path}/decision"), ("step", "withdraw")).says("已撤回")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": ""}, "请填写这一项"),
        ({"years": "9"}, "有效期应为 1 至 5 年"),
        ({"years": "三"}, "应为整数"),
        ({"kind": "personal"}, "个人名章须写明持有人"),
        ({"kind": "personal", "holder": "jyj"}, "持有人"),
        ({"kind": "licence"}, "已有同类印章"),
        ({"kind": "round"}, "请选择列出的种类"),
        ({"replaces": "1", "cause": ""}, "换章须写明换章原因"),
        ({"per_day": "0"}, "用印限额应为"),
    ],
)
def test_what_cannot_be_is_told_where_it_stands(asker: Visitor, changed: dict[str, str], said: str) -> None:
    page = apply(asker, **changed)
    assert (page.status in {409, 422}, page.says("没有提交成功", said)) == (True, True)
    assert page.form(APPLY).fields["reason"] == changed.get("reason", "签订合同")


def test_a_double_click_applies_once(api: Api, asker: Visitor) -> None:
    form = asker.open(APPLY).form(APPLY)
    pages = [asker.press(form, kind="finance", reason="报销") for _ in range(2)]
    assert place_of(pages[0]) == place_of(pages[1])


def test_cancelling_must_be_meant(asker: Visitor, second: Visitor, contract: FiledSeal) -> None:
    path = address(contract, "act", "cancel")
    page = asker.press(asker.open(path).form(path), ground="seal-lost")
    assert (page.status, page.says("请勾选确认")) == (422, True)
    assert asker.open(address(contract)).says("在用")
    page = asker.press(page.form(path), sure="1", ground="")
    assert (page.status, page.says("请选择一个事由")) == (422, True)
    assert "seal-compromised" not in page.form(path).options.get("ground", ())  # a lost key is reported as such
    cancel(asker, second, path, "seal-lost")
    assert asker.open(address(contract)).says("已注销")


@pytest.mark.parametrize("payload", XSS)
def test_what_was_typed_comes_back_as_text(asker: Visitor, payload: str) -> None:
    page = apply(asker, reason=payload, years="9")
    assert page.form(APPLY).fields["reason"] == payload
    assert "alert(1)" not in "".join(f"{tag}{given}" for tag, given in page.tags if tag in {"script", "img", "svg"})


@pytest.mark.parametrize(
    "more",
    [(), ("use",), ("picture.png",), ("act", "suspend"), ("use", "0" * 32), ("requests", "0" * 32)],
)
def test_another_department_s_seal_is_not_there(api: Api, contract: FiledSeal, more: tuple[str, ...]) -> None:
    other = Visitor(api, "jyj")
    hidden, nothing = other.open(address(contract, *more)), other.open("/".join((LIST, "1" * 14, *more)))
    assert hidden.status == nothing.status == 404
    assert contract.seal.name not in hidden.html


# --- using a seal


@pytest.mark.parametrize(
    ("data", "place", "said"),
    [
        (letter(), {"page": "2", "x": "20", "y": "30.5"}, "第 2 页，距左 20、距上 30.5 毫米"),
        (letter(), {"page": "0", "x": "20", "y": "30"}, "每页，距左 20、距上 30 毫米"),
        (letter(), {"way": "words", "words": CLOSING, "occurrence": "-1"}, f"文字“{CLOSING}”第 -1 处"),
        (letter(), {"way": "riding", "riding": "left", "along": "50"}, "骑缝，左边，50 毫米处，每 20 页一章"),
        (pdf_page(pages=2), {"page": "1", "x": "20", "y": "30", "lock": "1"}, "第 1 页，距左 20、距上 30 毫米，锁定"),
    ],
)
def test_a_document_is_sealed_and_downloaded(
    api: Api, asker: Visitor, contract: FiledSeal, data: bytes, place: dict[str, str], said: str
) -> None:
    page = hand_in(asker, contract, data)
    assert page.says("第二步：放印章", "第 1 页")
    done = placed(asker, page, **place)
    assert done.says("已用印", "盖后自查", said, "答复来函")
    (link,) = [one for one in done.addresses if one.endswith("/sealed")]
    file = asker.client.get(link)
    assert file.content != data
    assert "attachment" in file.headers["content-disposition"]
    assert api.yinzheng.verify_file(file.content).document is not None
    assert asker.open(address(contract)).says("用印记录", said)


def test_the_place_can_be_looked_at_before(asker: Visitor, contract: FiledSeal) -> None:
    page = hand_in(asker, contract)
    form = page.form(place_of(page))
    seen = asker.press(form, ("step", "look"), purpose="看", page="1", x="10", y="20")
    (overlay,) = [given for _, given in seen.tags if given.get("class") == "overlay" and "x" in given]
    assert (overlay["x"], overlay["y"]) == ("10.0", "20.0")
    assert seen.form(form.action).fields["nonce"] == form.fields["nonce"]
    riding = asker.press(form, ("step", "look"), purpose="看", way="riding")
    assert len([given for _, given in riding.tags if given.get("class") == "overlay" and "x" in given]) == 4


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"purpose": ""}, "用途：请填写这一项"),
        ({"x": ""}, "距左边：请填写这一项"),
        ({"x": "1e3"}, "位置须是数字"),
        ({"x": "-1"}, "位置须是数字"),
        ({"x": "900"}, "印章超出了页面"),
        ({"page": "9"}, "文件没有这一页"),
        ({"page": "-1"}, "位置须是数字"),
        ({"way": "words", "words": "没有这些字"}, "找不到这些文字"),
        ({"way": "words", "words": ""}, "文字：请填写这一项"),
        ({"way": "somewhere"}, "请选择盖章的方式"),
    ],
)
def test_a_place_that_cannot_be_is_told(
    api: Api, asker: Visitor, contract: FiledSeal, changed: dict[str, str], said: str
) -> None:
    page = placed(asker, hand_in(asker, contract), **changed)
    assert (page.status in {409, 422}, page.says("没有提交成功", said)) == (True, True)
    assert api.yinzheng.seals.uses(contract.seal.seal_id, after=0, limit=9) == []


def test_a_double_click_seals_once(api: Api, asker: Visitor, contract: FiledSeal) -> None:
    page = hand_in(asker, contract)
    done = placed(asker, page)
    assert done.says("已用印")
    again = placed(asker, page)
    assert (again.status, again.says("已不在等待盖章之列")) == (422, True)
    assert len(api.yinzheng.seals.uses(contract.seal.seal_id, after=0, limit=9)) == 1


@pytest.mark.parametrize("data", [b"MZ", b"\x89PNG\r\n\x1a\n", b" "])
def test_only_ofd_and_pdf_are_taken(asker: Visitor, contract: FiledSeal, data: bytes) -> None:
    page = hand_in(asker, contract, data)
    assert (page.status, page.says("只能在 OFD、PDF 文件上用印")) == (422, True)


def test_a_suspended_seal_takes_no_document(asker: Visitor, contract: FiledSeal) -> None:
    path = address(contract, "act", "suspend")
    asker.press(asker.open(path).form(path), ground="seal-suspected")
    page = hand_in(asker, contract)
    assert (page.status, page.says("印章")) == (409, True)
    assert "用印</a>" not in asker.open(address(contract)).html


def test_a_form_from_elsewhere_hands_nothing_in(api: Api, asker: Visitor, contract: FiledSeal) -> None:
    path, files = address(contract, "use"), {"file": ("letter.ofd", letter())}
    assert asker.post(path, files=files, form_token="0" * 32).status == 403
    assert asker.post(path, files=files).status == 403
    asker.client.headers["Sec-Fetch-Site"] = "cross-site"
    token = asker.open(path).form(path).fields["form_token"]
    assert asker.post(path, files=files, form_token=token).status == 403
    assert Visitor(api).post(path, files=files).says("登录")


def test_what_waits_is_its_owner_s(api: Api, asker: Visitor, second: Visitor, contract: FiledSeal) -> None:
    page = hand_in(asker, contract)
    assert second.open(place_of(page)).status == 422
    assert "img-src 'self' data:;" in page.answer.headers["content-security-policy"]


# --- the second person


@pytest.fixture
def limited(api: Api) -> FiledSeal:
    return api.city.seal(SealKind.FINANCE, limits=Limits(5, 1))


def test_above_the_threshold_a_second_person_approves(asker: Visitor, second: Visitor, limited: FiledSeal) -> None:
    assert placed(asker, hand_in(asker, limited)).says("已用印")
    waiting = placed(asker, hand_in(asker, limited), page="2", purpose="第二份")
    path = place_of(waiting)
    assert waiting.says("待第二人批准", "须由另一人批准")
    assert not [form for form in waiting.forms if form.action.endswith(("/decision", "/document"))]
    refused = asker.post(f"{path}/decision", step="approve", form_token=waiting.forms[0].fields.get("form_token", ""))
    assert refused.status == 403
    assert second.open(LIST).says("待第二人批准的用印", "第二份")
    assert second.press(second.open(path).form(f"{path}/decision"), ("step", "approve")).says("已批准")
    assert not [form for form in second.open(path).forms if form.action.endswith("/document")]
    form = asker.open(path).form(f"{path}/document")
    other = asker.post(form.action, files={"file": ("b.ofd", letter(2))}, **form.fields)
    assert (other.status, other.says("不在用印请求之内")) == (409, True)
    assert asker.post(form.action, files={"file": ("a.ofd", letter())}, **form.fields).says("已用印", "下载盖好的文件")


def test_a_refusal_ends_the_request(asker: Visitor, second: Visitor, limited: FiledSeal) -> None:
    placed(asker, hand_in(asker, limited))
    path = place_of(placed(asker, hand_in(asker, limited), page="2"))
    assert second.press(second.open(path).form(f"{path}/decision"), ("step", "refuse")).says("未获批准")
    assert not [form for form in asker.open(path).forms if form.action.endswith("/document")]
    assert asker.client.get(f"{path}/sealed").status_code == 404


def test_more_for_today_is_asked_for(asker: Visitor, second: Visitor, limited: FiledSeal) -> None:
    form = asker.open(address(limited)).form(address(limited, "requests"))
    bad = asker.press(form, count="0", purpose="批量")
    assert (bad.status, bad.says("没有提交成功")) == (422, True)
    page = asker.press(form, count="3", purpose="批量换发")
    path = place_of(page)
    assert page.says("待第二人批准", "今天增加 3 份用印")
    assert second.press(second.open(path).form(f"{path}/decision"), ("step", "approve")).says("已批准")
    assert all(placed(asker, hand_in(asker, limited), page=str(page)).says("已用印") for page in (1, 2, 3))


# --- places in words, there and back


@pytest.mark.parametrize(
    "given",
    [
        {"page": "1", "x": "0", "y": "0"},
        {"page": "0", "x": "12.5", "y": "200"},
        {"words": "第 1 处“文字”", "occurrence": "2"},
        {"words": "，锁定", "occurrence": "-1"},
        {"riding": "top"},
        {"riding": "bottom", "y": "33.25"},
        {"page": "3", "x": "1", "y": "2", "manner": "ses"},
        {"manner": "text"},
        {"manner": "package"},
    ],
)
@pytest.mark.parametrize("lock", ["0", "1"])
def test_the_words_of_a_place_lead_back_to_it(given: dict[str, str], lock: str) -> None:
    wanted = wanted_from(given | {"purpose": "报送", "lock": lock})
    fields = fields_of(words_of(wanted), "报送")
    assert fields is not None
    assert wanted_from(fields) == wanted


@pytest.mark.parametrize("words", ["", "随便哪里", "第 x 页，距左 1、距上 1 毫米", "骑缝，右边，居中，每 5 页一章"])
def test_other_words_lead_nowhere(words: str) -> None:
    assert fields_of(words, "报送") is None


def test_only_the_chosen_way_counts() -> None:
    assert check_place(Placed(way="riding", page="", purpose="报送")) == {}
    assert check_place(Placed(way="point", page="", purpose="报送")).keys() == {"page", "x", "y"}


def slot_of(api: Api, filed: FiledSeal) -> StatusPointer:
    subject = subject_of(filed.seal.seal_id)
    return api.yinzheng.archive.slots.of([subject])[subject]


def test_a_seal_whose_act_a_restore_lost_says_what_is_to_be_done() -> None:
    own = Api()
    try:
        archive, filed, at = own.yinzheng.archive, own.city.seal(), own.city.clock.forward(seconds=2)
        epoch, pointer = archive.epochs.begin(at, "甲", "乙", archive.log.size()), slot_of(own, filed)
        shard, entry = pointer.list, pointer.index
        report = encode_json({"carried": [[shard, entry, 2]]})
        carried = [(shard, Carried(entry, 2, at))]
        archive.epochs.settle(epoch, Settlement(carried, [(shard, SMALL_LIST)], shard + 17, SMALL_LIST, 500, report))
        own.city.clock.forward(seconds=2)
        asker = Visitor(own, "scjg")
        assert asker.open(LIST).says("停用", "恢复前已公布停用，待重新登记")
        page = asker.open(address(filed))
        assert page.says("恢复前已公布停用，待重新登记", "请查原卷，按原事由重新登记“停用”")
        assert f'href="{address(filed, "use")}"' not in page.html
        form = asker.open(address(filed, "act", "suspend"))
        assert form.says("恢复前已公布停用，待重新登记", "目前状态 停用")
        done = asker.press(form.form(address(filed, "act", "suspend")), ground="seal-suspected")
        assert done.says("已登记")
        assert "恢复前" not in done.html
        assert asker.open(address(filed)).says("停用", "恢复")
    finally:
        own.close()
