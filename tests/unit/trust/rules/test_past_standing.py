"""Was it valid on that day: the answer from acts alone, by what is known today and by what could be known then."""

from datetime import UTC, date, datetime, timedelta

import pytest

from trust.rules.licence import Validity
from trust.rules.past_standing import Answer, Life, past_standing
from trust.rules.standing import Act, ActKind, Status

ISSUED = datetime(2026, 1, 10, 2, tzinfo=UTC)
LIFE = Life(ISSUED, date(2026, 1, 10), date(2026, 12, 31))
TODAY = datetime(2026, 11, 22, 4, tzinfo=UTC)


def day(month: int, number: int, hour: int = 4) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def act(sequence, kind, recorded, effective=None, **more):
    return Act("id", sequence, kind, "other", "说明", recorded, effective or recorded, recorded, "甲", **more)


SUSPENDED = act(1, ActKind.SUSPEND, day(3, 1))
LIFTED = act(2, ActKind.REINSTATE, day(4, 1), reverses=1)
REVOKED = act(3, ActKind.REVOKE, day(9, 1))
ANNULLED = act(1, ActKind.RESCIND, day(9, 1), day(2, 1))
TABLE = [
    # acts                            asked about            answer                    today              then
    ([], day(1, 9), Answer.NOT_YET_ISSUED, Status.VALID, Status.VALID),
    ([], ISSUED - timedelta(microseconds=1), Answer.NOT_YET_ISSUED, Status.VALID, Status.VALID),
    ([], ISSUED, Answer.VALID, Status.VALID, Status.VALID),
    ([], TODAY, Answer.VALID, Status.VALID, Status.VALID),
    ([], TODAY + timedelta(days=1), Answer.UNKNOWN, Status.VALID, Status.VALID),
    ([SUSPENDED], day(2, 1), Answer.VALID_NOT_SINCE, Status.VALID, Status.VALID),
    ([SUSPENDED], day(3, 1), Answer.NOT_VALID, Status.SUSPENDED, Status.SUSPENDED),
    ([SUSPENDED, LIFTED], day(3, 2), Answer.NOT_VALID, Status.SUSPENDED, Status.SUSPENDED),
    ([SUSPENDED, LIFTED], day(4, 1) - timedelta(microseconds=1), Answer.NOT_VALID, Status.SUSPENDED, Status.SUSPENDED),
    ([SUSPENDED, LIFTED], day(4, 1), Answer.VALID, Status.VALID, Status.VALID),
    ([SUSPENDED, LIFTED, REVOKED], day(8, 31), Answer.VALID_NOT_SINCE, Status.VALID, Status.VALID),
    ([SUSPENDED, LIFTED, REVOKED], day(9, 1), Answer.NOT_VALID, Status.REVOKED, Status.REVOKED),
    # an annulment reaches back: today it was nothing, then everybody had to take it for valid
    ([ANNULLED], day(1, 20), Answer.VALID_NOT_SINCE, Status.VALID, Status.VALID),
    ([ANNULLED], day(5, 1), Answer.NOT_VALID, Status.RESCINDED, Status.VALID),
    ([ANNULLED], day(9, 2), Answer.NOT_VALID, Status.RESCINDED, Status.RESCINDED),
]  # fmt: skip


@pytest.mark.parametrize(("acts", "on", "answer", "today", "then"), TABLE)
def test_the_table(acts, on, answer, today, then):
    found = past_standing(acts, on, LIFE, TODAY)
    assert (found.answer, found.today.status, found.then.status) == (answer, today, then)
    assert found.retroactive is (today is not then)


def test_its_own_days_count():
    short = Life(ISSUED, date(2026, 2, 1), date(2026, 3, 31))
    answers = {
        day(1, 20): (Answer.NOT_VALID, Validity.NOT_YET),
        day(3, 31): (Answer.VALID_NOT_SINCE, Validity.WITHIN),  # valid then, and over by now
        day(4, 1): (Answer.NOT_VALID, Validity.EXPIRED),
    }
    for on, expected in answers.items():
        found = past_standing([], on, short, TODAY)
        assert (found.answer, found.period) == expected


def test_an_end_that_was_set_aside_is_told_and_stays_an_end():
    aside = act(2, ActKind.OVERTURN, day(10, 1), decision="（2026）云行终3号", reverses=1)
    acts = [act(1, ActKind.REVOKE, day(9, 1)), aside]
    found = past_standing(acts, day(10, 2), LIFE, TODAY)
    assert (found.answer, found.overturned) == (Answer.NOT_VALID, aside)
    assert past_standing(acts, day(8, 1), LIFE, TODAY).overturned is None


def test_who_proves_when_acts_were_logged_is_believed_instead():
    """A verifier puts the log's own time in place of what the acts claim of themselves."""
    assert past_standing([SUSPENDED], day(3, 2), LIFE, TODAY, known=[]).then.status is Status.VALID
