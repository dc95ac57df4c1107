"""A full disk, a failing disk, a database that cannot be read: a defined answer, nothing half done, and on it goes.

In place of a kill the n-th use of a call fails, once or twice in a row. Whoever asked hears a problem with a sentence in
both languages, asks again, and gets what was asked for; afterwards everything holds as after a crash.
"""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from tests.crash.harness import ANSWERS, Fault, Harness, missing, spread
from tests.crash.subjects import SUBJECTS
from tests.crash.sweep import points

pytestmark = [pytest.mark.long, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

MANY = points(os.environ.get("YINZHENG_CRASH_POINTS") or "6")
FULL, RECORDED = (507, "storage-full"), (503, "not-yet-published")
DEFINED = {
    errno.ENOSPC: {FULL, (503, "storage"), RECORDED},
    errno.EIO: {(503, "storage"), (503, "file-missing"), RECORDED},
}
"""What may be answered. SQLite tells of a sync that finds no room as of a disk that fails."""
FAULTLESS = ["issue", "chunk", "approve", "act", "seal", "keys"]


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
@pytest.mark.parametrize("error", DEFINED, ids=errno.errorcode.get)
@pytest.mark.parametrize("name", FAULTLESS)
def test_every_failing_write_has_its_answer(name: str, error: int, times: int, tmp_path: Path) -> None:
    told: set[tuple[int, str]] = set()
    with Harness(name, tmp_path / "run", power=False) as harness:
        uses = harness.run().uses
        for call in harness.calls(uses):
            for nth in spread(uses[call], MANY) if call not in ANSWERS else ():
                fault = Fault(call, nth, error, times)
                told |= answered(name, fault, harness)
    assert told <= DEFINED[error]
    assert told & {FULL, (503, "storage")}


@pytest.mark.parametrize("name", FAULTLESS)
def test_a_database_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    told: set[tuple[int, str]] = set()
    with Harness(name, tmp_path / "run", power=False) as harness:
        for nth in spread(60, MANY):
            told |= answered(name, Fault("pread64", nth, errno.EIO), harness)
    assert told
    assert told <= DEFINED[errno.EIO]


def answered(name: str, fault: Fault, harness: Harness) -> set[tuple[int, str]]:
    """The problems that were told; everything was asked for again and acknowledged, and holds."""
    ran = harness.run(fault)
    problems: list[dict[str, Any]] = [said["problem"] for said in ran.journal if "problem" in said]
    assert ran.complaints == [], fault
    assert not ran.killed, fault
    assert [said["promise"] for said in ran.journal if "promise" in said] == keys_of(name), fault
    for problem in problems:
        assert problem["zh"].endswith("。"), problem
        assert problem["en"].endswith("."), problem
    return {(problem["status"], problem["code"]) for problem in problems}


def keys_of(name: str) -> list[str]:
    """The promises of a subject."""
    return [promise.key for promise in SUBJECTS[name].promises]
