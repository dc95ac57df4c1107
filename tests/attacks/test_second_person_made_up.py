"""A second person who never was there: an approval, confirmation or consent that one statement of SQL puts into a row.

The service does nothing on such a word, and the audit names it, also where the row was put back afterwards: what was
done is held against the steps that were taken, and nobody but the installation takes one.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update

from issuer.batches.life import Batch
from issuer.batches.life import State as BatchState
from issuer.consenting.consent import PaperWords
from issuer.converting.comparing import compare
from issuer.converting.errors import ConfirmationStale
from issuer.converting.releasing import release
from issuer.converting.store import SqlStocks
from issuer.copying.ports import Asker, Terms
from issuer.issuing import Issued
from service.wiring import Yinzheng
from templates.library import load_bundle
from tests.applying_parts import TYPE
from tests.applying_parts import members as applied_members
from tests.audit_parts import judged, over, superuser
from tests.batch_parts import approve, members, sheet_of
from tests.city import SEAL_OFFICERS, City
from tests.copy_parts import PURPOSE, RECIPIENT, SCAN, body_of
from tests.ofd_foreign import letter
from tests.stock_parts import checks_for, desk_of, submitted
from trust.errors import Conflict
from trust.formats.placing import AtPoint
from trust.rules.conversion import Grade
from trust.sealing.ports import Limits, Officer
from trust.sealing.sealing import Sealed, Wanted
from trust.store import METADATA

FIRST, SECOND = SEAL_OFFICERS
LAND = "real-estate-certificate"
BATCH, BATCH_STEP, STOCK, DOCKET, REQUEST, CONSENT = (
    METADATA.tables[name] for name in ("batch", "batch_step", "stock", "docket", "seal_request", "copy_consent")
)


class Scene:
    """A batch, a conversion, a document to be sealed, an allowance and a consent, all of which wait for somebody."""

    def __init__(self) -> None:
        self.city = City()
        city, yinzheng = self.city, self.city.yinzheng
        self.body = city.body_code("business-licence")
        people = {one.login: Officer(one.login, one.name) for one, _ in city.plan.people}
        self.land, self.land_second = people["zrzyj"], people["zrzyj2"]
        self.issued: Issued = city.issue(number="YLMADEUP01")
        kind, land = load_bundle(LAND).type.code, city.body_code(LAND)
        sheet = sheet_of([members(1, bundle=LAND)])
        self.batch: Batch = yinzheng.batches.submit(
            sheet, type_code=kind, body_code=land, name="t.csv", by=self.land, key="made-up"
        )
        desk = replace(desk_of(city), stocks=yinzheng.archive.stocks)
        entered = submitted(city, desk, number="CLMADEUP01")
        self.stock = compare(desk, entered, checks_for(entered, Grade.C), by=FIRST, at=city.clock())
        self.seal_id = city.seal(limits=Limits(10, 1)).seal.seal_id
        self.seal(yinzheng, "first")
        self.waiting = self.seal(yinzheng, "second").request
        self.allowance = yinzheng.seals.allow(self.seal_id, 3, purpose="批量签发", key="more", by=FIRST)
        giver = self.issued.entry.licence.holders[0].name
        self.terms = Terms(PURPOSE, RECIPIENT, city.clock() + timedelta(days=30))
        self.subject, words = str(self.issued.entry.licence.identifier), PaperWords("SQ-1", "holder", giver)
        self.consent = yinzheng.copy_consents.record(
            self.subject, self.terms, words, SCAN, by=self.asker(FIRST), key="consent"
        )
        self.settle(yinzheng)

    def seal(self, yinzheng: Yinzheng, key: str) -> Sealed:
        wanted = Wanted(AtPoint(0, 20, 100), "公文")
        return yinzheng.seals.seal(self.seal_id, letter(), wanted, key=key, by=FIRST, department=self.body)

    def asker(self, who: Officer) -> Asker:
        return replace(body_of(self.issued), login=who.login, name=who.name)

    def settle(self, yinzheng: Yinzheng) -> None:
        for _ in range(2):
            self.city.clock.forward(minutes=5)
            yinzheng.publisher.refresh(self.city.clock())


def change(engine: Engine, table: Any, key: str, **values: Any) -> None:
    with superuser(engine) as connection:
        connection.execute(update(table).where(next(iter(table.primary_key.columns)) == key).values(values))


def decided(by: Officer, role: str, **more: Any) -> dict[str, Any]:
    return {f"{role}_login": by.login, f"{role}_name": by.name} | more


def worked(scene: Scene, yinzheng: Yinzheng) -> str:
    """Everything that the worker does; why it held a batch."""
    held = ""
    while (done := yinzheng.batches.work("w")) is not None:
        held = done.held or held
    scene.settle(yinzheng)
    return held


def test_the_scene_passes_and_everything_is_done_in_due_form(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    assert judged(scene, stolen) == set()
    alone, kind = sheet_of([members(2)]), load_bundle("business-licence").type.code
    quick = yinzheng.batches.submit(alone, type_code=kind, body_code=scene.body, name="t.csv", by=FIRST, key="alone")
    assert quick.state is BatchState.RUNNING
    approve(yinzheng, scene.batch, by=scene.land_second)
    assert worked(scene, yinzheng) == ""
    assert yinzheng.batches.find(scene.batch.number, scene.batch.body_code).state is BatchState.DONE
    conversions = yinzheng.conversions
    stock = conversions.confirm(scene.stock, content=scene.stock.content, pages=[1, 2], lower=None, by=SECOND)
    conversions.release(stock, by=FIRST)
    yinzheng.seals.decide_request(scene.waiting.number, approve=True, by=SECOND)
    assert scene.seal(yinzheng, "second").file is not None
    yinzheng.seals.decide_request(scene.allowance.number, approve=True, by=SECOND)
    assert scene.seal(yinzheng, "third").file is not None
    scene.settle(yinzheng)
    assert judged(scene, stolen) == set()


@pytest.mark.parametrize("step", [False, True], ids=["row", "row and step"])
def test_no_batch_runs_that_nobody_approved(scene: Scene, stolen: Engine, step: bool) -> None:
    one, by = scene.batch, scene.land_second
    if step:
        row = {"number": one.number, "sequence": 2, "step": "approve", "at": scene.city.clock(), "note": one.digest}
        with superuser(stolen) as connection:
            connection.execute(insert(BATCH_STEP).values(row | {"by_login": by.login, "by_name": by.name}))
    change(stolen, BATCH, one.number, **decided(by, "approved", state="running", sequence=2 if step else 1))
    yinzheng = over(scene.city, stolen)
    assert worked(scene, yinzheng) == "register-changed"
    assert yinzheng.archive.register.by_key(f"batch:{one.number}/2") is None
    assert judged(scene, stolen) >= ({"row-inserted"} if step else {"step-out-of-order", "stands-elsewhere"})


def test_a_batch_approved_by_one_person_and_said_to_be_by_another_is_held(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    approve(yinzheng, scene.batch, by=scene.land_second)
    change(stolen, BATCH, scene.batch.number, approved_login="scjg", approved_name="周明远")
    assert worked(scene, yinzheng) == "register-changed"
    assert "stands-elsewhere" in judged(scene, stolen)


def test_a_batch_that_ran_and_was_put_back_is_found(scene: Scene, stolen: Engine) -> None:
    """Its licences are on record, and by its steps it waits."""
    yinzheng = over(scene.city, stolen)
    row = {"number": scene.batch.number, "sequence": 2}
    approve(yinzheng, scene.batch, by=scene.land_second)
    assert worked(scene, yinzheng) == ""
    with superuser(stolen) as connection:
        later = BATCH_STEP.c.number == row["number"], BATCH_STEP.c.sequence >= row["sequence"]
        connection.execute(delete(BATCH_STEP).where(*later))
    values = {"state": "submitted", "sequence": 1, "approved_login": None, "approved_name": None}
    change(stolen, BATCH, scene.batch.number, **values)
    assert judged(scene, stolen) >= {"issued-without-second", "row-deleted"}


def test_nothing_is_issued_of_stock_that_nobody_confirmed(scene: Scene, stolen: Engine) -> None:
    """The digest of what is confirmed takes no key, so it is right."""
    yinzheng, at = over(scene.city, stolen), scene.city.clock()
    forged = replace(scene.stock, confirmed_by=SECOND).content
    change(stolen, STOCK, scene.stock.number, **decided(SECOND, "confirmed", stage="confirmed", confirmed=forged))
    stock = yinzheng.conversions.find(scene.stock.number, scene.body)
    assert stock.confirmed == stock.content
    with pytest.raises(Conflict, match="register-changed"):
        yinzheng.conversions.release(stock, by=FIRST)
    with pytest.raises(ConfirmationStale):
        release(replace(desk_of(scene.city), stocks=SqlStocks(stolen)), stock, by=FIRST, at=at)
    assert yinzheng.archive.register.by_key(f"stock:{stock.number}") is None
    assert judged(scene, stolen) >= {"row-edited", "stands-elsewhere"}


def test_a_release_that_the_steps_do_not_lead_to_is_found(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    conversions = yinzheng.conversions
    stock = conversions.confirm(scene.stock, content=scene.stock.content, pages=[1, 2], lower=None, by=SECOND)
    conversions.release(stock, by=FIRST)
    steps = METADATA.tables["stock_step"]
    with superuser(stolen) as connection:
        connection.execute(delete(steps).where(steps.c.step == "confirm"))
    assert judged(scene, stolen) >= {"step-out-of-order", "stands-elsewhere", "issued-without-second", "row-deleted"}


def test_an_application_that_stands_where_no_step_led_it_is_found(scene: Scene, stolen: Engine) -> None:
    yinzheng = over(scene.city, stolen)
    asked = yinzheng.applications.propose(applied_members(), type_code=TYPE, issuer_code=scene.body)
    handed = yinzheng.applications.hand_in(asked, by=FIRST, key="made-up-docket")
    change(stolen, DOCKET, handed.number, stage="approved")
    assert "stands-elsewhere" in judged(scene, stolen)


def test_nothing_is_sealed_above_the_threshold_on_a_word_that_nobody_gave(scene: Scene, stolen: Engine) -> None:
    yinzheng, approved = over(scene.city, stolen), {"progress": "approved", "decided_at": scene.city.clock()}
    by = {"decided_by": SECOND.login, "decided_name": SECOND.name}
    change(stolen, REQUEST, scene.waiting.number, **approved, **by)
    uses = len(yinzheng.archive.seals.uses(scene.seal_id))
    with pytest.raises(Conflict, match="register-changed"):
        scene.seal(yinzheng, "second")
    assert len(yinzheng.archive.seals.uses(scene.seal_id)) == uses
    assert "row-edited" in judged(scene, stolen)


def test_no_allowance_counts_that_nobody_gave(scene: Scene, stolen: Engine) -> None:
    yinzheng, at = over(scene.city, stolen), scene.city.clock()
    change(
        stolen, REQUEST, scene.allowance.number,
        progress="approved", decided_at=at, decided_by=SECOND.login, decided_name=SECOND.name,
    )  # fmt: skip
    with pytest.raises(Conflict, match="register-changed"):
        scene.seal(yinzheng, "third")
    assert "row-edited" in judged(scene, stolen)


@pytest.mark.parametrize("paper", [True, False], ids=["confirmed", "given by the holder"])
def test_no_copy_is_made_on_a_consent_that_nobody_gave(scene: Scene, stolen: Engine, paper: bool) -> None:
    yinzheng, at = over(scene.city, stolen), scene.city.clock()
    said = decided(SECOND, "decided", decided_at=at) if paper else {"document": None}
    change(stolen, CONSENT, scene.body, stage="given", **said)
    with pytest.raises(Conflict, match="register-changed"):
        yinzheng.copies.for_body(
            scene.subject, scene.terms, mode="holder", reference="SQ-1", by=scene.asker(FIRST), key="copy"
        )
    assert yinzheng.archive.copies.by_key("copy") is None
    assert "row-edited" in judged(scene, stolen)
    consent = yinzheng.copy_consents.find(scene.subject, "SQ-1", scene.asker(FIRST))
    assert yinzheng.copy_consents.withdraw(consent, by=scene.asker(FIRST), reason="查无此事")
