"""Mandates as they stand in a trust list.

Versions 1 and 2 of the list have body, type and period. Version 3 adds the mandate's number, the area it is for (null
is everywhere), and the number of the mandate it was delegated from (null for one that was granted).

    {"area":"5301","delegated_from":null,"from":"2026-01-01T08:00:00Z","issuer":"11…","issuer_name":"…","number":"11…-1",
     "type":"11…001","until":null}
"""

from functools import partial

from trust.formats.canonical_json import instant_from, text_of
from trust.formats.members import object_of, text_in, text_or_none
from trust.rules.mandate import Mandate

KEYS_1 = frozenset({"from", "issuer", "issuer_name", "type", "until"})
KEYS = KEYS_1 | {"area", "delegated_from", "number"}
REASON = "trust-list"
_text, _text_or_none = partial(text_in, reason=REASON), partial(text_or_none, reason=REASON)


def mandate_json(mandate: Mandate, *, first: bool) -> dict[str, object]:
    """A mandate as a member of the list; `first` as versions 1 and 2 have it."""
    more: dict[str, object] = {
        "area": mandate.area,
        "delegated_from": mandate.delegated_from,
        "number": mandate.number,
    }
    return {
        "from": text_of(mandate.valid_from),
        "issuer": mandate.issuer_code,
        "issuer_name": mandate.issuer_name,
        "type": mandate.type_code,
        "until": None if mandate.valid_until is None else text_of(mandate.valid_until),
    } | ({} if first else more)


def mandate_from(value: object, *, first: bool) -> Mandate:
    """The mandate in a member of a list; raises Malformed."""
    entry = object_of(value, KEYS_1 if first else KEYS, REASON)
    return Mandate(
        issuer_code=_text(entry["issuer"]),
        issuer_name=_text(entry["issuer_name"]),
        type_code=_text(entry["type"]),
        valid_from=instant_from(entry["from"]),
        valid_until=None if entry["until"] is None else instant_from(entry["until"]),
        area=None if first else _text_or_none(entry["area"]),
        number="" if first else _text(entry["number"]),
        delegated_from=None if first else _text_or_none(entry["delegated_from"]),
    )
