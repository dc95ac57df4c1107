"""Acts as octets, and their commitments."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from trust.errors import Malformed
from trust.formats.act_record import act_commitment, decode_act, encode_act
from trust.rules.standing import Act, ActKind

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ACT = Act("1.2.156.3005.2.X", 1, ActKind.SUSPEND, "penalty", "罚", AT, AT + timedelta(days=1), AT, "official-7")
GOOD = encode_act(ACT)


@pytest.mark.parametrize("kind", list(ActKind))
def test_an_act_comes_back(kind: ActKind) -> None:
    act = replace(ACT, kind=kind)
    assert decode_act(encode_act(act)) == act


def test_the_commitment_changes_with_every_fact_and_with_the_salt() -> None:
    changes = [
        {"sequence": 2},
        {"kind": ActKind.REVOKE},
        {"ground": "other"},
        {"reason": "x"},
        {"effective_at": AT},
        {"recorded_at": AT + timedelta(seconds=1)},
        {"by": "official-8"},
        {"subject": "1.2.156.3005.2.Y"},
    ]
    acts = [ACT, *(replace(ACT, **change) for change in changes)]
    made = {act_commitment(act, salt) for act in acts for salt in (bytes(16), b"\x01" * 16)}
    assert len(made) == 2 * len(acts)


@pytest.mark.parametrize(
    "octets",
    [
        b"{}",
        GOOD + b" ",
        GOOD.replace(b"act/1", b"act/2"),
        GOOD.replace(b'"suspend"', b'"pardon"'),
        GOOD.replace(b'"suspend"', b"[]"),
        GOOD.replace(b'"sequence":1', b'"sequence":true'),
        GOOD.replace(b'"sequence":1', b'"sequence":0'),
        GOOD.replace(b'"penalty"', b"5"),
        re.sub(rb'"decided_at":"[^"]*"', b'"decided_at":"2027-01-01T00:00:00Z"', GOOD),
        bytes(20_000),
    ],
)
def test_other_octets_are_no_act(octets: bytes) -> None:
    with pytest.raises(Malformed):
        decode_act(octets)
