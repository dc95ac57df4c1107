"""Every code of operation and status that licences which follow one another can have, reached by a journey."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from issuer.applying.succeeding import carried_on
from issuer.issuing import Issued
from tests.applying_parts import MAKER, SECOND, Hall, foreign_paper, key
from tests.city import City
from tests.succession_parts import Kind, act, changed, limited, standing
from trust.rules.standing import ActKind, Status


@pytest.fixture(scope="module")
def hall(city: City) -> Hall:
    return Hall(city)


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
