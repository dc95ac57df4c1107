"""Templates that somebody hands in to try them: checked and drawn by a process of their own, which can be ended.

A template is read, its sample set in type and its pages made by `templates.template_reader`, with bounds on processor
time, memory and patience, so that no template keeps the service from its work; at most `AT_ONCE` at a time. Nothing of
it is kept. What cannot be tried within the bounds is said, and counts as a fault.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore

from templates.template_reader import LENGTH
from templates.words import Fault

AT_ONCE, PATIENCE_S = BoundedSemaphore(1), 10.0
PROCESSOR_S, WALL_S, MEMORY = 15, 30.0, 1024 * 1024 * 1024
OWN_NAME = "own-template"
ROOT = Path(__file__).resolve().parent.parent
BUSY, LIMIT = "trial-busy", "trial-limit"


@dataclass(frozen=True)
class Trial:
    """What became of a template: faults, how many more there are; name, sheets and sample where it was drawn."""

    faults: tuple[Fault, ...]
    more: int = 0
    title: str = ""
    sheets: tuple[tuple[float, float], ...] = ()
    pdf: bytes = field(default=b"", repr=False)


def try_template(
    files: Mapping[str, bytes], *, processor_s: int = PROCESSOR_S, wall_s: float = WALL_S, memory: int = MEMORY
) -> Trial:
    """Try a template; `files` are its files by plain names, `template.toml` among them.

    What meets a bound has the fault `trial-limit`, what found no turn `trial-busy`.
    """
    if not AT_ONCE.acquire(timeout=PATIENCE_S):
        return _untried(BUSY)
    try:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / OWN_NAME
            folder.mkdir()
            for name, octets in files.items():
                (folder / name).write_bytes(octets)
            return _tried(folder, processor_s, wall_s, memory)
    finally:
        AT_ONCE.release()


def _tried(folder: Path, processor_s: int, wall_s: float, memory: int) -> Trial:
    command = [sys.executable, "-m", "templates.template_reader", str(processor_s), str(memory), str(folder)]
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=wall_s, cwd=ROOT, env=env, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return _untried(LIMIT, type(error).__name__)
    return _read(ended.stdout) if ended.returncode == 0 else _untried(LIMIT, f"ended with {ended.returncode}")


def _read(answer: bytes) -> Trial:
    """The answer of the reader, which is a program of ours."""
    (length,) = LENGTH.unpack_from(answer)
    head = json.loads(answer[LENGTH.size : LENGTH.size + length])
    return Trial(
        tuple(Fault(**one) for one in head["faults"]),
        head["more"],
        head["title"],
        tuple((width, height) for width, height in head["sheets"]),
        answer[LENGTH.size + length :],
    )


def _untried(reason: str, fact: str = "") -> Trial:
    return Trial((Fault("unreadable", reason, "", fact),))
