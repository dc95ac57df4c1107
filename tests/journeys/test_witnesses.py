"""The log and those who look after it: everything logged, two trees told apart, witnesses counted, proofs carried."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.issuing import Issued
from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.city import SEAL_OFFICERS, City
from tests.copy_parts import copy_of, holder_of
from tests.journey_parts import FAILED, INDETERMINATE, PASSED, code_text, identifier, indication, number
from tests.ofd_foreign import letter
from trust.errors import Untrusted
from trust.formats.checkpoint import verify_checkpoint
from trust.formats.cosignature import cosign, witness_key
from trust.formats.leaf import EntryKind, decode_entry, sealed_commitment, token_commitment
from trust.formats.log_proof import LogProof, decode_log_proof
from trust.formats.merkle import read_root
from trust.formats.misbehaviour import Kind, accuse, verify_misbehaviour
from trust.formats.placing import AtPoint
from trust.formats.verifier_key import VerifierKey
from trust.log.checkpointing import publish_checkpoint
from trust.log.cosigning import take_cosignatures
from trust.log.proving import consistency, find
from trust.log.witnessing import check_continues
from trust.rules.standing import ActKind
from trust.rules.verdict import CODE_ONLINE_WITNESSED, ONLINE, ONLINE_WITNESSED
from trust.sealing.sealing import Wanted
from verifier.evidence import Evidence, weigh
from verifier.verifying import Examined, verify_file, verify_words
from verifier.witnesses import WitnessRule

SIGNERS = {name: memory_signer(name) for name in ("one.example", "two.example", "three.example")}
WITNESSES = {name: witness_key(name, signer.public) for name, signer in SIGNERS.items()}


def entries(city: City) -> list[bytes]:
    log = city.yinzheng.archive.log
    return log.entries(0, log.size())


def kinds(city: City) -> Counter[EntryKind]:
    return Counter(decode_entry(one).statement.kind for one in entries(city))


def sealed_letter(city: City) -> bytes:
    """A letter, sealed by the market regulator and logged."""
    code, asker = city.body_code("business-licence"), SEAL_OFFICERS[0]
    seal_id, wanted = city.yinzheng.seals.filed(code)[0].seal.seal_id, Wanted(AtPoint(0, 20, 100), "公文", lock=False)
    made = city.yinzheng.seals.seal(seal_id, letter(), wanted, key="letter-of-the-day", by=asker, department=code)
    assert made.file is not None
    return made.file


def test_everything_that_is_promised_is_logged(fresh: City) -> None:
    assert kinds(fresh).keys() >= {EntryKind.CRL, EntryKind.TRUST_LIST, EntryKind.STATUS_LIST, EntryKind.CATALOGUE}
    counted = [kinds(fresh)]

    def logged() -> Counter[EntryKind]:
        """What came into the log since this was asked last."""
        fresh.clock.forward(seconds=1)
        counted.append(kinds(fresh))
        return counted[-1] - counted[-2]

    issued = fresh.issue()
    assert logged()[EntryKind.ISSUE] == 1
    copy = copy_of(fresh, issued)
    assert logged()[EntryKind.ISSUE] == 1
    copies = fresh.yinzheng.copies
    copies.end(copies.find(identifier(copy), holder_of(issued)), holder_of(issued))
    assert logged() == {EntryKind.ACT: 1, EntryKind.STATUS_LIST: 1}
    fresh.act(ActKind.SUSPEND, issued, "penalty")
    assert logged() == {EntryKind.ACT: 1, EntryKind.STATUS_LIST: 1}
    sealed_letter(fresh)
    assert logged()[EntryKind.SEAL_USE] == 1
    fresh.clock.forward(days=8)
    fresh.yinzheng.publisher.refresh(fresh.clock())
    new = logged()
    assert new[EntryKind.CRL] == 1
    assert new.keys() >= {EntryKind.TRUST_LIST, EntryKind.STATUS_LIST}
    assert kinds(fresh).keys() >= set(EntryKind) - {EntryKind.TRAIL}  # the trail is told of in its own tests
    fresh.yinzheng.publisher.refresh(fresh.clock())
    assert not logged()


def test_an_entry_holds_nothing_about_a_person(fresh: City) -> None:
    issued = fresh.issue()
    licence = issued.entry.licence
    holder, digests = licence.holders[0], (sm3(issued.ofd).hex(), sm3(issued.token).hex())
    said = b"".join(entries(fresh)).decode()
    assert find(fresh.yinzheng.archive.log, token_commitment(issued.token)) is not None
    assert not {word for word in (holder.code, holder.name, str(licence.identifier), *digests) if word in said}


def cosigned_by(city: City, *names: str) -> None:
    """Witnesses that are admitted cosign the latest checkpoint, and hand it in one after the other."""
    archive = city.yinzheng.archive
    for name in names:
        archive.witnesses.admit(WITNESSES[name], city.clock())
        note = cosign(archive.log.latest(), name, SIGNERS[name], city.clock())
        assert take_cosignatures(archive.log, archive.witnesses, note, city.clock()) == [name]


def evidence_of(city: City, names: Sequence[str] = (), wanted: int = 1, proof: LogProof | None = None) -> Evidence:
    bundle = city.yinzheng.evidence_bundle()
    rule = WitnessRule(tuple(WITNESSES[name] for name in names), wanted)
    return replace(weigh(bundle, city.yinzheng.anchors, city.clock()), witnesses=rule, proof=proof)


def told(examined: Examined) -> list[str]:
    return [one.name for one in examined.verdict.findings if one.step == 9]


@pytest.fixture
def witnessed(fresh: City) -> tuple[City, Issued]:
    issued = fresh.issue(number=number())
    cosigned_by(fresh, "one.example", "two.example")
    return fresh, issued


@pytest.mark.parametrize(
    ("believed", "wanted", "expected", "names"),
    [
        ((), 1, INDETERMINATE, ["log"]),
        (("one.example",), 1, PASSED, ["log", "log-witnessed"]),
        (("one.example", "two.example"), 2, PASSED, ["log", "log-witnessed"]),
        (("one.example", "two.example", "three.example"), 2, PASSED, ["log", "log-witnessed"]),
        (("one.example", "three.example"), 2, INDETERMINATE, ["log", "log-unwitnessed"]),
        (("three.example",), 1, INDETERMINATE, ["log", "log-unwitnessed"]),
    ],
)
def test_a_policy_may_ask_for_witnesses(
    witnessed: tuple[City, Issued], believed: tuple[str, ...], wanted: int, expected: object, names: list[str]
) -> None:
    city, issued = witnessed
    evidence, now, online = evidence_of(city, believed, wanted), city.clock(), city.yinzheng.online
    for policy, verdict in ((ONLINE_WITNESSED, expected), (ONLINE, PASSED)):
        examined = verify_file(issued.ofd, evidence, now=now, online=online, policy=policy)
        assert (indication(examined), told(examined)) == (verdict, names)
    coded = verify_words(code_text(issued), evidence, now=now, online=online, policy=CODE_ONLINE_WITNESSED)
    assert (indication(coded), told(coded)) == (expected, names)


def test_a_cosignature_from_the_future_does_not_count(fresh: City) -> None:
    issued, archive = fresh.issue(number=number()), fresh.yinzheng.archive
    archive.witnesses.admit(WITNESSES["one.example"], fresh.clock())
    note = cosign(archive.log.latest(), "one.example", SIGNERS["one.example"], fresh.clock() + timedelta(minutes=4))
    take_cosignatures(archive.log, archive.witnesses, note, fresh.clock())
    evidence = evidence_of(fresh, ["one.example"])
    early = fresh.clock() - timedelta(minutes=3)
    assert told(verify_file(issued.ofd, evidence, now=early, online=fresh.yinzheng.online)) == [
        "log",
        "log-unwitnessed",
    ]


def test_a_dismissed_witness_is_not_heard_and_what_it_said_stays(witnessed: tuple[City, Issued]) -> None:
    city, _ = witnessed
    archive = city.yinzheng.archive
    before = archive.log.cosigned(0)
    assert archive.witnesses.dismiss("one.example", city.clock())
    assert not archive.witnesses.dismiss("one.example", city.clock())
    note = cosign(archive.log.latest(), "one.example", SIGNERS["one.example"], city.clock())
    with pytest.raises(Untrusted, match="witness-unknown"):
        take_cosignatures(archive.log, archive.witnesses, note, city.clock())
    assert archive.log.cosigned(0) == before


def test_everybody_is_told_who_cosigned_and_that_nobody_did(fresh: City) -> None:
    """What the public page and its API say: who looks after the log, whether anybody's word is asked for or not."""

    def said() -> tuple[str, str]:
        fresh.clock.forward(seconds=2)  # who is admitted is looked up again
        examined = fresh.yinzheng.verify_file(issued.ofd)
        assert indication(examined) is PASSED
        entry, told = (one for one in examined.verdict.findings if one.step == 9)
        assert entry.name == "log"
        return told.name, told.detail

    issued = fresh.issue(number=number())
    assert said() == ("log-not-cosigned", "共同签名的见证方：没有。本日志没有登记见证方，检查点只有日志自己的签名。")
    fresh.yinzheng.archive.witnesses.admit(WITNESSES["three.example"], fresh.clock())
    name, detail = said()
    assert (name, "登记的 1 个见证方都还没有会签" in detail) == ("log-not-cosigned", True)
    cosigned_by(fresh, "one.example", "two.example")
    name, detail = said()
    assert (name, detail.startswith("共同签名的见证方：“one.example”（")) == ("log-cosigned", True)
    assert ("“two.example”（" in detail, "three.example" in detail) == (True, False)
    assert fresh.yinzheng.archive.witnesses.dismiss("one.example", fresh.clock())
    assert "one.example" not in said()[1]
    code = fresh.yinzheng.verify_words(code_text(issued))
    assert "two.example" in next(one.detail for one in code.verdict.findings if one.name == "log-cosigned")


def test_one_small_file_proves_the_entry_offline(witnessed: tuple[City, Issued]) -> None:
    city, issued = witnessed
    octets = city.yinzheng.log_proof(token_commitment(issued.token))
    assert len(octets) < 2500
    proof, now = decode_log_proof(octets), city.clock()
    evidence = evidence_of(city, ["one.example", "two.example"], 2, proof)
    for examined in (
        verify_file(issued.ofd, evidence, now=now, online=None, policy=ONLINE_WITNESSED),
        verify_file(issued.pdf, evidence, now=now, online=None, policy=ONLINE_WITNESSED),
        verify_words(code_text(issued), evidence, now=now, online=None, policy=CODE_ONLINE_WITNESSED),
    ):
        assert (indication(examined), told(examined)) == (PASSED, ["log", "log-witnessed"])
    other = verify_file(city.issue(number=number()).ofd, evidence, now=now, online=None)
    assert (indication(other), told(other)) == (PASSED, ["log"])
    assert "不是这一份" in next(one.detail for one in other.verdict.findings if one.step == 9)


@pytest.mark.parametrize("part", ["path", "checkpoint", "entry", "index"])
def test_a_carried_proof_that_does_not_hold_is_against_the_file(witnessed: tuple[City, Issued], part: str) -> None:
    city, issued = witnessed
    proof = decode_log_proof(city.yinzheng.log_proof(token_commitment(issued.token)))
    changed = {
        "path": {"path": (bytes(32), *proof.path[1:])},
        "checkpoint": {"checkpoint": proof.checkpoint.replace(b"time 2", b"time 3")},
        "entry": {"entry": proof.entry.replace(b'"issue"', b'"crl"')},
        "index": {"index": proof.index ^ 1},
    }[part]
    evidence = evidence_of(city, proof=replace(proof, **changed))
    assert indication(verify_file(issued.ofd, evidence, now=city.clock(), online=None)) is FAILED


def test_a_sealed_document_has_such_a_file_too(fresh: City) -> None:
    sealed = sealed_letter(fresh)
    proof = decode_log_proof(fresh.yinzheng.log_proof(sealed_commitment(sealed)))
    examined = verify_file(sealed, evidence_of(fresh, proof=proof), now=fresh.clock(), online=None)
    assert ("log", PASSED) in {(one.name, one.indication) for one in examined.verdict.findings}


# --- two trees under one key ---------------------------------------------------------------------------------------------


def key_of(city: City) -> VerifierKey:
    return city.yinzheng.log_key


def test_a_log_that_shows_two_trees_is_convicted(fresh: City) -> None:
    """Two databases, one key: what each shows is sound by itself, and the two together are proof."""
    other = City(people=False)
    try:
        theirs, key = other.yinzheng.archive.log, key_of(fresh)
        assert key_of(other) == key
        fresh.issue(number=number())
        first = fresh.yinzheng.archive.log.latest()
        other.clock.forward(seconds=30)
        for _ in range(2):
            other.issue(number=number())
        second = other.yinzheng.archive.log.latest()
        one, two = (verify_checkpoint(note, key.name, key.public) for note in (first, second))
        assert one.size < two.size
        shown = consistency(theirs, one.size, two.size)
        with pytest.raises(Untrusted, match="consistency"):
            check_continues(one, two, shown)
        assert accuse(first, second, key.name, key.public, None) is None
        root = read_root(theirs.nodes, one.size)
        proof = accuse(first, second, key.name, key.public, (root, shown))
        assert proof is not None
        assert proof.kind is Kind.NOT_CONTINUED
        assert verify_misbehaviour(proof, key.name, key.public) == (one, two)
    finally:
        other.close()


def test_a_log_that_was_set_back_is_convicted_by_its_next_checkpoint(fresh: City) -> None:
    """The database of yesterday put back: what is signed then has fewer entries, later."""
    key, older = key_of(fresh), City(people=False)
    try:
        fresh.issue(number=number())
        seen = fresh.yinzheng.archive.log.latest()
        older.clock.forward(hours=2)
        signer, _ = older.yinzheng.directory.service("log")
        note = publish_checkpoint(older.yinzheng.archive.log, signer, key.name, older.clock())
        proof = accuse(seen, note, key.name, key.public, None)
        assert proof is not None
        assert proof.kind is Kind.ROLLED_BACK
        before, after = (verify_checkpoint(one, key.name, key.public) for one in (seen, note))
        with pytest.raises(Untrusted, match="rolled-back"):
            check_continues(before, after, [])
    finally:
        older.close()
