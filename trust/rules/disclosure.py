"""What a verification page may show of a licence, and to whom.

Three circles. `PUBLIC` has only the identifier; `SCAN` scanned the code on the licence, so it has seen the licence;
`CONSENT` was allowed by the holder. Everyone sees what makes verification worth anything: name, type, issuing
body, dates, standing, and the holder masked. The number stays masked outside the circle its type names, the
type's own items appear according to their `FieldRule.disclosure`, and `never` appears to nobody. A person's name
and code are shown in full with consent only; a hidden item is left out, so that even its length stays unknown.

Why a licence is suspended or revoked is not told here: grounds and reasons can be personal data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from trust.rules.catalogue import Disclosure, LicenceType
from trust.rules.licence import HOLDER_SEPARATOR, Licence, Validity, day_in_china
from trust.rules.standing import Standing, Status


class Circle(IntEnum):
    """Who is looking, the widest circle first; each sees all that the wider ones see."""

    PUBLIC = 0
    SCAN = 1
    CONSENT = 2

    def sees(self, disclosure: Disclosure) -> bool:
        """Whether an item of this disclosure is for this circle."""
        return self >= _NARROWEST.get(disclosure, len(Circle))


_NARROWEST: dict[str, int] = {"public": Circle.PUBLIC, "scan": Circle.SCAN, "consent": Circle.CONSENT}


@dataclass(frozen=True)
class Row:
    """One line to show: a stable key, its label and its text, already masked."""

    key: str
    label: str
    text: str


def disclose(
    licence: Licence, licence_type: LicenceType, standing: Standing, *, at: datetime, circle: Circle = Circle.PUBLIC
) -> tuple[Row, ...]:
    """The lines that somebody in this circle may read, in the order to show them."""
    return (
        Row("name", "证照名称", licence.name),
        Row("type_name", "证照类型", licence.type_name),
        *_about_holder(licence, circle),
        Row("number", "证照编号", _number(licence, licence_type, circle)),
        Row("issuing_body", "颁发机构", licence.issuing_body.name),
        Row("issued_on", "颁发日期", chinese_date(licence.issued_on)),
        Row("validity", "有效期", _validity(licence)),
        Row("standing", "证照状态", standing_text(licence, standing, at=at)),
        *_about_conversion(licence),
        *_own_items(licence, licence_type, circle),
    )


def _about_holder(licence: Licence, circle: Circle) -> Iterator[Row]:
    full = circle.sees("consent")
    names = (holder.name if full else holder.masked_name for holder in licence.holders)
    codes = (holder.code if full else holder.masked_code for holder in licence.holders)
    yield Row("holder", "持证主体", HOLDER_SEPARATOR.join(names))
    yield Row("holder_code", "持证主体代码", HOLDER_SEPARATOR.join(codes))


def _about_conversion(licence: Licence) -> Iterator[Row]:
    """How well a licence converted from stock is evidenced; everybody has to know."""
    if (conversion := licence.conversion) is not None:
        yield Row("conversion", "存量转换", f"证据等级 {conversion.grade}：{conversion.grade.label}")


def _number(licence: Licence, licence_type: LicenceType, circle: Circle) -> str:
    """The number on the face, masked outside its circle; not a trace of it where it is a person's own code."""
    if circle.sees(_narrowed(licence, licence_type.number_disclosure, licence.number)):
        return licence.number
    return "*" * 8 if _tells_code(licence, licence.number) else mask_number(licence.number)


def _narrowed(licence: Licence, disclosure: Disclosure, text: str) -> Disclosure:
    """What the type says, except that a text with a person's code in it needs consent at least."""
    return "consent" if disclosure != "never" and _tells_code(licence, text) else disclosure


def _tells_code(licence: Licence, text: str) -> bool:
    """Whether a person's code stands in a text; on many licences the number on the face is the citizen number."""
    return any(holder.is_person and holder.code in text for holder in licence.holders)


def mask_number(number: str) -> str:
    """The last two characters behind at most eight stars; enough to tell two apart, too little to look one up."""
    kept = number[-2:] if len(number) > 6 else ""
    return "*" * min(len(number) - len(kept), 8) + kept


def _own_items(licence: Licence, licence_type: LicenceType, circle: Circle) -> Iterator[Row]:
    for rule in licence_type.fields:
        text = licence.fields.get(rule.key)
        if text and circle.sees(_narrowed(licence, rule.disclosure, text)):
            yield Row(rule.key, rule.label, text)


def standing_text(licence: Licence, standing: Standing, *, at: datetime) -> str:
    """The standing and what the dates say, in words; an expired licence that nobody acted on is not called valid."""
    if standing.status is not Status.VALID:
        return standing.label if standing.carried else f"{standing.label}{_since(standing)}"
    return {
        Validity.NOT_YET: "尚未生效",
        Validity.WITHIN: standing.status.label,
        Validity.EXPIRED: "已过有效期",
    }[licence.validity(at)]


def _since(standing: Standing) -> str:
    return f"（自{chinese_date(day_in_china(standing.since))}起）" if standing.since else ""


def _validity(licence: Licence) -> str:
    start = chinese_date(licence.valid_from or licence.issued_on)
    return f"{start}至{chinese_date(licence.valid_until)}" if licence.valid_until else f"{start}起长期有效"


def chinese_date(day: date) -> str:
    """A day as it is printed: 2026年1月5日."""
    return f"{day.year}年{day.month}月{day.day}日"
