"""present, copy: what a holder does with a licence; the command line acts for its first holder.

Whoever may run commands may read the keys, so no other proof is asked for than on the pages. Codes that are shown once
are printed once; only their digests are stored.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cases.consent import Mode
from issuer.copying.ports import Asker, Terms
from issuer.errors import NoSuchLicence
from issuer.ports import Entry
from issuer.presenting.ports import Presenter
from service.commands.installation import installation, official_of
from service.commands.output import ERR, OUT, check_writable, say_json, write_file
from service.commands.standing_in import acts, in_demo
from service.commands.verifying import instant
from service.identity import Role
from service.problem import Usage
from service.who import asker_of
from service.wiring import Yinzheng
from templates.code import code_png
from trust.formats.licence_document import encode_licence
from trust.formats.token import to_text
from trust.rules.idempotency import own_key
from trust.rules.identifier import parse_lenient

FILES = ("licence.ofd", "licence.pdf", "qr.png", "licence.json")


class Shape(StrEnum):
    """What is shown: the code on the face, one to be redeemed once, one that holds for a minute."""

    STATIC = "static"
    ONCE = "once"
    SIGNED = "signed"


def present(
    identifier: Annotated[str, typer.Argument(help="证照标识")],
    kind: Annotated[
        Shape, typer.Option(help="static 证照上的二维码，once 一次性亮证码，signed 六十秒限时亮证码")
    ] = Shape.STATIC,
    minutes: Annotated[int, typer.Option(help="一次性亮证码的有效分钟数，1 至 10")] = 5,
    audience: Annotated[str, typer.Option("--for", help="亮证码只出示给谁")] = "",
    out: Annotated[Path | None, typer.Option(help="二维码图片；不给则打印二维码文字")] = None,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """出示证照的二维码或亮证码。"""
    yinzheng = installation()
    entry = _released(yinzheng, identifier)
    if out is not None:
        check_writable(out)
    text, facts = _shown(yinzheng, entry, kind, minutes, audience)
    if out is not None:
        write_file(out, code_png(text))
    if with_json:
        say_json({"kind": kind.value, "text": text} | facts)
    elif out is None:
        OUT.print(text, markup=False)
    if facts:
        ERR.print(f"有效至 {facts['expires_at']}", markup=False)


def copy(
    identifier: Annotated[str, typer.Argument(help="原件的证照标识")],
    purpose: Annotated[str, typer.Option("--for", help="用途，印在加注件上")],
    recipient: Annotated[str, typer.Option(help="使用单位")],
    out: Annotated[Path, typer.Option(help="输出目录")],
    until: Annotated[str | None, typer.Option(help="有效期至，如 2026-12-31T18:00:00+08:00（默认三十天）")] = None,
    consent: Annotated[str | None, typer.Option(help="由颁发机构制作：授权书编号；不给则由持证主体制作")] = None,
    key: Annotated[str | None, typer.Option(help="幂等键；同一键同一内容只制作一次（默认随机）")] = None,
) -> None:
    """制作一份加注件，写出 licence.ofd、licence.pdf、qr.png、licence.json，并打印加注件标识。"""
    yinzheng = installation()
    entry = _released(yinzheng, identifier)
    check_writable(*(out / name for name in FILES))
    original, terms = str(entry.licence.identifier), Terms(purpose, recipient, instant(until))
    key = key or yinzheng.random(16).hex()
    if consent is None:
        holder = _holder(yinzheng, entry)
        made = yinzheng.copies.for_holder(original, terms, by=holder, key=own_key(holder.login, key))
    else:
        by = _official(yinzheng, entry)
        key = own_key(by.department, key)
        recorded = yinzheng.archive.copy_consents.find(by.department, consent)
        mode = Mode.HOLDER.value if recorded is None else recorded.mode
        made = yinzheng.copies.for_body(original, terms, mode=mode, reference=consent, by=by, key=key)
    OUT.print(str(made.entry.licence.identifier), markup=False)
    text = to_text(made.token, yinzheng.office.host_url)
    octets = (made.ofd, made.pdf, code_png(text), encode_licence(made.entry.licence))
    for name, one in zip(FILES, octets, strict=True):
        write_file(out / name, one)
    ERR.print(f"已制作{entry.licence.name}加注件，文件在 {out}", markup=False)


def _shown(yinzheng: Yinzheng, entry: Entry, kind: Shape, minutes: int, audience: str) -> tuple[str, dict[str, str]]:
    """The text of the code, and what is to be said of one that ends."""
    if kind is Shape.STATIC:
        if entry.plan is None:
            raise NoSuchLicence
        return to_text(entry.plan.token, yinzheng.office.host_url), {}
    identifier, presenter = str(entry.licence.identifier), _presenter(yinzheng, entry)
    if kind is Shape.ONCE:
        made = yinzheng.presenting.once(identifier, presenter, minutes=minutes, audience=audience)
    else:
        made = yinzheng.presenting.signed(identifier, presenter, audience=audience)
    return made.text, {"number": made.code.number, "expires_at": f"{made.code.expires_at:%Y-%m-%dT%H:%M:%SZ}"}


def _released(yinzheng: Yinzheng, identifier: str) -> Entry:
    entry = yinzheng.archive.register.find(str(parse_lenient(identifier)))
    if entry is None or entry.artefacts is None:
        raise NoSuchLicence
    return entry


def _presenter(yinzheng: Yinzheng, entry: Entry) -> Presenter:
    """The first holder; under the login by which the plan knows them, and where it is no demo, they themselves.

    Raises:
        Usage: it is no demo, and the holder has no login to sign in with.

    """
    first = entry.licence.holders[0]
    known = (
        person
        for person, _ in yinzheng.city.people
        if person.role is Role.HOLDER and (person.holder_code_type, person.holder_code) == (first.code_type, first.code)
    )
    holder = next(known, None)
    if holder is None and not in_demo():
        raise Usage(
            "holder-absent",
            "持证主体在本系统没有账号，不能由命令代为亮证或制作加注件；请持证主体本人办理。",
            "the holder has no login here, and no command shows or copies a licence for somebody else.",
        )
    return Presenter(acts(holder).login if holder else "", first.code_type, first.code)


def _holder(yinzheng: Yinzheng, entry: Entry) -> Asker:
    first, presenter = entry.licence.holders[0], _presenter(yinzheng, entry)
    return Asker(presenter.login, first.name, holder=(first.code_type, first.code))


def _official(yinzheng: Yinzheng, entry: Entry) -> Asker:
    person = acts(official_of(entry.licence.identifier.issuer_code))
    return asker_of(yinzheng, person)
