"""What breaks off half-way says so: nothing is recorded behind an error, and what is recorded is not called refused."""

import shutil
from pathlib import Path

import pytest

from service.data_folder import DEMO_MATTERS, matters_of
from service.publisher import Publisher
from tests.cli_parts import Paper, Shell, application, files, issue, rows


def moved_away(key: Path) -> Path:
    return key.rename(key.with_suffix(".away"))


@pytest.mark.parametrize("name", ["log", "status-list"])
def test_an_act_is_not_recorded_that_could_not_be_published(shell: Shell, name: str) -> None:
    identifier, _ = issue(shell)
    before, key = rows(shell.data), shell.data / "keys" / f"{name}.p8.pem"
    words = ("revoke", identifier, "--ground", "penalty")
    with_another = shell.run(*words, PASSPHRASE="another one")
    assert (with_another.code, "[wrong-passphrase]" in with_another.err) == (1, True)
    away = moved_away(key)
    try:
        without = shell.run(*words, KEY_ROUNDS="1024")
    finally:
        away.rename(key)
    assert (without.code, "[unknown-key]" in without.err) == (1, True)
    assert rows(shell.data) == before
    assert shell.run(*words).code == 0


def test_a_licence_is_not_issued_that_could_not_be_logged(shell: Shell) -> None:
    before, key = rows(shell.data), shell.data / "keys" / "log.p8.pem"
    written = shell.write("application.json", application())
    words = ("issue", "--type", "business-licence", "--data", written, "--out", shell.desk / "out")
    away = moved_away(key)
    try:
        ran = shell.run(*words, KEY_ROUNDS="1024")
    finally:
        away.rename(key)
    assert (ran.code, "[unknown-key]" in ran.err) == (1, True)
    assert rows(shell.data) == before
    assert shell.run(*words).code == 0


def publishing_fails(patch: pytest.MonkeyPatch, *names: str) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in names:
        patch.setattr(Publisher, name, full)


def test_an_act_that_is_recorded_and_not_published_is_told_as_such(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier, _ = issue(shell)
    bundle = shell.desk / "late.bundle"
    with monkeypatch.context() as patch:
        publishing_fails(patch, "after_act")
        ran = shell.run("revoke", identifier, "--ground", "penalty")
        assert (ran.code, "[not-yet-published]" in ran.err, identifier in ran.err) == (1, True, True)
        export = shell.run("bundle", "export", bundle)
        assert (export.code, "[acts-unpublished]" in export.err, bundle.exists()) == (64, True, False)
        assert shell.run("verify", identifier).code == 1
    assert shell.run("publish").code == 0
    assert shell.run("bundle", "export", bundle).code == 0


def test_an_issue_that_breaks_off_tells_how_to_take_it_up(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    written, out = shell.write("application.json", application()), shell.desk / "out"
    words = ("issue", "--type", "business-licence", "--data", written, "--out", out)
    with monkeypatch.context() as patch:
        publishing_fails(patch, "after_issue")
        ran = shell.run(*words)
    assert (ran.code, "[not-yet-published]" in ran.err) == (1, True)
    told = next(line for line in ran.err.splitlines() if "--key" in line)
    again = shell.run(*words, "--key", told.split()[-1])
    assert again.code == 0, again.err
    assert again.out.strip() in told
    assert shell.run("verify", out / "licence.ofd").code == 0


def test_a_database_that_is_none_fails_no_licence(shell: Shell, paper: Paper, tmp_path: Path) -> None:
    """Offline the database is not asked at all; online it is, and a broken one says nothing about the licence."""
    data = tmp_path / "broken"
    shutil.copytree(shell.data, data, ignore=shutil.ignore_patterns("yinzheng.db*"))
    (data / "yinzheng.db").write_bytes(b"not a database" * 1000)
    before = files(data)
    licence = paper.folder / "licence.ofd"
    online = shell.run("verify", licence, DATA=str(data))
    assert (online.code, "[storage]" in online.err) == (2, True)
    offline = shell.run("verify", licence, "--offline", "--bundle", paper.bundle, DATA=str(data))
    assert offline.code == 0, offline.err
    published = shell.run("publish", DATA=str(data))
    assert (published.code, "[storage]" in published.err) == (74, True), "not 1, which would say FAILED"
    assert files(data) == before


def test_a_fault_of_ours_is_neither_a_refusal_nor_a_verdict(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("service.commands.verifying.verify_words", broken)
    ran = shell.run("verify", "1.2.156.3005.2")
    assert (ran.code, "[internal]" in ran.err, "RuntimeError" in ran.err) == (70, True, True)


def test_a_demo_is_not_made_of_an_installation(shell: Shell, tmp_path: Path) -> None:
    for name, mark in (("own", "city.toml"), ("founded", "keys/log.p8.pem")):
        data = tmp_path / name
        (data / mark).parent.mkdir(parents=True)
        (data / mark).write_text("", "utf-8")
        before = files(data)
        ran = shell.run("demo", "--no-serve", DATA=str(data))
        assert (ran.code, "[not-a-demo]" in ran.err) == (64, True), ran.err
        assert files(data) == before


def test_an_installation_needs_a_passphrase_of_its_own(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "own"
    data.mkdir()
    (data / "city.toml").write_text("", "utf-8")
    ran = shell.run("init", DATA=str(data))
    assert (ran.code, "[no-passphrase]" in ran.err) == (64, True)
    assert [path.name for path in data.iterdir()] == ["city.toml"]


def test_matters_belong_to_the_installation(tmp_path: Path) -> None:
    """A city of its own has its own matters, or none yet; the demo's are the demo's."""
    assert {matter.name for matter in matters_of(tmp_path)} >= {"食品经营许可新办"}
    (tmp_path / "city.toml").write_text("", "utf-8")
    assert matters_of(tmp_path) == ()
    demo = DEMO_MATTERS.read_text("utf-8")
    (tmp_path / "matters.toml").write_text(demo.replace("食品经营许可新办", "青溪市食品经营许可"), "utf-8")
    assert "青溪市食品经营许可" in {matter.name for matter in matters_of(tmp_path)}
