"""Registers that are marked at every write: what is put in past the installation is found, however long it stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from service.accounts import start_tagging
from service.bound import LEDGERS
from service.identity import AccountForged, NotSignedIn, Role, WrongCredentials
from service.lost_keys.order import Compromise
from service.trail.ledger import When, every_digest_in
from service.trail.starting import start_marking
from service.wiring import Yinzheng
from tests.audit_parts import audited, found, over, rows_of, superuser
from tests.city import SEAL_OFFICERS, City, copy_of
from trust.errors import Conflict
from trust.formats.cosignature import witness_key
from trust.formats.trail_record import AGAIN, BOUND, MARKED, TrailRecord
from trust.store import METADATA

MAKER, SECOND = SEAL_OFFICERS
LOSS, PERSON, TRAIL = METADATA.tables["compromise"], METADATA.tables["person"], METADATA.tables["trail"]
WITNESS = METADATA.tables["log_witness"]
FOLLOWED = {name for name, one in LEDGERS.items() if one.when is When.FOLLOWED}
Scene = tuple[City, Compromise]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """A report of a lost key that waits, taken up and logged long ago."""
    city = City()
    reports = city.yinzheng.compromises
    city.seal()
    city.clock.forward(minutes=10)
    loss = reports.loss_of_body("scjg", city.clock() - timedelta(minutes=1), "签章服务器被入侵")
    waiting = reports.report(loss, by=MAKER, key="loss")
    city.yinzheng.publisher.refresh(city.clock())
    city.clock.forward(minutes=10)
    city.yinzheng.publisher.refresh(city.clock())
    yield city, waiting
    city.close()


@pytest.fixture
def stolen(scene: Scene) -> Iterator[Engine]:
    engine = copy_of(scene[0].engine)
    yield engine
    engine.dispose()


def judged(scene: Scene, stolen: Engine) -> set[str]:
    return found(audited(scene[0], stolen, scene[0].yinzheng.anchors))


def looked_through(scene: Scene, stolen: Engine) -> Yinzheng:
    """The installation goes on for a while over the database that somebody wrote in."""
    city = scene[0]
    yinzheng = opened(scene, stolen)
    for _ in range(2):
        city.clock.forward(minutes=2)
        yinzheng.trail.commit(city.clock())
    return yinzheng


def opened(scene: Scene, stolen: Engine) -> Yinzheng:
    """The installation over another database, as opening it begins."""
    yinzheng = over(scene[0], stolen)
    start_marking(stolen, LEDGERS.values(), scene[0].clock())
    start_tagging(stolen, yinzheng.account_tags, scene[0].clock())
    return yinzheng


def test_untimed_registers_are_followed() -> None:
    untimed = {name for name, one in LEDGERS.items() if one.when is When.FOUND and one.at is None}
    assert untimed == set()
    assert {"person", "seal", "compromise", "mandate"} <= FOLLOWED


def test_honest_writes_pass(scene: Scene, stolen: Engine) -> None:
    city, waiting = scene
    yinzheng = over(city, stolen)
    known = yinzheng.archive.people.find("scjg")
    assert known is not None
    yinzheng.archive.people.enrol(replace(known[0], role=Role.ADMIN), known[1])
    yinzheng.compromises.confirm(waiting, digest=waiting.loss.digest, by=SECOND)
    assert judged(scene, stolen) == set()
    looked_through(scene, stolen)
    assert judged(scene, stolen) == set()


def a_second_like(stolen: Engine, name: str) -> dict[str, Any]:
    """A row like the first of a register, under another key."""
    table = METADATA.tables[name]
    with superuser(stolen) as connection:
        row = rows_of(connection, table)[0]
        unique = {one.name for one in table.columns if one.unique} | set(table.primary_key.columns.keys())
        fresh = {one: row[one] + 1_000 if isinstance(row[one], int) else f"{row[one]}x" for one in unique}
        connection.execute(insert(table).values(row | fresh))
    return row | fresh


@pytest.mark.parametrize("name", ["person", "compromise", "mandate", "seal", "catalogue_edition", "catalogue_version"])
def test_a_row_that_was_put_in_is_found_for_ever(scene: Scene, stolen: Engine, name: str) -> None:
    a_second_like(stolen, name)
    assert "row-inserted" in judged(scene, stolen)
    looked_through(scene, stolen)
    assert "row-inserted" in judged(scene, stolen), "the keeper of the trail has looked, and did not take it up"


def test_a_step_that_was_put_in_with_the_time_of_now_is_found(scene: Scene, stolen: Engine) -> None:
    """The keeper looks within the minute, and does not take up what nobody marked."""
    table = METADATA.tables["catalogue_event"]
    with superuser(stolen) as connection:
        row = rows_of(connection, table)[-1]
        step = {"sequence": row["sequence"] + 1, "step": "retire", "at": scene[0].clock()}
        connection.execute(insert(table).values(row | step))
    looked_through(scene, stolen)
    assert {"row-inserted", "step-differs"} <= judged(scene, stolen)


def test_a_report_changed_while_it_waits_cannot_be_confirmed(scene: Scene, stolen: Engine) -> None:
    city, waiting = scene
    earlier = city.clock() - timedelta(days=300)
    with superuser(stolen) as connection:
        connection.execute(update(LOSS).values(since=earlier))
    reports = over(city, stolen).compromises
    seen = reports.find(waiting.number, None)
    assert seen.loss.since == earlier
    with pytest.raises(Conflict, match="register-changed"):
        reports.confirm(seen, digest=seen.loss.digest, by=SECOND)
    assert "row-edited" in judged(scene, stolen)


def test_nothing_is_confirmed_that_nobody_reported(scene: Scene, stolen: Engine) -> None:
    number = a_second_like(stolen, "compromise")["number"]
    reports = over(scene[0], stolen).compromises
    seen = reports.find(number, None)
    with pytest.raises(Conflict, match="register-changed"):
        reports.confirm(seen, digest=seen.loss.digest, by=SECOND)


def test_a_row_that_was_taken_out_is_found(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        connection.execute(delete(LOSS))
    assert "row-deleted" in judged(scene, stolen)


def test_what_was_rolled_back_is_not_marked(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene[0], stolen)
    before = yinzheng.trail.store.tip()
    with stolen.connect().execution_options(writes=True) as connection:
        connection.execute(update(PERSON).values(name="某某"))
        connection.rollback()
    assert yinzheng.trail.store.tip() == before
    with stolen.begin() as connection:
        connection.execute(update(PERSON).values(name=PERSON.c.name))
    assert yinzheng.trail.store.tip() == before, "what changes nothing is not marked either"


def test_an_installation_from_before_takes_its_rows_up_once(scene: Scene, stolen: Engine) -> None:
    """Its trail has no word of when marking began; what was marked once is not marked anew."""
    city = scene[0]
    with superuser(stolen) as connection:
        for name in ("trail", "trail_tip", "trail_commitment"):
            connection.execute(delete(METADATA.tables[name]))
    yinzheng = looked_through(scene, stolen)
    marks = list(yinzheng.trail.store.marks("person"))
    with stolen.connect() as connection:
        there = set(connection.scalars(select(PERSON.c.login).where(PERSON.c.role != "holder")))
    assert {key for record in marks for key in record.rows} == there
    assert [BOUND in record.about for record in marks] == [False, True]
    a_second_like(stolen, "person")
    city.clock.forward(minutes=2)
    opened(scene, stolen).trail.commit(city.clock())
    assert len(list(yinzheng.trail.store.marks("person"))) == 2


def from_before(scene: Scene, stolen: Engine) -> None:
    """A database of an older version, which marked people once alone: somebody's name was changed since."""
    city = scene[0]
    secretive = over(city, stolen)
    secretive.identity.admit_system("sysx", "旧名", city.body_code("business-licence"))
    witness = witness_key("w.example/a", secretive.directory.service("log")[0].public)
    secretive.archive.witnesses.admit(witness, city.clock())
    with superuser(stolen) as connection:
        for name in ("trail", "trail_tip", "trail_commitment"):
            connection.execute(delete(METADATA.tables[name]))
    for name in ("person", "log_witness"):
        with stolen.connect() as connection:
            rows = every_digest_in(connection, LEDGERS[name], former=True)
        marked = TrailRecord(0, city.clock(), "yinzheng", "service", MARKED, 0, {"table": name}, rows=rows)
        secretive.trail.store.add([marked])
    with superuser(stolen) as connection:
        connection.execute(update(PERSON).where(PERSON.c.login == "sysx").values(name="新名"))
        connection.execute(update(PERSON).values(tag=None))


def test_from_the_start_after_an_upgrade_old_rows_can_be_changed_and_none_is_put_in(
    scene: Scene, stolen: Engine
) -> None:
    """Before the keeper of the trail has looked even once."""
    city, waiting = scene
    from_before(scene, stolen)
    yinzheng = opened(scene, stolen)
    yinzheng.identity.admit_system("sysx", "更新的名", city.body_code("business-licence"))
    number = a_second_like(stolen, "compromise")["number"]
    reports = yinzheng.compromises
    seen = reports.find(number, None)
    with pytest.raises(Conflict, match="register-changed"):
        reports.confirm(seen, digest=seen.loss.digest, by=SECOND)
    reports.confirm(waiting, digest=waiting.loss.digest, by=SECOND)
    assert judged(scene, stolen) >= {"row-inserted"}


def test_after_an_upgrade_rows_that_had_changed_can_be_changed_and_an_auditor_is_told(
    scene: Scene, stolen: Engine
) -> None:
    from_before(scene, stolen)
    yinzheng = looked_through(scene, stolen)
    (again,) = [one for one in yinzheng.trail.store.marks("person") if AGAIN in one.about]
    assert list(again.rows) == ["sysx"]
    assert not [one for one in yinzheng.trail.store.marks("log_witness") if AGAIN in one.about], (
        "it has more columns now"
    )
    report = audited(scene[0], stolen, yinzheng.anchors)
    assert [one.proof["keys"] for one in report.findings if one.name == "row-changed-before"] == [["sysx"]]
    assert not {"row-edited", "row-inserted"} & {one.name for one in report.findings if one.check == "rows"}
    twice = TrailRecord(0, scene[0].clock(), "yinzheng", "service", MARKED, 0, again.about, rows=again.rows)
    yinzheng.trail.store.add([twice])  # by another process that began at the same moment
    assert not {"row-edited", "row-inserted"} & judged(scene, stolen)
    yinzheng.identity.admit_system("sysx", "更新的名", scene[0].body_code("business-licence"))
    yinzheng.identity.end_system("sysx")


def test_a_beginning_that_was_hidden_from_a_start_makes_no_second_one_that_passes(scene: Scene, stolen: Engine) -> None:
    """A row is put in; every beginning is hidden in the column that a start looks by, and shown again after it."""
    a_second_like(stolen, "mandate")
    with superuser(stolen) as connection:
        connection.execute(update(TRAIL).values(subject=TRAIL.c.subject.concat("~")))
    scene[0].clock.forward(minutes=5)
    opened(scene, stolen)
    with superuser(stolen) as connection:
        hidden = TRAIL.c.subject.endswith("~")
        connection.execute(update(TRAIL).where(hidden).values(subject=func.rtrim(TRAIL.c.subject, "~")))
    looked_through(scene, stolen)
    assert "begun-again" in judged(scene, stolen)


def test_changes_from_before_are_taken_up_once_and_not_later(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene[0], stolen)
    with superuser(stolen) as connection:
        connection.execute(update(PERSON).where(PERSON.c.login == "scjg").values(role="admin"))
    rows = yinzheng.trail.ledgers.digests("person", ["scjg"])
    about = {"table": "person", AGAIN: "changed"}
    yinzheng.trail.store.add([TrailRecord(0, scene[0].clock(), "yinzheng", "service", MARKED, 0, about, rows=rows)])
    assert "row-edited" in judged(scene, stolen)


def test_what_takes_something_away_at_once_is_done_whatever_stands_there(scene: Scene, stolen: Engine) -> None:
    city = scene[0]
    yinzheng, at = over(city, stolen), city.clock()
    secret = yinzheng.identity.admit_system("sysx", "业务系统", city.body_code("business-licence"))
    token = yinzheng.identity.sign_in("sysx", secret, at)
    witness = witness_key("w.example/a", yinzheng.directory.service("log")[0].public)
    yinzheng.archive.witnesses.admit(witness, at)
    with superuser(stolen) as connection:
        connection.execute(update(PERSON).where(PERSON.c.login == "sysx").values(department="x"))
        connection.execute(update(WITNESS).values(name="w.example/b"))
    yinzheng.identity.end_system("sysx")
    assert yinzheng.archive.witnesses.dismiss("w.example/b", at)
    with pytest.raises(NotSignedIn):
        yinzheng.identity.session(token, at)
    with pytest.raises(WrongCredentials):
        yinzheng.identity.sign_in("sysx", secret, at)
    with pytest.raises(AccountForged):
        yinzheng.identity.admit_system("sysx", "业务系统", city.body_code("business-licence"))
    assert {"row-edited", "row-inserted", "row-deleted"} <= judged(scene, stolen), "what was done there stays found"
