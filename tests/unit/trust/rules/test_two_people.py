"""Which acts take two people: every cell of the table."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from trust.rules.standing import ActKind
from trust.rules.times import TOLERANCE
from trust.rules.two_people import Asked, Cause, causes_for_two

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
ENDS = {ActKind.RESCIND, ActKind.REVOKE, ActKind.CANCEL, ActKind.LAPSE}
EFFECTS = {
    "now": None,
    "later": AT + timedelta(days=3),
    "as the form has it": AT - TOLERANCE,
    "yesterday": AT - timedelta(days=1),
}


@pytest.mark.parametrize("kind", ActKind)
@pytest.mark.parametrize(("subjects", "approval", "effect"), list(product((1, 2, 10_000), ("one", "two"), EFFECTS)))
def test_every_cell(kind, subjects, approval, effect):
    expected = []
    if subjects > 1:
        expected.append(Cause.BULK)
    if effect == "yesterday":
        expected.append(Cause.RETROACTIVE)
    if approval == "two" and kind in ENDS:
        expected.append(Cause.FINAL)
    assert causes_for_two(Asked(kind, subjects, AT, EFFECTS[effect], approval)) == tuple(expected)


WEIGHTY = ENDS | {ActKind.SUSPEND, ActKind.RESTRICT, ActKind.TRANSFER_OUT}


@pytest.mark.parametrize("kind", ActKind)
@pytest.mark.parametrize(("ground", "counts"), [("penalty", True), ("other", True), ("superseded", False)])
def test_one_after_the_other_is_as_many_at_once(kind, ground, counts):
    for lately, limit in ((0, 20), (19, 20), (20, 20), (21, 20), (0, 0), (1, 1)):
        found = causes_for_two(Asked(kind, 1, AT, None, "one", ground, lately, limit))
        assert (found == (Cause.MANY,)) is (counts and kind in WEIGHTY and lately >= limit)
        assert set(found) <= {Cause.MANY}


def test_every_cause_has_words():
    assert len({cause.label for cause in Cause}) == len(Cause)
