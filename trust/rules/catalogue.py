"""Types of licences (证照类型) and the items each type carries; GB/T 36902, reconstructed.

A type is defined once, by the authority whose USCC begins its code; a licence of that type may carry the items named
here and no others. `check_fields` judges the text a licence is to be issued with: known items only, required ones
present, lengths and patterns kept, and only characters that a person can see (`text`).

`disclosure` says who may see an item without being the holder: `public` anyone who has the identifier, `scan` who
scanned the code on the licence, `consent` whom the holder allowed, `never` nobody through this service.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trust.errors import Malformed
from trust.rules.errors import FieldRefused
from trust.rules.identifier import check_type_code
from trust.rules.party import HOLDER_CODE_TYPES, IssuingBody
from trust.rules.text import check_text

Disclosure = Literal["public", "scan", "consent", "never"]
Validity = Literal["permanent", "years", "given"]
_DISCLOSURES = frozenset({"public", "scan", "consent", "never"})
_VALIDITIES = frozenset({"permanent", "years", "given"})
_LONGEST_FIELD = 4000  # characters; a business scope runs to about two thousand


@dataclass(frozen=True)
class FieldRule:
    """One item of a type: `pattern` must match the whole text, `max_length` counts characters.

    `short_name` is the item's pinyin initials, with or without `KZ_` in front. Patterns are read as ASCII: a full-width
    digit is not a digit.

    Raises:
        Malformed: `field-rule`, the rule makes no sense.

    """

    key: str
    short_name: str
    label: str
    max_length: int
    required: bool = True
    pattern: str | None = None
    disclosure: Disclosure = "public"

    def __post_init__(self) -> None:
        sensible = (
            re.fullmatch(r"[a-z][a-z0-9_]{0,63}", self.key)
            and re.fullmatch(r"[A-Z][A-Z0-9_]{0,63}", self.short_name)
            and 1 <= self.max_length <= _LONGEST_FIELD
            and self.disclosure in _DISCLOSURES
        )
        if not sensible:
            raise Malformed("field-rule", self.key)
        check_text(self.label, 64)
        try:
            re.compile(self.pattern or "", re.ASCII)
        except re.error as refusal:
            raise Malformed("field-rule", f"{self.key}: {refusal}") from refusal

    @property
    def metadata_name(self) -> str:
        """The name in the file's metadata: `KZ_` and pinyin initials."""
        return self.short_name if self.short_name.startswith("KZ_") else f"KZ_{self.short_name}"

    def check(self, value: object) -> str:
        """Return the value if this item may hold it.

        Raises:
            Malformed: `pattern`, or a reason of `check_text`.

        """
        text = check_text(value, self.max_length)
        if self.pattern is not None and not re.fullmatch(self.pattern, text, re.ASCII):
            raise Malformed("pattern")
        return text


@dataclass(frozen=True)
class LicenceType:
    """证照类型: what the defining authority fixed for all licences of one kind.

    `short` is the everyday name, `bundle` and `bundle_version` name the face, `source` says where these facts come
    from. `validity`: `permanent` has no last day, `years` always has a first and a last day, `given` as decided
    each time. `number_disclosure` says who may see the number on the face unmasked.

    Raises:
        Malformed: the type code is not in strict form or not the authority's own (`type-format`,
            `type-authority-code`), or `type-rule`.

    """

    code: str
    name: str
    short: str
    bundle: str
    bundle_version: int
    defining_authority: IssuingBody
    holder_code_types: tuple[str, ...]
    fields: tuple[FieldRule, ...]
    validity: Validity
    source: str
    number_disclosure: Disclosure = "scan"

    def __post_init__(self) -> None:
        check_type_code(self.code)
        if self.code[:18] != self.defining_authority.code:
            raise Malformed("type-authority-code", "the code begins with another authority's USCC")
        check_text(self.name, 256)
        keys = {rule.key for rule in self.fields}
        names = {rule.metadata_name for rule in self.fields}
        sensible = (
            len(keys) == len(names) == len(self.fields)
            and self.holder_code_types
            and HOLDER_CODE_TYPES.keys() >= set(self.holder_code_types)
            and self.validity in _VALIDITIES
            and self.number_disclosure in _DISCLOSURES
        )
        if not sensible:
            raise Malformed("type-rule", self.code)


def field_problems(licence_type: LicenceType, values: Mapping[str, object]) -> tuple[FieldRefused, ...]:
    """Everything that is wrong with the values of a licence, in the order of the type; empty when all is well.

    Reasons: `missing`, `unknown` (no such item in this type), `pattern`, and those of `check_text`. An empty text
    counts as no value.
    """
    problems: list[FieldRefused] = []
    for rule in licence_type.fields:
        value = values.get(rule.key, "")
        if value is None or value == "":
            if rule.required:
                problems.append(FieldRefused("missing", key=rule.key, label=rule.label))
            continue
        try:
            rule.check(value)
        except Malformed as refusal:
            problems.append(FieldRefused(refusal.reason, key=rule.key, label=rule.label))
    known = {rule.key for rule in licence_type.fields}
    problems += [FieldRefused("unknown", key=key[:64], label="未定义的项") for key in values if key not in known]
    return tuple(problems)


def check_fields(licence_type: LicenceType, values: Mapping[str, object]) -> Mapping[str, str]:
    """Return the values in the order of the type, without empty ones.

    Raises:
        FieldRefused: the first of `field_problems`.

    """
    if problems := field_problems(licence_type, values):
        raise problems[0]
    return {rule.key: rule.check(values[rule.key]) for rule in licence_type.fields if values.get(rule.key)}
