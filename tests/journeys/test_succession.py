"""One licence follows another: what stays, what becomes of the predecessor and when, and all codes of operation and status."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from issuer.applying import deciding, filing, releasing
from issuer.applying.docket import propose
from issuer.applying.errors import DocketMoved, NeedsApproval, SuccessionRefused
from issuer.applying.life import Stage
from issuer.applying.linting import check_proposal
from issuer.applying.succeeding import carried_on, members_of, wish
from issuer.errors import AlreadySucceeded, ApplicationRefused, DuplicateNumber
from issuer.issuing import Issued
from issuer.ports import Entry, State
from service.database import open_engine
from service.disclosing import linked, show
from service.reasons import REASONS
from tests.applying_parts import BUNDLE, MAKER, SECOND, TYPE, Hall, foreign_paper, key, members
from tests.city import City
from tests.journey_parts import FAILED, PASSED, Exchanged, all_at_once, indication
from trust.errors import Conflict
from trust.revocation.acting import Order
from trust.rules.conversion import Conversion, Grade
from trust.rules.disclosure import Circle
from trust.rules.identifier import LicenceIdentifier
from trust.rules.standing import ActKind, Status
from trust.rules.succession import SuccessionKind
from trust.store import METADATA

Kind = SuccessionKind
COURT = "（2026）云0199执12号"


@pytest.fixture(scope="module")
def hall(city: City) -> Hall:
    return Hall(city)


@pytest.fixture
def apart(fresh: City) -> Hall:
    return Hall(fresh)


def standing(hall: Hall, issued: Issued | Entry, at: datetime | None = None) -> Status:
    entry = issued.entry if isinstance(issued, Issued) else issued
    return hall.city.yinzheng.standing(str(entry.licence.identifier), at or hall.city.clock()).status


def act(hall: Hall, kind: ActKind, issued: Issued, ground: str, reason: str = "", *, receiver: str = "") -> None:
    hall.city.clock.forward(seconds=1)
    subject = str(issued.entry.licence.identifier)
    if kind is ActKind.TRANSFER_OUT:
        receiver = receiver or "青石市市场监督管理局"
    order = Order(kind, subject, ground, reason, "周明远", receiver=receiver)
    hall.city.yinzheng.act(order, key=key())


def limited(hall: Hall, **more: Any) -> Issued:
    """A food licence with a last day, of the approval bureau."""
    return hall.city.issue("food-operation", number=f"JY{next(_NUMBERS):014}", **more)


_NUMBERS = iter(range(1, 10_000))
CHANGED: dict[Kind, tuple[dict[str, Any], str]] = {
    Kind.AMEND: ({"fields": {"legal_representative": "顾远舟"}}, ""),
    Kind.REISSUE: ({}, ""),
    Kind.CORRECT: ({"number": "SQ-RIGHT"}, "编号录入有误"),  # with a number of its own each time: `changed`
    Kind.COURT_ORDER: (
        {"holder": {"name": "云岭市禾香园餐饮有限公司", "code": "91530199MA6RT5X39X", "code_type": "001"}},
        COURT,
    ),
}


def changed(kind: Kind) -> tuple[dict[str, Any], str]:
    """What an application of this kind changes, and what it rests on."""
    made, basis = CHANGED[kind]
    return (made | {"number": f"SQ-RIGHT-{next(_NUMBERS)}"} if kind is Kind.CORRECT else made), basis


@pytest.mark.parametrize("kind", CHANGED)
def test_the_successor_carries_on_and_the_predecessor_ends_at_that_instant(hall: Hall, kind: Kind) -> None:
    made, basis = changed(kind)
    old = hall.issue()
    hall.city.clock.forward(hours=1)
    _, new = hall.approve(hall.follow(old.entry, kind, made, basis=basis))
    before, after = old.entry.licence, new.entry.licence
    assert (after.identifier.serial, after.identifier.version) == (before.identifier.serial, "002")
    assert after.succession is not None
    assert (after.succession.kind, after.succession.predecessor) == (kind, str(before.identifier))
    assert (after.number == before.number) is (kind is not Kind.CORRECT)
    released = new.entry.artefacts
    assert released is not None
    assert standing(hall, old, released.released_at - timedelta(microseconds=1)) is Status.VALID
    assert standing(hall, old, released.released_at) is Status.LAPSED
    assert standing(hall, new) is Status.VALID
    verify = hall.city.yinzheng.verify_file
    assert [indication(verify(one)) for one in (old.ofd, old.pdf, new.ofd, new.pdf)] == [FAILED, FAILED, PASSED, PASSED]


def test_a_renewal_that_begins_later_leaves_neither_gap_nor_overlap(apart: Hall) -> None:
    body = apart.city.body_code("food-operation")
    old = limited(apart, issued_on="2025-01-01", valid_from="2025-01-01", valid_until="2026-12-31")
    desk, made = apart.desk, {"valid_from": "2027-01-01", "valid_until": "2031-12-31"}
    docket = desk.hand_in(
        desk.propose(
            carried_on(old.entry.licence, made, at=apart.city.clock()),
            type_code=old.entry.licence.identifier.type_code,
            issuer_code=body,
            succession=("renew", str(old.entry.licence.identifier)),
        ),
        by=MAKER,
        key=key(),
    )
    _, new = desk.approve(docket, digest=docket.proposal.digest, by=SECOND, key=key())
    turn = datetime(2026, 12, 31, 16, tzinfo=UTC)  # the new year in China
    assert standing(apart, old) is Status.VALID
    assert standing(apart, old, turn - timedelta(microseconds=1)) is Status.VALID
    assert standing(apart, old, turn) is Status.LAPSED
    assert new.entry.licence.valid_from == date(2027, 1, 1)
    assert indication(apart.city.yinzheng.verify_file(old.ofd)) is PASSED


def test_versions_count_on_and_a_number_stays_with_its_licence(hall: Hall) -> None:
    first = hall.issue(number="SQ-CHAIN")
    second = hall.approve(hall.follow(first.entry, Kind.REISSUE))[1]
    third = hall.approve(hall.follow(second.entry, Kind.REISSUE))[1]
    chain = [one.entry.licence for one in (first, second, third)]
    assert [one.identifier.version for one in chain] == ["001", "002", "003"]
    assert len({str(one.identifier) for one in chain}) == 3
    assert {one.number for one in chain} == {"SQ-CHAIN"}
    with pytest.raises(DuplicateNumber):
        hall.submit(number="SQ-CHAIN")
    with pytest.raises(DuplicateNumber):
        hall.city.issue(BUNDLE, number="SQ-CHAIN")
    register = hall.city.yinzheng.archive.register
    named = register.numbered(hall.body, TYPE, "SQ-CHAIN")
    assert named is not None
    assert named.licence.identifier == chain[0].identifier


def test_a_corrected_number_is_the_licences_own_from_then_on(hall: Hall) -> None:
    hall.issue(number="SQ-OTHER")
    old = hall.issue(number="SQ-WRONG")
    with pytest.raises(DuplicateNumber):
        hall.follow(old.entry, Kind.CORRECT, {"number": "SQ-OTHER"}, basis="编号录入有误")
    new = hall.approve(hall.follow(old.entry, Kind.CORRECT, {"number": "SQ-GOOD"}, basis="编号录入有误"))[1]
    for number in ("SQ-WRONG", "SQ-GOOD"):
        with pytest.raises(DuplicateNumber):
            hall.submit(number=number)
    assert hall.approve(hall.follow(new.entry, Kind.REISSUE))[1].entry.licence.number == "SQ-GOOD"


def test_a_licence_has_one_successor(hall: Hall) -> None:
    old = hall.issue()
    one, other = (hall.follow(old.entry, Kind.REISSUE) for _ in range(2))
    hall.approve(one)
    with pytest.raises(SuccessionRefused) as refused:
        hall.approve(other)
    assert refused.value.problems == (("predecessor", "predecessor-succeeded"),)
    with pytest.raises(SuccessionRefused):
        hall.follow(old.entry, Kind.AMEND, {"fields": {"legal_representative": "顾远舟"}})


def test_of_two_successors_at_once_one_is_issued(tmp_path: Any) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'city.db'}")
    METADATA.create_all(engine)
    city = City(people=False, engine=engine)
    hall = Hall(city)
    old = hall.issue()
    dockets = [hall.follow(old.entry, Kind.REISSUE) for _ in range(2)]
    outcomes = all_at_once(*(lambda docket=docket: hall.approve(docket) for docket in dockets))
    failed = [one for one in outcomes if isinstance(one, Exception)]
    assert len(failed) == 1, outcomes
    assert isinstance(failed[0], AlreadySucceeded | SuccessionRefused)
    assert sorted(hall.now(docket).stage for docket in dockets) in (
        sorted([Stage.RELEASED, Stage.RETURNED]),
        sorted([Stage.RELEASED, Stage.SUBMITTED]),
    )
    city.close()


# --- refusals ---------------------------------------------------------------------------------------------------------

SAME: dict[str, Any] = {}
AMENDED = {"fields": {"legal_representative": "顾远舟"}}
OTHER_HOLDER = {"holder": {"name": "云岭市禾香园餐饮有限公司", "code": "91530199MA6RT5X39X", "code_type": "001"}}
RENAMED = {"holder": {"name": "云岭市青禾数字科技有限公司", "code": "91530199MA6QH2K74U", "code_type": "001"}}
REFUSED: dict[str, tuple[Kind, dict[str, Any], str, tuple[str, str]]] = {
    "a reissue that says something else": (Kind.REISSUE, AMENDED, "", ("", "content-kept")),
    "a reissue to another": (Kind.REISSUE, OTHER_HOLDER, "", ("holder_name", "holders-kept")),
    "a reissue under another name": (Kind.REISSUE, RENAMED, "", ("holder_name", "holders-kept")),
    "an amendment to another": (Kind.AMEND, OTHER_HOLDER, "", ("holder_code", "holders-kept")),
    "an amendment of the number": (Kind.AMEND, {"number": "SQ-NEW"}, "", ("number", "number-kept")),
    "an amendment of nothing": (Kind.AMEND, SAME, "", ("", "nothing-changed")),
    "a renewal of what has no end": (Kind.RENEW, SAME, "", ("valid_until", "end-not-later")),
    "a correction of nothing": (Kind.CORRECT, SAME, "有误", ("", "nothing-changed")),
    "a correction without a basis": (Kind.CORRECT, AMENDED, "", ("basis", "missing")),
    "a judgment that is not named": (Kind.COURT_ORDER, OTHER_HOLDER, "", ("basis", "missing")),
    "a judgment that changes the number": (Kind.COURT_ORDER, {"number": "SQ-NEW"}, COURT, ("number", "number-kept")),
    "a transfer of one's own": (Kind.TRANSFER_IN, SAME, "", ("predecessor", "predecessor-unknown")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_kind_keeps_is_kept(hall: Hall, name: str) -> None:
    kind, made, basis, problem = REFUSED[name]
    old = _shared(hall)
    with pytest.raises(SuccessionRefused) as refused:
        hall.follow(old.entry, kind, made, basis=basis)
    assert problem in refused.value.problems
    assert standing(hall, old) is Status.VALID


_KEPT: dict[int, Issued] = {}


def _shared(hall: Hall) -> Issued:
    if id(hall) not in _KEPT:
        _KEPT[id(hall)] = hall.issue()
    return _KEPT[id(hall)]


@pytest.mark.parametrize(
    ("kind", "ground"),
    [
        (ActKind.SUSPEND, "penalty"),
        (ActKind.RESTRICT, "other"),
        (ActKind.TRANSFER_OUT, "transfer-applied"),
        (ActKind.REVOKE, "penalty"),
        (ActKind.RESCIND, "fraud"),
        (ActKind.CANCEL, "holder-request"),
        (ActKind.LAPSE, "not-renewed"),
    ],
)
def test_only_what_is_in_force_is_followed(hall: Hall, kind: ActKind, ground: str) -> None:
    """A new paper would lift what was decided against the old one."""
    old = hall.issue()
    act(hall, kind, old, ground, reason="理由")
    for way, (made, basis) in CHANGED.items():
        with pytest.raises(SuccessionRefused) as refused:
            hall.follow(old.entry, way, made, basis=basis)
        assert ("predecessor", "predecessor-standing") in refused.value.problems


def test_what_has_expired_is_not_renewed(apart: Hall) -> None:
    old = limited(apart, issued_on="2025-01-01", valid_from="2025-01-01", valid_until="2026-11-21")
    apart.city.clock.forward(days=1)
    made = carried_on(old.entry.licence, {"valid_until": "2031-12-31"}, at=apart.city.clock())
    follows = ("renew", str(old.entry.licence.identifier))
    body = apart.city.body_code("food-operation")
    kind = old.entry.licence.identifier.type_code
    with pytest.raises(SuccessionRefused) as refused:
        apart.desk.hand_in(
            apart.desk.propose(made, type_code=kind, issuer_code=body, succession=follows), by=MAKER, key=key()
        )
    assert ("predecessor", "predecessor-expired") in refused.value.problems


@pytest.mark.parametrize("predecessor", ["", "x", "1.2.156.3005.2", "\0", "字" * 200])
@pytest.mark.parametrize("kind", ["amend", "transfer-in"])
def test_what_is_no_identifier_is_followed_by_nothing(hall: Hall, kind: str, predecessor: str) -> None:
    with pytest.raises(SuccessionRefused) as refused:
        hall.desk.propose(members(), type_code=TYPE, issuer_code=hall.body, succession=(kind, predecessor))
    assert refused.value.problems == (("predecessor", "predecessor-unknown"),)


@pytest.mark.parametrize("kind", ["", "divorce", "AMEND", "transfer_in"])
def test_there_is_no_other_kind(hall: Hall, kind: str) -> None:
    with pytest.raises(SuccessionRefused) as refused:
        hall.desk.propose(members(), type_code=TYPE, issuer_code=hall.body, succession=(kind, "x"))
    assert refused.value.problems == (("kind", "unknown"),)


def test_anothers_licence_is_like_one_that_does_not_exist(hall: Hall) -> None:
    theirs = limited(hall)
    unknown = replace(hall.issue().entry.licence.identifier, serial="0" * 20)
    for identifier in (str(theirs.entry.licence.identifier), str(unknown)):
        proposal = hall.desk.propose(members(), type_code=TYPE, issuer_code=hall.body, succession=("amend", identifier))
        with pytest.raises(SuccessionRefused) as refused:
            hall.desk.hand_in(proposal, by=MAKER, key=key())
        assert refused.value.problems == (("predecessor", "predecessor-unknown"),)


def test_what_a_licence_follows_cannot_be_smuggled_in(hall: Hall) -> None:
    old = _shared(hall)
    with pytest.raises(ApplicationRefused) as refused:
        hall.submit(succession={"kind": "amend", "predecessor": str(old.entry.licence.identifier)})
    assert refused.value.problems == (("succession", "unknown"),)


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


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_who_has_a_licence_reads_that_another_follows_and_who_may_know_which_reads_which(hall: Hall) -> None:
    old = hall.issue()
    new = hall.approve(hall.follow(old.entry, Kind.REISSUE))[1]
    identifier, before = (str(one.entry.licence.identifier) for one in (new, old))
    told = {circle: _told(hall, old.entry, circle) for circle in Circle}
    assert told[Circle.PUBLIC] == {}
    assert told[Circle.SCAN] == {"followed": "已由新的证照替代（补发）"}
    assert told[Circle.CONSENT] == {"followed": f"已由 {identifier}替代（补发）"}
    assert _told(hall, new.entry, Circle.PUBLIC) == {}
    assert _told(hall, new.entry, Circle.SCAN) == {"follows": f"补发，原证照 {before}"}
    shown = show(hall.city.yinzheng, hall.city.yinzheng.verify_file(old.ofd), Circle.SCAN)
    assert "已由新的证照替代（补发）" in {row.text for row in shown}


def _told(hall: Hall, entry: Entry, circle: Circle) -> dict[str, str]:
    return {row.key: row.text for row in linked(hall.city.yinzheng, entry.licence, circle)}


# --- every code -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reached:
    """A licence, after what was done to it."""

    hall: Hall
    issued: Issued

    def act(self, kind: ActKind, ground: str, reason: str = "") -> "Reached":
        act(self.hall, kind, self.issued, ground, reason)
        return self

    @property
    def operations(self) -> list[str]:
        return [one.code for one in self.hall.desk.operations(self.issued.entry)]


def first(hall: Hall) -> Reached:
    return Reached(hall, hall.issue())


def followed(hall: Hall, kind: Kind) -> Reached:
    made, basis = changed(kind)
    return Reached(hall, hall.approve(hall.follow(hall.issue().entry, kind, made, basis=basis))[1])


def renewed(hall: Hall) -> Reached:
    old = limited(hall, issued_on="2025-01-01", valid_from="2025-01-01", valid_until="2026-12-31")
    identifier = old.entry.licence.identifier
    made = carried_on(old.entry.licence, {"valid_until": "2031-12-31"}, at=hall.city.clock())
    follows = ("renew", str(identifier))
    proposal = hall.desk.propose(
        made, type_code=identifier.type_code, issuer_code=identifier.issuer_code, succession=follows
    )
    docket = hall.desk.hand_in(proposal, by=MAKER, key=key())
    return Reached(hall, hall.desk.approve(docket, digest=proposal.digest, by=SECOND, key=key())[1])


def taken_in(hall: Hall) -> Reached:
    paper = foreign_paper()
    original, theirs = hall.city.yinzheng.originals.keep(paper.ofd), str(paper.entry.licence.identifier)
    return Reached(hall, hall.approve(hall.submit(follows=("transfer-in", theirs), original=original))[1])


CODES: dict[str, tuple[Callable[[Hall], Reached], list[str], Status]] = {
    "01 issued": (first, ["01"], Status.VALID),
    "02 extended": (renewed, ["02"], Status.VALID),
    "03 suspended": (lambda hall: first(hall).act(ActKind.SUSPEND, "penalty"), ["01", "03"], Status.SUSPENDED),
    "04 expired": (lambda hall: first(hall).act(ActKind.LAPSE, "not-renewed"), ["01", "04"], Status.LAPSED),
    "05 cancelled": (lambda hall: first(hall).act(ActKind.CANCEL, "holder-request"), ["01", "05"], Status.CANCELLED),
    "05 annulled": (lambda hall: first(hall).act(ActKind.RESCIND, "fraud"), ["01", "05"], Status.RESCINDED),
    "05 revoked": (lambda hall: first(hall).act(ActKind.REVOKE, "penalty"), ["01", "05"], Status.REVOKED),
    "05 transferred out": (
        lambda hall: first(hall).act(ActKind.TRANSFER_OUT, "transfer-applied"),
        ["01", "05"],
        Status.TRANSFERRING,
    ),
    "06 returned after suspension": (
        lambda hall: first(hall).act(ActKind.SUSPEND, "penalty").act(ActKind.REINSTATE, "suspension-ended"),
        ["01", "03", "06"],
        Status.VALID,
    ),
    "07 other: restricted": (
        lambda hall: first(hall).act(ActKind.RESTRICT, "other", "限期整改期间限制使用"),
        ["01", "07"],
        Status.OTHER,
    ),
    "07 other: issued anew": (lambda hall: followed(hall, Kind.REISSUE), ["07"], Status.VALID),
    "08 transferred in": (taken_in, ["08"], Status.VALID),
    "09 changed": (lambda hall: followed(hall, Kind.AMEND), ["09"], Status.VALID),
    "09 corrected": (lambda hall: followed(hall, Kind.CORRECT), ["09"], Status.VALID),
    "09 by a court": (lambda hall: followed(hall, Kind.COURT_ORDER), ["09"], Status.VALID),
    "10 transfer undone": (
        lambda hall: (
            first(hall).act(ActKind.TRANSFER_OUT, "transfer-applied").act(ActKind.TRANSFER_BACK, "transfer-withdrawn")
        ),
        ["01", "05", "10"],
        Status.VALID,
    ),
}


@pytest.mark.parametrize("name", CODES)
def test_every_code_is_reached_by_a_journey(hall: Hall, name: str) -> None:
    way, operations, status = CODES[name]
    reached = way(hall)
    assert reached.operations == operations
    assert standing(hall, reached.issued) is status


def test_the_table_has_every_code_there_is() -> None:
    assert {code for _, operations, _ in CODES.values() for code in operations} == {f"{n:02}" for n in range(1, 11)}
    assert {status for _, _, status in CODES.values()} == set(Status)


def test_the_operations_name_both_links(hall: Hall) -> None:
    old = hall.issue()
    hall.city.clock.forward(hours=1)
    new = hall.approve(hall.follow(old.entry, Kind.REISSUE))[1]
    (issued, ended), (began,) = (hall.desk.operations(one.entry) for one in (old, new))
    assert (issued.linked, ended.code) == ("", "04")
    assert ended.linked == str(new.entry.licence.identifier)
    assert began.linked == str(old.entry.licence.identifier)
    assert ended.at == began.at
    assert began.by == "周明远（scjg）；批准：顾清和（scjg2）"
