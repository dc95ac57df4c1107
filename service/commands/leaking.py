"""key compromise: a key of any kind has leaked, which two people say, or in an emergency one with a reason.

Administrators and officials may say it, of the key of a body or of a person's seal only those who may report its loss.
Each signs in; in the demo stand-ins are named. Where nobody has an account, it is the word of whoever runs the command.
"""

from typing import Annotated

import typer

from service.commands.compromising import may_report
from service.commands.installation import installation, machine_user
from service.commands.keeping import Name, WithJson, key_row
from service.commands.output import OUT, say_json
from service.commands.standing_in import acts, decides, in_demo, officer
from service.commands.verifying import instant
from service.identity import Person, Role
from service.leaked_keys import Word, block_on_word
from service.problem import Usage
from service.sealing import KEY_PREFIX
from service.wiring import Yinzheng
from trust.certification.issuing import key_digest
from trust.formats.certificate import load_certificate
from trust.sealing.ports import Officer

MAY = frozenset({Role.ADMIN, Role.OFFICIAL})
NO_ACCOUNTS, MACHINE = "本安装没有账号", "machine"
"""The reason and the role of one person where there is nobody else."""


def compromise(
    name: Name,
    since: Annotated[
        str | None,
        typer.Option(help="泄露的时间，如 2026-11-20T00:00:00+08:00；不给则这把密钥的全部签名都不再有效"),
    ] = None,
    reason: Annotated[str, typer.Option(help="怎样发现的，最多 400 字，不写个人信息；一人办理时必填")] = "",
    who: Annotated[str | None, typer.Option("--as", help="办理人账号（默认为系统管理员或该单位的经办人）")] = None,
    approved_by: Annotated[str | None, typer.Option(help="第二人的账号；演示城市可不给")] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="紧急：等不到第二人，一人封禁；须写 --reason，记入留痕，审计首页可见")
    ] = False,
    with_json: WithJson = False,
) -> None:
    """登记一把密钥已经泄露（须两人）：永久封禁，吊销它的全部证书并公布；不能恢复。"""
    lost_at, yinzheng = instant(since), installation()
    if alone and approved_by is not None:
        raise Usage(
            "alone-with-another",
            "--alone 与 --approved-by 只能给一个：有第二人就不是一人办理。",
            "give one of --alone and --approved-by.",
        )
    word = _word(yinzheng, _body_of(yinzheng, name), who, approved_by, reason, alone=alone)
    archive, trail = yinzheng.archive, yinzheng.trail.store
    record, certificates = block_on_word(yinzheng.ring, archive, trail, name, word, yinzheng.now(), lost_at)
    yinzheng.publisher.publish_revocations(yinzheng.now())
    if with_json:
        second = word.second.login if word.second else None
        said = {"certificates_revoked": certificates, "by": word.by.login, "approved_by": second}
        say_json(key_row(record) | said)
        return
    also = f"，吊销证书 {certificates} 张，证书撤销列表已公布"
    OUT.print(f"{record.reference} {record.state.label}{also}。", markup=False)


def _word(
    yinzheng: Yinzheng, body: str | None, who: str | None, approved_by: str | None, reason: str, *, alone: bool
) -> Word:
    """Who says it, each signed in.

    Raises:
        Usage: somebody who may not, or nobody is named as the second.
        CompromiseError: as `Word`; asked before anybody signs in.

    """
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
        f"{login or '没有人'} 不能登记这把密钥的泄露：须是系统管理员或经办人，单位的密钥须是本单位的经办人。",
        f"{login or 'nobody'} is no administrator, and no official who may report this key.",
    )
