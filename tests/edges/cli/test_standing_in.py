"""Whose steps a command takes: in an installation of its own everybody signs in, in the demo a stand-in is named one."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from service.data_folder import DEMO_MARK
from tests.city import LICENCES
from tests.cli_parts import NUMBERS, Ran, Shell

TYPE = "real-estate-certificate"
PASSWORDS = "zrzyj:demo-zrzyj\nzrzyj2:demo-zrzyj2\n"


@contextmanager
def own_installation(shell: Shell) -> Iterator[None]:
    """The demo without the mark that says so."""
    mark = shell.data / DEMO_MARK
    kept = mark.read_bytes()
    mark.unlink()
    try:
        yield
    finally:
        mark.write_bytes(kept)


def issue(shell: Shell, passwords: str | None, *words: str) -> Ran:
    """Issue what two people stand behind, with passwords handed over by a descriptor, or none."""
    body = json.loads((LICENCES / f"{TYPE}.json").read_text("utf-8")) | {
        "number": f"云（2026）云岭市不动产权第{next(NUMBERS) + 900_000:07}号"
    }
    data = shell.write("stand-in.json", json.dumps(body))
    command = ("issue", "--type", TYPE, "--data", data, "--out", shell.desk / "si", *words)
    if passwords is None:
        return shell.run(*command, KEY_ROUNDS="600000")
    written = shell.write("passwords", passwords)
    number = os.open(written, os.O_RDONLY)  # the command closes it
    return shell.run(*command, PASSWORDS_FD=str(number))


def people_of(shell: Shell, ran: Ran) -> str:
    listed = shell.run("application", "list", "--json").json
    (number,) = [one["number"] for one in listed if one["identifier"] == ran.out.split()[0]]
    return shell.run("application", "show", number).out


def test_a_second_person_of_the_demo_is_a_stand_in_and_the_record_says_so(shell: Shell) -> None:
    ran = issue(shell, None)
    assert ran.code == 0, ran.err
    assert "演示代行" in ran.err
    assert "苗青禾（演示代行）" in people_of(shell, ran)


def test_both_people_sign_in_where_it_is_no_demo(shell: Shell) -> None:
    with own_installation(shell):
        ran = issue(shell, PASSWORDS, "--approved-by", "zrzyj2")
        assert ran.code == 0, ran.err
        said = people_of(shell, ran)
    assert "苗青禾" in said
    assert "演示代行" not in said + ran.err


@pytest.mark.parametrize(
    ("passwords", "code"),
    [
        ("", "no-password"),
        ("zrzyj:demo-zrzyj\n", "no-password"),  # the second did not sign in
        ("zrzyj:demo-zrzyj\nzrzyj2:wrong\n", "wrong-credentials"),
        ("zrzyj:wrong\nzrzyj2:demo-zrzyj2\n", "wrong-credentials"),
        ("no pairs\n", "passwords-fd"),
    ],
)
def test_nobody_is_stood_in_for_where_it_is_no_demo(shell: Shell, passwords: str, code: str) -> None:
    with own_installation(shell):
        ran = issue(shell, passwords, "--approved-by", "zrzyj2")
    assert ran.code != 0
    assert code in ran.err + ran.out
    assert not ran.out.startswith("1.2.156")


def test_a_descriptor_that_is_not_open_is_told(shell: Shell) -> None:
    with own_installation(shell):
        ran = shell.run("application", "approve", "00", "--as", "zrzyj2", PASSWORDS_FD="900")
        issued = issue(shell, None, "--approved-by", "zrzyj2")
    assert ran.code != 0
    assert "no-password" in issued.err + issued.out
