"""suspend, reinstate, revoke, rescind, cancel, check, overturn: acts on licences, as commands.

The command line is run by whoever may read the keys, so it acts for the officials of a body. Where an act takes two
people, the second one is named with `--approved-by`, and in the demo is the body's other official: the order and its
approval stand on record like those of two people at their desks.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cases.watching import touched_by
from issuer.warrants.errors import NeedsSecond, OwnWarrant
from issuer.warrants.warrant import MOST_SUBJECTS, Outcome, Wanted, Warrant, wanted_of
from service.commands.installation import installation, official_of, second_official
from service.commands.output import ERR, OUT, read_file, say_json
from service.commands.standing_in import acts as acting_for
from service.commands.standing_in import decides
from service.commands.verifying import instant
from service.identity import Person
from service.problem import Usage
from service.wiring import Yinzheng
from trust.revocation.acting import Order
from trust.rules.identifier import parse_lenient
from trust.rules.licence import CHINA
from trust.rules.people import same_person, signature
from trust.rules.standing import Act, ActKind
from trust.sealing.ports import Officer

HELP = {
    ActKind.SUSPEND: "暂扣一本证照；--list 一次多本。",
    ActKind.REINSTATE: "恢复一本被暂扣的证照；--list 一次多本。",
    ActKind.REVOKE: "吊销一本证照（行政处罚）；--list 一次多本。",
    ActKind.RESCIND: "撤销一本证照（许可本身违法）；--list 一次多本。",
    ActKind.CANCEL: "注销一本证照；--list 一次多本。",
    ActKind.CHECK: "登记一本证照校验（年检）合格；--list 一次多本。",
    ActKind.OVERTURN: "登记终结一本证照的决定已被依法撤销；证照不恢复，另行颁发。",
}
GROUND: dict[ActKind, str] = {ActKind.CHECK: "check-passed", ActKind.OVERTURN: "decision-set-aside"}
"""The ground of acts that have one of their own; for all others it has to be named."""
MAX_LIST = 2 * 1024 * 1024


def command(kind: ActKind) -> Callable[..., None]:
    """The command of one kind of act."""
    usual: Any = GROUND.get(kind, ...)  # typer asks for what has no default

    def run(
        ground: Annotated[str, typer.Option(help="事由代码，见 yinzheng grounds")] = usual,
        identifier: Annotated[str | None, typer.Argument(help="证照标识")] = None,
        listed: Annotated[
            Path | None, typer.Option("--list", help="一次多本：每行一个证照标识的文件，须由两人办理")
        ] = None,
        reason: Annotated[str, typer.Option(help="事由说明；other 必填")] = "",
        decision: Annotated[str, typer.Option(help="决定文书号；有的事由必填")] = "",
        effective: Annotated[
            str | None, typer.Option(help="生效时间，如 2026-12-01T00:00:00+08:00（默认现在）")
        ] = None,
        decided: Annotated[str | None, typer.Option(help="决定时间（默认现在）")] = None,
        reverses: Annotated[
            int | None, typer.Option(min=1, help="恢复、撤销的是第几次处理（默认当前的那一次）")
        ] = None,
        approved_by: Annotated[
            str | None, typer.Option("--approved-by", help="审批人账号；须由两人办理时用，演示城市可不给")
        ] = None,
        key: Annotated[str | None, typer.Option(help="幂等键（默认随机）")] = None,
        with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    ) -> None:
        if (identifier is None) is (listed is None):
            raise Usage("act-on", "请写一个证照标识，或者用 --list 给出清单文件。", "name a licence, or give a --list.")
        yinzheng, key = installation(), key or installation().random(16).hex()
        subjects = [str(parse_lenient(identifier))] if identifier is not None else _subjects_in(listed)
        yinzheng.standing(subjects[0], yinzheng.now())  # unknown before anything else is said, also of its body
        body = parse_lenient(subjects[0]).issuer_code
        wanted = Wanted(
            body_code=body,
            kind=kind,
            ground=ground,
            subjects=tuple(subjects),
            reason=reason,
            decision=decision,
            effective_at=instant(effective),
            decided_at=instant(decided),
            reverses=reverses,
        )
        if listed is not None:
            _act_on_list(yinzheng, wanted, approved_by, key=key, with_json=with_json)
            return
        person = acting_for(official_of(body))
        order = wanted.order(subjects[0], signature(person.login, person.name))
        done = _act(yinzheng, order, body, approved_by, key=key)
        _say(yinzheng, done, with_json=with_json)

    run.__doc__ = HELP[kind]
    return run


def _act(yinzheng: Yinzheng, order: Order, body: str, approved_by: str | None, *, key: str) -> Act:
    """Record an act: by one official where one may do it alone and nobody else is named, else by two."""
    if approved_by is None and yinzheng.warrants.placed(f"cli:{key}") is None:
        with suppress(NeedsSecond):
            return yinzheng.act(order, key=key)
    done, outcomes = by_two(yinzheng, wanted_of(order, body), approved_by, key=key)
    if done.causes:
        ERR.print(f"须由两人办理：{'；'.join(cause.label for cause in done.causes)}。", markup=False)
    recorded = yinzheng.archive.acts.of(order.subject)
    sequence = outcomes[0].act_sequence
    if sequence is None:
        raise Usage("act-not-recorded", f"没有登记：{outcomes[0].refusal}。", f"not recorded ({done.number}).")
    return recorded[sequence - 1]


def _act_on_list(yinzheng: Yinzheng, wanted: Wanted, approved_by: str | None, *, key: str, with_json: bool) -> None:
    """One act on every licence of a list, as one order that two people stand behind."""
    done, outcomes = by_two(yinzheng, wanted, approved_by, key=key)
    acted = [one for one in outcomes if one.act_sequence is not None]
    left = [one for one in outcomes if one.act_sequence is None]
    if with_json:
        rows = [{"subject": one.subject, "sequence": one.act_sequence, "refusal": one.refusal} for one in outcomes]
        say_json({"order": done.number, "kind": wanted.kind.value, "licences": rows})
        return
    OUT.print(f"处理审批单 {done.number}：{wanted.kind.label} {len(acted)} 本，没有登记 {len(left)} 本", markup=False)
    for one in left:
        OUT.print(f"  {one.subject}  {one.refusal}", markup=False)
    ERR.print("状态清单已重新公布。")


def by_two(
    yinzheng: Yinzheng, wanted: Wanted, approved_by: str | None, *, key: str, maker: Person | None = None
) -> tuple[Warrant, Sequence[Outcome]]:
    """Place an order, of this person or of the body's first, and have the other official approve it.

    Repeated under its key, the same acts.
    """
    maker = maker or acting_for(official_of(wanted.body_code))
    second, desk = second_official(maker, approved_by), yinzheng.warrants
    if same_person(_officer(maker), _officer(second)):
        raise OwnWarrant(second.login)  # before anything is placed that only somebody else could decide
    second = decides(second)
    placed = desk.place(wanted, by=_officer(maker), key=f"cli:{key}")
    done = desk.approve(placed, digest=wanted.digest, by=_officer(second), key=f"cli:{key}:approve")
    return done, desk.outcomes(done)


def _subjects_in(path: Path | None) -> list[str]:
    """The identifiers in a list, one on a line; empty lines and what follows `#` are no identifiers.

    Raises:
        Usage: no text, too long, or no identifier in it.
        Malformed: a line that is none.

    """
    octets = read_file(path or Path(), MAX_LIST)
    try:
        lines = octets.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Usage("act-list", "清单不是 UTF-8 文本。", "the list is not UTF-8 text.") from error
    words = [word for line in lines if (word := line.partition("#")[0].strip())]
    if not words or len(words) > MOST_SUBJECTS or len(octets) > MAX_LIST:
        raise Usage(
            "act-list",
            f"清单里应有 1 至 {MOST_SUBJECTS} 个证照标识，每行一个。",
            f"the list holds 1 to {MOST_SUBJECTS} identifiers, one on a line.",
        )
    return [str(parse_lenient(word)) for word in words]


def _say(yinzheng: Yinzheng, done: Act, *, with_json: bool) -> None:
    standing = yinzheng.standing(done.subject, yinzheng.now())
    published = yinzheng.published_since(done.subject).get(done.sequence)
    if with_json:
        say_json(
            {
                "subject": done.subject,
                "kind": done.kind.value,
                "sequence": done.sequence,
                "status": standing.status.value,
                "decided_at": _instant(done.decided_at),
                "effective_at": _instant(done.effective_at),
                "published_at": None if published is None else _instant(published),
            }
        )
        return
    since, now = _when(done.effective_at), standing.label
    OUT.print(f"已登记（第 {done.sequence} 次变更），{since} 起生效；现在状态：{now}", markup=False)
    shown = "" if published is None else f"，自 {_when(published)} 起公布"
    OUT.print(f"决定于 {_when(done.decided_at)}{shown}", markup=False)
    if (entry := yinzheng.archive.register.find(done.subject)) and done.kind is ActKind.CHECK:
        term = yinzheng.check_term(entry.licence, yinzheng.now())
        OUT.print(f"下次校验不晚于 {term.due}" if term else "这类证照不要求定期校验", markup=False)
    ERR.print("状态清单已重新公布。")
    _tell_cases(yinzheng, done)


def _tell_cases(yinzheng: Yinzheng, done: Act) -> None:
    """Say how many citations lost their ground; whose they are is for their departments, who see it in their cases."""
    touched = touched_by(yinzheng.archive.citations, done, yinzheng.archive.acts.of(done.subject), yinzheng.now())
    if touched:
        ERR.print(f"有 {len(touched)} 次引用以这本证照为依据，引用部门在办件中会看到须复核的提示。")


def _officer(person: Person) -> Officer:
    return Officer(person.login, person.name)


def _when(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
