"""What a start carries on was taken by two people through the installation; what stands there otherwise is refused.

A database superuser writes what looks confirmed or approved, and lets the service start. Nothing may come of it: a key
that was blocked stays blocked, and an act that was recorded stays on record.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, delete, insert, update

from issuer.warrants.life import Step
from issuer.warrants.placing import asked
from issuer.warrants.warrant import Wanted, Warrant
from keys.lifecycle import KeyState
from keys.sm3 import sm3
from service.identity import NotSignedIn
from service.lost_keys.order import Compromise
from tests.audit_parts import audited, found, over, superuser
from tests.city import SEAL_OFFICERS, City
from trust.errors import Conflict
from trust.rules.seal_standing import SealKind
from trust.rules.standing import ActKind
from trust.sealing.ports import Wish
from trust.store import METADATA

MAKER, SECOND = SEAL_OFFICERS
LOSS, ORDER, ORDER_STEP = (METADATA.tables[name] for name in ("compromise", "act_order", "act_order_event"))
SEAL, SEAL_STEP = METADATA.tables["seal_application"], METADATA.tables["seal_step"]


class Scene:
    """A report of a lost key, an order and an application for a seal, all of which wait for the second person."""

    def __init__(self) -> None:
        self.city = City()
        yinzheng, at = self.city.yinzheng, self.city.clock
        self.city.seal()
        issued = self.city.issue(number="YLNOTDONE")
        at.forward(minutes=10)
        loss = yinzheng.compromises.loss_of_body("scjg", None, "签章服务器被入侵")
        self.report: Compromise = yinzheng.compromises.report(loss, by=MAKER, key="loss")
        body = self.city.body_code("business-licence")
        self.subject = str(issued.entry.licence.identifier)
        wanted = Wanted(body, ActKind.REVOKE, "penalty", (self.subject,), "情节严重")
        self.order: Warrant = yinzheng.warrants.place(wanted, by=MAKER, key="order")
        wish = Wish(body, SealKind.CONTRACT, yinzheng.seals.default_name(SealKind.CONTRACT, body, None), "合同用印")
        self.seal_id = yinzheng.seals.apply(wish, key="seal", by=MAKER).seal_id
        for _ in range(2):
            at.forward(minutes=10)
            yinzheng.publisher.refresh(at())


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.city.close()


def reasons(kept: tuple[Exception, ...]) -> list[str]:
    return [getattr(one, "reason", repr(one)) for one in kept]


@pytest.mark.parametrize("deed", ["changed", "put in"])
def test_no_key_is_blocked_for_a_report_that_nobody_confirmed(scene: Scene, stolen: Engine, deed: str) -> None:
    one, at = scene.report, scene.city.clock()
    confirmed = {
        "stage": "confirmed",
        "decided_login": SECOND.login,
        "decided_name": SECOND.name,
        "decided_at": at,
        "boundary": 1,
    }
    loss = {"body_code": one.loss.body_code, "key_name": one.loss.key_name, "key": one.loss.key, "reason": "x"}
    said = {"reported_login": MAKER.login, "reported_name": MAKER.name, "reported_at": at, "note": ""}
    with superuser(stolen) as connection:
        if deed == "changed":
            connection.execute(update(LOSS).values(confirmed))
        else:
            row = {"number": "KCfeedfeedfeedfeed", "idempotency_key": "x", "seal_id": None, "since": None}
            connection.execute(insert(LOSS).values(row | loss | said | confirmed))
    reports = over(scene.city, stolen).compromises
    done, kept = reports.take_up()
    assert (done, reasons(kept)) == (0, ["register-changed"])
    seen = reports.find(one.number if deed == "changed" else "KCfeedfeedfeedfeed", None)
    with pytest.raises(Conflict, match="register-changed"):
        reports.carry_on(seen)
    with pytest.raises(Conflict, match="register-changed"):
        reports.confirm(seen, digest=seen.loss.digest, by=SECOND)
    assert scene.city.ring.record(one.loss.key_name).state is KeyState.ACTIVE
    assert list(reports.work(seen)) == []


def approve_past_the_register(scene: Scene, stolen: Engine) -> None:
    """An approval as the second person would have given it, with the right digest, written with other tools."""
    order = scene.order
    step = {
        "number": order.number,
        "sequence": 2,
        "step": Step.APPROVE.value,
        "at": scene.city.clock(),
        "by_login": SECOND.login,
        "by_name": SECOND.name,
        "reason": "",
        "stage": "approved",
        "idempotency_key": "forged",
        "body": asked(Step.APPROVE, order.wanted.digest, SECOND, ""),
    }
    with superuser(stolen) as connection:
        connection.execute(insert(ORDER_STEP).values(step))
        connection.execute(update(ORDER).values(stage="approved", sequence=2, moved_at=scene.city.clock()))


def test_no_act_is_recorded_on_an_approval_that_nobody_gave(scene: Scene, stolen: Engine) -> None:
    approve_past_the_register(scene, stolen)
    yinzheng = over(scene.city, stolen)
    done, kept = yinzheng.warrants.take_up()
    assert (done, reasons(kept)) == (0, ["register-changed"])
    seen = yinzheng.warrants.find(scene.order.number, scene.order.wanted.body_code)
    with pytest.raises(Conflict, match="register-changed"):
        yinzheng.warrants.approve(seen, digest=seen.wanted.digest, by=SECOND, key="forged")
    assert list(yinzheng.archive.acts.of(scene.subject)) == []
    assert "row-inserted" in found(audited(scene.city, stolen, scene.city.yinzheng.anchors))


def test_nobody_approves_an_order_that_nobody_placed(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        connection.execute(update(ORDER_STEP).values(by_name="某某"))
    warrants = over(scene.city, stolen).warrants
    seen = warrants.find(scene.order.number, scene.order.wanted.body_code)
    with pytest.raises(Conflict, match="register-changed"):
        warrants.approve(seen, digest=seen.wanted.digest, by=SECOND, key="approve")


@pytest.mark.parametrize(
    ("sequence", "reason"), [(1, "register-changed"), (2, "register-changed"), (None, "seal-move")]
)
def test_no_seal_is_made_that_nobody_approved(scene: Scene, stolen: Engine, sequence: int | None, reason: str) -> None:
    step = {"seal_id": scene.seal_id, "step": "approve", "at": scene.city.clock(), "note": ""}
    with superuser(stolen) as connection:
        connection.execute(update(SEAL).where(SEAL.c.seal_id == scene.seal_id).values(state="approved"))
        if sequence is not None:
            person = {"taken_by": SECOND.login, "taken_name": SECOND.name}
            connection.execute(insert(SEAL_STEP).values(step | person | {"sequence": sequence}))
    seals = over(scene.city, stolen).seals
    with pytest.raises(Conflict, match=reason):
        seals.file(scene.seal_id, by=MAKER)
    assert seals.find(scene.seal_id) is None


def test_what_two_people_did_goes_on(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    order = yinzheng.warrants.find(scene.order.number, scene.order.wanted.body_code)
    assert yinzheng.warrants.approve(order, digest=order.wanted.digest, by=SECOND, key="yes").stage.value == "done"
    yinzheng.seals.decide(scene.seal_id, approve=True, note="", by=SECOND)
    assert yinzheng.seals.file(scene.seal_id, by=MAKER).seal.seal_id == scene.seal_id
    assert found(audited(scene.city, stolen, yinzheng.anchors)) == set()


def test_a_session_that_nobody_opened_opens_nothing(scene: Scene, stolen: Engine) -> None:
    """The digest of a token is made with a key that the database does not have."""
    yinzheng, table, at = over(scene.city, stolen), METADATA.tables["session"], scene.city.clock()
    honest = yinzheng.identity.sign_in("scjg", "demo-scjg", at)
    assert yinzheng.identity.session(honest, at).person.login == "scjg"
    token = "ab" * 32
    with superuser(stolen) as connection:
        connection.execute(delete(table))
        row = {"digest": sm3(token.encode()), "login": SECOND.login, "ends_at": at.replace(year=at.year + 1)}
        connection.execute(insert(table).values(row))
    with pytest.raises(NotSignedIn):
        yinzheng.identity.session(token, at)
