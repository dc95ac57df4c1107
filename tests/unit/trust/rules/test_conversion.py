"""The grade of converted stock: what it may be, where it stands, and that a type may demand one."""

from dataclasses import replace

import pytest

from templates.library import load_bundle
from trust.errors import Malformed
from trust.rules.conversion import CONVERSION_NAMES, Conversion, Grade
from trust.rules.errors import FieldRefused

SCAN = "sm3:" + "0a" * 32
KIND = load_bundle("business-licence").type


def test_the_order_of_the_grades() -> None:
    assert [grade.at_least(Grade.B) for grade in Grade] == [True, True, False, False]
    assert all(grade.label for grade in Grade)


def test_the_line_on_the_face() -> None:
    assert Conversion(Grade.C, "市档案馆", SCAN).line == "存量转换 证据等级C"


@pytest.mark.parametrize("grade", [Grade.A, Grade.B, Grade.C])
def test_only_d_goes_without_a_scan(grade: Grade) -> None:
    with pytest.raises(Malformed):
        Conversion(grade, "市档案馆")
    assert Conversion(Grade.D, "市档案馆").scan is None
    assert Conversion(Grade.D, "市档案馆", SCAN).scan == SCAN


@pytest.mark.parametrize(("source", "scan"), [("", SCAN), ("a\u202eb", SCAN), ("档" * 121, SCAN), ("馆", "sm3:zz")])
def test_what_is_no_conversion(source: str, scan: str) -> None:
    with pytest.raises((Malformed, FieldRefused)):
        Conversion(Grade.B, source, scan)


def test_a_type_may_demand_a_grade_in_a_letter() -> None:
    assert KIND.least_grade is Grade.D
    assert replace(KIND, least_grade="B").least_grade is Grade.B  # type: ignore[arg-type]  # as a description has it
    with pytest.raises(Malformed):
        replace(KIND, least_grade="E")  # type: ignore[arg-type]  # as a description might have it


@pytest.mark.parametrize("name", CONVERSION_NAMES)
def test_no_item_of_a_type_takes_the_name_of_the_grade(name: str) -> None:
    first, *others = KIND.fields
    with pytest.raises(Malformed):
        replace(KIND, fields=(replace(first, short_name=name), *others))
