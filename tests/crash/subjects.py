"""The subjects over the real service: what is promised in each. A new one is a list of promises and a line at the end.

Each promise names its key, how it is asked for and how a stranger sees that it holds; `promised` does the rest. The
last two are the service with a fault built in, for proof that the harness sees such faults in the service too.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Self
from unittest.mock import patch

from issuer.application import Application, read_application
from issuer.applying.docket import Docket
from issuer.applying.life import Stage
from issuer.batches.life import Batch, RowState, Step, key_of, row_of
from issuer.batches.sheet import Row as SheetRow
from issuer.batches.sheet import Sheet
from issuer.issuing import Issued, issue_many
from issuer.issuing import Order as Several
from keys.errors import KeyNotUsable
from keys.lifecycle import KeyState
from keys.sm3 import sm3
from service import blobs, database, founding
from service.keeping import block_leaked_key, retire_key
from service.wiring import Yinzheng
from templates.library import load_bundle
from tests.city import LICENCES, OFFICIAL, SEAL_OFFICERS
from tests.crash.promised import Facts, Promise, Promised
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from trust.certification.authority import ISSUING
from trust.certification.revoking import standing_revocations
from trust.formats.certificate import load_certificate
from trust.formats.crl import load_crl
from trust.formats.placing import AtPoint
from trust.formats.token import to_text
from trust.revocation.acting import Order
from trust.rules.seal_standing import SealKind
from trust.rules.standing import ActKind, Status
from trust.rules.verdict import Indication
from trust.sealing.ports import Wish
from trust.sealing.sealing import Wanted
from verifier.verifying import Examined

BUNDLE = "teacher-qualification"
ASKER, SECOND = SEAL_OFFICERS
PASSED, FAILED = Indication.PASSED, Indication.FAILED


def digest(octets: bytes) -> str:
    """SM3 in hexadecimal."""
    return sm3(octets).hex()


def expect(indication: Indication, **examined: Examined) -> list[str]:
    """Complaints about verdicts that are others than expected, with what stands against them."""
    return [
        f"{name} {one.verdict.indication}: {[found.name for found in one.verdict.findings if found.indication is not PASSED]}"
        for name, one in examined.items()
        if one.verdict.indication is not indication
    ]


def body_code(yinzheng: Yinzheng, bundle: str) -> str:
    """The code of the body that issues a bundle's licences."""
    return next(one.body.code for one in yinzheng.city.bodies if bundle in one.types)


# --- issuing -------------------------------------------------------------------------------------------------------------


def members(number: str) -> dict[str, Any]:
    """What is applied for."""
    return json.loads((LICENCES / f"{BUNDLE}.json").read_text("utf-8")) | {"number": number}  # type: ignore[no-any-return]  # our own file


def application(yinzheng: Yinzheng, number: str) -> Application:
    """The same as an application."""
    kind = load_bundle(BUNDLE).type
    return read_application(members(number), type_code=kind.code, issuer_code=body_code(yinzheng, BUNDLE))


def issue(yinzheng: Yinzheng, key: str) -> Issued:
    """A licence whose number is its key."""
    return yinzheng.issue(application(yinzheng, key), key=key, by=OFFICIAL)


def facts_of(one: Issued) -> Facts:
    """What whoever asked for a licence keeps of it."""
    files = {"ofd": digest(one.ofd), "pdf": digest(one.pdf), "token": digest(one.token)}
    return files | {"identifier": str(one.entry.licence.identifier)}


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

# --- applications --------------------------------------------------------------------------------------------------------

AMENDED = "AMENDED-1"
APPLIED = {"APPLY-NEW": "APPLIED-1", "APPLY-AMEND": AMENDED}


def a_licence_to_amend(yinzheng: Yinzheng) -> None:
    """What is replaced by another."""
    issue(yinzheng, AMENDED)


def docket(yinzheng: Yinzheng, key: str) -> Docket:
    """An application that is handed in: for a new licence, or for one in place of another."""
    number, desk = APPLIED[key], yinzheng.applications
    before = yinzheng.archive.register.by_key(AMENDED)
    assert before is not None
    asked = members(number)
    asked["fields"] |= {"subject": "数学"}
    proposal = desk.propose(
        asked,
        type_code=load_bundle(BUNDLE).type.code,
        issuer_code=body_code(yinzheng, BUNDLE),
        succession=("amend", str(before.licence.identifier)) if number == AMENDED else None,
    )
    return desk.hand_in(proposal, by=ASKER, key=key)


def applied(yinzheng: Yinzheng, key: str) -> Facts:
    """Hand in an application."""
    one = docket(yinzheng, key)
    return {"number": one.number, "digest": one.proposal.digest}


def application_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """It is there with the same content, and was submitted."""
    one = yinzheng.archive.dockets.find(facts["number"])
    kept = one is not None and one.proposal.digest == facts["digest"] and one.stage not in {Stage.DRAFT, Stage.RETURNED}
    return [] if kept else ["the application is lost"]


def approved(yinzheng: Yinzheng, key: str) -> Facts:
    """Approve an application, which issues the licence."""
    one, desk = docket(yinzheng, key.removesuffix("-YES")), yinzheng.applications
    _, licence = desk.approve(one, digest=one.proposal.digest, by=SECOND, key=key)
    return {**facts_of(licence), "docket": one.number}


def approval_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The licence holds, the application says so with every step once, and what it replaces has ended with it."""
    complaints = list(licence_holds(yinzheng, facts))
    one = yinzheng.archive.dockets.find(facts["docket"])
    steps = Counter(event.step for event in yinzheng.archive.dockets.events(facts["docket"]))
    if one is None or one.stage is not Stage.RELEASED or set(steps.values()) != {1}:
        complaints.append(f"the application stands at {one and one.stage}, after {dict(steps)}")
    entry = yinzheng.archive.register.find(facts["identifier"])
    if entry is not None and entry.licence.succession is not None:
        standing = yinzheng.standing(entry.licence.succession.predecessor, yinzheng.now())
        complaints += [] if standing.status is not Status.VALID else ["two licences are in force"]
    return complaints


APPLICATIONS = [
    promise
    for key in APPLIED
    for promise in (Promise(key, applied, application_holds), Promise(f"{key}-YES", approved, approval_holds))
]

# --- acts ----------------------------------------------------------------------------------------------------------------

ACTS = {
    "ACT-SUSPEND": (ActKind.SUSPEND, "ACTED-1", Status.SUSPENDED),
    "ACT-REVOKE": (ActKind.REVOKE, "ACTED-2", Status.REVOKED),
}


def two_licences(yinzheng: Yinzheng) -> None:
    """What is acted on."""
    for _, key, _ in ACTS.values():
        issue(yinzheng, key)


def acted(yinzheng: Yinzheng, key: str) -> Facts:
    """Suspend one licence, revoke the other."""
    kind, of, _ = ACTS[key]
    entry = yinzheng.archive.register.by_key(of)
    assert entry is not None
    done = yinzheng.act(Order(kind, str(entry.licence.identifier), "other", "演练", OFFICIAL), key=key)
    return {"subject": done.subject, "sequence": done.sequence, "at": done.recorded_at.isoformat(), "key": key}


def act_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The standing says it, and whoever verifies the licence hears of it."""
    standing = yinzheng.standing(facts["subject"], yinzheng.now())
    entry = yinzheng.archive.register.find(facts["subject"])
    if standing.status is not ACTS[facts["key"]][2] or entry is None:
        return [f"the act is lost: {standing.status}"]
    return expect(FAILED, ofd=yinzheng.verify_file(yinzheng.files_of(entry).ofd))


# --- seals ---------------------------------------------------------------------------------------------------------------

DOCUMENTS: dict[str, Callable[[], bytes]] = {"SEAL-OFD": letter, "SEAL-PDF": page}


def a_seal(yinzheng: Yinzheng) -> None:
    """A seal that was applied for, approved by another and filed."""
    code, name = body_code(yinzheng, "business-licence"), "云岭市市场监督管理局合同专用章"
    made = yinzheng.seals.apply(Wish(code, SealKind.CONTRACT, name, "演练"), key="seal", by=ASKER)
    yinzheng.seals.decide(made.seal_id, approve=True, note="同意", by=SECOND)
    yinzheng.seals.file(made.seal_id, by=ASKER)


def sealed(yinzheng: Yinzheng, key: str) -> Facts:
    """Seal a document."""
    code = body_code(yinzheng, "business-licence")
    (filed,) = [one for one in yinzheng.seals.filed(code) if one.kind is SealKind.CONTRACT]
    wanted = Wanted(AtPoint(0, 100, 100), "演练")
    done = yinzheng.seals.seal(filed.seal.seal_id, DOCUMENTS[key](), wanted, key=key, by=ASKER, department=code)
    assert done.file is not None
    return {"request": done.request.number, "file": digest(done.file)}


def sealing_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The sealed file is kept under the request, and verifies."""
    request = yinzheng.seals.request(facts["request"])
    name = request.items[0].file if request else None
    if name != f"sm3:{facts['file']}":
        return ["the sealed file is lost"]
    return expect(PASSED, file=yinzheng.verify_file(yinzheng.seals.desk.files.get(name)))


# --- keys ----------------------------------------------------------------------------------------------------------------


def keys_of_bodies(yinzheng: Yinzheng) -> list[str]:
    """Names of keys that may be put away without stopping the installation."""
    return [name for name in yinzheng.ring.names() if name.startswith("body-")]


def retired(yinzheng: Yinzheng, _: str) -> Facts:
    """Retire a key."""
    record = retire_key(yinzheng.ring, keys_of_bodies(yinzheng)[0], yinzheng.now())
    return {"key": record.reference, "state": record.state.value}


def blocked(yinzheng: Yinzheng, _: str) -> Facts:
    """Block a key that leaked, and publish that its certificates are revoked."""
    name = keys_of_bodies(yinzheng)[1]
    record, count = block_leaked_key(yinzheng.ring, yinzheng.archive, name, yinzheng.now())
    yinzheng.publisher.publish_revocations(yinzheng.now())
    return {"key": record.reference, "state": record.state.value, "certificates": count}


def key_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The key signs no more; of a leaked one, the published list says so too."""
    name = facts["key"].removeprefix("file:")
    complaints = [] if yinzheng.ring.record(name).state is KeyState(facts["state"]) else ["the mark is lost"]
    try:
        yinzheng.ring.open(facts["key"]).sign(b"")
        complaints.append("the key still signs")
    except KeyNotUsable:
        pass
    if facts["state"] == KeyState.COMPROMISED.value:
        books = yinzheng.archive.books
        current = books.editions.current(ISSUING)
        told = set(dict(load_crl(current.octets).revoked)) if current else set()
        public = yinzheng.ring.record(name).public
        own = {
            one.serial
            for one in books.certificates.of_profile("seal-signer")
            if one.der is not None and load_certificate(one.der).public_key == public
        }
        if not own or not own <= told or not own <= standing_revocations(books, ISSUING).keys():
            complaints.append("the list does not tell of its certificates")
    return complaints


# --- founding ------------------------------------------------------------------------------------------------------------


def founded(yinzheng: Yinzheng, _: str) -> Facts:
    """Found the installation."""
    yinzheng.found()
    return {"root": [digest(one.der) for one in yinzheng.anchors]}


def founding_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The root is the same, and everything that it vouches for is published."""
    root = [digest(one.der) for one in yinzheng.anchors]
    listed = yinzheng.publisher.trust_list() if root else None
    return [] if root == facts["root"] and listed is not None else ["the installation is lost"]


class OneAfterAnother:
    """In place of a pool of threads: strace counts for each thread apart."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to wait for."""

    map = staticmethod(map)


in_one_thread = partial(patch.object, founding, "ThreadPoolExecutor", OneAfterAnother)

# --- faults that are built in --------------------------------------------------------------------------------------------

without_folder_sync = partial(patch.object, blobs, "sync_folder", lambda _: None)
without_sync = partial(patch.object, database, "PRAGMAS", ("journal_mode=WAL", "synchronous=OFF", "busy_timeout=5000"))

SUBJECTS = {
    "issue": Promised(ISSUES),
    "chunk": Promised([Promise("CHUNK-1", chunk, chunk_holds)]),
    "batch": Promised(BATCHES),
    "approve": Promised(APPLICATIONS, before=a_licence_to_amend),
    "act": Promised([Promise(key, acted, act_holds) for key in ACTS], before=two_licences),
    "seal": Promised([Promise(key, sealed, sealing_holds) for key in DOCUMENTS], before=a_seal),
    "keys": Promised([Promise("retire", retired, key_holds), Promise("compromise", blocked, key_holds)]),
    "found": Promised([Promise("found", founded, founding_holds), *ISSUES[:1]], founded=False, changed=in_one_thread),
    "issue-nodirsync": Promised(ISSUES, changed=without_folder_sync),
    "issue-nosync": Promised(ISSUES, changed=without_sync),
}
