"""Converting stock by clicking: hand in, tick what agrees, look at every page, confirm as somebody else, issue."""

from collections.abc import Iterator
from itertools import count

import pytest

from issuer.converting.stock import Stage, Stock
from tests.api_parts import Api
from tests.page_parts import XSS, Page, PageForm, Visitor
from tests.stock_parts import SOURCE, drawn_here, pdf, picture

NUMBERS = count(1)
HEAD = "扫描件,存量来源,证照编号,颁发日期,行政区划代码,持证主体,持证主体代码,持证主体代码类型,类型,成立日期,住所,经营范围,法定代表人"
ITEMS = ("number", "holder", "holder_code", "issued_on", "valid_until")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    made.yinzheng.draw = drawn_here
    yield made
    made.close()


@pytest.fixture(scope="module")
def people(api: Api) -> tuple[Visitor, Visitor, Visitor]:
    return Visitor(api, "scjg"), Visitor(api, "scjg2"), Visitor(api, "jyj")


def line(file: str, number: str, source: str = SOURCE) -> str:
    return (
        f"{file},{source},{number},2009-03-18,530199,云岭市青禾数据科技有限公司,91530199MA6QH2K74U,001,"
        "有限责任公司,2009年03月18日,云岭市青禾路1号,软件开发,沈砚秋"
    )


def hand_in(api: Api, who: Visitor, *lines: str, scans: dict[str, bytes] | None = None, bundle: str = "") -> Page:
    form = who.open("/issuer/conversions").forms
    (sent,) = [one for one in form if one.action == "/issuer/conversions"]
    files = [("manifest", ("list.csv", "\n".join([HEAD, *lines]).encode()))]
    files += [("scans", (name, octets)) for name, octets in (scans or {}).items()]
    texts = {name: sent.fields[name] for name in ("form_token", "bundle")}
    return who._seen(who.client.post(sent.action, data=texts | ({"bundle": bundle} if bundle else {}), files=files))


def stock(api: Api, who: Visitor, octets: bytes | None = None) -> Stock:
    number = f"CLPAGE{next(NUMBERS):04}"
    page = hand_in(api, who, line("1.pdf", number), scans={"1.pdf": octets or pdf(text=number)})
    assert page.status == 200, page.text
    found = api.yinzheng.conversions.of_body(api.city.body_code("business-licence"), Stage.SUBMITTED, limit=500)
    return next(one for one in found if one.application.number == number)


def form_of(page: Page, step: str) -> PageForm:
    return next(one for one in page.forms if ("step", step) in one.buttons)


def send(who: Visitor, page: Page, step: str, **ticked: str) -> Page:
    form = form_of(page, step)
    kept = {name: text for name, text in form.fields.items() if name in {"form_token", "content", "reason", "lower"}}
    more = {name.replace("__", "."): text for name, text in ticked.items()}
    return who.post(form.action, **(kept | more | {"step": step}))


def all_ticks(one: Stock, kinds: tuple[str, ...] = ("scan",)) -> dict[str, str]:
    from issuer.converting.stock import items_of

    return {f"{kind}.{key}": "1" for kind in kinds for key in items_of(one.application)}


def test_the_whole_way(api: Api, people: tuple[Visitor, Visitor, Visitor]) -> None:
    first, second, _ = people
    one = stock(api, first)
    address = f"/issuer/conversions/{one.number}"
    page = first.open(address)
    assert page.says("待核对", one.application.number, SOURCE, "核对后得出")
    assert page.html.count("data:image/png;base64,") == 2  # both pages of the scan, beside the data
    page = send(first, page, "compare", **all_ticks(one), **{"register.number": "1", "register.holder": "1"})
    assert page.says("待复核", "证据等级", "B：有纸质证照扫描件", "须由录入、核对以外的另一人复核")
    assert not [form for form in page.forms if ("step", "confirm") in form.buttons]
    page = second.open(address)
    page = send(second, page, "confirm", **{"page.1": "1"})
    assert page.status == 422
    assert page.says("请逐页看过，并勾选每一页")
    page = send(second, page, "confirm", **{"page.1": "1", "page.2": "1"})
    assert page.says("待签发", "存量转换 证据等级B")
    page = send(second, page, "release")
    assert page.says("已签发，证据等级 B")
    licence = next(link for link in page.addresses if link.startswith("/issuer/licences/"))
    assert second.open(licence).says("存量转换", "证据等级 B：有纸质证照扫描件")
    scan = first.client.get(f"{address}/scan")
    assert scan.content.startswith(b"%PDF-")
    assert "attachment" in scan.headers["content-disposition"]


def test_what_was_left_out_is_told_at_its_place(api: Api, people: tuple[Visitor, Visitor, Visitor]) -> None:
    first, _, _ = people
    one = stock(api, first)
    page = first.open(f"/issuer/conversions/{one.number}")
    page = send(first, page, "compare", **{"scan.number": "1"})
    assert page.status == 422
    assert page.says("没有提交成功", "持证主体：这一项既没有与扫描件、也没有与登记数据核对")
    checked = [given["name"] for tag, given in page.tags if tag == "input" and "checked" in given]
    assert checked == ["scan.number"]  # what was ticked stays ticked


def test_refusing_and_reading_why(api: Api, people: tuple[Visitor, Visitor, Visitor]) -> None:
    first, second, _ = people
    one = stock(api, first)
    page = send(first, first.open(f"/issuer/conversions/{one.number}"), "refuse", reason="")
    assert page.status == 422
    page = send(first, page, "refuse", reason=XSS[0])
    assert page.says("不予转换", XSS[0])
    assert "<script>alert(1)" not in page.html
    listed = second.open("/issuer/conversions?stage=refused")
    assert listed.says(one.application.number)
    assert second.open("/issuer/conversions?stage=nothing").status == 200


def test_another_department_sees_nothing(api: Api, people: tuple[Visitor, Visitor, Visitor]) -> None:
    first, _, other = people
    one = stock(api, first)
    for path in ("", "/scan"):
        answers = [other.open(f"/issuer/conversions/{number}{path}") for number in (one.number, "0" * 24 + "-0001")]
        assert [answer.status for answer in answers] == [404, 404]
        assert answers[0].text == answers[1].text
    assert not other.open("/issuer/conversions").says(one.application.number)


@pytest.mark.parametrize(
    ("lines", "scans", "said"),
    [
        (("nothing",), {}, "第 1 行：这一行的列数与标题行不同"),
        ((line("9.pdf", "CLX1"),), {}, "第 1 行"),
        ((line("9.pdf", "CLX2"),), {"9.pdf": b"GIF89a"}, "不是完整的 PDF、JPEG 或 PNG"),
        ((line("", "CLX3").replace("2009-03-18", "2009/3/18"),), {}, "第 1 行颁发日期：请填写真实存在的日期"),
        ((line("", "CLX4", source=""),), {}, "第 1 行"),
    ],
)
def test_a_manifest_that_does_not_do(
    api: Api,
    people: tuple[Visitor, Visitor, Visitor],
    lines: tuple[str, ...],
    scans: dict[str, bytes],
    said: str,
) -> None:
    page = hand_in(api, people[0], *lines, scans=scans)
    assert page.status == 422
    assert page.says("没有提交成功", said)


def test_a_form_of_somebody_else_is_not_taken(api: Api, people: tuple[Visitor, Visitor, Visitor]) -> None:
    first, _, _ = people
    files = {"manifest": ("list.csv", HEAD.encode())}
    assert first.post("/issuer/conversions", files=files, bundle="business-licence").status == 403
    one = stock(api, first, picture())
    assert first.post(f"/issuer/conversions/{one.number}", step="release").status == 403


def test_a_step_that_is_none(api: Api, people: tuple[Visitor, Visitor, Visitor]) -> None:
    first, _, _ = people
    one = stock(api, first)
    page = first.open(f"/issuer/conversions/{one.number}")
    for step, lower in (("confirm", ""), ("release", ""), ("raise", ""), ("compare", "A+")):
        answer = first.post(
            f"/issuer/conversions/{one.number}",
            form_token=form_of(page, "compare").fields["form_token"],
            step=step,
            lower=lower,
        )
        assert answer.status in {409, 422}


def test_a_citation_says_the_grade(api: Api, people: tuple[Visitor, Visitor, Visitor]) -> None:
    from tests.stock_parts import FIRST, SECOND, checks_for
    from trust.rules.conversion import Grade

    one, desk = stock(api, people[0]), api.yinzheng.conversions
    one = desk.compare(one, checks_for(one, Grade.B), lower=None, by=FIRST)
    one = desk.confirm(one, content=one.content, pages=[1, 2], lower=None, by=SECOND)
    _, issued = desk.release(one, by=SECOND)
    window, case = Visitor(api, "window"), "530199202611219001"
    cited = api.client.post(
        f"/api/v1/cases/{case}/citations",
        json={
            "matter_code": "11530199MB0T35T369000131017001000",
            "requirement_code": "01",
            "holder_code_type": "001",
            "holder_code": "91530199MA6QH2K74U",
            "identifier": str(issued.entry.licence.identifier),
            "purpose": "食品经营许可新办",
            "consent": {"mode": "statutory", "reference": "《中华人民共和国食品安全法》第三十五条"},
        },
        headers=api.as_("window", Idempotency_Key=api.key()),
    ).json()
    assert cited["grade"] == "B"
    assert window.open(f"/reviewer/citations/{cited['number']}").says("存量转换", "证据等级 B")
    assert window.open(f"/reviewer/case?number={case}").status < 500


def test_a_system_does_not_sign_in_to_pages(api: Api) -> None:
    secret = api.yinzheng.identity.admit_system("page-system", "系统", api.city.body_code("business-licence"))
    page = Visitor(api).post("/sign-in", login="page-system", password=secret)
    assert page.status == 403
    assert page.says("这是业务系统的账号，不能登录网页")
