"""The trust list: one spelling, read back as written, everything else refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pki_parts import AT, DAY, SEALING, party
from trust.errors import Malformed
from trust.formats.certificate import Purpose
from trust.formats.trust_list import (
    MAX_OCTETS,
    NAME_OF_PURPOSE,
    ListedCertificate,
    TrustList,
    decode_trust_list,
    encode_trust_list,
)
from trust.rules.catalogue_entry import TypeInForce
from trust.rules.mandate import Mandate
from trust.rules.periodic_check import CheckDuty
from trust.rules.seal_standing import ListedSeal, SealKind, SealPeriod
from trust.rules.standing import Status
from trust.rules.status_pointer import StatusPointer

ROOT = party(None, "信任根")
LEAF = party(ROOT, "信任局", SEALING)
BODY, TYPE = "11330100MB0000001X", "11100000MB0143028R001"
LIST = TrustList(
    sequence=7,
    issued_at=AT,
    next_update=AT + DAY,
    certificates=(
        ListedCertificate(Purpose.SEAL_SIGNER, BODY, LEAF.certificate.der),
        ListedCertificate(Purpose.LOG, None, ROOT.certificate.der),
    ),
    mandates=(
        Mandate(BODY, "雁栖市市场监督管理局", TYPE, AT - 300 * DAY, AT),
        Mandate(BODY, "雁栖市市场监督管理局", TYPE, AT + timedelta(microseconds=1)),
    ),
    types=((TYPE, "营业执照"),),
    log="log.yanqi.example/1",
    status_base="https://status.yanqi.example/status/",
)
FIRST = encode_trust_list(LIST)
SEALS = (
    ListedSeal("53019900000001", SealKind.LICENCE, BODY, bytes(range(32)), AT, StatusPointer(0, 4711)),
    ListedSeal(
        "53019900000002",
        SealKind.PERSONAL,
        BODY,
        bytes(32),
        AT - DAY,
        StatusPointer(1, 0),
        (SealPeriod(Status.SUSPENDED, AT), SealPeriod(Status.VALID, AT + timedelta(microseconds=1))),
    ),
)
LIST = replace(LIST, seals=SEALS)
PAYLOAD = encode_trust_list(LIST)


def test_version_1_says_nothing_of_seals_and_is_still_read():
    old = decode_trust_list(FIRST)
    assert (old.seals, old) == (None, replace(LIST, seals=None))
    assert b"yinzheng-trust-list/1" in FIRST
    assert encode_trust_list(old) == FIRST
    empty = replace(LIST, seals=())
    assert decode_trust_list(encode_trust_list(empty)) == empty


def test_a_seal_is_found_by_its_number():
    assert LIST.seal("53019900000002") == SEALS[1]
    assert LIST.seal("53019900000003") is None
    assert decode_trust_list(FIRST).seal("53019900000001") is None


def test_it_goes_there_and_back():
    assert decode_trust_list(PAYLOAD) == LIST
    assert encode_trust_list(decode_trust_list(PAYLOAD)) == PAYLOAD


def test_it_is_readable_and_canonical():
    value = json.loads(PAYLOAD)
    assert list(value) == sorted(value)
    assert value["certificates"][0]["purpose"] == "seal-signer"
    assert value["mandates"][1]["until"] is None
    assert "营业执照".encode() in PAYLOAD
    assert b" " not in PAYLOAD


def test_instants_are_carried_in_utc_whatever_their_zone():
    east = AT.astimezone(timezone(timedelta(hours=8)))
    assert encode_trust_list(replace(LIST, issued_at=east)) == PAYLOAD


def test_every_purpose_has_a_name():
    assert NAME_OF_PURPOSE == {
        Purpose.SEAL_SIGNER: "seal-signer",
        Purpose.SEAL_MAKER: "seal-maker",
        Purpose.STATUS_LIST: "status-list",
        Purpose.LOG: "log",
        Purpose.TRUST_LIST: "trust-list",
        Purpose.RECEIPT: "receipt",
        Purpose.TIME_STAMP: "time-stamp",
        Purpose.PRESENTATION: "presentation",
        Purpose.OCSP: "ocsp",
    }


NUMBERED = replace(
    LIST,
    mandates=(
        replace(LIST.mandates[0], number="M1", area="53"),
        replace(LIST.mandates[0], number="M2", area="5301", delegated_from="M1", issuer_code="11440106007480318H"),
    ),
)
THIRD = encode_trust_list(NUMBERED)


def test_version_3_has_numbers_areas_and_delegation():
    assert decode_trust_list(THIRD) == NUMBERED
    assert b"yinzheng-trust-list/3" in THIRD
    assert b"yinzheng-trust-list/2" in PAYLOAD
    assert json.loads(THIRD)["mandates"][1]["delegated_from"] == "M1"
    assert NUMBERED.mandate_book.numbered("M2") == NUMBERED.mandates[1]


@pytest.mark.parametrize(
    "payload",
    [
        THIRD.replace(b"yinzheng-trust-list/3", b"yinzheng-trust-list/2"),
        PAYLOAD.replace(b"yinzheng-trust-list/2", b"yinzheng-trust-list/3"),
        THIRD.replace(b'"number":"M2"', b'"number":"M1"').replace(b'"delegated_from":"M1"', b'"delegated_from":null'),
        THIRD.replace(b'"number":"M2"', b'"number":""'),
        THIRD.replace(b'"area":"5301"', b'"area":"530100"'),
        THIRD.replace(b'"area":"5301"', b'"area":5301'),
        THIRD.replace(b'"delegated_from":"M1"', b'"delegated_from":"M2"'),
        THIRD.replace(b'"delegated_from":"M1"', b'"delegated_from":""'),
    ],
    ids=["as version 2", "2 as 3", "one number twice", "no number", "an area with zeros", "an area that is a number",
         "from itself", "from nothing"],
)  # fmt: skip
def test_mandates_of_version_3_are_read_strictly(payload):
    with pytest.raises(Malformed):
        decode_trust_list(payload)


@pytest.mark.parametrize("changes", [{"number": "M1"}, {"area": "53"}, {"delegated_from": "M9"}])
def test_a_list_of_which_only_part_has_numbers_is_not_written(changes):
    """What version 2 cannot hold would be lost."""
    first, second = LIST.mandates
    with pytest.raises(Malformed):
        encode_trust_list(replace(LIST, mandates=(replace(first, **changes), second)))


FOURTH_LIST = replace(NUMBERED, in_force=(TypeInForce(TYPE, 3), TypeInForce("11100000MB0143028R028", 1, AT)))
FOURTH = encode_trust_list(FOURTH_LIST)


def test_version_4_says_which_types_are_in_force():
    assert decode_trust_list(FOURTH) == FOURTH_LIST
    assert b"yinzheng-trust-list/4" in FOURTH
    assert FOURTH_LIST.type_in_force(TYPE) == TypeInForce(TYPE, 3)
    assert FOURTH_LIST.type_in_force("another") is None
    assert decode_trust_list(THIRD).in_force is None


@pytest.mark.parametrize(
    "payload",
    [
        FOURTH.replace(b"yinzheng-trust-list/4", b"yinzheng-trust-list/3"),
        THIRD.replace(b"yinzheng-trust-list/3", b"yinzheng-trust-list/4"),
        FOURTH.replace(b'R001",3,null]', b'R001",0,null]'),
        FOURTH.replace(b'R001",3,null]', b'R001","3",null]'),
        FOURTH.replace(b'R001",3,null]', b'R001",3]'),
        FOURTH.replace(b'R001",3,null]', b'R001",3,false]'),
        FOURTH.replace(b'R001",3,null]', b'R028",3,null]'),
    ],
    ids=["as version 3", "3 as 4", "version 0", "a version that is text", "a pair", "an end that is none", "twice"],
)
def test_types_of_version_4_are_read_strictly(payload):
    assert payload not in {THIRD, FOURTH}
    with pytest.raises(Malformed):
        decode_trust_list(payload)


FIFTH_LIST = replace(FOURTH_LIST, checks=(CheckDuty("11100000MB0143028R028", 12, datetime(2020, 1, 1, tzinfo=UTC)),))
FIFTH = encode_trust_list(FIFTH_LIST)


def test_version_5_says_which_types_ask_for_checks():
    assert decode_trust_list(FIFTH) == FIFTH_LIST
    assert b"yinzheng-trust-list/5" in FIFTH
    assert FIFTH_LIST.check_duty("11100000MB0143028R028") == FIFTH_LIST.checks[0]
    assert FIFTH_LIST.check_duty(TYPE) is None
    assert decode_trust_list(FOURTH).checks == ()


@pytest.mark.parametrize(
    "payload",
    [
        FIFTH.replace(b"yinzheng-trust-list/5", b"yinzheng-trust-list/4"),
        FOURTH.replace(b"yinzheng-trust-list/4", b"yinzheng-trust-list/5"),
        FIFTH.replace(b',12,"2020', b',0,"2020'),
        FIFTH.replace(b',12,"2020', b',true,"2020'),
        FIFTH.replace(b',12,"2020-01-01T00:00:00Z"]', b",12,null]"),
        FIFTH.replace(b',12,"2020-01-01T00:00:00Z"]', b",12]"),
        FIFTH.replace(b'"checks":[[', b'"checks":[["11100000MB0143028R028",6,"2020-01-01T00:00:00Z"],['),
        FIFTH.replace(b'"checks":[["11100000MB0143028R028",12,"2020-01-01T00:00:00Z"]]', b'"checks":[]'),
    ],
    ids=["as version 4", "4 as 5", "no months", "months of truth", "no beginning", "a pair", "twice", "none"],
)
def test_checks_of_version_5_are_read_strictly(payload):
    assert payload not in {FOURTH, FIFTH}
    with pytest.raises(Malformed):
        decode_trust_list(payload)


def test_checks_are_not_listed_without_types_in_force():
    with pytest.raises(Malformed):
        replace(NUMBERED, checks=FIFTH_LIST.checks)


def changed(*path: object, to: object = None, drop: bool = False) -> bytes:
    value = json.loads(PAYLOAD)
    place = value
    for step in path[:-1]:
        place = place[step]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


REFUSED = {
    "another format": changed("format", to="yinzheng-trust-list/3"),
    "version 1 with seals": changed("format", to="yinzheng-trust-list/1"),
    "version 2 without seals": changed("seals", drop=True),
    "seals that are none": changed("seals", to={}),
    "a seal twice": changed("seals", to=[json.loads(PAYLOAD)["seals"][0]] * 2),
    "two seals of one number": changed("seals", 1, "seal", to="53019900000001"),
    "a seal with more": changed("seals", 0, "extra", to=1),
    "a seal of no kind": changed("seals", 0, "kind", to="anything"),
    "a seal without number": changed("seals", 0, "seal", to=""),
    "a digest too short": changed("seals", 0, "digest", to="AAAA"),
    "a pointer of three": changed("seals", 0, "status", to=[0, 1, 2]),
    "a pointer below zero": changed("seals", 0, "status", to=[0, -1]),
    "a pointer of truth": changed("seals", 0, "status", to=[0, True]),
    "a history that is none": changed("seals", 0, "history", to={}),
    "a history of an unknown status": changed("seals", 1, "history", 0, 0, to="08"),
    "a history out of order": changed("seals", 1, "history", 0, 1, to="2030-01-01T00:00:00Z"),
    "a history that begins in use": changed("seals", 0, "history", to=[["01", "2026-03-02T08:00:00Z"]]),
    "a history of triples": changed("seals", 1, "history", 0, to=["02", "2026-03-01T08:00:00Z", 1]),
    "a seal never filed": changed("seals", 0, "filed_at", to=None),
    "a member missing": changed("log", drop=True),
    "a member too many": changed("extra", to=1),
    "sequence 0": changed("sequence", to=0),
    "a sequence that is text": changed("sequence", to="7"),
    "a sequence that is true": changed("sequence", to=True),
    "no next update": changed("next_update", to=None),
    "next update not later": changed("next_update", to="2026-03-01T08:00:00Z"),
    "a time in another zone": changed("issued_at", to="2026-03-01T16:00:00+08:00"),
    "a time that does not exist": changed("issued_at", to="2026-02-30T08:00:00Z"),
    "an empty origin": changed("log", to=""),
    "an origin too long": changed("log", to="x" * 1001),
    "certificates that are none": changed("certificates", to={}),
    "a certificate that is none": changed("certificates", 0, to="MIIB"),
    "a certificate that is not base64": changed("certificates", 0, "certificate", to="MII"),
    "base64 in another spelling": changed("certificates", 0, "certificate", to="MIIC\n"),
    "an unknown purpose": changed("certificates", 0, "purpose", to="anything"),
    "a body that is a number": changed("certificates", 0, "body", to=11),
    "a certificate with more": changed("certificates", 0, "extra", to=1),
    "a certificate twice": changed("certificates", to=[json.loads(PAYLOAD)["certificates"][1]] * 2),
    "a mandate that ends first": changed("mandates", 0, "until", to="2020-01-01T00:00:00Z"),
    "a mandate without type": changed("mandates", 0, "type", drop=True),
    "a mandate for nobody": changed("mandates", 0, "issuer", to=""),
    "a type of three": changed("types", 0, to=["a", "b", "c"]),
    "a type without name": changed("types", 0, to=["a", ""]),
    "20 001 types": changed("types", to=[[str(number), "x"] for number in range(20_001)]),
    "white space": PAYLOAD.replace(b'":', b'": ', 1),
    "a key twice": PAYLOAD.replace(b'"log":', b'"log":"x","log":', 1),
    "an escape": PAYLOAD.replace("营".encode(), b"\\u8425", 1),
    "something behind": PAYLOAD + b"\n",
    "a byte order mark": b"\xef\xbb\xbf" + PAYLOAD,
    "a list": b"[]",
    "nothing": b"",
    "too much": b" " * (MAX_OCTETS + 1),
}


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused(payload):
    assert payload != PAYLOAD
    with pytest.raises(Malformed):
        decode_trust_list(payload)


@pytest.mark.parametrize(
    "changes",
    [
        {"sequence": 0},
        {"next_update": AT},
        {"log": ""},
        {"types": ((TYPE, "营业执照"),) * 2},
        {"types": ((TYPE, "\ud800"),)},
        {"status_base": "x" * 1001},
    ],
)
def test_what_could_not_be_read_back_is_not_written(changes):
    with pytest.raises(Malformed):
        encode_trust_list(replace(LIST, **changes))


@given(st.integers(0, len(PAYLOAD) * 8 - 1))
def test_a_flipped_bit_is_refused_or_seen(bit):
    octets = bytearray(PAYLOAD)
    octets[bit // 8] ^= 1 << bit % 8
    try:
        found = decode_trust_list(bytes(octets))
    except Malformed:
        return
    assert found != LIST
