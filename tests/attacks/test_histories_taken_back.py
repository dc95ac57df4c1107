"""Whoever writes into the database cannot have taken back what the public was told of a seal, not for a moment either.

A seal was suspended after the backup, and its key used by a thief. The rows that say why the suspension goes on are
deleted, moved or made up: no trust list is published that forgets it, nobody seals, the audit says so, and once the
row is as it was everything goes on.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from service.auditing.opening import inside
from service.epochs.store import restore_epoch
from service.wiring import Yinzheng
from tests.city import SEAL_OFFICERS
from tests.journey_parts import FAILED, PASSED
from tests.journeys.test_carried_seals import sealed_apart
from tests.ofd_foreign import letter
from tests.restoring_parts import BY, SECOND, TwoTimelines
from trust.certification.store import trust_list_publication
from trust.errors import Conflict
from trust.formats.canonical_json import decode_json, encode_json
from trust.formats.placing import AtPoint
from trust.revocation.acting import Order, act
from trust.rules.seal_standing import SealKind, subject_of
from trust.rules.standing import ActKind, Status
from trust.sealing.errors import SealNotUsable
from trust.sealing.ports import FiledSeal
from trust.sealing.sealing import Wanted
from verifier.auditing.auditing import Brought

V, S = Status.VALID, Status.SUSPENDED
REPORT = 1 << 20


class Stolen:
    """A seal that was used and resumed before the backup, suspended after it, and again once it was restored."""

    def __init__(self, two: TwoTimelines) -> None:
        self.two, self.clock, city = two, two.city.clock, two.city
        code = city.body_code("business-licence")
        filed = city.yinzheng.seals.filed(code)
        self.filed: FiledSeal = next(one for one in filed if one.kind is SealKind.LICENCE)
        self.seal_id = self.filed.seal.seal_id
        self.act(city.yinzheng, ActKind.SUSPEND)
        self.act(city.yinzheng, ActKind.REINSTATE)
        two.back_up()
        self.act(city.yinzheng, ActKind.SUSPEND)
        self.document = sealed_apart(city.yinzheng, self.filed, self.clock())
        city.yinzheng.publisher.refresh(self.clock.forward(seconds=5))
        self.own = two.restore()
        self.own.publisher.refresh(self.clock.forward(seconds=5))
        self.engine = two.engines[-1]

    def act(self, yinzheng: Yinzheng, kind: ActKind) -> None:
        at, archive = self.clock.forward(minutes=10), yinzheng.archive
        order = Order(kind, subject_of(self.seal_id), GROUNDS[kind], "依原卷", "窗口")
        act(archive.acts, archive.log, order, key=f"{kind}-{at:%d%H%M}", at=at, random=yinzheng.random)
        yinzheng.publisher.after_seal_act(self.clock.forward(seconds=2))

    def write(self, change: Callable[[Connection], object]) -> None:
        with self.engine.begin() as connection:
            change(connection)

    def statuses(self) -> list[Status]:
        listed = self.own.publisher.trust_list()
        assert listed is not None
        seal = listed.seal(self.seal_id)
        assert seal is not None
        return [one.status for one in seal.history]

    def audited(self) -> set[str]:
        audit, registers, trail = inside(self.own, self.own.anchors, Brought(), self.clock())
        return {one.name for one in audit.inside(registers, trail, files=False).findings}

    def require_at_rest(self) -> None:
        with pytest.raises(SealNotUsable):
            self.own.seals.seal(
                self.seal_id,
                letter(),
                Wanted(AtPoint(0, 20, 20), "答复"),
                key=f"use-{self.clock():%H%M%S}",
                by=SEAL_OFFICERS[0],
                department=self.filed.body_code,
            )
        assert self.own.verify_file(self.document).verdict.indication is FAILED


GROUNDS = {ActKind.SUSPEND: "seal-paused", ActKind.REINSTATE: "seal-pause-ended"}


@pytest.fixture
def stolen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stolen]:
    two = TwoTimelines(tmp_path_factory.mktemp("stolen"))
    yield Stolen(two)
    two.close()


def without_list(connection: Connection) -> None:
    report = decode_json(bytes(connection.scalar(select(restore_epoch.c.report)) or b""), limit=REPORT)
    connection.execute(update(restore_epoch).values(report=encode_json(report | {"trust_list": 1})))


WRITTEN: dict[str, Callable[[Connection], object]] = {
    "the restore is deleted": lambda connection: connection.execute(delete(restore_epoch)),
    "its report names an older list": without_list,
    "its report is emptied": lambda connection: connection.execute(update(restore_epoch).values(report=b"{}")),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_is_taken_back_while_a_row_is_gone(stolen: Stolen, name: str) -> None:
    assert stolen.statuses() == [S, V, S]
    with stolen.engine.connect() as connection:
        rows = [dict(one._mapping) for one in connection.execute(select(restore_epoch))]
    stolen.write(WRITTEN[name])
    with pytest.raises(Conflict, match="history-taken-back"):
        stolen.own.publisher.refresh(stolen.clock.forward(minutes=1))
    assert stolen.statuses() == [S, V, S]
    stolen.require_at_rest()
    assert "history-taken-back" in stolen.audited()
    stolen.write(lambda connection: connection.execute(delete(restore_epoch)))
    stolen.write(lambda connection: connection.execute(insert(restore_epoch), rows))
    stolen.own.publisher.refresh(stolen.clock.forward(minutes=1))
    assert "history-taken-back" not in stolen.audited()
    assert stolen.statuses() == [S, V, S]


def test_where_the_row_is_lost_for_good_a_restore_on_the_spot_goes_on_with_what_was_told(stolen: Stolen) -> None:
    stolen.write(lambda connection: connection.execute(delete(restore_epoch)))
    stolen.own.take_up_published(BY, SECOND)
    stolen.own.publisher.refresh(stolen.clock.forward(minutes=1))
    assert stolen.statuses() == [S, V, S]
    stolen.require_at_rest()
    stolen.act(stolen.own, ActKind.SUSPEND)
    stolen.act(stolen.own, ActKind.REINSTATE)
    assert stolen.statuses() == [S, V, S, V]


def test_a_restore_that_is_moved_changes_nothing(stolen: Stolen) -> None:
    for moved in (datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)):
        stolen.write(lambda connection, moved=moved: connection.execute(update(restore_epoch).values(at=moved)))  # type: ignore[misc]  # bound as it is made
        stolen.own.publisher.refresh(stolen.clock.forward(minutes=1))
        stolen.require_at_rest()
        assert stolen.statuses() == [S, V, S]


def test_a_restore_that_is_made_up_hides_no_act(stolen: Stolen) -> None:
    listed = stolen.own.archive.trust_lists.current("trust-list")
    assert listed is not None
    values = {"by": "甲", "approved_by": "乙", "first_shard": 0, "log_size": stolen.own.archive.log.size()}
    report = encode_json({"trust_list": listed.number, "carried": [], "log_entries_recovered": {}})
    made_up = insert(restore_epoch).values(number=2, at=datetime(2099, 1, 1, tzinfo=UTC), report=report, **values)
    stolen.write(lambda connection: connection.execute(made_up))
    stolen.act(stolen.own, ActKind.SUSPEND)
    stolen.act(stolen.own, ActKind.REINSTATE)
    assert stolen.statuses() == [S, V, S, V]
    stolen.act(stolen.own, ActKind.SUSPEND)
    assert stolen.statuses() == [S, V, S, V, S]
    stolen.require_at_rest()


def test_a_list_that_is_replaced_in_the_database_is_held_against_the_public_one(stolen: Stolen) -> None:
    lists = stolen.own.archive.trust_lists
    first, current = lists.edition("trust-list", 1), lists.current("trust-list")
    assert current is not None
    newest = trust_list_publication.c.number == current.number
    stolen.write(lambda connection: connection.execute(delete(restore_epoch)))
    stolen.write(
        lambda connection: connection.execute(update(trust_list_publication).where(newest).values(octets=first))
    )
    with pytest.raises(Conflict):
        stolen.own.publisher.refresh(stolen.clock.forward(minutes=1))
    assert stolen.own.verify_file(stolen.document).verdict.indication is not PASSED
