"""The process that is killed, hundreds of times: it has everything loaded, and for each run a child is split off it.

Starting Python and this program takes longer than an issue; so it is done once, and every run begins as a copy of a
process that is warm. A run has one thread and may start none: strace counts the uses of a call for each thread apart.

    python -m tests.crash.driver CONTROL SUBJECT     (started by `harness`, with the number of an open socket)

Over the control socket comes a line for each run; over the line an order. `lay` and `rehearse` are done here, `work`
and `check` in a child. The end of the child is told over the control socket.
"""

import ctypes
import gc
import json
import os
import socket
import sys
import traceback
from pathlib import Path
from threading import Thread
from typing import BinaryIO
from unittest.mock import patch

from tests.crash.subject import Client, Subject

PR_SET_PTRACER, ANY = 0x59616D61, -1
CRASHED = 70
ONE_THREAD = "a subject has one thread: the uses of a call are counted for each apart"


def subject_of(name: str) -> Subject:
    """The subject of a name; the controls are there without the service."""
    from tests.crash.controls import CONTROLS

    if name in CONTROLS:
        return CONTROLS[name]
    from tests.crash.subjects import SUBJECTS

    return SUBJECTS[name]


def serve(control: socket.socket, subject: Subject) -> None:
    """Take lines until the control socket ends."""
    while True:
        word, (line,), *_ = _received(control)
        if not word:
            return
        with socket.socket(fileno=line) as connection:
            if word == b"here":
                told = _done(subject, connection)
            else:
                gc.freeze()
                told = _in_a_child(subject, connection)
        control.sendall(json.dumps(told).encode())


def _received(control: socket.socket) -> tuple[bytes, list[int]]:
    word, lines, *_ = socket.recv_fds(control, 16, 1)
    return word, lines or [-1]


def _in_a_child(subject: Subject, connection: socket.socket) -> int:
    child = os.fork()
    if child == 0:
        os._exit(_done(subject, connection))
    connection.close()
    return os.waitpid(child, 0)[1]


def _done(subject: Subject, connection: socket.socket) -> int:
    """Carry out the order that comes over a line; the exit code."""
    client = Client(connection)
    with connection.makefile("rb") as orders:
        try:
            _carry_out(subject, json.loads(orders.readline()), client, orders)
        except BaseException:  # noqa: BLE001  (it goes over the line, and the harness fails with it)
            client.tell(crashed=traceback.format_exc())
            return CRASHED
    return 0


def _carry_out(subject: Subject, order: dict[str, str], client: Client, orders: BinaryIO) -> None:
    tree = Path(order["tree"])
    match order["do"]:
        case "lay":
            subject.lay(tree)
        case "rehearse":
            subject.work(tree, client)
        case "work":
            os.environ.update(json.loads(order["environment"]))
            _wait_for_strace(client, orders)
            with patch.object(Thread, "start", _no_thread):
                subject.work(tree, client)
        case "check":
            client.tell(complaints=subject.check(tree, json.loads(order["journal"])))


def _no_thread(_: Thread) -> None:
    raise AssertionError(ONE_THREAD)


def _wait_for_strace(client: Client, orders: BinaryIO) -> None:
    """Tell who is to be traced, allow it, and wait for the word."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY, 0, 0, 0)
    assert len(list(Path("/proc/self/task").iterdir())) == 1, ONE_THREAD
    client.tell(pid=os.getpid())
    assert orders.readline() == b"go\n"


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        serve(given, subject_of(sys.argv[2]))
