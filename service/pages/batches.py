"""Pages for batches: hand in a table or try it, see how far it has come, approve, pause, take up, cancel, download.

Trying stores nothing and looks at as many rows as one can wait for; handing in the same table again leads to the same
batch. Nothing is issued by a page: that is the worker's, and the page of a batch says how far it has come.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response

from issuer.batches.blank import blank_csv, blank_xlsx
from issuer.batches.errors import BatchMoved
from issuer.batches.http import CSV, MOST_TRIED, XLSX, table_answer
from issuer.batches.life import Batch, Failure, RowState, State
from issuer.batches.problem_sheet import problem_csv
from issuer.batches.sheet import RowProblem, Sheet
from issuer.errors import IssuerError
from service.batches import HELD, PAGE
from service.guards import Guards, Sender
from service.identity import Person, Role
from service.pages.forms import Form, read_form
from service.pages.issuing import department_name, own_bundle, own_bundles
from service.pages.rendering import render, see_other
from service.pages.uploading import Upload, read_document
from service.problems import problem_of
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from templates.library import Bundle
from trust.errors import TrustError
from trust.sealing.ports import Officer

HOME = "/issuer/batches"
SHOWN = 200
BADGES = {State.SUBMITTED: "s02", State.RUNNING: "s02", State.PAUSED: "s02", State.DONE: "s01"}
"""How a state is coloured; what was cancelled is at its end."""
Refusal = IssuerError | TemplatesError | TrustError


@dataclass(frozen=True)
class TableForm:
    """Who sends it, and the table with the words beside it."""

    person: Person
    upload: Upload

    @property
    def officer(self) -> Officer:
        """Who acts."""
        return Officer(self.person.login, self.person.name)


def add_batches(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/batches`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Handed = Annotated[TableForm, Depends(_form_reader(guards))]  # noqa: N806  (as above)

    @routes.get(HOME)
    def listed(request: Request, official: Official, after: str = "") -> Response:
        return _list(request, yinzheng, official, after=after[:32])

    @routes.post(HOME)
    def handed_in(request: Request, handed: Handed) -> Response:
        try:
            return _take(request, yinzheng, handed)
        except (IssuerError, TemplatesError, TrustError) as error:
            if problem_of(error).status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return _list(request, yinzheng, handed.person, error=error)

    @routes.get(HOME + "/blank/{name}.{ending}")
    def blank(official: Official, name: str, ending: Literal["xlsx", "csv"]) -> Response:
        kind = own_bundle(yinzheng, official, name).type
        octets, media = (blank_xlsx(kind), XLSX) if ending == "xlsx" else (blank_csv(kind), CSV)
        return _download(octets, f"{name}.{ending}", media)

    _add_one(routes, yinzheng, guards)


def _add_one(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get(HOME + "/{number}")
    def one(request: Request, official: Official, number: str) -> Response:
        return _page(request, yinzheng, official, _own(yinzheng, official, number))

    @routes.post(HOME + "/{number}")
    def step(request: Request, official: Official, number: str, form: Posted) -> Response:
        batch = _own(yinzheng, official, number)
        try:
            _step(yinzheng, batch, form, Officer(official.login, official.name))
        except IssuerError as error:
            return _page(request, yinzheng, official, _own(yinzheng, official, number), error)
        return see_other(f"{HOME}/{number}")

    @routes.get(HOME + "/{number}/unissued.csv")
    def unissued(official: Official, number: str) -> Response:
        return table_answer(yinzheng.batches, _own(yinzheng, official, number))


def _take(request: Request, yinzheng: Yinzheng, handed: TableForm) -> Response:
    """What the button says: try, write down what is wrong, or hand in."""
    texts, upload, desk = handed.upload.texts, handed.upload, yinzheng.batches
    bundle, body = own_bundle(yinzheng, handed.person, texts.get("bundle", "")), handed.person.department or ""
    code, most = bundle.type.code, None if texts.get("step") == "submit" else MOST_TRIED
    sheet = desk.read(upload.data, type_code=code, name=upload.name, mapping={}, max_rows=most)
    if texts.get("step") == "submit" and not sheet.problems:
        batch = desk.submit(
            sheet,
            type_code=code,
            body_code=body,
            name=upload.name,
            by=handed.officer,
            key=desk.key_for(sheet, type_code=code, body_code=body),
        )
        return see_other(f"{HOME}/{batch.number}")
    failures = desk.try_sheet(sheet, type_code=code, body_code=body)
    if texts.get("step") == "report":
        problems = [RowProblem(row, one.place, one.reason, one.sentence) for row, one in failures]
        octets = problem_csv(upload.data, name=upload.name, kind=bundle.type, problems=problems)
        return _download(octets, "problems.csv", CSV)
    return _list(request, yinzheng, handed.person, tried=(bundle, sheet, failures))


def _step(yinzheng: Yinzheng, batch: Batch, form: Form, by: Officer) -> None:
    """The step that the button names; anything else is none, and BatchMoved."""
    desk = yinzheng.batches
    match form.text("step"):
        case "approve":
            desk.approve(batch, digest=form.text("digest"), by=by)
        case "pause":
            desk.pause(batch, by=by)
        case "resume":
            desk.resume(batch, by=by)
        case "cancel":
            desk.cancel(batch, by=by)
        case _:
            raise BatchMoved(batch.state, "unknown")


def _own(yinzheng: Yinzheng, official: Person, number: str) -> Batch:
    return yinzheng.batches.find(number, official.department or "")


def _list(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    *,
    after: str = "",
    tried: tuple[Bundle, Sheet, list[tuple[int, Failure]]] | None = None,
    error: Refusal | None = None,
) -> Response:
    found = yinzheng.batches.of_body(official.department or "", after=after)
    own = own_bundles(yinzheng, official)
    names = {bundle.type.code: bundle.type.name for bundle in own}
    bundle, sheet, failures = tried or (None, None, [])
    return render(
        request,
        "batches",
        status=problem_of(error).status if error else 422 if failures else 200,
        department=department_name(yinzheng, official),
        rows=[(one, names.get(one.type_code, one.type_code), yinzheng.batches.counts(one)) for one in found],
        more=found[-1].number if len(found) == PAGE else "",
        badges=BADGES,
        bundles=[one for one in own if not any(rule.required for rule in one.type.photos)],
        chosen=bundle,
        sheet=sheet,
        wrong=len({row for row, _ in failures}),
        failures=failures[:SHOWN],
        left=max(0, len(failures) - SHOWN),
        most=MOST_TRIED,
        states=RowState,
        errors={"": problem_of(error).zh} if error else {},
        labels={},
    )


def _page(
    request: Request, yinzheng: Yinzheng, official: Person, batch: Batch, error: IssuerError | None = None
) -> Response:
    desk = yinzheng.batches
    who, counts = Officer(official.login, official.name), desk.counts(batch)
    names = {bundle.type.code: bundle.type.name for bundle in own_bundles(yinzheng, official)}
    return render(
        request,
        "batch",
        status=problem_of(error).status if error else 200,
        batch=batch,
        type_name=names.get(batch.type_code, batch.type_code),
        counts=counts,
        settled=batch.total - counts[RowState.WAITING],
        states=list(RowState),
        failed=desk.rows(batch, [RowState.FAILED], limit=SHOWN),
        some=desk.rows(batch, [RowState.DONE], limit=PAGE),
        more_failed=max(0, counts[RowState.FAILED] - SHOWN),
        events=desk.events(batch),
        badge=BADGES.get(batch.state, ""),
        trouble=HELD.get(batch.trouble, f"暂时不能签发（{batch.trouble}），将自动重试。") if batch.trouble else "",
        may_approve=batch.state is State.SUBMITTED and who.is_other_than(batch.submitted_by),
        waits=batch.state is State.SUBMITTED and not who.is_other_than(batch.submitted_by),
        may_pause=batch.state is State.RUNNING,
        may_resume=batch.state is State.PAUSED,
        may_cancel=batch.state in {State.SUBMITTED, State.RUNNING, State.PAUSED},
        errors={"": problem_of(error).zh} if error else {},
        labels={},
    )


def _download(octets: bytes, name: str, media: str) -> Response:
    named = f'attachment; filename="{name}"'
    return Response(octets, media_type=media, headers={"Content-Disposition": named, "Cache-Control": "no-store"})


def _form_reader(guards: Guards) -> Callable[..., AsyncIterator[TableForm]]:
    """The dependency that reads the form, once it is known who sends it."""

    async def handed(
        request: Request, sender: Annotated[Sender, Depends(guards.sender(Role.OFFICIAL))]
    ) -> AsyncIterator[TableForm]:
        upload = await read_document(request)
        sender.check(upload.texts.get("form_token"))
        yield TableForm(sender.person, upload)

    return handed
