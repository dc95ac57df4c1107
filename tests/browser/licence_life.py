"""The life of one licence by clicking: applied for, sent back, approved, issued, amended, suspended, cancelled.

    python -m tests.browser.licence_life [FOLDER]    pictures of every station, at 1280 and 390 pixels

Two officials of one body work in two browsers, and somebody without an account verifies. The same walk is a test; with
a folder (docs/journeys by default) it leaves pictures, reduced to few colours so that the folder stays small.
"""

import io
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.serving import FLAGS, Site, context_for, serving

FOLDER = Path(__file__).parent.parent.parent / "docs" / "journeys"
WIDTHS = (1280, 390)
TALLEST = 1_800
"""Pixels of a picture's height; what is below is not shown."""
COLOURS = 48

Shoot = Callable[[Page, str], None]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def live(maker: Page, second: Page, anybody: Page, shoot: Shoot, later: Callable[[], object] = bool) -> None:
    """Walk through the life of a business licence; `shoot` is called at every station, `later` lets time pass."""
    application = apply(maker, shoot)
    address = send_back_and_forth(maker, second, application, shoot)
    later()
    approve(second, address, shoot)
    first = second.url
    later()
    amend(maker, second, first, shoot)
    followed(maker, anybody, first, shoot)
    end(maker, second.url, shoot, later)


def apply(maker: Page, shoot: Shoot) -> str:
    """Fill in the form wrongly, hear of it, put it right, hand it in."""
    maker.goto("/issuer/applications/new/business-licence")
    press(maker, "填入样例")
    number = maker.get_by_label("证照编号").input_value()
    maker.get_by_label("证照编号").fill("")
    maker.get_by_label("法定代表人").fill("")
    press(maker, "提交")
    expect(maker.get_by_role("alert")).to_contain_text("请填写这一项")
    shoot(maker, "life-1-errors")
    maker.get_by_label("证照编号").fill(number)
    maker.get_by_label("法定代表人").fill("沈砚秋")
    press(maker, "提交")
    heading(maker, "申请营业执照 待审批")
    expect(maker.get_by_role("button", name="批准并签发")).to_have_count(0)
    return maker.url


def send_back_and_forth(maker: Page, second: Page, address: str, shoot: Shoot) -> str:
    """The second person sends it back with a reason; the first puts it right."""
    second.goto("/issuer/applications?stage=submitted")
    shoot(second, "life-2-waiting")
    second.goto(address)
    second.get_by_label("理由").fill("注册资本与章程不一致，请核对")
    press(second, "退回补正")
    heading(second, "申请营业执照 已退回补正")
    maker.goto(address)
    maker.get_by_role("link", name="修改").click()
    maker.get_by_label("注册资本").fill("陆佰万元整")
    press(maker, "提交")
    heading(maker, "申请营业执照 待审批")
    return maker.url.partition("?")[0]


def approve(second: Page, address: str, shoot: Shoot) -> None:
    second.goto(address)
    expect(second.get_by_text("注册资本与章程不一致，请核对")).to_be_visible()
    shoot(second, "life-3-approval")
    press(second, "批准并签发")
    heading(second, "营业执照 有效")
    shoot(second, "life-4-issued")


def amend(maker: Page, second: Page, licence: str, shoot: Shoot) -> None:
    """Another legal representative: the form is filled in, the second person sees what differs."""
    maker.goto(licence)
    maker.get_by_role("link", name="变更", exact=True).click()
    maker.get_by_label("法定代表人").fill("顾远舟")
    press(maker, "提交")
    heading(maker, "变更营业执照 待审批")
    second.goto(maker.url.partition("?")[0])
    expect(second.get_by_role("heading", name="与原证照不同的内容")).to_be_visible()
    shoot(second, "life-5-changes")
    press(second, "批准并签发")
    heading(second, "营业执照 有效")


def followed(maker: Page, anybody: Page, first: str, shoot: Shoot) -> None:
    """The first licence has lapsed and names its successor; whoever verifies it hears that there is one."""
    maker.goto(first.partition("?")[0])
    heading(maker, "营业执照 失效")
    expect(maker.get_by_text("替代（变更）").first).to_be_visible()
    shoot(maker, "life-6-followed")
    with maker.expect_download() as loading:
        maker.get_by_role("link", name="下载 OFD").click()
    anybody.goto("/")
    anybody.get_by_label("选择证照文件或二维码图片").set_input_files(loading.value.path())
    press(anybody, "核验文件")
    heading(anybody, "核验未通过")
    expect(anybody.get_by_text("已由新的证照替代（变更）").first).to_be_visible()
    shoot(anybody, "life-7-verified")


def end(maker: Page, licence: str, shoot: Shoot, later: Callable[[], object]) -> None:
    """Suspended, reinstated, and at last cancelled at the holder's wish."""
    for word, ground in (
        ("暂扣", "依法作出行政处罚决定"),
        ("恢复", "整改完成，暂扣或者限制事由消除"),
        ("注销", "持证主体申请注销"),
    ):
        later()
        maker.goto(licence.partition("?")[0])
        maker.get_by_role("link", name=word, exact=True).click()
        maker.get_by_label(ground).check()
        press(maker, "下一步：确认")
        press(maker, f"确认{word}")
        expect(maker.get_by_role("status")).to_contain_text("已登记")
    heading(maker, "营业执照 注销")
    shoot(maker, "life-8-ended")


def picture(page: Page, width: int) -> Image.Image:
    """The page at a width, from its top."""
    page.set_viewport_size({"width": width, "height": 900})
    octets = page.screenshot(full_page=True, animations="disabled")
    taken = Image.open(io.BytesIO(octets)).convert("RGB")
    return taken.crop((0, 0, taken.width, min(taken.height, TALLEST)))


def shooting(folder: Path) -> Shoot:
    """Pictures into a folder, one for each width."""

    def shoot(page: Page, name: str) -> None:
        for width in reversed(WIDTHS):
            made = picture(page, width).quantize(COLOURS, dither=Image.Dither.NONE)
            made.save(folder / f"{name}-{width}.png", optimize=True)

    return shoot


def walked(folder: Path, people: Sequence[str | None], walk: Callable[[Sequence[Page], Shoot, Site], object]) -> int:
    """Walk with a browser for each of these people, and take pictures; the exit code."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("no chromium: on Debian, apt-get install chromium\n")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        walk([context_for(browser, site, login).new_page() for login in people], shooting(folder), site)
        browser.close()
    return 0


def main(folder: Path) -> int:
    """The life of a licence, in pictures."""
    return walked(
        folder,
        ("scjg", "scjg2", None),
        lambda pages, shoot, site: live(*pages, shoot, lambda: site.api.city.clock.forward(minutes=25)),
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
