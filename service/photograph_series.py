"""Many photographs of one table, decoded one after the other in one process of its own.

A process for each picture would spend ten times as long on starting as on decoding. Here one child decodes a whole
series, with bounds on time for each picture and on memory for all; it has no files and starts nothing. Where it meets a
bound, that picture is refused, and the next one gets a new child. All pictures of a series come from one hand, so none
of them can do anything to the pictures of others. Few series run at a time.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, Timer

from issuer.batches.errors import PhotographsBusy
from service.photographs import MEMORY, PROCESSOR_S, REASON, ROOT, WALL_S
from templates.errors import PhotoRefused
from templates.photo import MAX_OCTETS
from templates.photo_reader import ANSWERED, ASKED

TURNS, PATIENCE_S = BoundedSemaphore(2), 20.0
_MOST_TOLD = 4 * 1024 * 1024


class Series:
    """A child that decodes photographs, a new one where the last has ended; its turn begins with the first picture."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._has_turn = False

    def take(self, octets: bytes, width_mm: float, height_mm: float) -> bytes:
        """`templates.photo.take_photo` in the child.

        Raises:
            PhotoRefused: as it does, and `picture-limit` where the child met its bounds.
            PhotographsBusy: others take too long.

        """
        if not self._has_turn:
            if not TURNS.acquire(timeout=PATIENCE_S):
                raise PhotographsBusy
            self._has_turn = True
        if not 0 < len(octets) <= MAX_OCTETS:
            raise PhotoRefused("picture-octets", f"{len(octets)} octets; at most {MAX_OCTETS}")
        child = self._running()
        watch = Timer(WALL_S, child.kill)
        watch.start()
        try:
            refused, told = _asked(child, octets, width_mm, height_mm)
        except (OSError, EOFError) as error:
            self._end_child()
            raise PhotoRefused("picture-limit", type(error).__name__) from error
        finally:
            watch.cancel()
        if not refused:
            return told
        said = told.decode("ascii", "replace")
        raise PhotoRefused(said if REASON.fullmatch(said) else "picture-limit")

    def close(self) -> None:
        """End the child, if there is one, and give the turn to others."""
        self._end_child()
        if self._has_turn:
            self._has_turn = False
            TURNS.release()

    def _end_child(self) -> None:
        if (child := self._child) is not None:
            self._child = None
            child.kill()
            with suppress(OSError), child:  # closes its pipes, of which one may be full, and waits for its end
                pass
            child.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self._end_child()
        if self._child is None:
            command = [sys.executable, "-m", "templates.photo_reader", str(PROCESSOR_S), str(MEMORY)]
            env = {"PYTHONDONTWRITEBYTECODE": "1"}
            pipe = subprocess.PIPE
            self._child = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=ROOT, env=env
            )
        return self._child


@contextmanager
def series() -> Iterator[Series]:
    """A series, which is ended with the context."""
    made = Series()
    try:
        yield made
    finally:
        made.close()


def _asked(child: subprocess.Popen[bytes], octets: bytes, width_mm: float, height_mm: float) -> tuple[bool, bytes]:
    """What the child answers: whether it refuses, and the JPEG or the reason.

    Raises:
        OSError, EOFError: it has ended.

    """
    if child.stdin is None or child.stdout is None:
        raise EOFError
    child.stdin.write(ASKED.pack(len(octets), width_mm, height_mm) + octets)
    child.stdin.flush()
    head = child.stdout.read(ANSWERED.size)
    if len(head) < ANSWERED.size:
        raise EOFError
    refused, length = ANSWERED.unpack(head)
    told = child.stdout.read(length) if length <= _MOST_TOLD else b""
    if len(told) < length:
        raise EOFError
    return bool(refused), told
