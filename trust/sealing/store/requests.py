"""Requests to seal in SQL, with the documents of each.

The decision on a request is stored once, while it waits. An item is planned once and finished as often as it takes;
what was sealed stays sealed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from trust.errors import Conflict
from trust.sealing.errors import SealMoveRefused
from trust.sealing.ports import Officer
from trust.sealing.store.limits import spent_between
from trust.sealing.store.tables import seal_request, seal_request_item
from trust.sealing.using import Item, Progress, Request, Result, Spent


class SqlSealRequests:
    """`Requests` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, request: Request, *, key: str) -> Request:
        """Store a new one, or give the one stored under this key."""
        try:
            with self._engine.begin() as connection:
                if (known := _request(connection, seal_request.c.idempotency_key == key)) is None:
                    connection.execute(insert(seal_request).values(**_request_row(request), idempotency_key=key))
                    if request.items:
                        connection.execute(insert(seal_request_item), _item_rows(request))
        except IntegrityError:
            with self._engine.connect() as connection:
                known = _request(connection, seal_request.c.idempotency_key == key)
            if known is None:
                raise
        if known is not None and known.body != request.body:
            raise Conflict("idempotency-mismatch", "the key was used for another request")
        return known or request

    def by_key(self, key: str) -> Request | None:
        """The request begun under an idempotency key."""
        with self._engine.connect() as connection:
            return _request(connection, seal_request.c.idempotency_key == key)

    def find(self, number: str) -> Request | None:
        """The request of a number."""
        with self._engine.connect() as connection:
            return _request(connection, seal_request.c.number == number)

    def of_seal(self, seal_id: str, limit: int) -> Sequence[Request]:
        """The requests of a seal, newest first."""
        query = select(seal_request.c.number).where(seal_request.c.seal_id == seal_id)
        query = query.order_by(seal_request.c.asked_at.desc(), seal_request.c.number).limit(limit)
        with self._engine.connect() as connection:
            found = (
                _request(connection, seal_request.c.number == number) for number in connection.scalars(query).all()
            )
            return [one for one in found if one is not None]

    def decide(self, number: str, progress: Progress, by: Officer, at: datetime) -> None:
        """Store the decision on a request that waits."""
        table = seal_request
        waits = update(table).where(table.c.number == number, table.c.progress == Progress.WAITING.value)
        values = {"progress": progress.value, "decided_by": by.login, "decided_name": by.name, "decided_at": at}
        with self._engine.begin() as connection:
            if connection.execute(waits.values(**values)).rowcount != 1:
                raise SealMoveRefused("changed", "approve")

    def plan(self, number: str, place: int, *, signed: bytes, at: datetime) -> Item:
        """Store what will be signed for an item that has no plan; the item as stored."""
        table = seal_request_item
        own = (table.c.number == number, table.c.position == place)
        fresh = update(table).where(*own, table.c.signed.is_(None))
        with self._engine.begin() as connection:
            connection.execute(fresh.values(signed=signed, planned_at=at, result=Result.PLANNED.value))
            return _item(connection.execute(select(table).where(*own)).one())

    def finish(self, number: str, place: int, result: Result, *, file: str | None, detail: str) -> None:
        """Store the outcome of an item; what was sealed stays sealed."""
        table = seal_request_item
        own = update(table).where(table.c.number == number, table.c.position == place)
        with self._engine.begin() as connection:
            connection.execute(
                own.where(table.c.result != Result.SEALED.value).values(
                    result=result.value, file=file, detail=detail[:200]
                )
            )

    def spent(self, seal_id: str, day: tuple[datetime, datetime]) -> Spent:
        """What the seal has done between two instants."""
        with self._engine.connect() as connection:
            return spent_between(connection, seal_id, day)


def _request_row(request: Request) -> dict[str, object]:
    return {
        "number": request.number,
        "seal_id": request.seal_id,
        "purpose": request.purpose,
        "wanted": request.count,
        "asked_by": request.by.login,
        "asked_name": request.by.name,
        "asked_at": request.at,
        "progress": request.progress.value,
        "body": request.body,
    }


def _item_rows(request: Request) -> list[dict[str, object]]:
    return [
        {
            "number": request.number,
            "position": position,
            "document": item.document,
            "place": item.place,
            "result": item.result.value,
            "detail": item.detail,
        }
        for position, item in enumerate(request.items)
    ]


def _request(connection: Connection, which: object) -> Request | None:
    query: Select[*tuple[object, ...]] = select(seal_request).where(which)  # type: ignore[arg-type]  # a comparison of one of its columns
    row = connection.execute(query).first()
    if row is None:
        return None
    table = seal_request_item
    items = connection.execute(select(table).where(table.c.number == row.number).order_by(table.c.position))
    decided = None if row.decided_by is None else Officer(row.decided_by, row.decided_name)
    return Request(
        number=row.number,
        seal_id=row.seal_id,
        purpose=row.purpose,
        count=row.wanted,
        items=tuple(_items(items)),
        by=Officer(row.asked_by, row.asked_name),
        at=row.asked_at,
        progress=Progress(row.progress),
        body=bytes(row.body),
        decided_by=decided,
        decided_at=row.decided_at,
    )


def _items(rows: Iterable[Row[*tuple[object, ...]]]) -> list[Item]:
    return [_item(row) for row in rows]


def _item(row: Row[*tuple[object, ...]]) -> Item:
    return Item(
        document=bytes(row.document),
        place=row.place,
        result=Result(row.result),
        planned_at=row.planned_at,
        signed=None if row.signed is None else bytes(row.signed),
        file=row.file,
        detail=row.detail,
    )
