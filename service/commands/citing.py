"""cite, withdraw: a case stands on a licence instead of asking for the paper again, as long as the consent holds."""

from pathlib import Path
from typing import Annotated

import typer

from cases.citation import CitationRequest, Officer
from cases.consent import Consent, Mode
from cases.requirement import Matter
from cases.withdrawing import withdraw as withdraw_consent
from service.commands.installation import installation
from service.commands.output import OUT, check_writable, say_json, write_file
from service.commands.standing_in import acts
from service.commands.verifying import instant
from service.identity import Role
from service.problem import Usage
from trust.errors import Malformed
from trust.rules.licence import CHINA
from trust.rules.party import check_uscc

STATUTORY = "《中华人民共和国行政许可法》第三十四条"


def cite(
    matter: Annotated[str, typer.Option(help="事项编码，见 deploy/demo/matters.toml")],
    holder: Annotated[str, typer.Option(help="持证主体代码（统一社会信用代码或身份证号）")],
    case: Annotated[str, typer.Option(help="办件编号")],
    purpose: Annotated[str, typer.Option(help="用途，不超过 200 字")],
    requirement: Annotated[str, typer.Option(help="材料编码")] = "01",
    identifier: Annotated[str | None, typer.Option(help="指定证照标识；不给则按持证主体查找")] = None,
    mode: Annotated[Mode, typer.Option(help="用证方式")] = Mode.STATUTORY,
    reference: Annotated[str, typer.Option(help="授权书编号；依职能用证时为法律依据")] = STATUTORY,
    given_by: Annotated[
        str | None, typer.Option(help="授权人代码：委托用证时为代理人代码；持证人和依职能用证可不给")
    ] = None,
    valid_until: Annotated[
        str | None,
        typer.Option(help="授权截止时间，如 2026-12-31T23:59:59+08:00；持证人用证和委托用证必填"),
    ] = None,
    receipt: Annotated[Path | None, typer.Option(help="回执写到哪里")] = None,
    key: Annotated[str | None, typer.Option(help="幂等键（默认随机）")] = None,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """在办件中引用证照，免于再次提交材料；给出有签名的回执。"""
    until = instant(valid_until)
    yinzheng = installation()
    wanted = _matter(matter)
    officer = _officer(wanted)
    code = holder.strip().upper()
    giver = {Mode.HOLDER: code, Mode.STATUTORY: officer.department_code, Mode.AGENT: ""}[mode]
    request = CitationRequest(
        case_number=case,
        matter_code=matter,
        requirement_code=requirement,
        holder_code_type=_code_type(code),
        holder_code=code,
        identifier=identifier,
        purpose=purpose,
        officer=officer.name,
        department_code=officer.department_code,
        consent=Consent(
            mode=mode,
            given_by=giver if given_by is None else given_by.strip().upper(),
            reference=reference,
            purpose=purpose,
            fields="all",
            valid_until=until,
            case_number=case,
        ),
    )
    if receipt is not None:
        check_writable(receipt)
    citation = yinzheng.cite(request, key=key or yinzheng.random(16).hex())
    if receipt is not None:
        write_file(receipt, citation.receipt)
    if with_json:
        row = {"number": citation.number, "identifier": citation.identifier, "file_digest": citation.file_digest}
        say_json(row | {"cited_at": f"{citation.cited_at:%Y-%m-%dT%H:%M:%SZ}"})
        return
    OUT.print(
        f"用证码 {citation.number}\n证照标识 {citation.identifier}\n{wanted.name}不必再提交这项材料。", markup=False
    )


def withdraw(
    matter: Annotated[str, typer.Option(help="授权所办事项的编码；撤回的是交给该事项经办部门的授权")],
    mode: Annotated[Mode, typer.Option(help="用证方式")],
    reference: Annotated[str, typer.Option(help="授权书或委托书编号")],
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """撤回一份授权；此后不能再据此引用，也不能再查看照面。"""
    yinzheng = installation()
    department = _officer(_matter(matter)).department_code
    since = withdraw_consent(yinzheng.cases.showing.consents, department, mode, reference, yinzheng.now())
    if with_json:
        row = {"department": department, "mode": mode.value, "reference": reference}
        say_json(row | {"withdrawn_at": f"{since:%Y-%m-%dT%H:%M:%SZ}"})
        return
    OUT.print(f"授权 {reference} 已于 {since.astimezone(CHINA):%Y-%m-%d %H:%M:%S} 撤回。", markup=False)


def _matter(code: str) -> Matter:
    """The matter of this code.

    Raises:
        Usage: there is none.

    """
    for matter in installation().cases.citing.matters:
        if matter.code == code:
            return matter
    raise Usage("no-such-matter", f"没有事项 {code}。", f"there is no matter {code}.")


def _officer(matter: Matter) -> Officer:
    """Whoever takes the matter in; the command line is run by somebody who may read the keys."""
    for person, _ in installation().city.people:
        if (
            person.role in {Role.REVIEWER, Role.OFFICIAL}
            and person.department
            and matter.taken_in_by(person.department)
        ):
            return Officer(acts(person).name, person.department)
    raise Usage("no-officer", f"事项 {matter.name} 没有经办部门的人员。", "no officer takes this matter in.")


def _code_type(code: str) -> str:
    """001 for a valid unified social credit code, else 111; whoever holds neither is found by `--identifier`."""
    try:
        check_uscc(code)
    except Malformed:
        return "111"
    return "001"
