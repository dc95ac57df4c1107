"""Opening the installation that commands act on, and who acts: the official of the department concerned."""

import os
import pwd
from functools import cache

from pydantic import ValidationError

from keys.errors import KeysError
from service.commands.output import ERR
from service.data_folder import DEMO_MARK, unusable_folder
from service.identity import Person, Role
from service.opening import open_installation
from service.problem import Usage
from service.settings import Settings
from service.trail.doing import Actor, Doing
from service.wiring import Yinzheng

LONGEST = 12
"""Letters of the longest name of a command; a longer word is no command."""
ANCHORS = "anchors.pem"
"""The root of the installation in a data folder, for verifying without its database."""


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        Usage: a setting that is wrong, with its name.

    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"YINZHENG_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise Usage("setting", f"设置 {name} 不对：{first['msg']}。", f"setting {name}: {first['msg']}.") from error


@cache
def installation() -> Yinzheng:
    """The founded installation in the data folder.

    Raises:
        Usage: nothing has been founded there yet.

    """
    chosen = settings()
    if not founded(chosen):
        raise Usage(
            "not-founded",
            f"{chosen.data} 里还没有安装；先运行 `yinzheng demo --no-serve` 建立演示城市，或 `yinzheng init`。",
            f"nothing is set up in {chosen.data}; run `yinzheng demo --no-serve` or `yinzheng init` first.",
        )
    return open_installation(chosen)


def record_command(doing: Doing, command: str, code: int) -> None:
    """Leave the record of a command in the trail of the installation that it opened, if it opened one.

    Whoever cannot open the index secret can write no record, and is told so: what needs no key was done (looking), and
    they see no more by it than whoever reads the database itself.
    """
    if installation.cache_info().currsize:
        doing.actor = Actor(machine_user(), "machine")
        try:
            installation().trail.record(doing, f"yinzheng {command}".rstrip(), code)
        except KeysError:
            ERR.print("这条命令没有留痕：打不开索引密钥，请检查 YINZHENG_PASSPHRASE。")
            ERR.print("No record was left: the index secret does not open; check YINZHENG_PASSPHRASE.")


def machine_user() -> str:
    """Who runs this process, as the machine calls them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def founded(chosen: Settings) -> bool:
    """Whether an installation has been founded in the data folder.

    Raises:
        Usage: the folder cannot be looked into.

    """
    try:
        return (chosen.data / "keys").is_dir()
    except OSError as error:
        raise unusable_folder(chosen.data, error) from error


def official_of(body_code: str) -> Person:
    """The official whom a command acts for where none is named; whether it is they is asked by `standing_in`.

    The plan says in which order they are asked, and their accounts what they are: a plan that was changed since moves
    nobody.

    Raises:
        Usage: the installation has no official of this body.

    """
    for person, _ in installation().city.people:
        found = installation().archive.people.find(person.login)
        if found is not None and found[0].role is Role.OFFICIAL and found[0].department == body_code:
            return found[0]
    raise Usage("no-official", f"机构 {body_code} 没有经办人。", f"body {body_code} has no official.")


def official_named(login: str, body_code: str) -> Person:
    """The official of a body with this login.

    Raises:
        Usage: nobody, or not of this body.

    """
    found = installation().archive.people.find(login)
    if found is None or found[0].role is not Role.OFFICIAL or found[0].department != body_code:
        raise Usage(
            "no-such-official", f"机构 {body_code} 没有经办人 {login}。", f"{body_code} has no official {login}."
        )
    return found[0]


def second_official(first: Person, login: str | None, *, option: str = "--approved-by") -> Person:
    """Whoever approves what the first official handed in: named, or in the demo the body's other official.

    `option` is how the command lets somebody be named.

    Raises:
        Usage: nobody is named in an installation of its own, or there is nobody.

    """
    body_code = first.department or ""
    if login is not None:
        return official_named(login, body_code)
    if (settings().data / DEMO_MARK).exists():
        for person, _ in installation().city.people:
            if person.role is Role.OFFICIAL and person.department == body_code and person.name != first.name:
                return person
    raise Usage(
        "no-second-official",
        f"须由另一人审批：用 {option} 写明审批人的账号。",
        f"a second person has to approve: name one with {option}.",
    )
