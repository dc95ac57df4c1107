"""The pages in a real browser: verify, issue, suspend, cite, seal; forged and repeated forms."""

import io

import pytest
from playwright.sync_api import Page, Route, expect

from templates.code import code_png
from tests.api_parts import identifier_of
from tests.browser import batch_life
from tests.browser.clicking import expect_verdict, place_seal, verify_file, verify_number
from tests.browser.conftest import Opening
from tests.browser.licence_life import live
from tests.browser.serving import Site
from tests.journey_parts import code_text
from tests.ofd_foreign import letter
from tests.sealing_parts import seal_on

ISSUE = "/issuer/issue/business-licence"


@pytest.mark.parametrize("script", [True, False])
def test_a_file_a_picture_a_code_and_a_number_are_verified(site: Site, browse: Opening, script: bool) -> None:
    issued = site.api.issue()
    page = browse(script=script)
    verify_file(page, issued.ofd)
    expect_verdict(page, "核验通过")
    expect(page.get_by_text("云岭市青禾数据科技有限公司").first).to_be_visible()
    verify_file(page, issued.pdf, "licence.pdf")
    expect_verdict(page, "核验通过")
    verify_file(page, code_png(code_text(issued)), "photo.png")
    expect_verdict(page, "核验通过")
    page.goto("/")
    page.get_by_label("粘贴扫码得到的文字").fill(code_text(issued))
    page.get_by_role("button", name="核验二维码").click()
    expect_verdict(page, "核验通过")
    verify_number(page, identifier_of(issued))
    expect_verdict(page, "核验通过")
    verify_number(page, identifier_of(issued).replace(".001.", ".002."))
    expect_verdict(page, "核验未通过")


def test_scanning_opens_the_verdict_and_leaves_no_trace_in_addresses(
    site: Site, browse: Opening, journal: io.StringIO
) -> None:
    digits = code_text(site.api.issue("teacher-qualification")).partition("#")[2]
    page = browse()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.goto(f"/q#{digits}")
    expect_verdict(page, "核验通过")
    expect(page.get_by_text("林**")).to_be_visible()
    assert page.url == f"{site.base}/verify"
    assert not [url for url in asked if digits in url and "#" not in url]
    assert digits not in journal.getvalue()
    page.go_back()
    expect_verdict(page, "核验电子证照")  # the page that scanned is not gone back to, so nothing is posted twice


def test_scanning_without_script_explains_what_to_do(site: Site, browse: Opening) -> None:
    text = code_text(site.api.issue())
    page = browse(script=False)
    page.goto(f"/q#{text.partition('#')[2]}")
    expect(page.get_by_role("status")).to_contain_text("请按下面的说明粘贴")
    page.get_by_label("二维码内容").fill(text)
    page.get_by_role("button", name="核验", exact=True).click()
    expect_verdict(page, "核验通过")


def test_a_scan_page_without_a_code_says_so(browse: Opening) -> None:
    page = browse()
    page.goto("/q#<img src=x onerror=alert(1)>")
    expect(page.get_by_role("status")).to_contain_text("网址里没有二维码内容")


def test_signing_in_fails_and_then_succeeds(site: Site, browse: Opening) -> None:
    page = browse()
    page.goto("/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.get_by_role("textbox", name="账号").fill("firm")
    page.get_by_label("密码").fill("wrong")
    page.locator("form.card").first.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不对")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("textbox", name="账号")).to_have_value("firm")
    expect(page.get_by_label("密码")).to_have_value("")
    page.get_by_label("密码").fill("demo-firm")
    page.locator("form.card").first.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的证照")
    (cookie,) = [one for one in page.context.cookies(site.base) if one["name"].startswith("__Host-")]
    assert cookie["secure"]
    assert cookie["httpOnly"]
    page.get_by_role("button", name="退出").click()
    page.goto("/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


@pytest.mark.parametrize("script", [True, False])
def test_from_issuing_to_suspending_everybody_sees_it(site: Site, browse: Opening, script: bool) -> None:
    official, anybody = browse("scjg", script=script), browse(script=script)
    official.goto("/issuer")
    official.get_by_role("link", name="签发营业执照").click()
    official.get_by_role("button", name="填入样例").click()
    number = site.api.key().upper()
    official.get_by_label("证照编号").fill(number)
    official.get_by_role("button", name="签章并签发").click()
    expect(official.get_by_role("status")).to_contain_text("已签发并通过签后自查")
    identifier = official.url.rpartition("/")[2].partition("?")[0]
    with official.expect_download() as downloading:
        official.get_by_role("link", name="下载 OFD").click()
    ofd = downloading.value.path().read_bytes()
    verify_file(anybody, ofd)
    expect_verdict(anybody, "核验通过")
    official.get_by_role("link", name="暂扣").click()
    official.get_by_label("依法作出行政处罚决定").check()
    official.get_by_role("textbox", name="理由").fill("逾期未整改")
    official.get_by_role("button", name="下一步：确认").click()
    expect(official.get_by_role("note").last).to_contain_text("任何人核验这本证照都得到“核验未通过”")
    official.get_by_role("button", name="确认暂扣").click()
    expect(official.get_by_role("status")).to_contain_text("状态清单已公布")
    verify_file(anybody, ofd)
    expect_verdict(anybody, "核验未通过")
    expect(anybody.get_by_text("文件是真的，但证照目前不能使用")).to_be_visible()
    verify_number(anybody, identifier)
    expect_verdict(anybody, "核验未通过")


def test_the_life_of_a_licence_by_clicking(browse: Opening) -> None:
    """The walk of the pictures in docs/journeys; the second person's browser has no script."""
    live(browse("scjg"), browse("scjg2", script=False), browse(), lambda *_: None)


def test_a_batch_by_two_people_by_clicking(site: Site, browse: Opening) -> None:
    """The walk of the pictures in docs/journeys; neither browser has a script."""
    maker, second = (browse(login, script=False) for login in batch_life.PEOPLE)
    batch_life.live(maker, second, lambda *_: None, lambda: site.api.yinzheng.batches.work("worker"))


def test_a_licence_is_cited_and_its_holder_sees_by_whom(site: Site, browse: Opening) -> None:
    issued = site.api.issue()
    reviewer, holder = browse("window"), browse("firm")
    reviewer.goto("/reviewer")
    reviewer.get_by_role("button", name="填入样例").click()
    expect(reviewer.get_by_label("授权截止日期")).to_be_hidden()
    reviewer.get_by_label("持证人用证").check()
    expect(reviewer.get_by_label("授权截止日期")).to_be_visible()
    reviewer.get_by_label("依职能用证").check()
    reviewer.get_by_role("textbox", name="证照标识").fill(identifier_of(issued))
    reviewer.get_by_label("用途").fill("浏览器里的一次用证")
    reviewer.get_by_role("button", name="核验并引用").click()
    expect_verdict(reviewer, "已引用")
    with reviewer.expect_download() as downloading:
        reviewer.get_by_role("link", name="下载回执").click()
    assert downloading.value.suggested_filename.startswith("citation-YZ")
    holder.goto(f"/me/licences/{identifier_of(issued)}")
    expect(holder.get_by_role("cell", name="浏览器里的一次用证")).to_be_visible()
    assert holder.get_by_role("img", name="营业执照的二维码").evaluate("img => img.naturalWidth") > 200


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_issues_once(site: Site, browse: Opening, script: bool) -> None:
    official = browse("scjg", script=script)
    official.goto(f"{ISSUE}?sample=true")
    official.get_by_label("证照编号").fill(site.api.key().upper())
    before = site.api.rows()["licence"]
    official.get_by_role("button", name="签章并签发").dblclick()
    expect(official.get_by_role("status")).to_contain_text("已签发")
    assert site.api.rows()["licence"] == before + 1


def forged(action: str, fields: dict[str, str]) -> str:
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    return f'<form method="post" action="{action}">{inputs}<button>win</button></form>'


@pytest.mark.parametrize("elsewhere", ["http://127.0.0.1:9", "http://evil.example"])
def test_a_form_on_another_page_does_nothing(site: Site, browse: Opening, elsewhere: str) -> None:
    official = browse("scjg")
    official.goto(f"{ISSUE}?sample=true")
    fields: dict[str, str] = official.locator(f'form[action="{ISSUE}"]').evaluate(
        "form => Object.fromEntries(new FormData(form))"
    )
    page = forged(site.base + ISSUE, fields | {"number": "FORGED1"})

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body=page)

    official.route(f"{elsewhere}/**", answer)
    before = site.api.rows()["licence"]
    official.goto(f"{elsewhere}/win")
    with official.expect_response(site.base + ISSUE) as answered:
        official.get_by_role("button", name="win").click()
    assert answered.value.status in {303, 403}
    assert site.api.rows()["licence"] == before


def test_large_text_comes_without_leaving_the_result(site: Site, browse: Opening) -> None:
    page = browse(width=390)
    verify_file(page, site.api.issue().ofd)
    size = "getComputedStyle(document.documentElement).fontSize"
    before = float(page.evaluate(size).removesuffix("px"))
    with page.expect_response("**/display"):
        page.get_by_role("button", name="长辈版").click()
    expect_verdict(page, "核验通过")
    assert float(page.evaluate(size).removesuffix("px")) > before * 1.4
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto("/")
    expect(page.get_by_role("button", name="标准字号")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def sealed_file(page: Page) -> bytes:
    expect_verdict(page, "已用印")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载盖好的文件").click()
    return downloading.value.path().read_bytes()


def test_a_seal_is_placed_with_the_mouse_and_moved_by_keys(site: Site, browse: Opening) -> None:
    official, anybody = browse("scjg"), browse()
    place_seal(official, site)
    expect(official.locator("[data-page='4'] .overlay")).to_have_count(1)  # where one seals as a rule: the last page
    first = official.locator("[data-page='1']")
    first.scroll_into_view_if_needed()
    box = first.bounding_box()
    assert box is not None
    official.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    fields = [official.locator(f"#{name}") for name in ("page", "x", "y")]
    page, x, y = (float(one.input_value()) for one in fields)
    assert (page, abs(x - 84) < 1, abs(y - 127.5) < 1) == (1, True, True)
    official.keyboard.press("ArrowLeft")
    official.keyboard.press("Shift+ArrowUp")
    assert [float(one.input_value()) for one in fields] == [1, x - 1, y - 10]
    official.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    official.mouse.down()
    official.mouse.move(box["x"] + 1, box["y"] + 1, steps=3)
    official.mouse.up()
    assert [float(one.input_value()) for one in fields] == [1, 0, 0]  # never beyond the edge
    fields[1].fill("30")
    assert official.locator("[data-page='1'] .overlay").get_attribute("x") == "30"
    official.get_by_label("用途").fill("答复来函")
    official.get_by_role("button", name="用印", exact=True).click()
    file = sealed_file(official)
    site.api.city.clock.forward(seconds=2)
    site.api.yinzheng.publisher.refresh(site.api.city.clock())
    verify_file(anybody, file, "letter.ofd")
    expect_verdict(anybody, "核验通过")
    expect(anybody.get_by_role("img", name="第 1 页，第 1 个签章：通过")).to_be_visible()
    drawn = anybody.locator(".page image").first.bounding_box()
    assert drawn is not None
    assert drawn["width"] > 300


def test_a_seal_is_placed_without_script(site: Site, browse: Opening) -> None:
    official = browse("scjg", script=False)
    place_seal(official, site)
    official.get_by_label("骑缝章").check()
    expect(official.get_by_label("页码")).to_be_hidden()
    official.get_by_label("用途").fill("骑缝")
    official.get_by_role("button", name="看看位置").click()
    expect(official.locator(".overlay")).to_have_count(4)
    official.get_by_role("button", name="用印", exact=True).click()
    assert sealed_file(official).startswith(b"PK")


def test_a_report_prints_its_pages(site: Site, browse: Opening) -> None:
    page = browse()
    verify_file(page, seal_on(letter()), "letter.ofd")
    expect_verdict(page, "无法确认")
    page.emulate_media(media="print")
    expect(page.locator(".page").first).to_be_visible()
    expect(page.get_by_role("link", name="再核验一份")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF-")
