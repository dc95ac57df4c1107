"""Restores in SQL: one row for each, and what it changes in the tables of others, in one transaction.

An epoch is begun when a backup is loaded and settled when everything published has been taken up; in between nothing is
issued or published. What it guarantees: no entry of a status list that an earlier epoch may have given away is given
again (its lists are closed, new ones begin behind a gap), no counted number is drawn again (counts leap), and entries
that the public saw as ended, suspended or otherwise keep their value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from issuer.catalogue.store.counts import leap
from trust.revocation.store.tables import status_carried, status_shard
from trust.rules.carried_over import Carried
from trust.store import METADATA, Instant, text

restore_epoch = Table(
    "restore_epoch",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    text("by", 128),
    text("approved_by", 128),
    Column("first_shard", Integer, nullable=False),
    Column("log_size", BigInteger, nullable=False),
    Column("report", LargeBinary, nullable=False),
)


@dataclass(frozen=True)
class Epoch:
    """One restore: who ran it and who approved, the first status list of its own, how long the log was before.

    `report` tells what was taken up, in canonical JSON; it is empty until the epoch is settled.
    """

    number: int
    at: datetime
    by: str
    approved_by: str
    first_shard: int
    log_size: int
    report: bytes


@dataclass(frozen=True)
class Settlement:
    """What a restore changes: entries carried over by list, lists with their sizes, how far counts leap.

    `over` are entries that an earlier restore carried over, and that the newest lists show as valid again.
    """

    carried: Sequence[tuple[int, Carried]]
    shards: Sequence[tuple[int, int]]
    first_shard: int
    list_size: int
    leap: int
    report: bytes
    over: Sequence[tuple[int, int]] = ()


def begin_in(connection: Connection, at: datetime, by: str, approved_by: str, log_size: int) -> None:
    """Begin an epoch within the transaction that loads a backup, unless one is begun already."""
    if connection.scalar(select(restore_epoch.c.number).where(restore_epoch.c.report == b"")) is not None:
        return
    number = (connection.scalar(select(func.max(restore_epoch.c.number))) or 0) + 1
    values = {"by": by, "approved_by": approved_by, "first_shard": 0, "log_size": log_size, "report": b""}
    connection.execute(insert(restore_epoch).values(number=number, at=at, **values))


class SqlEpochs:
    """The restores of an installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def every(self) -> list[Epoch]:
        """All restores, first one first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(restore_epoch).order_by(restore_epoch.c.number)).all()
        return [
            Epoch(row.number, row.at, row.by, row.approved_by, row.first_shard, row.log_size, bytes(row.report))
            for row in rows
        ]

    def unsettled(self) -> Epoch | None:
        """The restore that is not finished."""
        return next((one for one in self.every() if not one.report), None)

    def settled(self) -> list[Epoch]:
        """The restores that are finished, first one first."""
        return [one for one in self.every() if one.report]

    def first_list(self) -> int:
        """The first status list since the last restore; 0 where there was none."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(restore_epoch.c.first_shard))) or 0

    def begin(self, at: datetime, by: str, approved_by: str, log_size: int) -> Epoch:
        """Begin an epoch, or take up the one that is not settled."""
        with self._engine.begin() as connection:
            begin_in(connection, at, by, approved_by, log_size)
        found = self.unsettled()
        assert found is not None
        return found

    def settle(self, epoch: Epoch, made: Settlement) -> None:
        """Store everything that the restore changes, all or nothing."""
        with self._engine.begin() as connection:
            _close_lists(connection, made)
            for shard, entry in made.over:
                _drop(connection, shard, entry)
            _carry(connection, made.carried)
            leap(connection, made.leap, until=epoch.at.year + 1)  # a day of issue may lie a little ahead
            own = restore_epoch.c.number == epoch.number
            connection.execute(
                update(restore_epoch).where(own).values(first_shard=made.first_shard, report=made.report)
            )


def _close_lists(connection: Connection, made: Settlement) -> None:
    """Let no list of an earlier epoch take a licence any more, and open the first one of this epoch."""
    known = set(connection.scalars(select(status_shard.c.shard)))
    for shard, size in made.shards:
        if shard not in known:
            connection.execute(insert(status_shard).values(shard=shard, size=size, allotted=size))
    connection.execute(update(status_shard).values(allotted=status_shard.c.size))
    connection.execute(insert(status_shard).values(shard=made.first_shard, size=made.list_size, allotted=0))


def _carry(connection: Connection, carried: Iterable[tuple[int, Carried]]) -> None:
    """Note the entries; one that was carried over before is noted anew."""
    for shard, one in carried:
        _drop(connection, shard, one.entry)
        values = {"shard": shard, "entry": one.entry, "value": one.value, "since": one.since}
        connection.execute(insert(status_carried).values(values))


def _drop(connection: Connection, shard: int, entry: int) -> None:
    """Forget what was carried over for an entry, if anything was."""
    own = (status_carried.c.shard == shard) & (status_carried.c.entry == entry)
    connection.execute(delete(status_carried).where(own))
