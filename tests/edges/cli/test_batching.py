"""batch, worker: a table is tried, handed in, issued; and a worker is killed in the middle, again and again."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.batch_parts import members, table
from tests.cli_parts import NUMBERS, ROOT, Ran, Shell

CITY = "business-licence"
MOST_MEMORY_KIB = 400 * 1024


def written(shell: Shell, count: int, **changed: object) -> Path:
    first = next(NUMBERS) * 1000
    return shell.write(f"table {first}.csv", table(count, first=first, **changed))


def submit(shell: Shell, path: Path, *words: str) -> Ran:
    return shell.run("batch", "submit", path, "--type", CITY, *words)


def test_a_trial_tells_every_row_and_stores_nothing(shell: Shell) -> None:
    good = submit(shell, written(shell, 3), "--dry-run")
    assert (good.code, good.out) == (0, "")
    bad = submit(shell, written(shell, 2, issued_on="2099-01-01"), "--dry-run")
    assert bad.code == 1
    assert bad.out.splitlines() == ["第 2 行：颁发日期：不能晚于今天。", "第 3 行：颁发日期：不能晚于今天。"]
    unread = submit(shell, shell.write("no.csv", "编号\n1\n"))
    assert (unread.code, "什么也没有登记" in unread.err) == (1, True)
    assert shell.run("batch", "list", "--body", "scjg", "--json").json == []


def test_a_table_is_handed_in_once_and_issued(shell: Shell) -> None:
    path = written(shell, 4)
    number = submit(shell, path).out.strip()
    assert submit(shell, path).out.strip() == number
    assert shell.run("batch", "pause", number).code == 0
    assert shell.run("batch", "pause", number).code == 1
    assert shell.run("worker", "--once").code == 0
    assert shell.run("batch", "status", number, "--json").json["counts"]["waiting"] == 4
    assert shell.run("batch", "resume", number).code == 0
    assert shell.run("worker", "--once", "--chunk", "3").code == 0
    told = shell.run("batch", "status", number, "--json").json
    assert (told["state"], told["counts"]["done"]) == ("done", 4)
    assert "已签发 4 行" in shell.run("batch", "status", number).out
    assert shell.run("batch", "cancel", number).code == 1


def test_what_was_not_issued_is_written_out_to_be_put_right(shell: Shell) -> None:
    path = written(shell, 3)
    done = submit(shell, path, "--wait")
    assert (done.code, "已签发 3 行" in done.err) == (0, True)
    again = submit(shell, path, "--wait", "--key", "another")
    assert again.code == 1
    out = shell.desk / "unissued.csv"
    assert shell.run("batch", "errors", again.out.strip(), "--out", out).code == 0
    lines = out.read_text("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("2,")
    assert "编号已经用过" in lines[1]
    assert submit(shell, out, "--dry-run").code == 1
    assert shell.run("batch", "status", "00").code == 1
    assert shell.run("batch", "submit", path, "--type", CITY, "--map", "x").code == 64


def worker(shell: Shell, *words: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YINZHENG_")}
    environment |= {"YINZHENG_DATA": str(shell.data), "YINZHENG_KEY_ROUNDS": "1024"}
    command = [sys.executable, "-m", "service", "worker", "--lease", "1", *words]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)


@pytest.mark.parametrize(
    ("rows", "size", "kills"),
    [(40, 4, 2), pytest.param(100_000, 100, 9, marks=pytest.mark.long)],
)
def test_a_worker_is_killed_and_every_row_is_issued_exactly_once(
    shell: Shell, rows: int, size: int, kills: int
) -> None:
    """A hundred thousand rows: `python3 run.py test -m long tests/edges/cli/test_batching.py`."""
    first = next(NUMBERS) * 1_000_000
    number = submit(shell, shell.write("killed.csv", table(rows, first=first))).out.strip()
    for _ in range(kills):
        running = worker(shell, "--chunk", str(size))
        assert running.stderr is not None
        for line in running.stderr:
            if "已签发" in line.decode():
                break  # in the middle of the next chunk, wherever that is
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stderr.close()
    ended = worker(shell, "--chunk", str(size))
    engine = create_engine(f"sqlite:///{shell.data / 'yinzheng.db'}")
    assert ended.stderr is not None
    for line in ended.stderr:
        with engine.connect() as connection:
            left = text("SELECT count(*) FROM batch_row WHERE number = :of AND state = 'waiting'")
            if connection.scalar(left, {"of": number}) == 0:
                break
        assert "已签发" in line.decode()
    peak = re.search(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{ended.pid}/status").read_text("ascii"))
    assert peak is not None
    assert int(peak[1]) < MOST_MEMORY_KIB
    ended.send_signal(signal.SIGTERM)
    ended.communicate()
    assert ended.returncode == 0
    with engine.connect() as connection:
        issued = connection.execute(
            text("SELECT identifier, key, leaf, number FROM licence WHERE key LIKE :of AND state = 'released'"),
            {"of": f"batch:{number}/%"},
        ).all()
        marked = set(connection.scalars(text("SELECT identifier FROM batch_row WHERE number = :of"), {"of": number}))
    engine.dispose()
    assert len(issued) == rows
    assert {row.identifier for row in issued} == marked
    assert len({row.leaf for row in issued}) == rows
    assert {row.number for row in issued} == {members(first + place)["number"] for place in range(rows)}
