"""What the API answers about the catalogue: entries, their steps, mandates and requests as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from issuer.catalogue.life import Progress, State, Step
from issuer.catalogue.ports import Event, FiledMandate, MandateRequest, Version, Wanted
from trust.rules.field import FieldRule
from trust.rules.field_kind import KIND_LABELS


class OfficerView(BaseModel):
    """Who took a step."""

    login: str
    name: str


class ItemView(BaseModel):
    """One item of a type."""

    key: str
    short_name: str
    label: str
    kind: str
    kind_label: str
    max_length: int
    required: bool
    repeat: int | None
    pattern: str | None
    columns: list[str]
    codes: list[tuple[str, str]]
    disclosure: Literal["public", "scan", "consent", "never"]


class GroupView(BaseModel):
    """Items under one heading."""

    name: str
    items: list[ItemView]


class StepTaken(BaseModel):
    """A step: who, when, why."""

    step: Step
    label: str
    by: OfficerView
    at: datetime
    note: str
    layout: str


class EntryRow(BaseModel):
    """A version of a type in the list."""

    type_code: str
    version: int
    name: str
    template: str
    state: State
    state_label: str
    in_force: bool
    drafted_by: OfficerView
    drafted_at: datetime
    layout: str = Field(description="版面摘要：模板全部文件的 SM3")


class EntryView(EntryRow):
    """A version of a type in full."""

    short: str
    defining_authority: str
    holder_code_types: list[str]
    validity: Literal["permanent", "years", "given"]
    years: int | None
    number_rule: str | None
    number_drawn: bool
    number_disclosure: Literal["public", "scan", "consent", "never"]
    approval: Literal["one", "two"]
    seals: list[str]
    least_grade: str
    check_months: int | None = Field(description="每几个月须校验（年检）一次；不要求的为 null")
    source: str
    groups: list[GroupView]
    steps: list[StepTaken]
    document: str | None = Field(description="已签名条目的地址；未公布的没有")


class MandateView(BaseModel):
    """A mandate on file."""

    number: str
    issuer_code: str
    issuer_name: str
    type_code: str
    area: str | None
    valid_from: datetime
    valid_until: datetime | None
    delegated_from: str | None
    origin: Literal["plan", "decision"]


class RequestView(BaseModel):
    """A request about a mandate."""

    number: str
    wanted: Wanted
    wanted_label: str
    issuer_code: str
    type_code: str
    area: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    above: str | None
    reason: str
    progress: Progress
    progress_label: str
    asked_by: OfficerView
    asked_at: datetime
    decided_by: OfficerView | None
    decided_at: datetime | None
    note: str
    mandate: str | None


def row_view(version: Version, in_force: int | None) -> EntryRow:
    """A version as a row of the list."""
    return EntryRow(**_row(version, in_force))  # type: ignore[arg-type]  # the values are of the row's fields


def entry_view(version: Version, events: Sequence[Event], in_force: int | None) -> EntryView:
    """A version in full."""
    kind = version.type
    code, number = version.place
    return EntryView(
        **_row(version, in_force),  # type: ignore[arg-type]  # as above
        short=kind.short,
        defining_authority=kind.defining_authority.name,
        holder_code_types=list(kind.holder_code_types),
        validity=kind.validity,
        years=kind.years,
        number_rule=kind.number_rule,
        number_drawn=kind.number_drawn,
        number_disclosure=kind.number_disclosure,
        approval=kind.approval,
        seals=[seal.value for seal in kind.seals],
        least_grade=kind.least_grade.value,
        check_months=kind.check_months,
        source=kind.source,
        groups=[GroupView(name=name, items=[_item(rule) for rule in rules]) for name, rules in kind.groups.items()],
        steps=[step_view(event) for event in events],
        document=f"/catalogue/{code}/{number}" if version.document is not None else None,
    )


def step_view(event: Event) -> StepTaken:
    """A step as it is answered."""
    by = OfficerView(login=event.by.login, name=event.by.name)
    return StepTaken(step=event.step, label=event.step.label, by=by, at=event.at, note=event.note, layout=event.layout)


def mandate_view(filed: FiledMandate) -> MandateView:
    """A mandate as it is answered."""
    one = filed.mandate
    return MandateView(
        number=one.number,
        issuer_code=one.issuer_code,
        issuer_name=one.issuer_name,
        type_code=one.type_code,
        area=one.area,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        delegated_from=one.delegated_from,
        origin=filed.origin.value,
    )


def request_view(request: MandateRequest) -> RequestView:
    """A request as it is answered."""
    wish, by = request.wish, request.decided_by
    return RequestView(
        number=request.number,
        wanted=wish.wanted,
        wanted_label=wish.wanted.label,
        issuer_code=wish.issuer_code,
        type_code=wish.type_code,
        area=wish.area,
        valid_from=wish.valid_from,
        valid_until=wish.valid_until,
        above=wish.above,
        reason=wish.reason,
        progress=request.progress,
        progress_label=request.progress.label,
        asked_by=OfficerView(login=request.asked_by.login, name=request.asked_by.name),
        asked_at=request.asked_at,
        decided_by=None if by is None else OfficerView(login=by.login, name=by.name),
        decided_at=request.decided_at,
        note=request.note,
        mandate=request.mandate,
    )


def _row(version: Version, in_force: int | None) -> dict[str, object]:
    code, number = version.place
    return {
        "type_code": code,
        "version": number,
        "name": version.type.name,
        "template": f"{version.type.bundle}/{number}",
        "state": version.state,
        "state_label": version.state.label,
        "in_force": in_force == number,
        "drafted_by": OfficerView(login=version.drafted_by.login, name=version.drafted_by.name),
        "drafted_at": version.drafted_at,
        "layout": version.layout,
    }


def _item(rule: FieldRule) -> ItemView:
    return ItemView(
        key=rule.key,
        short_name=rule.metadata_name,
        label=rule.label,
        kind=rule.kind,
        kind_label=KIND_LABELS[rule.kind],
        max_length=rule.max_length,
        required=rule.required,
        repeat=rule.repeat,
        pattern=rule.pattern,
        columns=list(rule.columns),
        codes=list(rule.codes),
        disclosure=rule.disclosure,
    )
