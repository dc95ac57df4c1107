"""key renew: by order of an administrator a new certificate, where a key or the certificate of before has ended.

Nothing is issued by it alone: two officials make the body's seal again. Where the installation has no administrator, it
is the word of whoever runs the command.
"""

from typing import Annotated

import typer

from service.commands.compromising import Json
from service.commands.installation import installation
from service.commands.output import ERR, OUT, say_json
from service.commands.standing_in import acts
from service.identity import Person, Role
from service.problem import Usage
from service.renewal import OWN
from service.trail.doing import note_about
from service.wiring import Yinzheng

Who = Annotated[str | None, typer.Option("--as", help="系统管理员的账号（默认为第一个系统管理员）")]


def renew(
    body: Annotated[str, typer.Option(help="单位账号或代码")] = "",
    service: Annotated[str, typer.Option(help=f"服务自己的密钥：{'、'.join(OWN)}")] = "",
    who: Who = None,
    with_json: Json = False,
) -> None:
    """换发证书：密钥已停用或泄露的，制作新密钥；还在使用而证书三个月内到期的，密钥不变。单位的印章须另行申请重制。"""
    if bool(body) is bool(service):
        raise Usage("owner", "请写 --body 或者 --service，二者选一。", "Give --body or --service.")
    if service and service not in OWN:
        raise Usage("service", f"没有这种服务密钥；可以写：{'、'.join(OWN)}。", f"Services: {', '.join(OWN)}.")
    yinzheng = installation()
    if (administrator := _administrator(yinzheng, who)) is not None:
        acts(administrator)
    reference, certificate = yinzheng.renew_key(body or service)
    serial = f"{certificate.serial:x}"
    note_about(identifier=reference.removeprefix("file:"), serial=serial)
    if with_json:
        say_json({"reference": reference, "serial": serial})
        return
    OUT.print(f"密钥 {reference}，新证书 {serial} 已公布。", markup=False)
    if body:
        ERR.print("下一步：由两名经办人重制印章（seals apply --replaces 旧印章 --cause compromised，approve，file）；")
        ERR.print("证书到期换发的，--cause 写 renewed。")


def _administrator(yinzheng: Yinzheng, who: str | None) -> Person | None:
    """Who orders it: an administrator; None where there is none to name."""
    if who is None:
        return next((person for person, _ in yinzheng.city.people if person.role is Role.ADMIN), None)
    found = yinzheng.archive.people.find(who)
    if found is None or found[0].role is not Role.ADMIN:
        raise Usage("no-such-admin", f"{who} 不是系统管理员。", f"{who} is no administrator.")
    return found[0]
