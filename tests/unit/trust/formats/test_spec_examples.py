"""The examples of docs/spec are what the code reads and would write; so nobody implements a misprint."""

import re
from ast import literal_eval
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import cbor2
import pytest
import zxingcpp

from issuer.presenting.codes import code_in, code_text
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from trust.formats.catalogue_entry import CONTENT_TYPE, FORMAT, MAX_OCTETS
from trust.formats.catalogue_entry import decode_entry as decode_catalogue_entry
from trust.formats.catalogue_entry import encode_entry as encode_catalogue_entry
from trust.formats.certificate import Purpose
from trust.formats.checkpoint import SM2_TYPE, note_key_id, verify_checkpoint
from trust.formats.cose import check, protected, split, unwrap
from trust.formats.leaf import EntryKind, commitment, decode_entry, encode_entry
from trust.formats.log_proof import decode_log_proof, verify_log_proof
from trust.formats.merkle import root_of
from trust.formats.presentation import (
    MAX_LIFE,
    PRESENTATION_TYPE,
    decode_presentation,
    encode_presentation,
    split_presentation,
)
from trust.formats.status_list import STATUS_LIST_TYPE, decode_status_list, encode_status_list
from trust.formats.token import decode_claims, encode_claims, from_text, split_token, to_text
from trust.formats.trust_list import decode_trust_list, encode_trust_list
from trust.rules.field_kind import KINDS
from trust.rules.identifier import parse
from trust.rules.seal_standing import SealKind, standing_of
from trust.rules.standing import Status

SPEC = Path(__file__).resolve().parents[4] / "docs" / "spec"


class Page:
    """A page of the specification and its fenced blocks."""

    def __init__(self, name: str) -> None:
        self.text = (SPEC / f"{name}.md").read_text("utf-8")

    def block(self, name: str) -> str:
        (found,) = re.findall(rf"^```{name}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        return str(found)

    def joined(self, name: str) -> str:
        return self.block(name).replace("\n", "")

    def key(self) -> PublicKey:
        return PublicKey.from_spki(b64decode(self.joined("spki"), validate=True))

    def diagnostic(self) -> object:
        """CBOR diagnostic notation as far as the examples use it."""
        octets = re.sub(r"h'([0-9a-f]*)'", lambda found: repr(bytes.fromhex(found[1])), self.block("cbor-diag"))
        return literal_eval(octets)


@pytest.mark.parametrize("name", ["qr-code", "status-list", "log", "trust-list", "presentation"])
def test_the_example_is_on_the_first_screen_and_rules_are_numbered(name: str) -> None:
    text = Page(name).text
    assert text.index("```") < 1000
    rules = [int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]
    assert rules == list(range(1, len(rules) + 1))
    assert all(heading in text for heading in ("## Conventions", "## Security notes"))


def test_the_code() -> None:
    page = Page("qr-code")
    text, token, key = page.joined("text"), bytes.fromhex(page.joined("hex")), page.key()
    assert from_text(text) == token
    assert to_text(token, text.partition("/q#")[0]) == text
    envelope = split_token(token)
    check(envelope, key)
    claims = decode_claims(envelope.payload)
    assert encode_claims(claims) == envelope.payload
    assert (f"`{claims.identifier}`" in page.text, parse(str(claims.identifier))) == (True, claims.identifier)
    assert page.diagnostic() == cbor2.loads(envelope.payload)
    assert f"key id `{key.key_id.hex()}`" in page.text
    side = memoryview(
        zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(add_quiet_zones=False)
    ).shape[0]
    assert f"({len(text)} characters, QR version {(side - 17) // 4} at level M)" in page.text
    assert f"token of {len(token)} octets" in page.text


def test_the_status_list() -> None:
    page = Page("status-list")
    data, key = bytes.fromhex(page.joined("hex")), page.key()
    payload = unwrap(data, key, content_type=STATUS_LIST_TYPE, limit=len(data))
    found = decode_status_list(payload)
    assert decode_status_list(encode_status_list(found)) == found
    assert page.diagnostic() == cbor2.loads(payload)
    assert split(data, len(data)).header == protected(key.key_id, STATUS_LIST_TYPE)
    assert [found.value(index) for index in (1, 5, 14, 15)] == [1, 2, 3, 1]
    assert sum(found.value(index) == 0 for index in range(found.size)) == found.size - 4
    for said in (f"of {found.size} entries ({len(data)} octets", found.bits.hex(), f"key id `{key.key_id.hex()}`"):
        assert said in page.text


def test_the_log() -> None:
    page = Page("log")
    entries = [line.encode() for line in page.block("entries").splitlines()]
    name, key_id, key = page.joined("vkey").split("+", 2)
    kind, point = b64decode(key)[: len(SM2_TYPE)], b64decode(key)[len(SM2_TYPE) :]
    public = PublicKey(point)
    assert (kind, key_id) == (SM2_TYPE, note_key_id(name, public).hex())
    checkpoint = verify_checkpoint(page.block("note").encode(), name, public)
    assert (checkpoint.size, checkpoint.root) == (3, root_of(entries))
    decoded = [decode_entry(entry) for entry in entries]
    assert [encode_entry(entry) for entry in decoded] == entries
    assert decoded[0].at < decoded[1].at < decoded[2].at < checkpoint.at < decoded[0].at + timedelta(minutes=1)
    facts = dict(line.split() for line in page.block("commitment").splitlines())
    made = commitment(bytes.fromhex(facts["salt"]), facts["identifier"], bytes.fromhex(facts["digest"]))
    assert made.hex() == facts["commitment"]
    entry, _ = verify_log_proof(decode_log_proof(page.joined("proof").encode()), made, name, public)
    assert entry == decoded[1]
    assert entry.statement.kind is EntryKind.ISSUE
    listed = bytes.fromhex(Page("status-list").joined("hex"))
    assert decoded[2].statement.commitments == (sm3(listed),)


def test_the_trust_list() -> None:
    page = Page("trust-list")
    payload = page.joined("json").encode()
    found = decode_trust_list(payload)
    assert encode_trust_list(found) == payload
    assert found.seals is not None
    (seal,) = found.seals
    standings = [standing_of(seal, period.since) for period in seal.history]
    assert standings == [Status.SUSPENDED, Status.VALID]
    days = [seal.filed_at, *(period.since for period in seal.history)]
    said = ["1 January 2026", "19 February at 08:00 UTC", "20 February 10:00 UTC"]
    assert all(one in page.text.replace("\n", " ") for one in said)
    assert [(one.month, one.day, one.hour) for one in days] == [(1, 1, 8), (2, 19, 8), (2, 20, 10)]
    assert f"entry {seal.pointer.index} of status list {seal.pointer.list}" in page.text
    assert all(f"`{kind.value}`" in page.text for kind in SealKind)
    assert all(f"`{status.value}`" in page.text for status in Status)


def test_the_codes_to_present() -> None:
    page = Page("presentation")
    text, octets, key = page.joined("text"), bytes.fromhex(page.joined("hex")), page.key()
    assert from_text(text) == octets
    assert to_text(octets, text.partition("/q#")[0]) == text
    envelope = split_presentation(octets)
    check(envelope, key)
    shown = decode_presentation(envelope.payload)
    assert encode_presentation(shown) == envelope.payload
    assert page.diagnostic() == cbor2.loads(envelope.payload)
    assert shown.token == bytes.fromhex(Page("qr-code").joined("hex"))
    assert shown.expires_at - shown.issued_at == MAX_LIFE
    assert envelope.header == protected(key.key_id, PRESENTATION_TYPE)
    for said in (f"({len(text)} characters", f"of {len(octets)} octets", f"key id `{key.key_id.hex()}`"):
        assert said in page.text
    assert f"({Purpose.PRESENTATION})" in page.text
    assert f'"{PRESENTATION_TYPE}"' in page.text
    code, picture = page.block("code").split()
    assert code_in(code) == code_in(picture) == code
    assert code_text(code, picture.partition("/p#")[0]) == picture


def test_the_catalogue_entry() -> None:
    page = Page("catalogue-entry")
    payload = page.joined("json").encode()
    found = decode_catalogue_entry(payload)
    assert encode_catalogue_entry(found) == payload
    assert found.type.numbering is not None
    assert found.type.numbering.drawable
    for said in (FORMAT, CONTENT_TYPE, f"{MAX_OCTETS:,}".replace(",", " "), *(f"`{kind}`" for kind in KINDS)):
        assert said in page.text


def test_mandates_in_the_trust_list() -> None:
    found = decode_trust_list(Page("trust-list").joined("json").encode())
    city, district = found.mandates
    book, at = found.mandate_book, found.issued_at
    assert book.judge(district.issuer_code, district.type_code, at, "330106") == district
    assert book.judge(district.issuer_code, district.type_code, at, "330105") == "area"
    assert (district.delegated_from, city.area) == (city.number, "3301")
