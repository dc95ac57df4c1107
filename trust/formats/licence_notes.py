"""The parts of `licence.json` that most licences lack: what it follows, what a copy is for, what a conversion rests on.

A part that a licence does not have is absent, never null, so there is still one spelling for one licence.

    "succession": {"kind": "renew", "predecessor": "1.2.156.3005.2.…"}
    "conversion": {"grade": "B", "scan": "sm3:…", "source": "…"}
    "copy": {"basis": "citation:…", "cause": …, "creator": …, "expires_at": "2026-03-01T08:00:00Z", "made_at": …,
             "original": "1.2.156.3005.2.…", "original_status": {"index": 7, "list": 0}, "recipient": …}
"""

from collections.abc import Mapping
from typing import TypedDict, TypeVar

from trust.errors import Malformed
from trust.formats.canonical_json import instant_from, text_of
from trust.formats.licence_values import of_kind, optional, part, text
from trust.rules.annotated_copy import CopyNote
from trust.rules.conversion import Conversion, Grade
from trust.rules.identifier import parse
from trust.rules.licence import Licence
from trust.rules.status_pointer import StatusPointer
from trust.rules.succession import Succession, SuccessionKind

Kind = TypeVar("Kind", SuccessionKind, Grade)
NOTES = frozenset({"succession", "copy", "conversion"})


class Notes(TypedDict):
    """The three parts, None where the licence has none."""

    succession: Succession | None
    copy: CopyNote | None
    conversion: Conversion | None


def encode_notes(licence: Licence) -> dict[str, object]:
    """The parts that a licence has, by their names."""
    notes: dict[str, object] = {}
    if (succession := licence.succession) is not None:
        notes["succession"] = {"kind": succession.kind.value, "predecessor": succession.predecessor}
    if (conversion := licence.conversion) is not None:
        notes["conversion"] = {
            "grade": conversion.grade.value,
            "scan": conversion.scan,
            "source": conversion.source,
        }
    if (copy := licence.copy) is not None:
        notes["copy"] = _copy_value(copy)
    return notes


def read_notes(value: Mapping[str, object]) -> Notes:
    """The parts that stand in a document.

    Raises:
        Malformed: `licence-document`, and what the values' own constructors raise.

    """
    return Notes(
        succession=_succession(value["succession"]) if "succession" in value else None,
        copy=_copy(value["copy"]) if "copy" in value else None,
        conversion=_conversion(value["conversion"]) if "conversion" in value else None,
    )


def _copy_value(copy: CopyNote) -> dict[str, object]:
    return {
        "original": str(copy.original),
        "original_status": {"list": copy.original_status.list, "index": copy.original_status.index},
        "made_at": text_of(copy.made_at),
        "creator": copy.creator,
        "recipient": copy.recipient,
        "cause": copy.cause,
        "expires_at": text_of(copy.expires_at),
        "basis": copy.basis,
    }


def _succession(value: object) -> Succession:
    found = part(value, "kind", "predecessor")
    return Succession(_member(SuccessionKind, found["kind"]), text(found["predecessor"]))


def _conversion(value: object) -> Conversion:
    found = part(value, "grade", "scan", "source")
    return Conversion(_member(Grade, found["grade"]), text(found["source"]), optional(text, found["scan"]))


def _copy(value: object) -> CopyNote:
    names = ("original", "original_status", "made_at", "creator", "recipient", "cause", "expires_at", "basis")
    found = part(value, *names)
    status = part(found["original_status"], "list", "index")
    return CopyNote(
        original=parse(text(found["original"])),
        original_status=StatusPointer(of_kind(status["list"], int), of_kind(status["index"], int)),
        made_at=instant_from(found["made_at"]),
        creator=text(found["creator"]),
        recipient=text(found["recipient"]),
        cause=text(found["cause"]),
        expires_at=instant_from(found["expires_at"]),
        basis=text(found["basis"]),
    )


def _member(kind: type[Kind], value: object) -> Kind:
    try:
        return kind(text(value))
    except ValueError as error:
        raise Malformed("licence-document", f"no {kind.__name__}") from error
