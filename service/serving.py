"""The web server process: the app under uvicorn, and beside it a thread that publishes what is due every second.

Files that strangers hand in are read and drawn in a process of their own, started with the first, ended with this one;
when it cannot be had, that is told, and the file is answered with `busy`.
Publishing that fails is told and tried again; serving goes on meanwhile, because what is published is static and says
itself until when it holds. On a machine that cannot sign nothing is published, and whoever verifies is served.
"""

import threading
from collections.abc import Callable

import uvicorn

from keys.backend import ADVICE_EN, ADVICE_ZH, can_sign
from service.apps import make_app
from service.attached_worker import AttachedWorker
from service.settings import Settings
from service.wiring import Yinzheng
from templates.fonts import FONT_FILE
from verifier.confinement import Confinement

REFRESH_EVERY_S = 1.0


def run_server(
    yinzheng: Yinzheng, settings: Settings, *, warn: Callable[[str], None], with_worker: bool = False
) -> None:
    """Serve until interrupted; with a worker for batches beside it where that is wanted and this machine can sign."""
    stop = threading.Event()
    attached = AttachedWorker(warn) if with_worker and can_sign() else None
    worker = threading.Thread(target=_keep_fresh, args=(yinzheng, stop, warn), name="publisher", daemon=True)
    if can_sign():
        yinzheng.publisher.refresh(yinzheng.now())
        worker.start()
    else:
        warn(f"{ADVICE_ZH}\n{ADVICE_EN}")
    readers = Confinement(font=FONT_FILE, told=lambda why: warn(f"读取文件的进程暂不可用：{why}"))
    yinzheng.confine(readers)
    try:
        if attached is not None:
            attached.start()
        app = make_app(yinzheng, production=settings.production)
        uvicorn.run(
            app, host=settings.host, port=settings.port, log_level="warning", access_log=False, server_header=False
        )
    finally:
        readers.close()
        stop.set()
        if attached is not None:
            attached.close()
        if worker.is_alive():
            worker.join(timeout=5)


def _keep_fresh(yinzheng: Yinzheng, stop: threading.Event, warn: Callable[[str], None]) -> None:
    """Publish what is due and take up what broke off; neither keeps the other from being done."""

    def publish() -> None:
        yinzheng.publisher.refresh(yinzheng.now())

    def end_copies() -> None:
        yinzheng.copies.sweep()

    while not stop.wait(REFRESH_EVERY_S):
        for what, work in (("公布", publish), ("清理加注件", end_copies)):
            try:
                work()
            except Exception as error:  # noqa: BLE001  (the loop must outlive any failure; lists then grow stale and say so)
                warn(f"{what}失败，将重试：{type(error).__name__}")
