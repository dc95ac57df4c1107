"""Evidence of a past standing 状态举证文件: what a stranger needs to check "was it valid on that day", in one file.

    {"acts":[{"act":"eyJk…","proof":"eyJj…","salt":"0001…"}],"bundle":"eyJj…","format":"yinzheng-standing/1",
     "identifier":"1.2.156…","issue":"eyJj…","list_next":"0oRY…","list_next_proof":"eyJj…","list_then":"0oRY…",
     "list_then_proof":"eyJj…","made_at":"2026-11-22T08:00:00Z","on":"2026-11-01T16:00:00Z","seal":"53019900000001",
     "token":"0oRD…"}

`token` is the licence's own signed token: it names the entry in the status lists and the days of the licence. `issue`
proves its entry in the log, and so when the licence was issued. `acts` are all acts on record, each with the salt that
opens its commitment and the proof of its entry. `list_then` is the status list that was served at `on`, `list_next` the
one that followed it, so that nobody passes an older list off as it; `bundle` is an evidence bundle of the day the file
was made. Everything is believed for its own signature only; what cannot be had
(a list for a time when none was served, a proof below no checkpoint yet) is null, and the checker says what follows.

An act tells why and by whom it was taken, so the file is for those who may know that.
"""

from dataclasses import dataclass, field
from datetime import datetime

from trust.errors import Malformed
from trust.formats.canonical_json import (
    base64_of,
    decode_json,
    encode_json,
    instant_from,
    octets_from,
    require,
    text_of,
)
from trust.formats.leaf import SALT_SIZE
from trust.formats.members import text_in, text_or_none

FORMAT = "yinzheng-standing/1"
MAX_EVIDENCE = 64 * 1024 * 1024
MAX_ACTS = 10_000
REASON = "standing-evidence"
_NAMES = frozenset(
    {
        "acts", "bundle", "format", "identifier", "issue", "list_next", "list_next_proof", "list_then",
        "list_then_proof", "made_at", "on", "seal", "token",
    }
)  # fmt: skip
_ACT = frozenset({"act", "proof", "salt"})


@dataclass(frozen=True)
class EvidencedAct:
    """An act's record, the salt of its commitment (16 octets), and the octets of its proof in the log."""

    act: bytes
    salt: bytes
    proof: bytes | None = field(repr=False)


@dataclass(frozen=True)
class StandingEvidence:
    """The parts, in the octets in which they were signed or logged; `seal` is the number of the seal on the licence."""

    identifier: str
    on: datetime
    made_at: datetime
    token: bytes = field(repr=False)
    issue: bytes | None = field(repr=False)
    acts: tuple[EvidencedAct, ...]
    list_then: bytes | None = field(repr=False)
    list_then_proof: bytes | None = field(repr=False)
    list_next: bytes | None = field(repr=False)
    list_next_proof: bytes | None = field(repr=False)
    seal: str | None
    bundle: bytes = field(repr=False)


def encode_standing_evidence(evidence: StandingEvidence) -> bytes:
    """The octets of the file.

    Raises:
        Malformed: `standing-evidence` or `too-large`, what `decode_standing_evidence` would not read back.

    """
    octets = encode_json(
        {
            "acts": [
                {"act": base64_of(one.act), "proof": _optional(one.proof), "salt": one.salt.hex()}
                for one in evidence.acts
            ],
            "bundle": base64_of(evidence.bundle),
            "format": FORMAT,
            "identifier": evidence.identifier,
            "issue": _optional(evidence.issue),
            "list_next": _optional(evidence.list_next),
            "list_next_proof": _optional(evidence.list_next_proof),
            "list_then": _optional(evidence.list_then),
            "list_then_proof": _optional(evidence.list_then_proof),
            "made_at": text_of(evidence.made_at),
            "on": text_of(evidence.on),
            "seal": evidence.seal,
            "token": base64_of(evidence.token),
        }
    )
    if decode_standing_evidence(octets) != evidence:
        raise Malformed(REASON, "the evidence does not survive being written")
    return octets


def decode_standing_evidence(octets: bytes) -> StandingEvidence:
    """The evidence in a file; its parts are not looked into.

    Raises:
        Malformed: not exactly what `encode_standing_evidence` writes.

    """
    value = decode_json(octets, limit=MAX_EVIDENCE)
    require(value, _NAMES)
    acts = value["acts"]
    if value["format"] != FORMAT or type(acts) is not list or len(acts) > MAX_ACTS:
        raise Malformed(REASON, "not evidence of this version")
    return StandingEvidence(
        identifier=text_in(value["identifier"], REASON),
        on=instant_from(value["on"]),
        made_at=instant_from(value["made_at"]),
        token=octets_from(value["token"]),
        issue=_octets(value["issue"]),
        acts=tuple(map(_act, acts)),
        list_then=_octets(value["list_then"]),
        list_then_proof=_octets(value["list_then_proof"]),
        list_next=_octets(value["list_next"]),
        list_next_proof=_octets(value["list_next_proof"]),
        seal=text_or_none(value["seal"], REASON),
        bundle=octets_from(value["bundle"]),
    )


def _act(value: object) -> EvidencedAct:
    if type(value) is not dict:
        raise Malformed(REASON, "an act is an object")
    require(value, _ACT)
    salt = value["salt"]
    try:
        octets = bytes.fromhex(salt) if type(salt) is str else b""
    except ValueError as error:
        raise Malformed(REASON, "a salt is hexadecimal") from error
    if octets.hex() != salt or len(octets) != SALT_SIZE:
        raise Malformed(REASON, f"a salt has {SALT_SIZE} octets, in lower-case hexadecimal")
    return EvidencedAct(octets_from(value["act"]), octets, _octets(value["proof"]))


def _optional(octets: bytes | None) -> str | None:
    return None if octets is None else base64_of(octets)


def _octets(value: object) -> bytes | None:
    return None if value is None else octets_from(value)
