"""The worker that `serve` brings along: a process of its own that ends with the server, however the server ends.

A process, because drawing and signing take a whole core and would keep whoever opens a page waiting. It hears of the
server's end by the end of its standard input, which also comes when the server is killed; then it finishes the chunk in
hand. One that ends by itself is told of and started again. Any number of other workers may run beside it.
"""

import subprocess
import sys
import threading
from collections.abc import Callable

from service.settings import PROJECT

COMMAND = (sys.executable, "-m", "service", "worker", "--attached")
FIRST_AFTER_S, AGAIN_AFTER_S, LOOK_S, END_S = 1.0, 5.0, 0.2, 30.0
"""Seconds: after the server, so that the first page comes first; after one that ended; between looks; for a chunk."""


class AttachedWorker:
    """Keeps one worker process running until it is closed."""

    def __init__(self, warn: Callable[[str], None], command: tuple[str, ...] = COMMAND) -> None:
        self._warn, self._command = warn, command
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="worker", daemon=True)

    def start(self) -> None:
        """Begin; the process comes a moment later."""
        self._thread.start()

    def close(self) -> None:
        """Let it finish what it has in hand, and end it; one that does not end is killed."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        wait = FIRST_AFTER_S
        while not self._stop.wait(wait):
            wait = AGAIN_AFTER_S
            try:
                self._run()
            except OSError as error:
                self._warn(f"签发进程不能启动，将重试：{type(error).__name__}")

    def _run(self) -> None:
        """One process, until it ends or has to."""
        with subprocess.Popen(self._command, cwd=PROJECT, stdin=subprocess.PIPE) as running:
            while running.poll() is None and not self._stop.wait(LOOK_S):
                continue
            if not self._stop.is_set():
                self._warn(f"签发进程已退出（{running.returncode}），将重新启动")
            elif running.stdin is not None:
                running.stdin.close()
                self._wait(running)

    def _wait(self, running: subprocess.Popen[bytes]) -> None:
        try:
            running.wait(END_S)
        except subprocess.TimeoutExpired:
            self._warn("签发进程没有按时结束，已强行结束；手上的一组由下一个签发进程接着办")
            running.kill()
