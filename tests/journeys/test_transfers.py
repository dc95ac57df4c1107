"""A licence from elsewhere, taken in under an identifier of our own; one that moves between bodies; races with acts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from issuer.applying import deciding, filing, releasing
from issuer.applying.docket import propose
from issuer.applying.errors import DocketMoved, NeedsApproval, SuccessionRefused
from issuer.applying.life import Stage
from issuer.applying.linting import check_proposal
from issuer.applying.succeeding import members_of, wish
from issuer.errors import AlreadySucceeded, ApplicationRefused
from issuer.ports import State
from service.reasons import REASONS
from tests.applying_parts import MAKER, SECOND, TYPE, Hall, foreign_paper, key
from tests.city import City
from tests.journey_parts import PASSED, Exchanged, indication
from tests.succession_parts import _NUMBERS, Kind, act, limited, standing
from trust.errors import Conflict
from trust.rules.conversion import Conversion, Grade
from trust.rules.identifier import LicenceIdentifier
from trust.rules.standing import ActKind, Status


@pytest.fixture(scope="module")
def hall(city: City) -> Hall:
    return Hall(city)


@pytest.fixture
def apart(fresh: City) -> Hall:
    return Hall(fresh)


# --- transfers --------------------------------------------------------------------------------------------------------


def test_a_licence_from_elsewhere_is_taken_in_under_an_identifier_of_our_own(hall: Hall) -> None:
    paper = foreign_paper()
    theirs, original = str(paper.entry.licence.identifier), hall.city.yinzheng.originals.keep(paper.pdf)
    docket = hall.submit(follows=("transfer-in", theirs), original=original)
    _, issued = hall.approve(docket)
    licence = issued.entry.licence
    assert licence.conversion == Conversion(Grade.C, "外库转入 青溪县行政审批局", original)
    assert licence.identifier.version == "001"
    assert licence.identifier.issuer_code == hall.body
    assert licence.succession is not None
    assert licence.succession.predecessor == theirs
    assert indication(hall.city.yinzheng.verify_file(issued.ofd)) is PASSED
    with pytest.raises((SuccessionRefused, AlreadySucceeded)):  # it is taken in once
        hall.approve(hall.submit(follows=("transfer-in", theirs), original=original))


def test_whoever_claims_a_licence_from_elsewhere_first_keeps_no_other_body_from_it(hall: Hall) -> None:
    register = hall.city.yinzheng.archive.register
    paper = foreign_paper()
    theirs, original = str(paper.entry.licence.identifier), hall.city.yinzheng.originals.keep(paper.ofd)
    _, first_claim = hall.approve(hall.submit(follows=("transfer-in", theirs), original=original))
    licence = first_claim.entry.licence
    other = replace(
        licence,
        identifier=LicenceIdentifier(TYPE, hall.city.body_code("food-operation"), "OTHERBODY"),
        number=f"SQ-OTHER-{next(_NUMBERS)}",
    )
    claim = replace(
        first_claim.entry, licence=other, key=key(), state=State.BEGUN, plan=None, sealed=None, artefacts=None
    )
    assert register.begin(claim) == claim
    same = replace(
        claim, key=key(), licence=replace(other, identifier=replace(other.identifier, serial="AGAIN"), number="SQ-3")
    )
    with pytest.raises(AlreadySucceeded):
        register.begin(same)


def _changed_octet(file: bytes) -> bytes:
    place = len(file) // 2
    return file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]


def test_a_licence_from_elsewhere_rests_on_its_file(hall: Hall) -> None:
    paper, other, originals = foreign_paper(), foreign_paper(), hall.city.yinzheng.originals
    theirs, kept = str(paper.entry.licence.identifier), originals.keep(paper.pdf)
    bad: list[tuple[dict[str, Any], str]] = [
        ({}, "original-missing"),
        ({"original": "sm3:" + "0" * 64}, "original-missing"),
        ({"original": originals.keep(other.pdf)}, "original-other"),
    ]
    for more, reason in bad:
        with pytest.raises(SuccessionRefused) as refused:
            hall.submit(follows=("transfer-in", theirs), **more)
        assert refused.value.problems == (("original", reason),)
    for octets in (_changed_octet(paper.pdf), b"%PDF-1.7", b"", hall.issue().pdf[:-100]):
        with pytest.raises(ApplicationRefused) as unfit:
            originals.keep(octets)
        assert unfit.value.problems == (("original", "original-unverified"),)
    strange = [{"name": "云岭市松石商贸有限公司", "code": "91530199MA6RT5X39X", "code_type": "001"}]
    with pytest.raises(SuccessionRefused) as refused:  # another holder than the file says
        hall.submit(follows=("transfer-in", theirs), original=kept, holder=..., holders=strange)
    assert ("holder_code", "holders-kept") in refused.value.problems
    with pytest.raises(ApplicationRefused) as refusal:
        hall.submit(follows=("transfer-in", theirs), original="sm3:short")
    assert refusal.value.problems == (("original", "original-name"),)


def test_a_licence_from_elsewhere_takes_two_people_whatever_its_type(hall: Hall) -> None:
    paper = foreign_paper()
    original = hall.city.yinzheng.originals.keep(paper.pdf)
    docket = hall.submit(follows=("transfer-in", str(paper.entry.licence.identifier)), original=original)
    ports = hall.desk.ports
    bundle = ports.office.bundle(TYPE)
    one = replace(bundle, type=replace(bundle.type, approval="one"))
    lenient = replace(ports, office=replace(ports.office, bundle=lambda _code: one))
    with pytest.raises(NeedsApproval):
        deciding.waive(lenient, docket, by=MAKER, key=key(), at=hall.city.clock())


def test_a_licence_moves_from_one_body_to_another_of_the_same_installation(hall: Hall) -> None:
    """The old body lets go, the new one takes in; at that instant the old licence is cancelled as transferred."""
    old = hall.issue()
    receiver, whole = hall.city.body_code("food-operation"), hall.desk.ports
    mandates = [*_all(whole.office.mandates(hall.city.clock()))]
    also = replace(next(one for one in mandates if one.type_code == TYPE), issuer_code=receiver, issuer_name="审批局")
    wide = replace(whole, office=replace(whole.office, mandates=lambda _at: [*mandates, also]))
    before = old.entry.licence
    wanted = wish("transfer-in", str(before.identifier))
    made = members_of(before) | {"number": f"SQ-IN-{next(_NUMBERS)}"}
    proposal = propose(made, type_code=TYPE, issuer_code=receiver, template=before.template, succession=wanted)
    at = hall.city.clock()
    with pytest.raises(SuccessionRefused) as refused:  # nobody has let go of it yet
        check_proposal(wide, proposal, key="", at=at)
    assert refused.value.problems == (("predecessor", "predecessor-standing"),)
    act(hall, ActKind.TRANSFER_OUT, old, "transfer-applied", f"不转入{receiver}", receiver="另一机构")
    with pytest.raises(SuccessionRefused) as refused:  # it was let go to somebody else
        check_proposal(wide, proposal, key="", at=hall.city.clock())
    assert refused.value.problems == (("predecessor", "transfer-elsewhere"),)
    act(hall, ActKind.TRANSFER_BACK, old, "transfer-withdrawn")
    act(hall, ActKind.TRANSFER_OUT, old, "transfer-applied", receiver="审批局")
    at = hall.city.clock.forward(hours=1)
    docket = filing.submit(
        wide, filing.open_docket(wide, proposal, by=MAKER, key=key(), at=at), by=MAKER, key=key(), at=at
    )
    approved = deciding.approve(wide, docket, digest=docket.proposal.digest, by=SECOND, key=key(), at=at)
    _, new = releasing.carry_out(wide, approved, by=SECOND, at=at)
    assert new.entry.licence.identifier.issuer_code == receiver
    assert standing(hall, old, at - timedelta(microseconds=1)) is Status.TRANSFERRING
    assert standing(hall, old, at) is Status.CANCELLED
    assert standing(hall, new) is Status.VALID
    assert [one.code for one in hall.desk.operations(old.entry)] == ["01", "05", "10", "05", "05"]
    assert [one.code for one in hall.desk.operations(new.entry)] == ["08"]


def _all(mandates: Any) -> Any:
    return getattr(mandates, "all", mandates)


def test_a_licence_that_a_body_here_should_know_is_not_taken_for_a_foreign_one(hall: Hall) -> None:
    unknown = replace(limited(hall).entry.licence.identifier, type_code=TYPE, serial="0" * 20)
    with pytest.raises(SuccessionRefused) as refused:
        hall.submit(follows=("transfer-in", str(unknown)))
    assert refused.value.problems == (("predecessor", "predecessor-unknown"),)


# --- races with acts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "ground"), [(ActKind.SUSPEND, "penalty"), (ActKind.REVOKE, "penalty")])
def test_an_act_on_the_predecessor_before_the_release_keeps_it_from_being_released(
    apart: Hall, kind: ActKind, ground: str
) -> None:
    """Both are decided in the transaction of the release; what came first holds, and nothing slips between."""
    old = apart.issue()
    docket = apart.follow(old.entry, Kind.REISSUE)
    whole = apart.desk.ports

    def late(*given: Any) -> Any:
        act(apart, kind, old, ground)
        return whole.office.register.seal_many(*given)

    slow = replace(whole, office=replace(whole.office, register=Exchanged(whole.office.register, seal_many=late)))  # type: ignore[arg-type]  # a port with one method exchanged
    now = apart.city.clock()
    approved = deciding.approve(slow, docket, digest=docket.proposal.digest, by=SECOND, key=key(), at=now)
    with pytest.raises(Conflict) as refused:
        releasing.carry_out(slow, approved, by=SECOND, at=apart.city.clock())
    assert refused.value.reason == {ActKind.SUSPEND: "predecessor-suspended"}.get(kind, "predecessor-standing")
    assert refused.value.reason in REASONS  # which says what to do next
    entry = apart.city.yinzheng.archive.register.by_key(docket.key)
    assert entry is not None
    assert entry.state is State.PLANNED
    assert apart.now(docket).stage is Stage.ISSUING
    assert apart.desk.successor_of(str(old.entry.licence.identifier)) is None
    apart.city.clock.forward(minutes=1)
    if kind is ActKind.SUSPEND:  # it can be carried on when the suspension is over
        act(apart, ActKind.REINSTATE, old, "rectified")
        apart.city.clock.forward(minutes=1)
        assert apart.desk.take_up() == (1, ())
        assert standing(apart, old) is Status.LAPSED
        return
    assert apart.desk.take_up()[0] == 0
    gone = apart.desk.abandon(apart.now(docket), reason="原证照已被吊销", by=SECOND, key=key())
    assert gone.stage is Stage.REFUSED
    assert standing(apart, entry) is Status.LAPSED  # whatever was signed of it does not verify
    assert apart.desk.take_up() == (0, ())


def test_what_was_abandoned_is_not_released_by_whoever_was_still_at_it(apart: Hall) -> None:
    docket = apart.submit()
    whole = apart.desk.ports

    def late(*given: Any) -> Any:
        apart.desk.abandon(apart.now(docket), reason="已作废", by=SECOND, key=key())
        return whole.office.register.seal_many(*given)

    slow = replace(whole, office=replace(whole.office, register=Exchanged(whole.office.register, seal_many=late)))  # type: ignore[arg-type]  # a port with one method exchanged
    at = apart.city.clock()
    approved = deciding.approve(slow, docket, digest=docket.proposal.digest, by=SECOND, key=key(), at=at)
    with pytest.raises(DocketMoved):
        releasing.carry_out(slow, approved, by=SECOND, at=at)
    entry = apart.city.yinzheng.archive.register.by_key(docket.key)
    assert entry is not None
    assert entry.state is State.PLANNED
    assert standing(apart, entry) is Status.LAPSED
