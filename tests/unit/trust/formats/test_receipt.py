"""Receipts: what was signed comes back, and nothing else is a receipt."""

from datetime import UTC, datetime

import pytest

from keys.custody import memory_signer
from keys.signer import Signer
from trust.errors import Malformed, Untrusted
from trust.formats.cose import sign1
from trust.formats.receipt import (
    RECEIPT_TYPE,
    Receipt,
    decode_receipt,
    encode_receipt,
    open_receipt,
)

SIGNER, OTHER = memory_signer(), memory_signer("other")
RECEIPT = Receipt(
    "verification",
    datetime(2026, 3, 1, 8, tzinfo=UTC),
    {"indication": "PASSED", "findings": [{"step": 8, "name": "status"}], "digest": "sm3:00"},
)


def signed(receipt: Receipt, signer: Signer = SIGNER) -> bytes:
    return sign1(encode_receipt(receipt), signer, RECEIPT_TYPE)


@pytest.mark.parametrize("kind", ["verification", "citation", "presentation"])
def test_a_receipt_comes_back(kind: str) -> None:
    receipt = Receipt(kind, RECEIPT.at, RECEIPT.facts)
    assert open_receipt(signed(receipt), SIGNER.public) == receipt


def test_the_payload_is_plain_to_read() -> None:
    assert encode_receipt(Receipt("citation", RECEIPT.at, {"n": 1})) == (
        b'{"at":"2026-03-01T08:00:00Z","facts":{"n":1},"format":"yinzheng-receipt/1","kind":"citation"}'
    )


def test_another_key_and_another_type_are_refused() -> None:
    with pytest.raises(Untrusted):
        open_receipt(signed(RECEIPT, OTHER), SIGNER.public)
    with pytest.raises(Malformed, match="cose-type"):
        open_receipt(sign1(encode_receipt(RECEIPT), SIGNER), SIGNER.public)


def test_damage_is_found() -> None:
    data = bytearray(signed(RECEIPT))
    data[len(data) // 2] ^= 1
    with pytest.raises((Untrusted, Malformed)):
        open_receipt(bytes(data), SIGNER.public)


@pytest.mark.parametrize(
    "receipt",
    [
        Receipt("wish", RECEIPT.at, {}),
        Receipt("citation", RECEIPT.at, {"a": 1.5}),
        Receipt("citation", RECEIPT.at, {"a": "x" * 70_000}),
    ],
)
def test_what_could_not_be_read_is_not_encoded(receipt: Receipt) -> None:
    with pytest.raises(Malformed):
        encode_receipt(receipt)


GOOD = encode_receipt(RECEIPT)


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        GOOD.replace(b"receipt/1", b"receipt/2"),
        GOOD.replace(b'"verification"', b'"wish"'),
        GOOD.replace(b'"verification"', b"[]"),
        GOOD.replace(b'"facts":{', b'"fact":{'),
        b'{"at":"2026-03-01T08:00:00Z","facts":[],"format":"yinzheng-receipt/1","kind":"citation"}',
    ],
)
def test_other_payloads_are_no_receipt(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode_receipt(payload)


def test_the_type_is_ours() -> None:
    assert RECEIPT_TYPE == "application/vnd.yinzheng.receipt+json"
