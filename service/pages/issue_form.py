"""The form of an application 申请表, made from a bundle's rules, and the way back from the form to an `Application`.

The rules of a type decide which fields there are, what they are called, how long they may be and whether they must be
given; a sample shows how a value looks. White space around a value is dropped, nothing else is repaired. Problems that
the issuer finds come back to the field they belong to. Values are the official's words and are escaped by the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.application import Application, read_application
from issuer.errors import ApplicationRefused
from service.pages.field_words import sentence
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

LONG = 60
"""Characters from which on a field gets several lines."""

STANDARD = (
    "holder_name",
    "holder_code_type",
    "holder_code",
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

    def filled(fields: Sequence[Field]) -> tuple[Field, ...]:
        return tuple(
            replace(field, value=values.get(field.name, ""), error=told.get(field.name, "")) for field in fields
        )

    return (
        Section("持证主体", filled(_holder_fields(bundle))),
        Section("证照信息", filled(_licence_fields(bundle))),
        Section("照面内容", filled([_own_field(bundle, rule) for rule in bundle.type.fields])),
    )


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
    return {name: form.text(name) for name in (*STANDARD, *own)}


def application_of(bundle: Bundle, issuer_code: str, values: Mapping[str, str]) -> Application:
    """The application that the values mean.

    Raises:
        ApplicationRefused: as `issuer.application.read_application`.

    """
    holder = {
        "name": values["holder_name"],
        "code": values["holder_code"].upper(),
        "code_type": values["holder_code_type"],
    }
    if missing := [(f"holder_{name}", "missing") for name, value in holder.items() if not value]:
        raise ApplicationRefused(missing)
    body: dict[str, object] = {
        name: values[name]
        for name in ("number", "issued_on", "valid_from", "valid_until", "area_code")
        if values.get(name)
    }
    body["holder"] = holder
    body["fields"] = {
        rule.key: values[f"fields.{rule.key}"] for rule in bundle.type.fields if values.get(f"fields.{rule.key}")
    }
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
    holder = Holder(values["holder_name"], values["holder_code"].upper(), values["holder_code_type"])
    try:
        check_holder(holder, day_in_china(at))
    except FieldRefused as wrong:
        told.setdefault(wrong.key, sentence(wrong.reason))
    own = {rule.key: values.get(f"fields.{rule.key}", "") for rule in bundle.type.fields}
    for problem in field_problems(bundle.type, own):
        told.setdefault(f"fields.{problem.key}", sentence(problem.reason))
    for name in _always(bundle):
        if not values.get(name):
            told.setdefault(name, sentence("missing"))
    places = ("", *STANDARD, *(f"fields.{rule.key}" for rule in bundle.type.fields))
    ordered = sorted(told.items(), key=lambda one: places.index(one[0]) if one[0] in places else len(places))
    return dict(ordered) or {"": sentence("")}


def _always(bundle: Bundle) -> list[str]:
    """The fields of every form of a type that must be given."""
    return [field.name for field in (*_holder_fields(bundle), *_licence_fields(bundle)) if field.required]


def sample_values(
    bundle: Bundle, random: Callable[[int], bytes], *, used: Callable[[Holder, str], bool]
) -> dict[str, str]:
    """The bundle's sample as values of the form, under a number that is not used yet."""
    licence = bundle.read_sample()["licence"]
    holder = Holder(**licence["holders"][0])
    number = str(licence["number"])
    if used(holder, number):
        holder, number = _another(holder, number, random)
    own = {f"fields.{key}": value for key, value in licence["fields"].items()}
    return {
        "holder_name": holder.name,
        "holder_code_type": holder.code_type,
        "holder_code": holder.code,
        "number": number,
        "issued_on": licence["issued_on"],
        "valid_from": licence["valid_from"] or "",
        "valid_until": licence["valid_until"] or "",
        "area_code": licence["area_code"],
        **own,
    }


def _another(holder: Holder, number: str, random: Callable[[int], bytes]) -> tuple[Holder, str]:
    """A holder and number like these; a licence numbered by its holder's USCC needs another holder."""
    if holder.code_type == USCC and number == holder.code:
        organisation = "MA" + "".join(_ORGANISATION_ALPHABET[octet % 31] for octet in random(6))
        body = holder.code[:8] + organisation + organisation_check_character(organisation)
        code = body + uscc_check_character(body)
        return replace(holder, code=code), code
    drawn = int.from_bytes(random(4), "big") % 10**6
    return holder, f"{number[:-6]}{drawn:06}"


def _holder_fields(bundle: Bundle) -> list[Field]:
    kinds = tuple((code, HOLDER_CODE_TYPES[code].label) for code in bundle.type.holder_code_types)
    return [
        Field("holder_name", "名称或姓名", hint="与身份证件或登记证件上的完全一致"),
        Field("holder_code_type", "代码类型", "choice", hint="按持证主体的身份选择", options=kinds),
        Field("holder_code", "代码", hint="末位字母用大写；校验位会自动核对"),
    ]


def _licence_fields(bundle: Bundle) -> list[Field]:
    ends = {
        "permanent": "这类证照长期有效，请留空",
        "years": "必填；当天仍然有效",
        "given": "长期有效的留空；当天仍然有效",
    }[bundle.type.validity]
    return [
        Field("number", "证照编号", hint=f"同类证照的编号不能重复；例：{bundle.read_sample()['licence']['number']}"),
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
    kind = "long" if rule.max_length > LONG else "text"
    return Field(f"fields.{rule.key}", rule.label, kind, "；".join(hints), rule.required)
