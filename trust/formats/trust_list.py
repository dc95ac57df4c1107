"""Trust list 信任列表: who may seal what, and where status and log are found, in one signed statement.

It names the certificates in use with their purpose and, for departments, the body they belong to; which body may
issue which type of licence, and when (mandates); the types by name; the log's origin; the address below which the
status lists lie; and every seal on file, with what it was since when. Anchors are not in it: they are pinned outside,
and the list's own signer leads to one of them. Version 1 had no seals and is still read, because archives hold it:
there `seals` is None, which says nothing about any seal, while an empty list says that none is on file.

The payload is canonical JSON, carried in a COSE_Sign1 of the type below. Whether its signer is to be believed, and
whether `sequence` is not older than one already seen, is decided by whoever takes it up. A listed certificate is
carried as octets; it is believed no more than its path allows.

    {"certificates":[{"body":"11…","certificate":"MIIB…","purpose":"seal-signer"}],"format":"yinzheng-trust-list/2",
     "issued_at":"2026-03-01T08:00:00Z","log":"…","mandates":[…],"next_update":"…","seals":[{"body":"11…",
     "digest":"q83v…","filed_at":"…","history":[["02","…"],["01","…"]],"kind":"licence","seal":"53019900000001",
     "status":[0,4711]}],"sequence":7,"status_base":"…","types":[["…","营业执照"]]}
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from trust.errors import Malformed
from trust.formats.canonical_json import (
    base64_of,
    decode_json,
    encode_json,
    instant_from,
    octets_from,
    require,
    text_of,
)
from trust.formats.certificate import Purpose
from trust.rules.licence import StatusPointer
from trust.rules.mandate import Mandate
from trust.rules.seal_standing import ListedSeal, SealKind, SealPeriod
from trust.rules.standing import Status
from trust.rules.times import aware

FORMAT, FORMAT_1 = "yinzheng-trust-list/2", "yinzheng-trust-list/1"
CONTENT_TYPE = "application/vnd.yinzheng.trust-list+json"
MAX_OCTETS = 4 * 1024 * 1024
MAX_ENTRIES, MAX_TEXT, MAX_HISTORY = 20_000, 1_000, 1_000
NAME_OF_PURPOSE = {purpose: purpose.name.lower().replace("_", "-") for purpose in Purpose}
PURPOSE_OF_NAME = {name: purpose for purpose, name in NAME_OF_PURPOSE.items()}
KEYS_1 = frozenset(
    {
        "certificates",
        "format",
        "issued_at",
        "log",
        "mandates",
        "next_update",
        "sequence",
        "status_base",
        "types",
    },
)
KEYS = KEYS_1 | {"seals"}
CERTIFICATE_KEYS = frozenset({"body", "certificate", "purpose"})
MANDATE_KEYS = frozenset({"from", "issuer", "issuer_name", "type", "until"})
SEAL_KEYS = frozenset({"body", "digest", "filed_at", "history", "kind", "seal", "status"})
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class ListedCertificate:
    """A certificate in use, what for, and the code of the body it belongs to, where it belongs to one."""

    purpose: Purpose
    body_code: str | None
    der: bytes = field(repr=False)


@dataclass(frozen=True)
class TrustList:
    """One edition of the list; a higher `sequence` replaces a lower one.

    Raises:
        Malformed: `trust-list`, a sequence below 1, a next update that is not later than the issue, or two seals of
            one number.

    """

    sequence: int
    issued_at: datetime
    next_update: datetime
    certificates: tuple[ListedCertificate, ...]
    mandates: tuple[Mandate, ...]
    types: tuple[tuple[str, str], ...]
    log: str
    status_base: str
    seals: tuple[ListedSeal, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "issued_at", aware(self.issued_at))
        object.__setattr__(self, "next_update", aware(self.next_update))
        if self.sequence < 1 or self.next_update <= self.issued_at:
            raise Malformed("trust-list", "a list begins at number 1 and has its next update ahead")
        if len({one.seal_id for one in self.seals or ()}) != len(self.seals or ()):
            raise Malformed("trust-list", "two seals have one number")

    def seal(self, seal_id: str) -> ListedSeal | None:
        """The seal on file under a number."""
        return next((one for one in self.seals or () if one.seal_id == seal_id), None)


def encode_trust_list(value: TrustList) -> bytes:
    """The payload to be signed.

    Raises:
        Malformed: `trust-list` or `too-large`, what `decode_trust_list` would not read back.

    """
    seals = {} if value.seals is None else {"seals": [_seal_json(listed) for listed in value.seals]}
    octets = encode_json(
        seals
        | {
            "certificates": [
                {
                    "body": listed.body_code,
                    "certificate": base64_of(listed.der),
                    "purpose": NAME_OF_PURPOSE[listed.purpose],
                }
                for listed in value.certificates
            ],
            "format": FORMAT_1 if value.seals is None else FORMAT,
            "issued_at": text_of(value.issued_at),
            "log": value.log,
            "mandates": [
                {
                    "from": text_of(mandate.valid_from),
                    "issuer": mandate.issuer_code,
                    "issuer_name": mandate.issuer_name,
                    "type": mandate.type_code,
                    "until": None if mandate.valid_until is None else text_of(mandate.valid_until),
                }
                for mandate in value.mandates
            ],
            "next_update": text_of(value.next_update),
            "sequence": value.sequence,
            "status_base": value.status_base,
            "types": [list(one) for one in value.types],
        },
    )
    if decode_trust_list(octets) != value:
        raise Malformed("trust-list", "the list does not survive being written")
    return octets


def decode_trust_list(payload: bytes) -> TrustList:
    """Read a payload whose signature has been checked.

    Raises:
        Malformed: `trust-list`, `mandate-period`, or a code of canonical JSON; anything `encode_trust_list` would not
            write.

    """
    value = decode_json(payload, limit=MAX_OCTETS)
    first = value.get("format") == FORMAT_1
    require(value, KEYS_1 if first else KEYS)
    if not first and value["format"] != FORMAT:
        raise Malformed("trust-list", "not a trust list of this version")
    return TrustList(
        sequence=_number(value["sequence"]),
        issued_at=instant_from(value["issued_at"]),
        next_update=instant_from(value["next_update"]),
        certificates=_entries(value["certificates"], _certificate),
        mandates=_entries(value["mandates"], _mandate),
        types=_entries(value["types"], _type),
        log=_text(value["log"]),
        status_base=_text(value["status_base"]),
        seals=None if first else _entries(value["seals"], _seal),
    )


def _entries(value: object, read: Callable[[object], Entry]) -> tuple[Entry, ...]:
    """Entries of a list, none of them twice."""
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise Malformed("trust-list", f"a list of at most {MAX_ENTRIES} entries was expected")
    entries = tuple(read(one) for one in value)
    if len(set(entries)) != len(entries):
        raise Malformed("trust-list", "an entry occurs twice")
    return entries


def _certificate(value: object) -> ListedCertificate:
    entry = _object(value, CERTIFICATE_KEYS)
    purpose = PURPOSE_OF_NAME.get(_text(entry["purpose"]))
    if purpose is None:
        raise Malformed("trust-list", "an unknown purpose")
    body = None if entry["body"] is None else _text(entry["body"])
    return ListedCertificate(purpose, body, octets_from(entry["certificate"]))


def _mandate(value: object) -> Mandate:
    entry = _object(value, MANDATE_KEYS)
    return Mandate(
        issuer_code=_text(entry["issuer"]),
        issuer_name=_text(entry["issuer_name"]),
        type_code=_text(entry["type"]),
        valid_from=instant_from(entry["from"]),
        valid_until=None if entry["until"] is None else instant_from(entry["until"]),
    )


def _type(value: object) -> tuple[str, str]:
    code, name = _pair(value)
    return _text(code), _text(name)


def _seal_json(listed: ListedSeal) -> dict[str, object]:
    return {
        "body": listed.body_code,
        "digest": base64_of(listed.digest),
        "filed_at": text_of(listed.filed_at),
        "history": [[period.status.value, text_of(period.since)] for period in listed.history],
        "kind": listed.kind.value,
        "seal": listed.seal_id,
        "status": [listed.pointer.list, listed.pointer.index],
    }


def _seal(value: object) -> ListedSeal:
    entry = _object(value, SEAL_KEYS)
    kind, (shard, index) = _text(entry["kind"]), _pair(entry["status"])
    history = entry["history"]
    if kind not in set(SealKind) or not isinstance(history, list) or len(history) > MAX_HISTORY:
        raise Malformed("trust-list", "an unknown kind of seal, or no history")
    return ListedSeal(
        seal_id=_text(entry["seal"]),
        kind=SealKind(kind),
        body_code=_text(entry["body"]),
        digest=octets_from(entry["digest"]),
        filed_at=instant_from(entry["filed_at"]),
        pointer=StatusPointer(_number(shard), _number(index)),
        history=tuple(map(_period, history)),
    )


def _period(value: object) -> SealPeriod:
    status, since = _pair(value)
    if _text(status) not in set(Status):
        raise Malformed("trust-list", "an unknown status")
    return SealPeriod(Status(_text(status)), instant_from(since))


def _pair(value: object) -> tuple[object, object]:
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed("trust-list", "a pair was expected")
    return value[0], value[1]


def _object(value: object, keys: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Malformed("trust-list", "an object was expected")
    require(value, keys)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT:
        raise Malformed("trust-list", "a text that is not empty was expected")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise Malformed("trust-list", "a number was expected")
    return value
