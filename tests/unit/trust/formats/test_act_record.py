"""Acts as octets, and their commitments."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

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


TRANSFER = replace(ACT, kind=ActKind.TRANSFER_OUT, receiver="青石市市场监督管理局")


def test_an_act_that_names_a_receiver_has_the_third_form_and_no_other_has() -> None:
    octets = encode_act(TRANSFER)
    assert b'"format":"yinzheng-act/3"' in octets
    assert decode_act(octets) == TRANSFER
    assert decode_act(encode_act(replace(TRANSFER, decision="文〔2026〕1号"))).decision == "文〔2026〕1号"
    assert act_commitment(TRANSFER, bytes(16)) != act_commitment(replace(TRANSFER, receiver="另一机构"), bytes(16))
    for old, new in (
        ('"receiver":"青石市市场监督管理局"', '"receiver":""'),
        ('"receiver":"青石市市场监督管理局"', '"receiver":null'),
        (',"receiver":"青石市市场监督管理局"', ""),
        ("act/3", "act/2"),
        ("act/3", "act/4"),
    ):
        assert old.encode() in octets
        with pytest.raises(Malformed):
            decode_act(octets.replace(old.encode(), new.encode()))


LIFTING = replace(ACT, decision="云复决〔2026〕12号", reverses=1, sequence=2)


def test_an_act_that_names_another_has_the_second_form_and_no_other_has() -> None:
    assert b'"format":"yinzheng-act/2"' in encode_act(LIFTING)
    assert decode_act(encode_act(LIFTING)) == LIFTING
    for plain in (replace(LIFTING, decision="", reverses=None), ACT):
        assert b'"format":"yinzheng-act/1"' in encode_act(plain)
        assert b"reverses" not in encode_act(plain)
    for one in (replace(LIFTING, decision=""), replace(LIFTING, reverses=None)):
        assert decode_act(encode_act(one)) == one


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"reverses":1', b'"reverses":2'),  # itself
        (b'"reverses":1', b'"reverses":0'),
        (b'"reverses":1', b'"reverses":"1"'),
        (b'"reverses":1', b'"reverses":true'),
        ('"decision":"云复决〔2026〕12号"'.encode(), b'"decision":null'),
        (b"yinzheng-act/2", b"yinzheng-act/1"),
        (b"yinzheng-act/2", b"yinzheng-act/3"),
    ],
)
def test_the_second_form_is_read_strictly(old: bytes, new: bytes) -> None:
    octets = encode_act(LIFTING)
    assert old in octets
    with pytest.raises(Malformed):
        decode_act(octets.replace(old, new))


def test_what_the_first_form_would_hold_is_no_second_form() -> None:
    plain = encode_act(replace(LIFTING, decision="", reverses=None))
    padded = plain.replace(b'"effective_at"', b'"decision":"","effective_at"').replace(b"act/1", b"act/2")
    with pytest.raises(Malformed):
        decode_act(padded.replace(b'"sequence"', b'"reverses":null,"sequence"'))


def test_the_example_of_the_specification() -> None:
    text = (Path(__file__).resolve().parents[4] / "docs" / "spec" / "acts.md").read_text("utf-8")
    (written,) = re.findall(r"^```act\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (said,) = re.findall(r"^```commitment\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    facts = dict(line.split() for line in said.splitlines())
    act = decode_act(written.strip().encode())
    assert (act.reverses, act.decision, encode_act(act)) == (1, "云复决〔2026〕12号", written.strip().encode())
    assert act_commitment(act, bytes.fromhex(facts["salt"])).hex() == facts["commitment"]
