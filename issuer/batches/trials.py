"""Trials of long tables 试算: kept like a batch and judged by the worker, chunk by chunk, so that nobody has to wait.

Every row has to be readable: what cannot be read is told at once, and takes no trial. What only the whole of the table
shows, a number that stands in it twice, and whether photographs are at hand is seen when the trial is opened; the rest
is `trying`, a chunk at a time, under the same lease as issuing, and so is the examination of pictures, which are stored
aside before the trial is opened. A trial that cannot go on is concluded with the reason. It has personal data in it:
its rows are deleted when somebody discards it, or after a week, its pictures once it is concluded.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from issuer.batches.errors import BatchMoved, PicturesLost
from issuer.batches.examining import Lease, picture_in
from issuer.batches.life import Batch, Failure, Row, State, Step
from issuer.batches.ports import Batches
from issuer.batches.sheet import Row as SheetRow
from issuer.batches.submitting import Handed, check_handed, moved, number_of, opened, together
from issuer.batches.trying import try_rows
from issuer.errors import ApplicationRefused, DuplicateNumber
from trust.rules.catalogue import LicenceType
from trust.rules.number_rule import same_number
from trust.sealing.ports import Officer

KEPT = timedelta(days=7)
"""How long a trial is kept when nobody discards it."""


def open_trial(desk: Batches, handed: Handed, *, by: Officer, key: str, at: datetime) -> Batch:
    """Take a table in to be judged; repeated under its key, the same trial.

    Raises:
        UnknownType, NoMandate, BatchRefused, IdempotencyMismatch: as `submitting.submit`.

    """
    bundle = check_handed(desk, handed, at)
    for some in together(handed.photographs) if handed.pictures_wait else ():
        desk.aside.put_many(number_of(handed, key), some)
    wrong = dict(_of_the_whole(desk, handed, bundle.type))
    return opened(desk, handed, bundle, State.TRYING, Step.TRY, by=by, key=key, at=at, wrong=wrong)


def judge(desk: Batches, trial: Batch, rows: Sequence[Row], lease: Lease) -> int:
    """Judge rows that were leased, and store what came of each; how many failed. Those it does not come to are left.

    Raises:
        PicturesLost: a picture that was stored aside is not there any more; no row is told anything.
        Exception: as `trying.try_rows`.

    """
    judged: list[int] = []
    own = desk.aside.finder(trial.number)

    def in_time() -> Iterator[SheetRow]:
        for row in rows:
            if judged and lease.is_late:
                return
            judged.append(row.number)
            yield SheetRow(row.number, row.members)

    def kept(digest: str) -> bytes:
        octets = own(digest)
        if octets is None:
            raise PicturesLost(digest)
        return octets

    code, body = trial.type_code, trial.body_code
    failures = list(try_rows(desk, in_time(), type_code=code, body_code=body, at=lease.since, pictures=kept))
    wrong = {row for row, _ in failures}
    desk.book.fail(trial.number, failures)
    desk.book.sound(trial.number, [row for row in judged if row not in wrong])
    if left := [row.number for row in rows[len(judged) :]]:
        desk.book.keep(trial.number, lease.worker, left, until=lease.now())
    desk.book.trouble(trial.number, "")
    return len(failures)


def conclude(desk: Batches, trial: Batch, *, at: datetime, reason: str = "") -> Batch:
    """Store that no row waits any more, or why it cannot go on; raises BatchMoved."""
    by = trial.submitted_by
    return moved(desk, replace(trial, trouble=reason), Step.CONCLUDE, by=by, at=at, note=reason)


def discard(desk: Batches, trial: Batch, *, by: Officer, at: datetime) -> Batch:
    """Delete its rows; raises BatchMoved."""
    return moved(desk, replace(trial, trouble=""), Step.DISCARD, by=by, at=at)


def drop_lapsed(desk: Batches, *, at: datetime) -> None:
    """Delete the rows of trials that nobody has discarded."""
    for trial in desk.book.lapsed(at - KEPT):
        with suppress(BatchMoved):  # somebody was faster
            moved(desk, trial, Step.LAPSE, by=trial.submitted_by, at=at)


def drop_pictures(desk: Batches, *, at: datetime) -> None:
    """Delete the pictures of trials that are over, however they ended."""

    def goes_on(number: str) -> bool | None:
        trial = desk.book.find(number)
        return None if trial is None else trial.state is State.TRYING

    desk.aside.sweep(goes_on, at=at)


def _of_the_whole(desk: Batches, handed: Handed, kind: LicenceType) -> Iterator[tuple[int, Failure]]:
    """What no chunk would find by itself."""
    seen = set[str]()
    for row in handed.rows:
        number = same_number(str(row.members.get("number", "")))
        if number and number in seen:
            yield row.number, desk.explain(DuplicateNumber(number), kind)
            continue
        seen.add(number)
        if missing := _missing_photograph(desk, handed, row, kind):
            yield row.number, desk.explain(ApplicationRefused([missing]), kind)


def _missing_photograph(desk: Batches, handed: Handed, row: SheetRow, kind: LicenceType) -> tuple[str, str] | None:
    """The field of a picture that did not come with the table, or of a photograph nobody has handed in, and why."""
    fields = row.members.get("fields")
    named = fields if isinstance(fields, dict) else {}
    for rule in kind.photos:
        name = named.get(rule.key)
        picture = picture_in(name)
        if picture and picture not in handed.photographs:
            return f"fields.{rule.key}", "photo-needs-zip"
        if name and not picture and name not in handed.photographs and desk.office.photo(name) is None:
            return f"fields.{rule.key}", "no-such-photo"
    return None
