"""catalogue: types as a department drafts them, a second person reviews them, and the administration publishes them.

Whoever runs the command says who acts (`--by`): a person of the installation, who needs the right of the table in
`service.catalogue_rights`. CODE is a type code or the name of its template.
"""

from pathlib import Path
from typing import Annotated

import typer

from issuer.catalogue.errors import EntryUnknown
from issuer.catalogue.http.access import Right
from issuer.catalogue.ports import Version
from issuer.catalogue.views import entry_view, row_view
from service.catalogue_rights import CATALOGUE_RIGHTS
from service.commands.installation import installation
from service.commands.output import ERR, OUT, read_file, say_json, visible
from service.commands.standing_in import acts, decides, officer
from service.identity import Person, require
from service.problem import Usage
from templates.packing import MAX_BUNDLE, files_of, unzip
from trust.rules.field_kind import KIND_LABELS
from trust.rules.licence import CHINA

Place = Annotated[str, typer.Argument(help="类型代码或模板名，加版本号，如 business-licence/2")]
Code = Annotated[str, typer.Argument(help="类型代码或模板名")]
By = Annotated[str, typer.Option("--by", help="办理人账号")]
Note = Annotated[str, typer.Option("--note", help="说明")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]

catalogue = typer.Typer(help="证照目录：起草、审核、公布、停用。", no_args_is_help=True)


@catalogue.command("list")
def list_entries(with_json: Json = False) -> None:
    """列出全部类型的全部版本。"""
    service = installation().catalogue
    in_force = service.in_force_versions()
    rows = [row_view(one, in_force.get(one.type.code)) for one in service.versions()]
    if with_json:
        say_json([row.model_dump(mode="json") for row in rows])
        return
    for row in rows:
        mark = "现行" if row.in_force else ""
        OUT.print(
            f"{row.type_code}  {row.template:<32} {row.state_label:<8} {mark:<2} {visible(row.name)}", markup=False
        )


@catalogue.command("show")
def show(place: Place, with_json: Json = False) -> None:
    """显示一个版本的信息项、规则和办理经过；不给版本号则为最新的版本。"""
    service, version = installation().catalogue, _find(place)
    view = entry_view(version, service.events(version), service.in_force_version(version.type.code))
    if with_json:
        say_json(view.model_dump(mode="json"))
        return
    state = f"{view.state_label}{'（现行）' if view.in_force else ''}"
    OUT.print(f"{visible(view.name)}  {view.type_code}  {view.template}  {state}", markup=False)
    OUT.print(f"定义机构 {visible(view.defining_authority)}；编号规则 {view.number_rule or '不限'}", markup=False)
    OUT.print(f"版面摘要 {view.layout}", markup=False)
    for name, rules in version.type.groups.items():
        OUT.print(f"{visible(name)}：", markup=False)
        for rule in rules:
            must = "必填" if rule.required else "选填"
            kind = f"{KIND_LABELS[rule.kind]} {rule.max_length}"
            OUT.print(f"  {rule.key:<24} {visible(rule.label)}（{kind}，{must}，{rule.disclosure}）", markup=False)
    for step in view.steps:
        when = step.at.astimezone(CHINA)
        note = f"：{visible(step.note)}" if step.note else ""
        OUT.print(f"{when:%Y-%m-%d %H:%M}  {step.label}  {visible(step.by.name)}{note}", markup=False)


@catalogue.command("draft")
def draft(
    source: Annotated[Path, typer.Argument(help="模板文件夹，或者 ZIP")],
    by: By,
    name: Annotated[str, typer.Option("--name", help="模板名；默认为文件夹的名称")] = "",
    note: Note = "",
    keep: Annotated[bool, typer.Option("--keep", help="只存为草稿，暂不送审")] = False,
) -> None:
    """起草一类证照或者它的新版本，并送审。"""
    service, person = installation().catalogue, acts(person_with(by, "draft"))
    if source.is_dir():
        chosen, files = name or source.resolve().name, files_of(source)
    else:
        chosen, files = unzip(read_file(source, MAX_BUNDLE), name)
    made = service.draft(chosen, files, by=officer(person), department=person.department, note=note)
    if not keep:
        made = service.submit(*made.place, by=officer(person))
    OUT.print(f"{made.type.code}/{made.type.bundle_version}", markup=False)
    ERR.print(f"{visible(made.type.name)}：{made.state.label}。", markup=False)


@catalogue.command("submit")
def submit(place: Place, by: By) -> None:
    """把草稿送审。"""
    made = installation().catalogue.submit(*_find(place).place, by=officer(acts(person_with(by, "draft"))))
    OUT.print(made.state.label)


@catalogue.command("review")
def review(
    place: Place,
    by: By,
    reject: Annotated[bool, typer.Option("--reject", help="退回修改")] = False,
    note: Note = "",
) -> None:
    """审核送审的版本；不能由起草人自己审核。"""
    second = officer(decides(person_with(by, "decide")))
    made = installation().catalogue.review(*_find(place).place, passed=not reject, by=second, note=note)
    OUT.print(made.state.label)


@catalogue.command("publish")
def publish(place: Place, by: By, note: Note = "") -> None:
    """公布已审核的版本，此后按它签发；以前的版本仍可核验。"""
    second = officer(decides(person_with(by, "decide")))
    made = installation().catalogue.publish(*_find(place).place, by=second, note=note)
    OUT.print(f"{made.state.label}；信任列表已更新。", markup=False)


@catalogue.command("retire")
def retire(code: Code, by: By, note: Annotated[str, typer.Option("--note", help="停用的理由")]) -> None:
    """停用一类证照：不再签发，已签发的照常核验。"""
    second = officer(decides(person_with(by, "decide")))
    made = installation().catalogue.retire(_find(code).type.code, by=second, note=note)
    OUT.print(made.state.label)


@catalogue.command("withdraw")
def withdraw(place: Place, by: By, note: Note = "") -> None:
    """撤回自己起草而尚未公布的版本。"""
    made = installation().catalogue.withdraw(*_find(place).place, by=officer(acts(person_with(by, "draft"))), note=note)
    OUT.print(made.state.label)


def person_with(login: str, right: Right) -> Person:
    """A person of the installation who has a right.

    Raises:
        Usage: nobody has this login.
        NotAllowed: the person's role has not the right.

    """
    found = installation().archive.people.find(login)
    if found is None:
        raise Usage("no-person", f"没有账号 {visible(login)}。", f"there is no login {visible(login)}.")
    return require(found[0], CATALOGUE_RIGHTS[right])


def _find(word: str) -> Version:
    """The version that words name: `CODE/VERSION`, or the newest of `CODE`; raises EntryUnknown."""
    code, _, number = word.partition("/")
    own = [one for one in installation().catalogue.versions() if code in (one.type.code, one.type.bundle)]
    if number:
        own = [one for one in own if str(one.type.bundle_version) == number]
    if not own:
        raise EntryUnknown
    return own[-1]
