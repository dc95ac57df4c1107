"""The real application on a real port, and a page in a browser for somebody; for the tests and for whoever takes pictures."""

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import uvicorn
from playwright.sync_api import Browser, BrowserContext

from service.guards import COOKIE
from templates.fonts import FONT_FILE
from tests.api_parts import Api
from verifier.confinement import Confinement

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Site:
    """The service at an address; `city` is behind it."""

    api: Api
    base: str
    complaints: list[str] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Site]:
    """The application, served by uvicorn from a thread on a free port."""
    with TemporaryDirectory() as folder:
        yield from _serving(Api(folder=Path(folder)))


def _serving(api: Api) -> Iterator[Site]:
    readers = Confinement(font=FONT_FILE)
    api.yinzheng.confine(readers)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(api.app, log_level="warning", access_log=False, ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield Site(api, f"http://127.0.0.1:{listening.getsockname()[1]}")
        server.should_exit = True
        thread.join(timeout=10)
    readers.close()
    api.close()


def context_for(
    chromium: Browser,
    site: Site,
    login: str | None = None,
    *,
    width: int = 1280,
    scheme: str = "light",
    script: bool = True,
) -> BrowserContext:
    """A fresh browser of nobody, or of somebody signed in."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]  # one of three literals, given by parameters
        locale="zh-CN",
        java_script_enabled=script,
        base_url=site.base,
    )
    if login:
        cookie = {"name": COOKIE, "value": site.api.token(login), "url": site.base.replace("http", "https")}
        context.add_cookies([{**cookie, "secure": True, "httpOnly": True}])  # type: ignore[list-item]  # a cookie as playwright describes it
    return context


def journal_of(site: Site) -> io.StringIO:
    """What the service has written down."""
    return site.api.journal
