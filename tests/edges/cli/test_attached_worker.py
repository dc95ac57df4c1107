"""`serve` brings a worker: a batch makes progress without another command, and the worker ends with the server."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service import attached_worker
from service.attached_worker import AttachedWorker
from tests.batch_parts import table
from tests.cli_parts import NUMBERS, ROOT, Shell

HANGS_S = 120.0
"""Nothing takes so long that does not hang; no test passes by being fast."""


def until(done: Callable[[], object]) -> None:
    begun = time.monotonic()
    while not done():
        assert time.monotonic() - begun < HANGS_S
        time.sleep(0.1)


def children(process: int) -> list[int]:
    """The workers that a process has started."""
    told = Path(f"/proc/{process}/task/{process}/children")
    found = [int(one) for task in told.parent.parent.iterdir() for one in (task / "children").read_text().split()]
    return [one for one in found if b"worker" in Path(f"/proc/{one}/cmdline").read_bytes()]


def lives(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


@contextmanager
def serving(shell: Shell, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YINZHENG_")}
    environment |= {"YINZHENG_DATA": str(shell.data), "YINZHENG_KEY_ROUNDS": "1024", "YINZHENG_PORT": str(port)}
    with (shell.desk / "serve.log").open("wb") as log:
        command = [sys.executable, "-m", "service", "serve", *words]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_batch_is_issued_beside_the_server_and_the_worker_ends_with_it(shell: Shell, ending: signal.Signals) -> None:
    given = shell.write("table.csv", table(3, first=next(NUMBERS) * 1000))
    number = shell.run("batch", "submit", given, "--type", "business-licence").out.strip()
    with serving(shell) as running:
        until(lambda: shell.run("batch", "status", number, "--json").json["state"] == "done")
        (worker,) = children(running.pid)
        running.send_signal(ending)
        running.wait(HANGS_S)
        until(lambda: not lives(worker))


def test_one_that_ends_is_told_of_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_AFTER_S", "AGAIN_AFTER_S", "LOOK_S"):
        monkeypatch.setattr(attached_worker, name, 0.01)
    told: list[str] = []
    one = AttachedWorker(told.append, (sys.executable, "-c", "raise SystemExit(3)"))
    one.start()
    until(lambda: len(told) > 1)
    one.close()
    assert set(told) == {"签发进程已退出（3），将重新启动"}


def test_one_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_AFTER_S", "LOOK_S", "END_S"):
        monkeypatch.setattr(attached_worker, name, 0.5)
    told: list[str] = []
    one = AttachedWorker(told.append, (sys.executable, "-c", "import time; time.sleep(1000)"))
    one.start()
    time.sleep(1.5)
    one.close()
    assert told == ["签发进程没有按时结束，已强行结束；手上的一组由下一个签发进程接着办"]
