"""Sweep from the command line, and print how many points there are, how many were tried, and which lose something.

.venv/bin/python -m tests.crash.sweep                       every subject and control, 12 uses of each call
.venv/bin/python -m tests.crash.sweep issue act --points all    two subjects, every use of every call
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.controls import CONTROLS
from tests.crash.harness import Harness, Swept, missing

USUAL = 12


def points(word: str) -> int | None:
    """How many uses of each call are tried; None means all."""
    return None if word == "all" else int(word)


def sweep(subject: str, folder: Path, *, power: bool, most: int | None) -> Swept:
    """One subject under one of the two disasters."""
    with Harness(subject, folder, power=power) as harness:
        return harness.sweep(most)


def main() -> None:
    """Sweep what is named, or everything."""
    from tests.crash.subjects import SUBJECTS

    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("subjects", nargs="*", choices=[[], *CONTROLS, *SUBJECTS], metavar="SUBJECT")
    reading.add_argument("--points", type=points, default=USUAL, metavar="N|all")
    reading.add_argument("--only", choices=["kill", "power"])
    chosen = reading.parse_args()
    if (lacking := missing()) is not None:
        sys.exit(lacking)
    for subject in chosen.subjects or [*CONTROLS, *SUBJECTS]:
        for disaster in [chosen.only] if chosen.only else ["kill", "power"]:
            begun = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                swept = sweep(subject, Path(folder) / "run", power=disaster == "power", most=chosen.points)
            print(f"{subject:<16} {disaster:<5} {swept}, {time.monotonic() - begun:.0f} s", flush=True)
            for call, losing in swept.losing.items():
                print(f"    {call} {losing[0][0]}: {losing[0][1][0][-300:]}")


if __name__ == "__main__":
    main()
