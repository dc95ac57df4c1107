"""What waits for a second person is changed in the database: nobody can approve it, and the audit names it.

Orders of acts and applications: both have steps that say by digest what was asked for, and whose hand was in it.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from issuer.applying.errors import ApprovalStale
from issuer.warrants.errors import WarrantRefused
from issuer.warrants.life import Step
from issuer.warrants.warrant import Wanted, Warrant
from tests.applying_parts import Hall
from tests.audit_parts import judged, over, superuser
from tests.city import SEAL_OFFICERS, City
from trust.rules.standing import ActKind
from trust.store import METADATA

ORDER, SUBJECT = METADATA.tables["act_order"], METADATA.tables["act_order_subject"]
DOCKET, DOCKET_EVENT = METADATA.tables["docket"], METADATA.tables["docket_event"]
MAKER, SECOND = SEAL_OFFICERS
Deed = Callable[[Connection, "Scene"], None]


class Scene:
    """An order on two licences that waits for the second person."""

    def __init__(self) -> None:
        self.city = City()
        issued = [self.city.issue(number=f"YLWAIT{place}") for place in range(3)]
        self.subjects = [str(one.entry.licence.identifier) for one in issued]
        self.city.clock.forward(minutes=10)
        body = self.city.body_code("business-licence")
        wanted = Wanted(body, ActKind.SUSPEND, "penalty", tuple(self.subjects[:2]), "逾期未整改")
        self.placed = self.city.yinzheng.warrants.place(wanted, by=MAKER, key="order")
        self.city.clock.forward(minutes=10)
        self.city.yinzheng.publisher.refresh(self.city.clock())


def approved(scene: Scene, stolen: Engine) -> Warrant:
    """Approve what the second person sees, which is what is stored."""
    yinzheng = over(scene.city, stolen)
    seen = yinzheng.warrants.find(scene.placed.number, scene.placed.wanted.body_code)
    return yinzheng.warrants.approve(seen, digest=seen.wanted.digest, by=SECOND, key="approve")


def test_an_order_as_it_was_placed_passes_and_is_approved(scene: Scene, stolen: Engine) -> None:
    assert judged(scene, stolen) == set()
    assert approved(scene, stolen).stage.value == "done"


def another_licence(connection: Connection, scene: Scene) -> None:
    second = (SUBJECT.c.subject == scene.subjects[1]) & (SUBJECT.c.number == scene.placed.number)
    connection.execute(update(SUBJECT).where(second).values(subject=scene.subjects[2]))


def one_licence_more(connection: Connection, scene: Scene) -> None:
    row = {"number": scene.placed.number, "place": 2, "subject": scene.subjects[2]}
    connection.execute(insert(SUBJECT).values(row))


def one_licence_less(connection: Connection, scene: Scene) -> None:
    connection.execute(delete(SUBJECT).where(SUBJECT.c.subject == scene.subjects[1]))


def another_act(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(ORDER).values(kind="revoke"))


def another_ground(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(ORDER).values(ground="risk-control"))


def another_instant(connection: Connection, scene: Scene) -> None:
    connection.execute(update(ORDER).values(effective_at=scene.city.clock() + timedelta(days=1)))


def another_maker(connection: Connection, _scene: Scene) -> None:
    connection.execute(update(ORDER).values(maker_login="admin", maker_name="系统管理员"))


DEEDS = (
    another_licence,
    one_licence_more,
    one_licence_less,
    another_act,
    another_ground,
    another_instant,
    another_maker,
)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_changed_order_is_not_approved_and_found(scene: Scene, stolen: Engine, deed: Deed) -> None:
    with superuser(stolen) as connection:
        deed(connection, scene)
    with pytest.raises(WarrantRefused) as refused:
        approved(scene, stolen)
    assert list(refused.value.problems) == [("digest", "content-changed")]
    assert "order-changed" in judged(scene, stolen)


def test_an_order_changed_after_its_approval_is_not_carried_out(
    scene: Scene, stolen: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off between approval and acts, and changed before it is taken up."""
    with monkeypatch.context() as cut_off:
        cut_off.setattr("issuer.warrants.deciding.carry_out", lambda _bench, warrant, *, at: warrant)
        assert approved(scene, stolen).stage.value == "approved"
    with superuser(stolen) as connection:
        another_act(connection, scene)
    yinzheng = over(scene.city, stolen)
    done, kept = yinzheng.warrants.take_up()
    assert done == 0
    assert [type(error) for error in kept] == [WarrantRefused]
    assert [event.step for event in yinzheng.warrants.events(scene.placed)] == [Step.PLACE, Step.APPROVE]
    assert all(not yinzheng.archive.acts.of(subject) for subject in scene.subjects)


# --- applications -----------------------------------------------------------------------------------------------------


def handed_in(scene: Scene, stolen: Engine) -> Hall:
    """A desk over the stolen database, where an application waits that the maker handed in."""
    hall = Hall(scene.city)
    hall.desk = over(scene.city, stolen).applications
    hall.submit()
    return hall


def another_number(connection: Connection) -> None:
    proposal = connection.scalar(select(DOCKET.c.proposal))
    assert proposal is not None
    assert '"SQ0' in proposal
    connection.execute(update(DOCKET).values(proposal=proposal.replace('"SQ0', '"SQ9', 1)))


def another_hand(connection: Connection) -> None:
    """So that the maker may approve what the maker handed in."""
    connection.execute(update(DOCKET).values(authors='[["admin", "系统管理员"]]'))


@pytest.mark.parametrize("deed", [another_number, another_hand])
def test_a_changed_application_is_not_approved_and_found(
    scene: Scene, stolen: Engine, deed: Callable[[Connection], None]
) -> None:
    hall = handed_in(scene, stolen)
    assert "application-changed" not in judged(scene, stolen)
    with superuser(stolen) as connection:
        number = connection.scalar(select(DOCKET.c.number).where(DOCKET.c.stage == "submitted"))
        deed(connection)
    seen = hall.desk.find(str(number), hall.body)
    with pytest.raises(ApprovalStale):
        hall.desk.approve(seen, digest=seen.proposal.digest, by=SECOND, key="approve-it")
    assert "application-changed" in judged(scene, stolen)


def test_an_approval_that_nobody_gave_is_found(scene: Scene, stolen: Engine) -> None:
    handed_in(scene, stolen)
    assert "application-changed" not in judged(scene, stolen)
    with superuser(stolen) as connection:
        waits = DOCKET.c.stage == "submitted"
        row = connection.execute(select(DOCKET_EVENT.c.digest).join(DOCKET).where(waits)).first()
        assert row is not None
        given = {"approved_by": SECOND.login, "approved_name": SECOND.name, "approved_digest": row.digest}
        given |= {"approved_until": scene.city.clock() + timedelta(days=1)}
        connection.execute(update(DOCKET).where(waits).values(given))
    assert "application-changed" in judged(scene, stolen)
