"""What is promised of acts, of sealing, of keys that are retired or blocked, and of founding."""

from collections.abc import Callable, Sequence
from time import sleep

from keys.errors import KeyNotUsable
from keys.lifecycle import KeyState
from service.keeping import block_leaked_key, retire_key
from service.lost_keys.order import Stage, Work
from service.wiring import Yinzheng
from tests.city import OFFICIAL
from tests.crash.parts import ASKER, BUNDLE, FAILED, PASSED, SECOND, body_code, digest, expect, issue
from tests.crash.promised import Facts
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from trust.certification.authority import ISSUING
from trust.certification.revoking import standing_revocations
from trust.formats.certificate import load_certificate
from trust.formats.crl import load_crl
from trust.formats.placing import AtPoint
from trust.revocation.acting import Order
from trust.rules.seal_standing import SealKind
from trust.rules.standing import ActKind, Status
from trust.sealing.ports import Wish
from trust.sealing.sealing import Wanted

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


# --- a key in other hands ---------------------------------------------------------------------------------------------

LOST, KEPT = "LOST-2", "LOST-1"


def a_licence_that_stays(yinzheng: Yinzheng) -> None:
    """Issued, and logged in an earlier second than anything that follows: losses are told in whole seconds."""
    issue(yinzheng, KEPT)
    sleep(1)


def lost(yinzheng: Yinzheng, key: str) -> Facts:
    """Issue another licence, report the key of the body as lost since then, and confirm it as somebody else.

    Taken up as a client does that keeps what it sent: the licence under its key, the report under its own.
    """
    reports, archive = yinzheng.compromises, yinzheng.archive
    known = archive.compromises.by_key(key)
    if known is None:
        fallen = issue(yinzheng, LOST).entry
        loss = reports.loss_of_body(body_code(yinzheng, BUNDLE), fallen.begun_at, "演练")
        known = reports.report(loss, by=ASKER, key=key)
    done = reports.confirm(known, digest=known.loss.digest, by=SECOND)
    return {"number": done.number, "stage": done.stage.value, "name": done.loss.key_name}


def loss_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The key is blocked, every step is on record once, the queue has what fell and no more, verifiers say so."""
    one = yinzheng.compromises.find(facts["number"], None)
    complaints = [] if one.stage is Stage.DONE else [f"the report stands at {one.stage}"]
    if yinzheng.ring.record(facts["name"]).state is not KeyState.COMPROMISED:
        complaints.append("the key is not blocked")
    if [done.work for done in yinzheng.compromises.work(one)] != list(Work):
        complaints.append("a step of the work is lost")
    kept, fallen = (yinzheng.archive.register.by_key(key) for key in (KEPT, LOST))
    if kept is None or fallen is None:
        return [*complaints, "a licence is lost"]
    listed = [entry.signed.subject for entry in yinzheng.remaking.listed(one)]
    if listed != [str(fallen.licence.identifier)]:
        complaints.append(f"the queue has {listed}")
    complaints += expect(PASSED, kept=yinzheng.verify_file(yinzheng.files_of(kept).ofd))
    return complaints + expect(FAILED, fallen=yinzheng.verify_file(yinzheng.files_of(fallen).ofd))


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
