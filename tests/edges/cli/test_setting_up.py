"""demo, init, publish: setting up, and installations that do not do."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli_parts import (
    ROOT,
    STRANGER,
    Paper,
    Shell,
    application,
    files,
    rows,
)


def test_the_demo_says_who_is_there_and_that_it_is_a_demo(shell: Shell) -> None:
    assert shell.run("publish").code == 0, "nothing is due any more"
    before = rows(shell.data)
    again = shell.run("demo", "--no-serve", KEY_ROUNDS="1024")
    assert again.code == 0
    assert "众所周知" in again.err
    assert "demo-scjg" in again.err
    assert rows(shell.data) == before
    assert before["licence"] >= 3


@pytest.mark.parametrize(
    ("environment", "warned"),
    [
        ({}, False),
        ({"HOST": "0.0.0.0"}, True),
        ({"HOST": "0.0.0.0", "BASE_URL": "https://licence.example"}, False),
    ],
)
def test_serving_others_without_tls_is_warned_of(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], warned: bool
) -> None:
    """The cookie of a session is for https alone, so from another machine nobody could sign in."""
    monkeypatch.setattr("service.serving.run_server", lambda *_, **__: None)
    ran = shell.run("serve", KEY_ROUNDS="1024", **environment)
    assert ran.code == 0
    assert ("不能登录" in ran.err) is warned
    assert ("cannot sign in" in ran.err) is warned


def test_publishing(shell: Shell) -> None:
    before = rows(shell.data)
    assert shell.run("publish").code == 0
    assert rows(shell.data) == before


SETTINGS: dict[str, tuple[tuple[str, ...], dict[str, str], int, str]] = {
    "a port that is none": (("types",), {"PORT": "many"}, 64, "setting"),  # the types in force are the installation's
    "a port that is none, needed": (("grounds",), {"PORT": "many"}, 0, ""),
    "a wrong port": (("publish",), {"PORT": "70000"}, 64, "setting"),
    "a wrong address": (("publish",), {"BASE_URL": "licence.example"}, 64, "setting"),
    "a database nobody knows": (("publish",), {"DATABASE": "oracle://db"}, 64, "setting"),
    "a database that is not there": (("publish",), {"DATABASE": "sqlite:////nowhere/city.db"}, 74, "storage"),
    "a database server that is not there": (
        ("publish",),
        {"DATABASE": "postgresql+psycopg://nobody@127.0.0.1:1/none"},
        74,
        "storage",
    ),
    "verified without a database": (("verify", STRANGER), {"DATABASE": "sqlite:////nowhere/city.db"}, 2, "storage"),
    "a demo in production": (("demo", "--no-serve"), {"PRODUCTION": "1"}, 64, "demo-in-production"),
}


@pytest.mark.parametrize(("words", "environment", "code", "told"), SETTINGS.values(), ids=SETTINGS.keys())
def test_wrong_settings(
    shell: Shell, words: tuple[str, ...], environment: dict[str, str], code: int, told: str
) -> None:
    ran = shell.run(*words, **environment)
    assert ran.code == code, ran.err
    if code:
        chinese, english, *_ = ran.err.splitlines()
        assert chinese.endswith("。")
        assert f"[{told}]" in english


def test_a_passphrase_that_does_not_open_the_keys(shell: Shell) -> None:
    before = rows(shell.data), files(shell.data)
    written = shell.write("application.json", application())
    words = ("issue", "--type", "business-licence", "--data", written, "--out", shell.desk / "out")
    ran = shell.run(*words, PASSPHRASE="another one")
    assert ran.code == 1
    assert "[wrong-passphrase]" in ran.err
    assert not (shell.desk / "out").exists()
    assert (rows(shell.data), files(shell.data)) == before


def test_production_takes_neither_the_demo_nor_software_keys(shell: Shell, tmp_path: Path) -> None:
    before = rows(shell.data), files(shell.data)
    written = shell.write("application.json", application())
    words = ("issue", "--type", "business-licence", "--data", written, "--out", shell.desk / "out")
    for passphrase in ("yinzheng-demo", "a good one"):
        ran = shell.run(*words, PRODUCTION="1", PASSPHRASE=passphrase)
        assert (ran.code, "[demo-in-production]" in ran.err) == (64, True)
    assert (rows(shell.data), files(shell.data)) == before
    data = tmp_path / "own"
    data.mkdir()
    plan = (ROOT / "deploy" / "demo" / "city.toml").read_text("utf-8")
    (data / "city.toml").write_text(plan[: plan.index("[[people]]")], "utf-8")
    public = str(tmp_path / "public")
    ran = shell.run("init", DATA=str(data), PUBLIC=public, PRODUCTION="1", PASSPHRASE="a good one")
    assert (ran.code, "[key-not-usable]" in ran.err) == (1, True)
    assert not list(data.rglob("*.pem"))


@pytest.mark.parametrize(
    "words", [("publish",), ("verify", STRANGER), ("present", STRANGER), ("bundle", "export", "b")]
)
def test_where_nothing_was_founded(shell: Shell, tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = shell.run(*words, DATA=str(tmp_path / "empty"))
    assert (ran.code, "[not-founded]" in ran.err) == (64, True)
    assert not (tmp_path / "empty").exists()


def test_setting_up_wants_a_plan_and_a_folder(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "new"
    assert "[no-city]" in shell.run("init", DATA=str(data), PASSPHRASE="my own").err
    data.mkdir()
    (data / "city.toml").write_text("name = 1\n", "utf-8")
    ran = shell.run("init", DATA=str(data), PASSPHRASE="my own")
    assert (ran.code, "[city-plan]" in ran.err) == (64, True)
    assert {path.name for path in data.iterdir()} <= {"city.toml", "yinzheng.db", "yinzheng.db-wal", "yinzheng.db-shm"}
    for place in (data / "city.toml", Path("/proc/nowhere")):
        ran = shell.run("demo", "--no-serve", DATA=str(place))
        assert (ran.code, "[data-folder]" in ran.err) == (64, True), ran.err


def test_setting_up_a_city_of_ones_own(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "own"
    data.mkdir()
    plan = (ROOT / "deploy" / "demo" / "city.toml").read_text("utf-8").replace("云岭市", "青溪市")
    (data / "city.toml").write_text(plan[: plan.index("[[people]]")], "utf-8")
    ran = shell.run("init", DATA=str(data), PASSPHRASE="my own")
    assert ran.code == 0, ran.err
    assert "青溪市" in ran.out
    again = shell.run("init", DATA=str(data), PASSPHRASE="my own")
    assert again.code == 0
    assert shell.run("bundle", "export", tmp_path / "theirs.bundle", DATA=str(data)).code == 0


@contextmanager
def somebody_else() -> Iterator[None]:
    """Root may do anything; for a while be nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_or_written(shell: Shell, paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's file, a folder for reading only, a data folder for reading only."""
    place = Path(tempfile.mkdtemp(prefix="yinzheng-"))
    try:
        place.chmod(0o755)
        closed, mine, bundle = place / "closed.ofd", place / "mine", place / "counter.bundle"
        shutil.copy(paper.bundle, bundle)
        bundle.chmod(0o444)
        shutil.copy(paper.folder / "licence.ofd", closed)
        closed.chmod(0o000)
        shutil.copytree(shell.data, mine)
        for path in (mine, *mine.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        written = place / "application.json"
        written.write_text(application(), "utf-8")
        written.chmod(0o444)
        before = files(mine)
        with somebody_else():
            unread = shell.run("verify", closed, "--offline", "--bundle", bundle, DATA=str(place / "none"))
            unwritten = shell.run("bundle", "export", place / "b.bundle", DATA=str(mine))
            closed_to_us = shell.run("publish")
            issued = shell.run(
                "issue", "--type", "business-licence", "--data", written, "--out", place / "out", DATA=str(mine)
            )
        assert (unread.code, "[file-unreadable]" in unread.err) == (64, True)
        assert "storage" in unwritten.err or "[file-unwritable]" in unwritten.err
        assert closed_to_us.code in {64, 74}
        assert issued.code in {1, 64, 74}
        assert len(issued.err.splitlines()) >= 2
        assert "Traceback" not in issued.err
        assert files(mine) == before
        assert not (place / "out").exists()
    finally:
        for path in (place, *place.rglob("*")):
            path.chmod(0o755)
        shutil.rmtree(place)
