"""Questions that two implementations answer: the product's readers, and `second/`, written in node from docs/spec alone.

A question is a kind, files, and what is asked of them, as `second/verify.mjs` takes them. `ours` answers by the readers
that verification rests on, `theirs` puts many questions to node at once. A refusal is a reason; what is accepted comes
with the facts that both have words for, so that one string of octets cannot mean two things. What a receipt's and a
catalogue entry's members mean is asked of neither: there the envelope and the canonical form are compared.
"""

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from keys.errors import MalformedKey
from keys.sm2 import PublicKey
from trust.errors import Malformed, TrustError, Untrusted
from trust.formats.canonical_json import decode_json, octets_from, require, text_of
from trust.formats.catalogue_entry import CONTENT_TYPE as CATALOGUE_TYPE
from trust.formats.catalogue_entry import MAX_OCTETS as MAX_CATALOGUE
from trust.formats.catalogue_entry import decode_entry as decode_catalogue_entry
from trust.formats.checkpoint import SM2_TYPE, Checkpoint, verify_checkpoint
from trust.formats.cose import check, unwrap
from trust.formats.cosignature import read_witness_key, verify_cosignature
from trust.formats.leaf import token_commitment
from trust.formats.log_proof import decode_log_proof, verify_log_proof
from trust.formats.merkle import MAX_PROOF, verify_consistency
from trust.formats.presentation import decode_presentation, split_presentation
from trust.formats.receipt import open_receipt
from trust.formats.status_list import StatusList
from trust.formats.token import decode_claims, from_text, split_token
from trust.formats.verifier_key import decode_verifier_key
from trust.revocation.publishing import open_status_list
from trust.rules.status_pointer import StatusPointer
from verifier.evidence import Evidence
from verifier.standing import judge_status

HERE = Path(__file__).parent
SECOND = HERE / "second"
LIMIT_S = 300
MOST_PROOF = 64 * 1024
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """`files` in the order of the command: what is to be verified, its key, and what else the kind needs."""

    name: str
    kind: str
    files: tuple[bytes, ...]
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """`reason` is None where all holds."""

    reason: str | None
    facts: Facts = field(default_factory=dict)


def ours(question: Question) -> Answer:
    """The product's answer; an error that is no refusal is a fault, and comes out."""
    try:
        return Answer(None, READERS[question.kind](question))
    except MalformedKey:
        return Answer("key")
    except TrustError as error:
        return Answer(error.reason)


def theirs(questions: Sequence[Question], folder: Path) -> list[Answer]:
    """The second implementation's answers; the questions lie in `folder` while it reads them."""
    jobs = folder / "questions.json"
    jobs.write_text(json.dumps([_job(question) for question in questions]), "utf-8")
    done = run("many", str(jobs))
    assert done.returncode in {0, 1}, done.stderr
    return [Answer(found["reason"], found["facts"] or {}) for found in json.loads(done.stdout)]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command itself."""
    command = ["node", str(SECOND / "verify.mjs"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S)


def disagreements(questions: Sequence[Question], folder: Path) -> list[str]:
    """Where one accepts and the other does not, or where both accept and read something else."""
    found = []
    for question, other in zip(questions, theirs(questions, folder), strict=True):
        mine = ours(question)
        if (mine.reason is None) != (other.reason is None):
            found.append(f"{question.name}: ours {mine.reason}, theirs {other.reason}")
        odd = {name: (value, other.facts.get(name)) for name, value in mine.facts.items()}
        if mine.reason is None is other.reason and any(one != two for one, two in odd.values()):
            found.append(f"{question.name}: {odd}")
    return found


def refused(asked: Sequence[Question], folder: Path) -> None:
    """Both refuse each of them, and say why."""
    pairs = zip(map(ours, asked), theirs(asked, folder), strict=True)
    let_through = [
        (one.name, *pair) for one, pair in zip(asked, pairs, strict=True) if not all(two.reason for two in pair)
    ]
    assert let_through == [], let_through


def taken(asked: Sequence[Question], folder: Path) -> None:
    """Both take each of them, and read the same."""
    turned_away = [(one.name, two.reason) for one, two in zip(asked, theirs(asked, folder), strict=True) if two.reason]
    odd = disagreements(asked, folder)
    assert (turned_away, odd) == ([], []), (turned_away, odd)


def _job(question: Question) -> dict[str, Any]:
    files = [b64encode(octets).decode() for octets in question.files]
    return {"kind": question.kind, "files": files, "asked": dict(question.asked)}


# --- the product's readers --------------------------------------------------------------------------------------------


def _code(octets: bytes) -> bytes:
    """A code is octets, or the text of the picture."""
    if octets[:1] == b"\xd2":
        return octets
    try:
        return from_text(octets.decode())
    except UnicodeDecodeError as error:
        raise Malformed("token-text", "not UTF-8") from error


def _token(question: Question) -> Facts:
    octets = _code(question.files[0])
    envelope = split_token(octets)
    check(envelope, PublicKey.from_spki(question.files[1]))
    claims = decode_claims(envelope.payload)
    return {
        "identifier": str(claims.identifier),
        "holder": claims.holder,
        "issued_on": _day(claims.issued_on),
        "valid_until": _day(claims.valid_until),
        "valid_from": _day(claims.valid_from),
        "status": [claims.status.list, claims.status.index],
        "copy": None if claims.copy is None else _copy(claims.copy.expires_at, claims.copy.original_status),
        "grade": claims.grade,
        "commitment": token_commitment(octets).hex(),
    }


def _presentation(question: Question) -> Facts:
    envelope = split_presentation(_code(question.files[0]))
    check(envelope, PublicKey.from_spki(question.files[1]))
    shown = decode_presentation(envelope.payload)
    return {
        "number": shown.number.hex(),
        "made": _second(shown.issued_at),
        "ends": _second(shown.expires_at),
        "holder": shown.holder,
        "audience": shown.audience,
        "token": shown.token.hex(),
    }


def _status_list(question: Question) -> Facts:
    found = open_status_list(question.files[0], PublicKey.from_spki(question.files[1]))
    said = {
        "uri": found.uri,
        "list": found.list,
        "publication": found.number,
        "issued": _second(found.issued_at),
        "next_update": _second(found.next_update),
        "lives": found.ttl_s,
        "log": found.log_size,
        "array": found.bits.hex(),
    }
    return said | ({"standing": _standing(found, question.asked)} if "index" in question.asked else {})


def _standing(found: StatusList, asked: Mapping[str, Any]) -> str:
    known = Evidence((), (), (), None, {found.list: found}, (), None, ())
    pointer = StatusPointer(found.list, asked["index"])
    return judge_status(pointer, known, datetime.fromtimestamp(asked["at"], UTC)).indication.value


def _checkpoint(question: Question) -> Facts:
    found = _signed(question.files[0], question.files[1])
    return {"origin": found.origin, "size": str(found.size), "root": found.root.hex(), "at": text_of(found.at)}


def _cosignature(question: Question) -> Facts:
    found = verify_cosignature(question.files[0], read_witness_key(question.files[1].decode()))
    return {"witness": found.witness, "at": _second(found.at)}


def _signed(note: bytes, line: bytes) -> Checkpoint:
    key = decode_verifier_key(line.decode(), SM2_TYPE)
    return verify_checkpoint(note, key.name, key.public)


def _inclusion(question: Question) -> Facts:
    proof = decode_log_proof(question.files[0])
    key = decode_verifier_key(question.files[1].decode(), SM2_TYPE)
    entry, checkpoint = verify_log_proof(proof, bytes.fromhex(question.asked["commitment"]), key.name, key.public)
    if question.asked.get("kind") not in {None, entry.statement.kind.value}:
        raise Untrusted("entry-kind")
    return {
        "kind": entry.statement.kind.value,
        "at": text_of(entry.at),
        "index": proof.index,
        "size": str(checkpoint.size),
    }


def _consistency(question: Question) -> Facts:
    """The answer of `GET /log/proof/consistency`, held against the two checkpoints that it joins."""
    proof, line, *notes = question.files
    value = decode_json(proof, limit=MOST_PROOF)
    require(value, frozenset({"old", "new", "path"}))
    old, new = (_signed(note, line) for note in notes)
    path = value["path"]
    if type(path) is not list or len(path) > MAX_PROOF or (value["old"], value["new"]) != (old.size, new.size):
        raise Malformed("proof", "not a proof for these checkpoints")
    verify_consistency(old.size, new.size, old.root, new.root, [octets_from(one) for one in path])
    return {"old": old.size, "new": new.size, "from": text_of(old.at), "to": text_of(new.at)}


def _receipt(question: Question) -> Facts:
    found = open_receipt(question.files[0], PublicKey.from_spki(question.files[1]))
    return {"kind": found.kind, "at": text_of(found.at), "facts": found.facts}


def _catalogue(question: Question) -> Facts:
    key = PublicKey.from_spki(question.files[1])
    payload = unwrap(question.files[0], key, content_type=CATALOGUE_TYPE, limit=MAX_CATALOGUE + 512)
    entry = decode_catalogue_entry(payload)
    return {"code": entry.type.code, "version": entry.version, "status": entry.status.value}


READERS: Mapping[str, Callable[[Question], Facts]] = {
    "token": _token,
    "presentation": _presentation,
    "status-list": _status_list,
    "checkpoint": _checkpoint,
    "cosignature": _cosignature,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "receipt": _receipt,
    "catalogue": _catalogue,
}


def _day(day: date | None) -> int | None:
    return None if day is None else (day - date(1970, 1, 1)).days


def _second(instant: datetime) -> int:
    return int(instant.timestamp())


def _copy(expires_at: datetime, original: StatusPointer) -> list[int]:
    return [_second(expires_at), original.list, original.index]
