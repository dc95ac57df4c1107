"""Pages for batches: hand in a table or try it, see how far it has come, approve, pause, take up, cancel, download.

Trying issues nothing; a table that is longer than one can wait for becomes a trial, which the worker judges and which
has a page like a batch. Handing in the same table again leads to the same batch. Headers that are not known are offered
with a choice of what they mean; the file is chosen once more with it, because none is kept. Nothing is issued by a
page: that is the worker's, and the page of a batch says how far it has come, anew every few seconds on request.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.batches.blank import blank_csv, blank_xlsx
from issuer.batches.columns import columns_of
from issuer.batches.errors import BatchMoved
from issuer.batches.http import (
    MAX_SENT,
    MOST_TRIED,
    download,
    is_long,
    problem_list,
    table_answer,
    takes_long,
    tried_at_once,
)
from issuer.batches.life import Batch, Failure, RowState, State
from issuer.batches.looking import Part
from issuer.batches.picturing import AT_ONCE
from issuer.batches.sheet import Ending, Sheet
from issuer.errors import IssuerError
from service.batches import PAGE, trouble_of
from service.guards import Guards, Sender
from service.identity import Person, Role
from service.pages.batch_content import add_batch_content
from service.pages.forms import Form, read_form
from service.pages.issuing import department_name, own_bundle, own_bundles
from service.pages.rendering import render, see_other
from service.pages.table_upload import TableUpload, read_table
from service.pages.uploading import MAX_FIELDS
from service.problems import problem_of
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from templates.library import Bundle
from trust.errors import TrustError
from trust.sealing.ports import Officer

HOME = "/issuer/batches"
SHOWN, MOST_MAPPED = 200, 60
UNCHOSEN = "?"
"""What stands in the form for a header whose meaning nobody has chosen yet."""
UNKNOWN = frozenset({"unknown-column", "mapping-unknown"})
LIVE_S = 5
"""Seconds after which the page of a running batch asks for itself again, where somebody wants that."""
BADGES = {
    State.SUBMITTED: "s02",
    State.RUNNING: "s02",
    State.TRYING: "s02",
    State.PAUSED: "s02",
    State.DONE: "s01",
    State.TRIED: "s01",
}
"""How a state is coloured; what was cancelled is at its end."""
GOING_ON = frozenset({State.RUNNING, State.TRYING})
"""Where the worker is at it."""
REPORTS: dict[str, Ending] = {"report": "csv", "report-xlsx": "xlsx"}
"""Buttons that give a list of problems, and as what."""
Refusal = IssuerError | TemplatesError | TrustError


@dataclass(frozen=True)
class TableForm:
    """Who sends it, and the table with the words beside it."""

    person: Person
    upload: TableUpload

    @property
    def mapping(self) -> dict[str, str]:
        """What its headers were said to mean; an empty text leaves a column out."""
        texts = self.upload.texts
        said = ((texts.get(f"header-{place}"), texts.get(f"column-{place}")) for place in range(1, MOST_MAPPED + 1))
        return {header: column for header, column in said if header and column not in {None, UNCHOSEN}}

    @property
    def officer(self) -> Officer:
        """Who acts."""
        return Officer(self.person.login, self.person.name)


@dataclass(frozen=True)
class Tried:
    """A table that was read and checked: for which type, what is wrong, and what its headers were said to mean."""

    bundle: Bundle
    sheet: Sheet
    failures: Sequence[tuple[int, Failure]]
    mapping: Mapping[str, str]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Headers whose meaning is asked for, with what was chosen before."""
        asked = dict(self.mapping)
        for problem in self.sheet.problems:
            if problem.reason in UNKNOWN and problem.column:
                asked.setdefault(problem.column, UNCHOSEN)
        return list(asked.items())[:MOST_MAPPED]


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
    def blank(official: Official, name: str, ending: Ending) -> Response:
        kind = own_bundle(yinzheng, official, name).type
        return download(blank_xlsx(kind) if ending == "xlsx" else blank_csv(kind), f"{name}.{ending}")

    _add_one(routes, yinzheng, guards)
    add_batch_content(routes, yinzheng, guards)


def _add_one(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get(HOME + "/{number}")
    def one(request: Request, official: Official, number: str, *, live: bool = False) -> Response:
        return _page(request, yinzheng, official, _own(yinzheng, official, number), live=live)

    @routes.post(HOME + "/{number}")
    def step(request: Request, official: Official, number: str, form: Posted) -> Response:
        batch = _own(yinzheng, official, number)
        try:
            _step(yinzheng, batch, form, Officer(official.login, official.name))
        except IssuerError as error:
            return _page(request, yinzheng, official, _own(yinzheng, official, number), error)
        return see_other(f"{HOME}/{number}")

    @routes.get(HOME + "/{number}/unissued.{ending}")
    def unissued(official: Official, number: str, ending: Ending) -> Response:
        return table_answer(yinzheng.batches, _own(yinzheng, official, number), ending)


def _take(request: Request, yinzheng: Yinzheng, handed: TableForm) -> Response:
    """What the button says: try, write down what is wrong, or hand in."""
    texts, upload, desk = handed.upload.texts, handed.upload, yinzheng.batches
    bundle, body = own_bundle(yinzheng, handed.person, texts.get("bundle", "")), handed.person.department or ""
    code, mapping = bundle.type.code, handed.mapping
    sheet = desk.read(upload.file, type_code=code, name=upload.name, mapping=mapping)
    if texts.get("step") == "submit" and not sheet.problems:
        batch = desk.submit(
            sheet,
            type_code=code,
            body_code=body,
            name=upload.name,
            by=handed.officer,
            key=desk.key_for(sheet, type_code=code, body_code=body),
        )
        return see_other(f"{HOME}/{batch.number}?live=1")
    if is_long(sheet):
        trial = desk.open_trial(sheet, type_code=code, body_code=body, name=upload.name, by=handed.officer)
        return see_other(f"{HOME}/{trial.number}?live=1")
    failures = tried_at_once(desk, sheet, type_code=code, body_code=body)
    if (ending := REPORTS.get(texts.get("step", ""))) is not None:
        return problem_list(upload.file, upload.name, bundle.type, failures, ending=ending, mapping=mapping)
    return _list(request, yinzheng, handed.person, tried=Tried(bundle, sheet, failures, mapping))


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
        case "discard":
            desk.discard(batch, by=by)
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
    tried: Tried | None = None,
    error: Refusal | None = None,
) -> Response:
    found = yinzheng.batches.of_body(official.department or "", after=after)
    own = own_bundles(yinzheng, official)
    names = {bundle.type.code: bundle.type.name for bundle in own}
    failures = tried.failures if tried else []
    return render(
        request,
        "batches",
        status=problem_of(error).status if error else 422 if failures else 200,
        department=department_name(yinzheng, official),
        rows=[(one, names.get(one.type_code, one.type_code), yinzheng.batches.counts(one)) for one in found],
        more=found[-1].number if len(found) == PAGE else "",
        badges=BADGES,
        bundles=own,
        pictured=[one.type.name for one in own if one.type.photos],
        chosen=tried.bundle if tried else None,
        sheet=tried.sheet if tried else None,
        headers=tried.headers if tried else [],
        columns=[one for one in columns_of(tried.bundle.type) if one.form != "aside"] if tried else [],
        unchosen=UNCHOSEN,
        wrong=len({row for row, _ in failures}),
        failures=failures[:SHOWN],
        warnings=tried.sheet.warnings if tried else (),
        left=max(0, len(failures) - SHOWN),
        most=MOST_TRIED,
        most_pictures=AT_ONCE,
        most_octets=MAX_SENT >> 20,
        partly=tried is not None and takes_long(tried.sheet),
        states=RowState,
        errors={"": problem_of(error).zh} if error else {},
        labels={},
    )


def _page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    batch: Batch,
    error: IssuerError | None = None,
    *,
    live: bool = False,
) -> Response:
    desk = yinzheng.batches
    who, counts = Officer(official.login, official.name), desk.counts(batch)
    names = {bundle.type.code: bundle.type.name for bundle in own_bundles(yinzheng, official)}
    live = live and batch.state in GOING_ON
    aside = {RowState.DONE, RowState.DROPPED} if batch.is_trial else {RowState.SOUND}
    page = render(
        request,
        "batch",
        live=live,
        every=LIVE_S,
        status=problem_of(error).status if error else 200,
        batch=batch,
        type_name=names.get(batch.type_code, batch.type_code),
        counts=counts,
        settled=batch.total - counts[RowState.WAITING],
        states=[state for state in RowState if state not in aside],
        failed=desk.rows(batch, [RowState.FAILED], limit=SHOWN),
        some=desk.rows(batch, [RowState.DONE], limit=PAGE),
        more_failed=max(0, counts[RowState.FAILED] - SHOWN),
        events=desk.events(batch),
        badge=BADGES.get(batch.state, ""),
        trouble=trouble_of(batch),
        may_approve=batch.waits_for_approval and who.is_other_than(batch.submitted_by),
        waits=batch.waits_for_approval and not who.is_other_than(batch.submitted_by),
        parts_to_open=list(Part),
        left=desk.unopened(batch, who) if batch.waits_for_approval else (),
        going_on=batch.state in GOING_ON,
        is_trial=batch.is_trial,
        sound=counts[RowState.SOUND],
        may_pause=batch.state is State.RUNNING,
        may_resume=batch.state is State.PAUSED,
        may_cancel=batch.state in {State.SUBMITTED, State.RUNNING, State.PAUSED},
        errors={"": problem_of(error).zh} if error else {},
        labels={},
    )
    if live:
        page.headers["Refresh"] = str(LIVE_S)
    return page


def _form_reader(guards: Guards) -> Callable[..., AsyncIterator[TableForm]]:
    """The dependency that reads the form, once it is known who sends it."""

    async def handed(
        request: Request, sender: Annotated[Sender, Depends(guards.sender(Role.OFFICIAL))]
    ) -> AsyncIterator[TableForm]:
        async with read_table(request, fields=MAX_FIELDS + 2 * MOST_MAPPED) as upload:
            sender.check(upload.texts.get("form_token"))
            yield TableForm(sender.person, upload)

    return handed
