"""witness run, as the process it is: a log that grows is cosigned, one that is away or talks nonsense is waited for.

The log is one in memory on a real socket, which the test can grow, take away, exchange and make dawdle. What is asked is
what whoever runs a witness relies on: it goes on by itself, it ends at once with 0 when it is asked to, and with 1 and a
proof when the log contradicts itself.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from fastapi import FastAPI, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from keys.custody import Custody
from service import clock, followed_log
from service.errors import LogUnavailable
from service.followed_log import FollowedLog
from service.witnessing import Watch, WitnessFolder
from tests.cli_parts import ROOT
from tests.log_parts import app_of, serving
from tests.unit.service.test_witness_folder import rewritten
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, grown, published
from trust.formats.misbehaviour import decode_misbehaviour, verify_misbehaviour
from trust.formats.verifier_key import VerifierKey
from trust.log.checkpointing import publish_checkpoint
from trust.log.cosigning import take_cosignatures
from trust.log.http import router

HANGS_S = 120.0
"""Nothing takes so long that does not hang; no test passes by being fast."""
LOG, NAME, PASSPHRASE = VerifierKey(ORIGIN, SIGNER.public), "jianzheng.example/running", "a passphrase of its own"
NONSENSE = [
    Response("<html>back soon</html>", 502),
    Response(b"[" * 16_000, 500),
    Response(b"\xff" * 40_000, 200),
]
"""What stands at an address while the log is not there."""


class Place:
    """The address of a log: which log stands there, and whether anything does."""

    def __init__(self) -> None:
        self.log, self.at, self.asked = published(300), AT, 0
        self.instead: Response | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self.log, name)

    def take(self, note: bytes) -> list[str]:
        return take_cosignatures(self.log, self.log, note, clock.now())

    def later(self, log: MemoryLog, more: int) -> None:
        """Another log may stand here, and it has signed a longer checkpoint."""
        self.at += timedelta(seconds=1)
        publish_checkpoint(grown(log, more), SIGNER, ORIGIN, self.at)
        self.log = log

    @property
    def reached(self) -> int:
        """How many entries the witness has cosigned."""
        return max((size for (size, _), _ in self.log.kept), default=0)

    def app(self) -> FastAPI:
        made = app_of(router(self, self.take))
        made.add_middleware(_Instead, place=self)
        return made


class _Instead:
    """Answers for a log that is away."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        self.app, self.place = app, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.place.asked += scope["type"] == "http"
        await (self.place.instead or self.app)(scope, receive, send)


@dataclass(frozen=True)
class Machine:
    """Another machine, with the folder of a witness."""

    data: Path

    def begun(self, address: str) -> VerifierKey:
        """The key of the witness that is made here for the log at an address."""
        custody = Custody(self.witness / "keys", PASSPHRASE.encode, production=False, rounds=1024)
        return WitnessFolder(self.witness, custody, clock.now).make(Watch(NAME, LOG, address))

    @property
    def witness(self) -> Path:
        return self.data / "witness"

    @property
    def said(self) -> str:
        return self.data.joinpath("said").read_text("utf-8")

    @contextmanager
    def watching(self) -> Iterator[subprocess.Popen[bytes]]:
        """`witness run` in a process of its own; what it says goes to a file."""
        named = {name: value for name, value in os.environ.items() if not name.startswith("YINZHENG_")}
        named |= {"YINZHENG_DATA": str(self.data), "YINZHENG_KEY_ROUNDS": "1024", "YINZHENG_PASSPHRASE": PASSPHRASE}
        command = [sys.executable, "-m", "service", "witness", "run", "--every", "1"]
        with self.data.joinpath("said").open("wb") as said:
            running = subprocess.Popen(command, cwd=ROOT, env=named, stderr=said)
        try:
            yield running
        finally:
            running.kill()
            running.wait()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def until(done: Callable[[], object], running: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while not done():
        assert running.poll() is None, "the witness has ended"
        assert time.monotonic() - begun < HANGS_S
        time.sleep(0.05)


def test_it_goes_on_with_the_log_through_outages_until_the_log_contradicts_itself(machine: Machine) -> None:
    place = Place()
    with serving(place.app()) as address:
        place.log.witnesses = [machine.begun(address)]
        with machine.watching() as running:
            until(lambda: place.reached == 300, running)
            place.later(place.log, 40)
            until(lambda: place.reached == 340, running)
            for nonsense in NONSENSE:
                place.instead, before = nonsense, place.asked
                until(lambda before=before: place.asked > before + 1, running)  # it was met, and asked again
            place.instead = None
            place.later(place.log, 5)
            until(lambda: place.reached == 345, running)
            assert "[log-unavailable]" in machine.said
            place.later(rewritten(place.log, 7), 20)
            assert running.wait(HANGS_S) == 1
    assert place.reached == 0  # the other history has no line of this witness
    assert all(told in machine.said for told in ("分叉", "[log-misbehaved]"))
    assert "Traceback" not in machine.said
    (kept,) = machine.witness.glob("misbehaviour-*.json")
    assert str(kept) in machine.said
    proof = decode_misbehaviour(kept.read_bytes())
    assert [one.size for one in verify_misbehaviour(proof, LOG.name, LOG.public)] == [345, 365]


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"


@contextmanager
def dawdling(asked: Event, head: bytes = HEAD) -> Iterator[str]:
    """The address of something that answers one octet now and then, to a reader who waits for each of them."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as caller, suppress(OSError):  # the caller may leave in the middle
                caller.sendall(head)
                while not over.wait(0.05):
                    caller.sendall(b"x")
                    asked.set()

        slow = Thread(target=answer)
        slow.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        slow.join()


def test_a_log_that_dawdles_keeps_nobody_from_ending(machine: Machine) -> None:
    asked = Event()
    with dawdling(asked) as address:
        machine.begun(address)
        with machine.watching() as running:
            until(asked.is_set, running)
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 0  # one that waits for the whole answer needs seven minutes
    assert "Traceback" not in machine.said


def test_a_log_that_dawdles_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followed_log, "ANSWER_S", 0.3)
    with dawdling(Event()) as address, pytest.raises(LogUnavailable) as left:
        FollowedLog(address).checkpoint()
    assert left.value.reason == "timeout"


def test_a_log_that_dawdles_over_its_handshake_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followed_log, "ANSWER_S", 0.3)
    head = b"\x16\x03\x03\x40\x00"  # of a record that takes minutes to come
    with dawdling(Event(), head) as address, pytest.raises(LogUnavailable) as left:
        FollowedLog(address.replace("http:", "https:")).checkpoint()
    assert left.value.reason == "timeout"


def test_a_look_has_one_time_for_all_its_answers() -> None:
    asked = Event()
    with dawdling(asked) as address, pytest.raises(LogUnavailable) as left:
        FollowedLog(address, 0.3).served(1, 2)
    assert left.value.reason == "timeout"
    with pytest.raises(LogUnavailable) as late:
        FollowedLog("http://127.0.0.1:9", 0.0).checkpoint()
    assert late.value.reason == "timeout", "it is not even asked"
