"""Who a command acts for, and whether they are there: the one place where a command may take somebody's step.

The command line is run by whoever may read the keys, which says nothing about the people a step is put down to. So in
an installation of its own everybody whom a command acts for signs in: with the password, typed without being shown, or
read from a descriptor that a script opens (`YINZHENG_PASSWORDS_FD`, lines `login:password`), which leaves it in no
list of processes and in no environment. The demo's officials are nobody. There a command takes both steps of two
people, and what it takes for the second is put down to the demo, in the record and on the screen.
"""

import os
import sys
from dataclasses import replace
from functools import cache
from getpass import getpass

from service.commands.installation import installation, settings
from service.commands.output import ERR, visible
from service.data_folder import DEMO_MARK
from service.identity import Person
from service.problem import Usage
from service.wiring import Yinzheng
from trust.sealing.ports import Officer

STAND_IN = "（演示代行）"
MOST = 65_536
"""Octets of passwords that a script may hand over."""


def acts(person: Person) -> Person:
    """The person a command acts for, who has shown that it is they.

    Raises:
        Usage: nobody can be asked for the password.
        WrongCredentials, TooManyTries, Busy: as `service.identity.Identity.sign_in`.

    """
    if not in_demo():
        _prove(installation(), person.login)
    return person


def decides(person: Person) -> Person:
    """The second of two people; in the demo a stand-in for one, under a name that says so. Raises as `acts`."""
    if not in_demo():
        return acts(person)
    ERR.print(f"演示：代第二人 {visible(person.name)} 办理这一步，记录中注明{STAND_IN}。", markup=False)
    return replace(person, name=f"{person.name}{STAND_IN}")


def officer(person: Person) -> Officer:
    """Somebody as the record names them."""
    return Officer(person.login, person.name)


def in_demo() -> bool:
    """Whether the people of this installation are the demo's, whom anybody may act for."""
    return (settings().data / DEMO_MARK).exists()


@cache
def _prove(yinzheng: Yinzheng, login: str) -> None:
    """Sign in and out again, once in a process for everybody."""
    identity = yinzheng.identity
    identity.sign_out(identity.sign_in(login, password_for(login), yinzheng.now()))


def password_for(login: str) -> str:
    """The password of a login, from the descriptor of a script or the keyboard; raises Usage `no-password`."""
    return handed_over().get(login) or _asked(login)


def _asked(login: str) -> str:
    """A password from the keyboard."""
    if not sys.stdin.isatty():
        raise Usage(
            "no-password",
            f"这一步须由 {visible(login)} 本人办理：请在终端里输入口令，或者由脚本用 YINZHENG_PASSWORDS_FD 交来。",
            f"{visible(login)} has to take this step: type the password, or hand it over by YINZHENG_PASSWORDS_FD.",
        )
    return getpass(f"{visible(login)} 的口令：", stream=sys.stderr)


@cache
def handed_over() -> dict[str, str]:
    """The passwords that a script has handed over, by login.

    Raises:
        Usage: the descriptor is not open, or what it gives is not in the form.

    """
    number = settings().passwords_fd
    if number is None:
        return {}
    try:
        with os.fdopen(number, "rb") as handed:
            lines = handed.read(MOST).decode("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise _unreadable() from error
    pairs = [line.partition(":") for line in lines if line]
    if not all(mark for _, mark, _ in pairs):
        raise _unreadable()
    return {login: password for login, _, password in pairs}


def _unreadable() -> Usage:
    return Usage(
        "passwords-fd",
        "YINZHENG_PASSWORDS_FD 指的描述符读不出来；应为已打开的描述符，每行一个 账号:口令。",
        "YINZHENG_PASSWORDS_FD names no open descriptor with lines of login:password.",
    )
