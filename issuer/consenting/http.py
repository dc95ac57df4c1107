"""Routes of consents to annotated copies: given by a holder, or put down from a paper for the issuing body.

A paper is handed in as a scan (`/api/v1/scans`) and put down under its digest, by an official or a system of the body;
another official, who has looked at the file, confirms or refuses it. Who gives, records or decides comes from
`authorize` and `clerks`, which `service` gives, and never stands in a body.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import BaseModel, Field

from issuer.answers import CONFLICTS, NOT_FOUND
from issuer.bodies import Closed
from issuer.clerk import Authorize, Clerk
from issuer.consenting.consent import CopyConsent, PaperWords, Stage, Step
from issuer.copying.http import CopyRight
from issuer.copying.ports import Asker, Terms
from trust.formats.instants import Instant
from trust.http import NOT_SIGNED_IN, Key, attachment, conflicting, guarded, uncached
from trust.rules.idempotency import own_key
from trust.rules.identifier import MAX_LENGTH

Identifier = Annotated[str, Path(max_length=MAX_LENGTH, description="证照标识")]
Reference = Annotated[str, Path(max_length=64, description="授权编号")]
MOST = 100
SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
GUARDED = guarded("没有这份授权，或者不归您办理：两者回答相同")
MOVED = conflicting("与现状冲突：已经复核过，或者须由另一人办理")


class CopyConsentBody(Closed):
    """授权颁发机构制作加注件：给谁、做什么用、到何时."""

    purpose: str = Field(max_length=400, description="用途，不超过 200 字；加注件上的用途须与此一致")
    recipient: str = Field(max_length=200, description="使用单位，不超过 100 字")
    valid_until: Instant = Field(description="授权期限，须带时区，最长三年")


class PaperBody(CopyConsentBody):
    """纸质授权书：编号、由谁授权，以及先前交来的扫描件；内容照原件填写."""

    reference: str = Field(max_length=64, description="授权书编号，字母、数字、- 和 _")
    mode: str = Field(max_length=16, description="holder 持证主体授权，agent 代理人受托授权")
    giver: str = Field(max_length=120, description="授权人姓名或名称，不超过 60 字")
    scan: str = Field(max_length=80, description="POST /api/v1/scans 得到的摘要")


class DecisionBody(Closed):
    """复核：须由登记人以外的另一人看过扫描件后办理."""

    step: Literal["confirm", "refuse"] = Field(description="confirm 复核，refuse 不予登记")
    reason: str = Field(default="", max_length=400, description="不予登记须写明理由，不超过 200 字")


class WithdrawalBody(Closed):
    """撤回：持证主体撤回自己的授权不写理由，颁发机构登记撤回须写."""

    reason: str = Field(default="", max_length=400, description="颁发机构登记撤回的理由，不超过 200 字")


class CopyConsentView(BaseModel):
    """加注件授权."""

    reference: str
    mode: str
    original: str
    giver: str
    purpose: str
    recipient: str
    valid_until: datetime
    stage: Stage
    label: str
    on_paper: bool = Field(description="凭纸质授权书登记，须由另一人复核")
    reason: str | None = Field(description="不予登记或者登记撤回的理由")
    recorded_at: datetime
    withdrawn_at: datetime | None


class CopyConsentService(Protocol):
    """What these routes ask for; `service.copy_consents.CopyConsents` is it."""

    def give(self, identifier: str, terms: Terms, *, by: Asker, key: str) -> CopyConsent: ...

    def record_scanned(
        self, identifier: str, terms: Terms, words: PaperWords, scan: str, *, by: Asker, key: str
    ) -> CopyConsent: ...

    def decide(self, reference: str, step: Step, *, by: Asker, reason: str = "") -> CopyConsent: ...

    def withdraw(self, consent: CopyConsent, *, by: Asker, reason: str = "") -> datetime: ...

    def find(self, identifier: str, reference: str, asker: Asker) -> CopyConsent: ...

    def of_licence(self, identifier: str, asker: Asker) -> Sequence[CopyConsent]: ...

    def of_body(self, body_code: str, stage: Stage | None, *, limit: int, after: str = "") -> Sequence[CopyConsent]: ...

    def paper(self, consent: CopyConsent) -> tuple[bytes, str]: ...

    def withdrawn(self, consent: CopyConsent) -> datetime | None: ...

    def label(self, consent: CopyConsent) -> str: ...


def router(
    service: CopyConsentService, *, authorize: Callable[[CopyRight], Callable[..., Asker]], clerks: Authorize
) -> APIRouter:
    """The routes; `authorize` admits holders and officials, `clerks` who acts for a body."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
    _add_given(routes, service, authorize)
    _add_withdrawing(routes, service, authorize)
    _add_papers(routes, service, clerks)
    _add_looking(routes, service, clerks)
    return routes


def _add_given(
    routes: APIRouter, service: CopyConsentService, authorize: Callable[[CopyRight], Callable[..., Asker]]
) -> None:
    Known = Annotated[Asker, Depends(authorize("copy"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/licences/{identifier}/copy-consents",
        summary="授权颁发机构制作加注件",
        description="持证主体办理；颁发机构凭得到的编号，按所写的用途、使用单位和期限制作加注件。",
        status_code=status.HTTP_201_CREATED,
        responses=NOT_SIGNED_IN | NOT_FOUND | CONFLICTS,
    )
    def give(identifier: Identifier, body: CopyConsentBody, key: Key, asker: Known) -> CopyConsentView:
        terms = Terms(body.purpose, body.recipient, body.valid_until)
        made = service.give(identifier, terms, by=asker, key=own_key(asker.department or asker.login, key))
        return _view(service, made)

    @routes.get(
        "/licences/{identifier}/copy-consents",
        summary="证照的加注件授权",
        description="持证主体和颁发机构可以查看。",
        responses=NOT_SIGNED_IN | NOT_FOUND,
    )
    def listing(identifier: Identifier, asker: Known) -> Sequence[CopyConsentView]:
        return [_view(service, one) for one in service.of_licence(identifier, asker)]


def _add_withdrawing(
    routes: APIRouter, service: CopyConsentService, authorize: Callable[[CopyRight], Callable[..., Asker]]
) -> None:
    Withdrawing = Annotated[Asker, Depends(authorize("withdraw"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/licences/{identifier}/copy-consents/{reference}/withdrawal",
        summary="撤回加注件授权",
        description="持证主体撤回自己的授权；颁发机构的人员写明理由登记撤回，业务系统只能登记撤回纸质的。"
        "此后不能再据此制作，已经制作的加注件随之注销；重复撤回不改变什么。",
        responses=GUARDED | {422: CONFLICTS[422]},
    )
    def withdraw(
        identifier: Identifier, reference: Reference, asker: Withdrawing, body: WithdrawalBody | None = None
    ) -> CopyConsentView:
        found = service.find(identifier, reference, asker)
        service.withdraw(found, by=asker, reason=body.reason if body is not None else "")
        return _view(service, service.find(identifier, reference, asker))


def _add_papers(routes: APIRouter, service: CopyConsentService, clerks: Authorize) -> None:
    Entering = Annotated[Clerk, Depends(clerks("enter"))]  # noqa: N806  (an alias of a type, written as one)
    Person = Annotated[Clerk, Depends(clerks("decide"))]  # noqa: N806  (as above)

    @routes.post(
        "/licences/{identifier}/copy-consents/papers",
        summary="登记纸质的加注件授权",
        description="颁发机构的人员或业务系统办理；扫描件先交 POST /api/v1/scans。另一人复核之后才有效。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED | CONFLICTS,
    )
    def record(identifier: Identifier, body: PaperBody, key: Key, clerk: Entering) -> CopyConsentView:
        terms = Terms(body.purpose, body.recipient, body.valid_until)
        words = PaperWords(body.reference, body.mode, body.giver)
        made = service.record_scanned(identifier, terms, words, body.scan, by=_asker(clerk), key=clerk.own_key(key))
        return _view(service, made)

    @routes.post(
        "/licences/{identifier}/copy-consents/{reference}/decision",
        summary="复核纸质的加注件授权",
        description="由登记人以外的另一人办理，业务系统不能代办。同一人同样的决定重复办理，不改变什么。",
        responses=GUARDED | MOVED,
    )
    def decide(identifier: Identifier, reference: Reference, body: DecisionBody, clerk: Person) -> CopyConsentView:
        asker = _asker(clerk)
        found = service.find(identifier, reference, asker)
        return _view(service, service.decide(found.reference, Step(body.step), by=asker, reason=body.reason))


def _add_looking(routes: APIRouter, service: CopyConsentService, clerks: Authorize) -> None:
    Entering = Annotated[Clerk, Depends(clerks("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/copy-consents",
        summary="本机构的加注件授权",
        description="按编号排列，一次最多一百份；接着查时，after 写上一次的最后一个编号。",
        responses=NOT_SIGNED_IN | {403: GUARDED[403], 422: CONFLICTS[422]},
    )
    def all_of(
        clerk: Entering, stage: Stage | None = None, after: Annotated[str, Query(max_length=64)] = ""
    ) -> Sequence[CopyConsentView]:
        found = service.of_body(clerk.department, stage, limit=MOST, after=after)
        return [_view(service, one) for one in found]

    @routes.get(
        "/licences/{identifier}/copy-consents/{reference}/paper",
        summary="纸质授权书的扫描件",
        response_class=Response,
        responses=GUARDED | {200: {"content": {kind: {} for kind in SUFFIX}, "description": "扫描件本身"}},
    )
    def paper(identifier: Identifier, reference: Reference, clerk: Entering) -> Response:
        octets, kind = service.paper(service.find(identifier, reference, _asker(clerk)))
        return attachment(octets, kind, f"consent.{SUFFIX[kind]}")


def _asker(clerk: Clerk) -> Asker:
    """A clerk as whoever asks for copies: for the licences of the own body, as its officials do."""
    return Asker(clerk.officer.login, clerk.officer.name, clerk.department, official=True)


def _view(service: CopyConsentService, consent: CopyConsent) -> CopyConsentView:
    return CopyConsentView(
        reference=consent.reference,
        mode=consent.mode,
        original=consent.original,
        giver=consent.giver,
        purpose=consent.cause,
        recipient=consent.recipient,
        valid_until=consent.valid_until,
        stage=consent.stage,
        label=service.label(consent),
        on_paper=consent.document is not None,
        reason=consent.reason,
        recorded_at=consent.recorded_at,
        withdrawn_at=service.withdrawn(consent),
    )
