"""Was it valid on that day? One answer from the acts, the issue and the licence's own period, for any instant.

Two questions are answered side by side. What is known *today* follows the effective times of all acts, so an annulment
that reaches back counts from where it reaches to. What could be known *then* rests on the acts on record at that
instant: somebody who relied on the licence is judged by this one. Where the two differ, an act has reached back.

    not yet issued      the instant lies before the log took the licence's issue
    not valid           outside its own period, or suspended, ended or otherwise not in force by what is known today
    valid, not since    in force then; by today it is not: which act, since when
    valid               in force then and today
    cannot be told      the instant lies in the future; a restore lost the act by which it is not in force now; or, for
                        a verifier, its evidence does not settle the question
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from trust.rules.carried_over import Carried, standing_with
from trust.rules.labelled import Labelled
from trust.rules.licence import Validity, validity
from trust.rules.standing import Act, Standing, Status, overturning, recorded_by
from trust.rules.times import TOLERANCE, aware


class Answer(Labelled):
    """What is said of a licence for an instant."""

    VALID = "valid", "当时有效，至今有效"
    VALID_NOT_SINCE = "valid-not-since", "当时有效，此后失去效力或者受到限制"
    NOT_VALID = "not-valid", "当时无效"
    NOT_YET_ISSUED = "not-yet-issued", "当时尚未颁发"
    UNKNOWN = "unknown", "无法确认"


@dataclass(frozen=True)
class Life:
    """When the log took the issue, and the licence's own first and last day in China; None for no last day."""

    issued_at: datetime
    first: date
    last: date | None


@dataclass(frozen=True)
class PastStanding:
    """The answer for `on`, with what it rests on.

    `today` is the standing then by all acts known, `then` by those on record at that instant, `since` the standing at
    `asked_at`. `period` is what the licence's own days say of the instant, `overturned` the act by which the end that
    held then was set aside.
    """

    answer: Answer
    on: datetime
    asked_at: datetime
    today: Standing
    then: Standing
    since: Standing
    period: Validity
    overturned: Act | None = None

    @property
    def retroactive(self) -> bool:
        """Whether what is known today differs from what could be known then."""
        return self.today.status is not self.then.status


def past_standing(
    acts: Sequence[Act],
    on: datetime,
    life: Life,
    asked_at: datetime,
    known: Sequence[Act] | None = None,
    carried: Carried | None = None,
) -> PastStanding:
    """The answer for an instant, by acts of one licence, as of another instant.

    `known` are those that could be known at the instant asked about; where None, those recorded by then. `carried` is
    what a restore carried over: until the act is recorded again nobody can say since when it held, so that what was
    valid before the restore by the acts that are left cannot be told.

    Raises:
        Malformed: as `history`.
        ValueError: an instant without a time zone.

    """
    on, asked_at = aware(on), aware(asked_at)
    then = standing_with(recorded_by(acts, on) if known is None else known, carried, on)
    today, since = standing_with(acts, carried, on), standing_with(acts, carried, asked_at)
    return PastStanding(
        answer=_answer(today, since, on, life, asked_at),
        on=on,
        asked_at=asked_at,
        today=today,
        then=then,
        since=since,
        period=validity(life.first, life.last, on),
        overturned=overturning(acts, today),
    )


def _answer(today: Standing, since: Standing, on: datetime, life: Life, asked_at: datetime) -> Answer:
    if on > asked_at + TOLERANCE:
        return Answer.UNKNOWN
    if on < aware(life.issued_at):
        return Answer.NOT_YET_ISSUED
    if today.status is not Status.VALID or validity(life.first, life.last, on) is not Validity.WITHIN:
        return Answer.NOT_VALID
    if since.carried:
        return Answer.UNKNOWN
    still = since.status is Status.VALID and validity(life.first, life.last, asked_at) is Validity.WITHIN
    return Answer.VALID if still else Answer.VALID_NOT_SINCE
