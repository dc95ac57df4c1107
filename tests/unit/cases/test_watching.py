"""Watching: which citations stood on a licence that fell, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from cases.citing import cite
from cases.watching import Ground, touched_by, watch_case
from tests.case_parts import KEY, NEWER, NOW, OLDER, Ledger, asked, citing_ports, counting
from trust.rules.standing import Act, ActKind, Standing, Status, standing_at

DAY = timedelta(days=1)


@dataclass
class Register:
    """The acts on record, and the standing they lead to."""

    acts: list[Act] = field(default_factory=list)

    def act(self, kind: ActKind, effective_at: datetime, *, identifier: str = str(NEWER.identifier)) -> Act:
        recorded = NOW + DAY + timedelta(minutes=len(self.acts))
        act = Act(identifier, len(self.acts) + 1, kind, "other", "测试", recorded, effective_at, recorded, "周明远")
        self.acts.append(act)
        return act

    def of(self, identifier: str) -> Sequence[Act]:
        return [act for act in self.acts if act.subject == identifier]

    def standing(self, identifier: str, at: datetime) -> Standing:
        return standing_at(self.of(identifier), at)


@pytest.fixture
def ledger() -> Ledger:
    """Two citations of the newer licence in two cases, one of the older."""
    made = Ledger()
    ports, draw = citing_ports(store=made), counting()
    for key, case, paper in (("1", "YL-1", NEWER), ("2", "YL-2", NEWER), ("3", "YL-2", OLDER)):
        request = asked(case_number=case, identifier=str(paper.identifier))
        cite(ports, request, key=KEY + key, at=NOW, number_random=draw)
    return made


def grounds(ledger: Ledger, register: Register, case: str, at: datetime) -> list[Ground]:
    return [entry.ground for entry in watch_case(ledger, register, case, at)]


def test_nothing_happened(ledger: Ledger) -> None:
    assert grounds(ledger, Register(), "YL-2", NOW + DAY) == [Ground.STANDS, Ground.STANDS]
    assert grounds(ledger, Register(), "YL-3", NOW + DAY) == []


def test_a_revocation_is_seen_by_every_case_that_cites(ledger: Ledger) -> None:
    register = Register()
    act = register.act(ActKind.REVOKE, NOW + DAY)
    touched = touched_by(ledger, act, register.of(act.subject), NOW + 2 * DAY)
    assert [(entry.citation.case_number, entry.ground) for entry in touched] == [
        ("YL-1", Ground.FELL_SINCE),
        ("YL-2", Ground.FELL_SINCE),
    ]
    assert {entry.standing.status for entry in touched} == {Status.REVOKED}
    assert grounds(ledger, register, "YL-2", NOW + 2 * DAY) == [Ground.FELL_SINCE, Ground.STANDS]


@pytest.mark.parametrize(
    ("effective_at", "asked_at", "ground"),
    [
        (NOW + 3 * DAY, NOW + 2 * DAY, Ground.STANDS),
        (NOW + 3 * DAY, NOW + 3 * DAY, Ground.FELL_SINCE),
        (NOW + timedelta(microseconds=1), NOW + 2 * DAY, Ground.FELL_SINCE),
        (NOW, NOW + 2 * DAY, Ground.GONE_BEFORE),
        (NOW - 30 * DAY, NOW + 2 * DAY, Ground.GONE_BEFORE),
    ],
)
def test_when_it_takes_effect(ledger: Ledger, effective_at: datetime, asked_at: datetime, ground: Ground) -> None:
    register = Register()
    act = register.act(ActKind.RESCIND, effective_at)
    assert grounds(ledger, register, "YL-1", asked_at) == [ground]
    touched = touched_by(ledger, act, register.of(act.subject), asked_at)
    assert [entry.ground for entry in touched] == ([] if ground is Ground.STANDS else [ground, ground])


def test_a_suspension_that_is_over(ledger: Ledger) -> None:
    register = Register()
    register.act(ActKind.SUSPEND, NOW + DAY)
    act = register.act(ActKind.REINSTATE, NOW + 2 * DAY)
    assert grounds(ledger, register, "YL-1", NOW + DAY) == [Ground.FELL_SINCE]
    assert grounds(ledger, register, "YL-1", NOW + 2 * DAY) == [Ground.STANDS]
    assert touched_by(ledger, act, register.of(act.subject), NOW + 2 * DAY) == ()


def test_a_reinstatement_does_not_heal_what_was_cited_in_between(ledger: Ledger) -> None:
    register = Register()
    register.act(ActKind.SUSPEND, NOW - DAY)
    act = register.act(ActKind.REINSTATE, NOW + DAY)
    assert grounds(ledger, register, "YL-1", NOW + 2 * DAY) == [Ground.GONE_BEFORE]
    assert len(touched_by(ledger, act, register.of(act.subject), NOW + 2 * DAY)) == 2


def test_what_is_said_to_the_officer() -> None:
    assert all(ground.label.startswith(("所引用", "引用")) for ground in Ground)
