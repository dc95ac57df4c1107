"""Killing a subject at every use of every call that writes or syncs, each call swept by itself; then asking what is left.

The kill is strace's: SIGKILL on entering the n-th use of a call, which is then not carried out. For a power cut the
tree is also put back to what was synced (`powerloss`). What the subject told before is kept here, in another process.
A point is *losing* when the check after the restart complains of anything.
"""

import errno
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.crash.powerloss import Domain, build
from tests.crash.subject import Journal

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "copy_file_range", "sendfile", "fallocate", "ftruncate")
NAMES = ("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir")
SYNCS = ("fsync", "fdatasync", "sync_file_range", "msync", "syncfs")
ANSWERS = ("sendto", "sendmsg")
CALLS = (*WRITES, *NAMES, *SYNCS, *ANSWERS)
OF_THE_RECORDS = frozenset({"sendfile", "renameat2", "mkdirat"})
"""Calls by which the preloaded library keeps its records; a subject that makes none of them has no such points."""
_CALL = re.compile(rb"^(?:\d+ +)?([a-z0-9_]+)\(", re.MULTILINE)


def missing() -> str | None:
    """What has to be installed before anything can be crashed here; None where all is there."""
    tools = [name for name in ("strace", "gcc") if shutil.which(name) is None]
    if tools:
        return f"the crash harness needs {' and '.join(tools)}: on Debian, apt-get install strace gcc libc6-dev"
    tried = subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "the crash harness needs ptrace, which is not allowed here"


@dataclass(frozen=True)
class Fault:
    """What happens at the n-th use of a call: the kill, or an error in place of the call, `times` uses in a row."""

    call: str
    nth: int
    error: int | None = None
    times: int = 1

    @property
    def injection(self) -> str:
        """In the words of strace."""
        what = "signal=SIGKILL" if self.error is None else f"error={errno.errorcode[self.error]}"
        until = f"..{self.nth + self.times - 1}" if self.times > 1 else ""
        return f"inject={self.call}:{what}:when={self.nth}{until}"


@dataclass(frozen=True)
class Ran:
    """One run: whether it was killed, what the client was told, what stands against it afterwards."""

    killed: bool
    journal: Journal
    complaints: list[str]
    uses: Counter[str] = field(default_factory=Counter)


@dataclass
class Swept:
    """A sweep: for each call how many points there are, how many were tried, and the losing ones with the complaints."""

    points: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    losing: dict[str, list[tuple[int, list[str]]]] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """How many points lose something."""
        return sum(map(len, self.losing.values()))

    def __str__(self) -> str:
        calls = (f"{call} {self.tried[call]}/{self.points[call]}{self._of(call)}" for call in self.points)
        return f"tried {self.tried.total()} of {self.points.total()} points, losing {self.lost} ({', '.join(calls)})"

    def _of(self, call: str) -> str:
        return f" LOSING {[nth for nth, _ in self.losing[call]]}" if call in self.losing else ""


class Harness:
    """A subject in a warm process, and its runs below one folder."""

    def __init__(self, subject: str, folder: Path, *, power: bool) -> None:
        self.power, self._folder = power, folder
        self._origin = folder / "origin"
        self._origin.mkdir(parents=True)
        self._trace = folder / "trace"
        self._control, theirs = socket.socketpair()
        self._control.settimeout(PATIENCE_S)
        preload = {"LD_PRELOAD": str(build(folder))} if power else {}
        self._driver = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.driver", str(theirs.fileno()), subject],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            env=os.environ | {"PYTHONPATH": str(ROOT)} | preload,
        )
        theirs.close()
        self._order(b"here", do="lay", tree=self._origin)
        self._rehearse()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        self._driver.wait(PATIENCE_S)

    def _rehearse(self) -> None:
        """Once in the warm process itself, so that whatever is loaded late is loaded before the first kill."""
        tree = self._folder / "rehearsal"
        shutil.copytree(self._origin, tree)
        journal = self._order(b"here", do="rehearse", tree=tree)
        (told,) = self._order(b"here", do="check", tree=tree, journal=json.dumps(journal))
        if told["complaints"]:
            raise AssertionError(f"without any fault: {told['complaints']}")
        shutil.rmtree(tree)

    # --- one run ---------------------------------------------------------------------------------------------------

    def run(self, *faults: Fault) -> Ran:
        """Work on a fresh copy, once for each fault, going on from what the one before left; then check.

        Without a fault the uses of every call are counted.
        """
        tree, before = self._folder / "tree", self._folder / "before"
        self._renew(tree, self._origin)
        journal: list[dict[str, Any]] = []
        killed = False
        for turn, fault in enumerate(faults or (None,)):
            if turn:
                self._renew(before, tree)
            killed = self._work(tree, before if turn else self._origin, fault, journal)
        (judged,) = self._order(b"child", do="check", tree=tree, journal=json.dumps(journal))
        if "crashed" in judged:
            judged = {"complaints": [f"after the restart: {judged['crashed']}"]}
        uses = Counter[str]() if faults else Counter(one.decode() for one in _CALL.findall(self._trace.read_bytes()))
        return Ran(killed, journal, judged["complaints"], uses)

    def _work(self, tree: Path, origin: Path, fault: Fault | None, journal: list[dict[str, Any]]) -> bool:
        """One process that works on the tree, and may not come to its end; whether it was killed."""
        kept = self._folder / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        domain = Domain(tree, origin, kept)
        domain.begin()
        with self._line(b"child") as line, line.makefile("rb") as told:
            _order(line, do="work", tree=tree, environment=json.dumps(domain.environment if self.power else {}))
            pid = json.loads(told.readline())["pid"]
            with _traced(pid, fault, self._trace):
                line.sendall(b"go\n")
                journal += [json.loads(one) for one in told if one.endswith(b"\n")]
                status = json.loads(self._control.recv(64))
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and status:
            raise AssertionError(f"the subject ended with {status}: {[one.get('crashed') for one in journal][-1:]}")
        domain.cut() if self.power else domain.end()
        return killed

    @staticmethod
    def _renew(tree: Path, origin: Path) -> None:
        """Put a copy in the place of what is there."""
        for left in (tree, tree.with_name(f"{tree.name}.left")):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(origin, tree)

    # --- many ------------------------------------------------------------------------------------------------------

    def sweep(self, most: int | None = None) -> Swept:
        """Kill at every use of every call, or at `most` uses of each, evenly spread; and cut the power after the end."""
        swept, whole = Swept(), self.run()
        if self.power:
            self._note(swept, "end", 1, whole)
        for call in self.calls(whole.uses):
            done: set[int] = set()
            for chosen in spread(whole.uses[call], most):
                for nth in range(chosen, 0, -1):  # how often a call is used is not always the same
                    if nth in done:
                        break
                    ran = self.run(Fault(call, nth))
                    if ran.killed:
                        done.add(nth)
                        self._note(swept, call, nth, ran)
                        break
            swept.points[call] = whole.uses[call]
        return swept

    def calls(self, uses: Counter[str]) -> Sequence[str]:
        """The calls of the subject that are swept, in the order of `CALLS`."""
        own = OF_THE_RECORDS if self.power else frozenset[str]()
        return [call for call in CALLS if uses[call] and call not in own]

    @staticmethod
    def _note(swept: Swept, call: str, nth: int, ran: Ran) -> None:
        swept.points[call] = swept.points[call] or 1
        swept.tried[call] += 1
        if ran.complaints:
            swept.losing.setdefault(call, []).append((nth, ran.complaints))

    # --- the line --------------------------------------------------------------------------------------------------

    @contextmanager
    def _line(self, word: bytes) -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair()
        with ours:
            socket.send_fds(self._control, [word], [theirs.fileno()])
            theirs.close()
            ours.settimeout(PATIENCE_S)
            yield ours

    def _order(self, word: bytes, **order: object) -> list[dict[str, Any]]:
        """Give an order that is not traced; everything that was told."""
        with self._line(word) as line:
            _order(line, **order)
            with line.makefile("rb") as told:
                said = [json.loads(one) for one in told]
            json.loads(self._control.recv(64))
        crashed = [one["crashed"] for one in said if "crashed" in one]
        if crashed and word == b"here":
            raise AssertionError(crashed[0])
        return said


def spread(count: int, most: int | None) -> list[int]:
    """Numbers from 1 to `count`: all of them, or `most`, evenly, with the first and the last."""
    if most is None or count <= most:
        return list(range(1, count + 1))
    if most == 1:
        return [count]
    return sorted({1 + round(place * (count - 1) / (most - 1)) for place in range(most)})


def _order(line: socket.socket, **order: object) -> None:
    line.sendall(json.dumps({name: str(value) for name, value in order.items()}).encode() + b"\n")


@contextmanager
def _traced(pid: int, fault: Fault | None, trace: Path) -> Iterator[None]:
    """A process under strace, from before it is told to begin."""
    wanted = ",".join(f"?{call}" for call in CALLS) if fault is None else fault.call
    words = ["strace", "-p", str(pid), "-o", str(trace), "-s", "0", "-e", f"trace={wanted}"]
    words += ["-e", fault.injection] if fault else []
    strace = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert strace.stderr is not None
    said = strace.stderr.readline()
    if "attached" not in said:
        raise AssertionError(f"strace: {said}")
    try:
        yield
    finally:
        strace.wait(PATIENCE_S)
        strace.stderr.close()
