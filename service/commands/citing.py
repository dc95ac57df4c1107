"""cite: a case stands on a licence instead of asking for the paper again."""

from pathlib import Path
from typing import Annotated

import typer

from cases.citation import CitationRequest, Officer
from cases.consent import Consent, Mode
from cases.requirement import Matter
from service.commands.installation import installation
from service.commands.output import OUT, check_writable, say_json, write_file
from service.identity import Role
from service.problems import Usage
from trust.errors import Malformed
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
    given_by: Annotated[str | None, typer.Option(help="授权人代码；持证人和依职能用证可不给")] = None,
    receipt: Annotated[Path | None, typer.Option(help="回执写到哪里")] = None,
    key: Annotated[str | None, typer.Option(help="幂等键（默认随机）")] = None,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """在办件中引用证照，免于再次提交材料；给出有签名的回执。"""
    yinzheng = installation()
    wanted = next((one for one in yinzheng.cases.citing.matters if one.code == matter), None)
    if wanted is None:
        raise Usage("no-such-matter", f"没有事项 {matter}。", f"there is no matter {matter}.")
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
            given_by=given_by or giver,
            reference=reference,
            purpose=purpose,
            fields="all",
            valid_until=None,
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


def _officer(matter: Matter) -> Officer:
    """Whoever takes the matter in; the command line is run by somebody who may read the keys."""
    for person, _ in installation().city.people:
        if (
            person.role in {Role.REVIEWER, Role.OFFICIAL}
            and person.department
            and matter.taken_in_by(person.department)
        ):
            return Officer(person.name, person.department)
    raise Usage("no-officer", f"事项 {matter.name} 没有经办部门的人员。", "no officer takes this matter in.")


def _code_type(code: str) -> str:
    """001 for a valid unified social credit code, else 111; whoever holds neither is found by `--identifier`."""
    try:
        check_uscc(code)
    except Malformed:
        return "111"
    return "001"
