"""Checkpoints, entries and proofs: every small tree is proved to both implementations, and both refuse what proves nothing."""

import json
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest

from keys.signer import Signer
from keys.sm3 import sm3
from tests.interop.second_made import (
    COMMITMENTS,
    ENTRIES,
    ORIGIN,
    OTHER,
    SIGNER,
    about_entry,
    base64,
    consistency,
    inclusion,
    note,
    read,
    signed_text,
    vkey,
)
from tests.interop.second_parts import Question, refused, taken
from trust.formats.checkpoint import SM2_TYPE, note_key_id, signature_line
from trust.formats.cosignature import COSIGNATURE_TYPE, cosign
from trust.formats.leaf import EntryKind
from trust.formats.merkle import consistency_proof, inclusion_proof
from trust.formats.verifier_key import VerifierKey, encode_verifier_key

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("_with_node")]
LARGEST = 17
TEXT = note(7).decode().partition("\n\n")[0] + "\n"
ROOT = TEXT.split("\n")[2]
LINE = note(7).decode().partition("\n\n")[2]
THEIRS = signature_line("witness.example", b"\1\2\3\4", b"whatever")
LAST_SIZE = 2**63 - 1


def checkpoint(name: str, octets: bytes, key: bytes | None = None) -> Question:
    return Question(name, "checkpoint", (octets, key or vkey()))


# --- checkpoints ------------------------------------------------------------------------------------------------------

TEXTS = {
    "another size": TEXT.replace("\n7\n", "\n07\n"),
    "a sign before the size": TEXT.replace("\n7\n", "\n+7\n"),
    "a size in full width": TEXT.replace("\n7\n", "\n\uff17\n"),
    "a size below nothing": TEXT.replace("\n7\n", "\n-7\n"),
    "a size with a fraction": TEXT.replace("\n7\n", "\n7.0\n"),
    "no size": TEXT.replace("\n7\n", "\n\n"),
    "a size too large": TEXT.replace("\n7\n", f"\n{LAST_SIZE + 1}\n"),
    "a root cut short": TEXT.replace(ROOT, ROOT[:-4]),
    "a root of 31 octets": TEXT.replace(ROOT, base64(bytes(31))),
    "a root of 33 octets": TEXT.replace(ROOT, base64(bytes(33))),
    "a root with bits to spare": TEXT.replace(ROOT, base64(bytes(32))[:-2] + "B="),
    "a root of another alphabet": TEXT.replace(ROOT, "-" * 43 + "="),
    "a root without padding": TEXT.replace(ROOT, ROOT.rstrip("=")),
    "no time": TEXT.replace("time ", "at "),
    "two spaces": TEXT.replace("time ", "time  "),
    "a space after the time": TEXT.replace("00Z\n", "00Z \n"),
    "another zone": TEXT.replace("00Z", "00+00:00"),
    "a small z": TEXT.replace("00Z", "00z"),
    "a small t": TEXT.replace("T08", "t08"),
    "a space for T": TEXT.replace("T08", " 08"),
    "no seconds": TEXT.replace(":00Z", "Z"),
    "three digits of a second": TEXT.replace("00Z", "00.500Z"),
    "six zeros": TEXT.replace("00Z", "00.000000Z"),
    "a comma": TEXT.replace("00Z", "00,500000Z"),
    "a day that was not": TEXT.replace("03-01", "02-29"),
    "hour 24": TEXT.replace("T08", "T24"),
    "second 60": TEXT.replace("00Z", "60Z"),
    "year 0": TEXT.replace("2026", "0000"),
    "year 10000": TEXT.replace("2026", "+010000"),
    "digits of another script": TEXT.replace("2026", "\u0662\u0660\u0662\u0666"),
    "a line more": TEXT + "extra\n",
    "a line less": TEXT.replace("\n7\n", "\n"),
    "another origin": TEXT.replace(ORIGIN, "other.example/log"),
    "an origin with a space": TEXT.replace(ORIGIN, "rizhi.example log"),
    "an origin with a plus": TEXT.replace(ORIGIN, "rizhi+log"),
    "no origin": TEXT.replace(ORIGIN, ""),
    "a carriage return": TEXT.replace("\n", "\r\n"),
    "an escape": TEXT.replace("time", "\x1b"),
    "a mark of the byte order": "\ufeff" + TEXT,
}  # fmt: skip
FALSE = signature_line(ORIGIN, note_key_id(ORIGIN, SIGNER.public), bytes(63) + b"\1")
NOTES = {
    "nothing": "",
    "no signature": TEXT,
    "an empty line and no signature": TEXT + "\n",
    "no empty line": TEXT + LINE,
    "two empty lines": f"{TEXT}\n\n{LINE}",
    "an empty line after it": f"{TEXT}\n{LINE}\n",
    "no newline at the end": f"{TEXT}\n{LINE}"[:-1],
    "a false signature before the right one": f"{TEXT}\n{FALSE}{LINE}",
    "a false signature after the right one": f"{TEXT}\n{LINE}{FALSE}",
    "only a stranger's": f"{TEXT}\n{THEIRS}",
    "seventeen": f"{TEXT}\n{THEIRS * 16}{LINE}",
    "a hyphen for the dash": f"{TEXT}\n{LINE.replace(chr(0x2014), '-')}",
    "a name alone": f"{TEXT}\n\u2014 {ORIGIN}\n{LINE}",
    "three words": f"{TEXT}\n{LINE[:-1]} more\n",
    "a stranger's name with a plus": f"{TEXT}\n{LINE}\u2014 a+b AAAAAAAA\n",
    "a stranger without a name": f"{TEXT}\n{LINE}\u2014  AAAAAAAA\n",
    "a stranger's signature of four octets": f"{TEXT}\n{LINE}\u2014 a AAAAAA==\n",
    "a stranger's signature that is none": f"{TEXT}\n{LINE}\u2014 a !!!!!!!!\n",
    "too long": f"{TEXT}\n{signature_line('w' * 90, b'1234', bytes(12_300))}{LINE}",
}


def test_notes_that_are_no_checkpoints(tmp_path: Path) -> None:
    assert all(text != TEXT for text in TEXTS.values())
    asked = [checkpoint(name, signed_text(text)) for name, text in TEXTS.items()]
    asked += [checkpoint(name, text.encode()) for name, text in NOTES.items()]
    asked.append(checkpoint("no UTF-8", note(7).replace(b"time", b"\xfftime")))
    asked.append(checkpoint("another's signature", signed_text(TEXT, OTHER)))
    asked.append(checkpoint("another key asked for", note(7), vkey(OTHER)))
    asked.append(checkpoint("another name asked for", note(7), vkey(name="other.example/log")))
    refused(asked, tmp_path)


def test_keys_that_are_none_of_a_log(tmp_path: Path) -> None:
    good = vkey().decode()
    witness = encode_verifier_key(VerifierKey(ORIGIN, SIGNER.public, COSIGNATURE_TYPE))
    name, key_id, key = good.split("+", 2)
    spellings = {
        "a witness's": witness, "another id": f"{name}+00000000+{key}", "capitals": f"{name}+{key_id.upper()}+{key}",
        "no name": f"+{key_id}+{key}", "a short key": good[:-4], "no key": f"{name}+{key_id}+", "two parts": f"{name}+{key_id}",
    }  # fmt: skip
    if key_id.isdigit():
        del spellings["capitals"]
    refused([checkpoint(name, note(7), line.encode()) for name, line in spellings.items()], tmp_path)


def test_checkpoints_that_are_odd_and_hold(tmp_path: Path) -> None:
    texts = [TEXT.replace("\n7\n", f"\n{size}\n") for size in (0, 2**53 + 1, LAST_SIZE)]
    texts += [TEXT.replace("00Z", "00.000001Z"), TEXT.replace("2026", "0001"), TEXT.replace("2026", "9999")]
    asked = [checkpoint(repr(text), signed_text(text)) for text in texts]
    asked.append(checkpoint("sixteen", f"{TEXT}\n{THEIRS * 15}{LINE}".encode()))
    asked.append(checkpoint("twice", f"{TEXT}\n{LINE}{LINE}".encode()))
    name = "存证.example/日志"
    asked.append(checkpoint(name, signed_text(TEXT.replace(ORIGIN, name), name=name), vkey(name=name)))
    taken(asked, tmp_path)


# --- cosignatures -----------------------------------------------------------------------------------------------------

WITNESS = "jianzheng.example/1"
WITNESS_KEY = encode_verifier_key(VerifierKey(WITNESS, OTHER.public, COSIGNATURE_TYPE)).encode()
SEEN = datetime(2026, 3, 1, 8, 0, 20, tzinfo=UTC)


def cosigned(name: str, octets: bytes) -> Question:
    return Question(name, "cosignature", (octets, WITNESS_KEY))


def witness_line(said: bytes, signer: Signer = OTHER, name: str = WITNESS, kind: bytes = COSIGNATURE_TYPE) -> bytes:
    """A line of a witness with these octets before a signature over this checkpoint and the second 1772352020."""
    signature = signer.sign(f"cosignature/v1\ntime 1772352020\n{TEXT}".encode())
    return signature_line(name, note_key_id(name, OTHER.public, kind=kind), said + signature).encode()


def test_cosignatures_of_a_witness(tmp_path: Path) -> None:
    once = cosign(note(7), WITNESS, OTHER, SEEN)
    twice = cosign(once, WITNESS, OTHER, SEEN + timedelta(minutes=5))
    backwards = cosign(cosign(note(7), WITNESS, OTHER, SEEN + timedelta(minutes=5)), WITNESS, OTHER, SEEN)
    asked = [cosigned("once", once), cosigned("twice", twice), cosigned("the later one first", backwards)]
    asked.append(cosigned("made here", note(7) + witness_line((1_772_352_020).to_bytes(8, "big"))))
    asked.append(checkpoint("the log's own word", twice))
    taken(asked, tmp_path)


def test_cosignatures_that_say_nothing(tmp_path: Path) -> None:
    right = (1_772_352_020).to_bytes(8, "big")
    once = cosign(note(7), WITNESS, OTHER, SEEN)
    lines = {
        "another second": witness_line((1_772_352_021).to_bytes(8, "big")),
        "no second": witness_line(b""),
        "a second in nine octets": witness_line(b"\0" + right),
        "the other end first": witness_line(right[::-1]),
        "beyond 9999": witness_line(b"\xff" * 8),
        "another's signature": witness_line(right, SIGNER),
        "another name": witness_line(right, name="other.example/1"),
        "the type of a log": witness_line(right, kind=SM2_TYPE),
    }
    asked = [cosigned(name, note(7) + octets) for name, octets in lines.items()]
    asked.append(cosigned("a right one and a false one", once + lines["another second"]))
    asked.append(cosigned("none", note(7)))
    asked.append(cosigned("of another checkpoint", note(8) + once[len(note(7)) :]))
    asked.append(Question("a log's key", "cosignature", (once, vkey(OTHER, WITNESS))))
    refused(asked, tmp_path)


# --- entries ----------------------------------------------------------------------------------------------------------

ENTRY = json.loads(ENTRIES[0])
FIRST, SECOND = (value.hex() for value in COMMITMENTS[:2])


def entry(**changed: Any) -> bytes:
    """The first entry with members changed, or left out where they are `...`."""
    value = {name: member for name, member in (ENTRY | changed).items() if member is not ...}
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_entries_of_every_kind_are_read(tmp_path: Path) -> None:
    asked = [about_entry(kind.value, entry(kind=kind.value)) for kind in EntryKind]
    asked.append(about_entry("eight", entry(commitments=[FIRST, *(sm3(bytes([n])).hex() for n in range(100, 107))])))
    asked.append(about_entry("microseconds", entry(at="2026-03-01T08:00:00.000001Z")))
    taken(asked, tmp_path)


def test_other_octets_are_no_entry(tmp_path: Path) -> None:
    changed: list[dict[str, Any]] = [
        {"kind": "wish"}, {"kind": None}, {"kind": ["issue"]}, {"kind": "Issue"}, {"format": "yinzheng-entry/2"}, {"format": 1}, {"more": 1},
        {"at": 1}, {"at": "2026-03-01"}, {"at": "2026-03-01T08:00:00.000000Z"}, {"at": "2026-02-30T08:00:00Z"}, {"commitments": []},
        {"commitments": FIRST}, {"commitments": [FIRST, FIRST]}, {"commitments": [FIRST.upper()]}, {"commitments": [FIRST, FIRST[:-2]]},
        {"commitments": [FIRST, FIRST + "00"]}, {"commitments": [FIRST, f" {FIRST}"]}, {"commitments": [FIRST, 1]},
        {"commitments": [FIRST, *(sm3(bytes([n])).hex() for n in range(100, 108))]}, {"commitments": [SECOND]},
        {"kind": ...}, {"at": ...}, {"format": ...}, {"commitments": ...},
    ]  # fmt: skip
    asked = [about_entry(f"{one}"[:150], entry(**one)) for one in changed]
    plain = entry()
    spelt = {
        "space": plain.replace(b":", b": ", 1), "space after it": plain + b"\n", "an escape": plain.replace(b"issue", b"\\u0069ssue"),
        "a slash escaped": plain.replace(b"entry/1", b"entry\\/1"), "a member twice": plain.replace(b'{"at"', b'{"at":1,"at"'),
        "another order": b'{"kind":"issue",' + plain[1:].replace(b',"kind":"issue"', b""), "a list": b"[]", "a text": b'"entry"',
        "nothing": b"", "null": b"null", "no UTF-8": plain.replace(b"issue", b"iss\xffe"), "a mark": b"\xef\xbb\xbf" + plain, "deep": b"[" * 3000,
    }  # fmt: skip
    assert all(octets != plain for octets in spelt.values())
    refused(asked + [about_entry(name, octets) for name, octets in spelt.items()], tmp_path)


# --- proofs -----------------------------------------------------------------------------------------------------------


def test_every_entry_of_every_small_tree_is_proved(tmp_path: Path) -> None:
    taken([inclusion(f"{n} of {size}", n, size) for size in range(1, LARGEST) for n in range(size)], tmp_path)


def test_every_small_tree_continues_every_smaller_one(tmp_path: Path) -> None:
    pairs = combinations_with_replacement(range(1, LARGEST), 2)
    taken([consistency(f"{old} to {new}", old, new) for old, new in pairs], tmp_path)


def path_of(index: int, size: int) -> list[str]:
    return [base64(one) for one in inclusion_proof(read, index, size)]


def test_proofs_of_inclusion_that_prove_nothing(tmp_path: Path) -> None:
    path, spare = path_of(4, 11), base64(bytes(32))
    asked = [
        *(inclusion(f"index {index}", 4, 11, index=index) for index in (*range(4), *range(5, 13), -1, 2**53 - 1)),
        *(inclusion(f"an index that is {index!r}", 4, 11, index=index) for index in ("4", True, None, [4])),
        *(inclusion(f"without hash {n}", 4, 11, path=path[:n] + path[n + 1 :]) for n in range(len(path))),
        *(inclusion(f"a hash more at {n}", 4, 11, path=[*path[:n], spare, *path[n:]]) for n in range(len(path) + 1)),
        inclusion("no hashes", 4, 11, path=[]),
        inclusion("backwards", 4, 11, path=path[::-1]),
        inclusion("the path of another", 4, 11, path=path_of(5, 11)),
        inclusion("64 hashes", 4, 11, path=[spare] * 64),
        inclusion("a short hash", 4, 11, path=[*path[:-1], base64(bytes(31))]),
        inclusion("a path that is none", 4, 11, path=spare),
        inclusion("a hash that is a number", 4, 11, path=[*path[:-1], 1]),
        inclusion("base64 without padding", 4, 11, path=[path[0].rstrip("="), *path[1:]]),
        inclusion("the checkpoint of another size", 4, 11, checkpoint=base64(note(12))),
        inclusion("another root", 4, 11, checkpoint=base64(note(11, bytes(32)))),
        inclusion("another's checkpoint", 4, 11, checkpoint=base64(signed_text(TEXT, OTHER))),
        inclusion("the empty tree", 0, 1, checkpoint=base64(note(0, sm3(b"")))),
        inclusion("another entry", 4, 11, entry=base64(ENTRIES[5])),
        inclusion("another commitment", 4, 11, {"commitment": COMMITMENTS[5].hex()}),
        inclusion("another kind", 1, 11, {"kind": "issue"}),
        inclusion("another format", 4, 11, format="yinzheng-log-proof/2"),
        inclusion("a member more", 4, 11, size=11),
    ]
    refused(asked, tmp_path)
    taken([inclusion("the kind asked for", 0, 11, {"kind": "issue"})], tmp_path)


def test_proofs_of_consistency_that_prove_nothing(tmp_path: Path) -> None:
    spare, other = base64(bytes(32)), note(11, bytes(32))
    asked = []
    for old, new in ((6, 11), (8, 11), (4, 8)):
        path = [base64(one) for one in consistency_proof(read, old, new)]
        asked += [
            consistency(f"{old} {new} without {n}", old, new, path=path[:n] + path[n + 1 :]) for n in range(len(path))
        ]
        asked += [
            consistency(f"{old} {new} more at {n}", old, new, path=[*path[:n], spare, *path[n:]])
            for n in range(len(path) + 1)
        ]
        asked += [
            consistency(f"{old} {new} empty", old, new, path=[]),
            consistency(f"{old} {new} turned over", old, new, path=[base64(bytes(32)), *path[1:]]),
        ]
        asked.append(
            consistency(
                f"{old} {new} of another old", old, new, path=[base64(h) for h in consistency_proof(read, old - 1, new)]
            )
        )
        asked.append(consistency(f"{old} {new} short", old, new, path=[*path[:-1], base64(bytes(33))]))
    eleven = [base64(one) for one in consistency_proof(read, 6, 11)]
    asked += [
        consistency("backwards", 6, 11, path=eleven[::-1]),
        consistency("another tree", 6, 11, notes=(note(6), other)),
        consistency("another old tree", 6, 11, notes=(note(6, bytes(32)), note(11))),
        consistency("exchanged", 6, 11, notes=(note(11), note(6))),
        consistency("a tree that shrinks", 6, 11, notes=(note(11), note(6)), old=11, new=6),
        consistency("of other sizes", 6, 11, notes=(note(7), note(11))),
        consistency("sizes that are not said", 6, 11, notes=(note(7), note(11)), old=7),
        consistency("from nothing", 6, 11, notes=(note(0, sm3(b"")), note(11)), old=0, path=[]),
        consistency("from nothing with hashes", 6, 11, notes=(note(0, sm3(b"")), note(11)), old=0),
        consistency("one size, two trees", 11, 11, notes=(note(11), other)),
        consistency("one size and a hash", 11, 11, path=eleven[:1]),
        consistency("a member more", 6, 11, format="1"),
        consistency("a size as text", 6, 11, old="6"),
        consistency("no path", 6, 11, path=None),
        consistency("64 hashes", 6, 11, path=[spare] * 64),
    ]
    refused(asked, tmp_path)
