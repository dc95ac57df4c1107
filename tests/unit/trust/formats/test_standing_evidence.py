"""Files of evidence: one spelling, bounded, nothing of them believed by reading alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from trust.errors import Malformed
from trust.formats.standing_evidence import (
    EvidencedAct,
    StandingEvidence,
    decode_standing_evidence,
    encode_standing_evidence,
)

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
FULL = StandingEvidence(
    identifier="1.2.156.3005.2.A",
    on=AT,
    made_at=AT,
    token=b"token",
    issue=b"proof",
    acts=(EvidencedAct(b"act", bytes(16), b"proof"), EvidencedAct(b"act", bytes(range(16)), None)),
    list_then=b"list",
    list_then_proof=b"proof",
    list_next=b"list",
    list_next_proof=None,
    seal="53019900000001",
    bundle=b"bundle",
)
BARE = replace(FULL, issue=None, acts=(), list_then=None, list_then_proof=None, seal=None)


@pytest.mark.parametrize("evidence", [FULL, BARE])
def test_it_survives_being_written(evidence):
    assert decode_standing_evidence(encode_standing_evidence(evidence)) == evidence


CHANGES = {
    "another version": lambda value: value | {"format": "yinzheng-standing/2"},
    "a member more": lambda value: value | {"answer": "valid"},
    "a member less": lambda value: {name: part for name, part in value.items() if name != "seal"},
    "acts that are no list": lambda value: value | {"acts": {}},
    "an act that is no object": lambda value: value | {"acts": [1]},
    "an act with a member more": lambda value: value | {"acts": [value["acts"][0] | {"kind": "x"}]},
    "a salt in capitals": lambda value: value | {"acts": [value["acts"][0] | {"salt": "AA" * 16}]},
    "a salt that is short": lambda value: value | {"acts": [value["acts"][0] | {"salt": "00"}]},
    "a salt that is a number": lambda value: value | {"acts": [value["acts"][0] | {"salt": 5}]},
    "a token that is null": lambda value: value | {"token": None},
    "base64 with spaces": lambda value: value | {"bundle": " " + value["bundle"]},
    "an empty identifier": lambda value: value | {"identifier": ""},
    "a time without seconds": lambda value: value | {"on": "2026-11-22"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_nothing_else_is_read(change):
    value = change(json.loads(encode_standing_evidence(FULL)))
    octets = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(Malformed):
        decode_standing_evidence(octets)
