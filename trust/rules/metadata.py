"""The metadata of a licence (GB/T 36903, reconstructed) under the short names that stand inside the file.

Short names are pinyin initials (`ZZMC`, `CZZT`, and `KZ_…` for the items of a type). Some items of the national table
have none; they are checked under the English names that it gives to JSON interfaces (`certificateAreaCode`). One table
gives label, both names, the length of the national table and where the value comes from. An item without a value is
left out: no 截止日期 means no last day. Several holders are joined with "、", position by position, in name, code and
both type items.

A licence converted from stock (存量转换) has two items more, `KZ_CLZHDJ` for the evidence grade and `KZ_CLZHLY` for
where the stock lay; the names are ours, and no type may give them to an item of its own.

The four items of an annotated copy (`JZJ…`) stand in copies alone; their times are those of the clock in China.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from trust.errors import Malformed
from trust.rules.annotated_copy import CopyNote
from trust.rules.catalogue import LicenceType
from trust.rules.conversion import CONVERSION_NAMES, Conversion
from trust.rules.errors import naming
from trust.rules.licence import CHINA, HOLDER_SEPARATOR, Licence
from trust.rules.party import HOLDER_CODE_TYPES, Holder

EXTENSION = "KZ_"


@dataclass(frozen=True)
class Item:
    """One row: `short` None where only JSON has the item; `max_length` in characters, of the national table."""

    label: str
    short: str | None
    english: str
    max_length: int
    mandatory: bool
    read: Callable[[Licence], str]


def _joined(read: Callable[[Holder], str]) -> Callable[[Licence], str]:
    return lambda licence: HOLDER_SEPARATOR.join(read(holder) for holder in licence.holders)


def _day(day: date | None) -> str:
    """`YYYYMMDD`, and nothing for no day."""
    return day.isoformat().replace("-", "") if day else ""


def _type_label(holder: Holder) -> str:
    row = HOLDER_CODE_TYPES.get(holder.code_type)
    return row.label if row else ""


ITEMS = (
    Item("证照名称", "ZZMC", "certificateName", 512, True, lambda one: one.name),
    Item("证照类型名称", None, "certificateTypeName", 256, True, lambda one: one.type_name),
    Item("证照类型代码", "ZZLXDM", "certificateTypeCode", 64, True, lambda one: one.identifier.type_code),
    Item("证照编号", "ZZBH", "certificateNumber", 128, True, lambda one: one.number),
    Item("证照标识", "ZZBS", "certificateIdentifier", 128, True, lambda one: str(one.identifier)),
    Item("证照版本号", None, "certificateVersion", 32, True, lambda one: one.identifier.version),
    Item("证照颁发机构", "ZZBFJG", "certificateIssuingAuthorityName", 512, True, lambda one: one.issuing_body.name),
    Item(
        "证照颁发机构代码", "ZZBFJGDM", "certificateIssuingAuthorityCode", 512, True, lambda one: one.issuing_body.code
    ),
    Item("证照颁发日期", "ZZBFRQ", "certificateIssuedDate", 32, True, lambda one: _day(one.issued_on)),
    Item("持证主体", "CZZT", "certificateHolderName", 512, True, _joined(lambda holder: holder.name)),
    Item("持证主体代码", "CZZTDM", "certificateHolderCode", 512, True, _joined(lambda holder: holder.code)),
    Item("持证主体代码类型", "CZZTDMLX", "certificateHolderTypeName", 512, True, _joined(_type_label)),
    Item(
        "持证主体代码类型代码",
        "CZZTDMLXDM",
        "certificateHolderTypeCode",
        512,
        True,
        _joined(lambda holder: holder.code_type),
    ),
    Item("证照有效期起始日期", "ZZYXQQSRQ", "certificateEffectiveDate", 32, False, lambda one: _day(one.valid_from)),
    Item("证照有效期截止日期", "ZZYXQJZRQ", "certificateExpiringDate", 32, False, lambda one: _day(one.valid_until)),
    Item("证照所属管辖属地编码", None, "certificateAreaCode", 32, True, lambda one: one.area_code),
)


def standard_names(licence: Licence) -> dict[str, str]:
    """The items that every type has, under their short names; for a reader who does not have the type."""
    values = ((item.short, item.read(licence)) for item in ITEMS)
    own = {short: value for short, value in values if short and value}
    if licence.conversion is not None:
        own |= conversion_names(licence.conversion)
    return own if licence.copy is None else own | copy_names(licence.copy)


def conversion_names(conversion: Conversion) -> dict[str, str]:
    """The two items of a licence converted from stock: its evidence grade, and where the stock lay."""
    return dict(zip(CONVERSION_NAMES, (conversion.grade.value, conversion.source), strict=True))


def copy_names(copy: CopyNote) -> dict[str, str]:
    """The four items of an annotated copy: when, by whom and why it was made, and until when it may be used."""
    return {
        "JZJZZSJ": _second(copy.made_at),
        "JZJZZZ": copy.creator,
        "JZJZZSY": copy.cause,
        "JZJYXQJZSJ": _second(copy.expires_at),
    }


def _second(instant: datetime) -> str:
    """`YYYYMMDDhhmmss` on the clock in China."""
    return instant.astimezone(CHINA).strftime("%Y%m%d%H%M%S")


def short_names(licence: Licence, licence_type: LicenceType) -> dict[str, str]:
    """The metadata inside the file: short name to text, the type's own items under `KZ_`."""
    return standard_names(licence) | _extension(licence, licence_type)


def _extension(licence: Licence, licence_type: LicenceType) -> dict[str, str]:
    rules = (rule for rule in licence_type.fields if licence.fields.get(rule.key))
    return {rule.metadata_name: licence.fields[rule.key] for rule in rules}


def differences(licence: Licence, found: Mapping[str, str]) -> tuple[str, ...]:
    """Short names under which a file's metadata says something else than its licence, or nothing, or too much.

    The items of the type (`KZ_…`) are compared as texts without regard to their names, since a verifier
    need not know the type: each must be a text of the licence, and none may be missing.
    """
    expected = standard_names(licence)
    standard = {name: value for name, value in found.items() if _is_standard(name)}
    wrong = {name for name in expected.keys() | standard.keys() if expected.get(name) != standard.get(name)}
    own = sorted(value for name, value in found.items() if not _is_standard(name))
    if own != sorted(value for value in licence.fields.values() if value):
        wrong.add(EXTENSION)
    return tuple(sorted(wrong))


def _is_standard(name: str) -> bool:
    """Whether an item is compared under its name: all that are not the type's own."""
    return name in CONVERSION_NAMES or not name.startswith(EXTENSION)


def check_metadata(licence: Licence, licence_type: LicenceType) -> None:
    """Check the metadata against the national table before a licence is issued.

    Raises:
        FieldRefused: `missing`, `too-long` or `holder-type`; `key` is the short name, or the English one where there
            is no short name.

    """
    for item in ITEMS:
        with naming(item.short or item.english, item.label):
            _check_item(item, item.read(licence))
    with naming("CZZT", "持证主体"):
        _check_parts(licence)
    authority = licence_type.defining_authority
    with naming("certificateDefineAuthorityName", "证照定义机构"):
        _check_length(authority.name, 256)
    with naming("certificateDefineAuthorityCode", "证照定义机构代码"):
        _check_length(authority.code, 32)
    for rule in licence_type.fields:
        with naming(rule.metadata_name, rule.label):
            value = licence.fields.get(rule.key, "")
            _check_length(value, rule.max_length)
            if rule.required and not value:
                raise Malformed("missing")


def _check_item(item: Item, value: str) -> None:
    if item.mandatory and not value:
        raise Malformed("missing")
    _check_length(value, item.max_length)
    if item.short == "CZZTDMLXDM" and not re.fullmatch(r"[0-9]{3}(、[0-9]{3})*", value):
        raise Malformed("holder-type")


def _check_parts(licence: Licence) -> None:
    """Joined texts hide an empty part, so each holder is looked at too."""
    if not all(holder.name and holder.code and _type_label(holder) for holder in licence.holders):
        raise Malformed("missing")


def _check_length(value: str, limit: int) -> None:
    if len(value) > limit:
        raise Malformed("too-long", f"{len(value)} > {limit}")
