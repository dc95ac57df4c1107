"""account, and system --anew: opening accounts anew that somebody changed past the installation, in a city of its own."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from keys.secret_file import open_secret
from service.commands.installation import installation, official_of
from service.data_folder import DEMO_MARK
from service.identity import WrongCredentials
from service.settings import DEMO_PASSPHRASE
from service.trail.store import Search
from tests.cli_parts import Ran, Shell
from tests.edges.cli.conftest import at_home

BODY, OTHER = "11530199MB0T35T1XE", "11530199MB0T35T369"


@pytest.fixture(scope="module")
def kept(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the city for this module, which changes what must not be changed."""
    folder = shutil.copytree(founded, tmp_path_factory.mktemp("own") / "data")
    (folder / DEMO_MARK).unlink()
    with at_home(folder):
        yield folder


@pytest.fixture
def own(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(kept, tmp_path, capsys)


def forge(shell: Shell, login: str, column: str, value: str | None) -> None:
    with closing(sqlite3.connect(shell.data / "yinzheng.db")) as connection, connection:
        connection.execute(f"UPDATE person SET {column} = ? WHERE login = ?", (value, login))


def with_passwords(shell: Shell, passwords: str, *words: str) -> Ran:
    written = shell.write("passwords", passwords)
    number = os.open(written, os.O_RDONLY)  # the command closes it
    return shell.run(*words, PASSWORDS_FD=str(number), KEY_ROUNDS="1024")


def signs_in(login: str, password: str) -> bool:
    yinzheng = installation()
    try:
        yinzheng.identity.sign_in(login, password, yinzheng.now())
    except WrongCredentials:
        return False
    return True


def accounts_found(shell: Shell) -> set[tuple[str, str]]:
    findings = shell.run("audit", "--json", "--no-files").json["findings"]
    return {(one["name"], one["proof"]["key"]) for one in findings if one["check"] == "accounts"}


def test_an_account_is_opened_anew_as_the_plan_has_it(own: Shell) -> None:
    assert accounts_found(own) == set()
    forge(own, "scjg", "role", "admin")
    assert not signs_in("scjg", "demo-scjg")
    assert accounts_found(own) == {("account-changed", "scjg")}
    assert own.run("account", "renew", "scjg", "--as", "scjg2").code == 64
    refused = with_passwords(own, "admin:wrong\nscjg:fresh\n", "account", "renew", "scjg", "--as", "admin")
    assert (refused.code, "[wrong-credentials]" in refused.err) == (1, True)
    ran = with_passwords(own, "admin:demo-admin\nscjg:fresh\n", "account", "renew", "scjg", "--as", "admin")
    assert (ran.code, ran.out) == (0, ""), ran.err
    assert signs_in("scjg", "fresh")
    assert not signs_in("scjg", "demo-scjg")
    assert accounts_found(own) == set()
    (record, *_) = installation().trail.store.search(Search(action="account renew"), before=None, limit=1)
    assert (record.action, record.about) == ("yinzheng account renew", {"login": "scjg", "by": "admin"})


def test_a_system_is_opened_anew(own: Shell) -> None:
    assert own.run("system", "add", "sysx", "--body", BODY).code == 0
    forge(own, "sysx", "tag", None)
    assert "sysx" not in own.run("system", "list").out
    ran = own.run("system", "add", "sysx", "--body", BODY)
    assert (ran.code, "[account-forged]" in ran.err) == (1, True)
    made = own.run("system", "add", "sysx", "--body", BODY, "--anew")
    assert made.code == 0, made.err
    assert signs_in("sysx", made.out.strip())


def test_an_account_that_was_taken_away_is_opened_anew(own: Shell) -> None:
    with closing(sqlite3.connect(own.data / "yinzheng.db")) as connection, connection:
        connection.execute("DELETE FROM session WHERE login = 'mzj'")
        connection.execute("DELETE FROM person WHERE login = 'mzj'")
    assert not signs_in("mzj", "demo-mzj")
    passwords = "admin:demo-admin\nmzj:fresh\n"
    ran = with_passwords(own, passwords, "account", "renew", "mzj", "--as", "admin")
    assert (ran.code, ran.out) == (0, ""), ran.err
    assert signs_in("mzj", "fresh")


def test_another_index_secret_is_told_and_none_is_made_in_its_place(own: Shell) -> None:
    secret = own.data / "keys" / "index.secret"
    octets = secret.read_bytes()
    try:
        secret.unlink()
        ran = own.run("system", "add", "sysw", "--body", BODY, KEY_ROUNDS="1024")
        assert (ran.code, "[index-secret-other]" in ran.err, secret.exists()) == (1, True, False), ran.err
        open_secret(secret, DEMO_PASSPHRASE.encode, rounds=1024)
        ran = own.run("serve", KEY_ROUNDS="1024")
        assert (ran.code, "[index-secret-other]" in ran.err) == (1, True), ran.err
        told = own.run("audit", "--json", "--no-files", KEY_ROUNDS="1024").json["findings"]
        assert {one["name"] for one in told if one["check"] == "accounts"} == {"accounts-unchecked"}
        assert "trail-forged" not in {one["name"] for one in told}
    finally:
        secret.unlink(missing_ok=True)
        secret.write_bytes(octets)
        secret.chmod(0o600)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("account", "renew", "nobody", "--as", "admin"), 64, "not-in-plan"),
        (("account", "renew", "spj", "--as", "admin"), 64, "account-sound"),
        (("account", "renew", "admin", "--as", "admin"), 64, "no-such-admin"),
        (("account", "renew", "admin", "--as", "auditor"), 64, "no-such-admin"),
        (("account", "renew", "admin"), 64, "no-such-admin"),
        (("system", "add", "scjg", "--body", BODY, "--anew"), 1, "not-allowed"),
        (("system", "add", "sysz", "--body", BODY, "--anew"), 1, "not-allowed"),
    ],
)
def test_what_does_not_do(own: Shell, words: tuple[str, ...], code: int, told: str) -> None:
    forge(own, "admin", "name", "某")
    ran = own.run(*words)
    assert (ran.code, ran.out, f"[{told}]" in ran.err) == (code, "", True), ran.err


def test_a_command_acts_for_whom_the_register_has_as_an_official_whatever_the_plan_says(own: Shell) -> None:
    people = installation().archive.people
    known = people.find("scjg")
    assert known is not None
    try:
        people.enrol(replace(known[0], department=OTHER), known[1])
        assert official_of(BODY).login == "scjg2"
    finally:
        people.enrol(*known)
    assert official_of(BODY).login == "scjg"
