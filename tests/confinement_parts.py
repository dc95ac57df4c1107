"""Readers that do not do what they should: a nursery in which the file says how its reader behaves.

The real nursery runs, with three of its functions replaced; so its limits, its forks and its answers are the real ones.
Lines given as `particular` change the nursery itself.
"""

import socket
from pathlib import Path

import pytest

from verifier import confinement
from verifier.confinement import Confinement

STUBBORN = """
import sys, time
from verifier import nursery
from verifier.pictures.seen import Glimpse
from verifier.pictures.sheets import Paper, Sheet
def tried(what):
    import errno, os, socket
    from trust.formats.sealed_file import SealedFile
    from trust.rules.verdict import Finding, Indication
    try:
        eval(what)
        told = "done"
    except OSError as error:
        told = errno.errorcode[error.errno]
    return SealedFile("pdf", (Finding(1, told, Indication.FAILED, what),))
def behave(data):
    word = data[5:].split(b" ")[0]
    if word == b"try":
        return tried(data[5:].partition(b" ")[2].decode())
    if word == b"loop":
        while True: pass
    if word == b"sleep":
        time.sleep(60)
    if word == b"grow":
        return [bytearray(1 << 20) for _ in range(1 << 20)]
    if word == b"die":
        import os; os.abort()
    if word == b"write":
        open(PLACE, "wb").write(b"x" * 100)
    return {"what": "no value of ours"}
PARTICULAR
def draw(data, font):
    word = data[5:].split(b" ")[0]
    if word == b"one-then-loop":
        yield Paper(((1.0, 1.0), (1.0, 1.0)))
        yield Sheet(1)
        while True: pass
    if word == b"large":
        yield Paper(((1.0, 1.0),))
        yield Sheet(0, b"\\x89PNG\\r\\n\\x1a\\n" + bytes(5 << 20))
    if word == b"twice":
        yield Paper(((1.0, 1.0),))
        yield Sheet(0)
        yield Sheet(0)
    yield behave(data)
def look(data):
    word = data[5:].split(b" ")[0]
    if word == b"one-then-loop":
        yield Glimpse(0, 0, bytes(32))
        while True: pass
    if word == b"twice":
        yield Glimpse(0, 0, bytes(32))
        yield Glimpse(0, 0, bytes(32))
    if word == b"without-end":
        for page in range(10**9):
            yield Glimpse(0, page, bytes(32))
    yield behave(data)
nursery.read_sealed, nursery.drawn, nursery.glimpses = behave, draw, look
nursery.main()
"""


class Stubborn(Confinement):
    """Readers that do what the file says: loop, sleep, take memory, die, or answer with something else."""

    def __init__(self, folder: Path, particular: str = "") -> None:
        super().__init__(processor_s=1, wall_s=2.0, memory=64 * 1024 * 1024)
        self.written = folder / "written"
        self._program = folder / "stubborn.py"
        program = STUBBORN.replace("PLACE", repr(str(self.written))).replace("PARTICULAR", particular)
        self._program.write_text(program, "utf-8")

    def _begin(self) -> socket.socket:
        begins = confinement.subprocess.Popen

        def start(command: list[str], **options: object) -> object:
            at = command.index("-m")
            options["env"] = {"PYTHONPATH": str(confinement.ROOT)}
            return begins([*command[:at], str(self._program), *command[at + 2 :]], **options)  # type: ignore[call-overload]  # the options are those of the caller

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(confinement.subprocess, "Popen", start)
            return super()._begin()
