"""Lists of matters: what a good one says, and that every slip of the pen is refused with its reason."""

import tomllib
from pathlib import Path

import pytest

from cases.errors import MalformedMatters, NoSuchRequirement
from cases.requirement import Matter, Requirement, load_matters, requirement_of
from trust.rules.conversion import Grade

ROOT = Path(__file__).resolve().parents[3]
DEMO, BUNDLES = ROOT / "deploy" / "demo", ROOT / "templates" / "bundles"
GOOD = """
[[matter]]
code = "11530199MB0T35T369000131017001000"
name = "食品经营许可新办"
department_code = "11530199MB0T35T369"
windows = ["11530199MB0T35T60R"]

  [[matter.requirement]]
  code = "01"
  name = "营业执照"
  type_codes = ["11100000000013338W001"]
  mandatory = true
  fields = ["name"]

  [[matter.requirement]]
  code = "02"
  name = "法定代表人身份证件"
  type_codes = ["11100000000013338W002", "11100000000013338W003"]
  mandatory = false
"""


def test_a_good_list() -> None:
    (matter,) = load_matters(GOOD)
    assert matter == Matter(
        "11530199MB0T35T369000131017001000",
        "食品经营许可新办",
        "11530199MB0T35T369",
        (
            Requirement("01", "营业执照", ("11100000000013338W001",), mandatory=True, fields=("name",)),
            Requirement(
                "02", "法定代表人身份证件", ("11100000000013338W002", "11100000000013338W003"), mandatory=False
            ),
        ),
        ("11530199MB0T35T60R",),
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("[[matter]]", "[[matter", "syntax"),
        ("[[matter]]", "version = 1\n[[matter]]", "members"),
        ('windows = ["11530199MB0T35T60R"]', 'window = ["11530199MB0T35T60R"]', "members"),
        ("mandatory = true", "", "members"),
        ("mandatory = true", "mandatory = 1", "mandatory"),
        ('mandatory = true\n  fields = ["name"]', 'mandatory = true\n  field = ["name"]', "members"),
        ('code = "11530199MB0T35T369000131017001000"', 'code = "食品"', "code"),
        ('code = "11530199MB0T35T369000131017001000"', "code = 7", "code"),
        ('name = "食品经营许可新办"', 'name = " 食品经营许可新办"', "name"),
        ('name = "食品经营许可新办"', 'name = "食品\\u202e经营"', "name"),
        ('department_code = "11530199MB0T35T369"', 'department_code = "11530199MB0T35T368"', "department-code"),
        ('["11530199MB0T35T60R"]', '["530199"]', "windows"),
        ('["11530199MB0T35T60R"]', '"11530199MB0T35T60R"', "windows"),
        ('["11100000000013338W001"]', "[]", "type-codes"),
        ('["11100000000013338W001"]', '["business-licence"]', "type-codes"),
        ('["11100000000013338W001"]', '["11100000000013338W001", "11100000000013338W001"]', "double-code"),
        ('fields = ["name"]', 'fields = ["name", "na me"]', "fields"),
        ('code = "02"', 'code = "01"', "double-code"),
        ('code = "02"', 'code = ""', "code"),
    ],
)
def test_a_slip_of_the_pen(old: str, new: str, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(MalformedMatters) as refusal:
        load_matters(GOOD.replace(old, new, 1))
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "members"),
        ("matter = 3", "empty"),
        ("matter = []", "empty"),
        ("matter = [1]", "empty"),
        (GOOD.split("  [[", maxsplit=1)[0] + "requirement = []", "empty"),
        (GOOD + GOOD, "double-code"),
        ("a = " + "[" * 100_000, "syntax"),
        ("#" * (1 << 20) + "\n", "too-large"),
    ],
)
def test_what_is_no_list_at_all(text: str, reason: str) -> None:
    with pytest.raises(MalformedMatters) as refusal:
        load_matters(text)
    assert refusal.value.reason == reason


@pytest.mark.parametrize("department", ["11530199MB0T35T369", "11530199MB0T35T60R"])
def test_the_department_and_its_windows_take_cases_in(department: str) -> None:
    matters = load_matters(GOOD)
    found = requirement_of(matters, matter_code=matters[0].code, requirement_code="02", department_code=department)
    assert found.name == "法定代表人身份证件"


@pytest.mark.parametrize(
    ("matter", "requirement", "department"),
    [
        ("11530199MB0T35T369000131017001000", "03", "11530199MB0T35T369"),
        ("11530199MB0T35T369000131017001001", "01", "11530199MB0T35T369"),
        ("11530199MB0T35T369000131017001000", "01", "11530199MB0T35T28E"),
    ],
)
def test_unknown_and_not_for_this_department_look_the_same(matter: str, requirement: str, department: str) -> None:
    with pytest.raises(NoSuchRequirement) as refusal:
        requirement_of(load_matters(GOOD), matter_code=matter, requirement_code=requirement, department_code=department)
    assert (refusal.value.reason, refusal.value.text) == ("no-such-requirement", "")


def test_the_matters_of_the_demo_city_ask_for_what_its_templates_have() -> None:
    matters = load_matters((DEMO / "matters.toml").read_text("utf-8"))
    assert [matter.name for matter in matters] == ["食品经营许可新办", "民办学校教师聘任备案", "广告牌设置审批"]
    types = [tomllib.loads(path.read_text("utf-8"))["type"] for path in BUNDLES.glob("*/template.toml")]
    fields = {entry["code"]: {field["key"] for field in entry["fields"]} for entry in types}
    for requirement in (requirement for matter in matters for requirement in matter.requirements):
        assert requirement.fields
        assert all(set(requirement.fields) <= fields[type_code] for type_code in requirement.type_codes)


def test_the_departments_of_the_demo_city_exist() -> None:
    city = tomllib.loads((DEMO / "city.toml").read_text("utf-8"))
    known = {body["code"] for body in [*city["bodies"], city["operator"]]}
    for matter in load_matters((DEMO / "matters.toml").read_text("utf-8")):
        assert {matter.department_code, *matter.windows} <= known


def test_a_list_that_says_nothing_of_evidence_means_b() -> None:
    (matter,) = load_matters(GOOD)
    assert [one.least_grade for one in matter.requirements] == [Grade.B, Grade.B]
    (matter,) = load_matters(GOOD.replace('fields = ["name"]', 'fields = ["name"]\n  least_grade = "D"'))
    assert [one.least_grade for one in matter.requirements] == [Grade.D, Grade.B]


@pytest.mark.parametrize("grade", ['"E"', '"b"', '""', "1", '["B"]'])
def test_an_evidence_grade_is_one_of_four_letters(grade: str) -> None:
    with pytest.raises(MalformedMatters) as refused:
        load_matters(GOOD.replace('fields = ["name"]', f'fields = ["name"]\n  least_grade = {grade}'))
    assert refused.value.reason == "least-grade"
