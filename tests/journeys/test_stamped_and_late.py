"""A document has two times, its stamp's and the log's: what is listed to be made again is what the verifier fails.

All four cells, before and after the loss, and documents that were never logged as well; signatures with a seal to be
seen and without; a key that was lost, and a seal that ended while its key stayed safe.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.keeping import block_leaked_key
from service.lost_keys.order import Stage
from service.lost_keys.signed import Kind, Proof
from service.time_stamping import own_stamper
from tests.city import SEAL_OFFICERS, City
from tests.journey_parts import FAILED, PASSED
from tests.ofd_foreign import letter
from trust.formats.placing import AtPoint
from trust.rules.seal_standing import SealKind
from trust.sealing.sealing import Manner, Wanted

MAKER, SECOND = SEAL_OFFICERS
HOUR = timedelta(hours=1)
FORMS = {
    "seal": Wanted(AtPoint(0, 100, 100), "答复"),
    "text": Wanted(None, "答复", manner=Manner.TEXT),
}
"""What carries a time stamp: signatures in OFD; the second shows no seal."""
CELLS = {
    ("before", "before"): Proof.BEFORE,
    ("before", "after"): Proof.BEFORE,
    ("after", "before"): Proof.BEFORE,
    ("after", "after"): Proof.AFTER,
    ("before", "never"): Proof.BEFORE,
    ("after", "never"): Proof.NONE,
}
"""What is proven of a document, by its time stamp and by its place in the log."""


@pytest.fixture
def city() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def seal_of(city: City) -> str:
    filed = city.yinzheng.seals.filed(city.body_code("business-licence"))
    return next(one.seal.seal_id for one in filed if one.kind is SealKind.LICENCE)


def sealed(city: City, form: str, key: str, stamped_at: datetime) -> tuple[str, bytes]:
    """A document with a stamp of that instant, in no log yet: under which number it is on record, and its file."""
    yinzheng, body = city.yinzheng, city.body_code("business-licence")
    seals, desk = yinzheng.seals, yinzheng.seals.desk
    stamp = own_stamper(lambda: yinzheng.stamp_desk, lambda: stamped_at, yinzheng.random)
    seals.desk = replace(desk, stamp=stamp, note=lambda *_: None)
    made = seals.seal(seal_of(city), letter(), FORMS[form], key=key, by=MAKER, department=body)
    seals.desk = desk
    assert made.file is not None
    return f"{made.request.number}/0", made.file


Files = dict[tuple[str, str, str], tuple[str, bytes]]
"""Documents by form, stamp and log."""


def made(city: City, forms: Sequence[str]) -> tuple[datetime, Files]:
    """The instant of a loss, some hours ago, and a document for every cell."""
    begun = city.clock()
    lost, late = begun + 2 * HOUR, begun + 4 * HOUR
    files = {
        (form, stamp, log): sealed(city, form, f"{form}-{stamp}-{log}", begun if stamp == "before" else late)
        for stamp, log in sorted(CELLS, reverse=True)  # no authority stamps an earlier time after a later one
        for form in forms
    }
    for when in ("before", "after"):
        for (_, _, log), (_, file) in files.items():
            if log == when:
                city.yinzheng.seals.desk.note(file, city.clock())
        city.clock.forward(hours=3)
    return lost, files


def hold(city: City, listed: set[str], files: Files) -> None:
    """Whatever is listed fails, whatever is not passes, and both are what the table says."""
    for (form, stamp, log), (subject, file) in files.items():
        falls = CELLS[stamp, log] is not Proof.BEFORE
        found = city.yinzheng.verify_file(file).verdict.indication
        assert (found, subject in listed) == ((FAILED, True) if falls else (PASSED, False)), (form, stamp, log)


def test_a_lost_key(city: City) -> None:
    lost, files = made(city, list(FORMS))
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", lost, "遗失")
    told = {one.subject: one.proof for one in reports.signed(loss, everything=True) if one.kind is Kind.DOCUMENT}
    assert told == {subject: CELLS[stamp, log] for (_, stamp, log), (subject, _) in files.items()}
    counts = Counter(CELLS.values())
    expected = tuple(len(FORMS) * counts[proof] for proof in (Proof.BEFORE, Proof.AFTER, Proof.NONE))
    assert reports.blast(loss).total(Kind.DOCUMENT) == expected
    one = reports.report(loss, by=MAKER, key="loss")
    done = reports.confirm(one, digest=loss.digest, by=SECOND)
    assert done.stage is Stage.DONE
    hold(city, {entry.signed.subject for entry in city.yinzheng.remaking.listed(done)}, files)


def test_a_lost_key_and_nobody_knows_since_when(city: City) -> None:
    """Nothing is older than an instant that nobody knows, whatever was stamped."""
    _, files = made(city, ["seal"])
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", None, "遗失")
    done = reports.confirm(reports.report(loss, by=MAKER, key="loss"), digest=loss.digest, by=SECOND)
    listed = {entry.signed.subject for entry in city.yinzheng.remaking.listed(done)}
    assert listed >= {subject for subject, _ in files.values()}
    assert {city.yinzheng.verify_file(file).verdict.indication for _, file in files.values()} == {FAILED}


def test_a_seal_that_ended(city: City) -> None:
    lost, files = made(city, ["seal"])
    city.end_seal(seal_of(city), "seal-lost", effective_at=lost)
    (one,) = city.yinzheng.archive.compromises.recent(None, 9)
    hold(city, {entry.signed.subject for entry in city.yinzheng.remaking.listed(one)}, files)


def test_a_stamp_of_an_authority_whose_key_is_lost_as_well_proves_nothing(city: City) -> None:
    lost, files = made(city, ["seal"])
    reports, yinzheng = city.yinzheng.compromises, city.yinzheng
    signer, _ = yinzheng.directory.service("time-stamp")
    block_leaked_key(yinzheng.ring, yinzheng.archive, signer.reference.removeprefix("file:"), yinzheng.now(), None)
    yinzheng.publisher.publish_revocations(yinzheng.now())
    loss = reports.loss_of_body("scjg", lost, "遗失")
    falling = {one.subject for one in reports.signed(loss)}
    assert {log for (_, _, log), (subject, _) in files.items() if subject in falling} == {"after", "never"}
