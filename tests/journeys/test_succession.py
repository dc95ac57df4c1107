"""One licence follows another: what stays, what becomes of the predecessor and when, what is refused, what is shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from issuer.applying.errors import SuccessionRefused
from issuer.applying.life import Stage
from issuer.applying.succeeding import carried_on
from issuer.errors import AlreadySucceeded, ApplicationRefused, DuplicateNumber
from issuer.issuing import Issued
from issuer.ports import Entry
from service.database import open_engine
from service.disclosing import linked, show
from tests.applying_parts import BUNDLE, MAKER, SECOND, TYPE, Hall, key, members
from tests.city import City
from tests.journey_parts import FAILED, PASSED, all_at_once, indication
from tests.succession_parts import CHANGED, COURT, Kind, act, changed, limited, standing
from trust.rules.disclosure import Circle
from trust.rules.standing import ActKind, Status
from trust.store import METADATA


@pytest.fixture(scope="module")
def hall(city: City) -> Hall:
    return Hall(city)


@pytest.fixture
def apart(fresh: City) -> Hall:
    return Hall(fresh)


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
