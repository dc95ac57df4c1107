"""Acts that nobody took: put in past the register, without the second person, or with a place that the log has not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from tests.audit_parts import Busy, audited, busy, found, over, superuser
from tests.city import City, copy_of
from trust.formats.certificate import Certificate
from trust.rules.standing import ActKind
from trust.store import METADATA
from verifier.auditing.report import Report

ACT, ORDER, EVENT = METADATA.tables["act"], METADATA.tables["act_order"], METADATA.tables["act_order_event"]
STANDING, PERSON, MANDATE = METADATA.tables["standing"], METADATA.tables["person"], METADATA.tables["mandate"]
ALIVE, BY_TWO = 3, 4
Scene = tuple[Busy, tuple[Certificate, ...]]
Deed = Callable[[Connection, str], None]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """The busy city, with an act that two people stand behind."""
    city = City()
    made = busy(city)
    city.act(ActKind.SUSPEND, made.issued[BY_TWO], "penalty", reason="逾期未整改")
    since = city.clock()
    city.clock.forward(minutes=10)
    city.act(ActKind.RESCIND, made.issued[BY_TWO], "not-qualified", effective_at=since)
    city.clock.forward(minutes=10)
    city.yinzheng.publisher.refresh(city.clock())
    yield made, city.yinzheng.anchors
    city.close()


@pytest.fixture
def stolen(scene: Scene) -> Iterator[Engine]:
    engine = copy_of(scene[0].city.engine)
    yield engine
    engine.dispose()


def judged(scene: Scene, stolen: Engine) -> Report:
    return audited(scene[0].city, stolen, scene[1])


def subject(scene: Scene, place: int) -> str:
    return str(scene[0].issued[place].entry.licence.identifier)


def row_for(connection: Connection, alive: str, **changed: Any) -> dict[str, Any]:
    """A row like an honest one, on a licence that nothing happened to."""
    row = dict(connection.execute(select(ACT).where(ACT.c.kind == "revoke")).one()._mapping)
    return row | {"subject": alive, "sequence": 1, "idempotency_key": "made-up", "salt": bytes(16)} | changed


def put_in(connection: Connection, alive: str, **changed: Any) -> None:
    connection.execute(insert(ACT).values(row_for(connection, alive, **changed)))
    connection.execute(update(STANDING).where(STANDING.c.subject == alive).values(sequence=1, status="07"))


def test_an_honest_installation_passes(scene: Scene, stolen: Engine) -> None:
    report = judged(scene, stolen)
    assert not found(report)
    assert report.examined["orders"] == 5


def test_an_act_that_was_put_in_is_found_also_after_it_was_logged(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        put_in(connection, subject(scene, ALIVE), log_index=None)
    assert "row-inserted" in found(judged(scene, stolen))
    city = scene[0].city
    over(city, stolen).publisher.refresh(city.clock())
    names = found(judged(scene, stolen))
    assert "row-inserted" in names, "the register has logged it, and still nobody took it"


def test_a_place_that_the_log_has_not_is_against_it(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        put_in(connection, subject(scene, ALIVE), log_index=1_000_000)
    assert "row-beyond" in found(judged(scene, stolen))


def no_approval(connection: Connection, _subject: str) -> None:
    connection.execute(delete(EVENT).where(EVENT.c.step == "approve"))


def own_approval(connection: Connection, _subject: str) -> None:
    maker = connection.scalar(select(ORDER.c.maker_login))
    connection.execute(update(EVENT).where(EVENT.c.step == "approve").values(by_login=maker))


def no_order(connection: Connection, _subject: str) -> None:
    connection.execute(delete(ORDER))


def another_ground(connection: Connection, _subject: str) -> None:
    connection.execute(update(ORDER).values(ground="fraud"))


def nobody(connection: Connection, _subject: str) -> None:
    second = connection.scalar(select(EVENT.c.by_login).where(EVENT.c.step == "approve"))
    connection.execute(delete(PERSON).where(PERSON.c.login == second))


def alone(connection: Connection, rescinded: str) -> None:
    """The very act, under a key that is no order's."""
    own = (ACT.c.subject == rescinded) & (ACT.c.kind == "rescind")
    connection.execute(update(ACT).where(own).values(idempotency_key="alone"))


@pytest.mark.parametrize(
    ("deed", "name"),
    [
        (no_approval, "order-differs"),
        (own_approval, "order-differs"),
        (no_order, "order-missing"),
        (another_ground, "order-differs"),
        (nobody, "order-differs"),
        (alone, "act-without-second"),
    ],
)
def test_an_act_without_the_people_it_needs_is_found(scene: Scene, stolen: Engine, deed: Deed, name: str) -> None:
    with superuser(stolen) as connection:
        deed(connection, subject(scene, BY_TWO))
    assert name in found(judged(scene, stolen))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("mandate", "origin", "pla1"),
        ("act", "kind", "abolish"),
        ("act_order", "kind", "abolish"),
        ("licence", "document", b"{"),
        ("person", "role", "king"),
        ("status_publication", "octets", b""),
        ("x509_certificate", "der", b"x"),
        ("restore_epoch", "report", b"["),
    ],
)
def test_a_broken_row_is_a_finding_and_not_the_end(
    scene: Scene, stolen: Engine, table: str, column: str, value: object
) -> None:
    described = METADATA.tables[table]
    with superuser(stolen) as connection:
        if table == "restore_epoch":
            at = scene[0].city.clock() - timedelta(days=1)
            epoch = {"number": 1, "at": at, "by": "a", "approved_by": "b", "first_shard": 0, "log_size": 0}
            connection.execute(insert(described).values(epoch | {"report": b""}))
        connection.execute(update(described).values({column: value}))
    report = judged(scene, stolen)
    assert found(report)
    assert report.examined["trail"] > 0
