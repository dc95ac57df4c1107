"""Routes of citing: matters, citations of a case, receipt and face of a citation, withdrawal of a consent.

Who asks comes from `authorize`, a dependency that `service` gives; officer and department are never taken from the
body. Bodies with unknown members are refused. A department sees its own citations only, and another's look like none.
Nothing here is for caches, and no address holds more about a person than a case number does. Errors leave as they
are; `service.problems` has a sentence for each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Response, status
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from cases.citation import CitationRequest, Officer
from cases.citing import cite
from cases.consent import Consent, Mode
from cases.ports import CitingPorts, Elsewhere, Standings, none_elsewhere
from cases.requirement import Matter
from cases.showing import ShowingPorts, citation_of, show_face
from cases.watching import Ground, Watched, watch_case
from cases.withdrawing import withdraw
from trust.formats.canonical_json import base64_of
from trust.formats.instants import Instant
from trust.http import attachment, uncached
from trust.rules.conversion import Grade

ENVELOPE_TYPE = 'application/cose; cose-type="cose-sign1"'


@dataclass(frozen=True)
class CasePorts:
    """What these routes depend on."""

    citing: CitingPorts
    showing: ShowingPorts
    standings: Standings
    elsewhere: Elsewhere = none_elsewhere


class ConsentBody(BaseModel):
    """授权: `given_by` may be left out where the mode says who it must be (the holder, or the department itself)."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    reference: str = Field(max_length=200, description="授权书或委托书编号；依职能用证时为法律依据")
    given_by: str | None = Field(default=None, max_length=64)
    fields: list[str] | Literal["all"] = Field(default="all", max_length=200)
    valid_until: Instant | None = None
    every_case: bool = Field(default=False, description="授权是否及于本办件以外的办件")


class WithdrawalBody(BaseModel):
    """撤回授权: which consent, by how it was given and its number; the number is in no address."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    reference: str = Field(max_length=200, description="授权书或委托书编号")
    reason: str = Field(default="", max_length=400, description="撤回加注件授权的理由，不超过 200 字；用证授权不写")


class WithdrawalView(BaseModel):
    """已撤回的授权: since when; a withdrawal that is repeated keeps its first instant."""

    mode: Mode
    reference: str
    withdrawn_at: datetime


class CitationBody(BaseModel):
    """引用请求: the case comes from the address, the officer and the department from whoever is signed in."""

    model_config = ConfigDict(extra="forbid")

    matter_code: str = Field(max_length=64)
    requirement_code: str = Field(max_length=64)
    holder_code_type: str = Field(max_length=3)
    holder_code: str = Field(max_length=64)
    identifier: str | None = Field(default=None, max_length=140)
    purpose: str = Field(max_length=200)
    consent: ConsentBody


class CitationView(BaseModel):
    """引用记录, with the signed receipt in base64."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    case_number: str
    matter_code: str
    requirement_code: str
    department_code: str
    officer: str
    purpose: str
    consent_mode: Mode
    consent_reference: str
    consent_valid_until: datetime | None
    fields: tuple[str, ...]
    identifier: str
    type_code: str
    grade: Grade | None = Field(default=None, description="由存量转换而来的证照的证据等级；其他证照为 null")
    file_digest: str
    indication: str
    policy: str
    status_list: int | None
    standing_sequence: int
    cited_at: datetime
    receipt: Annotated[bytes, PlainSerializer(base64_of, return_type=str)]


class WatchedView(BaseModel):
    """A citation, and whether the licence under it still stands; `notice` is for the officer."""

    citation: CitationView
    standing: str
    standing_label: str
    ground: Ground
    notice: str


def router(
    ports: CasePorts,
    *,
    authorize: Callable[..., Officer],
    clock: Callable[[], datetime],
    random: Callable[[int], bytes],
) -> APIRouter:
    """The routes, for officers that `authorize` admits; `clock` gives the instant, `random` octets for numbers."""
    routes = APIRouter(prefix="/api/v1", tags=["cases"], dependencies=[Depends(uncached)])
    Signed = Annotated[Officer, Depends(authorize)]  # noqa: N806  (an alias of a type, written as one)
    Case = Annotated[str, Path(pattern="^[0-9A-Za-z-]{1,50}$", description="办件编号")]  # noqa: N806  (an alias of a type)
    Number = Annotated[str, Path(max_length=32, description="用证码")]  # noqa: N806  (an alias of a type)

    @routes.get("/matters", summary="事项与所需材料")
    def matters(officer: Signed) -> Sequence[Matter]:
        return [matter for matter in ports.citing.matters if matter.taken_in_by(officer.department_code)]

    @routes.post("/cases/{case_number}/citations", summary="引用证照", status_code=status.HTTP_201_CREATED)
    def make(
        case_number: Case, body: CitationBody, idempotency_key: Annotated[str, Header()], officer: Signed, out: Response
    ) -> CitationView:
        request = _request(case_number, body, officer)
        citation = cite(ports.citing, request, key=idempotency_key, at=clock(), number_random=random)
        out.headers["Location"] = f"/api/v1/citations/{citation.number}/receipt"
        return CitationView.model_validate(citation)

    @routes.get("/cases/{case_number}/citations", summary="本办件的引用及其证照现状")
    def listing(case_number: Case, officer: Signed) -> Sequence[WatchedView]:
        watched = watch_case(ports.showing.index, ports.standings, case_number, clock())
        return [_view(entry) for entry in watched if entry.citation.department_code == officer.department_code]

    @routes.get("/citations/{number}/receipt", summary="引用回执（COSE_Sign1）", response_class=Response)
    def receipt(number: Number, officer: Signed) -> Response:
        citation = citation_of(ports.showing.index, number, officer.department_code)
        return attachment(citation.receipt, ENVELOPE_TYPE, f"citation-{citation.number}.cose")

    @routes.get("/citations/{number}/face", summary="所引用证照的照面项")
    def face(number: Number, officer: Signed) -> Mapping[str, str]:
        return show_face(ports.showing, number, officer.department_code, clock())

    @routes.post(
        "/consent-withdrawals",
        summary="撤回授权",
        description="用证授权和加注件授权都可以撤回；加注件授权由颁发机构的人员写明理由。重复撤回不改变什么。",
    )
    def withdrawal(body: WithdrawalBody, officer: Signed) -> WithdrawalView:
        since = ports.elsewhere(officer, body.mode, body.reference, body.reason)
        if since is None:
            since = withdraw(ports.showing.consents, officer.department_code, body.mode, body.reference, clock())
        return WithdrawalView(mode=body.mode, reference=body.reference, withdrawn_at=since)

    return routes


def _request(case_number: str, body: CitationBody, officer: Officer) -> CitationRequest:
    """What the officer asks; codes are taken without surrounding space and in capitals, as licences hold them."""
    holder_code = body.holder_code.strip().upper()
    giver = {Mode.HOLDER: holder_code, Mode.STATUTORY: officer.department_code, Mode.AGENT: ""}[body.consent.mode]
    consent = Consent(
        mode=body.consent.mode,
        given_by=giver if body.consent.given_by is None else body.consent.given_by.strip().upper(),
        reference=body.consent.reference,
        purpose=body.purpose,
        fields="all" if body.consent.fields == "all" else tuple(body.consent.fields),
        valid_until=body.consent.valid_until,
        case_number=None if body.consent.every_case else case_number,
    )
    return CitationRequest(
        case_number=case_number,
        matter_code=body.matter_code,
        requirement_code=body.requirement_code,
        holder_code_type=body.holder_code_type,
        holder_code=holder_code,
        identifier=body.identifier,
        purpose=body.purpose,
        officer=officer.name,
        department_code=officer.department_code,
        consent=consent,
    )


def _view(entry: Watched) -> WatchedView:
    """A watched citation as it is answered."""
    return WatchedView(
        citation=CitationView.model_validate(entry.citation),
        standing=entry.standing.status.value,
        standing_label=entry.standing.label,
        ground=entry.ground,
        notice=entry.ground.label,
    )
