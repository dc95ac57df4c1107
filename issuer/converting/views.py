"""What the converting API answers: stock with its items, checks and steps."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from issuer.converting.scan import Kind, Scan
from issuer.converting.stock import ITEM_LABELS, Event, Stage, Step, Stock, items_of
from templates.library import Bundle
from trust.rules.conversion import Grade


class ScanView(BaseModel):
    """扫描件."""

    scan: str
    kind: Kind
    pages: int


class ItemView(BaseModel):
    """一项内容，以及它与什么核对一致."""

    key: str
    label: str
    value: str
    scan: bool
    register_: bool = Field(serialization_alias="register")


class StepView(BaseModel):
    """一步办理."""

    step: Step
    label: str
    at: datetime
    by: str
    note: str


class StockSummary(BaseModel):
    """一本存量证照的现状."""

    number: str
    type_code: str
    licence_number: str
    stage: Stage
    stage_label: str
    source: str
    claimed: Grade
    grade: Grade | None
    scan: ScanView | None
    identifier: str | None


class StockView(StockSummary):
    """一本存量证照的全部情况；`content` 是复核所指的摘要."""

    content: str
    paper: bool
    items: list[ItemView]
    steps: list[StepView]


def scan_view(scan: Scan) -> ScanView:
    """A scan as it is answered."""
    return ScanView(scan=scan.digest, kind=scan.kind, pages=scan.pages)


def summary_view(stock: Stock) -> StockSummary:
    """Stock in a list."""
    return StockSummary(
        number=stock.number,
        type_code=stock.application.type_code,
        licence_number=stock.application.number,
        stage=stock.stage,
        stage_label=stock.stage.label,
        source=stock.source,
        claimed=stock.claimed,
        grade=stock.grade,
        scan=scan_view(stock.scan) if stock.scan else None,
        identifier=stock.identifier,
    )


def stock_view(stock: Stock, events: Sequence[Event], bundle: Bundle) -> StockView:
    """Stock in full."""
    return StockView(
        **summary_view(stock).model_dump(),
        content=stock.content,
        paper=stock.checks.paper if stock.checks else False,
        items=item_views(stock, bundle),
        steps=[
            StepView(step=one.step, label=one.step.label, at=one.at, by=one.by.name, note=one.note) for one in events
        ],
    )


def item_views(stock: Stock, bundle: Bundle) -> list[ItemView]:
    """Every item of the stock, with what it was compared with."""
    labels, checks = item_labels(bundle), stock.checks
    return [
        ItemView(
            key=key,
            label=labels.get(key, key),
            value=value,
            scan=checks is not None and key in checks.scan,
            register_=checks is not None and key in checks.register,
        )
        for key, value in items_of(stock.application).items()
    ]


def item_labels(bundle: Bundle) -> Mapping[str, str]:
    """What people call the items, by key."""
    return ITEM_LABELS | {f"fields.{rule.key}": rule.label for rule in bundle.type.fields}
