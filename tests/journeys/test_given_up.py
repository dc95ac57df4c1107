"""Between the begin of an issue and its release the world moves on: what is judged again, and what is given up for good."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import issuer.applying.releasing as releasing_module
from issuer.applying.docket import Docket
from issuer.applying.errors import NeedsApproval, SuccessionRefused
from issuer.applying.life import Stage, Step
from issuer.errors import ApplicationRefused, DuplicateNumber, GivenUp
from issuer.issuing import Issued
from issuer.store import SqlRegister
from templates.library import TEMPLATE, load_bundle
from tests.applying_parts import MAKER, SECOND, Hall, key, members
from tests.catalogue_parts import (
    FOOD,
    FOOD_CODE,
    REVIEWER,
    ended,
    mandate_of,
    plan_with_county,
    published,
    template,
)
from tests.city import LICENCES, City
from tests.journey_parts import PASSED
from trust.rules.identifier import parse
from trust.rules.standing import ActKind, Status
from trust.rules.succession import SuccessionKind
from trust.sealing.ports import Officer

FIRST_OFFICIAL = Officer("spj", "沈知夏")


class KilledError(Exception):
    """The process ends here."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Iterator[None]:
    """The process is killed where it calls this."""

    def gone(*_: object, **__: object) -> None:
        raise KilledError

    with monkeypatch.context() as cut:
        cut.setattr(owner, name, gone)
        with pytest.raises(KilledError):
            yield


@pytest.fixture
def city() -> Iterator[City]:
    made = City(plan=plan_with_county())
    made.yinzheng.photographs.keep_sample(load_bundle(FOOD))
    yield made
    made.close()


def hand_in(city: City, **changed: object) -> Docket:
    """An application for a food permit, which one person may issue."""
    made = members(FOOD, number=NUMBER) | changed
    desk = city.yinzheng.applications
    proposal = desk.propose(made, type_code=FOOD_CODE, issuer_code=city.body_code(FOOD))
    return desk.hand_in(proposal, by=FIRST_OFFICIAL, key=key())


NUMBER = str(json.loads((LICENCES / f"{FOOD}.json").read_text("utf-8"))["number"])


def now(city: City, docket: Docket) -> Docket:
    return city.yinzheng.applications.find(docket.number, docket.proposal.issuer_code)


def for_two(version: int = 2) -> dict[str, bytes]:
    files = template(FOOD, version)
    return files | {TEMPLATE: files[TEMPLATE].replace(b"[type]\n", b'[type]\napproval = "two"\n', 1)}


# --- nothing was begun: everything is judged again ----------------------------------------------------------------------


def test_what_one_person_was_allowed_goes_back_when_the_type_takes_two(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, docket = city.yinzheng.applications, hand_in(city)
    with killed_at(monkeypatch, releasing_module, "issue_many"):
        desk.issue(docket, by=FIRST_OFFICIAL)
    assert now(city, docket).stage is Stage.ISSUING
    published(city, for_two())
    done, kept = desk.take_up()
    assert (done, [type(one) for one in kept]) == (0, [NeedsApproval])
    back = now(city, docket)
    assert (back.stage, back.approval, back.identifier) == (Stage.SUBMITTED, None, None)
    assert city.yinzheng.archive.register.by_key(docket.key) is None


def test_what_was_approved_for_one_face_is_not_issued_on_another(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, docket = city.yinzheng.applications, hand_in(city)
    with killed_at(monkeypatch, releasing_module, "issue_many"):
        desk.approve(docket, digest=docket.proposal.digest, by=Officer("spj2", "陆云舒"), key=key())
    published(city, template(FOOD, 2))
    done, (refusal,) = desk.take_up()
    assert done == 0
    assert isinstance(refusal, ApplicationRefused)
    assert refusal.problems == (("", "template-changed"),)
    assert now(city, docket).stage is Stage.RETURNED


# --- it was begun -------------------------------------------------------------------------------------------------------


def mandate_ended(city: City) -> None:
    ended(city, mandate_of(city, city.body_code(FOOD)))


def type_retired(city: City) -> None:
    city.yinzheng.catalogue.retire(FOOD_CODE, by=REVIEWER, note="停办")


def takes_two(city: City) -> None:
    published(city, for_two())


ENDS: list[tuple[Callable[[City], None], str]] = [
    (mandate_ended, "no-mandate"),
    (type_retired, "type-retired"),
    (takes_two, "needs-approval"),
]


@pytest.mark.parametrize(("end", "reason"), ENDS, ids=[reason for _, reason in ENDS])
@pytest.mark.parametrize("where", ["plan_many", "seal_many"])
def test_begun_and_then_not_allowed_any_more_is_given_up(
    city: City, monkeypatch: pytest.MonkeyPatch, end: Callable[[City], None], reason: str, where: str
) -> None:
    desk, docket = city.yinzheng.applications, hand_in(city)
    with killed_at(monkeypatch, SqlRegister, where):
        desk.issue(docket, by=FIRST_OFFICIAL)
    city.clock.forward(days=1)
    end(city)
    city.clock.forward(days=1)
    city.yinzheng.publisher.refresh(city.clock())
    done, (refusal,) = desk.take_up()
    assert (done, type(refusal)) == (0, NeedsApproval if reason == "needs-approval" else GivenUp)
    over = now(city, docket)
    last = desk.events(over)[-1]
    assert (over.stage, last.step, last.reason) == (Stage.REFUSED, Step.VOID, reason)
    register = city.yinzheng.archive.register
    entry = register.by_key(docket.key)
    assert entry is not None
    assert entry.void is not None
    assert (entry.artefacts, entry.void.reason) == (None, reason)
    assert city.yinzheng.standing(str(entry.licence.identifier), city.clock()).status is Status.LAPSED
    assert desk.take_up() == (0, ())


def test_what_was_given_up_is_never_completed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    yinzheng = city.yinzheng
    application = city.application(FOOD)
    with killed_at(monkeypatch, SqlRegister, "plan_many"):
        yinzheng.issue(application, key="the very key", by="沈知夏")
    city.clock.forward(days=1)
    mandate_ended(city)
    city.clock.forward(seconds=2)
    for _ in range(2):
        with pytest.raises(GivenUp) as refusal:
            yinzheng.issue(application, key="the very key", by="沈知夏")
        assert refusal.value.reason == "no-mandate"
    entry = yinzheng.archive.register.by_key("the very key")
    assert entry is not None
    assert entry.sealed is None  # nothing was signed for what could not be released


# --- a successor, or a number, after what was given up -------------------------------------------------------------------


@pytest.fixture
def hall(fresh: City) -> Hall:
    return Hall(fresh)


def abandoned(hall: Hall, monkeypatch: pytest.MonkeyPatch, docket: Docket) -> Docket:
    with killed_at(monkeypatch, SqlRegister, "seal_many"):
        hall.approve(docket)
    moved = hall.desk.find(docket.number, hall.body)
    return hall.desk.abandon(moved, reason="内容有误", by=SECOND, key=key())


def amended(hall: Hall, before: Issued, name: str) -> Docket:
    return hall.follow(before.entry, SuccessionKind.AMEND, {"fields": {"legal_representative": name}})


def test_the_predecessor_of_what_was_given_up_can_be_followed_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hall.issue()
    void = abandoned(hall, monkeypatch, amended(hall, before, "程亦舟"))
    assert void.stage is Stage.REFUSED
    first = str(before.entry.licence.identifier)
    assert hall.city.yinzheng.standing(first, hall.city.clock()).status is Status.VALID
    assert hall.city.yinzheng.archive.register.successor_of(first) is None
    _, issued = hall.approve(amended(hall, before, "程亦舟"))
    identifier = issued.entry.licence.identifier
    assert (identifier.serial, identifier.version) == (before.entry.licence.identifier.serial, "003")
    assert hall.city.yinzheng.verify_file(issued.pdf).verdict.indication is PASSED
    with pytest.raises(SuccessionRefused):
        amended(hall, before, "孟庭芳")
    assert parse(first).version == "001"


def test_the_same_holder_takes_the_number_again_and_nobody_else(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    abandoned(hall, monkeypatch, hall.submit(number="SQ-GIVEN-UP"))
    other = [{"name": "云岭市松石商贸有限公司", "code": "91530199MA6RT5X39X", "code_type": "001"}]
    with pytest.raises(DuplicateNumber):
        hall.submit(number="SQ-GIVEN-UP", holder=..., holders=other)
    _, issued = hall.approve(hall.submit(number="SQ-GIVEN-UP"))
    assert issued.entry.licence.number == "SQ-GIVEN-UP"
    with pytest.raises(DuplicateNumber):
        hall.submit(number="SQ-GIVEN-UP")


def test_stuck_applications_keep_nobody_from_being_reached(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releasing_module, "AT_ONCE", 2)
    for name in ("程亦舟", "孟庭芳", "白若谷"):
        before = hall.issue()
        docket = amended(hall, before, name)
        with killed_at(monkeypatch, SqlRegister, "seal_many"):
            hall.approve(docket)
        hall.city.act(ActKind.SUSPEND, before, "penalty")
    good = hall.submit(by=MAKER)
    with killed_at(monkeypatch, SqlRegister, "seal_many"):
        hall.approve(good)
    done, kept = hall.desk.take_up()
    assert (done, len(kept)) == (1, 3)
    assert hall.desk.find(good.number, hall.body).stage is Stage.RELEASED
