"""Tables for tests of batches: rows of one type with numbers of their own, as members and as CSV."""

import json
from collections.abc import Sequence
from typing import Any

from issuer.batches.life import Batch
from issuer.batches.sheet import Row, Sheet
from issuer.batches.unissued import rows_csv
from keys.sm3 import sm3
from service.wiring import Yinzheng
from templates.library import load_bundle
from tests.city import LICENCES
from trust.sealing.ports import Officer

FIRST, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
BUNDLE = "business-licence"


def members(number: int, *, bundle: str = BUNDLE, **changed: Any) -> dict[str, Any]:
    """The demo's application with a number of its own."""
    body: dict[str, Any] = json.loads((LICENCES / f"{bundle}.json").read_text("utf-8"))
    return body | {"number": f"PL{number:08d}"} | changed


def sheet_of(rows: Sequence[dict[str, Any]]) -> Sheet:
    """A table that was read without a problem; the first row stands in line 2."""
    numbered = tuple(Row(number, one) for number, one in enumerate(rows, start=2))
    return Sheet(numbered, (), "sm3:" + sm3(json.dumps(rows).encode()).hex())


def table(count: int, *, first: int = 1, bundle: str = BUNDLE, **changed: Any) -> bytes:
    """A CSV file as somebody hands it in."""
    rows = [Row(place + 2, members(first + place, bundle=bundle, **changed)) for place in range(count)]
    return rows_csv(load_bundle(bundle).type, [(row, "") for row in rows])


def approve(yinzheng: Yinzheng, batch: Batch, *, by: Officer = SECOND) -> Batch:
    """Look at all that is asked for, and approve it."""
    desk = yinzheng.batches
    first = desk.open_rows(batch, by=by).first
    desk.open_face(batch, first, by=by)
    return yinzheng.batches.approve(batch, digest=batch.digest, by=by)
