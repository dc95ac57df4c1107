"""`licence.json`: a licence as canonical JSON, the metadata that travels inside a sealed file.

It says everything the licence says, and nothing about its standing. One licence has one spelling: what is read is
written again and must come out octet for octet, so two readers cannot see two licences in one document. It holds the
holder's full name and number and the salt of the log entry; whoever shows or forwards it decides what to leave out.

    {"area_code":"990100","fields":{…},"format":"yinzheng-licence/1","holders":[{"code":…,"code_type":"001",…}],…}

This form is our own; the names of GB/T 36903 are in `trust.rules.metadata`.
"""

from functools import lru_cache

from trust.errors import Malformed
from trust.formats.canonical_json import base64_of, decode_json, encode_json, octets_from, require
from trust.formats.licence_notes import NOTES, encode_notes, read_notes
from trust.formats.licence_values import day, of_kind, optional, part, text
from trust.rules.identifier import parse
from trust.rules.licence import Licence
from trust.rules.party import Holder, IssuingBody
from trust.rules.status_pointer import StatusPointer

FORMAT = "yinzheng-licence/1"
MAX_OCTETS = 64 * 1024
MAX_HOLDERS = 200
MAX_REMEMBERED = 8 * 1024
"""Octets of a document that is remembered."""
TEXTS = ("name", "type_name", "number", "area_code", "template")
KEYS = frozenset(
    {"format", "identifier", "issuing_body", "holders", "issued_on", "valid_from", "valid_until", "fields", "status"}
    | {"log_salt", *TEXTS}
)


def encode_licence(licence: Licence) -> bytes:
    """The only spelling of a licence, at most 64 KiB of UTF-8.

    Raises:
        Malformed: `licence-document`, it is larger or would not be read back; `json-value`, a text JSON cannot carry.

    """
    octets = encode_json(
        {
            "format": FORMAT,
            "identifier": str(licence.identifier),
            "issuing_body": {"name": licence.issuing_body.name, "code": licence.issuing_body.code},
            "holders": [
                {"name": holder.name, "code": holder.code, "code_type": holder.code_type} for holder in licence.holders
            ],
            "issued_on": licence.issued_on.isoformat(),
            "valid_from": None if licence.valid_from is None else licence.valid_from.isoformat(),
            "valid_until": None if licence.valid_until is None else licence.valid_until.isoformat(),
            "fields": dict(licence.fields),
            "status": {"list": licence.status.list, "index": licence.status.index},
            "log_salt": base64_of(licence.log_salt),
            **{name: getattr(licence, name) for name in TEXTS},
            **encode_notes(licence),
        }
    )
    if decode_licence(octets) != licence:
        raise Malformed("licence-document", "the licence would not be read back as it is")
    return octets


def decode_licence(octets: bytes) -> Licence:
    """Read a licence from its only spelling; nobody may change what is given.

    Raises:
        Malformed: `licence-document`, a key or kind of value is not as expected; what `decode_json` and the
            values' own constructors raise.

    """
    return _remembered(octets) if len(octets) <= MAX_REMEMBERED else _decoded(octets)


def _decoded(octets: bytes) -> Licence:
    """A licence from these octets alone."""
    value = decode_json(octets, limit=MAX_OCTETS)
    require(value, KEYS | (NOTES & value.keys()))
    if value["format"] != FORMAT:
        raise Malformed("licence-document", "another format")
    body, status = part(value["issuing_body"], "name", "code"), part(value["status"], "list", "index")
    listed = of_kind(value["holders"], list)
    if len(listed) > MAX_HOLDERS:
        raise Malformed("licence-document", f"more than {MAX_HOLDERS} holders")
    return Licence(
        identifier=parse(text(value["identifier"])),
        issuing_body=IssuingBody(text(body["name"]), text(body["code"])),
        holders=tuple(holder_of(item) for item in listed),
        issued_on=day(value["issued_on"]),
        valid_from=optional(day, value["valid_from"]),
        valid_until=optional(day, value["valid_until"]),
        fields={name: text(content) for name, content in of_kind(value["fields"], dict).items()},
        status=StatusPointer(of_kind(status["list"], int), of_kind(status["index"], int)),
        log_salt=octets_from(value["log_salt"]),
        **{name: text(value[name]) for name in TEXTS},
        **read_notes(value),
    )


_remembered = lru_cache(maxsize=160)(_decoded)
"""A licence is written when it is begun, written again into its files, and read from both of them: what these very
octets say was found out before. As many as a chunk of licences has, and a few more."""


def holder_of(value: object) -> Holder:
    """One holder."""
    found = part(value, "name", "code", "code_type")
    return Holder(text(found["name"]), text(found["code"]), text(found["code_type"]))
