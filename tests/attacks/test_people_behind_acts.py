"""Who stands behind an act is judged as of then: role and body at the instant of the step, from the trail's marks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from issuer.warrants.warrant import wanted_of
from service import sealing
from service.identity import Role, WrongCredentials
from service.wiring import Yinzheng
from tests.audit_parts import judged, over, rows_of, superuser
from tests.city import OFFICIAL, SEAL_OFFICERS, City
from trust.errors import Malformed
from trust.formats.cosignature import witness_key
from trust.revocation.acting import Order
from trust.rules.seal_standing import subject_of
from trust.rules.standing import ActKind
from trust.sealing.life import Step
from trust.sealing.ports import Cause, Officer
from trust.store import METADATA

ACT, PERSON, PLACE = METADATA.tables["act"], METADATA.tables["person"], METADATA.tables["act_order_subject"]
APPLICATION, STEP = METADATA.tables["seal_application"], METADATA.tables["seal_step"]
EVENT, WITNESS, VERSION = (METADATA.tables[name] for name in ("act_order_event", "log_witness", "catalogue_version"))
MAKER, SECOND = SEAL_OFFICERS
WITNESS_NAME = "w.example/a"
Deed = Callable[[Connection, "Scene"], object]


class Scene:
    """A seal ended by an order, one that was made again, one in use; and a witness that was dismissed."""

    def __init__(self) -> None:
        self.city = City()
        ended, remade, self.alive = (self.city.seal().seal.seal_id for _ in range(3))
        self.ended, self.remade = subject_of(ended), subject_of(remade)
        witnesses, clock = self.city.yinzheng.archive.witnesses, self.city.clock
        own = self.city.yinzheng.directory.service("log")[0].public  # any key does
        witnesses.admit(witness_key(WITNESS_NAME, own), clock())
        clock.forward(minutes=5)
        self.city.end_seal(ended, "seal-lost", reason="遗失在途")
        self.city.seal(replaces=remade, cause=Cause.RENEWED)
        witnesses.dismiss(WITNESS_NAME, clock())
        self.settle(self.city.yinzheng)

    def settle(self, yinzheng: Yinzheng) -> None:
        for _ in range(2):
            self.city.clock.forward(minutes=5)
            yinzheng.publisher.refresh(self.city.clock())

    def placed(self, yinzheng: Yinzheng, second: Officer, maker: Officer = MAKER) -> None:
        """The end of the seal in use, ordered as it should be and approved by whoever is given."""
        order = Order(ActKind.CANCEL, subject_of(self.alive), "seal-lost", "遗失", OFFICIAL)
        wanted = wanted_of(order, yinzheng.warrants.bench.body_of(order.subject) or "")
        placed = yinzheng.warrants.place(wanted, by=maker, key="order")
        yinzheng.warrants.approve(placed, digest=wanted.digest, by=second, key="approval")


def known(yinzheng: Yinzheng, login: str) -> Officer:
    row = yinzheng.archive.people.find(login)
    assert row is not None
    return Officer(row[0].login, row[0].name)


def test_orders_and_seals_that_were_made_again_pass(scene: Scene, stolen: Engine) -> None:
    with stolen.connect() as connection:
        rows = connection.execute(select(ACT.c.subject, ACT.c.idempotency_key)).all()
    begun = {row.subject: row.idempotency_key.split(":")[:2] for row in rows}
    assert begun[scene.ended][0] == "warrant"
    assert begun[scene.remade] == ["seal", "replaced-by"]
    assert judged(scene, stolen) == set()


def test_who_was_an_official_then_and_is_none_now_passes(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    row = yinzheng.archive.people.find(SECOND.login)
    assert row is not None
    yinzheng.archive.people.enrol(replace(row[0], name="顾清和（已离任）", role=Role.REVIEWER), row[1])
    assert judged(scene, stolen) == set()


def test_an_administrator_may_ask_for_the_end_of_a_seal(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    scene.placed(yinzheng, SECOND, known(yinzheng, "admin"))
    scene.settle(yinzheng)
    assert judged(scene, stolen) == set()


def test_an_approval_before_somebody_became_an_official_is_found(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    row = yinzheng.archive.people.find(SECOND.login)
    assert row is not None
    yinzheng.archive.people.enrol(replace(row[0], role=Role.REVIEWER), row[1])
    scene.city.clock.forward(minutes=11)
    scene.placed(yinzheng, SECOND)
    scene.city.clock.forward(minutes=11)
    yinzheng.archive.people.enrol(row[0], row[1])
    assert judged(scene, stolen) == {"order-differs"}


@pytest.mark.parametrize("login", ["auditor", "mzj", "admin", "citizen"])
def test_an_order_taken_over_by_somebody_without_the_right_is_found(scene: Scene, stolen: Engine, login: str) -> None:
    yinzheng = over(scene.city, stolen)
    scene.placed(yinzheng, known(yinzheng, login))
    assert judged(scene, stolen) == {"order-differs"}


def test_a_holder_lent_a_role_for_a_moment_is_found(scene: Scene, stolen: Engine) -> None:
    """Made an official, signed in, approved, and made a holder again before anybody looks."""
    with superuser(stolen) as connection:
        rows = {row["login"]: row for row in rows_of(connection, PERSON)}
        lent = {"role": "official", "department": rows[MAKER.login]["department"]}
        own = update(PERSON).where(PERSON.c.login == "citizen")
        connection.execute(own.values(lent))
    passwords = {person.login: password for person, password in scene.city.yinzheng.city.people}
    yinzheng = over(scene.city, stolen)
    with pytest.raises(WrongCredentials):
        yinzheng.identity.sign_in("citizen", passwords["citizen"], scene.city.clock())
    assert "row-inserted" in judged(scene, stolen)
    scene.placed(yinzheng, Officer("citizen", rows["citizen"]["name"]))
    with superuser(stolen) as connection:
        connection.execute(own.values({name: rows["citizen"][name] for name in lent}))
    assert judged(scene, stolen) == {"order-differs"}


def test_an_official_with_a_holders_code_is_found_and_is_nobody(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        row = next(row for row in rows_of(connection, PERSON) if row["login"] == MAKER.login)
        ghost = row | {"login": "ghost", "name": "鬼影", "holder_code_type": "111", "holder_code": "x"}
        connection.execute(insert(PERSON).values(ghost))
    assert over(scene.city, stolen).archive.people.find("ghost") is None
    assert judged(scene, stolen) == {"row-inserted", "account-changed"}


def of(connection: Connection, one: str, **values: Any) -> None:
    assert connection.execute(update(ACT).where(ACT.c.subject == one).values(**values)).rowcount == 1


def earlier(connection: Connection, scene: Scene) -> None:
    """The order left the time open, which is that of recording."""
    of(connection, scene.ended, effective_at=scene.city.clock() - timedelta(days=40))


def decided_earlier(connection: Connection, scene: Scene) -> None:
    of(connection, scene.ended, decided_at=scene.city.clock() - timedelta(days=40))


def before_its_approval(connection: Connection, scene: Scene) -> None:
    early = scene.city.clock() - timedelta(days=40)
    of(connection, scene.ended, recorded_at=early, effective_at=early, decided_at=early)


def signed_by_another(connection: Connection, scene: Scene) -> None:
    of(connection, scene.ended, recorded_by=OFFICIAL)


def passed_over(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(PLACE).values(act_sequence=None, refusal="not-retroactive"))


def another_act(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(PLACE).values(act_sequence=2))


def no_successor(connection: Connection, scene: Scene) -> None:
    key = connection.scalar(select(ACT.c.idempotency_key).where(ACT.c.subject == scene.remade)) or ""
    gone = delete(APPLICATION).where(APPLICATION.c.seal_id == key.rpartition(":")[2])
    assert connection.execute(gone).rowcount == 1


def since_earlier(connection: Connection, scene: Scene) -> None:
    of(connection, scene.remade, effective_at=scene.city.clock() - timedelta(days=40))


def on_another_ground(connection: Connection, scene: Scene) -> None:
    of(connection, scene.remade, ground="seal-lost")


def on_another_seal(connection: Connection, scene: Scene) -> None:
    of(connection, scene.remade, subject=subject_of(scene.alive))


def approved_by_the_applicant(connection: Connection, _scene: Scene) -> None:
    own = update(STEP).where(STEP.c.step == "approve")
    connection.execute(own.values(taken_by=MAKER.login, taken_name=MAKER.name))


def approved_by_nobody(connection: Connection, _scene: Scene) -> None:
    connection.execute(delete(STEP).where(STEP.c.step == "approve"))


@pytest.mark.parametrize(
    ("deed", "name"),
    [
        (earlier, "order-differs"),
        (decided_earlier, "order-differs"),
        (before_its_approval, "order-differs"),
        (signed_by_another, "order-differs"),
        (passed_over, "order-differs"),
        (another_act, "order-differs"),
        (no_successor, "replacement-missing"),
        (since_earlier, "replacement-differs"),
        (on_another_ground, "replacement-differs"),
        (on_another_seal, "replacement-differs"),
        (approved_by_the_applicant, "replacement-differs"),
        (approved_by_nobody, "replacement-differs"),
    ],
)
def test_an_act_that_its_paper_does_not_carry_is_found(scene: Scene, stolen: Engine, deed: Deed, name: str) -> None:
    with superuser(stolen) as connection:
        deed(connection, scene)
    assert name in judged(scene, stolen)


def test_a_witness_that_was_dismissed_does_not_come_back(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        connection.execute(update(WITNESS).values(dismissed_at=None))
    assert judged(scene, stolen) == {"row-edited"}


def test_a_version_that_no_step_retired_is_found(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        connection.execute(update(VERSION).values(state="retired"))
    assert "step-differs" in judged(scene, stolen)


# --- keys that callers choose -----------------------------------------------------------------------------------------

SEAL_KEYS = ("compromise:KC123:x", "compromise:KC0123456789abcdef:x", "replaced-by:x")


@pytest.mark.parametrize("key", SEAL_KEYS)
def test_nobody_takes_a_key_of_the_register_for_an_act_on_a_seal(scene: Scene, stolen: Engine, key: str) -> None:
    seals = over(scene.city, stolen).seals
    with pytest.raises(Malformed, match="idempotency-reserved"):
        seals.act(scene.alive, Step.SUSPEND, ground="seal-paused", reason="", by=MAKER, key=key)


@pytest.mark.parametrize("key", ["warrant:abc", "seal:replaced-by:x"])
def test_nobody_takes_a_key_of_the_register_for_an_act_on_a_licence(scene: Scene, stolen: Engine, key: str) -> None:
    order = Order(ActKind.SUSPEND, "1.2.156.3005.2.1", "penalty", "逾期", OFFICIAL)  # the key is looked at first
    with pytest.raises(Malformed, match="idempotency-reserved"):
        over(scene.city, stolen).act(order, key=key)


@pytest.mark.parametrize("key", [SEAL_KEYS[0], SEAL_KEYS[2]])
def test_an_act_of_one_person_under_such_a_key_of_earlier_passes(
    scene: Scene, stolen: Engine, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version from before took them; what one person may do alone needs no paper, whatever its key."""
    monkeypatch.setattr(sealing, "RESERVED", ())
    yinzheng = over(scene.city, stolen)
    yinzheng.seals.act(scene.alive, Step.SUSPEND, ground="seal-paused", reason="", by=MAKER, key=key)
    assert judged(scene, stolen) == set()
