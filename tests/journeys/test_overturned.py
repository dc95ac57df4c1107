"""A decision that ended a licence is set aside 原决定被撤销: the licence stays ended, and another carries the right on."""

from typing import Any

import pytest

from issuer.applying import deciding, releasing
from issuer.applying.errors import SuccessionRefused
from issuer.issuing import Issued
from tests.applying_parts import MAKER, SECOND, Hall, key
from tests.city import City
from tests.journey_parts import FAILED, PASSED, indication
from trust.errors import Conflict
from trust.revocation import acting
from trust.revocation.acting import Order
from trust.rules.grounds import Authority
from trust.rules.standing import ActKind, Status
from trust.rules.succession import SuccessionKind

JUDGMENT = "（2026）云0199行初7号"
BASIS = f"{JUDGMENT}行政判决"


@pytest.fixture(scope="module")
def hall(city: City) -> Hall:
    return Hall(city)


def act(hall: Hall, kind: ActKind, issued: Issued, ground: str, **more: Any) -> None:
    hall.city.clock.forward(seconds=1)
    authority = Authority.SUPERIOR if kind is ActKind.OVERTURN else Authority.ISSUER
    order = Order(kind, identifier(issued), ground, "", "周明远", authority=authority, **more)
    hall.city.yinzheng.act(order, key=key())


def identifier(issued: Issued) -> str:
    return str(issued.entry.licence.identifier)


def revoked(hall: Hall) -> Issued:
    old = hall.issue()
    act(hall, ActKind.REVOKE, old, "penalty")
    return old


def overturned(hall: Hall) -> Issued:
    old = revoked(hall)
    act(hall, ActKind.OVERTURN, old, "decision-set-aside", decision=JUDGMENT)
    hall.city.clock.forward(hours=1)
    return old


def test_the_right_lives_on_in_another_licence_that_says_the_same(hall: Hall) -> None:
    old = overturned(hall)
    _, new = hall.approve(hall.follow(old.entry, SuccessionKind.COURT_ORDER, basis=BASIS))
    before, after = old.entry.licence, new.entry.licence
    assert after.succession is not None
    assert (after.succession.predecessor, after.identifier.version) == (identifier(old), "002")
    assert (after.number, after.holders, after.fields) == (before.number, before.holders, before.fields)
    verify = hall.city.yinzheng.verify_file
    assert [indication(verify(one)) for one in (old.ofd, new.ofd, new.pdf)] == [FAILED, PASSED, PASSED]


def test_nothing_more_is_recorded_on_the_licence_that_has_ended(hall: Hall) -> None:
    old = overturned(hall)
    _, new = hall.approve(hall.follow(old.entry, SuccessionKind.COURT_ORDER, basis=BASIS))
    yinzheng, at = hall.city.yinzheng, hall.city.clock()
    assert [one.kind for one in yinzheng.archive.acts.of(identifier(old))] == [ActKind.REVOKE, ActKind.OVERTURN]
    assert yinzheng.standing(identifier(old), at).status is Status.REVOKED
    assert yinzheng.standing(identifier(new), at).status is Status.VALID


@pytest.mark.parametrize("kind", [one for one in SuccessionKind if one.keeps_identity])
def test_an_end_that_was_not_set_aside_is_followed_by_nothing(hall: Hall, kind: SuccessionKind) -> None:
    with pytest.raises(SuccessionRefused) as refused:
        hall.follow(revoked(hall).entry, kind, basis=BASIS)
    assert ("predecessor", "predecessor-standing") in refused.value.problems


@pytest.mark.parametrize("kind", [SuccessionKind.AMEND, SuccessionKind.REISSUE, SuccessionKind.CORRECT])
def test_only_a_judgment_or_decision_carries_it_on(hall: Hall, kind: SuccessionKind) -> None:
    with pytest.raises(SuccessionRefused) as refused:
        hall.follow(overturned(hall).entry, kind, basis=BASIS)
    assert ("predecessor", "predecessor-standing") in refused.value.problems


def test_the_judgment_has_to_be_named_and_carries_on_once(hall: Hall) -> None:
    old = overturned(hall)
    with pytest.raises(SuccessionRefused) as refused:
        hall.follow(old.entry, SuccessionKind.COURT_ORDER)
    assert refused.value.problems == (("basis", "missing"),)
    hall.approve(hall.follow(old.entry, SuccessionKind.COURT_ORDER, basis=BASIS))
    with pytest.raises(SuccessionRefused) as again:
        hall.follow(old.entry, SuccessionKind.COURT_ORDER, basis=BASIS)
    assert again.value.problems == (("predecessor", "predecessor-succeeded"),)


def test_another_end_that_comes_before_the_release_keeps_it_back(hall: Hall) -> None:
    """Approved while only the revocation stood, and that set aside; then the licence is annulled for fraud."""
    old = overturned(hall)
    docket, at = hall.follow(old.entry, SuccessionKind.COURT_ORDER, basis=BASIS), hall.city.clock()
    ports = hall.desk.ports
    approved = deciding.approve(ports, docket, digest=docket.proposal.digest, by=SECOND, key=key(), at=at)
    issued_at = old.entry.artefacts.released_at if old.entry.artefacts else at
    hall.city.clock.forward(seconds=1)
    annulled = Order(ActKind.RESCIND, identifier(old), "fraud", "", "周明远", effective_at=issued_at)
    archive, when = hall.city.yinzheng.archive, hall.city.clock()
    acting.act(archive.acts, archive.log, annulled, key=key(), at=when, random=bytes)  # two people took this one
    with pytest.raises((Conflict, SuccessionRefused)):
        releasing.carry_out(ports, approved, by=MAKER, at=hall.city.clock())
    assert hall.desk.successor_of(identifier(old)) is None
