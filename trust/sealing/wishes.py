"""What is applied for, as canonical JSON and back: for the digest of an application and for its storage."""

from collections.abc import Mapping

from trust.errors import Malformed
from trust.formats.canonical_json import base64_of, octets_from, require
from trust.rules.seal_standing import SealKind
from trust.sealing.ports import Cause, Limits, Officer, Uploaded, Wish

MAX_WISH = 512 * 1024
_KEYS = frozenset(
    {
        "body",
        "cause",
        "holder",
        "kind",
        "name",
        "per_day",
        "picture",
        "reason",
        "replaces",
        "threshold",
        "years",
    }
)


def as_json(wish: Wish) -> dict[str, object]:
    """The wish as a value of canonical JSON; a picture stands in it as octets."""
    shown, holder = wish.picture, wish.holder
    return {
        "body": wish.body_code,
        "cause": wish.cause.value if wish.cause else None,
        "holder": [holder.login, holder.name] if holder else None,
        "kind": wish.kind.value,
        "name": wish.name,
        "per_day": wish.limits.per_day,
        "picture": [base64_of(shown.png), shown.width_mm, shown.height_mm] if shown else None,
        "reason": wish.reason,
        "replaces": wish.replaces,
        "threshold": wish.limits.threshold,
        "years": wish.years,
    }


def wish_from(value: Mapping[str, object]) -> Wish:
    """The wish that `as_json` wrote.

    Raises:
        Malformed: `stored-wish`, it was not written by us.

    """
    require(value, _KEYS)
    try:
        return Wish(
            body_code=_text(value["body"]),
            kind=SealKind(_text(value["kind"])),
            name=_text(value["name"]),
            reason=_text(value["reason"]),
            years=_number(value["years"]),
            holder=_holder(value["holder"]),
            picture=_picture(value["picture"]),
            replaces=None if value["replaces"] is None else _text(value["replaces"]),
            cause=None if value["cause"] is None else Cause(_text(value["cause"])),
            limits=Limits(_limit(value["per_day"]), _limit(value["threshold"])),
        )
    except ValueError as error:
        raise Malformed("stored-wish", "an unknown kind or cause") from error


def _holder(value: object) -> Officer | None:
    if value is None:
        return None
    login, name = _members(value, 2)
    return Officer(_text(login), _text(name))


def _picture(value: object) -> Uploaded | None:
    if value is None:
        return None
    png, width, height = _members(value, 3)
    return Uploaded(octets_from(png), _number(width), _number(height))


def _members(value: object, count: int) -> list[object]:
    if not isinstance(value, list) or len(value) != count:
        raise Malformed("stored-wish", f"{count} members were expected")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed("stored-wish", "a text was expected")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise Malformed("stored-wish", "a number was expected")
    return value


def _limit(value: object) -> int | None:
    return None if value is None else _number(value)
