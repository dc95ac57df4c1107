"""Who puts a key away by command: two named people who sign in, or in an emergency one who says why.

Administrators and officials may, for the key of a body or of a person's seal only those who may report its loss. In the
demo stand-ins are named. Where nobody has an account, it is the word of whoever runs the command.
"""

from typing import Annotated

import typer

from service.commands.compromising import may_report
from service.commands.installation import machine_user
from service.commands.standing_in import acts, decides, in_demo, officer
from service.identity import Person, Role
from service.leaked_keys import Word
from service.problem import Usage
from service.sealing import KEY_PREFIX
from service.wiring import Yinzheng
from trust.certification.issuing import key_digest
from trust.formats.certificate import load_certificate
from trust.sealing.ports import Officer

MAY = frozenset({Role.ADMIN, Role.OFFICIAL})
NO_ACCOUNTS, MACHINE = "本安装没有账号", "machine"
"""The reason and the role of one person where there is nobody else."""

Who = Annotated[str | None, typer.Option("--as", help="办理人账号（默认为系统管理员或该单位的经办人）")]
ApprovedBy = Annotated[str | None, typer.Option("--approved-by", help="第二人的账号；演示城市可不给")]
Alone = Annotated[
    bool, typer.Option("--alone", help="紧急：等不到第二人，一人办理；须写 --reason，记入留痕，审计首页可见")
]


def word_of(
    yinzheng: Yinzheng, name: str, who: str | None, approved_by: str | None, reason: str, *, alone: bool
) -> Word:
    """Who puts a key away, each signed in.

    Raises:
        KeysError: there is no such key.
        Usage: somebody who may not, or nobody is named as the second; `alone-with-another`, one is though alone.
        CompromiseError: as `Word`; asked before anybody signs in.

    """
    if alone and approved_by is not None:
        raise Usage(
            "alone-with-another",
            "--alone 与 --approved-by 只能给一个：有第二人就不是一人办理。",
            "give one of --alone and --approved-by.",
        )
    body = _body_of(yinzheng, name)
    known = [person for person, _ in yinzheng.city.people if _may(person, body)]
    if not known and who is None and approved_by is None:
        user = Officer(machine_user(), machine_user())
        return Word(user, MACHINE, reason=reason or NO_ACCOUNTS)
    first = _named(yinzheng, who, body) if who is not None else _usual(known, body)
    second = None if alone else _second(yinzheng, known, first, approved_by, body)
    Word(officer(first), first.role.value, None if second is None else officer(second), reason)
    acts(first)
    if second is None:
        return Word(officer(first), first.role.value, reason=reason)
    return Word(officer(first), first.role.value, officer(decides(second)), reason, stood_in=in_demo())


def _body_of(yinzheng: Yinzheng, name: str) -> str | None:
    """The body whose seals are put to documents with a key; None for a key of the service itself.

    Raises:
        KeysError: there is no such key.

    """
    certified = yinzheng.archive.books.certificates.of_key(key_digest(yinzheng.ring.record(name).public))
    codes = {load_certificate(one.der).subject.organisation_code for one in certified if one.der is not None}
    bodies = {one.body.code for one in yinzheng.city.bodies}
    if found := sorted(bodies.intersection(filter(None, codes))):
        return found[0]
    filed = yinzheng.archive.seals.find(name.removeprefix(KEY_PREFIX)) if name.startswith(KEY_PREFIX) else None
    return None if filed is None else filed.body_code


def _may(person: Person, body: str | None) -> bool:
    return person.role in MAY if body is None else may_report(person, body)


def _usual(known: list[Person], body: str | None) -> Person:
    """Who says it where nobody is named: an official of the body, and of a key of the service an administrator."""
    first = Role.ADMIN if body is None else Role.OFFICIAL
    return min(known, key=lambda one: one.role is not first) if known else _nobody("")


def _second(yinzheng: Yinzheng, known: list[Person], first: Person, login: str | None, body: str | None) -> Person:
    """The second person: named, or in the demo anybody else who may."""
    if login is not None:
        return _named(yinzheng, login, body)
    others = [one for one in known if one.name != first.name]
    if in_demo() and others:
        return others[0]
    raise Usage(
        "no-second-official",
        "须由另一人确认：用 --approved-by 写明他的账号；紧急而等不到第二人的，用 --alone 并写 --reason。",
        "a second person has to confirm: name one with --approved-by, or in an emergency use --alone with --reason.",
    )


def _named(yinzheng: Yinzheng, login: str, body: str | None) -> Person:
    found = yinzheng.archive.people.find(login)
    return found[0] if found is not None and _may(found[0], body) else _nobody(login)


def _nobody(login: str) -> Person:
    raise Usage(
        "no-such-official",
        f"{login or '没有人'} 不能办理这把密钥：须是系统管理员或经办人，单位的密钥须是本单位的经办人。",
        f"{login or 'nobody'} is no administrator, and no official who may put this key away.",
    )
