"""The way between batches and their rows of a table, and the columns of the database."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row as SqlRow

from issuer.batches.content import leaf, told
from issuer.batches.life import (
    MAX_PLACE,
    MAX_REASON,
    MAX_SENTENCE,
    Batch,
    Failure,
    Row,
    RowState,
    State,
)
from trust.sealing.ports import Officer


def batch_values(one: Batch) -> dict[str, object]:
    """The columns of a batch."""
    approved = one.approved_by
    return {
        "number": one.number,
        "body_code": one.body_code,
        "type_code": one.type_code,
        "template": one.template,
        "name": one.name,
        "digest": one.digest,
        "headers": json.dumps(one.headers, ensure_ascii=False, separators=(",", ":")),
        "total": one.total,
        "state": one.state.value,
        "sequence": one.sequence,
        "trouble": one.trouble,
        "submitted_login": one.submitted_by.login,
        "submitted_name": one.submitted_by.name,
        "approved_login": approved.login if approved else None,
        "approved_name": approved.name if approved else None,
        "opened_at": one.opened_at,
        "moved_at": one.moved_at,
    }


def row_values(
    number: str, row: int, members: Mapping[str, object], failure: Failure | None = None
) -> dict[str, object]:
    """The columns of a row that came in, with a failure where one is known."""
    text = told(members)
    kept = leaf(row, text).hex()
    return {
        "number": number,
        "row": row,
        "members": text,
        "digest": kept,
        "state": (RowState.FAILED if failure else RowState.WAITING).value,
        "place": failure.place[:MAX_PLACE] if failure else None,
        "reason": failure.reason[:MAX_REASON] if failure else None,
        "sentence": failure.sentence[:MAX_SENTENCE] if failure else None,
    }


def batch_of(row: SqlRow[*tuple[Any, ...]]) -> Batch:
    """The batch in its columns."""
    approved = Officer(row.approved_login, row.approved_name) if row.approved_login is not None else None
    return Batch(
        number=row.number,
        body_code=row.body_code,
        type_code=row.type_code,
        template=row.template,
        name=row.name,
        digest=row.digest,
        headers=tuple((header, column) for header, column in json.loads(row.headers)),
        total=row.total,
        submitted_by=Officer(row.submitted_login, row.submitted_name),
        opened_at=row.opened_at,
        moved_at=row.moved_at,
        state=State(row.state),
        sequence=row.sequence,
        approved_by=approved,
        trouble=row.trouble,
    )


def row_in(row: SqlRow[*tuple[Any, ...]]) -> Row:
    """The row in its columns."""
    failure = Failure(row.place, row.reason, row.sentence) if row.reason is not None else None
    found = leaf(row.row, row.members).hex()
    return Row(row.row, json.loads(row.members), RowState(row.state), row.identifier, failure, found)
