"""key list, key retire, key compromise: in a city of its own, because nothing leads back."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.commands.installation import installation
from service.data_folder import DEMO_MARK
from service.leaked_keys import words_said
from tests.cli_parts import Paper, Ran, Shell, application, files, rows
from tests.edges.cli.conftest import at_home


@pytest.fixture
def own(founded: Path, paper: Paper, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A copy of the city and somebody at its keyboard."""
    folder = shutil.copytree(founded, tmp_path / "data")
    desk = tmp_path / "desk"
    desk.mkdir()
    with at_home(folder):
        yield Shell(folder, desk, capsys)


def states(shell: Shell) -> dict[str, str]:
    return {row["reference"]: row["state"] for row in shell.run("key", "list", "--json").json}


def issuing(shell: Shell) -> tuple[object, ...]:
    written = shell.write("application.json", application())
    return ("issue", "--type", "business-licence", "--data", written, "--out", shell.desk / "out")


def test_a_retired_key_signs_no_more_and_what_it_signed_stands(own: Shell, paper: Paper) -> None:
    assert set(states(own).values()) == {"active"}
    ran = own.run("key", "retire", "body-scjg")
    assert (ran.code, "代第二人" in ran.err, "已停用" in ran.out) == (0, True, True)
    assert own.run("key", "retire", "body-scjg").code == 0, "said again, it changes nothing"
    assert last_words(own) == [("yinzheng key retire：两人办理", "scjg", "key-retire")]
    assert states(own)["file:body-scjg"] == "retired"
    assert own.run("key", "list").out.count("已停用") == 1
    before = rows(own.data), files(own.data)
    ran = own.run(*issuing(own))
    assert (ran.code, "已经停用" in ran.err, "[key-not-usable]" in ran.err) == (1, True, True)
    assert (rows(own.data), files(own.data)) == before
    assert own.run("verify", paper.folder / "licence.ofd").code == 0
    assert own.run("demo", "--no-serve", KEY_ROUNDS="1024", DATA=str(own.data)).code == 0


def test_a_leaked_key_is_blocked_and_verifiers_hear_of_it(own: Shell, paper: Paper) -> None:
    ran = own.run("key", "compromise", "body-scjg", "--json")
    assert ran.code == 0, ran.err
    assert "代第二人" in ran.err
    assert ran.json | {"since": ""} == {
        "reference": "file:body-scjg",
        "state": "compromised",
        "since": "",
        "certificates_revoked": 1,
        "by": "scjg",
        "approved_by": "scjg2",
    }
    with at_home(own.data):
        (said,) = words_said(installation().trail.store, 9)
    word = said.first
    assert (word.about["identifier"], word.about["stood_in"]) == ("body-scjg", "演示代行")
    assert own.run("verify", paper.folder / "licence.ofd").code == 1
    assert own.run(*issuing(own)).code == 1
    assert own.run("key", "compromise", "body-scjg").code == 0, "said again, it changes nothing"
    ran = own.run("key", "retire", "body-scjg")
    assert (ran.code, "[key-not-usable]" in ran.err) == (1, True)


def last_words(shell: Shell) -> list[tuple[str, str, str]]:
    """What the trail has of leaked keys, newest first: the action, who, and why."""
    with at_home(shell.data):
        said = [one.first for one in words_said(installation().trail.store, 9)]
        return [(one.action, one.actor, one.why) for one in said]


def test_where_people_have_accounts_two_of_them_sign_in_or_one_says_why(own: Shell) -> None:
    """A key of the service itself: an administrator and an official, or in an emergency one of them, who is named."""
    (own.data / DEMO_MARK).unlink()

    def compromise(passwords: str, *words: str) -> Ran:
        written = own.write("passwords", passwords)
        number = os.open(written, os.O_RDONLY)  # the command closes it
        return own.run("key", "compromise", *words, PASSWORDS_FD=str(number), DATA=str(own.data), KEY_ROUNDS="1024")

    admin, both = "admin:demo-admin\n", "admin:demo-admin\nscjg:demo-scjg\n"
    refused = {
        "no-second-official": compromise(both, "receipt"),
        "no-password": compromise(admin, "receipt", "--approved-by", "scjg"),
        "wrong-credentials": compromise("admin:x\nscjg:x\n", "receipt", "--approved-by", "scjg"),
        "same-person": compromise(both, "receipt", "--approved-by", "admin"),
        "compromise-refused": compromise(admin, "receipt", "--alone"),
        "alone-with-another": compromise(both, "receipt", "--alone", "--reason", "x", "--approved-by", "scjg"),
        "no-such-official": compromise(both, "body-zrzyj", "--approved-by", "scjg"),
    }
    for word, ran in refused.items():
        assert (ran.code != 0, f"[{word}]" in ran.err) == (True, True), (word, ran.err)
    ran = own.run("key", "retire", "receipt", KEY_ROUNDS="1024", DATA=str(own.data))
    assert (ran.code != 0, "[no-second-official]" in ran.err) == (True, True), ran.err
    assert set(states(own).values()) == {"active"}
    assert last_words(own) == []
    assert compromise(both, "receipt", "--approved-by", "scjg", "--reason", "服务器被入侵").code == 0
    ran = compromise(admin, "time-stamp", "--alone", "--reason", "夜间被入侵，找不到第二人", "--json")
    assert (ran.code, ran.json["by"], ran.json["approved_by"]) == (0, "admin", None)
    assert {states(own)["file:receipt"], states(own)["file:time-stamp"]} == {"compromised"}
    assert last_words(own) == [
        ("yinzheng key compromise：一人紧急办理", "admin", "夜间被入侵，找不到第二人"),
        ("yinzheng key compromise：两人办理", "admin", "服务器被入侵"),
    ]


def test_where_nobody_has_an_account_it_is_the_word_of_whoever_runs_it(
    own: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    yinzheng = installation()
    monkeypatch.setattr(yinzheng, "city", replace(yinzheng.city, people=()))
    ran = own.run("key", "compromise", "receipt", "--json")
    assert (ran.code, ran.json["approved_by"]) == (0, None), ran.err
    assert last_words(own) == [("yinzheng key compromise：一人紧急办理", ran.json["by"], "本安装没有账号")]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("retire", "nobodys"), 1, "unknown-key"),
        (("compromise", "nobodys"), 1, "unknown-key"),
        (("compromise", "receipt", "--as", "citizen"), 64, "no-such-official"),
        (("compromise", "receipt", "--alone"), 1, "compromise-refused"),
        (("retire", "receipt", "--alone"), 1, "compromise-refused"),
        (("retire", "receipt", "--as", "citizen"), 64, "no-such-official"),
        (("retire", "../body-scjg"), 1, "unknown-key"),
        (("compromise", "body-scjg", "--since", "soon"), 64, "time"),
        (("compromise", "body-scjg", "--since", "2999-01-01T00:00:00+08:00"), 1, "invalidity-date"),
    ],
)
def test_bad_inputs(own: Shell, words: tuple[str, ...], code: int, told: str) -> None:
    before = files(own.data)
    ran = own.run("key", *words)
    assert (ran.code, f"[{told}]" in ran.err) == (code, True), ran.err
    assert files(own.data) == before


def test_a_service_whose_key_was_put_away_is_certified_anew(own: Shell, paper: Paper) -> None:
    until = {row["reference"]: row["until"] for row in own.run("key", "list", "--json").json if "until" in row}
    assert until.keys() >= {"file:root", "file:status-list", "file:body-scjg"}
    assert until["file:status-list"] in own.run("key", "list").out
    ran = own.run("key", "renew", "--service", "status-list")
    assert (ran.code, "key-in-use" in ran.err) == (1, True)
    assert own.run("key", "retire", "status-list").code == 0
    ran = own.run("key", "renew", "--service", "status-list", "--json")
    assert (ran.code, ran.json["reference"]) == (0, "file:status-list2")
    assert states(own)["file:status-list2"] == "active"
    assert own.run("publish").code == 0
    assert own.run("verify", paper.folder / "licence.ofd").code == 0


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ((), 64, "owner"),
        (("--body", "scjg", "--service", "log"), 64, "owner"),
        (("--service", "root"), 64, "service"),
        (("--body", "nobody"), 1, "body-unknown"),
        (("--service", "receipt", "--as", "scjg"), 64, "no-such-admin"),
    ],
)
def test_what_cannot_be_certified_anew_is_said(own: Shell, words: tuple[str, ...], code: int, reason: str) -> None:
    ran = own.run("key", "renew", *words)
    assert (ran.code, reason in ran.err) == (code, True), ran.err


def test_whoever_cannot_open_the_index_secret_looks_and_leaves_no_record(own: Shell) -> None:
    with at_home(own.data):
        before = installation().trail.store.tip()
    for words in (("types",), ("audit",)):
        ran = own.run(*words, PASSPHRASE="another passphrase", DATA=str(own.data))
        assert "没有留痕" in ran.err, ran.err
        assert ran.out
    with at_home(own.data):
        assert installation().trail.store.tip() == before
    assert own.run("audit").code == 0, "nothing stands in the trail that nobody vouches for"
