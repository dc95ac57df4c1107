"""Reading and drawing hostile files in another process, which can be ended: the asking side of `verifier.nursery`.

A file gets so much processor time, memory and patience; what meets a limit, or brings its reader down, is not judged:
`limit`, and INDETERMINATE. What comes back is decoded strictly (`carrying`), because whoever wrote the file may have
written the answer too; pictures are held against their bounds. At most `AT_ONCE` files are read or drawn at a time,
until their answers have been taken apart. If the nursery itself has gone, it is started again; if it cannot be had, for
want of processes, descriptors or time, the answer is `busy`, and whoever keeps the machine is told.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL, pidfd_send_signal
from threading import BoundedSemaphore, Lock, Timer
from typing import TypeVar
from weakref import finalize

from trust.errors import Conflict
from trust.formats.sealed_document import SealedDocument
from trust.formats.sealed_file import SealedFile
from trust.formats.sealing_orders import Order, Prepared
from trust.rules.verdict import Finding, Indication
from verifier.carrying import unpack
from verifier.errors import NotCarried
from verifier.pictures.seen import MAX_GLIMPSES, Glimpse, are_glimpses
from verifier.pictures.sheets import MAX_PICTURE, MAX_SHEETS, Drawn, Paper, Sheet, is_sound
from verifier.preparing import answered, question
from verifier.reading import FileRead
from verifier.recognising import kind_of

PROCESSOR_S, WALL_S, WALL_TO_LOOK_S = 8, 9.0, 6.0
MEMORY = 448 * 1024 * 1024
"""What reading one file may take, above what its readers take themselves."""
AT_ONCE, PATIENCE_S, PATIENCE_TO_DRAW_S = 2, 10.0, 3.0
START_S = 10.0
"""Patience with the nursery itself, which has to load the readers once."""
READ, DRAW, PREPARE, LOOK = b"?", b"!", b"+", b"="
HELD, REFUSED = b"+", b"-"
HEAD, MAX_ANSWER, MAX_SHEET = 8, 32 * 1024 * 1024, MAX_PICTURE * 4 // 3 + 1024 * 1024
"""A sheet is a picture in base64, and a few words; the paper of all pages is no longer."""
MAX_GLIMPSE = 1024
LIMIT = Finding(1, "limit", Indication.INDETERMINATE, "文件太复杂，在限定的时间和内存内没有读完，未检查。")
BUSY = Finding(1, "busy", Indication.INDETERMINATE, "正在核验的文件太多，未检查；请稍后再试。")
ROOT = Path(__file__).resolve().parent.parent
NO_FONT = Path("none")
Taken = TypeVar("Taken")


class NoReaderError(Exception):
    """There is no turn, no nursery or no child for a file now; never leaves this module."""


class Confinement:
    """Readers in a process apart; its methods may be called from any thread.

    `font` draws the characters of documents that do not embed their fonts; without one, such pages are not drawn.
    `told` is called with the class of the error when the nursery cannot be had.
    """

    def __init__(
        self,
        *,
        font: Path = NO_FONT,
        processor_s: int = PROCESSOR_S,
        wall_s: float = WALL_S,
        memory: int = MEMORY,
        told: Callable[[str], None] | None = None,
    ) -> None:
        self._limits, self._wall_s, self._font = (processor_s, memory), wall_s, font
        self._told = told or (lambda _: None)
        self._turns, self._lock = BoundedSemaphore(AT_ONCE), Lock()
        self._ending: Callable[[], object] | None = None
        self._nursery: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def read(self, data: bytes) -> FileRead:
        """What `reading.read_sealed` says of a file, or a finding that it could not be read within its limits.

        Raises:
            ValueError: the octets begin like neither OFD nor PDF.

        """
        if kind_of(data) not in {"ofd", "pdf"}:
            raise ValueError("no reader for this kind of file")
        try:
            return self._ask(READ, data, _receive_read, PATIENCE_S) or _unread(data, LIMIT)
        except NoReaderError:
            return _unread(data, BUSY)

    def draw(self, data: bytes) -> Drawn:
        """The pages of a file as pictures, as far as they can be drawn within the limits; the rest is missing.

        Raises:
            ValueError: the octets begin like neither OFD nor PDF nor a picture.

        """
        if kind_of(data) == "unknown":
            raise ValueError("nothing to draw in this kind of file")
        try:
            return self._ask(DRAW, data, _receive_drawn, PATIENCE_TO_DRAW_S)
        except NoReaderError:
            return Drawn()

    def look(self, data: bytes) -> tuple[Glimpse, ...]:
        """What the signed versions of a PDF show, page by page, as far as they can be drawn within the limits.

        Raises:
            ValueError: the octets do not begin like a PDF.

        """
        if kind_of(data) != "pdf":
            raise ValueError("only a PDF has versions")
        try:
            return self._ask(LOOK, data, _receive_glimpses, PATIENCE_S, WALL_TO_LOOK_S)
        except NoReaderError:
            return ()

    def prepare(self, data: bytes, order: Order) -> Prepared:
        """What a document has to say about a seal that is wanted on it (`trust.formats.sealing_orders`).

        Raises:
            Conflict: `sealing-busy` or `sealing-limit`, it could not be read now, or not within its limits.
            TrustError: as `prepare` there.

        """
        try:
            return self._ask(PREPARE, question(data, order), lambda ours: answered(_receive(ours)), PATIENCE_S)
        except NoReaderError as error:
            raise Conflict("sealing-busy", "no reader can be had now") from error

    def close(self) -> None:
        """End the nursery; the next `read` starts another."""
        with self._lock:
            self._end()

    def _ask(
        self,
        word: bytes,
        data: bytes,
        receive: Callable[[socket.socket], Taken],
        patience_s: float,
        wall_s: float | None = None,
    ) -> Taken:
        """What is received of an answer, if there is a turn and a child to give it; else raises NoReaderError."""
        if not self._turns.acquire(timeout=patience_s):
            raise NoReaderError
        try:
            ours, theirs = socket.socketpair()
            with ours, theirs, _file_of(data) as source:
                child = self._start(word, source, theirs.fileno())
                theirs.close()
                with _ended(child, ours, min(self._wall_s, wall_s or self._wall_s)):
                    return receive(ours)
        except OSError as error:
            self._told(type(error).__name__)
            raise NoReaderError from error
        finally:
            self._turns.release()

    def _start(self, word: bytes, source: int, answer: int) -> int:
        """Have a child started for a file; a descriptor of the child."""
        with self._lock:
            for _ in range(2):
                try:
                    return self._hand_over(word, source, answer)
                except OSError as error:
                    self._told(type(error).__name__)
                    self._end()  # it has gone; once more with a new one
        raise NoReaderError

    def _hand_over(self, word: bytes, source: int, answer: int) -> int:
        """Ask the nursery; raises OSError when it is not in order, NoReaderError when it has no child for the file."""
        if self._socket is None:
            self._socket = self._begin()
        socket.send_fds(self._socket, [word], [source, answer])
        reply, passed, _, _ = socket.recv_fds(self._socket, 1, 1)
        if reply == REFUSED:
            self._told("refused")
            raise NoReaderError
        if reply != HELD or not passed:
            raise ConnectionResetError
        return passed[0]

    def _begin(self) -> socket.socket:
        """Start the nursery; the way to it."""
        ours, theirs = socket.socketpair()
        told = [str(theirs.fileno()), *map(str, self._limits), str(self._font)]
        command = [sys.executable, "-m", "verifier.nursery", *told]
        with theirs:
            try:
                self._nursery = subprocess.Popen(
                    command,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd=ROOT,
                    env={"PYTHONDONTWRITEBYTECODE": "1"},
                )
            except OSError:
                ours.close()
                raise
        ours.settimeout(START_S)
        self._ending = finalize(self, _end_nursery, ours, self._nursery)  # also where nobody closes this
        return ours

    def _end(self) -> None:
        if self._ending is not None:
            self._ending()
        self._ending = self._socket = self._nursery = None


def _end_nursery(ours: socket.socket, nursery: "subprocess.Popen[bytes]") -> None:
    """No process and no descriptor is left behind."""
    ours.close()
    nursery.kill()
    nursery.wait()


def _unread(data: bytes, finding: Finding) -> SealedFile:
    return SealedFile("ofd" if kind_of(data) == "ofd" else "pdf", (finding,))


@contextmanager
def _file_of(data: bytes) -> Iterator[int]:
    """A descriptor that reads the octets from memory."""
    descriptor = os.memfd_create("upload")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _ended(child: int, ours: socket.socket, wall_s: float) -> Iterator[None]:
    """See that a child ends when its time is up or its answer has been taken; its descriptor is closed then."""

    def end() -> None:
        with suppress(ProcessLookupError):
            pidfd_send_signal(child, SIGKILL)
        with suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)

    timer = Timer(wall_s, end)
    try:
        timer.start()
    except RuntimeError as error:  # no more threads
        end()
        os.close(child)
        raise NoReaderError from error
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # so that nothing is ended by a number that has come to mean something else
        end()
        os.close(child)


def _receive(answered: socket.socket, most: int = MAX_ANSWER) -> bytes | None:
    """A whole answer, or None when the other side has gone before."""
    head = _exactly(answered, HEAD)
    size = int.from_bytes(head, "big") if head else most + 1
    return _exactly(answered, size) if size <= most else None


def _receive_read(answered: socket.socket) -> FileRead | None:
    """What was read of a file, or None where no value of ours came."""
    try:
        found: FileRead = unpack(_receive(answered) or b"", SealedFile | SealedDocument)  # type: ignore[arg-type]  # a union is a type too
    except NotCarried:
        return None
    return found


def _receive_drawn(answered: socket.socket) -> Drawn:
    """The paper and the sheets up to where the answer ends; nothing where a bound is broken, or it is none of ours."""
    drawn = Drawn()
    try:
        for _ in range(1 + MAX_SHEETS):
            answer = _receive(answered, MAX_SHEET)
            if answer is None:
                break
            value: Paper | Sheet = unpack(answer, Paper | Sheet)  # type: ignore[arg-type]  # a union is a type too
            drawn = Drawn(value) if isinstance(value, Paper) else replace(drawn, sheets=(*drawn.sheets, value))
            if not is_sound(drawn):
                return Drawn()
    except NotCarried:
        return Drawn()
    return drawn


def _receive_glimpses(answered: socket.socket) -> tuple[Glimpse, ...]:
    """What was seen up to where the answer ends; nothing where a bound is broken, or it is none of ours."""
    seen: list[Glimpse] = []
    try:
        while len(seen) <= MAX_GLIMPSES and (answer := _receive(answered, MAX_GLIMPSE)) is not None:
            seen.append(unpack(answer, Glimpse))
    except NotCarried:
        return ()
    return tuple(seen) if are_glimpses(seen) else ()


def _exactly(answered: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = answered.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)
