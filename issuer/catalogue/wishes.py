"""What is asked about a mandate, as canonical JSON: for the record, and for telling the same request from another."""

from datetime import datetime

from issuer.catalogue.ports import MandateWish, Wanted
from keys.sm3 import sm3
from trust.formats.canonical_json import encode_json, instant_from, text_of
from trust.sealing.ports import Officer

MAX_WISH = 8_192


def wish_json(wish: MandateWish) -> dict[str, object]:
    """A wish as it is recorded."""
    return {
        "above": wish.above,
        "area": wish.area,
        "from": _instant(wish.valid_from),
        "issuer": wish.issuer_code,
        "reason": wish.reason,
        "type": wish.type_code,
        "until": _instant(wish.valid_until),
        "wanted": wish.wanted.value,
    }


def wish_from(value: dict[str, object]) -> MandateWish:
    """The wish of a record."""
    return MandateWish(
        wanted=Wanted(str(value["wanted"])),
        issuer_code=str(value["issuer"]),
        type_code=str(value["type"]),
        reason=str(value["reason"]),
        area=_text(value["area"]),
        valid_from=_when(value["from"]),
        valid_until=_when(value["until"]),
        above=_text(value["above"]),
    )


def digest_of(wish: MandateWish, by: Officer) -> bytes:
    """SM3 of everything that was asked, and by whom."""
    return sm3(encode_json(wish_json(wish) | {"by": by.login}))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _instant(value: datetime | None) -> str | None:
    return None if value is None else text_of(value)


def _when(value: object) -> datetime | None:
    return None if value is None else instant_from(value)
