"""What an approval binds, and who counts as one person."""

from dataclasses import replace

import pytest

from issuer.applying.docket import Docket, Proposal, authors_after, propose
from issuer.applying.errors import NotAnAuthor, SamePerson
from issuer.applying.life import LIFE, Stage, Step
from issuer.errors import ApplicationRefused
from tests.city import BEGINNING
from trust.rules.succession import Succession, SuccessionKind
from trust.sealing.ports import Officer

ZHOU = Officer("scjg", "周明远")
BEFORE = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
PROPOSAL = propose({"number": "A1"}, type_code="T", issuer_code="I", template="t/1")


@pytest.mark.parametrize(
    "changed",
    [
        {"type_code": "U"},
        {"issuer_code": "J"},
        {"template": "t/2"},
        {"body": '{"number":"A2"}'},
        {"succession": Succession(SuccessionKind.AMEND, BEFORE)},
        {"basis": "（2026）云01民终1号"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_digest_tells_every_other_content(changed: dict[str, object]) -> None:
    assert replace(PROPOSAL, **changed).digest != PROPOSAL.digest  # type: ignore[arg-type]  # names and values from above


def test_the_digest_tells_the_kind_and_the_order_of_no_member() -> None:
    amend, renew = (
        replace(PROPOSAL, succession=Succession(kind, BEFORE)) for kind in (SuccessionKind.AMEND, SuccessionKind.RENEW)
    )
    assert amend.digest != renew.digest
    one, other = ({"number": "A", "area_code": "530199"}, {"area_code": "530199", "number": "A"})
    made = [propose(body, type_code="T", issuer_code="I", template="t/1").digest for body in (one, other)]
    assert made[0] == made[1]
    assert made[0].startswith("sm3:")


def test_parts_that_run_into_each_other_are_told_apart() -> None:
    """The digest is over a list: moving a character from one part to the next is another content."""
    assert Proposal("AB", "C", "t", "{}").digest != Proposal("A", "BC", "t", "{}").digest


def docket(*authors: Officer) -> Docket:
    return Docket("00", Stage.SUBMITTED, 2, PROPOSAL, authors, BEGINNING, BEGINNING)


@pytest.mark.parametrize("step", [Step.APPROVE, Step.RETURN, Step.REFUSE, Step.ABANDON])
def test_nobody_who_had_a_hand_in_it_decides(step: Step) -> None:
    third = Officer("scjg3", "孟庭芳")
    LIFE.check_person(step, third, docket(ZHOU).authors)
    for hand in (ZHOU, Officer("zhou2", "周明远")):
        with pytest.raises(SamePerson):
            LIFE.check_person(step, hand, docket(third, ZHOU).authors)


def test_only_an_author_withdraws() -> None:
    LIFE.check_person(Step.WITHDRAW, ZHOU, docket(ZHOU).authors)
    with pytest.raises(NotAnAuthor):
        LIFE.check_person(Step.WITHDRAW, Officer("scjg2", "顾清和"), docket(ZHOU).authors)


def test_whoever_changes_it_is_an_author_from_then_on() -> None:
    other = Officer("scjg2", "顾清和")
    assert authors_after((ZHOU,), Step.SAVE, other) == (ZHOU, other)
    assert authors_after((ZHOU,), Step.SAVE, ZHOU) == (ZHOU,)
    assert authors_after((ZHOU,), Step.APPROVE, other) == (ZHOU,)


@pytest.mark.parametrize(
    ("members", "basis", "problem"),
    [
        ({"fields": {"a": "字" * 30_000}}, "", ("", "too-large")),
        ({}, "依" * 201, ("basis", "too-long")),
        ({}, "a\nb", ("basis", "control-character")),
        ({}, "\u202e", ("basis", "format-character")),
    ],
)
def test_what_cannot_be_kept_is_refused(members: dict[str, object], basis: str, problem: tuple[str, str]) -> None:
    with pytest.raises(ApplicationRefused) as refused:
        propose(members, type_code="T", issuer_code="I", template="t/1", basis=basis)
    assert refused.value.problems == (problem,)


def test_a_lone_surrogate_stays_in_a_draft_and_never_reaches_a_licence() -> None:
    made = propose({"number": "\ud800"}, type_code="T", issuer_code="I", template="t/1")
    assert made.body.isascii()
    assert made.members == {"number": "\ud800"}
