"""The program in which files are read and drawn, apart from the server: one quiet parent, and a child for each file.

Hostile files may find a fault in a parser, or ask it for minutes and gigabytes. So each is read in a process of its
own, with limits that the operating system keeps, no environment, and nothing open but the file and the way back. It
starts no process, and to read it opens nothing further, no file and no socket, because the limit of both is zero. To
draw it may: PDFium takes fonts that a document does not embed from the system.
Starting Python and loading the readers takes half a second, forking a process that has loaded them a few milliseconds:
this program loads them once, waits on its socket, and forks. It never looks at a file itself. A child begins once the
parent holds a descriptor of it, which stays good however soon the child ends. What one request cannot have, a process
or a descriptor, is no reason to end: the asker is told.

    request   one octet, `?` to read, `!` to draw, `=` to look at versions (`pictures.glimpses`), `+` to prepare a seal
              (`preparing.question` in place of the file), with two descriptors: the file, and a socket for the answer
    reply     one octet, `+` with a descriptor of the child (pidfd), by which the asker can end it; `-` if there is none
    answer    `carrying.pack` of what was read, behind its length; nothing whole if the child met a limit or a fault.
              Drawn pages and glimpses come one by one in the same way, so those before a limit are kept

`verifier.confinement` starts it and talks to it.
"""

import codecs
import encodings
import gc
import os
import pkgutil
import resource
import signal
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from PIL import Image

from keys import sm2
from verifier.carrying import pack
from verifier.confinement import DRAW, HELD, LOOK, PREPARE, REFUSED
from verifier.pictures.drawing import drawn
from verifier.pictures.glimpses import glimpses
from verifier.preparing import prepared_for
from verifier.reading import read_sealed

TO_DRAW = 32
"""Descriptors of a process that draws."""
LIMITS = 2
"""Numbers on the command line behind the socket's descriptor: seconds of processor time, octets of memory."""


def main() -> None:
    """Serve until the asker closes the socket; the font for what documents do not embed comes last."""
    descriptor, seconds, octets = (int(word) for word in sys.argv[1 : 2 + LIMITS])
    font = Path(sys.argv[2 + LIMITS])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are nobody's to wait for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the socket
    _load_ahead()
    with socket.socket(fileno=descriptor) as asked:
        while True:
            word, passed, _, _ = socket.recv_fds(asked, 1, 2)
            if not word:
                return
            try:
                source, answer = passed
                held, pipe = _child()
            except (OSError, ValueError):  # no more processes, or no more descriptors
                _close(passed)
                asked.send(REFUSED)
                continue
            if held is None:
                asked.close()
                _wait(pipe)
                _be_confined(seconds, octets, descriptors=TO_DRAW if word in {DRAW, LOOK} else 0)
                _answer(word, source, answer, font)
            else:
                _begin(pipe)
                socket.send_fds(asked, [HELD], [held])
                _close([*passed, held])


def _child() -> tuple[int | None, int]:
    """In the parent a descriptor of a new child and the pipe to have it begin; in the child None and the pipe.

    Raises:
        OSError: there is no child, or one that will not begin, because it could not be held.

    """
    wait, begin = os.pipe()
    try:
        child = os.fork()
    except OSError:
        _close([wait, begin])
        raise
    if child == 0:
        os.close(begin)
        return None, wait
    os.close(wait)
    try:
        return os.pidfd_open(child), begin
    except OSError:
        os.close(begin)
        raise


def _begin(pipe: int) -> None:
    with suppress(OSError):  # a child that was ended from outside begins no more, and gives no answer
        os.write(pipe, b"!")
    os.close(pipe)


def _wait(pipe: int) -> None:
    """Wait until the parent holds this child; where it cannot, end."""
    if not os.read(pipe, 1):
        os._exit(1)
    os.close(pipe)


def _close(descriptors: Iterable[int]) -> None:
    for one in descriptors:
        os.close(one)


def _load_ahead() -> None:
    """Load what would be loaded from files later on, when nothing can be opened any more."""
    for found in pkgutil.iter_modules(encodings.__path__):
        with suppress(LookupError):  # not of this system
            codecs.lookup(found.name)
    datetime.strptime("2000", "%Y")  # noqa: DTZ007  (the instant is not used, the module behind it is)
    Image.preinit()
    sm2.backend()
    gc.collect()
    gc.freeze()  # what is loaded stays shared between parent and children


def _be_confined(seconds: int, octets: int, *, descriptors: int) -> None:
    """Limits of time and memory, nothing to write or start, no core; a session of its own, so no shared signals.

    Without descriptors there are no new files and no sockets, also after closing the ones that are open.
    """
    os.setsid()
    base = _in_use()
    for kind, limit in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, base + octets),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, descriptors),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def _in_use() -> int:
    """Octets of address space taken by what is loaded."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()


def _answer(word: bytes, source: int, answer: int, font: Path) -> None:
    """Read or draw the file, write the answer, and end without looking back, whatever goes wrong."""
    status = 1
    try:
        with os.fdopen(source, "rb") as file, os.fdopen(answer, "wb") as pipe:
            octets = file.read()
            for value in _values(word, octets, font):
                packed = pack(value)
                pipe.write(len(packed).to_bytes(8, "big") + packed)
                pipe.flush()
        status = 0
    finally:
        os._exit(status)


def _values(word: bytes, octets: bytes, font: Path) -> Iterable[object]:
    """What is answered, part by part."""
    if word == DRAW:
        return drawn(octets, font)
    if word == LOOK:
        return glimpses(octets)
    return (prepared_for(octets),) if word == PREPARE else (read_sealed(octets),)


if __name__ == "__main__":
    main()
