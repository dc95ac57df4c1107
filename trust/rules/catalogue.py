"""Types of licences (证照类型) and what is fixed for all licences of one type; GB/T 36902, reconstructed.

A type is defined once, by the authority whose USCC begins its code; a licence of that type may carry the items named
here and no others. `check_fields` judges the text a licence is to be issued with: known items only, required ones
present, lengths, kinds and patterns kept, and only characters that a person can see (`text`). What one item is, is in
`field`; how a type comes into force, changes and ends is in `catalogue_entry`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from trust.errors import Malformed
from trust.rules.conversion import CONVERSION_NAMES, Grade
from trust.rules.errors import FieldRefused
from trust.rules.field import DISCLOSURES, Disclosure, FieldRule
from trust.rules.field_kind import PHOTO, Kind
from trust.rules.identifier import check_type_code
from trust.rules.number_rule import NumberRule, number_rule
from trust.rules.party import HOLDER_CODE_TYPES, IssuingBody
from trust.rules.seal_standing import FOR_LICENCES, SealKind
from trust.rules.text import check_text

__all__ = [
    "PHOTO",
    "Approval",
    "Disclosure",
    "FieldRule",
    "Kind",
    "LicenceType",
    "Validity",
    "check_fields",
    "field_problems",
]

Validity = Literal["permanent", "years", "given"]
Approval = Literal["one", "two"]
_VALIDITIES, _APPROVALS = frozenset(get_args(Validity)), frozenset(get_args(Approval))
_LONGEST_YEARS = 100
LONGEST_MONTHS = 120
"""Between two checks."""


@dataclass(frozen=True)
class LicenceType:
    """证照类型: what the defining authority fixed for all licences of one kind.

    `short` is the everyday name, `bundle` and `bundle_version` name the face, `source` says where these facts come
    from. `validity`: `permanent` has no last day, `years` always has a first and a last day, `given` as decided
    each time; `years` is the most it may last where that is limited. `number_disclosure` says who may see the number on
    the face unmasked, `number_rule` how it is made, `number_drawn` whether it may be left to be drawn. `approval`:
    whether one official issues, or a second one approves. `seals` are the kinds of seal, one of which it must bear.
    Stock may be converted to it from the evidence grade `least_grade` on. `check_months` is how often its licences have
    to pass a check (校验、年检), None where the type asks for none.

    Raises:
        Malformed: the type code is not in strict form or not the authority's own (`type-format`,
            `type-authority-code`), `number-rule`, or `type-rule`.

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
    years: int | None = None
    number_rule: str | None = None
    number_drawn: bool = False
    approval: Approval = "one"
    seals: tuple[SealKind, ...] = (SealKind.LICENCE,)
    least_grade: Grade = Grade.D
    check_months: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "seals", tuple(map(SealKind, self.seals)))  # a template names them by their words
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
            and self.number_disclosure in DISCLOSURES
            and self._more_fits()
        )
        if not sensible:
            raise Malformed("type-rule", self.code)
        object.__setattr__(self, "least_grade", Grade(self.least_grade))  # a description has it as a letter

    def _more_fits(self) -> bool:
        drawable = self.numbering is not None and self.numbering.drawable
        return (
            (self.years is None or (self.validity != "permanent" and 1 <= self.years <= _LONGEST_YEARS))
            and (drawable or not self.number_drawn)
            and self.approval in _APPROVALS
            and len(set(self.seals)) == len(self.seals) > 0
            and set(self.seals) <= FOR_LICENCES
            and self.least_grade in set(Grade)
            and (self.check_months is None or (_whole(self.check_months) and 1 <= self.check_months <= LONGEST_MONTHS))
            and not {rule.metadata_name for rule in self.fields} & set(CONVERSION_NAMES)
        )

    @property
    def numbering(self) -> NumberRule | None:
        """The rule of the number on the face, where there is one."""
        return None if self.number_rule is None else number_rule(self.number_rule)

    @property
    def groups(self) -> Mapping[str, tuple[FieldRule, ...]]:
        """The items under their headings, in the order of the type."""
        names = dict.fromkeys(rule.group for rule in self.fields)
        return {name: tuple(rule for rule in self.fields if rule.group == name) for name in names}

    def last_day(self, first: date) -> date | None:
        """The last day that a licence valid from a day may have, where the type limits it."""
        if self.years is None:
            return None
        try:
            again = first.replace(year=first.year + self.years)
        except ValueError:  # 29 February, or beyond the calendar
            again = date(first.year + self.years, 3, 1) if first.year + self.years <= date.max.year else date.max
        return date.fromordinal(again.toordinal() - 1)

    @property
    def photos(self) -> tuple[FieldRule, ...]:
        """The items that are photographs."""
        return tuple(rule for rule in self.fields if rule.kind == "photo")


def _whole(value: object) -> bool:
    """Whether a description gave a whole number, and not a truth value."""
    return isinstance(value, int) and not isinstance(value, bool)


def field_problems(licence_type: LicenceType, values: Mapping[str, object]) -> tuple[FieldRefused, ...]:
    """Everything that is wrong with the values of a licence, in the order of the type; empty when all is well.

    Reasons: `missing`, `unknown` (no such item in this type), and those of `FieldRule.check`. An empty text counts as
    no value.
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
