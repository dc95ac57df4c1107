"""Catalogue entries as signed documents: canonical JSON in a COSE_Sign1 of the type below (GB/T 36902, reconstructed).

Whoever takes one up decides whether its signer is to be believed: it is the signer of the trust list, whose word it is
which types there are. The layout is named by its digest, so that an entry says exactly which face it means. Reading is
strict: what is read is what would be written. Version 2 is version 1 with `check_months`, for types that ask for a
check; every other type has version 1.

    {"approval":"one","authority":{"code":"11…","name":"…"},"code":"11…001","fields":[…],"format":"yinzheng-catalogue-
     entry/1","holder_code_types":["001"],"layout":{"bundle":"business-licence","digest":"sm3:…"},"least_grade":"D","name":"营业执照",
     "number":{"disclosure":"public","drawn":false,"rule":null},"seals":["licence"],"short":"…","since":"2026-…Z",
     "source":"…","status":"published","validity":{"rule":"permanent","years":null},"version":1}
"""

from functools import partial
from typing import Any, cast

from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json, instant_from, text_of
from trust.formats.members import entries_in, number_in, object_of, pair_in, text_in, text_or_none, truth_in
from trust.rules.catalogue import Approval, Disclosure, FieldRule, Kind, LicenceType, Validity
from trust.rules.catalogue_entry import CatalogueEntry, EntryStatus
from trust.rules.conversion import Grade
from trust.rules.party import IssuingBody
from trust.rules.seal_standing import SealKind

FORMAT, FORMAT_1 = "yinzheng-catalogue-entry/2", "yinzheng-catalogue-entry/1"
CONTENT_TYPE = "application/vnd.yinzheng.catalogue-entry+json"
MAX_OCTETS = 512 * 1024
MAX_ENVELOPE = MAX_OCTETS + 512
MAX_FIELDS, MAX_LIST, MAX_SOURCE = 200, 500, 20_000
REASON = "catalogue-entry"
KEYS_1 = frozenset(
    {
        "approval", "authority", "code", "fields", "format", "holder_code_types", "layout", "least_grade", "name",
        "number", "seals", "short", "since", "source", "status", "validity", "version",
    }
)  # fmt: skip
KEYS = {FORMAT: KEYS_1 | {"check_months"}, FORMAT_1: KEYS_1}
FIELD_KEYS = frozenset(
    {
        "codes", "columns", "disclosure", "group", "key", "kind", "label", "max_length", "pattern", "repeat",
        "required", "short_name",
    }
)  # fmt: skip
_text = partial(text_in, reason=REASON)
_text_or_none = partial(text_or_none, reason=REASON)
_number = partial(number_in, reason=REASON)
_truth = partial(truth_in, reason=REASON)


def encode_entry(entry: CatalogueEntry) -> bytes:
    """The payload to be signed.

    Raises:
        Malformed: `catalogue-entry` or `too-large`, what `decode_entry` would not read back.

    """
    kind = entry.type
    more: dict[str, object] = {} if kind.check_months is None else {"check_months": kind.check_months}
    octets = encode_json(
        more
        | {
            "approval": kind.approval,
            "authority": {"code": kind.defining_authority.code, "name": kind.defining_authority.name},
            "code": kind.code,
            "fields": [_field_json(rule) for rule in kind.fields],
            "format": FORMAT if more else FORMAT_1,
            "holder_code_types": list(kind.holder_code_types),
            "layout": {"bundle": kind.bundle, "digest": entry.layout},
            "least_grade": kind.least_grade.value,
            "name": kind.name,
            "number": {"disclosure": kind.number_disclosure, "drawn": kind.number_drawn, "rule": kind.number_rule},
            "seals": [seal.value for seal in kind.seals],
            "short": kind.short,
            "since": text_of(entry.since),
            "source": kind.source,
            "status": entry.status.value,
            "validity": {"rule": kind.validity, "years": kind.years},
            "version": entry.version,
        }
    )
    if decode_entry(octets) != entry:
        raise Malformed(REASON, "the entry does not survive being written")
    return octets


def decode_entry(payload: bytes) -> CatalogueEntry:
    """Read a payload whose signature has been checked.

    Raises:
        Malformed: `catalogue-entry`, a reason of `LicenceType` or `FieldRule`, or a code of canonical JSON.

    """
    value = decode_json(payload, limit=MAX_OCTETS)
    version = value.get("format")
    object_of(value, KEYS.get(str(version), KEYS_1), REASON)
    status = _text(value["status"])
    if version not in KEYS or status not in set(EntryStatus):
        raise Malformed(REASON, "not an entry of this version")
    layout = object_of(value["layout"], frozenset({"bundle", "digest"}), REASON)
    return CatalogueEntry(
        type=_type(value, _text(layout["bundle"])),
        layout=_text(layout["digest"]),
        status=EntryStatus(status),
        since=instant_from(value["since"]),
    )


def _type(value: dict[str, object], bundle: str) -> LicenceType:
    """The type in an entry; words of a choice that are none are refused by the type itself."""
    authority = object_of(value["authority"], frozenset({"code", "name"}), REASON)
    number = object_of(value["number"], frozenset({"disclosure", "drawn", "rule"}), REASON)
    validity = object_of(value["validity"], frozenset({"rule", "years"}), REASON)
    seals = entries_in(value["seals"], _text, REASON, MAX_LIST)
    if not set(seals) <= set(SealKind):
        raise Malformed(REASON, "an unknown kind of seal")
    return LicenceType(
        code=_text(value["code"]),
        name=_text(value["name"]),
        short=_text(value["short"]),
        bundle=bundle,
        bundle_version=_number(value["version"]),
        defining_authority=IssuingBody(_text(authority["name"]), _text(authority["code"])),
        holder_code_types=entries_in(value["holder_code_types"], _text, REASON, MAX_LIST),
        fields=entries_in(value["fields"], _field, REASON, MAX_FIELDS),
        validity=cast("Validity", _text(validity["rule"])),
        source=_text(value["source"], most=MAX_SOURCE),
        number_disclosure=cast("Disclosure", _text(number["disclosure"])),
        years=None if validity["years"] is None else _number(validity["years"]),
        number_rule=_text_or_none(number["rule"]),
        number_drawn=_truth(number["drawn"]),
        approval=cast("Approval", _text(value["approval"])),
        seals=tuple(SealKind(seal) for seal in seals),
        least_grade=_grade(value["least_grade"]),
        check_months=_number(value["check_months"]) if "check_months" in value else None,
    )


def _grade(value: object) -> Grade:
    grade = _text(value)
    if grade not in set(Grade):
        raise Malformed(REASON, "an unknown grade")
    return Grade(grade)


def _field_json(rule: FieldRule) -> dict[str, Any]:
    return {
        "codes": [list(pair) for pair in rule.codes],
        "columns": list(rule.columns),
        "disclosure": rule.disclosure,
        "group": rule.group,
        "key": rule.key,
        "kind": rule.kind,
        "label": rule.label,
        "max_length": rule.max_length,
        "pattern": rule.pattern,
        "repeat": rule.repeat,
        "required": rule.required,
        "short_name": rule.short_name,
    }


def _field(value: object) -> FieldRule:
    entry = object_of(value, FIELD_KEYS, REASON)
    return FieldRule(
        key=_text(entry["key"]),
        short_name=_text(entry["short_name"]),
        label=_text(entry["label"]),
        max_length=_number(entry["max_length"]),
        required=_truth(entry["required"]),
        pattern=_text_or_none(entry["pattern"]),
        disclosure=cast("Disclosure", _text(entry["disclosure"])),
        kind=cast("Kind", _text(entry["kind"])),
        columns=_texts(entry["columns"]),
        codes=entries_in(entry["codes"], _code, REASON, MAX_LIST),
        repeat=None if entry["repeat"] is None else _number(entry["repeat"]),
        group=_text(entry["group"]),
    )


def _texts(value: object) -> tuple[str, ...]:
    """Texts of a list, which may be the same: two columns may have one name."""
    if not isinstance(value, list) or len(value) > MAX_LIST:
        raise Malformed(REASON, "a short list was expected")
    return tuple(_text(one) for one in value)


def _code(value: object) -> tuple[str, str]:
    code, name = pair_in(value, REASON)
    return _text(code), _text(name)
