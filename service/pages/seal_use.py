"""Pages for using a seal: hand in a document, see its pages, place the seal, and have it sealed.

Nothing is sealed before the place has been seen: the document waits in this process between the two steps (see
`uploading`). Every sealing goes through the one journey that the API and the command line use, under a key drawn with
the form, so a double click seals once. What became of it is on the page of the request (`seal_requests`).
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.guards import Guards, Sender
from service.identity import Person, Role
from service.pages.documents import ShownPage, shown_page
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.rendering import render, see_other
from service.pages.seal_words import LABELS, RIDING, WAYS, Placed, check_place, told
from service.pages.uploading import Held, Upload, Waiting, read_document
from service.shell import POLICY_WITH_PICTURES
from service.wiring import Yinzheng
from trust.errors import Conflict, TrustError
from trust.formats.placing import AtWords, boxes_of
from trust.formats.sealed_document import SealBox
from trust.sealing.errors import SealUnknown
from trust.sealing.ports import FiledSeal, Officer
from trust.sealing.sealing import MAX_DOCUMENT, kind_of, usable
from trust.sealing.uploads import wanted_from


@dataclass(frozen=True)
class Handed:
    """A document from somebody who is known, with a form that is ours."""

    person: Person
    upload: Upload


def officer_of(person: Person) -> Officer:
    """Somebody as those know them who act on seals."""
    return Officer(person.login, person.name)


def own_seal(yinzheng: Yinzheng, official: Person, seal_id: str) -> FiledSeal:
    """A filed seal of the official's department; another's and one that does not exist are both SealUnknown."""
    filed = yinzheng.seals.find(seal_id)
    if filed is None or filed.body_code != official.department:
        raise SealUnknown
    return filed


def add_seal_use(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/seals/{seal_id}/use`."""
    _add_placing(routes, yinzheng, guards, Waiting(yinzheng.random))


def document_reader(guards: Guards) -> Callable[..., AsyncIterator[Handed]]:
    """The dependency that reads a form with a document, once it is known who sends it."""

    async def handed(
        request: Request, sender: Annotated[Sender, Depends(guards.sender(Role.OFFICIAL))]
    ) -> AsyncIterator[Handed]:
        upload = await read_document(request)
        sender.check(upload.texts.get("form_token"))
        yield Handed(sender.person, upload)

    return handed


def _add_placing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards, waiting: Waiting) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Document = Annotated[Handed, Depends(document_reader(guards))]  # noqa: N806  (as above)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    path = "/issuer/seals/{seal_id}/use"

    @routes.get(path)
    def choose(request: Request, official: Official, seal_id: str) -> Response:
        return _choose_page(request, own_seal(yinzheng, official, seal_id))

    @routes.post(path)
    def hand_in(request: Request, handed: Document, seal_id: str) -> Response:
        filed, data = own_seal(yinzheng, handed.person, seal_id), handed.upload.data
        try:
            check_usable(yinzheng, handed.person, seal_id)
            kind_of(data)
        except TrustError as error:
            errors, problem = told(error)
            return _choose_page(request, filed, errors, problem.status)
        held = Held(handed.person.login, seal_id, data, handed.upload.name, yinzheng.draw(data), yinzheng.now())
        return see_other(f"/issuer/seals/{seal_id}/use/{waiting.keep(held)}")

    @routes.get(path + "/{ticket}")
    def place(request: Request, official: Official, seal_id: str, ticket: str) -> Response:
        filed = own_seal(yinzheng, official, seal_id)
        held = waiting.find(ticket, official.login, seal_id, yinzheng.now())
        return _place_page(request, yinzheng, filed, held, ticket, _first_place(held, filed))

    @routes.post(path + "/{ticket}")
    def seal(request: Request, official: Official, seal_id: str, ticket: str, form: Posted) -> Response:
        filed = own_seal(yinzheng, official, seal_id)
        held = waiting.find(ticket, official.login, seal_id, yinzheng.now())
        placed = Placed(**{one.name: form.text(one.name) for one in fields(Placed)})
        errors = check_place(placed)
        if errors or form.text("step") == "look":
            status = 422 if errors else 200
            return _place_page(request, yinzheng, filed, held, ticket, placed, errors, status, form.nonce())
        key = f"form:{official.login}:{form.nonce()}"
        try:
            wanted = wanted_from(placed.texts())
            made = yinzheng.seals.seal(
                seal_id,
                held.data,
                wanted,
                key=key,
                by=officer_of(official),
                department=official.department or "",
            )
        except TrustError as error:
            refused, problem = told(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return _place_page(request, yinzheng, filed, held, ticket, placed, refused, problem.status)
        waiting.drop(ticket)
        return see_other(f"/issuer/seals/{seal_id}/requests/{made.request.number}")


def check_usable(yinzheng: Yinzheng, person: Person, seal_id: str) -> None:
    """Refuse a seal that the person may not use now; raises as `usable`."""
    at, department = yinzheng.now(), person.department or ""
    usable(yinzheng.seals.desk, seal_id, by=officer_of(person), department=department, at=at)


def _first_place(held: Held, filed: FiledSeal) -> Placed:
    """Where the seal lies before anybody has moved it: on the last page drawn, where one seals as a rule."""
    pages = held.drawn.paper.pages
    if not pages:
        return Placed(x="120", y="200")
    width, height = pages[-1]
    picture = filed.seal.picture
    x, y = max(0.0, width * 0.62 - picture.width_mm / 2), max(0.0, height * 0.78 - picture.height_mm / 2)
    return Placed(page=str(len(pages)), x=f"{round(x):g}", y=f"{round(y):g}")


def _choose_page(
    request: Request, filed: FiledSeal, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    return render(
        request,
        "seal_document",
        status=status,
        filed=filed,
        errors=errors or {},
        labels=LABELS,
        most=MAX_DOCUMENT // (1024 * 1024),
    )


def _place_page(
    request: Request,
    yinzheng: Yinzheng,
    filed: FiledSeal,
    held: Held,
    ticket: str,
    placed: Placed,
    errors: dict[str, str] | None = None,
    status: int = 200,
    nonce: str = "",
) -> Response:
    boxes, outside = _boxes(held, filed, placed)
    answer = render(
        request,
        "seal_place",
        status=status,
        filed=filed,
        held=held,
        ticket=ticket,
        placed=placed,
        errors={**(outside if errors is None else {}), **(errors or {})},
        pages=_pages(held),
        count=len(held.drawn.paper.pages),
        boxes=boxes,
        ways=WAYS,
        edges=RIDING,
        labels=LABELS,
        nonce=nonce or fresh_nonce(yinzheng.random),
    )
    answer.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return answer


def _pages(held: Held) -> list[ShownPage]:
    """The pages that were drawn, in their order."""
    drawn, pages = held.drawn, held.drawn.paper.pages
    return [
        shown_page(sheet.page, pages[sheet.page], drawn) for sheet in sorted(drawn.sheets, key=lambda one: one.page)
    ]


def _boxes(held: Held, filed: FiledSeal, placed: Placed) -> tuple[dict[int, SealBox], dict[str, str]]:
    """Where the seal would be seen, by page from 1; words are looked for when the document is sealed."""
    pages, picture = held.drawn.paper.pages, filed.seal.picture
    if check_place(Placed(**(vars(placed) | {"purpose": placed.purpose or "-"}))) or not pages:
        return {}, {}
    placing = wanted_from(placed.texts() | {"purpose": placed.purpose or "-"}).placing
    if placing is None or isinstance(placing, AtWords):
        return {}, {}
    try:
        found = boxes_of(placing, pages, (float(picture.width_mm), float(picture.height_mm)), lambda _: ())
    except Conflict as error:
        return {}, told(error)[0]
    return {box.page + 1: box for box in found}, {}
