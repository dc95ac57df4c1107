"""Standing: suspend, reinstate, revoke and the rest; when each is seen, and what old evidence may still say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.issuing import Issued
from tests.city import City
from tests.journey_parts import (
    FAILED,
    INDETERMINATE,
    PASSED,
    against,
    code_text,
    failed,
    finding,
    identifier,
    indication,
    number,
    open_at,
    presented,
)
from trust.errors import Conflict, TrustError
from trust.formats.act_record import act_commitment
from trust.formats.bundle import Bundle
from trust.formats.leaf import EntryKind
from trust.log.ports import Head
from trust.log.proving import find
from trust.revocation.acting import Order, act, resume
from trust.revocation.errors import SubjectUnknown
from trust.revocation.publishing import open_status_list
from trust.rules.errors import MoveRefused
from trust.rules.standing import ActKind, Status
from verifier.evidence import weigh
from verifier.verifying import verify_file, verify_words

LIST = {(8, "status")}
REGISTER = {(8, "register")}
"""A status list is carried anywhere; the register is asked where there is a network, and can only make it worse."""


@pytest.fixture
def issued(city: City) -> Issued:
    city.clock.forward(seconds=1)
    return city.issue(number=number())


@pytest.fixture(scope="module")
def neighbour(city: City) -> Iterator[Issued]:
    """A licence on the same list that nobody ever acts on: it must pass whenever anything was published."""
    neighbour = city.issue(number=number())
    yield neighbour
    city.yinzheng.publisher.refresh(city.clock())
    assert all(not against(one) for one in presented(city, neighbour).values())


@pytest.fixture(autouse=True)
def _neighbour_is_untouched(neighbour: Issued) -> None:
    """Every test of this module has it beside it."""


def later(city: City, **how_far: float) -> None:
    """Let time pass with a publisher at work."""
    city.clock.forward(**how_far)
    city.yinzheng.publisher.refresh(city.clock())


def test_suspended_reinstated_revoked(city: City, issued: Issued) -> None:
    seen = [{name: indication(one) for name, one in presented(city, issued).items()}]
    for kind, ground in (
        (ActKind.SUSPEND, "penalty"),
        (ActKind.REINSTATE, "rectified"),
        (ActKind.REVOKE, "penalty"),
    ):
        city.clock.forward(seconds=1)
        city.act(kind, issued, ground)
        verdicts = presented(city, issued)
        seen.append({name: indication(one) for name, one in verdicts.items()})
        if seen[-1]["ofd"] is FAILED:
            assert {name: failed(one) for name, one in verdicts.items()} == dict.fromkeys(verdicts, LIST | REGISTER)
    forms = ("ofd", "pdf", "code", "identifier")
    assert seen == [dict.fromkeys(forms, expected) for expected in (PASSED, FAILED, PASSED, FAILED)]


def test_revoked_is_for_ever(city: City, issued: Issued) -> None:
    city.act(ActKind.REVOKE, issued, "penalty")
    for kind, ground in ((ActKind.REINSTATE, "rectified"), (ActKind.SUSPEND, "penalty"), (ActKind.CANCEL, "withdrawn")):
        with pytest.raises(MoveRefused) as caught:
            city.act(kind, issued, ground)
        assert caught.value.reason == "standing-final"
    for days in (1, 30, 300):
        later(city, days=days)
        examined = city.yinzheng.verify_file(issued.ofd)
        assert (indication(examined), failed(examined)) == (FAILED, LIST | REGISTER)


@pytest.mark.parametrize(
    ("kind", "ground", "reason", "status", "value"),
    [
        (ActKind.SUSPEND, "penalty", "", Status.SUSPENDED, 2),
        (ActKind.REVOKE, "penalty", "", Status.REVOKED, 1),
        (ActKind.RESCIND, "fraud", "", Status.RESCINDED, 1),
        (ActKind.CANCEL, "holder-request", "", Status.CANCELLED, 1),
        (ActKind.LAPSE, "superseded", "", Status.LAPSED, 1),
        (ActKind.TRANSFER_OUT, "transfer-applied", "", Status.TRANSFERRING, 3),
        (ActKind.RESTRICT, "other", "另案调查期间限制使用", Status.OTHER, 3),
    ],
)
def test_each_act_within_one_publication(
    city: City, issued: Issued, kind: ActKind, ground: str, reason: str, status: Status, value: int
) -> None:
    pointer = issued.entry.licence.status
    before = city.yinzheng.archive.publications.current(pointer.list)
    assert before is not None
    done = city.act(kind, issued, ground, reason=reason)
    after = city.yinzheng.archive.publications.current(pointer.list)
    assert after is not None
    assert after.number == before.number + 1
    signer, _ = city.yinzheng.directory.service("status-list")
    assert open_status_list(after.octets, signer.public).value(pointer.index) == value
    examined = city.yinzheng.verify_file(issued.ofd)
    assert (indication(examined), failed(examined)) == (FAILED, LIST | REGISTER)
    assert status.label in finding(examined, 8, "status").detail
    assert city.yinzheng.standing(identifier(issued), city.clock()).act == done


def test_what_only_a_list_tells_names_no_reason(city: City, issued: Issued) -> None:
    """Offline there is no register to ask: the words say that it is suspended, and no more."""
    city.act(ActKind.SUSPEND, issued, "penalty")
    examined = verify_file(issued.ofd, city.yinzheng.evidence(), now=city.clock(), online=None)
    assert failed(examined) == LIST
    assert "暂扣" in finding(examined, 8, "status").detail


def test_effective_later(city: City, issued: Issued) -> None:
    """Until then it passes; afterwards the first publication shows it, and no older list can hide it."""
    effective = city.clock() + timedelta(hours=2)
    city.act(ActKind.SUSPEND, issued, "penalty", effective_at=effective)
    assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED
    later(city, minutes=119)
    held = city.yinzheng.evidence_bundle()
    for minutes, expected in ((0, PASSED), (2, INDETERMINATE)):
        now = city.clock() + timedelta(minutes=minutes)
        evidence = weigh(held, city.yinzheng.anchors, now)
        assert indication(verify_file(issued.ofd, evidence, now=now, online=None)) is expected
    assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED
    city.clock.forward(minutes=1)
    assert failed(city.yinzheng.verify_file(issued.ofd)) == REGISTER
    later(city, seconds=1)
    examined = city.yinzheng.verify_file(issued.ofd)
    assert (indication(examined), failed(examined)) == (FAILED, LIST | REGISTER)
    assert city.yinzheng.standing(identifier(issued), effective - timedelta(seconds=1)).status is Status.VALID


def test_reinstated_later(city: City, issued: Issued) -> None:
    city.act(ActKind.SUSPEND, issued, "penalty")
    city.act(ActKind.REINSTATE, issued, "suspension-ended", effective_at=city.clock() + timedelta(days=30))
    later(city, days=29)
    assert indication(city.yinzheng.verify_file(issued.ofd)) is FAILED
    later(city, days=1)
    assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED


def test_the_publisher_has_nothing_to_do_when_nothing_happened(city: City, issued: Issued) -> None:
    later(city, seconds=1)
    archive = city.yinzheng.archive
    before = (archive.publications.highest(0), archive.log.size(), archive.log.latest())
    for _ in range(5):
        later(city, seconds=1)
    assert (archive.publications.highest(0), archive.log.size(), archive.log.latest()) == before


# --- evidence grows old ----------------------------------------------------------------------------------------------


def test_a_stale_list_says_nothing_good(city: City, issued: Issued) -> None:
    held = city.yinzheng.evidence_bundle()
    later(city, minutes=1)
    for hours, expected in ((23, PASSED), (25, INDETERMINATE)):
        now = held.made_at + timedelta(hours=hours)
        evidence = weigh(held, city.yinzheng.anchors, now)
        for examined in (
            verify_file(issued.ofd, evidence, now=now, online=city.yinzheng.online),
            verify_file(issued.pdf, evidence, now=now, online=None),
            verify_words(code_text(issued), evidence, now=now, online=None),
        ):
            assert indication(examined) is expected
            if expected is INDETERMINATE:
                assert (8, "status-stale") in open_at(examined)
                assert finding(examined, 8, "status-stale").evidence_age_s is not None
    city.clock.forward(hours=25)
    online = city.yinzheng.verify_file(issued.ofd)
    stale = {(3, "seal-status"), (8, "status-stale")}
    assert (indication(online), open_at(online)) == (INDETERMINATE, stale)
    city.yinzheng.publisher.refresh(city.clock())
    assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED


def test_revoked_in_a_stale_list_stays_revoked(city: City, issued: Issued) -> None:
    city.act(ActKind.REVOKE, issued, "penalty")
    held = city.yinzheng.evidence_bundle()
    for days in (0, 2, 6, 400):
        now = held.made_at + timedelta(days=days)
        evidence = weigh(held, city.yinzheng.anchors, now)
        for examined in (
            verify_file(issued.ofd, evidence, now=now, online=None),
            verify_words(code_text(issued), evidence, now=now, online=None),
        ):
            assert indication(examined) is not PASSED
            if days < 7:  # later nothing vouches for the signer of the list any more
                assert (8, "status") in failed(examined)


def test_of_two_lists_the_newer_one_decides(city: City, issued: Issued) -> None:
    """Whoever puts an old list beside the new one, in whatever order, gains nothing."""
    old = city.yinzheng.evidence_bundle()
    city.clock.forward(seconds=1)
    city.act(ActKind.REVOKE, issued, "penalty")
    new = city.yinzheng.evidence_bundle()
    for lists in (old.status_lists + new.status_lists, new.status_lists + old.status_lists):
        both = Bundle(**vars(new) | {"status_lists": lists})
        evidence = weigh(both, city.yinzheng.anchors, city.clock())
        examined = verify_file(issued.ofd, evidence, now=city.clock(), online=None)
        assert failed(examined) == LIST


def test_a_list_from_the_future_is_not_used(city: City, issued: Issued) -> None:
    """A verdict as of yesterday cannot rest on what was published today."""
    yesterday = city.clock()
    later(city, days=1)
    examined = city.yinzheng.verify_file(issued.ofd, at=yesterday)
    assert indication(examined) is not PASSED


# --- the acts themselves ---------------------------------------------------------------------------------------------


def test_an_act_is_logged_and_can_be_proven(city: City, issued: Issued) -> None:
    done = city.act(ActKind.SUSPEND, issued, "penalty", key="to be proven")
    recorded = city.yinzheng.archive.acts.by_key("to be proven")
    assert recorded is not None
    logged = find(city.yinzheng.archive.log, act_commitment(done, recorded.salt))
    assert logged is not None
    index, entry = logged
    assert (index, entry.statement.kind) == (recorded.log_index, EntryKind.ACT)


def test_an_act_is_recorded_once_for_a_key(city: City, issued: Issued) -> None:
    first = city.act(ActKind.SUSPEND, issued, "penalty", key="once")
    later(city, hours=1)
    assert city.act(ActKind.SUSPEND, issued, "penalty", key="once") == first
    with pytest.raises(Conflict) as caught:
        city.act(ActKind.REVOKE, issued, "penalty", key="once")
    assert caught.value.reason == "idempotency-mismatch"
    assert city.yinzheng.archive.acts.of(identifier(issued)) == [first]


@pytest.mark.parametrize(
    ("kind", "ground", "reason", "expected"),
    [
        (ActKind.REINSTATE, "rectified", "", "standing-move"),
        (ActKind.REVOKE, "rectified", "", "ground-kind"),
        (ActKind.REVOKE, "because", "", "ground-unknown"),
        (ActKind.REVOKE, "other", "", "reason-missing"),
    ],
)
def test_acts_that_are_refused_change_nothing(
    city: City, issued: Issued, kind: ActKind, ground: str, reason: str, expected: str
) -> None:
    before = city.yinzheng.archive.log.size()
    with pytest.raises(TrustError) as caught:
        city.act(kind, issued, ground, reason=reason)
    assert caught.value.reason == expected
    assert city.yinzheng.archive.log.size() == before
    assert city.yinzheng.archive.acts.of(identifier(issued)) == []
    assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED


def test_a_penalty_does_not_reach_back(city: City, issued: Issued) -> None:
    with pytest.raises(Conflict) as caught:
        city.act(ActKind.REVOKE, issued, "penalty", effective_at=city.clock() - timedelta(days=1))
    assert caught.value.reason == "not-retroactive"


def test_an_act_on_what_was_never_issued(city: City, issued: Issued) -> None:
    strange = replace(issued.entry.licence, identifier=replace(issued.entry.licence.identifier, serial="0" * 20))
    with pytest.raises(SubjectUnknown):
        city.act(ActKind.REVOKE, replace(issued, entry=replace(issued.entry, licence=strange)), "penalty")


def test_an_act_stands_whose_process_died_before_it_was_logged(city: City, issued: Issued) -> None:
    """Recorded, not logged, not published: the next round of the publisher does both."""

    archive = city.yinzheng.archive

    class Dead:
        def head(self) -> Head:
            return archive.log.head()

        def writing(self) -> object:
            raise RuntimeError

    order = Order(ActKind.REVOKE, identifier(issued), "penalty", "", "周明远")
    with pytest.raises(RuntimeError):
        act(archive.acts, Dead(), order, key="died", at=city.clock(), random=city.yinzheng.random)  # type: ignore[arg-type]  # half a log, on purpose
    assert city.yinzheng.standing(identifier(issued), city.clock()).status is Status.REVOKED
    assert {name: failed(one) for name, one in presented(city, issued).items()} == dict.fromkeys(
        ("ofd", "pdf", "code", "identifier"), REGISTER
    )
    later(city, seconds=1)
    recorded = archive.acts.by_key("died")
    assert recorded is not None
    assert recorded.log_index is not None
    assert failed(city.yinzheng.verify_file(issued.ofd)) == LIST | REGISTER
    assert resume(archive.acts, archive.log, city.clock()) == 0


def test_its_own_last_day(city: City) -> None:
    """Valid to the end of the day, in China."""
    last = city.clock() + timedelta(days=3)
    issued = city.issue("food-operation", number=number(), valid_until=f"{last:%Y-%m-%d}")
    midnight = last.replace(hour=16, minute=0, second=0, microsecond=0)
    city.clock.at = midnight - timedelta(seconds=1)
    city.yinzheng.publisher.refresh(city.clock())
    assert {indication(one) for one in presented(city, issued).values()} == {PASSED}
    later(city, seconds=1)
    for examined in presented(city, issued).values():
        assert (indication(examined), failed(examined)) == (FAILED, {(8, "period")})
