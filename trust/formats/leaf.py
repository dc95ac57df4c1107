"""Entries of the transparency log: what happened, when, and commitments to what it happened to; never who.

An entry is public for ever, so it holds no identifier and no digest that a stranger could guess the input of. What it
holds is a *commitment*: SM3 over a salt of 16 octets, the subject's identifier and a digest. Whoever holds the sealed
file finds the salt inside it and can compute the commitment; whoever has only the log learns kinds and times.
Status lists, revocation lists of certificates, trust lists and catalogue entries are public anyway; their commitment is
the plain SM3 of the octets.

The instant is the log's own: it is written when the entry is appended, so a late repair never claims to be early.

    {"at":"2026-03-01T08:00:00Z","commitments":["8f43…"],"format":"yinzheng-entry/1","kind":"issue"}
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json, instant_from, require, text_of

FORMAT = "yinzheng-entry/1"
SALT_SIZE = 16
COMMITMENT_SIZE = 32
MAX_COMMITMENTS = 8
MAX_ENTRY = 4096
_CONTEXT = b"yinzheng-commitment/1\x00"
_TOKEN_CONTEXT = b"yinzheng-token-commitment/1\x00"
_SEALED_CONTEXT = b"yinzheng-sealed-commitment/1\x00"
_NAMES = frozenset({"at", "commitments", "format", "kind"})


class EntryKind(StrEnum):
    """What an entry says happened."""

    ISSUE = "issue"
    ACT = "act"
    SEAL_USE = "seal-use"
    STATUS_LIST = "status-list"
    TRUST_LIST = "trust-list"
    CATALOGUE = "catalogue"
    CRL = "crl"
    TRAIL = "trail"


_INSTANT = rb"(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?!000000)\d{6})?Z"
_SPELLING = re.compile(
    rb'\{"at":"%b","commitments":\[("[0-9a-f]{64}"(?:,"[0-9a-f]{64}"){0,%d})\],"format":"%b","kind":"(%b)"\}'
    % (_INSTANT, MAX_COMMITMENTS - 1, re.escape(FORMAT.encode()), "|".join(EntryKind).encode())
)
"""An entry has one spelling, so one expression decides its form; the calendar and repetition are left to look at."""


@dataclass(frozen=True)
class Statement:
    """What shall be logged: the kind, and one commitment for every form a verifier may hold (say OFD and PDF)."""

    kind: EntryKind
    commitments: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.commitments) <= MAX_COMMITMENTS:
            raise Malformed("entry-commitments", f"1 to {MAX_COMMITMENTS} commitments")
        if any(len(value) != COMMITMENT_SIZE for value in self.commitments):
            raise Malformed("entry-commitments", "a commitment has 32 octets")
        if len(set(self.commitments)) != len(self.commitments):
            raise Malformed("entry-commitments", "a commitment is repeated")


@dataclass(frozen=True)
class Entry:
    """A statement as the log took it, at its own time."""

    at: datetime
    statement: Statement


def commitment(salt: bytes, identifier: str, file_digest: bytes) -> bytes:
    """SM3 over context, salt (16 octets), SM3 of the identifier and a digest (32 octets): every part of fixed length.

    Raises:
        Malformed: `commitment-input`, a salt or digest of another length.

    """
    if len(salt) != SALT_SIZE or len(file_digest) != COMMITMENT_SIZE:
        raise Malformed("commitment-input", "the salt has 16 octets, the digest 32")
    return sm3(_CONTEXT + salt + sm3(identifier.encode()) + file_digest)


def token_commitment(token: bytes) -> bytes:
    """SM3 over context and the octets of a code's token; its signature makes it as good as salted."""
    return sm3(_TOKEN_CONTEXT + token)


def sealed_commitment(file: bytes) -> bytes:
    """SM3 over context and the octets of a sealed document; the signature in it makes it as good as salted."""
    return sm3(_SEALED_CONTEXT + file)


def public_statement(kind: EntryKind, octets: bytes) -> Statement:
    """The statement for a public document (a list, or a catalogue entry): its plain SM3."""
    return Statement(kind, (sm3(octets),))


def encode_entry(entry: Entry) -> bytes:
    """The octets that become a leaf."""
    return encode_json(
        {
            "at": text_of(entry.at),
            "commitments": [value.hex() for value in entry.statement.commitments],
            "format": FORMAT,
            "kind": entry.statement.kind.value,
        }
    )


def is_entry(octets: bytes) -> bool:
    """Whether `decode_entry` would read these octets; half the cost, for whoever reads millions and keeps none."""
    spelled = _SPELLING.fullmatch(octets)
    if spelled is None or len(octets) > MAX_ENTRY:
        return False
    found = spelled[2].split(b",")
    return len(found) == len(set(found)) and _in_calendar(spelled[1])


def decode_entry(octets: bytes) -> Entry:
    """The entry in these octets.

    Raises:
        Malformed: not exactly what `encode_entry` writes.

    """
    value = decode_json(octets, limit=MAX_ENTRY)
    require(value, _NAMES)
    found, kind = value["commitments"], value["kind"]
    if value["format"] != FORMAT or type(kind) is not str or kind not in set(EntryKind) or type(found) is not list:
        raise Malformed("entry-format", "not an entry of a known kind")
    return Entry(instant_from(value["at"]), Statement(EntryKind(kind), tuple(map(_commitment, found))))


@lru_cache(maxsize=4096)
def _in_calendar(day: bytes) -> bool:
    """Whether there is such a day; the entries of one day ask once."""
    try:
        date.fromisoformat(day.decode())
    except ValueError:
        return False
    return True


def _commitment(value: object) -> bytes:
    """A commitment from its hexadecimal text, lower case only."""
    try:
        octets = bytes.fromhex(value) if type(value) is str else b""
    except ValueError as error:
        raise Malformed("entry-commitments", "not hexadecimal") from error
    if octets.hex() != value:
        raise Malformed("entry-commitments", "hexadecimal is written in lower case")
    return octets
