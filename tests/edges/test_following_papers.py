"""Papers that wait for a second person are marked at every write, also those that an older version marked once alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, LargeBinary, String, Table, insert, update

from service.bound import LEDGERS
from service.trail.following import follow, require_marked
from service.trail.ledger import every_digest_in
from service.trail.starting import start_marking
from service.trail.store import SqlTrail
from tests.audit_parts import superuser
from trust.errors import Conflict
from trust.formats.trail_record import AGAIN, MARKED, TrailRecord
from trust.store import Instant

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def like_before(engine: Engine, table: Table, **values: Any) -> None:
    """A row of a register as an older version left it: whatever its columns take."""
    row: dict[str, Any] = {
        one.name: None if one.nullable else "1" if isinstance(one.type, String) else 1 for one in table.columns
    }
    row |= {one.name: AT for one in table.columns if isinstance(one.type, Instant) and not one.nullable}
    row |= {one.name: b"1" * 32 for one in table.columns if isinstance(one.type, LargeBinary) and not one.nullable}
    with superuser(engine) as connection:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(insert(table).values(row | values))


def test_what_was_marked_once_alone_and_decided_later_begins_without_an_accusation(engine: Engine) -> None:
    """A consent was marked as it was recorded, by fewer columns; a conversion and a request once they were over."""
    consent, stock, request = (LEDGERS[name] for name in ("copy_consent", "stock", "seal_request"))
    like_before(engine, consent.table, stage="waiting")
    like_before(engine, stock.table, stage="compared", scan=None)
    like_before(engine, request.table, progress="approved")
    with engine.connect() as connection:
        rows = {"copy_consent": every_digest_in(connection, consent, former=True)}
        rows["seal_request"] = every_digest_in(connection, request)
    then = [TrailRecord(0, AT, "yinzheng", "service", MARKED, 0, {"table": one}, rows=rows[one]) for one in rows]
    SqlTrail(engine).add(then)
    with superuser(engine) as connection:
        connection.execute(
            update(consent.table).values(stage="given", decided_login="b", decided_name="b", decided_at=AT)
        )
    start_marking(engine, LEDGERS.values(), AT)
    assert not [one for name in LEDGERS for one in SqlTrail(engine).marks(name) if AGAIN in one.about]
    follow(engine, [consent, stock, request], lambda: AT)
    for name, key in (("copy_consent", "1/1"), ("stock", "1"), ("seal_request", "1")):
        require_marked(engine, name, [key])
    with superuser(engine) as connection:
        connection.execute(update(consent.table).values(decided_login="c"))
    with pytest.raises(Conflict, match="register-changed"):
        require_marked(engine, "copy_consent", ["1/1"])
