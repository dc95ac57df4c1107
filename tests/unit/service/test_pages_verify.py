"""The public pages: every way to verify, what is shown to whom, and that nothing typed comes back as markup."""

from collections.abc import Iterator

import pytest

from templates.code import code_png
from tests.api_parts import Api, identifier_of
from tests.journey_parts import code_text
from tests.page_parts import XSS, Page, Visitor
from trust.rules.identifier import LicenceIdentifier
from trust.rules.standing import ActKind

CITIZEN = ("林𬭎雅", "530199191107070021")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


@pytest.fixture
def visitor(api: Api) -> Visitor:
    return Visitor(api)


def by_file(visitor: Visitor, octets: bytes, name: str = "licence.ofd") -> Page:
    return visitor.post("/verify", files={"file": (name, octets)})


def test_the_front_page_offers_three_ways_that_need_no_script(visitor: Visitor) -> None:
    page = visitor.open("/")
    assert page.status == 200
    ways = [form for form in page.forms if form.action == "/verify"]
    assert len(ways) == 3
    assert {form.method for form in ways} == {"post"}
    assert page.says("核验通过", "核验未通过", "无法确认")


@pytest.mark.parametrize("bundle", ["business-licence", "food-operation", "teacher-qualification"])
def test_a_genuine_licence_passes_in_every_form(api: Api, visitor: Visitor, bundle: str) -> None:
    issued = api.issue(bundle)
    pages = [
        by_file(visitor, issued.ofd),
        by_file(visitor, issued.pdf, "licence.pdf"),
        by_file(visitor, code_png(code_text(issued)), "photo.png"),
        visitor.post("/verify", text=code_text(issued)),
        visitor.post("/verify", identifier=identifier_of(issued)),
    ]
    for page in pages:
        assert page.status == 200
        assert page.says("核验通过", "逐项核验结果", "证照状态", issued.entry.licence.issuing_body.name)
        assert page.answer.headers["cache-control"] == "no-store"
        assert "passed" in {given.get("class", "") for _, given in page.tags} | {
            word for _, given in page.tags for word in given.get("class", "").split()
        }


def test_the_verdict_is_told_by_colour_symbol_and_words(api: Api, visitor: Visitor) -> None:
    page = by_file(visitor, api.issue().ofd)
    (box,) = [given["class"] for tag, given in page.tags if tag == "section" and "verdict" in given.get("class", "")]
    assert box == "verdict passed"
    assert [given for tag, given in page.tags if tag == "svg"]
    assert page.says("接下来：", "最旧的依据：")


def test_only_the_identifier_shows_less_than_the_document(api: Api, visitor: Visitor) -> None:
    issued = api.issue("food-operation")
    supervising = issued.entry.licence.fields["supervising_staff"]
    assert by_file(visitor, issued.ofd).says(supervising)
    assert visitor.post("/verify", text=code_text(issued)).says(supervising)
    page = visitor.post("/verify", identifier=identifier_of(issued))
    assert (page.says(supervising), page.says("证照文件的 SM3 摘要"), page.says("本文件")) == (False, True, False)
    assert not visitor.post("/verify", text=identifier_of(issued)).says(supervising)


def test_nobody_is_told_a_persons_name_or_number(api: Api, visitor: Visitor) -> None:
    issued = api.issue("teacher-qualification")
    for page in (
        by_file(visitor, issued.ofd),
        by_file(visitor, issued.pdf, "a.pdf"),
        visitor.post("/verify", text=code_text(issued)),
        visitor.post("/verify", identifier=identifier_of(issued)),
    ):
        assert page.says("林**")
        assert not any(secret in page.html for secret in CITIZEN)


def test_a_suspended_licence_is_genuine_and_not_in_force(api: Api, visitor: Visitor) -> None:
    issued = api.issue()
    api.city.act(ActKind.SUSPEND, issued, "penalty")
    for page in (by_file(visitor, issued.ofd), visitor.post("/verify", identifier=identifier_of(issued))):
        assert page.says("核验未通过", "文件是真的，但证照目前不能使用")
        assert page.text.count("该证照处于暂扣状态") == 2  # beside the verdict, and in its step
    assert visitor.post("/verify", text=code_text(issued)).says("核验未通过", "二维码是真的")


def test_what_stands_in_a_changed_file_is_not_repeated(api: Api, visitor: Visitor) -> None:
    issued = api.issue()
    changed = bytearray(issued.ofd)
    changed[len(changed) // 2] ^= 1
    page = by_file(visitor, bytes(changed))
    assert page.says("核验未通过", "已损坏或被改动", "不要采信")
    assert not page.says(issued.entry.licence.holders[0].name)


def test_unknown_identifiers_give_one_plain_answer(api: Api, visitor: Visitor) -> None:
    licence = api.issue().entry.licence.identifier
    pages = [
        visitor.post("/verify", identifier=str(LicenceIdentifier(licence.type_code, licence.issuer_code, serial)))
        for serial in ("0" * 20, "Z" * 20)
    ]
    assert {page.status for page in pages} == {200}
    assert all(page.says("无法确认", "没有查到可供公开核验的证照") for page in pages)
    assert pages[0].text == pages[1].text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("identifier", "12345", "既不是证照二维码的文字"),
        ("identifier", "https://host/q#123", "二维码内容请填到上一栏"),
        ("text", "", "请选择文件、粘贴二维码内容，或填写证照标识"),
    ],
)
def test_words_that_are_nothing_come_back_with_a_sentence(visitor: Visitor, field: str, typed: str, said: str) -> None:
    page = visitor.post("/verify", **{field: typed})
    assert page.status == 422
    assert page.says("没有开始核验", said)
    assert typed in [form.fields.get(field) for form in page.forms]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("text", "https://host/q#123"),
        ("identifier", "1.2.156.3005.2.11100000MB0143028R001.11530199MB0T35T1XE.ABC.001.X"),
    ],
)
def test_a_slip_of_the_pen_can_be_corrected_where_the_verdict_stands(visitor: Visitor, field: str, typed: str) -> None:
    page = visitor.post("/verify", **{field: typed})
    assert page.status == 200
    assert page.says("核验未通过", "有输错的地方")
    assert page.form("/verify").fields[field] == typed


def test_an_empty_upload_is_asked_for_again(visitor: Visitor) -> None:
    page = by_file(visitor, b"")
    assert (page.status, page.says("请选择文件")) == (422, True)


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"MZ not a licence", "没有认出可以核验的内容"),
        (b"%PDF-1.7 broken", "文件已损坏、被改动"),
        (b"PK\x03\x04 broken", "文件已损坏、被改动"),
        (b"\x89PNG\r\n\x1a\n", "没有认出可以核验的内容"),
    ],
)
def test_any_file_gets_a_verdict(visitor: Visitor, octets: bytes, said: str) -> None:
    page = by_file(visitor, octets)
    assert (page.status, page.says("核验未通过", said)) == (200, True)


def test_a_file_that_is_too_large_gets_a_verdict(visitor: Visitor) -> None:
    page = by_file(visitor, bytes(21 * 1024 * 1024))
    assert (page.status, page.says("无法确认", "20 MB 以内")) == (200, True)


@pytest.mark.parametrize("payload", XSS)
def test_what_was_typed_comes_back_as_text(visitor: Visitor, payload: str) -> None:
    for field in ("text", "identifier"):
        page = visitor.post("/verify", **{field: payload})
        assert page.status == 422
        assert payload in [form.fields.get(field) for form in page.forms]
        assert "alert(1)" not in "".join(f"{tag}{given}" for tag, given in page.tags if tag in {"script", "img", "svg"})


@pytest.mark.parametrize("payload", [*XSS[:3], XSS[4]])
def test_a_hostile_holders_name_stays_text_on_the_verdict_page(api: Api, visitor: Visitor, payload: str) -> None:
    holder = {"name": payload, "code": "91530199MA6QH2K74U", "code_type": "001"}
    issued = api.issue(holders=[holder])
    for page in (by_file(visitor, issued.ofd), visitor.post("/verify", text=code_text(issued))):
        assert page.says("核验通过", payload)
        assert payload not in page.html or not any(mark in payload for mark in "<>")
        assert [given for tag, given in page.tags if tag == "script"] == [
            given for tag, given in visitor.open("/").tags if tag == "script"
        ]


def test_scripts_and_styles_come_from_files_alone(visitor: Visitor) -> None:
    for address in ("/", "/q", "/sign-in"):
        page = visitor.open(address)
        assert all(given.get("src", "").startswith("/static/") for tag, given in page.tags if tag == "script")
        assert not [tag for tag, _ in page.tags if tag == "style"]
        assert not [given for _, given in page.tags if any(name == "style" or name.startswith("on") for name in given)]
        assert "'unsafe-inline'" not in page.answer.headers["content-security-policy"]


def test_the_scan_page_says_where_the_digits_go(visitor: Visitor) -> None:
    page = visitor.open("/q")
    assert page.says("浏览器不会随网址发给服务器", "粘贴")
    (form,) = [form for form in page.forms if "text" in form.fields]
    assert (form.method, form.action) == ("post", "/verify")


def test_what_is_verified_stands_in_no_address_and_no_journal(api: Api, visitor: Visitor) -> None:
    issued = api.issue("teacher-qualification")
    secret = code_text(issued).partition("#")[2]
    visitor.post("/verify", text=code_text(issued))
    visitor.post("/verify", identifier=identifier_of(issued))
    by_file(visitor, issued.ofd, "林𬭎雅.ofd")
    seen = "".join(visitor.visited) + api.journal.getvalue()
    assert not [word for word in (secret, identifier_of(issued), *CITIZEN) if word in seen]


def test_going_to_the_result_again_leads_to_the_front(visitor: Visitor) -> None:
    page = visitor.open("/verify")
    assert page.answer.url.path == "/"
