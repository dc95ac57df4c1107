"""consent: papers on which an issuing body makes annotated copies are put down, confirmed, withdrawn and listed.

Commands act for the official of the body that issued the licence, or for whoever `--by` names. What one official has
put down another confirms or refuses, who has looked at the paper.
"""

from pathlib import Path
from typing import Annotated

import typer

from issuer.consenting.consent import MODES, CopyConsent, PaperWords, Step
from issuer.converting.scan import MAX_SCAN
from issuer.copying.ports import Asker, Terms
from issuer.errors import NoSuchLicence
from issuer.ports import Entry
from service.commands.installation import installation, official_named, official_of, second_official
from service.commands.output import OUT, read_file, say_json, visible
from service.commands.standing_in import acts, decides
from service.commands.verifying import instant
from service.identity import Person
from service.who import asker_of
from trust.formats.canonical_json import text_of
from trust.rules.idempotency import own_key
from trust.rules.identifier import parse_lenient

consent = typer.Typer(help="加注件授权：登记纸质授权书，由另一人复核；撤回和列出。", no_args_is_help=True)
Identifier = Annotated[str, typer.Argument(help="原件的证照标识")]
Reference = Annotated[str, typer.Argument(help="授权书编号")]
By = Annotated[str | None, typer.Option(help="办理人账号（默认为颁发机构的经办人）")]
Second = Annotated[str | None, typer.Option("--by", help="复核人账号，须是登记人以外的另一人")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@consent.command("record")
def record(
    identifier: Identifier,
    paper: Annotated[Path, typer.Argument(help="授权书的扫描件，PDF、JPEG 或 PNG")],
    reference: Annotated[str, typer.Option(help="授权书编号")],
    giver: Annotated[str, typer.Option(help="授权人姓名或名称")],
    purpose: Annotated[str, typer.Option("--for", help="用途，照授权书填写")],
    recipient: Annotated[str, typer.Option(help="使用单位，照授权书填写")],
    until: Annotated[str, typer.Option(help="授权期限，如 2026-12-31T18:00:00+08:00")],
    mode: Annotated[str, typer.Option(help="、".join(f"{one} {said}" for one, said in MODES.items()))] = "holder",
    by: By = None,
    key: Annotated[str | None, typer.Option(help="幂等键；同一键同一内容只登记一次（默认随机）")] = None,
    with_json: Json = False,
) -> None:
    """登记一份纸质授权书；另一人复核之后才有效。"""
    entry, scan, yinzheng = _released(identifier), read_file(paper, MAX_SCAN), installation()
    made = yinzheng.copy_consents.record(
        str(entry.licence.identifier),
        Terms(purpose, recipient, instant(until)),
        PaperWords(reference, mode, giver),
        scan,
        by=_asker(acts(_official(entry, by))),
        key=own_key(entry.licence.identifier.issuer_code, key or yinzheng.random(16).hex()),
    )
    _say([made], with_json=with_json)


@consent.command("confirm")
def confirm(identifier: Identifier, reference: Reference, by: Second = None, with_json: Json = False) -> None:
    """复核一份登记过的授权书，此后可以据此制作加注件。"""
    _decide(identifier, reference, Step.CONFIRM, by, "", with_json=with_json)


@consent.command("refuse")
def refuse(
    identifier: Identifier,
    reference: Reference,
    reason: Annotated[str, typer.Option(help="理由，不超过 200 字")],
    by: Second = None,
    with_json: Json = False,
) -> None:
    """不予登记一份授权书，写明理由。"""
    _decide(identifier, reference, Step.REFUSE, by, reason, with_json=with_json)


@consent.command("withdraw")
def withdraw(
    identifier: Identifier,
    reference: Reference,
    reason: Annotated[str, typer.Option(help="理由，如“持证主体来函撤回”，不超过 200 字")],
    by: By = None,
    with_json: Json = False,
) -> None:
    """撤回一份加注件授权；据此制作的加注件随之注销。"""
    entry, consents = _released(identifier), installation().copy_consents
    asker = _asker(acts(_official(entry, by)))
    found = consents.find(str(entry.licence.identifier), reference, asker)
    consents.withdraw(found, by=asker, reason=reason)
    _say([found], with_json=with_json)


@consent.command("list")
def listing(identifier: Identifier, by: By = None, with_json: Json = False) -> None:
    """列出一本证照的加注件授权。"""
    entry = _released(identifier)
    asker = _asker(acts(_official(entry, by)))
    found = installation().copy_consents.of_licence(str(entry.licence.identifier), asker)
    _say(list(found), with_json=with_json)


def _decide(identifier: str, reference: str, step: Step, by: str | None, reason: str, *, with_json: bool) -> None:
    entry, yinzheng = _released(identifier), installation()
    second = _asker(decides(_second(entry.licence.identifier.issuer_code, reference, by)))
    found = yinzheng.copy_consents.find(str(entry.licence.identifier), reference, second)
    done = yinzheng.copy_consents.decide(found.reference, step, by=second, reason=reason)
    _say([done], with_json=with_json)


def _second(body: str, reference: str, login: str | None) -> Person:
    """Whoever decides: named, or in the demo another one than has put the paper down."""
    if login is not None:
        return official_named(login, body)
    archive = installation().archive
    consent = archive.copy_consents.find(body, reference)
    recorder = archive.people.find(consent.recorded_by.login) if consent else None
    return second_official(recorder[0] if recorder else official_of(body), None, option="--by")


def _released(identifier: str) -> Entry:
    """The licence; raises NoSuchLicence."""
    entry = installation().archive.register.find(str(parse_lenient(identifier)))
    if entry is None or entry.artefacts is None:
        raise NoSuchLicence
    return entry


def _official(entry: Entry, login: str | None) -> Person:
    body = entry.licence.identifier.issuer_code
    return official_of(body) if login is None else official_named(login, body)


def _asker(person: Person) -> Asker:
    return asker_of(installation(), person)


def _say(consents: list[CopyConsent], *, with_json: bool) -> None:
    labels = {one.reference: installation().copy_consents.label(one) for one in consents}
    if with_json:
        say_json(
            [
                {
                    "reference": one.reference,
                    "mode": one.mode,
                    "giver": one.giver,
                    "purpose": one.cause,
                    "recipient": one.recipient,
                    "valid_until": text_of(one.valid_until),
                    "stage": one.stage.value,
                    "label": labels[one.reference],
                }
                for one in consents
            ]
        )
        return
    for one in consents:
        said = f"{one.reference}  {labels[one.reference]}  {one.giver}：{one.recipient}，{one.cause}"
        OUT.print(visible(said), markup=False)
