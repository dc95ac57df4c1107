"""Routes of converting stock: hand in scans and rows, look at them, compare, confirm, refuse, release.

Who asks comes from `authorize`, which `service` gives. Stock and scans belong to the asker's department; those of
others are answered like ones that do not exist. A department's own system may hand in and look; comparing and what
follows is for people. A scan is read while it arrives and kept in memory until it has been looked at.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from issuer.clerk import Authorize, Clerk
from issuer.converting.bodies import ComparisonBody, ConfirmationBody, RefusalBody, StockBody
from issuer.converting.errors import StockRefused
from issuer.converting.grading import Checks
from issuer.converting.manifest import Row, rows_from
from issuer.converting.scan import MAX_SCAN, MEDIA_TYPES, Scan
from issuer.converting.stock import Event, Stage, Stock
from issuer.converting.views import (
    ScanView,
    StockSummary,
    StockView,
    scan_view,
    stock_view,
    summary_view,
)
from issuer.handed_in import read_octets
from issuer.issuing import Issued
from templates.library import Bundle
from trust.http import NOT_SIGNED_IN, attachment, conflicting, file_body, guarded, uncached
from trust.rules.conversion import Grade
from trust.sealing.ports import Officer

MOST = 100
TAKEN = frozenset({*MEDIA_TYPES.values(), "application/octet-stream"})
GUARDED = guarded("没有这份存量证照，或者不归您办理：两者回答相同") | conflicting(
    "与现状冲突：状态已变、内容已变，或者须由另一人办理"
)


class StockDesk(Protocol):
    """What these routes ask of the installation; the journeys, wired."""

    def keep_scan(self, octets: bytes, *, body_code: str, by: Officer) -> Scan: ...

    def kept_scan(self, body_code: str, digest: str) -> Scan | None: ...

    def submit(self, rows: Sequence[Row], scans: Mapping[str, Scan], *, by: Officer) -> Sequence[Stock]: ...

    def compare(self, stock: Stock, checks: Checks, *, lower: Grade | None, by: Officer) -> Stock: ...

    def confirm(
        self, stock: Stock, *, content: str, pages: Collection[int], lower: Grade | None, by: Officer
    ) -> Stock: ...

    def refuse(self, stock: Stock, *, reason: str, by: Officer) -> Stock: ...

    def release(self, stock: Stock, *, by: Officer) -> tuple[Stock, Issued]: ...

    def find(self, number: str, body_code: str) -> Stock: ...

    def events(self, stock: Stock) -> Sequence[Event]: ...

    def of_body(self, body_code: str, stage: Stage | None, *, limit: int, after: str = "") -> Sequence[Stock]: ...

    def scan_of(self, stock: Stock) -> bytes: ...

    def bundle_of(self, stock: Stock) -> Bundle: ...


Number = Annotated[str, Path(max_length=32, pattern="^[0-9a-f]+-[0-9]+$", description="存量编号")]


def router(desk: StockDesk, *, authorize: Authorize) -> APIRouter:
    """The routes whose bodies are JSON."""
    routes = APIRouter(prefix="/api/v1", tags=["converting"], dependencies=[Depends(uncached)])
    _add_entering(routes, desk, authorize)
    _add_looking(routes, desk, authorize)
    _add_deciding(routes, desk, authorize)
    return routes


def plain_router(desk: StockDesk, *, authorize: Authorize) -> APIRouter:
    """The routes that take a scan as it is, or no body at all."""
    routes = APIRouter(prefix="/api/v1", tags=["converting"], dependencies=[Depends(uncached)])
    Handed = Annotated[tuple[Clerk, bytes], Depends(_scan_reader(authorize("enter")))]  # noqa: N806  (an alias of a type)
    Person = Annotated[Clerk, Depends(authorize("decide"))]  # noqa: N806  (as above)

    @routes.post(
        "/scans",
        summary="提交扫描件",
        description="PDF、JPEG 或 PNG，不超过 20 MB、20 页，以原样作为请求正文。得到摘要，供存量清单引用。",
        status_code=status.HTTP_201_CREATED,
        openapi_extra=file_body(TAKEN),
        responses=NOT_SIGNED_IN
        | {422: GUARDED[422], 413: {"description": "扫描件太大"}, 415: {"description": "不是 PDF、JPEG 或 PNG"}},
    )
    def scan(handed: Handed) -> ScanView:
        clerk, octets = handed
        return scan_view(desk.keep_scan(octets, body_code=clerk.department, by=clerk.officer))

    @routes.post(
        "/conversions/{number}/release",
        summary="签发复核过的存量证照",
        description="没有请求正文；重复办理得到同一本证照。",
        responses=GUARDED,
    )
    def release(number: Number, clerk: Person) -> StockView:
        stock, _ = desk.release(desk.find(number, clerk.department), by=clerk.officer)
        return _answer(desk, stock)

    return routes


def _add_entering(routes: APIRouter, desk: StockDesk, authorize: Authorize) -> None:
    Entering = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/conversions",
        summary="提交存量清单",
        description="一个类型的存量证照，逐本待核对。同样的清单重复提交，得到同样的结果。",
        status_code=status.HTTP_201_CREATED,
        responses=GUARDED,
    )
    def submit(body: StockBody, clerk: Entering) -> list[StockSummary]:
        scans = _scans_of(desk, body, clerk.department)
        tables = [
            {"file": row.scan or "", "grade": row.grade.value, "source": row.source, "application": row.application}
            for row in body.rows
        ]
        rows = rows_from(tables, type_code=body.type, issuer_code=clerk.department)
        return [summary_view(stock) for stock in desk.submit(rows, scans, by=clerk.officer)]


def _scans_of(desk: StockDesk, body: StockBody, department: str) -> dict[str, Scan]:
    """The scans that the rows name; raises StockRefused where the department has not handed one in."""
    scans: dict[str, Scan] = {}
    missing = []
    for number, row in enumerate(body.rows, start=1):
        if row.scan is None:
            continue
        found = desk.kept_scan(department, row.scan)
        if found is None:
            missing.append((f"rows.{number}.scan", "missing"))
        else:
            scans[row.scan] = found
    if missing:
        raise StockRefused(missing)
    return scans


def _add_looking(routes: APIRouter, desk: StockDesk, authorize: Authorize) -> None:
    Entering = Annotated[Clerk, Depends(authorize("enter"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.get(
        "/conversions",
        summary="存量证照列表",
        description="本部门的存量证照，按编号；`after` 为上一页最后一份的编号。",
        responses=NOT_SIGNED_IN,
    )
    def listed(
        clerk: Entering,
        stage: Stage | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
        after: Annotated[str, Query(max_length=32, pattern="^[0-9a-f-]*$")] = "",
    ) -> list[StockSummary]:
        return [summary_view(one) for one in desk.of_body(clerk.department, stage, limit=limit, after=after)]

    @routes.get(
        "/conversions/{number}", summary="一份存量证照", description="内容、核对情况和全部办理过程。", responses=GUARDED
    )
    def one(number: Number, clerk: Entering) -> StockView:
        return _answer(desk, desk.find(number, clerk.department))

    @routes.get(
        "/conversions/{number}/scan",
        summary="扫描件",
        description="提交时的原样文件，仅本部门可取。",
        response_class=Response,
        responses=GUARDED | {200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "文件本身"}},
    )
    def scan(number: Number, clerk: Entering) -> Response:
        return scan_answer(desk, desk.find(number, clerk.department))


def scan_answer(desk: StockDesk, stock: Stock) -> Response:
    """A scan as a download; raises NoSuchStock where there is none."""
    octets = desk.scan_of(stock)
    kind = stock.scan.kind if stock.scan else "pdf"
    return attachment(octets, MEDIA_TYPES[kind], f"{stock.number}.{kind}")


def _add_deciding(routes: APIRouter, desk: StockDesk, authorize: Authorize) -> None:
    Person = Annotated[Clerk, Depends(authorize("decide"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/conversions/{number}/comparison",
        summary="核对",
        description="登记与什么核对一致，证据等级由此得出；复核之前可以重新核对。",
        responses=GUARDED,
    )
    def comparison(number: Number, body: ComparisonBody, clerk: Person) -> StockView:
        stock = desk.find(number, clerk.department)
        checks = Checks(frozenset(body.scan), frozenset(body.register_), body.paper)
        return _answer(desk, desk.compare(stock, checks, lower=body.lower, by=clerk.officer))

    @routes.post(
        "/conversions/{number}/confirmation",
        summary="复核",
        description="录入、核对以外的另一人，逐页看过以后复核。",
        responses=GUARDED,
    )
    def confirmation(number: Number, body: ConfirmationBody, clerk: Person) -> StockView:
        stock = desk.find(number, clerk.department)
        done = desk.confirm(stock, content=body.content, pages=body.pages, lower=body.lower, by=clerk.officer)
        return _answer(desk, done)

    @routes.post(
        "/conversions/{number}/refusal", summary="不予转换", description="说明理由，不再办理。", responses=GUARDED
    )
    def refusal(number: Number, body: RefusalBody, clerk: Person) -> StockView:
        stock = desk.find(number, clerk.department)
        return _answer(desk, desk.refuse(stock, reason=body.reason, by=clerk.officer))


def _scan_reader(clerk: Callable[..., Clerk]) -> Callable[..., AsyncIterator[tuple[Clerk, bytes]]]:
    """The dependency that reads a scan, once it is known who sends it."""

    async def handed(request: Request, who: Annotated[Clerk, Depends(clerk)]) -> AsyncIterator[tuple[Clerk, bytes]]:
        yield who, await read_octets(request, TAKEN, MAX_SCAN)

    return handed


def _answer(desk: StockDesk, stock: Stock) -> StockView:
    return stock_view(stock, desk.events(stock), desk.bundle_of(stock))
