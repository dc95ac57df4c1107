"""Accounts of before that are put back, starts that are led to tag them, and a database that answers another question."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from service.accounts import BEGUN, AccountTags, start_tagging
from service.begun import Begun, MemoryBegun
from service.bound import LEDGERS
from service.identity import NotSignedIn, OtherKind, Person, Role, WrongCredentials
from service.trail.doing import beginning
from service.trail.starting import start_marking
from service.wiring import Yinzheng
from tests.attacks.test_forged_accounts import HOLDER, PERSON, SESSION, STAFF, TRAIL, Scene, judged, put, signed_in
from tests.audit_parts import audited, over, rows_of, superuser
from tests.city import copy_of
from trust.rules.verdict import Indication
from trust.store import METADATA

TIP, COMMITMENT = METADATA.tables["trail_tip"], METADATA.tables["trail_commitment"]
WORDS = "正确的口令"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.city.close()


@pytest.fixture
def stolen(scene: Scene) -> Iterator[Engine]:
    engine = copy_of(scene.city.engine)
    yield engine
    engine.dispose()


def started(scene: Scene, stolen: Engine, begun: Begun) -> Yinzheng:
    """The installation over a database, as opening it begins."""
    yinzheng, at = over(scene.city, stolen), scene.city.clock()
    start_marking(stolen, LEDGERS.values(), at, begun)
    start_tagging(stolen, yinzheng.account_tags, at, begun)
    return yinzheng


def account(connection: Connection, login: str) -> dict[str, Any]:
    return next(row for row in rows_of(connection, PERSON) if row["login"] == login)


def moved(scene: Scene, yinzheng: Yinzheng) -> Person:
    """The official as of another department, by the installation."""
    known = yinzheng.archive.people.find(STAFF)
    assert known is not None
    elsewhere = replace(known[0], department=scene.city.body_code("marriage-certificate"))
    yinzheng.identity.enrol(elsewhere, scene.passwords[STAFF])
    return elsewhere


# --- what has begun, begins never again -------------------------------------------------------------------------------


@pytest.mark.parametrize("unlogged", [False, True])
def test_a_start_that_is_led_to_tag_anew_tags_nothing(scene: Scene, stolen: Engine, *, unlogged: bool) -> None:
    begun = MemoryBegun()
    started(scene, stolen, begun)
    with superuser(stolen) as connection:
        own = account(connection, HOLDER)["password_hash"]
        connection.execute(delete(TRAIL).where(TRAIL.c.action == BEGUN))
        connection.execute(update(TRAIL).where(TRAIL.c.subject == "started").values(subject="hidden"))
        put(connection, STAFF, tag=None, password_hash=own)
        if unlogged:
            connection.execute(update(COMMITMENT).values(at=scene.city.clock() + timedelta(days=1)))
        before = rows_of(connection, TRAIL)
    yinzheng = started(scene, stolen, begun)
    with superuser(stolen) as connection:
        assert account(connection, STAFF)["tag"] is None
        assert rows_of(connection, TRAIL) == before
    assert not signed_in(scene, yinzheng, STAFF, scene.passwords[HOLDER])


def test_what_the_database_says_has_begun_is_noted_outside_and_not_begun_again(scene: Scene, stolen: Engine) -> None:
    begun = MemoryBegun()
    with stolen.connect() as connection:
        before = rows_of(connection, TRAIL)
    started(scene, stolen, begun)
    with stolen.connect() as connection:
        assert rows_of(connection, TRAIL) == before
    assert set(begun.known()) >= {"accounts", "account", "person", "records", "seal_step"}


def test_a_register_of_a_later_version_begins_once(scene: Scene, stolen: Engine) -> None:
    begun = MemoryBegun()
    begun.note({name: how for name, how in started_all(scene, stolen).items() if name != "account"})
    with superuser(stolen) as connection:
        connection.execute(delete(TRAIL).where(TRAIL.c.subject.in_(["started", "account"])))
    started(scene, stolen, begun)
    with stolen.connect() as connection:
        count = len(rows_of(connection, TRAIL))
        subjects = connection.scalars(select(TRAIL.c.subject).order_by(TRAIL.c.number.desc()).limit(3)).all()
    assert set(subjects) == {"started", "account"}
    started(scene, stolen, begun)
    with stolen.connect() as connection:
        assert len(rows_of(connection, TRAIL)) == count
    assert begun.known()["account"] == "followed"


def started_all(scene: Scene, stolen: Engine) -> dict[str, str]:
    begun = MemoryBegun()
    started(scene, stolen, begun)
    return dict(begun.known())


def test_a_commitment_that_lies_ahead_keeps_no_head_from_the_log(scene: Scene, stolen: Engine) -> None:
    yinzheng, at = over(scene.city, stolen), scene.city.clock()
    with superuser(stolen) as connection:
        connection.execute(update(COMMITMENT).values(at=at + timedelta(days=1)))
    moved(scene, yinzheng)
    tip, _ = yinzheng.trail.store.tip()
    yinzheng.trail.commit(at)
    last = yinzheng.trail.store.last_commitment()
    assert last is not None
    assert (last.number >= tip, last.at) == (True, at)


# --- rows of before ---------------------------------------------------------------------------------------------------


def test_an_old_row_is_refused_by_whoever_saw_it_replaced_and_named_by_the_audit(scene: Scene, stolen: Engine) -> None:
    """The marks of the move are hidden for as long as the sign-in takes; everything is put back afterwards."""
    yinzheng = over(scene.city, stolen)
    with stolen.connect() as connection:
        before, tip = account(connection, STAFF), connection.scalar(select(TIP.c.number))
    moved(scene, yinzheng)
    scene.city.clock.forward(minutes=5)
    fresh = TRAIL.c.number > tip
    with superuser(stolen) as connection:
        now = account(connection, STAFF)
        connection.execute(update(TRAIL).where(fresh).values(subject=TRAIL.c.subject.concat("~")))
        put(connection, STAFF, **before)
    assert not signed_in(scene, yinzheng, STAFF)
    other = over(scene.city, stolen)
    with beginning() as doing:
        token = other.identity.sign_in(STAFF, scene.passwords[STAFF], scene.city.clock())
    other.trail.record(doing, "POST /login", 303)
    with superuser(stolen) as connection:
        names = {"person~": "person", "account~": "account"}
        for hidden, name in names.items():
            connection.execute(update(TRAIL).where(TRAIL.c.subject == hidden).values(subject=name))
        put(connection, STAFF, **now)
        connection.execute(delete(SESSION).where(SESSION.c.login == STAFF))
    assert token
    assert judged(scene, stolen) == {"sign-in-on-former-account"}


def test_honest_sign_ins_pass(scene: Scene, stolen: Engine) -> None:
    """Before a move and after it, by somebody who signs in among others, and recorded long after."""
    yinzheng = over(scene.city, stolen)
    with beginning() as doing:
        for login in ("mzj", HOLDER, STAFF):
            yinzheng.identity.sign_in(login, scene.passwords[login], scene.city.clock())
    scene.city.clock.forward(minutes=5)
    moved(scene, yinzheng)
    scene.city.clock.forward(minutes=5)
    yinzheng.trail.record(doing, "yinzheng batch", 0)
    with beginning() as doing:
        yinzheng.identity.sign_in(STAFF, scene.passwords[STAFF], scene.city.clock())
    yinzheng.trail.record(doing, "POST /login", 303)
    with stolen.connect() as connection:
        actors = connection.scalars(select(TRAIL.c.actor).order_by(TRAIL.c.number.desc()).limit(1)).all()
    assert actors == [STAFF]
    assert judged(scene, stolen) == set()


def test_a_session_and_its_account_that_are_put_back_open_nothing_where_that_was_seen(
    scene: Scene, stolen: Engine
) -> None:
    yinzheng = over(scene.city, stolen)
    with stolen.connect() as connection:
        before = account(connection, STAFF)
        session = next(row for row in rows_of(connection, SESSION) if row["login"] == STAFF)
    moved(scene, yinzheng)
    with superuser(stolen) as connection:
        put(connection, STAFF, **before)
        connection.execute(insert(SESSION).values(session))
    with pytest.raises(NotSignedIn):
        yinzheng.identity.session(scene.tokens[STAFF], scene.city.clock())


@pytest.mark.parametrize("ended", [True, False])
def test_a_system_that_was_ended_and_a_former_secret_do_not_come_back(
    scene: Scene, stolen: Engine, *, ended: bool
) -> None:
    yinzheng, body = over(scene.city, stolen), scene.city.body_code("business-licence")
    secret = yinzheng.identity.admit_system("sysx", "业务系统", body)
    with stolen.connect() as connection:
        before = account(connection, "sysx")
    if ended:
        yinzheng.identity.end_system("sysx")
    else:
        yinzheng.identity.admit_system("sysx", "业务系统", body)
    with superuser(stolen) as connection:
        put(connection, "sysx", **before)
    other = over(scene.city, stolen)
    assert not signed_in(scene, other, "sysx", secret)
    assert judged(scene, stolen) == {"row-edited"}
    anew = other.identity.renew_system("sysx", "业务系统", body)
    assert signed_in(scene, other, "sysx", anew)
    assert judged(scene, stolen) == set()


# --- rows that are taken away -----------------------------------------------------------------------------------------


def test_a_row_that_was_taken_away_is_not_founded_with_its_first_password(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    known = yinzheng.archive.people.find(STAFF)
    assert known is not None
    yinzheng.identity.enrol(known[0], WORDS)
    with superuser(stolen) as connection:
        for table in (SESSION, PERSON):
            connection.execute(delete(table).where(table.c.login == STAFF))
    other = over(scene.city, stolen)
    other.found()
    assert not signed_in(scene, other, STAFF)
    assert "row-deleted" in judged(scene, stolen)
    with pytest.raises(OtherKind):
        other.identity.enrol_anew(Person(STAFF, "某", Role.HOLDER, None, "111", "530199191107070021"), WORDS)
    other.identity.enrol_anew(known[0], WORDS)
    assert signed_in(scene, other, STAFF, WORDS)
    assert judged(scene, stolen) == set()


# --- another secret ---------------------------------------------------------------------------------------------------


def test_with_another_secret_nothing_is_said_of_anybody(
    scene: Scene, stolen: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = AccountTags(lambda: b"made anew on another machine", lambda: True)
    monkeypatch.setattr("service.wiring.ground.AccountTags", lambda *_: other)
    report = audited(scene.city, stolen, scene.city.yinzheng.anchors)
    told = {one.name for one in report.findings if one.indication is Indication.INDETERMINATE}
    assert (report.indication, told) == (Indication.INDETERMINATE, {"accounts-unchecked", "trail-unchecked"})


# --- a database that answers another question -------------------------------------------------------------------------


def lie(connection: Connection, table: Table, column: str, asked: str, shown: str) -> None:
    """Put a view in a table's place, whose key column gives now this, now that."""
    names = ", ".join(
        f"CASE WHEN {column} = {shown} AND abs(random()) % 2 THEN {asked} ELSE {column} END AS {column}"
        if str(one.name) == column
        else str(one.name)
        for one in table.columns
    )
    connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
    connection.exec_driver_sql(f"ALTER TABLE {table.name} RENAME TO kept_{table.name}")
    connection.exec_driver_sql(f"CREATE VIEW {table.name} AS SELECT {names} FROM kept_{table.name}")


def test_a_token_opens_nobody_elses_session(scene: Scene, stolen: Engine) -> None:
    yinzheng, at = over(scene.city, stolen), scene.city.clock()
    mine, theirs = (yinzheng.identity._digest(scene.tokens[one]).hex() for one in (HOLDER, STAFF))
    with superuser(stolen) as connection:
        connection.exec_driver_sql(f"DELETE FROM session WHERE digest = x'{mine}'")
        lie(connection, SESSION, "digest", f"x'{mine}'", f"x'{theirs}'")
    for _ in range(30):
        with pytest.raises(NotSignedIn):
            yinzheng.identity.session(scene.tokens[HOLDER], at)


def test_a_login_is_answered_with_its_own_account_or_with_none(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    with superuser(stolen) as connection:
        lie(connection, PERSON, "login", f"'{STAFF}'", f"'{HOLDER}'")
        connection.exec_driver_sql("CREATE TABLE in_order AS SELECT * FROM kept_person ORDER BY login")
        connection.exec_driver_sql("DROP TABLE kept_person")
        connection.exec_driver_sql("ALTER TABLE in_order RENAME TO kept_person")
    found = [yinzheng.archive.people.find(STAFF) for _ in range(30)]
    assert {one[0].login for one in found if one} <= {STAFF}
    assert None in found
    with pytest.raises(WrongCredentials):
        yinzheng.identity.sign_in(STAFF, scene.passwords[HOLDER], scene.city.clock())


def test_what_was_never_here_is_nothing_amiss(scene: Scene) -> None:
    """Founding makes such an account."""
    assert not scene.city.yinzheng.archive.people.is_amiss("nobody")
