"""The pages of reviewers, holders and auditors: cite once, see what one's own are used for, and nothing of others."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import zxingcpp
from PIL import Image

from cases.citing import check_receipt
from service.leaked_keys import Word, block_on_word, words_said
from tests.api_parts import Api, identifier_of
from tests.journey_parts import code_text
from tests.page_parts import XSS, Page, PageForm, Visitor
from trust.rules.standing import ActKind
from trust.sealing.ports import Officer

CITE = "/reviewer/cite"
FIRM = "91530199MA6QH2K74U"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    made.city.issue("business-licence")
    made.city.issue("teacher-qualification")
    yield made
    made.close()


@pytest.fixture
def reviewer(api: Api) -> Visitor:
    return Visitor(api, "window")


def filled(reviewer: Visitor) -> PageForm:
    return reviewer.open("/reviewer?sample=true").form(CITE)


def test_a_licence_is_cited_in_place_of_the_paper(api: Api, reviewer: Visitor) -> None:
    page = reviewer.press(filled(reviewer))
    assert page.says("已引用", "不必再提交", "食品经营许可新办", "罗小满", "沈砚秋", "用证码")
    number = page.answer.url.path.rpartition("/")[2]
    receipt = reviewer.client.get(f"/reviewer/citations/{number}/receipt")
    assert receipt.headers["content-disposition"] == f'attachment; filename="citation-{number}.cose"'
    citation = api.yinzheng.archive.citations.find(number)
    assert citation is not None
    assert receipt.content == citation.receipt
    check_receipt(citation, [api.yinzheng.directory.service("receipt")[1].public_key])


def test_a_double_click_cites_once(api: Api, reviewer: Visitor) -> None:
    form, before = filled(reviewer), api.rows()["citation"]
    pages = [reviewer.press(form) for _ in range(2)]
    assert pages[0].answer.url.path == pages[1].answer.url.path
    assert api.rows()["citation"] == before + 1


def test_a_blank_form_names_everything_that_is_missing(reviewer: Visitor) -> None:
    page = reviewer.press(reviewer.open("/reviewer").form(CITE), mode="agent")
    wrong = [given["name"] for _, given in page.tags if given.get("aria-invalid") == "true"]
    assert wrong == ["case_number", "purpose", "holder_code", "reference", "given_by", "valid_until"]
    assert [f"#{name}" for name in wrong] == [address for address in page.addresses if address[1:] in wrong]


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"case_number": "办件一"}, 422, "办件编号由 1 至 50 位"),
        ({"holder_code": "91530199MA6RT5X39X"}, 404, "没有查到可供引用的证照"),
        ({"holder_code": ""}, 422, "请填写持证主体代码"),
        ({"identifier": "123"}, 422, "不是完整的证照标识"),
        ({"purpose": ""}, 422, "用途应为 1 至 200 字"),
        ({"purpose": f"核验{FIRM}"}, 422, "不能写入持证主体或代理人的代码"),
        ({"reference": ""}, 403, "须写明法律依据"),
        ({"mode": "holder", "reference": "SQ1"}, 403, "请填写授权的截止日期"),
        ({"mode": "holder", "reference": "SQ1", "valid_until": "2026-01-01"}, 403, "授权已经过期"),
        ({"mode": "holder", "reference": "SQ1", "valid_until": "昨天"}, 422, "请填写真实存在的日期"),
        ({"mode": "agent", "reference": "WT1", "valid_until": "2027-01-01"}, 403, "代理人代码"),
        ({"mode": "nobody"}, 422, "请选择用证方式"),
        ({"requirement": "11530199MB0T35T28E000105008002000/99"}, 404, "没有这个事项或这项材料"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(
    api: Api, reviewer: Visitor, typed: dict[str, str], status: int, words: str
) -> None:
    before = api.rows()
    page = reviewer.press(filled(reviewer), **typed)
    assert (page.status, page.says("没有提交成功", words)) == (status, True)
    kept = page.form(CITE).fields
    assert kept["purpose"] == typed.get("purpose", "办理食品经营许可，核验主体资格")
    assert all(kept[name] == value for name, value in typed.items() if name not in {"mode", "requirement"})
    assert api.rows() == before


@pytest.mark.parametrize(
    "typed",
    [
        {"mode": "holder", "reference": "SQ-2026-1", "valid_until": "2027-01-01"},
        {"mode": "agent", "reference": "WT-2026-1", "given_by": "530199191107070021", "valid_until": "2027-01-01"},
    ],
)
def test_holders_and_agents_consents_carry_a_citation(reviewer: Visitor, typed: dict[str, str]) -> None:
    assert reviewer.press(filled(reviewer), **typed).says("已引用", "2027年1月2日 00:00:00")


def test_a_licence_that_does_not_hold_is_refused_with_its_findings(api: Api, reviewer: Visitor) -> None:
    holder = {"name": "云岭市禾香园餐饮有限公司", "code": "91530199MA6RT5X39X", "code_type": "001"}
    issued = api.issue(holders=[holder])
    api.city.act(ActKind.SUSPEND, issued, "penalty")
    page = reviewer.press(filled(reviewer), holder_code="91530199MA6RT5X39X")
    assert page.status == 409
    assert page.says("证照核验未通过，不能引用", "为什么没有通过核验", "证照状态", "暂扣")


@pytest.mark.parametrize("payload", XSS)
def test_hostile_words_stay_text(reviewer: Visitor, payload: str) -> None:
    for page in (
        reviewer.press(filled(reviewer), purpose=payload),
        reviewer.press(filled(reviewer), case_number=payload),
        reviewer.press(reviewer.open("/reviewer").forms[-1], case_number=payload),
    ):
        assert len([tag for tag, _ in page.tags if tag == "script"]) == 1
        assert not [
            tag for tag, given in page.tags if tag in {"img", "svg"} and ("onerror" in given or "onload" in given)
        ]


def test_a_case_shows_what_became_of_its_citations(api: Api, reviewer: Visitor) -> None:
    holder = {"name": "云岭市东篱文化有限公司", "code": "91530199MA6TE5T76D", "code_type": "001"}
    issued = api.issue(holders=[holder])
    reviewer.press(filled(reviewer), holder_code=holder["code"], case_number="YL-FALL-1")
    watch = reviewer.open("/reviewer").form("/reviewer/case")
    assert reviewer.press(watch, case_number="YL-FALL-1").says("所引用证照仍然有效")
    api.city.clock.forward(seconds=5)
    api.city.act(ActKind.REVOKE, issued, "penalty")
    page = reviewer.press(watch, case_number="YL-FALL-1")
    assert page.says("吊销", "引用后证照状态已变化，请复核本办件")
    (cited,) = [one for one in page.addresses if one.startswith("/reviewer/citations/")]
    assert reviewer.open(cited).says("请复核")


def test_nobody_sees_another_departments_citation(api: Api, reviewer: Visitor) -> None:
    citation = reviewer.press(filled(reviewer)).answer.url.path
    person = next(one for one, _ in api.city.plan.people if one.login == "window")
    other = type(person)("window2", "别处的人", person.role, "11530199MB0T35T28E")
    api.yinzheng.identity.enrol(other, "demo-window2")
    stranger = Visitor(api, "window2")
    for tail in ("", "/receipt"):
        assert stranger.open(citation + tail).status == 404
    assert stranger.press(stranger.open("/reviewer").forms[-1], case_number="YL-FALL-1").says("没有引用记录")


def test_no_code_and_no_case_stands_in_an_address(api: Api, reviewer: Visitor) -> None:
    page = reviewer.press(filled(reviewer), case_number="YL-SECRET-9")
    reviewer.press(reviewer.open("/reviewer").forms[-1], case_number="YL-SECRET-9")
    seen = "".join(reviewer.visited) + "".join(page.addresses) + api.journal.getvalue()
    assert not [word for word in (FIRM, "YL-SECRET-9", "沈砚秋", "核验主体资格") if word in seen]


def test_holders_see_their_own_licences_and_who_used_them(api: Api, reviewer: Visitor) -> None:
    reviewer.press(filled(reviewer), purpose="甲乙丙用途")
    firm = Visitor(api, "firm")
    page = firm.open("/me")
    assert page.says("营业执照", "有效", "云岭市青禾数据科技有限公司")
    assert not page.says("教师资格证书")
    (address, *_) = [one for one in page.addresses if one.startswith("/me/licences/")]
    mine = firm.open(address)
    assert mine.says("谁用过这本证照", "云岭市政务服务和数据局", "甲乙丙用途", "食品经营许可新办", "依职能用证")
    assert not mine.says("罗小满")


def test_the_code_shown_is_the_code_of_the_licence(api: Api) -> None:
    issued = api.issue("teacher-qualification")
    citizen = Visitor(api, "citizen")
    answer = citizen.client.get(f"/me/qr/{identifier_of(issued)}.png")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/png", "no-store")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)))
    assert found.text == code_text(issued)
    assert citizen.client.get(f"/me/licences/{identifier_of(issued)}/licence.ofd").content == issued.ofd


def test_anothers_licence_is_like_none(api: Api) -> None:
    other = identifier_of(api.issue("teacher-qualification"))
    firm = Visitor(api, "firm")
    unknown = other[:-1] + ("A" if other[-1] != "A" else "B")
    for address in ("/me/licences/{}", "/me/licences/{}/licence.pdf", "/me/qr/{}.png"):
        pages = [firm.open(address.format(one)) for one in (other, unknown)]
        assert {page.status for page in pages} == {404}
        assert pages[0].text == pages[1].text


def test_who_holds_nothing_is_told_what_to_do() -> None:
    empty = Api()
    try:
        assert Visitor(empty, "shop").open("/me").says("名下没有电子证照", "颁发机构")
    finally:
        empty.close()


def audit(api: Api) -> Page:
    return Visitor(api, "auditor").open("/audit")


def test_the_auditor_sees_what_is_published_and_done(api: Api) -> None:
    page = audit(api)
    assert page.says(
        "存证日志检查点", "信任列表", "状态清单 0", "签发证书的撤销列表", "在期限内", "处理登记", "签发未完成"
    )
    assert page.says("暂扣", "依法作出行政处罚决定", "云岭市市场监督管理局")


def test_a_key_that_one_person_blocked_is_shown_as_that(api: Api) -> None:
    assert "密钥封禁" not in audit(api).html, "nothing is said of what never was"
    yinzheng, at, admin = api.yinzheng, api.city.clock(), Officer("admin", "系统管理员")
    together = Word(admin, "admin", Officer("scjg", "周明远"), "服务器被入侵")
    for key, word in (("ocsp", together), ("presentation", Word(admin, "admin", reason="夜间被入侵<b>"))):
        block_on_word(yinzheng.ring, yinzheng.archive, yinzheng.trail.store, key, word, at, None)
    page = audit(api)
    assert page.says(
        "密钥封禁", "ocsp", "两人：admin、scjg", "服务器被入侵", "presentation", "仅一人：admin", "夜间被入侵<b>"
    )
    assert "周明远" not in page.html
    assert [given.get("class") for tag, given in page.tags if tag == "tr"].count("attention") == 1


def test_nobody_signs_afterwards_for_a_key_that_one_person_blocked(api: Api) -> None:
    """However often it is said again, by whomever, the page shows who blocked it; an earlier loss is news."""
    yinzheng, at, admin = api.yinzheng, api.city.clock(), Officer("admin", "系统管理员")
    alone, together = Word(admin, "admin", reason="夜间"), Word(admin, "admin", Officer("scjg", "周明远"), "事后")
    hour = timedelta(hours=1)

    def say(word: Word, lost_at: datetime | None) -> int:
        block_on_word(yinzheng.ring, yinzheng.archive, yinzheng.trail.store, "time-stamp", word, at, lost_at)
        (said,) = (
            one for one in words_said(yinzheng.trail.store, 200) if one.first.about["identifier"] == "time-stamp"
        )
        assert said.first.why == "夜间"
        return len(said.later)

    assert [say(alone, at - hour), say(together, at - hour), say(alone, at), say(together, at - 2 * hour)] == [
        0,
        0,
        0,
        1,
    ]
    assert [say(alone, None), say(together, at - 3 * hour), say(together, None)] == [2, 2, 2], "graver it cannot get"
    assert audit(api).says("仅一人：admin", "此后又登记 2 次，最近一次由一人登记")


def test_the_auditors_page_has_no_personal_data(api: Api) -> None:
    issued = api.issue("teacher-qualification")
    api.city.act(ActKind.SUSPEND, issued, "penalty", reason="林𬭎雅的事")
    page = audit(api)
    secrets = ("林𬭎雅", "530199191107070021", identifier_of(issued), issued.entry.licence.number, "周明远")
    assert not [word for word in secrets if word in page.html]


def test_a_stale_list_is_shown_as_stale() -> None:
    old = Api()
    try:
        old.city.issue()
        old.city.clock.forward(hours=25)
        page = audit(old)
        assert page.says("已过期限")
        assert "attention" in {given.get("class") for tag, given in page.tags if tag == "tr"}
    finally:
        old.close()
