"""A batch by clicking: handed in by one person, looked at and approved by another, issued.

    python -m tests.browser.batch_life [FOLDER]    pictures of every station, at 1280 and 390 pixels

The type needs two people. The second one is offered no approval before the rows and the faces have been opened. The same
walk is a test; with a folder (docs/journeys by default) it leaves pictures, as `licence_life` does.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.batch_parts import table
from tests.browser.licence_life import FOLDER, Shoot, heading, press, walked

BUNDLE = "real-estate-certificate"
ROWS = 30
PEOPLE = ("zrzyj", "zrzyj2")


def live(maker: Page, second: Page, shoot: Shoot, work: Callable[[], object]) -> None:
    """Walk through the life of a batch; `shoot` is called at every station, `work` issues what waits."""
    address = hand_in(maker, shoot)
    look(second, address, shoot)
    press(second, "批准")
    heading(second, "批次：不动产权证书 签发中")
    work()
    second.goto(address)
    heading(second, "批次：不动产权证书 已办结")
    shoot(second, "batch-5-issued")


def hand_in(maker: Page, shoot: Shoot) -> str:
    """Hand a table in; who did so is offered no approval."""
    maker.goto("/issuer/batches")
    maker.get_by_label("证照类型").select_option(BUNDLE)
    octets = table(ROWS, first=1, bundle=BUNDLE).replace("证照编号".encode(), "编号".encode(), 1)
    maker.get_by_label("表格", exact=True).set_input_files(
        {"name": "不动产2026年第7批.csv", "mimeType": "text/csv", "buffer": octets}
    )
    press(maker, "提交")
    heading(maker, "批次：不动产权证书 待审批")
    expect(maker.get_by_role("button", name="批准")).to_have_count(0)
    shoot(maker, "batch-1-submitted")
    return maker.url.partition("?")[0]


def look(second: Page, address: str, shoot: Shoot) -> None:
    """Open the rows, find one of them, see faces; only then there is a button."""
    second.goto(address)
    expect(second.get_by_text("尚未打开")).to_have_count(2)
    expect(second.get_by_role("button", name="批准")).to_have_count(0)
    shoot(second, "batch-2-waiting")
    second.get_by_role("link", name="各行内容", exact=True).last.click()
    expect(second.get_by_text("从第 2 行到第 31 行")).to_be_visible()
    shoot(second, "batch-3-rows")
    second.get_by_label("查找").fill("PL00000017")
    press(second, "查找")
    expect(second.get_by_role("article")).to_have_count(1)
    second.get_by_role("link", name="看照面样张").click()
    heading(second, "照面样张：不动产权证书")
    expect(second.get_by_role("heading", level=2)).to_have_count(3)
    shoot(second, "batch-4-faces")
    second.get_by_role("link", name="回到批次").click()
    expect(second.get_by_text("已打开")).to_have_count(2)


if __name__ == "__main__":
    sys.exit(
        walked(
            Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER,
            PEOPLE,
            lambda pages, shoot, site: live(*pages, shoot, lambda: site.api.yinzheng.batches.work("worker")),
        )
    )
