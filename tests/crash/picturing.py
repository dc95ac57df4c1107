"""What is promised of pictures that wait: stored before anybody hears so, examined by whoever works, and not twice.

They are decoded in the process itself: that a child which is killed ends its picture is another matter.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import service.batches
from issuer.batches import submitting, trials
from issuer.batches.examining import Take, cell_of
from issuer.batches.life import Batch, RowState, State
from issuer.batches.sheet import Row
from issuer.batches.submitting import Handed
from service.wiring import Yinzheng
from templates.library import Bundle, load_bundle
from templates.photo import photo_name, take_photo
from tests.crash.issuing import TURNS, licence_holds
from tests.crash.parts import ASKER, body_code, facts_of
from tests.crash.promised import Facts, Promise
from tests.photo_parts import CARD, card, picture

COUNT = 5
"""More than go into one chunk, and enough for a pack."""


@contextmanager
def _taking(bundle: Bundle) -> Iterator[Take]:
    place = bundle.layout.photos[0]
    yield lambda octets, _field: take_photo(octets, place.width, place.height)


in_this_process = partial(patch.object, service.batches, "taking", _taking)


def handed(yinzheng: Yinzheng, first: int) -> Handed:
    """A table of cards whose pictures wait."""
    pictures = {photo_name(picture(first + place)): picture(first + place) for place in range(COUNT)}
    cells = [cell_of(name, f"{place}.jpg") for place, name in enumerate(pictures)]
    rows = [Row(place + 2, card(first + place, cell)) for place, cell in enumerate(cells)]
    code = load_bundle(CARD).type.code
    return Handed(code, body_code(yinzheng, CARD), "", rows, (), pictures, pictures_wait=True)


def opened(yinzheng: Yinzheng, key: str) -> Facts:
    """Hand in a table to be tried."""
    asked = handed(yinzheng, 1)
    trial = trials.open_trial(yinzheng.batches.desk, asked, by=ASKER, key=key, at=yinzheng.now())
    return {"number": trial.number, "body": trial.body_code}


def trial_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """It is on its way with every picture, or has come to its end and found every row sound."""
    trial = yinzheng.archive.batches.find(facts["number"])
    if trial is None:
        return ["the trial is lost"]
    find = yinzheng.batches.desk.aside.finder(trial.number)
    if trial.state is State.TRYING:
        return [f"{name} is lost" for name, octets in handed(yinzheng, 1).photographs.items() if find(name) != octets]
    counts = yinzheng.batches.counts(trial)
    return [] if counts[RowState.SOUND] == COUNT else [f"its rows stand at {counts}"]


def taken(yinzheng: Yinzheng) -> Batch:
    """The batch of cards."""
    asked = handed(yinzheng, 21)
    return submitting.submit(yinzheng.batches.desk, asked, by=ASKER, key="CARDS", at=yinzheng.now())


def submitted(yinzheng: Yinzheng, _key: str) -> Facts:
    """Hand in a table to be issued."""
    batch = taken(yinzheng)
    return {"number": batch.number, "digest": batch.digest}


def batch_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The batch is there with every row, and every picture is."""
    batch, photo = yinzheng.archive.batches.find(facts["number"]), yinzheng.office.photo
    if batch is None or batch.digest != facts["digest"]:
        return ["the batch is lost"]
    counts = yinzheng.batches.counts(batch)
    gone = [f"{name} is lost" for name, octets in handed(yinzheng, 21).photographs.items() if photo(name) != octets]
    whole = counts[RowState.WAITING] + counts[RowState.DONE] == COUNT
    return gone if whole else [*gone, f"its rows stand at {counts}"]


def worked(yinzheng: Yinzheng, key: str) -> Facts:
    """Work until nothing waits; a lease that has run out at once is one of a worker that is gone."""
    batch = taken(yinzheng)
    for _ in range(2 * TURNS):
        if yinzheng.batches.work("worker", size=2, lease=timedelta(0)) is None:
            break
    done = yinzheng.batches.rows(batch, [RowState.DONE], limit=2 * COUNT)
    entries = [yinzheng.archive.register.find(row.identifier or "") for row in done]
    rows = {
        str(row.number): facts_of(yinzheng.files_of(entry)) for row, entry in zip(done, entries, strict=True) if entry
    }
    return {**submitted(yinzheng, key), "rows": rows}


def all_done(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """Every row is a licence that holds."""
    complaints = [f"{row}: {one}" for row, kept in facts["rows"].items() for one in licence_holds(yinzheng, kept)]
    return complaints if len(facts["rows"]) == COUNT else [*complaints, f"{len(facts['rows'])} rows are done"]


PICTURED = [
    Promise("TRIAL-IN", opened, trial_holds),
    Promise("CARDS-IN", submitted, batch_holds),
    Promise("CARDS-OUT", worked, all_done),
]
