"""What the issuing API answers: types, grounds, licences, acts and standings as JSON.

A view is made from values of the rules and nothing else, so the same value is answered with the same octets. What a
view contains is decided here; who may have it is decided in `issuer.http`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from issuer.bodies import HolderBody
from issuer.errors import NoSuchLicence
from issuer.ports import Entry
from templates.library import Bundle
from trust.rules.conversion import Conversion, Grade
from trust.rules.grounds import Ground
from trust.rules.party import HOLDER_CODE_TYPES
from trust.rules.standing import MOVES, Act, ActKind, Standing, next_change
from trust.rules.succession import Succession, SuccessionKind


class PartyView(BaseModel):
    """A body or a kind of code, by code and name."""

    code: str
    name: str


class FieldView(BaseModel):
    """One item of a licence type."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    label: str
    required: bool
    max_length: int
    pattern: str | None
    disclosure: Literal["public", "scan", "consent", "never"]


class TypeView(BaseModel):
    """证照类型: everything that an application for it needs."""

    code: str
    name: str
    bundle: str
    template: str
    defining_authority: PartyView
    holder_code_types: list[PartyView]
    validity: Literal["permanent", "years", "given"]
    fields: list[FieldView]


class KindView(BaseModel):
    """A kind of act."""

    kind: ActKind
    label: str


class GroundView(BaseModel):
    """事由: for which acts, on what basis, and what it allows."""

    code: str
    label: str
    kinds: list[KindView]
    legal_basis: str = Field(description="提示性说明，引用前请核对法律原文")
    retroactive: bool
    needs_reason: bool
    needs_decision: bool
    successor: bool = Field(description="是否由新的证照接续")
    authorities: list[PartyView]


class Links(BaseModel):
    """Where the parts of a licence are."""

    licence: str
    ofd: str
    pdf: str
    code: str
    document: str
    standing: str
    acts: str


class IssuedView(BaseModel):
    """A licence that has been issued; the same request is answered with the same octets."""

    identifier: str
    number: str
    state: Literal["released"] = "released"
    type_code: str
    released_at: datetime
    log_index: int
    links: Links


class SuccessionView(BaseModel):
    """How a licence follows another."""

    kind: SuccessionKind
    label: str
    operation: str
    predecessor: str


class ConversionView(BaseModel):
    """存量转换: how well the licence is evidenced, and on what."""

    grade: Grade
    label: str
    source: str
    scan: str | None


class LicenceView(IssuedView):
    """A licence in full, for its department and its holder."""

    name: str
    type_name: str
    issuing_body: PartyView
    holders: list[HolderBody]
    issued_on: date
    valid_from: date | None
    valid_until: date | None
    area_code: str
    fields: dict[str, str]
    succession: SuccessionView | None = Field(description="接续哪一本证照；首次颁发为 null")
    successor: str | None = Field(description="已由哪一本证照取代")
    conversion: ConversionView | None = Field(description="由存量证照转换而来的，其证据等级；其他证照为 null")


class ActView(BaseModel):
    """An act as recorded; `result` is the standing it leads to, null where it leaves the standing as it is."""

    sequence: int
    kind: ActKind
    label: str
    ground: str
    reason: str
    decision: str = Field(description="决定文书号；没有则为空")
    reverses: int | None = Field(description="恢复、撤销的是第几次处理；不针对别的处理则为 null")
    receiver: str = Field(description="办理转出的，转入机构的代码或者全称；其他处理为空")
    decided_at: datetime
    effective_at: datetime
    recorded_at: datetime
    published_at: datetime | None = Field(description="首次载入哪一时刻签发的状态清单，由清单推得；尚未公布为 null")
    result: str | None
    result_label: str | None


class StandingView(BaseModel):
    """证照状态 at an instant; who merely verifies is not told why."""

    identifier: str
    at: datetime
    status: str
    label: str
    carried_over: bool = Field(description="恢复前已公布、原来的处理还没有重新登记；since 为恢复之时")
    final: bool
    since: datetime | None
    next_change: datetime | None
    acts: list[ActView] | None = Field(description="处理记录；窗口核验人员看不到，为 null")


def type_view(bundle: Bundle) -> TypeView:
    """A type as it is answered."""
    kind = bundle.type
    return TypeView(
        code=kind.code,
        name=kind.name,
        bundle=bundle.name,
        template=bundle.template,
        defining_authority=PartyView(code=kind.defining_authority.code, name=kind.defining_authority.name),
        holder_code_types=[PartyView(code=code, name=HOLDER_CODE_TYPES[code].label) for code in kind.holder_code_types],
        validity=kind.validity,
        fields=[FieldView.model_validate(rule) for rule in kind.fields],
    )


def ground_view(ground: Ground) -> GroundView:
    """A ground as it is answered; kinds and authorities in a fixed order."""
    return GroundView(
        code=ground.code,
        label=ground.label,
        kinds=[KindView(kind=kind, label=kind.label) for kind in ActKind if kind in ground.kinds],
        legal_basis=ground.legal_basis,
        retroactive=ground.retroactive,
        needs_reason=ground.needs_reason,
        needs_decision=ground.needs_decision,
        successor=ground.successor,
        authorities=[PartyView(code=one.value, name=one.label) for one in sorted(ground.authorities)],
    )


def issued_view(entry: Entry) -> IssuedView:
    """A released entry as the answer to its application."""
    return IssuedView(**_released(entry))


def licence_view(entry: Entry, successor: Entry | None = None) -> LicenceView:
    """A released entry in full, with its successor where there is one."""
    licence = entry.licence
    return LicenceView(
        **_released(entry),
        name=licence.name,
        type_name=licence.type_name,
        issuing_body=PartyView(code=licence.issuing_body.code, name=licence.issuing_body.name),
        holders=[HolderBody(name=one.name, code=one.code, code_type=one.code_type) for one in licence.holders],
        issued_on=licence.issued_on,
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        area_code=licence.area_code,
        fields=dict(licence.fields),
        succession=_succession_view(licence.succession),
        successor=str(successor.licence.identifier) if successor else None,
        conversion=_conversion_view(licence.conversion),
    )


def _conversion_view(conversion: Conversion | None) -> ConversionView | None:
    if conversion is None:
        return None
    grade = conversion.grade
    return ConversionView(grade=grade, label=grade.label, source=conversion.source, scan=conversion.scan)


def _succession_view(succession: Succession | None) -> SuccessionView | None:
    if succession is None:
        return None
    return SuccessionView(
        kind=succession.kind,
        label=succession.kind.label,
        operation=succession.kind.operation,
        predecessor=succession.predecessor,
    )


def act_view(act: Act, published_at: datetime | None = None) -> ActView:
    """An act as it is answered, with the instant since which it is public."""
    result = MOVES[act.kind].result
    return ActView(
        sequence=act.sequence,
        kind=act.kind,
        label=act.kind.label,
        ground=act.ground,
        reason=act.reason,
        decision=act.decision,
        reverses=act.reverses,
        receiver=act.receiver,
        decided_at=act.decided_at,
        effective_at=act.effective_at,
        recorded_at=act.recorded_at,
        published_at=published_at,
        result=result.value if result else None,
        result_label=result.label if result else None,
    )


def standing_view(
    identifier: str,
    standing: Standing,
    acts: Sequence[Act],
    at: datetime,
    *,
    why: bool,
    published: Mapping[int, datetime],
) -> StandingView:
    """A standing as it is answered; the acts, with when each was published, only where `why`."""
    return StandingView(
        identifier=identifier,
        at=at,
        status=standing.status.value,
        label=standing.label,
        carried_over=standing.carried,
        final=standing.status.final,
        since=standing.since,
        next_change=next_change(acts, at),
        acts=[act_view(act, published.get(act.sequence)) for act in acts] if why else None,
    )


def address_of(identifier: str) -> str:
    """Where a licence is, on this service."""
    return f"/api/v1/licences/{identifier}"


def _released(entry: Entry) -> dict[str, Any]:
    """What both views of a licence have; one that was not released has none."""
    artefacts = entry.artefacts
    if artefacts is None:
        raise NoSuchLicence
    identifier = str(entry.licence.identifier)
    here = address_of(identifier)
    return {
        "identifier": identifier,
        "number": entry.licence.number,
        "type_code": entry.licence.identifier.type_code,
        "released_at": artefacts.released_at,
        "log_index": artefacts.log_index,
        "links": Links(
            licence=here,
            ofd=f"{here}/files/ofd",
            pdf=f"{here}/files/pdf",
            code=f"{here}/files/qr.png",
            document=f"{here}/files/licence.json",
            standing=f"{here}/standing",
            acts=f"{here}/acts",
        ),
    }
