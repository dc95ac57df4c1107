"""The content of batches over HTTP, for whoever has to approve it or wants to compare it.

    GET  /api/v1/batches/{number}/content            how headers were read, the rows page by page, their ends
    POST /api/v1/batches/{number}/content/searches   the same, of rows with some words in them
    GET  /api/v1/batches/{number}/table.{ending}     all rows as a table; read again, it has the digest of the batch
    GET  /api/v1/batches/{number}/faces/{row}        the face of a row as it would be printed, a PDF without seal

What is searched for may be somebody's name and so stands in no address. What was opened is noted for whoever opened it:
approving asks for it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from issuer.batches.http import CSV, GUARDED, MOST, TABLES, XLSX, Number
from issuer.batches.life import Batch
from issuer.batches.looking import MAX_WORDS
from issuer.batches.sheet import Ending
from issuer.batches.views import ContentView, content_view
from issuer.clerk import Authorize, Clerk
from service.batches import Batches
from trust.http import NO_STORE, attachment, uncached

MOST_ROW = 2**31 - 1
PDF = "application/pdf"


class SearchBody(BaseModel):
    """找什么，从哪一行之后找起."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(min_length=1, max_length=MAX_WORDS)
    limit: int = Field(50, ge=1, le=MOST)
    after: int = Field(0, ge=0, le=MOST_ROW)


def content_router(desk: Batches, *, authorize: Authorize) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
    Entering = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/batches/{number}/content",
        summary="批次的内容",
        description=(
            "表头怎样读的、首末行号，以及读出来的各行；`after` 为上一页最后一行的行号。"
            "审批人须先打开这里和照面样张，才能批准。"
        ),
        responses=GUARDED,
    )
    def content(
        number: Number,
        clerk: Entering,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
        after: Annotated[int, Query(ge=0, le=MOST_ROW)] = 0,
    ) -> ContentView:
        batch = desk.find(number, clerk.department)
        return content_view(batch, desk.open_rows(batch, by=clerk.officer, limit=limit, after=after))

    @routes.post(
        "/batches/{number}/content/searches",
        summary="在批次的内容里查找",
        description="只要含有这些字的行；其余与批次的内容相同。",
        responses=GUARDED,
    )
    def search(number: Number, body: SearchBody, clerk: Entering) -> ContentView:
        batch = desk.find(number, clerk.department)
        opened = desk.open_rows(batch, by=clerk.officer, words=body.words, limit=body.limit, after=body.after)
        return content_view(batch, opened)

    @routes.get(
        "/batches/{number}/table.{ending}",
        summary="批次的表格",
        description="全部各行，CSV 或 XLSX，行号与提交时相同；按同一类型读出来，内容摘要与批次的相同。",
        response_class=Response,
        responses=GUARDED | TABLES,
    )
    def table(number: Number, ending: Ending, clerk: Entering) -> Response:
        return table_download(desk, desk.find(number, clerk.department), ending)

    @routes.get(
        "/batches/{number}/faces/{row}",
        summary="一行的照面样张",
        description="按这一行画出的照面，与签发时所画的相同，只是没有印章，二维码是空的。",
        response_class=Response,
        responses=GUARDED | {200: {"content": {PDF: {}}, "description": "照面样张"}},
    )
    def face(number: Number, row: Annotated[int, Path(ge=1, le=MOST_ROW)], clerk: Entering) -> Response:
        batch = desk.find(number, clerk.department)
        return attachment(desk.open_face(batch, row, by=clerk.officer), PDF, f"face-{row}.pdf")

    return routes


def table_download(desk: Batches, batch: Batch, ending: Ending) -> Response:
    """All rows as a download, sent as they are written."""
    named = f'attachment; filename="batch-{batch.number}.{ending}"'
    media = XLSX if ending == "xlsx" else f"{CSV}; charset=utf-8"
    headers = NO_STORE | {"Content-Disposition": named}
    return StreamingResponse(desk.table(batch, ending), media_type=media, headers=headers)
