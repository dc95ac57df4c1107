"""Accounts and sessions that a database superuser put in or changed are nobody's, and the audit names them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from keys.errors import WrongPassphrase
from service.accounts import BEGUN, AccountTags, start_tagging
from service.identity import AccountForged, NotAllowed, NotSignedIn, WrongCredentials
from service.trail.doing import beginning
from service.wiring import Yinzheng
from tests.audit_parts import audited, judged, over, rows_of, superuser
from tests.city import City
from trust.rules.verdict import Indication
from trust.sealing.errors import SealWishRefused
from trust.store import METADATA

PERSON, SESSION, TRAIL = (METADATA.tables[name] for name in ("person", "session", "trail"))
STAFF, HOLDER = "scjg", "citizen"
Deed = Callable[[Connection, dict[str, dict[str, Any]]], object]


class Scene:
    """A city in which everybody has signed in."""

    def __init__(self) -> None:
        self.city = City()
        identity, at = self.city.yinzheng.identity, self.city.clock()
        self.passwords = {person.login: password for person, password in self.city.plan.people}
        self.tokens = {login: identity.sign_in(login, self.passwords[login], at) for login in (STAFF, HOLDER)}
        self.city.clock.forward(minutes=2)
        self.city.yinzheng.publisher.refresh(self.city.clock())


def put(connection: Connection, whose: str, **values: Any) -> None:
    assert connection.execute(update(PERSON).where(PERSON.c.login == whose).values(**values)).rowcount == 1


def done(stolen: Engine, deed: Deed) -> None:
    with superuser(stolen) as connection:
        deed(connection, {row["login"]: row for row in rows_of(connection, PERSON)})


def signed_in(scene: Scene, yinzheng: Yinzheng, login: str, password: str | None = None) -> bool:
    try:
        yinzheng.identity.sign_in(login, password or scene.passwords[login], scene.city.clock())
    except WrongCredentials:
        return False
    return True


def goes_on(scene: Scene, yinzheng: Yinzheng, login: str) -> bool:
    """Whether the session that somebody opened before still opens anything."""
    try:
        yinzheng.identity.session(scene.tokens[login], scene.city.clock())
    except NotSignedIn:
        return False
    return True


# --- rows that are changed --------------------------------------------------------------------------------------------


def made_an_official(connection: Connection, people: dict[str, dict[str, Any]]) -> None:
    nothing = {"holder_code_type": None, "holder_code": None}
    put(connection, HOLDER, role="official", department=people[STAFF]["department"], **nothing)


def another_holder(connection: Connection, people: dict[str, dict[str, Any]]) -> None:
    put(connection, HOLDER, **{name: people["firm"][name] for name in ("holder_code_type", "holder_code")})


def another_name(connection: Connection, people: dict[str, dict[str, Any]]) -> None:
    put(connection, HOLDER, name=people["firm"]["name"])


def anothers_row(connection: Connection, people: dict[str, dict[str, Any]]) -> None:
    """All that another account is, its tag too."""
    put(connection, HOLDER, **(people[STAFF] | {"login": HOLDER}))


def another_department(connection: Connection, people: dict[str, dict[str, Any]]) -> None:
    put(connection, STAFF, department=people["mzj"]["department"])


def another_role(connection: Connection, _people: dict[str, dict[str, Any]]) -> None:
    put(connection, STAFF, role="admin", department=None)


def a_role_that_is_none(connection: Connection, _people: dict[str, dict[str, Any]]) -> None:
    put(connection, STAFF, role="king")


def no_tag(connection: Connection, _people: dict[str, dict[str, Any]]) -> None:
    put(connection, STAFF, tag=None)


def words_for_a_tag(connection: Connection, _people: dict[str, dict[str, Any]]) -> None:
    connection.exec_driver_sql("UPDATE person SET tag = 'x' WHERE login = 'scjg'")


@pytest.mark.parametrize(
    ("deed", "login", "name"),
    [
        (made_an_official, HOLDER, "account-changed"),
        (another_holder, HOLDER, "account-changed"),
        (another_name, HOLDER, "account-changed"),
        (anothers_row, HOLDER, "account-changed"),
        (another_department, STAFF, "account-changed"),
        (another_role, STAFF, "account-changed"),
        (a_role_that_is_none, STAFF, "account-changed"),
        (words_for_a_tag, STAFF, "account-changed"),
        (no_tag, STAFF, "account-untagged"),
    ],
)
def test_an_account_that_was_changed_is_nobodys(
    scene: Scene, stolen: Engine, deed: Deed, login: str, name: str
) -> None:
    yinzheng = over(scene.city, stolen)
    assert goes_on(scene, yinzheng, login)
    done(stolen, deed)
    assert yinzheng.archive.people.find(login) is None
    assert not signed_in(scene, yinzheng, login)
    assert not goes_on(scene, yinzheng, login), "a session from before has become nobody's too"
    assert name in judged(scene, stolen)


def test_an_account_that_was_changed_back_is_somebodys_again(scene: Scene, stolen: Engine) -> None:
    with stolen.connect() as connection:
        (before,) = [row for row in rows_of(connection, PERSON) if row["login"] == HOLDER]
    done(stolen, made_an_official)
    done(stolen, lambda connection, _: put(connection, HOLDER, **before))
    assert goes_on(scene, over(scene.city, stolen), HOLDER)
    assert judged(scene, stolen) == set()


def test_nobody_gets_a_personal_seal_as_the_official_that_a_holder_was_made(scene: Scene, stolen: Engine) -> None:
    done(stolen, made_an_official)
    seals = over(scene.city, stolen).seals
    with pytest.raises(SealWishRefused, match="wish-holder"):
        seals.holder(HOLDER, scene.city.body_code("business-licence"))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("login", [STAFF, "firm"])
def test_a_password_that_was_put_in_opens_nothing(scene: Scene, stolen: Engine, login: str, *, whole: bool) -> None:
    """The hash of a password that he knows, alone or with the tag of the row that it is from."""
    names = ("password_hash", "tag") if whole else ("password_hash",)
    done(stolen, lambda connection, people: put(connection, login, **{one: people[HOLDER][one] for one in names}))
    yinzheng = over(scene.city, stolen)
    assert not signed_in(scene, yinzheng, login, scene.passwords[HOLDER])
    assert not signed_in(scene, yinzheng, login)
    assert signed_in(scene, yinzheng, HOLDER)
    assert judged(scene, stolen) == {"account-changed"} | ({"row-edited"} if whole and login == STAFF else set())


# --- rows that are put in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tagged", [False, True])
def test_an_account_that_was_put_in_is_nobodys(scene: Scene, stolen: Engine, *, tagged: bool) -> None:
    like = {"login": "ghost"} | ({} if tagged else {"tag": None})
    done(stolen, lambda connection, people: connection.execute(insert(PERSON).values(people[HOLDER] | like)))
    yinzheng = over(scene.city, stolen)
    assert yinzheng.archive.people.find("ghost") is None
    assert not signed_in(scene, yinzheng, "ghost", scene.passwords[HOLDER])
    assert judged(scene, stolen) == {"account-changed" if tagged else "account-untagged"}


def test_a_system_that_was_put_in_is_not_among_the_systems(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    yinzheng.identity.admit_system("sysx", "业务系统", scene.city.body_code("business-licence"))

    def second(connection: Connection, people: dict[str, dict[str, Any]]) -> None:
        connection.execute(insert(PERSON).values(people["sysx"] | {"login": "sysy"}))

    done(stolen, second)
    assert [one.login for one in yinzheng.identity.systems()] == ["sysx"]


# --- sessions ---------------------------------------------------------------------------------------------------------


def of_another(connection: Connection) -> None:
    """His own session becomes an official's."""
    assert connection.execute(update(SESSION).where(SESSION.c.login == HOLDER).values(login=STAFF)).rowcount == 1


def lasting(connection: Connection) -> None:
    (first, *_) = rows_of(connection, SESSION)
    connection.execute(update(SESSION).values(ends_at=first["ends_at"] + timedelta(days=365)))


def untagged(connection: Connection) -> None:
    connection.execute(update(SESSION).values(tag=None))


@pytest.mark.parametrize("deed", [of_another, lasting, untagged])
def test_a_session_that_was_changed_is_nobodys(
    scene: Scene, stolen: Engine, deed: Callable[[Connection], object]
) -> None:
    done(stolen, lambda connection, _: deed(connection))
    assert not goes_on(scene, over(scene.city, stolen), HOLDER)
    assert judged(scene, stolen) == {"session-changed"}


# --- rows of before that are put back ---------------------------------------------------------------------------------


def test_an_old_row_of_an_official_who_has_moved_opens_no_session(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    known = yinzheng.archive.people.find(STAFF)
    assert known is not None
    with stolen.connect() as connection:
        before = next(row for row in rows_of(connection, PERSON) if row["login"] == STAFF)
    moved = replace(known[0], department=scene.city.body_code("marriage-certificate"))
    yinzheng.identity.enrol(moved, scene.passwords[STAFF])
    token = yinzheng.identity.sign_in(STAFF, scene.passwords[STAFF], scene.city.clock())
    done(stolen, lambda connection, _: put(connection, STAFF, **before))
    with pytest.raises(NotSignedIn):
        yinzheng.identity.session(token, scene.city.clock())
    assert not signed_in(scene, yinzheng, STAFF)
    assert judged(scene, stolen) == {"row-edited", "session-changed"}


# --- tags once and for all --------------------------------------------------------------------------------------------


def opened(scene: Scene, stolen: Engine) -> Yinzheng:
    """The installation over a database, as opening it begins."""
    yinzheng = over(scene.city, stolen)
    start_tagging(stolen, yinzheng.account_tags, scene.city.clock())
    return yinzheng


def all_untagged(connection: Connection) -> None:
    connection.execute(update(PERSON).values(tag=None))


def test_whoever_takes_tags_away_and_waits_for_a_start_gets_nothing(scene: Scene, stolen: Engine) -> None:
    done(stolen, lambda connection, _: all_untagged(connection))
    yinzheng = opened(scene, stolen)
    yinzheng.found()
    assert not signed_in(scene, yinzheng, STAFF)
    assert judged(scene, stolen) == {"account-untagged", "row-edited"}


def test_founding_again_opens_no_forged_account(scene: Scene, stolen: Engine) -> None:
    done(stolen, no_tag)
    over(scene.city, stolen).found()
    assert judged(scene, stolen) == {"account-untagged", "row-edited"}


@pytest.mark.parametrize("how", ["taken out", "hidden"])
def test_whoever_has_tags_made_anew_is_found(scene: Scene, stolen: Engine, how: str) -> None:
    own = TRAIL.c.action == BEGUN
    with superuser(stolen) as connection:
        all_untagged(connection)
        made_an_official(connection, {row["login"]: row for row in rows_of(connection, PERSON)})
        if how == "hidden":
            connection.execute(update(TRAIL).where(own).values(action="GET /"))
        else:
            connection.execute(delete(TRAIL).where(own))
    opened(scene, stolen)
    with superuser(stolen) as connection:
        connection.execute(update(TRAIL).where(TRAIL.c.action == "GET /").values(action=BEGUN))
    assert {"hidden": "accounts-tagged-again", "taken out": "trail-missing"}[how] in judged(scene, stolen)


def test_staff_that_were_changed_before_tags_began_get_none(scene: Scene, stolen: Engine) -> None:
    """An upgrade takes nobody for an official whom the trail does not know as one."""
    with superuser(stolen) as connection:
        all_untagged(connection)
        connection.execute(delete(TRAIL).where(TRAIL.c.action == BEGUN))
        people = {row["login"]: row for row in rows_of(connection, PERSON)}
        made_an_official(connection, people)
        put(connection, "mzj", role="admin")
    yinzheng = opened(scene, stolen)
    nobodys = {login for login in people if yinzheng.archive.people.is_forged(login)}
    assert nobodys == {HOLDER, "mzj"}
    with stolen.connect() as connection:
        assert connection.scalar(select(TRAIL.c.action).order_by(TRAIL.c.number.desc()).limit(1)) == BEGUN


# --- what is left to do -----------------------------------------------------------------------------------------------


def test_a_sign_in_to_a_forged_account_is_told_to_auditors_and_to_nobody_else(scene: Scene, stolen: Engine) -> None:
    done(stolen, made_an_official)
    yinzheng = over(scene.city, stolen)
    for login in (HOLDER, "nobody"):
        with beginning() as doing, pytest.raises(WrongCredentials) as refused:
            yinzheng.identity.sign_in(login, "demo-citizen", scene.city.clock())
        assert refused.value.args == ()
        assert doing.failed
        assert doing.about == ({"login": HOLDER, "account": "forged"} if login == HOLDER else {})
        yinzheng.trail.record(doing, "POST /login", 401)
    with stolen.connect() as connection:
        last = connection.execute(select(TRAIL.c.actor, TRAIL.c.action, TRAIL.c.subject).order_by(TRAIL.c.number)).all()
    assert last[-2:] == [("?", "sign-in failed POST /login", HOLDER), ("?", "sign-in failed POST /login", None)]


def test_a_forged_account_can_be_shut_out_and_stays_nobodys(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    secret = yinzheng.identity.admit_system("sysx", "业务系统", scene.city.body_code("business-licence"))
    done(stolen, lambda connection, _: put(connection, "sysx", role="official"))
    yinzheng.identity.end_system("sysx")
    assert not signed_in(scene, yinzheng, "sysx", secret)
    done(stolen, lambda connection, _: put(connection, "sysx", role="system"))
    assert yinzheng.archive.people.is_forged("sysx")
    assert "account-untagged" in judged(scene, stolen)


def test_a_forged_account_is_opened_anew_and_only_such_a_one(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    known = yinzheng.archive.people.find(STAFF)
    assert known is not None
    with pytest.raises(NotAllowed):
        yinzheng.identity.enrol_anew(known[0], "another")
    done(stolen, another_role)
    yinzheng.identity.enrol_anew(known[0], "another")
    assert signed_in(scene, yinzheng, STAFF, "another")
    assert not signed_in(scene, yinzheng, STAFF)
    assert not goes_on(scene, yinzheng, STAFF)
    assert judged(scene, stolen) == set()


def test_a_forged_system_is_renewed_and_not_by_mistake(scene: Scene, stolen: Engine) -> None:
    yinzheng, body = over(scene.city, stolen), scene.city.body_code("business-licence")
    yinzheng.identity.admit_system("sysx", "业务系统", body)
    done(stolen, lambda connection, people: put(connection, "sysx", password_hash=people[HOLDER]["password_hash"]))
    with pytest.raises(AccountForged):
        yinzheng.identity.admit_system("sysx", "业务系统", body)
    secret = yinzheng.identity.renew_system("sysx", "业务系统", body)
    assert signed_in(scene, yinzheng, "sysx", secret)
    assert judged(scene, stolen) == set()


def no_key() -> bytes:
    raise WrongPassphrase


@pytest.mark.parametrize("tags", [AccountTags(no_key, lambda: True), AccountTags(lambda: b"made now", lambda: False)])
def test_who_has_not_the_key_is_told_that_nothing_can_be_said(
    scene: Scene, stolen: Engine, tags: AccountTags, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(stolen, another_name)
    monkeypatch.setattr("service.wiring.ground.AccountTags", lambda *_: tags)
    report = audited(scene.city, stolen, scene.city.yinzheng.anchors)
    (told,) = [one for one in report.findings if one.check == "accounts"]
    assert (told.name, told.indication) == ("accounts-unchecked", Indication.INDETERMINATE)
    assert report.indication is Indication.INDETERMINATE
