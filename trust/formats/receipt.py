"""Receipts 回执: the signed record of a verification or a citation, for the file of whoever relied on it.

A receipt is canonical JSON under a COSE signature (type `RECEIPT_TYPE`). Which facts it holds is decided by the
journey that gives it; this module fixes the envelope: the format's name, the kind, the instant, and a flat or shallow
set of facts within bounds. It holds digests, identifiers and indications, not documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from keys.sm2 import PublicKey
from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json, instant_from, require, text_of
from trust.formats.cose import unwrap

FORMAT = "yinzheng-receipt/1"
RECEIPT_TYPE = "application/vnd.yinzheng.receipt+json"
MAX_RECEIPT = 64 * 1024
_NAMES = frozenset({"at", "facts", "format", "kind"})
_KINDS = frozenset({"verification", "citation", "presentation"})


@dataclass(frozen=True)
class Receipt:
    """`kind` is verification, citation or presentation; `facts` are JSON values without fractions."""

    kind: str
    at: datetime
    facts: Mapping[str, object]


def encode_receipt(receipt: Receipt) -> bytes:
    """The payload to be signed.

    Raises:
        Malformed: `receipt-kind`, `too-large`, or facts that have no canonical spelling.

    """
    if receipt.kind not in _KINDS:
        raise Malformed("receipt-kind", receipt.kind)
    payload = encode_json({"at": text_of(receipt.at), "facts": receipt.facts, "format": FORMAT, "kind": receipt.kind})
    if len(payload) > MAX_RECEIPT:
        raise Malformed("too-large", f"more than {MAX_RECEIPT} octets")
    return payload


def decode_receipt(payload: bytes) -> Receipt:
    """The receipt in a payload.

    Raises:
        Malformed: not exactly what `encode_receipt` writes.

    """
    value = decode_json(payload, limit=MAX_RECEIPT)
    require(value, _NAMES)
    kind, facts = value["kind"], value["facts"]
    if value["format"] != FORMAT or type(kind) is not str or kind not in _KINDS or type(facts) is not dict:
        raise Malformed("receipt-kind", "not a receipt of a known kind")
    return Receipt(kind, instant_from(value["at"]), facts)


def open_receipt(data: bytes, public: PublicKey) -> Receipt:
    """The receipt in a signed envelope.

    Raises:
        Malformed: not a receipt.
        Untrusted: `signature`.

    """
    return decode_receipt(unwrap(data, public, content_type=RECEIPT_TYPE, limit=MAX_RECEIPT + 512))
