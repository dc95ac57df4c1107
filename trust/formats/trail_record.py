"""Records of the operation trail: who did or looked at what, in one spelling, each chained to the one before.

The head after a record is SM3 over a context, the head before it, and the record; so the last head stands for all
records in their order. A head goes into the log as a salted commitment, which is what an auditor holds the trail
against. Holders of licences stand in a record only as keyed hashes.

A record may carry `rows`: digests of rows of a register, by key. With them whoever edits or deletes such a row has to
rebuild the chain as well, and the log shows that.

    {"about":{"identifier":"1.2.156…"},"action":"GET /api/v1/licences/{identifier}","actor":"scjg","at":"…",
     "format":"yinzheng-trail/1","holders":["5f…"],"number":17,"outcome":200,"role":"official","rows":{},"why":""}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json, instant_from, require, text_of
from trust.formats.leaf import EntryKind, Statement, commitment

FORMAT = "yinzheng-trail/1"
MAX_RECORD = 256 * 1024
MARKED = "register.marked"
"""The action of a record that carries digests of rows; `about` names the table."""
BOUND = "bound"
"""What `about` names beside the table in the record from which on every row of it is marked as it is written."""
AGAIN = "again"
"""What `about` names beside the table where rows are marked anew that differ from their mark of before `BOUND`."""
RECORDS, TAGGED = "records", "tagged"
"""What `about` says beside the registers that have begun in the record from which on every record bears a tag."""
ACCOUNT, SIGNED_IN = "account", "signed-in"
"""What `about` says where somebody who works here signed in: the mark of the account that it was on, and when."""
_CONTEXT = b"yinzheng-trail/1\x00"
BEGINNING = sm3(_CONTEXT)
"""The head before the first record."""
_TEXTS = ("action", "actor", "role", "why")
_NAMES = frozenset({*_TEXTS, "about", "at", "format", "holders", "number", "outcome", "rows"})


@dataclass(frozen=True)
class TrailRecord:
    """One operation: its number from 1, when, by whom and in which role, what, how it was answered, about what, why.

    `outcome` is the status of an answer, or the exit code of a command. `holders` are keyed hashes of 32 octets.
    """

    number: int
    at: datetime
    actor: str
    role: str
    action: str
    outcome: int
    about: Mapping[str, str] = field(default_factory=dict)
    holders: tuple[bytes, ...] = ()
    why: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)


def encode_record(record: TrailRecord) -> bytes:
    """The octets of a record; raises Malformed `too-large`."""
    values: dict[str, object] = {name: getattr(record, name) for name in _TEXTS}
    values |= {"format": FORMAT, "at": text_of(record.at), "number": record.number, "outcome": record.outcome}
    values |= {"about": dict(record.about), "rows": dict(record.rows)}
    octets = encode_json(values | {"holders": [value.hex() for value in record.holders]})
    if len(octets) > MAX_RECORD:
        raise Malformed("too-large", f"more than {MAX_RECORD} octets")
    return octets


def decode_record(octets: bytes) -> TrailRecord:
    """The record in these octets.

    Raises:
        Malformed: not exactly what `encode_record` writes.

    """
    value = decode_json(octets, limit=MAX_RECORD)
    require(value, _NAMES)
    texts = {name: value[name] for name in _TEXTS}
    number, outcome, holders = value["number"], value["outcome"], value["holders"]
    about, rows = _texts(value["about"]), _texts(value["rows"])
    sound = value["format"] == FORMAT and all(type(text) is str for text in texts.values())
    sound = sound and type(number) is int and number > 0 and type(outcome) is int
    if not sound or type(holders) is not list:
        raise Malformed("trail-record", "not a record of the trail")
    return TrailRecord(
        number=number,  # type: ignore[arg-type]  # its type was looked at just above
        at=instant_from(value["at"]),
        outcome=outcome,  # type: ignore[arg-type]  # as above
        about=about,
        holders=tuple(map(_hash, holders)),
        rows=rows,
        **texts,  # type: ignore[arg-type]  # as above
    )


def next_head(before: bytes, record: bytes) -> bytes:
    """The head after a record."""
    return sm3(_CONTEXT + before + record)


def trail_statement(salt: bytes, number: int, head: bytes) -> Statement:
    """What the log says of the trail: a salted commitment to its head after the record of this number."""
    return Statement(EntryKind.TRAIL, (commitment(salt, f"trail/{number}", head),))


def row_digest(table: str, values: Mapping[str, object]) -> str:
    """SM3 in hexadecimal over a row: its table, and its columns as texts, integers, hexadecimal or instants."""
    return sm3(encode_json({"table": table, "row": {name: _plain(value) for name, value in values.items()}})).hex()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return text_of(value)
    return value.hex() if isinstance(value, bytes | memoryview) else value


def _texts(value: object) -> dict[str, str]:
    if type(value) is not dict or any(type(text) is not str for text in value.values()):
        raise Malformed("trail-record", "texts by name were expected")
    return value


def _hash(value: object) -> bytes:
    try:
        octets = bytes.fromhex(value) if type(value) is str else b""
    except ValueError as error:
        raise Malformed("trail-record", "not hexadecimal") from error
    if len(octets) != 32 or octets.hex() != value:
        raise Malformed("trail-record", "a hash has 32 octets")
    return octets
