"""types, issue, present: what a department does."""

from pathlib import Path
from typing import Annotated

import typer

from issuer.application import parse_application
from issuer.errors import NoSuchLicence, UnknownType
from service.commands.installation import installation, official_of
from service.commands.output import ERR, OUT, check_writable, read_file, say_json, write_file
from service.problems import Usage
from service.wiring import Yinzheng
from templates.code import code_png
from templates.library import Bundle, bundles
from trust.formats.licence_document import encode_licence
from trust.formats.token import to_text
from trust.rules.identifier import parse_lenient

MAX_APPLICATION = 65_536
FILES = ("licence.ofd", "licence.pdf", "qr.png", "licence.json")


def types(with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """列出证照类型。"""
    rows = [{"code": one.type.code, "name": one.type.name, "bundle": one.name} for one in bundles()]
    if with_json:
        say_json(rows)
        return
    for row in rows:
        OUT.print(f"{row['code']}  {row['bundle']:<24} {row['name']}", markup=False)


def issue(
    type_code: Annotated[str, typer.Option("--type", help="证照类型代码或模板名，见 yinzheng types")],
    data: Annotated[Path, typer.Option(help="申请数据，JSON 文件")],
    out: Annotated[Path, typer.Option(help="输出目录")],
    key: Annotated[str | None, typer.Option(help="幂等键；同一键同一数据只签发一次（默认随机）")] = None,
) -> None:
    """签发一本证照，写出 licence.ofd、licence.pdf、qr.png、licence.json，并打印证照标识。"""
    yinzheng = installation()
    bundle = _bundle(type_code)
    body = next((one.body.code for one in yinzheng.city.bodies if bundle.name in one.types), None)
    if body is None:
        raise Usage("no-body", f"没有机构颁发{bundle.type.name}。", f"no body issues {bundle.name}.")
    application = parse_application(read_file(data, MAX_APPLICATION), type_code=bundle.type.code, issuer_code=body)
    check_writable(*(out / name for name in FILES))
    key = key or yinzheng.random(16).hex()
    try:
        issued = yinzheng.issue(application, key=key, by=official_of(body).name)
    except Exception:  # whatever it was goes on as it came; here it is only told how to take the issue up
        _tell_begun(yinzheng, key, application.digest)
        raise
    text = to_text(issued.token, yinzheng.office.host_url)
    OUT.print(str(issued.entry.licence.identifier), markup=False)  # it is issued, whatever happens to the files
    made = (issued.ofd, issued.pdf, code_png(text), encode_licence(issued.entry.licence))
    for name, octets in zip(FILES, made, strict=True):
        write_file(out / name, octets)
    ERR.print(f"已签发{bundle.type.name}，文件在 {out}", markup=False)


def _tell_begun(yinzheng: Yinzheng, key: str, digest: str) -> None:
    """Say how to take up an issue that broke off after it had begun; a number once begun is not given out again."""
    begun = yinzheng.archive.register.by_key(key)
    if begun is not None and begun.body_digest == digest:
        ERR.print(f"已经开始签发 {begun.licence.identifier}；排除故障后用同一幂等键继续：--key {key}", markup=False)


def present(
    identifier: Annotated[str, typer.Argument(help="证照标识")],
    out: Annotated[Path | None, typer.Option(help="二维码图片；不给则打印二维码文字")] = None,
) -> None:
    """出示证照的二维码。"""
    yinzheng = installation()
    entry = yinzheng.archive.register.find(str(parse_lenient(identifier)))
    if entry is None or entry.plan is None or entry.artefacts is None:
        raise NoSuchLicence
    text = to_text(entry.plan.token, yinzheng.office.host_url)
    if out is None:
        OUT.print(text, markup=False)
    else:
        write_file(out, code_png(text))


def _bundle(word: str) -> Bundle:
    for bundle in bundles():
        if word in (bundle.type.code, bundle.name):
            return bundle
    raise UnknownType(word)
