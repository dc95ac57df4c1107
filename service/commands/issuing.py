"""types, issue, present: what a department does."""

from pathlib import Path
from typing import Annotated

import typer

from issuer.application import parse_application
from issuer.applying.deciding import needs_two
from service.commands.applying import FILES, MAX_APPLICATION, issue_applied, members_in, write_licence
from service.commands.installation import founded, installation, official_of, settings
from service.commands.output import ERR, OUT, check_writable, read_file, say_json
from service.commands.standing_in import acts
from service.problem import Usage
from service.wiring import Yinzheng
from templates.library import bundles


def types(with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """列出现行的证照类型；还没有安装时，列出随附的模板。"""
    known = installation().catalogue.bundles() if founded(settings()) else bundles()
    rows = [{"code": one.type.code, "name": one.type.name, "bundle": one.name} for one in known]
    if with_json:
        say_json(rows)
        return
    for row in rows:
        OUT.print(f"{row['code']}  {row['bundle']:<26} {row['name']}", markup=False)


def issue(
    type_code: Annotated[str, typer.Option("--type", help="证照类型代码或模板名，见 yinzheng types")],
    data: Annotated[Path, typer.Option(help="申请数据，JSON 文件")],
    out: Annotated[Path, typer.Option(help="输出目录")],
    key: Annotated[str | None, typer.Option(help="幂等键；同一键同一数据只签发一次（默认随机）")] = None,
    approved_by: Annotated[
        str | None, typer.Option("--approved-by", help="审批人账号；须由两人办理的类型用，演示城市可不给")
    ] = None,
) -> None:
    """签发一本证照，写出 licence.ofd、licence.pdf、qr.png、licence.json，并打印证照标识。"""
    yinzheng = installation()
    bundle = yinzheng.catalogue.find_bundle(type_code)
    body = yinzheng.catalogue.body_for(bundle)
    if body is None:
        raise Usage("no-body", f"没有机构颁发{bundle.type.name}。", f"no body issues {bundle.name}.")
    octets = read_file(data, MAX_APPLICATION)
    application = parse_application(octets, type_code=bundle.type.code, issuer_code=body)
    check_writable(*(out / name for name in FILES))
    key, maker = key or yinzheng.random(16).hex(), acts(official_of(body))
    try:
        if needs_two(bundle):
            issued = issue_applied(yinzheng, bundle, members_in(octets), maker, approved_by, key=key)
        else:
            issued = yinzheng.issue(application, key=key, by=maker.name)
    except Exception:  # whatever it was goes on as it came; here it is only told how to take the issue up
        _tell_begun(yinzheng, key, application.digest)
        raise
    OUT.print(str(issued.entry.licence.identifier), markup=False)  # it is issued, whatever happens to the files
    write_licence(yinzheng, issued, out)
    ERR.print(f"已签发{bundle.type.name}，文件在 {out}", markup=False)


def _tell_begun(yinzheng: Yinzheng, key: str, digest: str) -> None:
    """Say how to take up an issue that broke off after it had begun; a number once begun is not given out again."""
    begun = yinzheng.archive.register.by_key(key)
    if begun is not None and begun.body_digest == digest:
        ERR.print(f"已经开始签发 {begun.licence.identifier}；排除故障后用同一幂等键继续：--key {key}", markup=False)
