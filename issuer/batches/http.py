"""Routes of batches: hand in a table, try one, look at them and at their rows, approve, pause, resume, cancel.

Who asks comes from `authorize`, which `service` gives. Batches belong to the asker's department; those of others are
answered like ones that do not exist. A department's own system may hand in, look, pause and take up; approving and
cancelling is for people. A table is the body as it is, CSV or XLSX, or a ZIP with a table and photographs; it lies in a
file without a name while it is read.
Issuing is the worker's: a batch that was handed in is answered before any of it is issued.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from issuer.batches.errors import BatchRefused
from issuer.batches.life import MAX_NAME, Batch, Event, Failure, Row, RowState
from issuer.batches.problem_sheet import write_problems
from issuer.batches.sheet import Ending, RowProblem, Sheet
from issuer.batches.unissued import poured
from issuer.batches.views import BatchRowView, BatchView, TrialView, batch_view, row_view, trial_view
from issuer.clerk import Authorize, Clerk
from issuer.handed_in import read_aside
from templates.library import Bundle
from trust.http import NO_STORE, NOT_SIGNED_IN, Answers, Key, attachment, conflicting, file_body, guarded, uncached
from trust.rules.catalogue import LicenceType
from trust.sealing.ports import Officer

MOST, MOST_ROWS = 100, 1000
MAX_SENT = 256 * 1024 * 1024
"""Octets of a table, or of a ZIP with photographs, over HTTP: a hundred thousand rows of any type. They go to disk."""
MOST_TRIED = 2000
"""Rows of a table that is tried while somebody waits for the answer; a longer one is judged by the worker."""
XLSX, CSV = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"
ZIP = "application/zip"
TAKEN = dict.fromkeys((XLSX, CSV, "application/octet-stream", ZIP), MAX_SENT)
GUARDED = guarded("没有这个批次，或者不归您办理：两者回答相同", "没有这项权限，或者须由另一人办理") | conflicting(
    "与现状冲突：状态已变、内容不是所审的那一份"
)
SENT: Answers = NOT_SIGNED_IN | {
    404: {"description": "没有这个证照类型"},
    409: {"description": "幂等键另有所用"},
    413: {"description": "表格太大"},
    415: {"description": "不是 CSV、XLSX 或 ZIP"},
    422: {"description": "表格有误，逐项列出"},
}
TABLES: Answers = {200: {"content": {CSV: {}, XLSX: {}}, "description": "表格"}}


class BatchStepBody(BaseModel):
    """暂停，或者继续."""

    model_config = ConfigDict(extra="forbid")

    step: Literal["pause", "resume"]


class BatchDecisionBody(BaseModel):
    """批准、取消，或者删除试算；批准须写明所审内容的摘要."""

    model_config = ConfigDict(extra="forbid")

    step: Literal["approve", "cancel", "discard"]
    digest: str = Field("", max_length=80, description="批准时所审内容的摘要，即批次的 digest")


class BatchDesk(Protocol):
    """What these routes ask of the installation; the journeys, wired."""

    def read(
        self, file: BinaryIO, *, type_code: str, name: str, mapping: Mapping[str, str], max_rows: int | None = None
    ) -> Sheet: ...

    def bundle(self, type_code: str) -> Bundle: ...

    def open_trial(self, sheet: Sheet, *, type_code: str, body_code: str, name: str, by: Officer) -> Batch: ...

    def discard(self, batch: Batch, *, by: Officer) -> Batch: ...

    def try_sheet(self, sheet: Sheet, *, type_code: str, body_code: str) -> Iterator[tuple[int, Failure]]: ...

    def submit(
        self,
        sheet: Sheet,
        *,
        type_code: str,
        body_code: str,
        name: str,
        by: Officer,
        key: str,
    ) -> Batch: ...

    def find(self, number: str, body_code: str) -> Batch: ...

    def events(self, batch: Batch) -> Sequence[Event]: ...

    def counts(self, batch: Batch) -> Mapping[RowState, int]: ...

    def rows(self, batch: Batch, states: Sequence[RowState], *, limit: int, after: int = 0) -> Sequence[Row]: ...

    def unissued(self, batch: Batch, ending: Ending) -> bytes: ...

    def of_body(self, body_code: str, *, limit: int, after: str = "") -> Sequence[Batch]: ...

    def approve(self, batch: Batch, *, digest: str, by: Officer) -> Batch: ...

    def pause(self, batch: Batch, *, by: Officer) -> Batch: ...

    def resume(self, batch: Batch, *, by: Officer) -> Batch: ...

    def cancel(self, batch: Batch, *, by: Officer) -> Batch: ...


Number = Annotated[str, Path(max_length=32, pattern="^[0-9a-f]+$", description="批次编号")]
TypeCode = Annotated[str, Query(alias="type", max_length=64, description="证照类型代码")]
Maps = Annotated[
    list[str] | None, Query(alias="map", max_length=64, description="列名=字段，表头与模板不同的列各写一个")
]


def router(desk: BatchDesk, *, authorize: Authorize) -> APIRouter:
    """The routes whose bodies are JSON, or that have none."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
    _add_looking(routes, desk, authorize)
    _add_steps(routes, desk, authorize)
    return routes


def plain_router(desk: BatchDesk, *, authorize: Authorize) -> APIRouter:
    """The routes that take a table as it is."""
    routes = APIRouter(prefix="/api/v1", tags=["issuing"], dependencies=[Depends(uncached)])
    Handed = Annotated[tuple[Clerk, BinaryIO], Depends(_table_reader(authorize("enter")))]  # noqa: N806  (an alias of a type)

    @routes.post(
        "/batches",
        summary="提交批次",
        description=(
            "一张表格（不超过十万行；CSV 不超过 256 MB，XLSX 不超过 64 MB），一类证照，以原样作为请求正文；"
            "照面有照片的类型，表格和照片压缩成一个 ZIP（不超过 256 MB），照片列写文件名。读不出来的，一行也不受理；"
            "受理后由签发进程逐组签发，不能签发的行写明原因，不影响其他行。须两人办理的类型，由另一人批准后开始。"
        ),
        status_code=status.HTTP_201_CREATED,
        openapi_extra=file_body(TAKEN),
        responses=SENT,
    )
    def submit(
        handed: Handed,
        type_code: TypeCode,
        key: Key,
        out: Response,
        maps: Maps = None,
        name: Annotated[str, Query(max_length=MAX_NAME, description="文件名，只作显示")] = "",
    ) -> BatchView:
        clerk, table = handed
        mapping = _mapping(maps)
        batch = desk.submit(
            desk.read(table, type_code=type_code, name=name, mapping=mapping),
            type_code=type_code,
            body_code=clerk.department,
            name=name,
            by=clerk.officer,
            key=clerk.own_key(key),
        )
        out.headers["Location"] = f"/api/v1/batches/{batch.number}"
        return _answer(desk, batch)

    @routes.post(
        "/batch-trials",
        summary="试算一张表格",
        description=(
            "逐行检查，一本也不签发。不超过两千行、五十张照片的，或者有读不出来的内容的，当场答复；"
            "更多的答复 202，由签发进程逐组检查，"
            "按 Location 查询进度和结果，七天后删除。"
        ),
        openapi_extra=file_body(TAKEN),
        responses=SENT | {202: {"model": TrialView, "description": "已受理，由签发进程逐组检查"}},
    )
    def trial(
        handed: Handed,
        type_code: TypeCode,
        out: Response,
        maps: Maps = None,
        name: Annotated[str, Query(max_length=MAX_NAME, description="文件名，只作显示")] = "",
    ) -> TrialView:
        clerk, sheet = handed[0], _read(desk, handed, type_code, maps)
        if is_long(sheet):
            body, by = clerk.department, clerk.officer
            taken = desk.open_trial(sheet, type_code=type_code, body_code=body, name=name, by=by)
            out.status_code = status.HTTP_202_ACCEPTED
            out.headers["Location"] = f"/api/v1/batches/{taken.number}"
            return trial_view(len(sheet.rows), [], sheet.warnings, complete=False, number=taken.number)
        found = tried_at_once(desk, sheet, type_code=type_code, body_code=clerk.department)
        complete = not takes_long(sheet)
        return trial_view(len(sheet.rows), found[:MOST_TRIED], sheet.warnings, complete=complete)

    @routes.post(
        "/batch-trials/problems.{ending}",
        summary="试算一张表格，得到问题清单",
        description=(
            "逐行检查，一本也不签发；有问题的行连同原因作为表格（CSV 或 XLSX）给出，改好后可以直接重新提交。"
            "超过两千行或者五十张照片而都读得出来的，请用 /batch-trials，检查完后取 /batches/{number}/unissued。"
        ),
        openapi_extra=file_body(TAKEN),
        response_class=Response,
        responses=SENT | TABLES,
    )
    def problems(handed: Handed, ending: Ending, type_code: TypeCode, maps: Maps = None) -> Response:
        sheet = _read(desk, handed, type_code, maps)
        if is_long(sheet):
            raise BatchRefused([("", "try-by-worker")])
        found = tried_at_once(desk, sheet, type_code=type_code, body_code=handed[0].department)
        kind = desk.bundle(type_code).type
        return problem_list(handed[1], "", kind, found, ending=ending, mapping=_mapping(maps))

    return routes


def _read(desk: BatchDesk, handed: tuple[Clerk, BinaryIO], type_code: str, maps: Sequence[str] | None) -> Sheet:
    return desk.read(handed[1], type_code=type_code, name="", mapping=_mapping(maps))


def is_long(sheet: Sheet) -> bool:
    """Whether a table is for the worker to judge: readable all through, and longer than anybody waits for."""
    return not sheet.problems and takes_long(sheet)


def takes_long(sheet: Sheet) -> bool:
    """Whether judging the rows takes longer than anybody waits for: there are many, or many pictures."""
    return len(sheet.rows) > MOST_TRIED or sheet.pictures_wait


def tried_at_once(desk: BatchDesk, sheet: Sheet, *, type_code: str, body_code: str) -> list[tuple[int, Failure]]:
    """What is wrong in a table; of a long one that cannot be read throughout only where it cannot be read."""
    if takes_long(sheet):
        return [(one.row, Failure(one.column, one.reason, one.sentence)) for one in sheet.problems]
    return list(desk.try_sheet(sheet, type_code=type_code, body_code=body_code))


def problem_list(
    table: BinaryIO,
    name: str,
    kind: LicenceType,
    failures: Sequence[tuple[int, Failure]],
    *,
    ending: Ending,
    mapping: Mapping[str, str],
) -> Response:
    """The rows of a table that have problems, as a download."""
    told = [RowProblem(row, one.place, one.reason, one.sentence) for row, one in failures]
    made = TemporaryFile()  # noqa: SIM115  (closed when it has been poured)
    write_problems(made, table, ending=ending, name=name, kind=kind, problems=told, mapping=mapping)
    return poured_table(poured(made), f"problems.{ending}")


def poured_table(pieces: Iterator[bytes], name: str) -> Response:
    """A table as a file to keep, sent as it is read."""
    media = XLSX if name.endswith(".xlsx") else f"{CSV}; charset=utf-8"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type=media, headers=headers)


def download(octets: bytes, name: str) -> Response:
    """A table as a file to keep, of the kind that its name ends in."""
    return attachment(octets, XLSX if name.endswith(".xlsx") else f"{CSV}; charset=utf-8", name)


def _add_looking(routes: APIRouter, desk: BatchDesk, authorize: Authorize) -> None:
    Entering = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/batches",
        summary="批次列表",
        description="本部门的批次，最近提交的在前；`after` 为上一页最后一个的编号。",
        responses=NOT_SIGNED_IN,
    )
    def listed(
        clerk: Entering,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
        after: Annotated[str, Query(max_length=32, pattern="^[0-9a-f]*$")] = "",
    ) -> list[BatchView]:
        found = desk.of_body(clerk.department, limit=limit, after=after)
        return [batch_view(one, desk.counts(one), desk.events(one)) for one in found]

    @routes.get("/batches/{number}", summary="一个批次", description="状态、进度和全部办理过程。", responses=GUARDED)
    def one(number: Number, clerk: Entering) -> BatchView:
        return _answer(desk, desk.find(number, clerk.department))

    @routes.get(
        "/batches/{number}/rows",
        summary="批次的各行",
        description="每行的状态、证照标识或者未签发的原因；`after` 为上一页最后一行的行号。",
        responses=GUARDED,
    )
    def rows(
        number: Number,
        clerk: Entering,
        state: Annotated[list[RowState] | None, Query(max_length=len(RowState))] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
        after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> list[BatchRowView]:
        batch = desk.find(number, clerk.department)
        return [row_view(row) for row in desk.rows(batch, state or tuple(RowState), limit=limit, after=after)]

    @routes.get(
        "/batches/{number}/unissued.{ending}",
        summary="未签发清单",
        description="未签发的行连同原因，CSV 或 XLSX；改好后可以直接重新提交。",
        response_class=Response,
        responses=GUARDED | TABLES,
    )
    def unissued(number: Number, ending: Ending, clerk: Entering) -> Response:
        return table_answer(desk, desk.find(number, clerk.department), ending)


def table_answer(desk: BatchDesk, batch: Batch, ending: Ending) -> Response:
    """The rows that failed, as a download."""
    return download(desk.unissued(batch, ending), f"unissued-{batch.number}.{ending}")


def _add_steps(routes: APIRouter, desk: BatchDesk, authorize: Authorize) -> None:
    Entering = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)
    Person = Annotated[Clerk, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.post(
        "/batches/{number}/steps",
        summary="暂停或者继续批次",
        description="暂停时，正在签发的一组办完为止。",
        responses=GUARDED,
    )
    def step(number: Number, body: BatchStepBody, clerk: Entering) -> BatchView:
        batch = desk.find(number, clerk.department)
        taking = desk.pause if body.step == "pause" else desk.resume
        return _answer(desk, taking(batch, by=clerk.officer))

    @routes.post(
        "/batches/{number}/decision",
        summary="批准或者取消批次，删除试算",
        description="批准须由提交人以外的另一人办理，本人须先打开内容和照面样张；取消后，已签发的仍然有效，已开始签发的办完为止。",
        responses=GUARDED,
    )
    def decision(number: Number, body: BatchDecisionBody, clerk: Person) -> BatchView:
        batch = desk.find(number, clerk.department)
        if body.step == "approve":
            return _answer(desk, desk.approve(batch, digest=body.digest, by=clerk.officer))
        taking = desk.cancel if body.step == "cancel" else desk.discard
        return _answer(desk, taking(batch, by=clerk.officer))


def _mapping(given: Sequence[str] | None) -> dict[str, str]:
    """Headers and the columns they mean; a header that means nothing leaves its column out.

    Raises:
        BatchRefused: one that has no sign between the two.

    """
    pairs = [one.partition("=") for one in given or ()]
    if any(not (header and mark) for header, mark, _ in pairs):
        raise BatchRefused([("map", "form")])
    return {header: field for header, _, field in pairs}


def _table_reader(clerk: Callable[..., Clerk]) -> Callable[..., AsyncIterator[tuple[Clerk, BinaryIO]]]:
    """The dependency that reads a table, once it is known who sends it."""

    async def handed(request: Request, who: Annotated[Clerk, Depends(clerk)]) -> AsyncIterator[tuple[Clerk, BinaryIO]]:
        with await read_aside(request, TAKEN) as table:
            yield who, table

    return handed


def _answer(desk: BatchDesk, batch: Batch) -> BatchView:
    return batch_view(batch, desk.counts(batch), desk.events(batch))
