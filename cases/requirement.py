"""Matters 事项 and what they require 申请材料.

A matter belongs to one department, and counters of others may take its cases in (综合窗口). Each of its requirements
names the licence types that satisfy it and the face fields that the matter may see. Fields that no requirement names
are never shown to a case: the list is where a department says, in public, what it needs. Whether anybody may be asked
for a material is the law's business, not this module's.

`least_grade` is the least evidence grade of a licence that was converted from stock (`trust.rules.conversion`). Where
the list does not say, it is B: below that nobody has compared the data with a register, so a department that relies on
it has to say so in public.

The lists are data, read strictly: unknown members, double codes and codes that cannot exist are refused, so that a
slip of the pen does not silently drop a requirement.

    [[matter]]
    code = "11530199MB0T35T369000131017001000"
    name = "广告牌设置审批"
    department_code = "11530199MB0T35T369"
    windows = ["11530199MB0T35T60R"]

      [[matter.requirement]]
      code = "01"
      name = "营业执照"
      type_codes = ["11100000MB0143028R001"]
      mandatory = true
      fields = ["address"]
      least_grade = "C"
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Never

from cases.errors import MalformedMatters, NoSuchRequirement
from cases.wording import is_code, is_plain
from trust.errors import Malformed
from trust.rules.conversion import Grade
from trust.rules.identifier import check_type_code
from trust.rules.party import check_uscc

MAX_TEXT = 1 << 20
MATTER_MEMBERS = frozenset({"code", "name", "department_code", "requirement"})
REQUIREMENT_MEMBERS = frozenset({"code", "name", "type_codes", "mandatory"})
MAY_BE_LEFT_OUT = frozenset({"fields", "least_grade"})
LEAST_GRADE = Grade.B
"""Of stock that a matter relies on, where its list does not say."""


@dataclass(frozen=True)
class Requirement:
    """One material of a matter: the licence types that satisfy it, and the face fields the matter may see.

    A licence converted from stock has to have `least_grade` at least.
    """

    code: str
    name: str
    type_codes: tuple[str, ...]
    mandatory: bool
    fields: tuple[str, ...] = ()
    least_grade: Grade = LEAST_GRADE


@dataclass(frozen=True)
class Matter:
    """A service item of one department, with its requirements in order; `windows` are departments that take it in."""

    code: str
    name: str
    department_code: str
    requirements: tuple[Requirement, ...]
    windows: tuple[str, ...] = ()

    def taken_in_by(self, department_code: str) -> bool:
        """Whether this department's officers may work on cases of this matter."""
        return department_code == self.department_code or department_code in self.windows


def requirement_of(
    matters: Iterable[Matter], *, matter_code: str, requirement_code: str, department_code: str
) -> Requirement:
    """The requirement that a case stands on, for a department that takes such cases in.

    Raises:
        NoSuchRequirement: there is none; a matter that is not for this department looks the same.

    """
    for matter in matters:
        if matter.code == matter_code and matter.taken_in_by(department_code):
            for requirement in matter.requirements:
                if requirement.code == requirement_code:
                    return requirement
    raise NoSuchRequirement


def load_matters(toml_text: str) -> tuple[Matter, ...]:
    """Read a list of matters, all or nothing.

    Raises:
        MalformedMatters: `too-large`, `syntax`, `members`, `empty`, `code`, `name`, `department-code`, `windows`,
            `double-code`, `type-codes`, `mandatory`, `fields`, `least-grade`; the text says where.

    """
    if len(toml_text) > MAX_TEXT:
        raise MalformedMatters("too-large", f"more than {MAX_TEXT} characters")
    try:
        tree = tomllib.loads(toml_text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MalformedMatters("syntax", str(error)[:200]) from error
    if tree.keys() != {"matter"}:
        raise MalformedMatters("members", "a list of matters has [[matter]] and nothing else")
    matters = tuple(
        _matter(table, f"matter {number}") for number, table in enumerate(_tables(tree["matter"], "matter"), 1)
    )
    _refuse_doubles([matter.code for matter in matters], "matter")
    return matters


def _matter(table: Mapping[str, object], where: str) -> Matter:
    """One `[[matter]]`; `windows` may be left out."""
    if table.keys() - {"windows"} != MATTER_MEMBERS:
        _refuse("members", where)
    code, name, department = table["code"], table["name"], table["department_code"]
    if not isinstance(code, str) or not is_code(code):
        _refuse("code", where)
    if not isinstance(name, str) or not is_plain(name, 200):
        _refuse("name", where)
    if not isinstance(department, str) or not _holds(check_uscc, department):
        _refuse("department-code", where)
    windows = _texts(table.get("windows", []), "windows", where)
    if not all(_holds(check_uscc, window) for window in windows):
        _refuse("windows", where)
    requirements = tuple(
        _requirement(inner, f"{where}, requirement {number}")
        for number, inner in enumerate(_tables(table["requirement"], where), 1)
    )
    _refuse_doubles([requirement.code for requirement in requirements], where)
    return Matter(code, name, department, requirements, windows)


def _requirement(table: Mapping[str, object], where: str) -> Requirement:
    """One `[[matter.requirement]]`; `fields` and `least_grade` may be left out."""
    if table.keys() - MAY_BE_LEFT_OUT != REQUIREMENT_MEMBERS:
        _refuse("members", where)
    code, name, mandatory = table["code"], table["name"], table["mandatory"]
    if not isinstance(code, str) or not is_code(code):
        _refuse("code", where)
    if not isinstance(name, str) or not is_plain(name, 200):
        _refuse("name", where)
    if not isinstance(mandatory, bool):
        _refuse("mandatory", where)
    types = _texts(table["type_codes"], "type-codes", where)
    if not types or not all(_holds(check_type_code, type_code) for type_code in types):
        _refuse("type-codes", where)
    fields = _texts(table.get("fields", []), "fields", where)
    if not all(is_code(field) for field in fields):
        _refuse("fields", where)
    grade = table.get("least_grade", LEAST_GRADE.value)
    if not isinstance(grade, str) or grade not in set(Grade):
        _refuse("least-grade", where)
    return Requirement(code, name, types, mandatory, fields, Grade(grade))


def _holds(check: Callable[[str], None], code: str) -> bool:
    """Whether a code passes its check."""
    try:
        check(code)
    except Malformed:
        return False
    return True


def _tables(value: object, where: str) -> list[Mapping[str, object]]:
    """A list of at least one table."""
    if not isinstance(value, list) or not value or not all(isinstance(table, dict) for table in value):
        _refuse("empty", where)
    return value


def _texts(value: object, reason: str, where: str) -> tuple[str, ...]:
    """A list of texts, none of them twice."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        _refuse(reason, where)
    _refuse_doubles(value, where)
    return tuple(value)


def _refuse_doubles(codes: list[str], where: str) -> None:
    if len(set(codes)) != len(codes):
        _refuse("double-code", where)


def _refuse(reason: str, where: str) -> Never:
    raise MalformedMatters(reason, where)
