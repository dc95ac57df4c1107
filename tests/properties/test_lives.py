"""Every life, whatever it is of: its table is whole, does what the documents print, and wants two people where it says so.

The tables of the documents are read anew here and are what `take` is held against, for every stage, step and person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.applying.life import LIFE as APPLICATION
from issuer.batches.life import LIFE as BATCH
from issuer.catalogue.life import LIFE as VERSION
from issuer.catalogue.life import REQUEST_LIFE as MANDATE_REQUEST
from issuer.consenting.consent import LIFE as COPY_CONSENT
from issuer.converting.stock import LIFE as STOCK
from issuer.warrants.life import LIFE as ORDER
from service.lost_keys.order import LIFE as LOST_KEY
from trust.rules.life import Life, Row, Who
from trust.sealing.life import LIFE as SEAL
from trust.sealing.ports import Officer
from trust.sealing.using import REQUEST_LIFE as SEAL_REQUEST

DOCS = Path(__file__).parents[2] / "docs"
LIVES: dict[str, tuple[Life[Any, Any], str, str]] = {
    "application": (APPLICATION, "spec/application.md", "## Steps"),
    "order": (ORDER, "lives.md", "## An order of acts"),
    "batch": (BATCH, "lives.md", "## A batch"),
    "stock": (STOCK, "lives.md", "## Stock"),
    "version": (VERSION, "lives.md", "## A version of a type"),
    "mandate request": (MANDATE_REQUEST, "lives.md", "## A request about a mandate"),
    "copy consent": (COPY_CONSENT, "lives.md", "## A consent to annotated copies"),
    "seal": (SEAL, "lives.md", "## A seal"),
    "seal request": (SEAL_REQUEST, "lives.md", "## A request to seal"),
    "lost key": (LOST_KEY, "lives.md", "## The report of a lost key"),
}
BY = {
    "anybody": Who.ANYBODY,
    "an author": Who.AUTHOR,
    "the same account": Who.ACCOUNT,
    "another": Who.ANOTHER,
    "the register": Who.REGISTER,
}
ZHOU, RESPELT = Officer("zhou", "周明远"), Officer("zhou2", "周 明远")
OTHER, NAMESAKE_OF_NOBODY = Officer("gu", "顾清和"), Officer("ZHOU", "孟庭芳")
PEOPLE = (ZHOU, RESPELT, OTHER, NAMESAKE_OF_NOBODY)
ONE_PERSON = {frozenset({ZHOU}), frozenset({ZHOU, RESPELT}), frozenset({ZHOU, NAMESAKE_OF_NOBODY})} | {
    frozenset({one}) for one in PEOPLE
}
every_life = pytest.mark.parametrize("life", [life for life, _, _ in LIVES.values()], ids=LIVES)


@dataclass(frozen=True)
class Printed:
    """A row as the documents have it."""

    step: str
    label: str
    begins: frozenset[str | None]
    result: str | None
    who: Who
    needs_reason: bool


def printed(name: str, heading: str) -> list[Printed]:
    """The first table under a heading."""
    text = (DOCS / name).read_text("utf-8")
    section = text[text.index(f"\n{heading}") :].split("\n| Step |", 1)[1].splitlines()[2:]
    rows = []
    for line in section:
        if not line.startswith("|"):
            break
        step, begins, result, who, reason = (cell.strip() for cell in line.strip("|").split("|"))
        word, label = step.split(" ", 1)
        origins = frozenset(None if one == "–" else one for one in begins.split(", "))
        leads = None if result == "as it was" else result
        rows.append(Printed(word.strip("`"), label, origins, leads, BY[who], {"": False, "needed": True}[reason]))
    return rows


def stages_of(life: Life[Any, Any]) -> Sequence[StrEnum]:
    """Every stage that there is."""
    return list(type(next(row.result for row in life.rows if row.result is not None)))


@pytest.mark.parametrize("name", LIVES)
def test_the_printed_table_is_that_of_the_code(name: str) -> None:
    life, file, heading = LIVES[name]
    assert printed(file, heading) == [
        Printed(row.step.value, row.step.label, frozenset(row.begins), row.result, row.who, row.needs_reason)
        for row in life.rows
    ]


@every_life
def test_every_step_has_a_row_and_every_stage_is_reached(life: Life[Any, Any]) -> None:
    assert {row.step for row in life.rows} == set(type(life.rows[0].step))
    reached: set[StrEnum | None] = {None} | ({life.first} if life.first else set())
    for _ in life.rows:
        reached |= {row.result or stage for row in life.rows for stage in reached & row.begins}
    assert reached == {None, *stages_of(life)}


@every_life
def test_every_life_ends_and_every_end_is_final(life: Life[Any, Any]) -> None:
    ends = {stage for stage in stages_of(life) if life.is_final(stage)}
    assert ends
    for end in ends:
        assert life.from_stage(end) == ()
        for row in life.rows:
            with pytest.raises(type(life.moved("", ""))):
                life.after(end, row.step)
    ending = set(ends)
    for _ in life.rows:
        ending |= {stage for row in life.rows for stage in row.begins if stage is not None and row.result in ending}
    assert ending == set(stages_of(life))


@every_life
def test_two_are_two_wherever_a_row_demands_it(life: Life[Any, Any]) -> None:
    for row in life.rows:
        if row.who is not Who.ANOTHER:
            continue
        for one in (ZHOU, RESPELT, NAMESAKE_OF_NOBODY):
            with pytest.raises(type(life.persons[Who.ANOTHER](""))):
                life.check_person(row.step, one, [OTHER, ZHOU])
        life.check_person(row.step, OTHER, [ZHOU])


@every_life
def test_what_people_read_is_chinese_and_told_apart(life: Life[Any, Any]) -> None:
    for words in (stages_of(life), [row.step for row in life.rows]):
        labels = [word.label for word in words]
        assert len(set(labels)) == len(labels)
        assert all("\u4e00" <= character <= "\u9fff" or character == "，" for label in labels for character in label)


@given(
    name=st.sampled_from(sorted(LIVES)),
    by=st.sampled_from(PEOPLE),
    hands=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3),
    data=st.data(),
)
def test_a_step_leads_where_it_is_printed_and_for_whom(
    name: str, by: Officer, hands: list[Officer], data: st.DataObject
) -> None:
    life, file, heading = LIVES[name]
    row = data.draw(st.sampled_from(printed(file, heading)))
    stage = data.draw(st.sampled_from([None, *stages_of(life)]))
    step = next(one.step for one in life.rows if one.step == row.step)
    known = any(frozenset({by, hand}) in ONE_PERSON for hand in hands)
    same = any(by.login == hand.login for hand in hands)
    admitted = {Who.ANOTHER: not known, Who.AUTHOR: known, Who.ACCOUNT: same}.get(row.who, True)
    if stage not in row.begins:
        refusal = type(life.moved("", ""))
    elif not admitted:
        refusal = type(life.persons[row.who](""))
    else:
        assert life.take(stage, step, by, hands) == (row.result or stage)
        if stage is not None:
            assert (step in life.open_to(stage, by, hands)) is (row.who is not Who.REGISTER)
        return
    with pytest.raises(refusal):
        life.take(stage, step, by, hands)
    if stage is not None:
        assert step not in life.open_to(stage, by, hands)


class Stage(StrEnum):
    HERE = "here"


class Step(StrEnum):
    STAY = "stay"


def test_a_table_that_is_not_whole_is_none() -> None:
    row = Row(Step.STAY, {None}, Stage.HERE)
    with pytest.raises(ValueError, match="one row"):
        Life((row, row), lambda *_: KeyError())
    with pytest.raises(ValueError, match="has to be told"):
        Life((Row(Step.STAY, {None}, Stage.HERE, Who.ANOTHER),), lambda *_: KeyError())
    with pytest.raises(KeyError):
        Life((Row(Step.STAY, {None}, None),), lambda *_: KeyError()).after(None, Step.STAY)
