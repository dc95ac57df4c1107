"""worker: issuing batches and telling systems what happened, for as long as it runs.

Any number of workers may run at once, also on other machines. One that is asked to end finishes the chunk in its hands
first; one that is killed leaves rows that another takes up when their lease has run out. What fails in one turn is told
and tried again; it ends no worker.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event as Flag
from threading import Thread
from typing import Annotated

import typer

from issuer.batches.running import CHUNK, LEASE
from issuer.feeding.telling import Telling
from service.commands.installation import installation
from service.commands.output import ERR, visible
from service.errors import NotYetPublished
from service.problems import problem_of
from service.process_memory import give_back, settle
from service.wiring import Yinzheng

REFUSED = 1
TICK_S, LEASE_S = 1.0, LEASE.total_seconds()
Size = Annotated[int, typer.Option("--chunk", min=1, max=1000, help="每次签发的行数")]
Lease = Annotated[
    float, typer.Option("--lease", min=1, max=3600, help="每次领取的有效秒数；进程被强行结束的，过后由别的进程接着办")
]


def worker(
    once: Annotated[bool, typer.Option("--once", help="办完现有的就结束")] = False,
    size: Size = CHUNK,
    lease: Lease = LEASE_S,
    attached: Annotated[bool, typer.Option("--attached", help="标准输入结束时也结束", hidden=True)] = False,
) -> None:
    """签发批次，并把消息送达各部门的系统；收到结束信号时办完手上的一组再结束。"""
    yinzheng = installation()
    name = yinzheng.random(8).hex()
    yinzheng.publisher.refresh(yinzheng.now())  # what was issued by one that was killed becomes provable
    settle()
    with stopping() as stop, yinzheng.feeds.telling() as telling:
        if attached:
            Thread(target=_until_alone, args=(stop,), daemon=True).start()
        failed = False
        while not stop.is_set():
            worked, error = _tick(yinzheng, telling, name, size, timedelta(seconds=lease))
            failed = failed or error
            if worked:
                give_back()
            if not worked and once:
                break
            if not worked:
                stop.wait(TICK_S)
    if failed and once:
        raise typer.Exit(REFUSED)


def _until_alone(stop: Flag) -> None:
    """Raise the flag when whoever holds the other end of the standard input is gone."""
    while sys.stdin.buffer.read(4096):
        continue
    stop.set()


def _tick(yinzheng: Yinzheng, telling: Telling, name: str, size: int, lease: timedelta) -> tuple[bool, bool]:
    """One chunk, and what systems wait for is sent beside it; whether a chunk was issued, and whether anything failed.

    Nobody waits here for a system that is slow to answer.
    """
    worked = failed = False
    try:
        done = yinzheng.batches.work(name, size=size, lease=lease)
        worked = done is not None
        if done is not None and done.held:
            ERR.print(f"{done.batch.number}：批次已停下（{done.held}），见 yinzheng batch status", markup=False)
        if done is not None and (done.issued or done.failed):
            ERR.print(f"{done.batch.number}：已签发 {done.issued} 行，未签发 {done.failed} 行", markup=False)
    except NotYetPublished as error:
        worked = True
        _warn(error)
    except Exception as error:  # noqa: BLE001  (a worker outlives any failure; what it held is taken up again)
        failed = True
        _warn(error)
    try:
        telling.step()
    except Exception as error:  # noqa: BLE001  (as above)
        failed = True
        _warn(error)
    return worked, failed


def _warn(error: Exception) -> None:
    ERR.print(f"本次没有办完，将重试：{visible(problem_of(error).zh)}", markup=False)


@contextmanager
def stopping() -> Iterator[Flag]:
    """A flag that a signal to end raises, so that a chunk is finished first."""
    stop = Flag()
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
