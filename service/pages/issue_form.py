"""The form of an application 申请表, made from a bundle's rules, and the way back from the form to an `Application`.

A licence may have several holders: the form has as many groups of fields for them as its hidden field `holders` says,
the first without a number in its names, the others with theirs (`holder_name.2`).

The rules of a type decide which fields there are, what they are called, how long they may be and whether they must be
given; a sample shows how a value looks. White space around a value is dropped, nothing else is repaired. Problems that
the issuer finds come back to the field they belong to. Values are the official's words and are escaped by the page.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from issuer.application import Application, read_application
from issuer.errors import ApplicationRefused
from service.field_words import sentence
from service.pages.forms import Form
from templates.library import Bundle
from trust.rules.catalogue import FieldRule, field_problems
from trust.rules.errors import FieldRefused
from trust.rules.licence import day_in_china
from trust.rules.party import (
    HOLDER_CODE_TYPES,
    USCC,
    Holder,
    check_holder,
    organisation_check_character,
    uscc_check_character,
)
from trust.rules.table import CELLS, ROWS

LONG = 60
"""Characters from which on a field gets several lines."""

MOST_HOLDERS = 20
OF_HOLDER = ("holder_name", "holder_code_type", "holder_code")
STANDARD = (
    "number",
    "issued_on",
    "valid_from",
    "valid_until",
    "area_code",
)
PLACES = {"holder.code_type": "holder_code_type"}
GENERAL = {"dates": "valid_until", "area-code": "area_code", "holder-kind": "holder_code_type"}
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Field:
    """One field as it is shown: `kind` is text, long, date or choice."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    error: str = ""


@dataclass(frozen=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]


def sections_of(
    bundle: Bundle, values: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> tuple[Section, ...]:
    """The form with these values, and with the problems told of them beside their fields."""
    told = errors or {}
    count = holders_in(values)

    def filled(fields: Sequence[Field]) -> tuple[Field, ...]:
        return tuple(
            replace(field, value=values.get(field.name, ""), error=told.get(field.name, "")) for field in fields
        )

    return (
        *(
            Section("持证主体" if count == 1 else f"持证主体 {place}", filled(_holder_fields(bundle, place)))
            for place in range(1, count + 1)
        ),
        Section("证照信息", filled(_licence_fields(bundle))),
        *(
            Section(title, filled([_own_field(bundle, rule) for rule in rules]))
            for title, rules in bundle.type.groups.items()
        ),
    )


def holders_in(values: Mapping[str, str]) -> int:
    """How many holders a form has fields for."""
    count = values.get("holders", "1")
    return min(int(count), MOST_HOLDERS) if count.isdecimal() and count.isascii() and int(count[:4]) else 1


def holder_names(place: int) -> tuple[str, str, str]:
    """The names of the fields of one holder, counted from 1: name, kind of code, code."""
    name, code_type, code = OF_HOLDER
    mark = "" if place == 1 else f".{place}"
    return f"{name}{mark}", f"{code_type}{mark}", f"{code}{mark}"


def first_values(bundle: Bundle, area_code: str, at: datetime) -> dict[str, str]:
    """What a new form begins with."""
    return {
        "holder_code_type": bundle.type.holder_code_types[0],
        "issued_on": day_in_china(at).isoformat(),
        "area_code": area_code,
    }


def values_of(bundle: Bundle, form: Form) -> dict[str, str]:
    """The values of the form's own fields; others are not looked at."""
    own = (f"fields.{rule.key}" for rule in bundle.type.fields)
    count = {"holders": str(holders_in({"holders": form.text("holders") or "1"}))}
    return count | {name: form.text(name) for name in (*_names_of_holders(count), *STANDARD, *own)}


def _names_of_holders(values: Mapping[str, str]) -> list[str]:
    return [name for place in range(1, holders_in(values) + 1) for name in holder_names(place)]


def typed_members(bundle: Bundle, values: Mapping[str, str]) -> dict[str, object]:
    """What the values say, complete or not: the members of an application, without those left empty."""
    body: dict[str, object] = {
        name: values[name]
        for name in ("number", "issued_on", "valid_from", "valid_until", "area_code")
        if values.get(name)
    }
    body["holders"] = [
        {"name": holder.name, "code": holder.code, "code_type": holder.code_type}
        for holder in _holders_of(values)
        if holder.name or holder.code
    ]
    body["fields"] = {
        rule.key: values[f"fields.{rule.key}"] for rule in bundle.type.fields if values.get(f"fields.{rule.key}")
    }
    return body


def values_from(bundle: Bundle, members: Mapping[str, Any]) -> dict[str, str]:
    """The way back: the values of the form for the members of an application, which may be a draft."""
    rows = members.get("holders") or ([members["holder"]] if members.get("holder") else [])
    values = {"holders": str(max(len(rows), 1))}
    for place, row in enumerate(rows, 1):
        for name, key in zip(holder_names(place), ("name", "code_type", "code"), strict=True):
            values[name] = row.get(key, "")
    given = members.get("fields") or {}
    values |= {name: members.get(name) or "" for name in STANDARD}
    return values | {f"fields.{rule.key}": given.get(rule.key, "") for rule in bundle.type.fields}


def _holders_of(values: Mapping[str, str]) -> list[Holder]:
    found = []
    for place in range(1, holders_in(values) + 1):
        name, code_type, code = (values.get(one, "") for one in holder_names(place))
        found.append(Holder(name, code.upper(), code_type))
    return found


def application_of(bundle: Bundle, issuer_code: str, values: Mapping[str, str]) -> Application:
    """The application that the values mean.

    Raises:
        ApplicationRefused: as `issuer.application.read_application`.

    """
    missing = [(name, "missing") for name in holder_names(1) if not values.get(name)]
    if missing:
        raise ApplicationRefused(missing)
    body = typed_members(bundle, values)
    return read_application(body, type_code=bundle.type.code, issuer_code=issuer_code)


def errors_of(bundle: Bundle, refusal: ApplicationRefused, values: Mapping[str, str], at: datetime) -> dict[str, str]:
    """The problems by the field they belong to; those of no field stand under the empty name.

    The issuer reads first and judges what could be read, so a missing field would hide a wrong one. Here the rules of
    the type are asked too, and the official hears of everything at once.
    """
    told: dict[str, str] = {}
    for name, reason in refusal.problems:
        if name != "holder":  # the holder's own rule, asked below, knows which of the fields it is
            place = GENERAL.get(reason, "") if name == "" else PLACES.get(name, name)
            told.setdefault(place, sentence(reason))
    for number, holder in enumerate(_holders_of(values), 1):
        if number > 1 and not (holder.name or holder.code):
            continue
        try:
            check_holder(holder, day_in_china(at))
        except FieldRefused as wrong:
            told.setdefault(holder_names(number)[OF_HOLDER.index(wrong.key)], sentence(wrong.reason))
    own = {rule.key: values.get(f"fields.{rule.key}", "") for rule in bundle.type.fields}
    for problem in field_problems(bundle.type, own):
        told.setdefault(f"fields.{problem.key}", sentence(problem.reason))
    for name in _always(bundle):
        if not values.get(name):
            told.setdefault(name, sentence("missing"))
    places = ("", *_names_of_holders(values), *STANDARD, *(f"fields.{rule.key}" for rule in bundle.type.fields))
    ordered = sorted(told.items(), key=lambda one: places.index(one[0]) if one[0] in places else len(places))
    return dict(ordered) or {"": sentence("")}


def _always(bundle: Bundle) -> list[str]:
    """The fields of every form of a type that must be given."""
    return [field.name for field in (*_holder_fields(bundle, 1), *_licence_fields(bundle)) if field.required]


def sample_values(
    bundle: Bundle, random: Callable[[int], bytes], *, used: Callable[[Holder, str], bool]
) -> dict[str, str]:
    """The bundle's sample as values of the form, under a number that is not used yet."""
    licence = bundle.read_sample()["licence"]
    holders = [Holder(**row) for row in licence["holders"]]
    number = str(licence["number"])
    if used(holders[0], number):
        holders[0], number = _another(holders[0], number, random)
    rows = [{"name": one.name, "code": one.code, "code_type": one.code_type} for one in holders]
    return values_from(bundle, dict(licence) | {"number": number, "holders": rows})


def _another(holder: Holder, number: str, random: Callable[[int], bytes]) -> tuple[Holder, str]:
    """A holder and number like these; a licence numbered by its holder's USCC needs another holder."""
    if holder.code_type == USCC and number == holder.code:
        organisation = "MA" + "".join(_ORGANISATION_ALPHABET[octet % 31] for octet in random(6))
        body = holder.code[:8] + organisation + organisation_check_character(organisation)
        code = body + uscc_check_character(body)
        return replace(holder, code=code), code
    *_, digits = re.finditer(r"[0-9]+", number)
    kept = len(holder.code) if number.startswith(holder.code) else 0
    start = max(digits.start(), digits.end() - 4, kept)
    drawn = int.from_bytes(random(4), "big") % 10 ** (digits.end() - start)
    return holder, f"{number[:start]}{drawn:0{digits.end() - start}}{number[digits.end() :]}"


def _holder_fields(bundle: Bundle, place: int) -> list[Field]:
    kinds = tuple((code, HOLDER_CODE_TYPES[code].label) for code in bundle.type.holder_code_types)
    name, code_type, code = holder_names(place)
    first = place == 1
    return [
        Field(name, "名称或姓名", hint="与身份证件或登记证件上的完全一致", required=first),
        Field(code_type, "代码类型", "choice", hint="按持证主体的身份选择", options=kinds),
        Field(code, "代码", hint="末位字母用大写；校验位会自动核对", required=first),
    ]


def _licence_fields(bundle: Bundle) -> list[Field]:
    ends = {
        "permanent": "这类证照长期有效，请留空",
        "years": "必填；当天仍然有效",
        "given": "长期有效的留空；当天仍然有效",
    }[bundle.type.validity]
    drawn = bundle.type.number_drawn
    hint = "留空即自动取号" if drawn else "同类证照的编号不能重复"
    example = f"{hint}；例：{bundle.read_sample()['licence']['number']}"
    return [
        Field("number", "证照编号", hint=example, required=not drawn),
        Field("issued_on", "颁发日期", "date", hint="不能晚于今天"),
        Field("valid_from", "有效期自", "date", hint="留空即从颁发日期起", required=False),
        Field("valid_until", "有效期至", "date", hint=ends, required=bundle.type.validity == "years"),
        Field("area_code", "行政区划代码", hint="6 位数字"),
    ]


def _own_field(bundle: Bundle, rule: FieldRule) -> Field:
    hints = [f"最多 {rule.max_length} 字"]
    sample = str(bundle.read_sample()["licence"]["fields"].get(rule.key, ""))
    if sample and (rule.pattern or len(sample) <= LONG):
        hints.append(f"{'格式如' if rule.pattern else '例'}：{sample}")
    kind = "long" if rule.max_length > LONG or rule.kind == "table" else "text"
    options: tuple[tuple[str, str], ...] = ()
    if rule.kind == "code":
        kind = "choice"
        options = (*(() if rule.required else (("", "—"),)), *((name, name) for _, name in rule.codes))
    if rule.kind == "table":
        hints.append(f"每行依次为{CELLS.join(rule.columns)}，各格用“{CELLS}”、各行用“{ROWS}”隔开")
    if rule.kind == "photo":
        hints = ["存为草稿后，在申请页上传照片"]
    return Field(f"fields.{rule.key}", rule.label, kind, "；".join(hints), rule.required, options)
