"""Every paper that two people stand behind is judged by what they were when they took their steps.

Somebody is lent a role in the database for a moment, takes a step of each paper through the installation itself, and is
what they were before again before anybody looks: the audit names each step of theirs, and none of anybody else's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, update

from issuer.batches.life import State as BatchState
from issuer.catalogue.granting import Actor
from issuer.catalogue.ports import MandateWish, Wanted
from issuer.consenting.consent import PaperWords
from issuer.consenting.consent import Step as ConsentStep
from issuer.converting.comparing import compare
from issuer.converting.confirming import confirm
from issuer.converting.releasing import released_as
from issuer.converting.stock import Stage as StockStage
from issuer.converting.store import SqlStocks
from issuer.copying.ports import Terms
from issuer.issuing import Issued
from service.city import City as Plan
from service.identity import Role
from service.wiring import Yinzheng
from templates.library import load_bundle
from tests.applying_parts import TYPE
from tests.applying_parts import members as applied_members
from tests.audit_parts import audited, over, rows_of, superuser
from tests.batch_parts import approve as approve_batch
from tests.batch_parts import members, sheet_of
from tests.catalogue_parts import FOOD, template
from tests.city import SEAL_OFFICERS, City
from tests.copy_parts import PURPOSE, RECIPIENT, SCAN, body_of
from tests.stock_parts import FIRST, checks_for, desk_of, submitted
from trust.rules.conversion import Grade
from trust.rules.seal_standing import SealKind
from trust.rules.verdict import Indication
from trust.sealing.ports import Officer, Wish
from trust.store import METADATA
from verifier.auditing.report import AuditFinding

PERSON = METADATA.tables["person"]
LAND = "real-estate-certificate"
PAPERS = {
    *("batch", "catalogue_version", "compromise", "copy_consent", "docket", "mandate_request"),
    *("seal_application", "seal_request", "stock"),
}


class Scene:
    """A city with a licence that has a holder, and a seal of which one person may not use much alone."""

    def __init__(self) -> None:
        self.city = City()
        self.issued: Issued = self.city.issue(number="YLPAPER001")
        self.seal_id = self.city.seal().seal.seal_id
        self.settle(self.city.yinzheng)

    def settle(self, yinzheng: Yinzheng) -> None:
        for _ in range(2):
            self.city.clock.forward(minutes=5)
            yinzheng.publisher.refresh(self.city.clock())


@dataclass(frozen=True)
class People:
    """Who takes first and second steps: of the market regulator, of the land bureau, and of the administration."""

    ours: tuple[Officer, Officer]
    land: tuple[Officer, Officer]
    administrators: tuple[Officer, Officer]


def honest(plan: Plan) -> People:
    known = {one.login: Officer(one.login, one.name) for one, _ in plan.people}
    return People(SEAL_OFFICERS, (known["zrzyj"], known["zrzyj2"]), (known["admin"], known["admin"]))


LENT = ("citizen", "firm", "shop")
"""Holders who are lent the roles of an official of either body, and of an administrator."""


@contextmanager
def lent(scene: Scene, engine: Engine) -> Iterator[tuple[Officer, ...]]:
    """Holders with roles they have not, for as long as it takes."""
    city, wanted = scene.city, update(PERSON)
    bodies = (city.body_code("business-licence"), city.body_code(LAND), None)
    with superuser(engine) as connection:
        before = {row["login"]: row for row in rows_of(connection, PERSON) if row["login"] in LENT}
        for login, body in zip(LENT, bodies, strict=True):
            role = "admin" if body is None else "official"
            connection.execute(wanted.where(PERSON.c.login == login).values(role=role, department=body))
    yield tuple(Officer(login, str(before[login]["name"])) for login in LENT)
    with superuser(engine) as connection:
        for login, row in before.items():
            own = {name: row[name] for name in ("role", "department")}
            connection.execute(wanted.where(PERSON.c.login == login).values(own))


def every_paper(scene: Scene, yinzheng: Yinzheng, people: People) -> None:
    """One of each, with its first and its second step."""
    (first, second), body = people.ours, scene.city.body_code("business-licence")
    wish = Wish(body, SealKind.CONTRACT, "云岭市市场监督管理局合同专用章", "日常用印")
    made = yinzheng.seals.apply(wish, key="paper-seal", by=first)
    yinzheng.seals.decide(made.seal_id, approve=True, note="同意", by=second)
    yinzheng.seals.file(made.seal_id, by=second)
    more = yinzheng.seals.allow(scene.seal_id, 3, purpose="批量签发", key="paper-use", by=first)
    yinzheng.seals.decide_request(more.number, approve=True, by=second)
    asked = yinzheng.applications.propose(applied_members(), type_code=TYPE, issuer_code=body)
    docket = yinzheng.applications.hand_in(asked, by=first, key="paper-docket")
    yinzheng.applications.approve(docket, digest=docket.proposal.digest, by=second, key="paper-docket-second")
    reports = yinzheng.compromises
    loss = reports.loss_of_body("scjg", scene.city.clock() - timedelta(minutes=1), "疑似泄露")
    reports.refuse(reports.report(loss, by=first, key="paper-loss"), by=second, note="查无此事")
    consented(scene, yinzheng, first, second)
    converted(scene, yinzheng, first, second)
    batch(scene, yinzheng, *people.land)
    catalogue(yinzheng, body, first, *people.administrators)


def consented(scene: Scene, yinzheng: Yinzheng, first: Officer, second: Officer) -> None:
    giver, official = scene.issued.entry.licence.holders[0].name, body_of(scene.issued)
    terms = Terms(PURPOSE, RECIPIENT, scene.city.clock() + timedelta(days=30))
    by, other = (replace(official, login=one.login, name=one.name) for one in (first, second))
    words, subject = PaperWords("SQ-PAPER-1", "holder", giver), str(scene.issued.entry.licence.identifier)
    made = yinzheng.copy_consents.record(subject, terms, words, SCAN, by=by, key="paper-consent")
    yinzheng.copy_consents.decide(made.reference, ConsentStep.CONFIRM, by=other)


def converted(scene: Scene, yinzheng: Yinzheng, first: Officer, second: Officer) -> None:
    """Entered by an official in due form, compared by the first and confirmed by the second."""
    desk = replace(desk_of(scene.city), stocks=SqlStocks(yinzheng.archive.engine))
    stock, at = submitted(scene.city, desk, number="CLPAPER01"), scene.city.clock()
    stock = compare(desk, stock, checks_for(stock, Grade.C), by=FIRST if first == second else first, at=at)
    confirm(desk, stock, content=stock.content, pages=[1, 2], by=second, at=at)


def batch(scene: Scene, yinzheng: Yinzheng, first: Officer, second: Officer) -> None:
    kind, body = load_bundle(LAND).type.code, scene.city.body_code(LAND)
    sheet = sheet_of([members(1, bundle=LAND)])
    made = yinzheng.batches.submit(sheet, type_code=kind, body_code=body, name="t.csv", by=first, key="paper-batch")
    assert approve_batch(yinzheng, made, by=second).state is BatchState.RUNNING


def catalogue(yinzheng: Yinzheng, body: str, clerk: Officer, first: Officer, second: Officer) -> None:
    """A version that an official drafts and an administrator passes and publishes; the end of a mandate, refused."""
    desk = yinzheng.catalogue
    place = desk.submit(*desk.draft(FOOD, template(), by=clerk).place, by=clerk).place
    desk.review(*place, passed=True, by=second)
    desk.publish(*place, by=second)
    own = next(one.mandate.number for one in desk.mandates() if one.mandate.issuer_code == body)
    asker = Actor(first, None, administers=True) if first != second else Actor(clerk, body, administers=False)
    asked = desk.ask(MandateWish(Wanted.END, "", "", "机构改革", above=own), key="paper-mandate", by=asker)
    desk.decide(asked.number, approve=False, by=Actor(second, None, administers=True), note="不同意")


def people_of(scene: Scene, engine: Engine, plan: Plan | None = None) -> list[AuditFinding]:
    """What the audit says of the people behind papers; with a plan, where that is the plan by now."""
    report = audited(scene.city, engine, scene.city.yinzheng.anchors, plan=plan)
    return [one for one in report.findings if one.check == "people"]


def named(scene: Scene, engine: Engine, plan: Plan | None = None) -> dict[str, set[str]]:
    """The steps that the audit names, by their kind."""
    found: dict[str, set[str]] = {}
    for one in people_of(scene, engine, plan):
        found.setdefault(one.name, set()).add(str(one.proof["key"]))
    return found


def papers(keys: set[str]) -> set[str]:
    return {key.partition("/")[0] for key in keys}


def test_papers_in_due_form_pass_also_when_their_people_have_moved_on(scene: Scene, stolen: Engine) -> None:
    """An official may have drafted a version for a department that is not theirs any more."""
    yinzheng = over(scene.city, stolen)
    people = yinzheng.archive.people
    every_paper(scene, yinzheng, honest(scene.city.plan))
    scene.city.clock.forward(minutes=1)
    for login, role in (("scjg", Role.OFFICIAL), ("scjg2", Role.REVIEWER), ("admin", Role.AUDITOR)):
        row = people.find(login)
        assert row is not None
        department = scene.city.body_code("teacher-qualification") if row[0].department else None
        people.enrol(replace(row[0], role=role, department=department), row[1])
    scene.settle(yinzheng)
    report = audited(scene.city, stolen, scene.city.yinzheng.anchors)
    assert [one for one in report.findings if one.check == "people"] == []
    assert report.examined["people"] > 20


def test_stock_is_released_by_who_confirmed_it_wherever_they_work_by_then(scene: Scene, stolen: Engine) -> None:
    """So it is when its files are handed in after a restore; and its department may be no more by then."""
    yinzheng, (first, second), stocks = over(scene.city, stolen), SEAL_OFFICERS, SqlStocks(stolen)
    body = scene.city.body_code("business-licence")
    every_paper(scene, yinzheng, honest(scene.city.plan))
    scene.city.clock.forward(minutes=1)
    for one in (first, second):
        known = yinzheng.archive.people.find(one.login)
        assert known is not None
        yinzheng.archive.people.enrol(replace(known[0], department=scene.city.body_code(LAND)), known[1])
    scene.city.clock.forward(hours=1)
    (stock,) = stocks.of_body(body, StockStage.CONFIRMED, limit=5)
    stocks.move(stock, *released_as(stock, scene.issued.entry, by=second, at=scene.city.clock()))
    scene.settle(yinzheng)
    plan = yinzheng.city
    left = replace(plan, bodies=tuple(one for one in plan.bodies if one.body.code != body))
    assert named(scene, stolen, left) == {}


def test_an_administrator_who_used_a_seal_by_an_earlier_command_is_told_of(scene: Scene, stolen: Engine) -> None:
    yinzheng, (administrator, _) = over(scene.city, stolen), honest(scene.city.plan).administrators
    wish = Wish(scene.city.body_code("business-licence"), SealKind.CONTRACT, "云岭市市场监督管理局合同专用章", "旧")
    yinzheng.seals.apply(wish, key="by-administrator", by=administrator)
    yinzheng.seals.allow(scene.seal_id, 3, purpose="批量", key="by-administrator", by=administrator)
    scene.settle(yinzheng)
    (told,) = people_of(scene, stolen)
    assert (told.name, told.indication) == ("step-by-administrator", Indication.INDETERMINATE)
    assert "admin" in told.detail


@pytest.mark.parametrize("place", [0, 1], ids=["first", "second"])
def test_a_step_of_somebody_who_was_lent_the_right_is_found_in_every_paper(
    scene: Scene, stolen: Engine, place: int
) -> None:
    yinzheng, usual = over(scene.city, stolen), honest(scene.city.plan)
    with lent(scene, stolen) as (ours, land, administrator):
        taking = (
            (people[0], stranger) if place else (stranger, people[1])
            for people, stranger in zip(vars(usual).values(), (ours, land, administrator), strict=True)
        )
        every_paper(scene, yinzheng, People(*taking))
    scene.settle(yinzheng)
    found = named(scene, stolen)
    assert found.keys() == {"step-without-right"}
    assert papers(found["step-without-right"]) == PAPERS
    steps = {key.rpartition(" #")[2] for key in found["step-without-right"] if key.startswith("docket/")}
    assert steps == ({"3"} if place else {"1", "2"})


def test_a_seal_that_nobody_approved_is_found(scene: Scene, stolen: Engine) -> None:
    with superuser(stolen) as connection:
        connection.execute(delete(METADATA.tables["seal_step"]).where(METADATA.tables["seal_step"].c.step == "approve"))
    assert named(scene, stolen)["seal-without-approval"] == {f"seal/{scene.seal_id}"}
