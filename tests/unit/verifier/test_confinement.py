"""Files are read in another process, which can be ended at any time."""

import gc
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from templates.fonts import FONT_FILE
from tests.attacks.pdf_making import ours_twice
from tests.confinement_parts import Stubborn
from tests.ofd_foreign import letter
from tests.pdf_parts import page, sealed
from tests.pki_parts import AT
from tests.stock_parts import picture
from trust.errors import Conflict
from trust.formats.ofd.entries import PackageOrder
from trust.formats.pdf.examine import examine_pdf
from trust.rules.verdict import Indication
from verifier import confinement
from verifier.carrying import pack
from verifier.confinement import BUSY, LIMIT, Confinement
from verifier.pictures.glimpses import glimpses
from verifier.pictures.seen import Glimpse
from verifier.pictures.sheets import Drawn, Paper, Sheet
from verifier.reading import FileRead


@pytest.fixture(scope="module")
def readers() -> Iterator[Confinement]:
    made = Confinement(font=FONT_FILE)
    yield made
    made.close()


@pytest.fixture(scope="module")
def one_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stubborn]:
    """Starting takes most of a second, and nothing that a file does may end it."""
    made = Stubborn(tmp_path_factory.mktemp("stubborn"))
    assert finding(made.read(b"%PDF-nothing ")) == LIMIT
    yield made
    made.close()


@pytest.fixture
def particular() -> str:
    """Lines that change the nursery itself."""
    return ""


@pytest.fixture
def stubborn(request: pytest.FixtureRequest, tmp_path: Path, particular: str) -> Iterator[Stubborn]:
    """A nursery of one's own where it is changed itself; else the one for all, which must be there afterwards."""
    if particular:
        made = Stubborn(tmp_path, particular)
        yield made
        made.close()
        return
    shared: Stubborn = request.getfixturevalue("one_for_all")
    shared.written.unlink(missing_ok=True)
    first = nursery_of(shared)
    yield shared
    assert nursery_of(shared) == first


def nursery_of(made: Confinement) -> int:
    assert made._nursery is not None
    assert made._nursery.poll() is None
    return made._nursery.pid


def finding(found: FileRead) -> object:
    (only,) = found.findings
    return only


def test_what_is_read_there_is_what_would_be_read_here(readers: Confinement) -> None:
    assert readers.read(sealed()) == examine_pdf(sealed())
    found = readers.read(b"%PDF-1.7 nothing")
    assert {one.indication for one in found.findings} == {Indication.FAILED}


@pytest.mark.parametrize("data", [letter(2), page(pages=2)], ids=["ofd", "pdf"])
def test_pages_are_drawn_there(readers: Confinement, data: bytes) -> None:
    found = readers.draw(data)
    assert [one.page for one in found.sheets] == [0, 1]
    assert all(one.picture for one in found.sheets)
    assert found.paper.pages


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_scan_is_drawn_there_too(readers: Confinement, kind: str) -> None:
    (sheet,) = readers.draw(picture(kind)).sheets
    assert sheet.picture


def test_only_documents_and_pictures_are_drawn_there(readers: Confinement) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        readers.draw(b"GIF89a")


@pytest.mark.parametrize("word", ["loop", "sleep", "grow", "die", "write", "nothing", "large", "twice"])
def test_drawing_that_meets_a_limit_leaves_pages_out(stubborn: Confinement, word: str) -> None:
    assert stubborn.draw(f"%PDF-{word} ".encode()).sheets == ()


def test_pages_drawn_before_a_limit_are_kept(stubborn: Confinement) -> None:
    found = stubborn.draw(b"%PDF-one-then-loop ")
    assert (len(found.paper.pages), [one.page for one in found.sheets]) == (2, [1])
    assert found.sheet(0).trouble == "limit"


def test_versions_are_looked_at_there(readers: Confinement) -> None:
    assert readers.look(ours_twice()) == tuple(glimpses(ours_twice()))
    assert len(readers.look(ours_twice())) == 6
    assert readers.look(b"%PDF-1.7 nothing") == ()
    with pytest.raises(ValueError, match="only a PDF"):
        readers.look(letter(1))


@pytest.mark.parametrize("word", ["loop", "sleep", "grow", "die", "write", "nothing", "twice", "without-end"])
def test_looking_that_meets_a_limit_sees_nothing(stubborn: Confinement, word: str) -> None:
    assert stubborn.look(f"%PDF-{word} ".encode()) == ()


def test_what_was_seen_before_a_limit_is_kept(stubborn: Confinement) -> None:
    assert stubborn.look(b"%PDF-one-then-loop ") == (Glimpse(0, 0, bytes(32)),)


def test_looking_has_less_time_than_reading(stubborn: Confinement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "WALL_TO_LOOK_S", 0.2)
    monkeypatch.setattr(stubborn, "_wall_s", 60.0)
    assert stubborn.look(b"%PDF-sleep ") == ()


def test_drawing_does_not_wait_long_for_its_turn(stubborn: Confinement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "PATIENCE_TO_DRAW_S", 0.05)
    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(stubborn.read, b"%PDF-sleep ") for _ in range(2)]
        time.sleep(0.3)
        assert stubborn.draw(b"%PDF-one-then-loop ") == Drawn()
        assert {finding(one.result()) for one in readers} == {LIMIT}


def test_many_at_once(readers: Confinement) -> None:
    with ThreadPoolExecutor(6) as pool:
        assert set(map(type, pool.map(readers.read, [sealed()] * 24))) == {type(examine_pdf(sealed()))}


def test_only_sealed_files_are_read_there(readers: Confinement) -> None:
    with pytest.raises(ValueError, match="no reader"):
        readers.read(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("word", ["loop", "sleep", "grow", "die", "write", "nothing"])
def test_what_meets_a_limit_is_not_judged(stubborn: Stubborn, word: str) -> None:
    assert finding(stubborn.read(f"%PDF-{word} ".encode())) == LIMIT
    assert LIMIT.indication is Indication.INDETERMINATE
    assert not stubborn.written.exists() or stubborn.written.read_bytes() == b""


@pytest.mark.parametrize(
    "what",
    [
        "open('/etc/passwd')",
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 1))",
        "os.close(0) or socket.socket()",
        "os.pipe()",
    ],
)
def test_a_reader_reaches_neither_files_nor_the_network(stubborn: Confinement, what: str) -> None:
    (told,) = stubborn.read(f"%PDF-try {what}".encode()).findings
    assert told.name == "EMFILE"
    (alone,) = stubborn.read(b"%PDF-try 1").findings
    assert alone.name == "done"


def test_one_that_never_answers_does_not_keep_the_others_waiting(stubborn: Confinement) -> None:
    with ThreadPoolExecutor(2) as pool:
        sleeper = pool.submit(stubborn.read, b"%PDF-sleep ")
        assert finding(stubborn.read(b"%PDF-nothing ")) == LIMIT
        assert finding(sleeper.result()) == LIMIT


def test_no_more_than_so_many_at_a_time(stubborn: Confinement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "PATIENCE_S", 0.05)
    with ThreadPoolExecutor(3) as pool:
        found = [one.result() for one in [pool.submit(stubborn.read, b"%PDF-sleep ") for _ in range(3)]]
    assert sorted(one.findings[0].name for one in found) == [BUSY.name, LIMIT.name, LIMIT.name]


def test_a_nursery_that_has_gone_is_started_again(readers: Confinement) -> None:
    assert readers.read(sealed()) == examine_pdf(sealed())
    assert readers._nursery is not None
    readers._nursery.kill()
    readers._nursery.wait()
    assert readers.read(sealed()) == examine_pdf(sealed())


def test_one_that_nobody_closes_leaves_no_process_behind() -> None:
    made = Confinement(font=FONT_FILE)
    assert made.read(sealed()) == examine_pdf(sealed())
    nursery = made._nursery
    assert nursery is not None
    assert nursery.poll() is None
    del made
    gc.collect()
    assert nursery.poll() is not None


def test_nothing_is_left_open(readers: Confinement) -> None:
    def held() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    readers.read(sealed())
    before = held()
    for _ in range(20):
        readers.read(sealed())
        readers.read(b"%PDF-1.7 nothing")
    assert held() == before


def test_an_answer_that_is_too_long_is_not_taken() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall((confinement.MAX_ANSWER + 1).to_bytes(8, "big") + b"x")
        assert confinement._receive(ours) is None


# What goes wrong in the nursery itself ------------------------------------------------------------------------------

SLOW_TO_HOLD = """
import os
holds = os.pidfd_open
def late(child):
    time.sleep(0.3)
    return holds(child)
os.pidfd_open = late
"""
CANNOT_HOLD = """
import os
holds, times = os.pidfd_open, []
def sometimes(child):
    times.append(child)
    if len(times) == 1:
        raise ProcessLookupError
    return holds(child)
os.pidfd_open = sometimes
"""
CANNOT_FORK = """
import os
forks, times = os.fork, []
def sometimes():
    times.append(1)
    if len(times) == 1:
        raise BlockingIOError(11, "no more processes")
    return forks()
os.fork = sometimes
"""
MUTE = """
time.sleep(60)
"""


@pytest.mark.parametrize("particular", [SLOW_TO_HOLD], ids=["slow to hold"])
def test_a_child_that_would_end_at_once_waits_until_it_is_held(stubborn: Confinement) -> None:
    assert finding(stubborn.read(b"%PDF-die ")) == LIMIT
    first = nursery_of(stubborn)
    assert [finding(stubborn.read(b"%PDF-die ")) for _ in range(3)] == [LIMIT] * 3
    assert nursery_of(stubborn) == first


@pytest.mark.parametrize("particular", [CANNOT_HOLD, CANNOT_FORK], ids=["cannot hold", "cannot fork"])
def test_what_one_request_cannot_have_does_not_end_the_nursery(stubborn: Confinement) -> None:
    assert finding(stubborn.read(b"%PDF-nothing ")) == BUSY
    first = nursery_of(stubborn)
    assert finding(stubborn.read(b"%PDF-nothing ")) == LIMIT
    assert nursery_of(stubborn) == first


@pytest.mark.parametrize("particular", [MUTE], ids=["mute"])
def test_a_nursery_that_does_not_answer_keeps_nobody_waiting(
    stubborn: Confinement, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(confinement, "START_S", 0.1)
    monkeypatch.setattr(stubborn, "_told", told.append)
    assert finding(stubborn.read(b"%PDF-nothing ")) == BUSY
    assert stubborn.draw(b"%PDF-nothing ") == Drawn()
    assert stubborn.look(b"%PDF-nothing ") == ()
    with pytest.raises(Conflict, match="sealing-busy"):
        stubborn.prepare(b"%PDF-nothing ", PackageOrder(b"", AT, "科"))
    assert told == ["TimeoutError"] * 8  # each is tried twice


def test_a_nursery_that_cannot_be_started_is_told_and_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def start(*_: object, **__: object) -> object:
        raise BlockingIOError(11, "no more processes")

    monkeypatch.setattr(confinement.subprocess, "Popen", start)
    made, before = Confinement(told=told.append), len(list(Path("/proc/self/fd").iterdir()))
    assert finding(made.read(b"%PDF-nothing ")) == BUSY
    assert told == ["BlockingIOError"] * 2
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_answers_are_taken_apart_before_the_next_may_come(
    readers: Confinement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no more of them are in memory than files are read at a time."""
    free: list[int] = []
    real = confinement.unpack

    def looking(octets: bytes, kind: type[object]) -> object:
        free.append(readers._turns._value)
        return real(octets, kind)

    monkeypatch.setattr(confinement, "unpack", looking)
    readers.read(sealed())
    assert free == [confinement.AT_ONCE - 1]


def test_pictures_beyond_their_bounds_are_not_collected() -> None:
    """Each sheet is held against the bounds as it comes, not when all of them have been kept."""
    ours, theirs = socket.socketpair()
    picture = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + (9).to_bytes(4, "big") * 2 + bytes(3 << 20)
    answers = [Paper(((1.0, 1.0),) * 20), *(Sheet(number, picture) for number in range(20))]
    with ours, theirs, ThreadPoolExecutor(1) as pool:
        sent = pool.submit(_send, theirs, answers)
        assert confinement._receive_drawn(ours) == Drawn()
        ours.close()
        assert sent.result() < 6


def _send(to: socket.socket, answers: list[Paper | Sheet]) -> int:
    """How many of the answers were taken."""
    for number, answer in enumerate(answers):
        octets = pack(answer)
        try:
            to.sendall(len(octets).to_bytes(8, "big") + octets)
        except OSError:
            return number
    return len(answers)
