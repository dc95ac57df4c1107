"""What is clicked in many tests: a file or a number is verified, a seal put on a document; and what is read afterwards."""

from playwright.sync_api import Page, expect

from tests.browser.serving import Site
from tests.ofd_foreign import letter


def verify_file(page: Page, octets: bytes, name: str = "licence.ofd") -> None:
    page.goto("/")
    page.get_by_label("选择证照文件或二维码图片").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": octets}
    )
    page.get_by_role("button", name="核验文件").click()


def verify_number(page: Page, identifier: str) -> None:
    page.goto("/")
    page.get_by_role("textbox", name="证照标识").fill(identifier)
    page.get_by_role("button", name="按标识核验").click()


def expect_verdict(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def place_seal(page: Page, site: Site, data: bytes | None = None) -> None:
    """Walk to where a seal is put on a document."""
    page.goto("/issuer/seals")
    page.get_by_role("link", name="用印：云岭市市场监督管理局电子证照专用章").click()
    page.get_by_label("要盖章的文件").set_input_files(
        {"name": "letter.ofd", "mimeType": "application/octet-stream", "buffer": data or letter()}
    )
    page.get_by_role("button", name="下一步：放印章").click()
    expect(page.get_by_role("heading", name="第二步：放印章")).to_be_visible()
