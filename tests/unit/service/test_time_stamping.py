"""The clock watched, stamps from an authority outside, and what the settings say of both."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from service.errors import TimeStampUnavailable
from service.opening import stamper_of
from service.problem import Usage
from service.settings import CLOCK_MARK, Settings
from service.time_stamping import MARK_HOLDS, OutsideAuthority, TrustedClock, WatchedClock
from tests.pki_parts import AT, SEALING, party
from tests.time_parts import STAMPING, authority, root, token
from trust.formats.asn1 import SM3
from trust.formats.certificate import to_pem
from trust.formats.time_stamp import imprint_holds, read_time_stamp, signature_holds
from trust.formats.time_stamp_query import (
    MAX_ANSWER,
    Failure,
    TimeStampRequest,
    read_request,
    write_answer,
    write_refusal,
)
from trust.rules.times import TOLERANCE

VALUE = b"a signature value"
SECOND = timedelta(seconds=1)


# --- the clock --------------------------------------------------------------------------------------------------------


@dataclass
class Machine:
    """A machine whose clocks the test turns: the one people set, and the one nobody can."""

    at: datetime = AT
    ticks: float = 100.0

    def run(self, seconds: float, *, drift: float = 0.0) -> datetime:
        self.ticks += seconds
        self.at += timedelta(seconds=seconds + drift)
        return self.at

    def watched(self, mark: Path | None = None) -> WatchedClock:
        return WatchedClock(lambda: self.at, lambda: self.ticks, mark)


def touch(mark: Path, at: datetime) -> None:
    mark.touch()
    os.utime(mark, (at.timestamp(), at.timestamp()))


def test_a_clock_that_runs_is_believed() -> None:
    machine = Machine()
    watched = machine.watched()
    for seconds in (0.0, 1.0, 3600.0, 86_400.0):
        assert watched.trouble(machine.run(seconds)) is None
    assert watched.trouble(machine.run(1.0, drift=0.4)) is None
    assert TrustedClock().trouble(AT) is None


@pytest.mark.parametrize("drift", [2.0, -2.0, 3600.0, -3600.0, 0.6])
def test_a_clock_that_was_set_is_not(drift: float) -> None:
    machine = Machine()
    watched = machine.watched()
    assert watched.trouble(machine.run(10.0, drift=drift)) == "clock-jumped"
    assert watched.trouble(machine.run(3600.0)) == "clock-jumped"
    assert machine.watched().trouble(machine.at) is None  # started anew, the machine is taken at its word


def test_the_time_daemon_can_set_it_right(tmp_path: Path) -> None:
    machine, mark = Machine(), tmp_path / "synchronized"
    touch(mark, machine.at)
    watched = machine.watched(mark)
    assert watched.trouble(machine.run(10.0, drift=30.0)) == "clock-jumped"
    touch(mark, machine.run(60.0))
    assert watched.trouble(machine.run(1.0)) is None
    assert watched.trouble(machine.run(1.0)) is None


def test_the_mark_must_be_there_and_young(tmp_path: Path) -> None:
    machine, mark = Machine(), tmp_path / "synchronized"
    watched = machine.watched(mark)
    assert watched.trouble(machine.at) == "clock-unsynchronised"
    touch(mark, machine.at)
    assert watched.trouble(machine.run(MARK_HOLDS.total_seconds() - 10)) is None
    assert watched.trouble(machine.run(20.0)) == "clock-unsynchronised"
    touch(mark, machine.at + 10 * SECOND)
    assert watched.trouble(machine.at) == "clock-unsynchronised"  # a mark from the future is none


# --- an authority outside ---------------------------------------------------------------------------------------------


@dataclass
class Elsewhere:
    """A server that answers as the test says, and remembers what it was asked."""

    answer: Callable[[TimeStampRequest], tuple[int, bytes]]
    asked: list[TimeStampRequest] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    state = Elsewhere(lambda asked: (200, write_answer(granted(asked))))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = read_request(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(request)
            state.kinds.append(self.headers["Content-Type"])
            status, body = state.answer(request)
            self.send_response(status)
            self.send_header("Location", f"http://127.0.0.1:{state.port}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
            """Nothing is printed."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def granted(asked: TimeStampRequest, **changes: object) -> bytes:
    values: dict[str, object] = {"imprint": asked.imprint, "nonce": asked.nonce}
    return token(VALUE, **(values | changes))


def client(elsewhere: Elsewhere, **changes: object) -> OutsideAuthority:
    values: dict[str, object] = {
        "address": f"http://127.0.0.1:{elsewhere.port}/tsa",
        "certificate": authority().certificate,
        "now": lambda: AT,
        "random": lambda size: b"\x7f" * size,
    }
    return OutsideAuthority(**(values | changes))  # type: ignore[arg-type]  # the test decides


def test_a_stamp_from_outside(elsewhere: Elsewhere) -> None:
    read = read_time_stamp(client(elsewhere)(VALUE))
    assert imprint_holds(read, VALUE) is True
    assert signature_holds(read, authority().certificate.der) is True
    (asked,) = elsewhere.asked
    assert (asked.algorithm, asked.nonce, asked.wants_certificates) == (SM3, int.from_bytes(b"\x7f" * 8, "big"), True)
    assert elsewhere.kinds == ["application/timestamp-query"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda asked: (200, write_refusal(Failure.SYSTEM_FAILURE, "no")), "time-stamp-refused"),
        (lambda asked: (200, write_answer(granted(asked, imprint=bytes(32)))), "time-stamp-mismatch"),
        (lambda asked: (200, write_answer(granted(asked, nonce=5))), "time-stamp-mismatch"),
        (lambda asked: (200, write_answer(granted(asked, nonce=None))), "time-stamp-mismatch"),
        (lambda asked: (200, write_answer(granted(asked, accuracy=2 * SECOND))), "time-stamp-accuracy"),
        (lambda asked: (200, write_answer(granted(asked, at=AT + TOLERANCE + SECOND))), "time-stamp-time"),
        (lambda asked: (200, write_answer(granted(asked, at=AT - TOLERANCE - SECOND))), "time-stamp-time"),
        (
            lambda asked: (200, write_answer(granted(asked, by=authority("另一时间戳服务")))),
            "time-stamp-signer",
        ),
        (lambda asked: (200, b"junk"), "time-stamp-answer"),
        (lambda asked: (200, bytes(MAX_ANSWER + 10)), "time-stamp-http"),
        (lambda asked: (302, b""), "time-stamp-http"),
        (lambda asked: (500, write_answer(granted(asked))), "time-stamp-http"),
    ],
    ids=[
        "refused",
        "other-imprint",
        "other-nonce",
        "no-nonce",
        "inexact",
        "ahead",
        "behind",
        "another-authority",
        "junk",
        "too-long",
        "sent-elsewhere",
        "broken",
    ],
)
def test_an_answer_that_does_not_hold_goes_into_no_file(
    elsewhere: Elsewhere, answer: Callable[[TimeStampRequest], tuple[int, bytes]], reason: str
) -> None:
    elsewhere.answer = answer
    with pytest.raises(TimeStampUnavailable) as refused:
        client(elsewhere)(VALUE)
    assert refused.value.reason == reason
    assert len(elsewhere.asked) == 1  # nowhere else was asked


def test_the_pinned_certificate_must_be_an_authoritys_and_in_its_period(elsewhere: Elsewhere) -> None:
    sealer = party(root(), "签章者", SEALING)
    elsewhere.answer = lambda asked: (200, write_answer(granted(asked, by=sealer)))
    with pytest.raises(TimeStampUnavailable, match="time-stamp-signer"):
        client(elsewhere, certificate=sealer.certificate)(VALUE)
    ended = party(root(), "过期时间戳", STAMPING, not_after=AT - SECOND)
    elsewhere.answer = lambda asked: (200, write_answer(granted(asked, by=ended)))
    with pytest.raises(TimeStampUnavailable, match="time-stamp-signer"):
        client(elsewhere, certificate=ended.certificate)(VALUE)


def test_nobody_there(elsewhere: Elsewhere) -> None:
    gone = client(elsewhere, address="http://127.0.0.1:1/tsa")
    with pytest.raises(TimeStampUnavailable, match="ConnectionRefusedError"):
        gone(VALUE)


# --- settings ---------------------------------------------------------------------------------------------------------


def settings(tmp_path: Path, **changes: object) -> Settings:
    return Settings(data=tmp_path, **changes)  # type: ignore[arg-type]  # the test decides


def test_whose_stamps_the_settings_name(tmp_path: Path) -> None:
    assert stamper_of(settings(tmp_path)) == "own"
    assert stamper_of(settings(tmp_path, tsa="none")) is None
    pinned = tmp_path / "tsa.pem"
    pinned.write_bytes(to_pem([authority().certificate]))
    chosen = stamper_of(settings(tmp_path, tsa="https://tsa.example/tsa", tsa_certificate=pinned))
    assert isinstance(chosen, OutsideAuthority)
    assert (chosen.address, chosen.certificate) == ("https://tsa.example/tsa", authority().certificate)
    (tmp_path / "tsa.der").write_bytes(authority().certificate.der)
    chosen = stamper_of(settings(tmp_path, tsa="https://tsa.example/tsa", tsa_certificate=tmp_path / "tsa.der"))
    assert isinstance(chosen, OutsideAuthority)


@pytest.mark.parametrize("octets", [None, b"", b"junk", b"-----BEGIN CERTIFICATE-----\n"])
def test_an_address_needs_a_certificate(tmp_path: Path, octets: bytes | None) -> None:
    pinned = tmp_path / "tsa.pem"
    if octets is not None:
        pinned.write_bytes(octets)
    with pytest.raises(Usage) as refused:
        stamper_of(settings(tmp_path, tsa="https://tsa.example/tsa", tsa_certificate=pinned))
    assert refused.value.code == "tsa-certificate"


@pytest.mark.parametrize("address", ["ftp://tsa.example", "tsa.example", "own ", "http://a b", "https://x?y"])
def test_addresses_are_looked_at(tmp_path: Path, address: str) -> None:
    with pytest.raises(ValueError, match="tsa"):
        settings(tmp_path, tsa=address)


def test_production_asks_for_the_mark(tmp_path: Path) -> None:
    assert settings(tmp_path).mark_of_clock is None
    assert settings(tmp_path, production=True).mark_of_clock == CLOCK_MARK
    assert settings(tmp_path, production=True, clock_mark=tmp_path / "m").mark_of_clock == tmp_path / "m"
