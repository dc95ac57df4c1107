"""Routes of consents to annotated copies: given by a holder, listed for holder and body.

Papers are put down and confirmed on pages, where two people look at them. Who gives a consent comes from `authorize`,
which `service` gives, and never stands in a body.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, status
from pydantic import BaseModel, Field

from issuer.answers import CONFLICTS, NOT_FOUND
from issuer.bodies import Closed
from issuer.consenting.consent import CopyConsent, Stage
from issuer.copying.http import CopyRight
from issuer.copying.ports import Asker, Terms
from trust.formats.instants import Instant
from trust.http import NOT_SIGNED_IN, Key, uncached
from trust.rules.idempotency import own_key
from trust.rules.identifier import MAX_LENGTH

Identifier = Annotated[str, Path(max_length=MAX_LENGTH, description="证照标识")]


class CopyConsentBody(Closed):
    """授权颁发机构制作加注件：给谁、做什么用、到何时."""

    purpose: str = Field(max_length=400, description="用途，不超过 200 字；加注件上的用途须与此一致")
    recipient: str = Field(max_length=200, description="使用单位，不超过 100 字")
    valid_until: Instant = Field(description="授权期限，须带时区，最长三年")


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
    recorded_at: datetime
    withdrawn_at: datetime | None


class CopyConsentService(Protocol):
    """What these routes ask for; `service.copy_consents.CopyConsents` is it."""

    def give(self, identifier: str, terms: Terms, *, by: Asker, key: str) -> CopyConsent: ...

    def of_licence(self, identifier: str, asker: Asker) -> Sequence[CopyConsent]: ...

    def withdrawn(self, consent: CopyConsent) -> datetime | None: ...

    def label(self, consent: CopyConsent) -> str: ...


def router(service: CopyConsentService, *, authorize: Callable[[CopyRight], Callable[..., Asker]]) -> APIRouter:
    """The routes; `authorize` gives the dependency that admits holders and officials."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
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

    return routes


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
        recorded_at=consent.recorded_at,
        withdrawn_at=service.withdrawn(consent),
    )
