"""What both implementations must refuse, and the odd things that both must take: tables, one for each part of a format.

Whatever has to be refused is in order everywhere else and rightly signed, so that it is refused for the one thing that
is wrong with it.
"""

import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cbor2
import pytest

from tests.interop.second_made import OTHER, SIGNER, SPKI, canonical, signed, string, typed
from tests.interop.second_parts import Question, refused, taken
from trust.formats.cose import protected
from trust.formats.presentation import PRESENTATION_TYPE
from trust.formats.status_list import STATUS_LIST_TYPE
from trust.formats.token import to_base45_text, to_text

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("_with_node")]
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
LAST_DAY, LAST_SECOND = 2_932_896, 253_402_300_799
NAME = "云岭市印证餐饮管理有限公司"
CLAIMS: dict[object, Any] = {
    0: 1, 1: ["11100000MB0143028R001", "11530199MB0T35T1XE", "4T8Q2X6ZB1M9WD5R7C3H", "001"], 2: NAME, 3: 20513, 4: 22338,
    5: [12, 700001],
}  # fmt: skip
SHOWN: dict[object, Any] = {0: 1, 1: bytes(16), 2: 1_772_415_000, 3: 1_772_415_060, 4: b"token", 5: NAME, 6: "三号窗口"}
LIST: dict[object, Any] = {
    2: "https://zhengzhao.example/status/12", 4: 1_772_395_200, 6: 1_772_352_000, 65533: {"lst": zlib.compress(bytes(4)), "bits": 2},
    65534: 60, -65537: 12, -65538: 4711, -65539: 90210,
}  # fmt: skip
BASE = {"token": (CLAIMS, None), "presentation": (SHOWN, PRESENTATION_TYPE), "status-list": (LIST, STATUS_LIST_TYPE)}
TOKEN = typed(canonical(CLAIMS), None)


# --- claims -----------------------------------------------------------------------------------------------------------

NAMES_REFUSED = [
    "", "名" * 101, b"name", 7, None, "名\n", "名\u202e", "名\u200b", "e\u0301", "\uf900", "\u2126", " 名", "名\u3000", "名\u00a0名",
    "名\ufe0f", "名\U000e0100", "名\ue000", "名\ufffd", "名\ufffc", "名\ufdd0", "名\U0001fffe", "\u3164", "\u2800", "a\u0300\u0300\u0300\u0300\u0300",
    "名\u2028名", "名\x7f",
]  # fmt: skip
NAMES_TAKEN = [
    "张*",
    "某 某",
    "某\u3000某",
    "名" * 100,
    "𠀀" * 40,
    "\uff21",
    "é",
    "·",
    "བསྒྲུབས",
    "x\u0324\u0325\u0326\u032d",
    "…",
]
CLAIMS_REFUSED: Mapping[str, list[dict[object, Any]]] = {
    "token": [
        *({0: value} for value in (0, 2, True, "1")),
        *({1: [*CLAIMS[1][:place], value, *CLAIMS[1][place + 1 :]]} for place, value in (
            (0, "x" * 21), (0, "1" * 20), (0, 1), (1, ""), (1, "A" * 33), (1, "É"), (2, ""), (2, "A" * 65), (2, "a"), (3, "1"),
            (3, "0001"), (3, "\u0660\u0660\u0661"), (3, 1),
        )),
        {1: CLAIMS[1][:3]}, {1: [*CLAIMS[1], "1"]}, {1: "text"},
        *({2: name} for name in NAMES_REFUSED),
        *({claim: value} for claim in (3, 4, 6) for value in (-1, LAST_DAY + 1, "20513", 20513.0, None, 2**64, [1])),
        *({5: value} for value in ([1], [1, 2, 3], [1, -1], [1, 2**53], [1, "2"], [1, True], 1, [[1], 2])),
        *({7: value} for value in ([1], [1, 2], [1, 2, 3, 4], [LAST_SECOND + 1, 2, 3], [1, 2**53, 3], [-1, 2, 3], 0)),
        *({8: value} for value in ("E", "a", "", 1, None, ["A"])),
        {9: 0}, {-1: 0}, {"0": 0}, {1.5: 0}, {b"": 0}, {24: 0},
    ],
    "presentation": [
        {0: 2}, {1: bytes(15)}, {1: bytes(17)}, {1: "0" * 16}, {2: -1}, {3: SHOWN[2]}, {3: SHOWN[2] + 61}, {2: SHOWN[3] + 1},
        {3: LAST_SECOND + 1, 2: LAST_SECOND - 5}, {4: b""}, {4: "token"}, *({5: name} for name in NAMES_REFUSED), {6: "名" * 41},
        {6: ""}, {6: None}, {7: 0}, {-1: 0},
    ],
    "status-list": [
        {2: ""}, {2: 5}, {2: "https://主机/"}, {2: "h" * 401}, {2: "h\n"}, {4: LIST[6]}, {4: LIST[6] - 1}, {4: LAST_SECOND + 1}, {6: -1},
        {4: 1.5}, {65534: -1}, {65534: "60"}, {-65537: -1}, {-65538: True}, {-65539: 2**53}, {7: 0}, {1: 0}, {65533: []},
        {65533: {"lst": LIST[65533]["lst"]}}, {65533: LIST[65533] | {"x": 1}}, {65533: LIST[65533] | {"bits": 1}},
        {65533: LIST[65533] | {"bits": True}}, {65533: LIST[65533] | {"lst": "text"}},
    ],
}  # fmt: skip


def claims(kind: str, changed: Mapping[object, Any]) -> Question:
    values, content_type = BASE[kind]
    return Question(f"{kind} {changed}"[:120], kind, (typed(canonical({**values, **changed}), content_type), SPKI))


@pytest.mark.parametrize("kind", CLAIMS_REFUSED)
def test_claims_out_of_bounds(kind: str, tmp_path: Path) -> None:
    values, content_type = BASE[kind]
    needed = {"token": {0, 1, 2, 3, 5}, "presentation": {0, 1, 2, 3, 4, 5}, "status-list": set(values)}[kind]
    left_out = [{name: value for name, value in values.items() if name != absent} for absent in needed]
    asked = [
        Question(f"without {place}", kind, (typed(canonical(one), content_type), SPKI))
        for place, one in enumerate(left_out)
    ]
    refused(asked + [claims(kind, changed) for changed in CLAIMS_REFUSED[kind]], tmp_path)


def test_claims_at_their_bounds(tmp_path: Path) -> None:
    asked = [claims("token", {2: name}) for name in NAMES_TAKEN]
    asked += [claims("presentation", {5: name}) for name in NAMES_TAKEN]
    asked += [claims("token", {claim: day}) for claim in (3, 4, 6) for day in (0, LAST_DAY)]
    asked += [claims("token", {8: grade}) for grade in "ABCD"]
    asked += [
        claims("token", one) for one in ({5: [0, 2**53 - 1]}, {7: [LAST_SECOND, 0, 2**53 - 1]}, {7: [0, 0, 0], 8: "A"})
    ]
    asked += [
        claims("presentation", one)
        for one in ({6: "名" * 40}, {3: SHOWN[2] + 1}, {3: LAST_SECOND, 2: LAST_SECOND - 60})
    ]
    asked += [
        claims("status-list", one) for one in ({2: "h" * 400}, {4: LAST_SECOND, 6: 0}, {-65538: 2**53 - 1, 65534: 0})
    ]
    taken(asked, tmp_path)


PAYLOAD = canonical(CLAIMS)
SPELLINGS = {
    "nothing": b"",
    "an octet after the map": PAYLOAD + b"\0",
    "a map of indefinite length": b"\xbf" + PAYLOAD[1:] + b"\xff",
    "a long count": b"\xb8\x06" + PAYLOAD[1:],
    "a long key": PAYLOAD.replace(b"\x03\x19\x50\x21", b"\x18\x03\x19\x50\x21"),
    "a long number": PAYLOAD.replace(b"\x03\x19\x50\x21", b"\x03\x1a\x00\x00\x50\x21"),
    "a day as a bignum": PAYLOAD.replace(b"\x03\x19\x50\x21", b"\x03\xc2\x42\x50\x21"),
    "a day as half a float": PAYLOAD.replace(b"\x03\x19\x50\x21", b"\x03\xf9\x75\x02"),
    "a tag before a day": PAYLOAD.replace(b"\x03\x19\x50\x21", b"\x03\xc1\x19\x50\x21"),
    "a key twice": b"\xa7\x00\x01" + PAYLOAD[1:],
    "keys in another order": b"\xa6" + PAYLOAD[3:] + PAYLOAD[1:3],
    "a text in pieces": PAYLOAD.replace(canonical("001"), b"\x7f\x62" + b"00\x61" + b"1\xff"),
    "a text that is no UTF-8": PAYLOAD.replace(canonical("001"), b"\x63" + b"\xed\xa0\x80"),
    "the map as a tagged map": b"\xd9\xd9\xf7" + PAYLOAD,
    "a reserved length": b"\xbc" + PAYLOAD[1:],
    "a very long text": b"\xa1\x00\x7b" + b"\xff" * 8,
    "very deep": b"\x81" * 300,
}


def test_other_spellings_of_the_claims(tmp_path: Path) -> None:
    assert all(octets != PAYLOAD for octets in SPELLINGS.values())
    refused([Question(name, "token", (typed(octets, None), SPKI)) for name, octets in SPELLINGS.items()], tmp_path)


# --- envelope ---------------------------------------------------------------------------------------------------------

HEADER = protected(SIGNER.public.key_id, None)
KEY_ID = SIGNER.public.key_id
HEADERS: Mapping[str, object] = {
    "another algorithm": {1: -7, 4: KEY_ID},
    "the type of a list": {1: -65537, 4: KEY_ID, 16: STATUS_LIST_TYPE},
    "an empty type": {1: -65537, 4: KEY_ID, 16: ""},
    "a type that is nothing": {1: -65537, 4: KEY_ID, 16: None},
    "a short key id": {1: -65537, 4: KEY_ID[:3]},
    "another key's id": {1: -65537, 4: OTHER.public.key_id},
    "a key id as text": {1: -65537, 4: "abcd"},
    "no algorithm": {4: KEY_ID},
    "no key id": {1: -65537},
    "one member more": {1: -65537, 2: [], 4: KEY_ID},
    "a list": [],
}


def test_other_headers(tmp_path: Path) -> None:
    asked = [Question(name, "token", (signed(canonical(value), PAYLOAD), SPKI)) for name, value in HEADERS.items()]
    spelt = {
        "empty": b"",
        "backwards": cbor2.dumps({4: KEY_ID, 1: -65537}),
        "long": HEADER + b"\0",
        "wide": b"\xb8\x02" + HEADER[1:],
    }
    asked += [Question(name, "token", (signed(octets, PAYLOAD), SPKI)) for name, octets in spelt.items()]
    other = {"presentation": STATUS_LIST_TYPE, "status-list": PRESENTATION_TYPE}
    asked += [Question(kind, kind, (typed(canonical(BASE[kind][0]), other.get(kind)), SPKI)) for kind in other]
    asked += [Question(f"{kind} bare", kind, (typed(canonical(BASE[kind][0]), None), SPKI)) for kind in other]
    refused(asked, tmp_path)


SIGNATURE = TOKEN[-64:]
R, S = (int.from_bytes(half, "big") for half in (SIGNATURE[:32], SIGNATURE[32:]))
BODY = TOKEN[2:-66]
ENVELOPES = {
    "no tag": TOKEN[1:],
    "tag 17": b"\xd1" + TOKEN[1:],
    "a long tag": b"\xd8\x12" + TOKEN[1:],
    "five members": b"\xd2\x85" + TOKEN[2:] + b"\0",
    "an array of indefinite length": b"\xd2\x9f" + TOKEN[2:] + b"\xff",
    "a member in the unprotected header": TOKEN.replace(string(HEADER) + b"\xa0", string(HEADER) + b"\xa1\x01\x02"),
    "a long length of the header": TOKEN.replace(string(HEADER), b"\x58" + string(HEADER)[0:1].replace(b"\x4d", b"\x0d") + HEADER),
    "a long length of the payload": TOKEN.replace(string(PAYLOAD), b"\x59\0" + string(PAYLOAD)[1:]),
    "a payload that is elsewhere": TOKEN.replace(string(PAYLOAD), b"\xf6"),
    "a text as payload": TOKEN.replace(string(PAYLOAD), b"\x78" + string(PAYLOAD)[1:]),
    "a short signature": TOKEN[:-66] + string(SIGNATURE[:-1]),
    "a long signature": TOKEN[:-66] + string(SIGNATURE + b"\0"),
    "an octet after it": TOKEN + b"\0",
    "a token after it": TOKEN + TOKEN,
    "nothing": b"",
    "two octets": b"\xd2\x84",
}  # fmt: skip


def pair(r: int, s: int) -> bytes:
    return TOKEN[:-64] + r.to_bytes(32, "big") + s.to_bytes(32, "big")


SIGNATURES = {
    "r is 0": (0, S), "s is 0": (R, 0), "r is n": (N, S), "s is n": (R, N), "both 0": (0, 0), "all ones": (2**256 - 1, 2**256 - 1),
    "r + s is n": (R, N - R), "s turned": (R, N - S), "r turned": (N - R, S), "exchanged": (S, R), "one more": (R, S + 1),
    "zero and n": (0, N),
}  # fmt: skip


def test_other_envelopes_and_signatures(tmp_path: Path) -> None:
    assert all(octets != TOKEN for octets in ENVELOPES.values())
    asked = [Question(name, "token", (octets, SPKI)) for name, octets in ENVELOPES.items()]
    asked += [Question(name, "token", (pair(*values), SPKI)) for name, values in SIGNATURES.items()]
    asked.append(Question("another key", "token", (TOKEN, OTHER.public.spki)))
    asked.append(Question("another's signature", "token", (signed(HEADER, PAYLOAD, OTHER), SPKI)))
    refused(asked, tmp_path)
    taken([Question("as it was made", "token", (pair(R, S), SPKI))], tmp_path)


def test_other_keys(tmp_path: Path) -> None:
    x, y = SPKI[-64:-32], SPKI[-32:]
    p = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
    spellings = {
        "P-256": SPKI.replace(bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107")),
        "compressed": SPKI[:-65] + b"\x02" + x,
        "off the curve": SPKI[:-1] + bytes([SPKI[-1] ^ 1]),
        "the other root": SPKI[:-32] + (p - int.from_bytes(y, "big")).to_bytes(32, "big"),
        "beyond the field": SPKI[:-64] + b"\xff" * 32 + y,
        "the origin": SPKI[:-64] + bytes(64),
        "cut": SPKI[:-1],
        "longer": SPKI + b"\0",
        "nothing": b"0",
    }
    refused([Question(name, "token", (TOKEN, octets)) for name, octets in spellings.items()], tmp_path)


# --- the text of a code -----------------------------------------------------------------------------------------------

HOST = "https://zhengzhao.example"
DIGITS = to_text(TOKEN, HOST).partition("#")[2]
BASE45 = to_base45_text(TOKEN)
TEXTS = [
    "", DIGITS, f"{HOST}/q#", f"{HOST}/q#0{DIGITS}", f"{HOST}/q#+{DIGITS}", f"{HOST}/q#{DIGITS[:-1]}\uff10", f"{HOST}/q#{DIGITS}x",
    f"{HOST}/q#{DIGITS}#{DIGITS}", f"{HOST}/q#/q#{DIGITS}", f"{HOST}/x#{DIGITS}", f"{HOST}/q{DIGITS}", f"ftp://host/q#{DIGITS}",
    f"HTTPS://host/q#{DIGITS}", f"https:///q#{DIGITS}", f"https://{'h' * 251}/q#{DIGITS}", f"https://ho st/q#{DIGITS}",
    f"https://主机/q#{DIGITS}", f"{HOST}/q#{'9' * 2400}", f"{HOST}/q#{'9' * 2401}", f"{HOST}/q#1", f"{HOST}/q#{2 << 1712 | 1}",
    f"\u00a0{HOST}/q#{DIGITS}", f"{HOST}/q#{DIGITS}\u3000", f"\ufeff{HOST}/q#{DIGITS}", f"{HOST}/q#{DIGITS}\0", "EL1:", "EL2:" + BASE45[4:],
    "el1:" + BASE45[4:], BASE45.lower(), BASE45 + "0", BASE45 + ":::", BASE45[:-1], BASE45.replace(":", ";"), "EL1:" + "0" * 2000,
]  # fmt: skip


def test_texts_of_codes(tmp_path: Path) -> None:
    refused([Question(text[:60], "token", (text.encode(), SPKI)) for text in TEXTS], tmp_path)
    good = [
        f"{host}/q#{DIGITS}"
        for host in ("http://127.0.0.1:8000", f"https://{'h' * 250}", f"{HOST}/a?b=c&d", f"{HOST}/q")
    ]
    good += [BASE45, f" \t{HOST}/q#{DIGITS}\r\n", f"\n{BASE45} "]
    taken([Question(text[:60], "token", (text.encode(), SPKI)) for text in good], tmp_path)


# --- the array of a status list ---------------------------------------------------------------------------------------

STREAM = zlib.compress(bytes(1000))
ARRAYS = {
    "nothing": b"",
    "cut short": STREAM[:-1],
    "an octet after it": STREAM + b"\0",
    "a stream after it": STREAM + STREAM,
    "a false checksum": STREAM[:-1] + bytes([STREAM[-1] ^ 1]),
    "without the wrapping": STREAM[2:-4],
    "gzip": gzip.compress(bytes(1000)),
    "a dictionary to be known": b"\x78\xbb\0\0\0\1" + STREAM[2:],
    "no entries": zlib.compress(b""),
    "an entry too many": zlib.compress(bytes(262_145)),
    "a bomb": zlib.compress(bytes(50_000_000)),
}


def test_arrays_of_a_list(tmp_path: Path) -> None:
    refused([claims("status-list", {65533: {"lst": octets, "bits": 2}}) for octets in ARRAYS.values()], tmp_path)
    stored = zlib.compress(bytes(range(256)), 0)
    full = zlib.compress(bytes(262_144))
    taken([claims("status-list", {65533: {"lst": octets, "bits": 2}}) for octets in (stored, full, STREAM)], tmp_path)
