"""A database superuser at every table that is bound: delete, edit each column, swap, insert; the audit names it.

Tables that the busy city leaves empty get rows of no meaning before the trail takes them up: what is tried is the bond,
not what the rows say. The plain run attacks all tables at once and edits one column of each, `long` edits every column.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Engine, LargeBinary, String, Table, func, insert, select
from sqlalchemy.types import BigInteger, Boolean, Integer, SmallInteger, Text, TypeEngine

from service.bound import COMPUTED, FREE, LEDGERS, LEFT_OUT, UNFINISHED
from service.trail.ledger import When
from tests.applying_parts import SECOND, Hall, key
from tests.audit_parts import (
    Busy,
    audited,
    busy,
    change_row,
    drop_row,
    found,
    loosely,
    over,
    rows_of,
    superuser,
    swap_rows,
)
from tests.city import City, copy_of
from trust.formats.certificate import Certificate
from trust.rules.standing import ActKind
from trust.rules.verdict import Indication
from trust.store import METADATA, Instant

Scene = tuple[Busy, Engine, tuple[Certificate, ...]]
STATES: dict[str, dict[str, object]] = {
    "reissue_entry": {"state": "reissued"},
    "compromise": {"stage": "refused"},
    "mandate_request": {"progress": "refused"},
    "restore_epoch": {"report": b'{"carried":[]}', "log_size": 0},
    "stock": {"stage": "refused", "sequence": 1},
    "stock_step": {"sequence": 1},
}
"""What makes a row final, and stand where its last step left it."""
LAST = {name: [one for one in ledger.columns if one not in ledger.keys][-1:] for name, ledger in LEDGERS.items()}
"""The column of each table that the plain run edits; a table that is nothing but its key has none."""


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """The busy city, and a copy of its database in which every bound table has rows that were taken up."""
    city = City()
    made = busy(city)
    then = city.clock() - timedelta(minutes=8)
    city.act(ActKind.RESCIND, made.issued[3], "not-qualified", decision="〔2026〕3号", effective_at=then)
    hall = Hall(city)
    for _ in range(2):
        hall.desk.refuse(hall.submit(), reason="材料不齐", by=SECOND, key=key())
    engine = copy_of(city.engine)
    over(city, engine)
    with loosely(engine) as connection:
        for ledger in LEDGERS.values():
            if not connection.scalar(select(func.count()).select_from(ledger.table)):
                plant(connection, ledger.table, city.clock())
    city.clock.forward(minutes=2)
    over(city, engine).trail.commit(city.clock())
    over(city, engine).publisher.refresh(city.clock())
    yield made, engine, city.yinzheng.anchors
    engine.dispose()
    city.close()


def plant(connection: Connection, table: Table, at: datetime) -> None:
    """Two rows that the table takes."""
    for number in (1, 2):
        values = {str(one.name): some(one, number, at) for one in table.columns}
        connection.execute(insert(table).values(values | STATES.get(str(table.name), {})))


def some(column: Column[Any], number: int, at: datetime) -> object:
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, Instant):
        return at - timedelta(seconds=number)
    if isinstance(kind, LargeBinary):
        return bytes([number]) * (kind.length or 32)
    if isinstance(kind, String | Text):
        return str(number)
    if isinstance(kind, Boolean):
        return True
    assert isinstance(kind, Integer | BigInteger | SmallInteger)
    return number


@pytest.fixture
def stolen(scene: Scene) -> Iterator[Engine]:
    engine = copy_of(scene[1])
    yield engine
    engine.dispose()


def judged(scene: Scene, stolen: Engine) -> set[str]:
    """Names of what was found, and of the tables it was found in; rows that were made up have nobody behind them."""
    report = audited(scene[0].city, stolen, scene[2])
    assert (report.indication is Indication.FAILED) == bool(found(report))
    against = [one for one in report.findings if one.indication is Indication.FAILED]
    made_up = ("Papers.", "Lives.")
    against = [
        one for one in against if "people" not in one.check and not str(one.proof.get("key")).startswith(made_up)
    ]
    return {one.name for one in against} | {str(one.proof["table"]) for one in against if "table" in one.proof}


def bound_rows(connection: Connection, name: str) -> list[dict[str, Any]]:
    """The rows that are final, and so are vouched for."""
    ledger = LEDGERS[name]
    query = select(ledger.table).order_by(*ledger.table.primary_key.columns)
    if ledger.final is not None:
        query = query.where(ledger.final)
    return [dict(row._mapping) for row in connection.execute(query)]


def forged(value: Any, column: Column[Any]) -> Any:
    """Another value of the same kind."""
    if isinstance(column.type, Instant):
        return (value or datetime.fromtimestamp(0).astimezone()) + timedelta(days=1)
    if isinstance(column.type, LargeBinary):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    if isinstance(column.type, Boolean):
        return not value
    return f"{value or ''}x" if isinstance(column.type, String | Text) else (value or 0) + 1


def test_every_table_is_bound_or_computed_or_free_for_a_reason() -> None:
    lists = ({str(one.table.name) for one in LEDGERS.values()}, set(COMPUTED), set(FREE))
    assert set().union(*lists) == set(METADATA.tables)
    assert sum(map(len, lists)) == len(METADATA.tables)
    assert all(reason.endswith("。") for reason in FREE.values())
    assert set().union(*(set(one.columns) - set(one.table.columns.keys()) for one in LEDGERS.values())) == set()


def test_every_column_is_bound_or_left_out_for_a_reason() -> None:
    """A column that is added later has to be named, and so has a register that binds some of its rows alone."""
    bound = {(one.table, name) for one in LEDGERS.values() for name in one.columns}
    tables = {one.table for one in LEDGERS.values()}
    unbound = {
        f"{one.name}.{column.name}" for one in tables for column in one.columns if (one, column.name) not in bound
    }
    assert unbound == set(LEFT_OUT)
    assert {name for name, one in LEDGERS.items() if one.final is not None} == set(UNFINISHED)
    assert all(reason.endswith("。") for reason in (*LEFT_OUT.values(), *UNFINISHED.values()))


def test_every_row_of_whoever_is_no_holder_is_bound(scene: Scene, stolen: Engine) -> None:
    person = LEDGERS["person"].table
    with stolen.connect() as connection:
        working = {row["login"] for row in rows_of(connection, person) if row["role"] != "holder"}
        assert {row["login"] for row in bound_rows(connection, "person")} == working


def test_honest_rows_pass(scene: Scene, stolen: Engine) -> None:
    assert judged(scene, stolen) == set()
    with stolen.connect() as connection:
        assert [name for name in LEDGERS if not bound_rows(connection, name)] == []


def test_rows_that_are_deleted_are_found(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        for name, ledger in LEDGERS.items():
            drop_row(connection, ledger.table, bound_rows(connection, name)[0])
    assert set(LEDGERS) - judged(scene, stolen) == set()


def test_columns_that_are_edited_are_found(scene: Scene, stolen: Engine) -> None:
    edited = {name: column for name, columns in LAST.items() for column in columns}
    for name, column in edited.items():
        edit(stolen, name, column)
    assert set(edited) - judged(scene, stolen) == set()


@pytest.mark.long
@pytest.mark.parametrize("place", range(max(len(one.columns) for one in LEDGERS.values())))
def test_any_column_that_is_edited_is_found(scene: Scene, stolen: Engine, place: int) -> None:
    edited = {name: one.columns[place] for name, one in LEDGERS.items() if place < len(one.columns)}
    for name, column in edited.items():
        edit(stolen, name, column)
    assert set(edited) - judged(scene, stolen) == set()


def edit(stolen: Engine, name: str, column: str) -> None:
    table = LEDGERS[name].table
    with superuser(stolen) as connection:
        row = bound_rows(connection, name)[0]
        change_row(connection, table, row, **{column: another(row[column], table.c[column])})


def test_rows_that_are_swapped_are_found(scene: Scene, stolen: Engine) -> None:
    swapped = set()
    with superuser(stolen) as connection:
        for name, ledger in LEDGERS.items():
            rows = bound_rows(connection, name)
            if (
                ledger.name == ledger.table.name
                and len(rows) > 1
                and LAST[name]
                and not _unique(ledger.table) - set(ledger.keys)
            ):
                swap_rows(connection, ledger.table, rows[0], rows[-1])
                swapped.add(name)
    assert len(swapped) > len(LEDGERS) / 2
    assert swapped - judged(scene, stolen) == set()


AT_ONCE = {When.WRITTEN, When.FOLLOWED}
TIMED = sorted(name for name, one in LEDGERS.items() if one.when in AT_ONCE or (one.when is When.FOUND and one.at))


def test_rows_that_are_put_in_are_found(scene: Scene, stolen: Engine) -> None:
    """With a time of long ago; what bears the time of now is told from what is true only by who did it."""
    with superuser(stolen) as connection:
        for name, ledger in ((one, LEDGERS[one]) for one in TIMED if one in METADATA.tables):
            row = bound_rows(connection, name)[0]
            fresh = {one: another(row[one], ledger.table.c[one]) for one in _unique(ledger.table)}
            old = {ledger.at: row[ledger.at] - timedelta(hours=5)} if ledger.at and ledger.when is When.FOUND else {}
            connection.execute(insert(ledger.table).values(row | fresh | old))
    assert set(TIMED) - judged(scene, stolen) == set()


def another(value: Any, column: Column[Any]) -> Any:
    """Another value that no other row has."""
    if (
        value is not None
        and isinstance(column.type, Integer | BigInteger | SmallInteger)
        and not isinstance(column.type, Instant)
    ):
        return value + 1_000
    return forged(value, column)


def _unique(table: Table) -> set[str]:
    keys = set(table.primary_key.columns.keys())
    return keys | {str(column.name) for column in table.columns if column.unique}


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(COMPUTED) - {"status_carried", "trail", "trail_tip", "log_entry"}))
def test_what_is_computed_anew_cannot_be_emptied(scene: Scene, stolen: Engine, name: str) -> None:
    with superuser(stolen) as connection:
        connection.execute(METADATA.tables[name].delete())
    assert judged(scene, stolen)


@pytest.mark.parametrize("name", sorted(set(COMPUTED) - {"status_carried"}))
def test_what_is_computed_anew_cannot_be_edited(scene: Scene, stolen: Engine, name: str) -> None:
    table = METADATA.tables[name]
    with superuser(stolen) as connection:
        rows = rows_of(connection, table)
        for column in table.columns:
            if column.name in UNSEEN.get(name, ()) or column.primary_key:
                continue
            change_row(connection, table, rows[0], **{str(column.name): forged(rows[0][column.name], column)})
    assert judged(scene, stolen)


UNSEEN = {"log_head": ("at",), "trail_commitment": ("at",)}
"""Times that are nobody's proof: the entry has its own, which is the log's."""
