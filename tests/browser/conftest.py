"""The real application on a real port, and Debian's chromium to look at it with.

Without chromium or axe-core the tests skip, and the sentence says what to install. Every test has a hard limit of its
own: a browser that stalls must not hold the suite.
"""

import io
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.serving import FLAGS, Site, context_for, journal_of, serving

CHROMIUM = shutil.which("chromium")
AXE = Path(os.environ.get("YINZHENG_AXE") or Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js")
PATIENCE_MS = 10_000
LIMIT_S = 150


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    """Stop a test that stalls."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"a browser test took more than {LIMIT_S} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")  # while playwright is at work its event loop runs, and no other test may have one
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium: on Debian, apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        pytest.skip("no axe-core: npm ci in tests/browser, or YINZHENG_AXE=/path/to/axe.min.js")
    return AXE.read_text("utf-8")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The application on a port."""
    with serving() as made:
        yield made


Opening = Callable[..., Page]


@pytest.fixture
def browse(chromium: Browser, site: Site) -> Iterator[Opening]:
    """A page of a fresh browser, of nobody or of somebody signed in; complaints of the console fail the test."""
    contexts: list[BrowserContext] = []

    def opened(login: str | None = None, *, width: int = 1280, scheme: str = "light", script: bool = True) -> Page:
        context = context_for(chromium, site, login, width=width, scheme=scheme, script=script)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: site.complaints.append(said.text) if "Security Policy" in said.text else None)
        page.on("pageerror", lambda error: site.complaints.append(str(error)))
        return page

    site.complaints.clear()
    yield opened
    for context in contexts:
        context.close()
    assert site.complaints == []


@pytest.fixture
def journal(site: Site) -> io.StringIO:
    """What the service has written down."""
    return journal_of(site)
