"""Pages on which a batch is looked at before it is approved: its rows as they were read, and faces of some of them.

The rows come a page at a time, searched for some words or not, below how each column was read and where the table
begins and ends. Of faces those of the first row, of one in the middle and of the last are drawn, or those that are
asked for, by the process for hostile files, and carried in the page itself. What is searched for may be somebody's
name: it comes as a form and stands in no address.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from issuer.batches.life import Batch, RowState
from issuer.batches.looking import MAX_WORDS, Part
from issuer.batches.sheet import Ending
from issuer.batches.sheet import Row as SheetRow
from issuer.batches.unissued import shown
from issuer.errors import IssuerError
from service.batch_routes import MOST_ROW, table_download
from service.guards import Guards
from service.identity import Person, Role
from service.pages.documents import ShownPage, shown_page
from service.pages.forms import Form, read_form
from service.pages.rendering import render
from service.problems import problem_of
from service.shell import POLICY_WITH_PICTURES
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from trust.errors import TrustError
from trust.sealing.ports import Officer

HOME = "/issuer/batches"
AT_ONCE, MOST_FACES = 25, 6


@dataclass(frozen=True)
class Face:
    """The pages of a row's face, or why it cannot be drawn."""

    row: int
    pages: tuple[ShownPage, ...]
    trouble: str = ""


def add_batch_content(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/batches/{number}`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    Row = Annotated[int, Query(ge=0, le=MOST_ROW)]  # noqa: N806  (as above)

    @routes.get(HOME + "/{number}/content")
    def content(request: Request, official: Official, number: str, after: Row = 0) -> Response:
        batch = yinzheng.batches.find(number, official.department or "")
        return _content(request, yinzheng, official, batch, "", after)

    @routes.post(HOME + "/{number}/content")
    def search(request: Request, official: Official, number: str, form: Posted) -> Response:
        batch, after = yinzheng.batches.find(number, official.department or ""), form.text("after")
        start = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0
        return _content(request, yinzheng, official, batch, form.text("words")[:MAX_WORDS], start)

    @routes.get(HOME + "/{number}/faces")
    def faces(
        request: Request,
        official: Official,
        number: str,
        row: Annotated[list[int] | None, Query(max_length=MOST_FACES)] = None,
    ) -> Response:
        batch = yinzheng.batches.find(number, official.department or "")
        return _faces(request, yinzheng, official, batch, row or [])

    @routes.get(HOME + "/{number}/table.{ending}")
    def table(official: Official, number: str, ending: Ending) -> Response:
        return table_download(yinzheng.batches, yinzheng.batches.find(number, official.department or ""), ending)


def _content(request: Request, yinzheng: Yinzheng, official: Person, batch: Batch, words: str, after: int) -> Response:
    by = Officer(official.login, official.name)
    opened = yinzheng.batches.open_rows(batch, by=by, words=words, limit=AT_ONCE, after=after)
    kind = yinzheng.office.face(batch.type_code, batch.template).type
    headers, lines = shown(kind, [SheetRow(row.number, row.members) for row in opened.rows])
    return render(
        request,
        "batch_content",
        batch=batch,
        type_name=kind.name,
        opened=opened,
        otherwise=[(header, column) for header, column in batch.headers if header != column],
        same=sum(header == column for header, column in batch.headers),
        headers=headers,
        lines=list(zip(opened.rows, lines, strict=True)),
        words=words,
        most=MAX_WORDS,
        after=after,
        more=opened.rows[-1].number if len(opened.rows) == AT_ONCE and opened.rows[-1].number < opened.last else 0,
        ending=max(0, opened.last - AT_ONCE),
        at_once=AT_ONCE,
        left=_left(yinzheng, batch, by),
    )


def _faces(request: Request, yinzheng: Yinzheng, official: Person, batch: Batch, asked: list[int]) -> Response:
    by = Officer(official.login, official.name)
    wanted = sorted({*asked}) or _some(yinzheng, batch)
    answer = render(
        request,
        "batch_faces",
        batch=batch,
        type_name=yinzheng.office.face(batch.type_code, batch.template).type.name,
        faces=[_face(yinzheng, batch, row, by) for row in wanted],
        left=_left(yinzheng, batch, by),
    )
    answer.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return answer


def _some(yinzheng: Yinzheng, batch: Batch) -> list[int]:
    """The first row, one in the middle, and the last."""
    desk, every = yinzheng.batches, tuple(RowState)
    first = desk.rows(batch, every, limit=1)
    last = desk.last_row(batch)
    if not first:
        return []
    middle = desk.rows(batch, every, limit=1, after=(first[0].number + last - 1) // 2)
    return sorted({first[0].number, *(row.number for row in middle), last})


def _face(yinzheng: Yinzheng, batch: Batch, row: int, by: Officer) -> Face:
    try:
        drawn = yinzheng.draw(yinzheng.batches.open_face(batch, row, by=by))
    except (IssuerError, TemplatesError, TrustError) as error:
        return Face(row, (), problem_of(error).zh)
    sheets = sorted(drawn.sheets, key=lambda one: one.page)
    return Face(row, tuple(shown_page(one.page, drawn.paper.pages[one.page], drawn) for one in sheets))


def _left(yinzheng: Yinzheng, batch: Batch, by: Officer) -> list[Part]:
    """What they still have to open before they may approve; nothing where nobody approves."""
    return list(yinzheng.batches.unopened(batch, by)) if batch.waits_for_approval else []
