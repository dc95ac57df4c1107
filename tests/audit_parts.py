"""A city with something of everything to audit, and a database superuser who spares nothing.

`busy` lets a year's kinds of work happen in a few minutes. The attacker writes SQL over a connection of his own, with
foreign keys and triggers off, and knows every table; what he does not have is the log as others kept it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Engine, Table, create_engine, delete, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool

from issuer.issuing import Issued
from service.auditing.opening import inside
from service.city import City as Plan
from service.database import open_engine
from service.wiring import Yinzheng
from tests.city import City
from tests.copy_parts import copy_of as copy_made
from tests.ofd_foreign import letter
from tests.preserving_parts import seal_on, unit_seal
from trust.formats.certificate import Certificate
from trust.rules.standing import ActKind
from trust.rules.verdict import Indication
from trust.store import METADATA
from verifier.auditing.auditing import Brought
from verifier.auditing.report import AuditFinding, Report

Rows = list[dict[str, Any]]


@dataclass
class Busy:
    """A city where much has happened; `old` is the checkpoint that somebody kept before the last things did."""

    city: City
    issued: list[Issued]
    old: bytes


def busy(city: City) -> Busy:
    """Licences, copies, acts, documents under seal, and the trail of it, all published."""
    yinzheng, clock = city.yinzheng, city.clock
    issued = [city.issue(number=f"YLAUDIT{place:03}") for place in range(4)]
    for one in issued[:2]:
        copy_made(city, one)
        city.act(ActKind.SUSPEND, one, "penalty", reason="逾期未整改")
    seal = unit_seal(city)
    for place in range(2):
        seal_on(city, seal, letter(), key=f"document-of-audit-{place}")
        clock.forward(seconds=7)
    clock.forward(minutes=10)
    yinzheng.publisher.refresh(clock())
    old = yinzheng.archive.log.latest()
    assert old is not None
    issued.append(city.issue(number="YLAUDIT900"))
    city.act(ActKind.REVOKE, issued[2], "penalty", reason="情节严重")
    clock.forward(minutes=10)
    yinzheng.publisher.refresh(clock())
    return Busy(city, issued, old)


def over(city: City, engine: Engine, plan: Plan | None = None) -> Yinzheng:
    """The installation over another database, and under another plan where one is given."""
    means = city.yinzheng._means
    return Yinzheng(replace(means, engine=engine, city=plan or means.city))


def audited(
    city: City,
    engine: Engine,
    anchors: Sequence[Certificate],
    *,
    old: bytes | None = None,
    files: bool = False,
    plan: Plan | None = None,
) -> Report:
    """An audit from inside, with roots that were kept elsewhere."""
    brought = Brought(since=[] if old is None else [("kept", old)])
    now = city.clock() + timedelta(seconds=30)
    audit, registers, trail = inside(over(city, engine, plan), anchors, brought, now)
    return audit.inside(registers, trail, files=files)


def found(report: Report) -> set[str]:
    """Names of what speaks against the installation, each with its proof."""
    against = [one for one in report.findings if one.indication is Indication.FAILED]
    assert all(one.detail.endswith("。") for one in against)
    return {one.name for one in against if _proves(one)}


class Happened(Protocol):
    """A city in which something has happened."""

    city: City


def judged(scene: Happened, stolen: Engine) -> set[str]:
    """What an audit of a stolen database finds against the city, by the anchors that everybody knows."""
    return found(audited(scene.city, stolen, scene.city.yinzheng.anchors))


def _proves(finding: AuditFinding) -> bool:
    return bool(finding.proof)


LOOSE = ("foreign_keys=OFF", "ignore_check_constraints=ON")
STRICT = ("foreign_keys=ON", "ignore_check_constraints=OFF")


@contextmanager
def superuser(engine: Engine) -> Iterator[Connection]:
    """A connection of his own that may do everything; what it did is durable afterwards."""
    own = _beside(engine)
    with loosely(own) as connection:
        yield connection
    own.dispose()


@contextmanager
def loosely(engine: Engine) -> Iterator[Connection]:
    """The installation's own connection, which writes what does not hang together."""
    _pragmas(engine, LOOSE)
    with engine.begin() as connection:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield connection
    _pragmas(engine, STRICT)


def _beside(engine: Engine) -> Engine:
    """Another engine on the same database, which the installation knows nothing of."""
    if engine.dialect.name != "sqlite":
        return create_engine(engine.url)
    if engine.url.database not in {None, "", ":memory:"}:
        return open_engine(str(engine.url))
    raw = engine.raw_connection().driver_connection
    assert raw is not None
    raw.execute("PRAGMA query_only=OFF")  # whoever read last through the installation's engine set it
    own = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
    own.dispose = lambda *_, **__: None  # type: ignore[method-assign]  # the database lives in this connection
    return own


def _pragmas(engine: Engine, settings: Sequence[str]) -> None:
    """Settings of SQLite, outside of any transaction; PostgreSQL has others."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    for setting in settings:
        raw.driver_connection.execute(f"PRAGMA {setting}")  # type: ignore[union-attr]  # sqlite3's own
    raw.close()


def rows_of(connection: Connection, table: Table) -> Rows:
    """Every row by key."""
    return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]


def _same(table: Table, row: dict[str, Any]) -> Any:
    condition = table.c[table.primary_key.columns.keys()[0]] == row[table.primary_key.columns.keys()[0]]
    for name in table.primary_key.columns.keys()[1:]:
        condition &= table.c[name] == row[name]
    return condition


def drop_row(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Delete one row."""
    assert connection.execute(delete(table).where(_same(table, row))).rowcount == 1


def change_row(connection: Connection, table: Table, row: dict[str, Any], **values: Any) -> None:
    """Edit one row."""
    assert connection.execute(update(table).where(_same(table, row)).values(**values)).rowcount == 1


def swap_rows(connection: Connection, table: Table, one: dict[str, Any], other: dict[str, Any]) -> None:
    """Give each of two rows what the other has, all but their keys."""
    keys = table.primary_key.columns.keys()
    for row in (one, other):
        drop_row(connection, table, row)
    connection.execute(
        insert(table),
        [other | {name: one[name] for name in keys}, one | {name: other[name] for name in keys}],
    )


def rebuild(connection: Connection, table: Table, forged: Rows) -> None:
    """Throw a table away and write it again."""
    connection.execute(delete(table))
    if forged:
        connection.execute(insert(table), forged)


Forge = Callable[[Any], Any]


@dataclass(frozen=True)
class Target:
    """A table that is attacked: a column whose value is forged, and from which row on it has something to lose."""

    table: str
    column: str
    forge: Forge
    which: Callable[[dict[str, Any]], bool] = lambda _row: True

    @property
    def described(self) -> Table:
        """The table."""
        return METADATA.tables[self.table]

    def rows(self, connection: Connection) -> Rows:
        """The rows that are worth an attack."""
        return [row for row in rows_of(connection, self.described) if self.which(row)]


def _longer(text: str) -> str:
    return f"{text}x"


def _other(octets: bytes) -> bytes:
    return bytes([octets[0] ^ 1]) + octets[1:]


def _later(instant: Any) -> Any:
    return instant + timedelta(days=1)


def _not_the_first(row: dict[str, Any]) -> bool:
    return bool(row["number"] > 1)


TARGETS = (
    Target("licence", "by", _longer),
    Target("licence", "document", lambda octets: octets.replace("有限".encode(), "股份".encode(), 1)),
    Target("licence", "issuer_code", _longer),
    Target("licence_copy", "basis", _longer),
    Target("act", "effective_at", _later),
    Target("act", "ground", lambda _ground: "other"),
    Target("seal_use", "used_by", _longer),
    Target("seal_use", "digest", _other),
    Target("seal_request", "purpose", _longer),
    Target("seal_request_item", "place", _longer),
    Target("seal_filing", "threshold", lambda limit: (limit or 0) + 1_000),
    Target("seal", "octets", _other),
    Target("status_publication", "octets", _other),
    Target("trust_list_publication", "octets", _other),
    Target("x509_crl", "octets", _other),
    Target("catalogue_edition", "octets", _other),
    Target("mandate", "issuer_name", _longer),
    Target("log_entry", "entry", lambda octets: octets.replace(b'"commitments":["', b'"commitments":["0', 1)[:-1]),
    Target("trail", "record", lambda octets: octets.replace(b'"outcome":', b'"outcome":1', 1)),
    Target("trail_commitment", "salt", _other),
)
