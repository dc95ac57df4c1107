"""What is promised of issuing: single licences, a chunk, batches that are handed in and worked off."""

from collections.abc import Sequence
from datetime import timedelta

from issuer.batches.life import Batch, RowState, Step, key_of, row_of
from issuer.batches.sheet import Row as SheetRow
from issuer.batches.sheet import Sheet
from issuer.issuing import Issued, issue_many
from issuer.issuing import Order as Several
from service.wiring import Yinzheng
from templates.library import load_bundle
from tests.city import OFFICIAL
from tests.crash.parts import (
    ASKER,
    BUNDLE,
    PASSED,
    application,
    body_code,
    digest,
    expect,
    facts_of,
    issue,
    members,
)
from tests.crash.promised import Facts, Promise
from trust.formats.token import to_text


def issued(yinzheng: Yinzheng, key: str) -> Facts:
    """Ask for a licence."""
    return facts_of(issue(yinzheng, key))


def licence_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The licence is released, its files are the very ones, and all three ways to verify it pass."""
    entry = yinzheng.archive.register.find(facts["identifier"])
    if entry is None or entry.artefacts is None or entry.plan is None:
        return ["the licence is lost"]
    one = yinzheng.files_of(entry)
    if (digest(one.ofd), digest(one.pdf), digest(one.token)) != (facts["ofd"], facts["pdf"], facts["token"]):
        return ["its files are others"]
    code = yinzheng.verify_words(to_text(one.token, yinzheng.office.host_url))
    return expect(PASSED, ofd=yinzheng.verify_file(one.ofd), pdf=yinzheng.verify_file(one.pdf), code=code)


ISSUES = [Promise(key, issued, licence_holds) for key in ("CRASH-1", "CRASH-2")]

# --- chunks --------------------------------------------------------------------------------------------------------------

CHUNK = 5


def chunk(yinzheng: Yinzheng, key: str) -> Facts:
    """Licences that are issued together, and published with one checkpoint."""
    numbers = [f"{key}-{place}" for place in range(CHUNK)]
    orders = [Several(application(yinzheng, number), number, OFFICIAL) for number in numbers]
    yinzheng.publisher.ready()
    made = issue_many(yinzheng.office, orders, at=yinzheng.now())
    refused = [one for one in made if isinstance(one, Exception)]
    if refused:
        raise refused[0]
    released = [one for one in made if isinstance(one, Issued)]
    yinzheng.publisher.after_issues([one.entry.licence.status.list for one in released], yinzheng.now())
    return {number: facts_of(one) for number, one in zip(numbers, released, strict=True)}


def chunk_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """Each of them holds."""
    return [f"{number}: {one}" for number, kept in facts.items() for one in licence_holds(yinzheng, kept)]


# --- batches -------------------------------------------------------------------------------------------------------------

BATCHED = {"BATCH-IN": "BATCH-1", "BATCH-OUT": "BATCH-1"}
TURNS = 10
"""Chunks are of two rows, so a batch needs three turns, and more where something broke off."""


def handed_in(yinzheng: Yinzheng, key: str) -> Batch:
    """The batch of a key."""
    numbers = [f"{BATCHED[key]}-{place}" for place in range(CHUNK)]
    rows = [SheetRow(line, members(number)) for line, number in enumerate(numbers, start=2)]
    return yinzheng.batches.submit(
        Sheet(rows, (), f"sm3:{digest(BATCHED[key].encode())}"),
        type_code=load_bundle(BUNDLE).type.code,
        body_code=body_code(yinzheng, BUNDLE),
        name="",
        by=ASKER,
        key=BATCHED[key],
    )


def submitted(yinzheng: Yinzheng, key: str) -> Facts:
    """Hand in a table."""
    one = handed_in(yinzheng, key)
    return {"number": one.number, "digest": one.digest, "body": one.body_code}


def batch_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The batch is there with every row, each of which waits or is done."""
    one = yinzheng.archive.batches.find(facts["number"])
    if one is None or (one.digest, one.body_code) != (facts["digest"], facts["body"]):
        return ["the batch is lost"]
    counts = yinzheng.batches.counts(one)
    kept = counts[RowState.WAITING] + counts[RowState.DONE] == one.total == CHUNK
    return [] if kept else [f"its rows stand at {counts}"]


def worked(yinzheng: Yinzheng, key: str) -> Facts:
    """Work until the batch is through, as workers do; a lease that has run out at once is one of a worker that is gone."""
    one = handed_in(yinzheng, key)
    for _ in range(TURNS):
        if yinzheng.batches.work("worker", size=2, lease=timedelta(0)) is None:
            break
    done = yinzheng.batches.rows(one, [RowState.DONE], limit=2 * CHUNK)
    entries = [yinzheng.archive.register.find(row.identifier or "") for row in done]
    rows = {
        str(row.number): facts_of(yinzheng.files_of(entry)) for row, entry in zip(done, entries, strict=True) if entry
    }
    return {**submitted(yinzheng, key), "rows": rows}


def batch_done(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """Every row is a licence that holds, under its own key, and the batch was begun and finished once."""
    complaints = [f"{row}: {one}" for row, kept in facts["rows"].items() for one in licence_holds(yinzheng, kept)]
    keys = [key_of(facts["number"], line) for line in range(2, 2 + CHUNK)]
    known = {key: str(entry.licence.identifier) for key, entry in yinzheng.archive.register.by_keys(keys).items()}
    if [known.get(key) for key in keys] != [facts["rows"].get(str(row_of(key)), {}).get("identifier") for key in keys]:
        complaints.append(f"the rows became {known}")
    steps = [event.step for event in yinzheng.archive.batches.events(facts["number"])]
    return complaints if steps == [Step.SUBMIT, Step.FINISH] else [*complaints, f"its steps are {steps}"]


BATCHES = [Promise("BATCH-IN", submitted, batch_holds), Promise("BATCH-OUT", worked, batch_done)]
