"""Pages of requests to seal: what was asked, the second person's word, and the sealed file.

Where a second person has to approve, the request stays and the document does not: it is handed in again when the
approval is there, by whoever asked, and has to be the very same; where the seal goes stands in the request.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, read_form
from service.pages.rendering import render, see_other
from service.pages.seal_use import Handed, check_usable, document_reader, officer_of, own_seal
from service.pages.seal_words import LABELS, fields_of, told
from service.wiring import Yinzheng
from trust.errors import Conflict, TrustError
from trust.http import attachment
from trust.sealing.errors import SealUnknown
from trust.sealing.ports import FiledSeal
from trust.sealing.sealing import kind_of, seal_item
from trust.sealing.uploads import wanted_from
from trust.sealing.using import Progress, Result
from trust.sealing.using import Request as SealRequest

MEDIA_TYPES = {"ofd": "application/ofd", "pdf": "application/pdf"}


def add_seal_requests(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/seals/{seal_id}/requests`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Document = Annotated[Handed, Depends(document_reader(guards))]  # noqa: N806  (as above)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    path = "/issuer/seals/{seal_id}/requests/{number}"

    @routes.get(path)
    def request_page(request: Request, official: Official, seal_id: str, number: str) -> Response:
        return _request_page(request, official, *own_request(yinzheng, official, seal_id, number))

    @routes.post(path + "/decision")
    def decide(request: Request, official: Official, seal_id: str, number: str, form: Posted) -> Response:
        filed, asked = own_request(yinzheng, official, seal_id, number)
        try:
            yinzheng.seals.decide_request(number, approve=form.text("step") == "approve", by=officer_of(official))
        except TrustError as error:
            errors, problem = told(error)
            return _request_page(request, official, filed, asked, errors, problem.status)
        return see_other(f"/issuer/seals/{seal_id}/requests/{number}")

    @routes.post(path + "/document")
    def carry_out(request: Request, handed: Document, seal_id: str, number: str) -> Response:
        filed, asked = own_request(yinzheng, handed.person, seal_id, number)
        try:
            _carry_out(yinzheng, filed, asked, handed)
        except TrustError as error:
            errors, problem = told(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return _request_page(request, handed.person, filed, asked, errors, problem.status)
        return see_other(f"/issuer/seals/{seal_id}/requests/{number}")

    @routes.get(path + "/sealed")
    def download(official: Official, seal_id: str, number: str) -> Response:
        _, asked = own_request(yinzheng, official, seal_id, number)
        item = next((one for one in asked.items if one.result is Result.SEALED), None)
        if item is None or item.file is None:
            raise SealUnknown
        file = yinzheng.seals.desk.files.get(item.file)
        kind = kind_of(file)
        return attachment(file, MEDIA_TYPES[kind], f"sealed-{number[:8]}.{kind}")


def own_request(yinzheng: Yinzheng, official: Person, seal_id: str, number: str) -> tuple[FiledSeal, SealRequest]:
    """A request for a seal of the official's department, or SealUnknown."""
    filed, found = own_seal(yinzheng, official, seal_id), yinzheng.seals.request(number)
    if found is None or found.seal_id != seal_id:
        raise SealUnknown
    return filed, found


def _carry_out(yinzheng: Yinzheng, filed: FiledSeal, asked: SealRequest, handed: Handed) -> None:
    """Seal the document of a request as it was asked for; by whoever asked, and nobody else.

    Raises:
        Conflict: `seal-request`, another person, another document, or a place that no form of ours asked for.

    """
    place = fields_of(asked.items[0].place, asked.purpose) if asked.items else None
    if place is None or asked.by.login != handed.person.login:
        raise Conflict("seal-request", asked.number)
    desk, at = yinzheng.seals.desk, yinzheng.now()
    check_usable(yinzheng, handed.person, filed.seal.seal_id)
    seal_item(desk, filed, asked, 0, handed.upload.data, wanted_from(place), at=at)


def _request_page(
    request: Request,
    official: Person,
    filed: FiledSeal,
    asked: SealRequest,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    own = asked.by.login == official.login
    unsealed = bool(asked.items) and asked.items[0].result is not Result.SEALED
    return render(
        request,
        "seal_request",
        status=status,
        filed=filed,
        asked=asked,
        own=own,
        may_decide=asked.progress is Progress.WAITING and officer_of(official).is_other_than(asked.by),
        may_seal=own and unsealed and asked.progress in {Progress.OPEN, Progress.APPROVED},
        sealed=bool(asked.items) and not unsealed,
        errors=errors or {},
        labels=LABELS,
    )
