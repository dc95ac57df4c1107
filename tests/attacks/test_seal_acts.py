"""Acts on seals in the audit: an end, or one that reaches back, has an approved order or the report of a lost key."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select, update

from tests.audit_parts import judged, superuser
from tests.city import OFFICIAL, SEAL_OFFICERS, City
from trust.rules.seal_standing import subject_of
from trust.sealing.life import Step
from trust.store import METADATA

ACT, EVENT = METADATA.tables["act"], METADATA.tables["act_order_event"]
SUBJECT, LOSS = METADATA.tables["act_order_subject"], METADATA.tables["compromise"]
MAKER, SECOND = SEAL_OFFICERS
Deed = Callable[[Connection, "Scene"], None]


class Scene:
    """A seal that two people ended, one that one person suspended, and those of a key that was reported lost."""

    def __init__(self) -> None:
        self.city = City()
        ended, paused, self.fallen = (self.city.seal().seal.seal_id for _ in range(3))
        self.ended, self.paused = subject_of(ended), subject_of(paused)
        seals, clock = self.city.yinzheng.seals, self.city.clock
        clock.forward(minutes=10)
        seals.act(paused, Step.SUSPEND, ground="seal-paused", reason="", by=MAKER, key="pause")
        self.city.end_seal(ended, "seal-lost", reason="遗失在途", effective_at=clock() - timedelta(seconds=1))
        clock.forward(minutes=10)
        reports = self.city.yinzheng.compromises
        loss = reports.loss_of_body("scjg", clock() - timedelta(minutes=9), "签章服务器被入侵")
        one = reports.report(loss, by=MAKER, key="loss")
        reports.confirm(one, digest=loss.digest, by=SECOND)
        clock.forward(minutes=10)
        self.city.yinzheng.publisher.refresh(clock())


def test_seals_that_ended_as_they_should_pass(scene: Scene, stolen: Engine) -> None:
    with stolen.connect() as connection:
        kinds = [(row.subject, row.kind) for row in connection.execute(select(ACT))]
    assert {(scene.ended, "cancel"), (scene.paused, "suspend"), (subject_of(scene.fallen), "cancel")} <= set(kinds)
    assert judged(scene, stolen) == set()


def of(connection: Connection, subject: str, **values: Any) -> None:
    """Change the first act on a subject."""
    own = (ACT.c.subject == subject) & (ACT.c.sequence == 1)
    assert connection.execute(update(ACT).where(own).values(**values)).rowcount == 1


def alone(connection: Connection, scene: Scene) -> None:
    """The end of a seal under a key that is no order's."""
    of(connection, scene.ended, idempotency_key="seal:alone", recorded_by=OFFICIAL)


def back(connection: Connection, scene: Scene) -> None:
    """One person's suspension reaches back."""
    paused = connection.execute(select(ACT.c.recorded_at).where(ACT.c.subject == scene.paused)).first()
    assert paused is not None
    of(connection, scene.paused, effective_at=paused.recorded_at - timedelta(days=1))


def leaked_alone(connection: Connection, scene: Scene) -> None:
    of(connection, subject_of(scene.fallen), idempotency_key="seal:made-up")


def unreported(connection: Connection, _scene: Scene) -> None:
    connection.execute(delete(LOSS))


def waiting(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(LOSS).values(stage="waiting", decided_login=None, decided_name=None, decided_at=None))


def confirmed_by_himself(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(LOSS).values(decided_login=MAKER.login, decided_name=MAKER.name))


def confirmed_by_his_other_account(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(LOSS).values(decided_name=f"{MAKER.name} "))


def by_nobody(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(LOSS).values(decided_login="nobody"))


def of_another_key(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(LOSS).values(key=bytes(32)))


def since_earlier(connection: Connection, scene: Scene) -> None:
    """The seal is made to have ended before the loss that was reported."""
    of(connection, subject_of(scene.fallen), effective_at=scene.city.clock() - timedelta(days=40))


def on_another_seal(connection: Connection, scene: Scene) -> None:
    """An approved order is made to carry the end of a seal that is not in it."""
    connection.execute(update(SUBJECT).where(SUBJECT.c.subject == scene.ended).values(subject=scene.paused))


def approved_by_another_account(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(EVENT).where(EVENT.c.step == "approve").values(by_name=f"{MAKER.name} "))


@pytest.mark.parametrize(
    ("deed", "name"),
    [
        (alone, "act-without-second"),
        (back, "act-without-second"),
        (leaked_alone, "act-without-second"),
        (unreported, "loss-missing"),
        (waiting, "loss-differs"),
        (confirmed_by_himself, "loss-differs"),
        (confirmed_by_his_other_account, "loss-differs"),
        (by_nobody, "loss-differs"),
        (of_another_key, "loss-differs"),
        (since_earlier, "loss-differs"),
        (on_another_seal, "order-differs"),
        (approved_by_another_account, "order-differs"),
    ],
)
def test_an_act_on_a_seal_without_two_people_is_found(scene: Scene, stolen: Engine, deed: Deed, name: str) -> None:
    with superuser(stolen) as connection:
        deed(connection, scene)
    assert name in judged(scene, stolen)
