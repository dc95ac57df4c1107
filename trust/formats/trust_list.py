"""Trust list 信任列表: who may seal what, and where status and log are found, in one signed statement.

It names the certificates in use with their purpose and, for departments, the body they belong to; which body may
issue which type of licence, and when (mandates); the types by name, and of each its newest version and whether it is in
force; which types ask for periodic checks; the log's origin; the address below which the status lists lie; and every
seal on file, with what it was since when. Version 5 is version 4 with `checks`, and written only where there are any.
Versions 1 to 3 are still read, because archives hold them. Before version 4 nothing was said of a type but its names:
there `in_force` is None. Version 1 had no seals: there `seals` is None, which says nothing about any seal, while
an empty list says that none is on file. In versions 1 and 2, mandates have no numbers, no areas and no delegation.

The payload is canonical JSON, carried in a COSE_Sign1 of the type below. Whether its signer is to be believed, and
whether `sequence` is not older than one already seen, is decided by whoever takes it up. A listed certificate is
carried as octets; it is believed no more than its path allows.

    {"certificates":[{"body":"11…","certificate":"MIIB…","purpose":"seal-signer"}],"in_force":[["…",3,null]],
     "format":"yinzheng-trust-list/4","issued_at":"2026-03-01T08:00:00Z","log":"…","mandates":[…],"next_update":"…","seals":[{"body":"11…",
     "digest":"q83v…","filed_at":"…","history":[["02","…"],["01","…"]],"kind":"licence","seal":"53019900000001",
     "status":[0,4711]}],"sequence":7,"status_base":"…","types":[["…","营业执照"]]}
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial

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
from trust.formats.listed_mandates import REASON, mandate_from, mandate_json
from trust.formats.listed_seals import seal_from, seal_json
from trust.formats.listed_types import check_from, check_json, in_force_from, in_force_json
from trust.formats.members import entries_in, number_in, object_of, pair_in, text_in
from trust.rules.catalogue_entry import TypeInForce
from trust.rules.mandate import Mandate, MandateBook
from trust.rules.periodic_check import CheckDuty
from trust.rules.seal_standing import ListedSeal
from trust.rules.times import aware

FORMAT, FORMAT_4, FORMAT_3, FORMAT_2, FORMAT_1 = (f"yinzheng-trust-list/{version}" for version in (5, 4, 3, 2, 1))
CONTENT_TYPE = "application/vnd.yinzheng.trust-list+json"
MAX_OCTETS = 4 * 1024 * 1024
MAX_ENTRIES = 20_000
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
KEYS_2 = KEYS_1 | {"seals"}
KEYS_4 = KEYS_2 | {"in_force"}
KEYS = {FORMAT: KEYS_4 | {"checks"}, FORMAT_4: KEYS_4, FORMAT_3: KEYS_2, FORMAT_2: KEYS_2, FORMAT_1: KEYS_1}
WITH_TYPES = frozenset({FORMAT, FORMAT_4})
WITHOUT_NUMBERS = frozenset({FORMAT_1, FORMAT_2})
CERTIFICATE_KEYS = frozenset({"body", "certificate", "purpose"})
_text = partial(text_in, reason=REASON)
_number = partial(number_in, reason=REASON)
_pair = partial(pair_in, reason=REASON)


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
        Malformed: `trust-list`, a sequence below 1, a next update that is not later than the issue, two seals or two
            mandates of one number, a type in force twice, types without seals, or checks twice or without types.

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
    in_force: tuple[TypeInForce, ...] | None = None
    checks: tuple[CheckDuty, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "issued_at", aware(self.issued_at))
        object.__setattr__(self, "next_update", aware(self.next_update))
        if self.sequence < 1 or self.next_update <= self.issued_at:
            raise Malformed("trust-list", "a list begins at number 1 and has its next update ahead")
        if len({one.seal_id for one in self.seals or ()}) != len(self.seals or ()):
            raise Malformed("trust-list", "two seals have one number")
        if len({one.code for one in self.in_force or ()}) != len(self.in_force or ()):
            raise Malformed("trust-list", "a type is listed twice")
        if self.in_force is not None and self.seals is None:
            raise Malformed("trust-list", "no version has types in force without seals")
        if len({one.type_code for one in self.checks}) != len(self.checks) or (self.checks and self.in_force is None):
            raise Malformed("trust-list", "a type asks twice for checks, or is not in force")
        numbers = [one.number for one in self.mandates if one.number]
        if len(set(numbers)) != len(numbers):
            raise Malformed("trust-list", "two mandates have one number")

    @cached_property
    def mandate_book(self) -> MandateBook:
        """The mandates, found by body, type and number."""
        return MandateBook(self.mandates)

    @property
    def format(self) -> str:
        """The version that holds it: 1 without seals, 5 with checks, 4 with types in force, 3 with numbers, else 2."""
        if self.seals is None:
            return FORMAT_1
        if self.in_force is not None:
            return FORMAT if self.checks else FORMAT_4
        return FORMAT_3 if any(one.number for one in self.mandates) else FORMAT_2

    def type_in_force(self, type_code: str) -> TypeInForce | None:
        """What the list says of a type; None where it says nothing."""
        return next((one for one in self.in_force or () if one.code == type_code), None)

    def check_duty(self, type_code: str) -> CheckDuty | None:
        """The checks that a type asks for; None where the list names none."""
        return next((one for one in self.checks if one.type_code == type_code), None)

    def seal(self, seal_id: str) -> ListedSeal | None:
        """The seal on file under a number."""
        return next((one for one in self.seals or () if one.seal_id == seal_id), None)


def encode_trust_list(value: TrustList) -> bytes:
    """The payload to be signed.

    Raises:
        Malformed: `trust-list` or `too-large`, what `decode_trust_list` would not read back.

    """
    more: dict[str, object] = {}
    if value.seals is not None:
        more["seals"] = [seal_json(listed) for listed in value.seals]
    if value.in_force is not None:
        more["in_force"] = [in_force_json(one) for one in value.in_force]
    if value.checks:
        more["checks"] = [check_json(one) for one in value.checks]
    octets = encode_json(
        more
        | {
            "certificates": [
                {
                    "body": listed.body_code,
                    "certificate": base64_of(listed.der),
                    "purpose": NAME_OF_PURPOSE[listed.purpose],
                }
                for listed in value.certificates
            ],
            "format": value.format,
            "issued_at": text_of(value.issued_at),
            "log": value.log,
            "mandates": [mandate_json(one, first=value.format in WITHOUT_NUMBERS) for one in value.mandates],
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
    version = value.get("format")
    require(value, KEYS.get(str(version), KEYS_2))
    if version not in KEYS:
        raise Malformed("trust-list", "not a trust list of a known version")
    found = TrustList(
        sequence=_number(value["sequence"]),
        issued_at=instant_from(value["issued_at"]),
        next_update=instant_from(value["next_update"]),
        certificates=entries_in(value["certificates"], _certificate, REASON, MAX_ENTRIES),
        mandates=entries_in(
            value["mandates"], partial(mandate_from, first=version in WITHOUT_NUMBERS), REASON, MAX_ENTRIES
        ),
        types=entries_in(value["types"], _type, REASON, MAX_ENTRIES),
        log=_text(value["log"]),
        status_base=_text(value["status_base"]),
        seals=None if version == FORMAT_1 else entries_in(value["seals"], seal_from, REASON, MAX_ENTRIES),
        in_force=entries_in(value["in_force"], in_force_from, REASON, MAX_ENTRIES) if version in WITH_TYPES else None,
        checks=entries_in(value["checks"], check_from, REASON, MAX_ENTRIES) if version == FORMAT else (),
    )
    if found.format != version:
        raise Malformed("trust-list", "another version would hold it")
    return found


def _certificate(value: object) -> ListedCertificate:
    entry = object_of(value, CERTIFICATE_KEYS, REASON)
    purpose = PURPOSE_OF_NAME.get(_text(entry["purpose"]))
    if purpose is None:
        raise Malformed("trust-list", "an unknown purpose")
    body = None if entry["body"] is None else _text(entry["body"])
    return ListedCertificate(purpose, body, octets_from(entry["certificate"]))


def _type(value: object) -> tuple[str, str]:
    code, name = _pair(value)
    return _text(code), _text(name)
