"""The plan of an installation: the demo's is in order, and each fault stops with the name of what is wrong."""

import re
from pathlib import Path

import pytest

from service.city import City, check_bundles, read_city
from service.data_folder import DEMO_CITY
from service.identity import Role
from service.problem import Usage
from templates.library import bundles

DEMO = DEMO_CITY.read_text("utf-8")


@pytest.fixture
def write(tmp_path: Path):
    def made(text: str | bytes) -> Path:
        path = tmp_path / "city.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return made


def test_the_demos_plan() -> None:
    city = read_city(DEMO_CITY)
    assert (city.name, city.area_code, city.operator.code) == ("云岭市", "530199", "11530199MB0T35T60R")
    assert {name for body in city.bodies for name in body.types} == {bundle.name for bundle in bundles()}
    assert {person.role for person, _ in city.people} == {
        Role.OFFICIAL,
        Role.REVIEWER,
        Role.HOLDER,
        Role.AUDITOR,
        Role.ADMIN,
    }
    assert all(password == f"demo-{person.login}" for person, password in city.people)
    codes = {body.body.code for body in city.bodies} | {city.operator.code}
    assert {person.department for person, _ in city.people if person.department} <= codes
    check_bundles(city)


def test_a_real_installation_may_begin_without_people(write) -> None:
    city = read_city(write(DEMO[: DEMO.index("[[people]]")] + "\n"))
    assert isinstance(city, City)
    assert city.people == ()


FAULTS = {
    "not TOML": (r"^name = .*$", "name = ", "TOML"),
    "a word too many": (r"^area_code", 'colour = "red"\narea_code', "colour"),
    "no name": (r"^name = .云岭市.$", "", "name"),
    "a name that is a number": (r"^name = .云岭市.$", "name = 7", "name"),
    "an empty name": (r"^name = .云岭市.$", 'name = ""', "name"),
    "a name with a control character": (r"^name = .云岭市.$", r'name = "云岭\\u001b市"', "name"),
    "a root's name too long": (r"^root = .*$", f'root = "{"根" * 65}"', "root"),
    "no area": (r"^area_code = .*$", "", "area_code"),
    "an area of letters": (r"530199\"$", '53O199"', "area_code"),
    "no operator": (r"^\[operator\]\nname = .*\ncode = .*$", "", "operator"),
    "an operator without code": (r"^code = .11530199MB0T35T60R.$", "", "code"),
    "an operator with a wrong check digit": (r"11530199MB0T35T60R.$", '11530199MB0T35T60X"', "check"),
    "an operator with a word too many": (r"^\[operator\]", '[operator]\nphone = "12345"', "phone"),
    "a seal maker with a wrong code": (r"91530199MA6TE5T76D", "91530199MA6TE5T76", "length"),
    "a body without types": (r"^types = .\"business-licence\".$", "", "types"),
    "a body with a text for types": (r"^types = .\"business-licence\".$", 'types = "business-licence"', "types"),
    "a body with a number for a type": (r"^types = .\"business-licence\".$", "types = [1]", "types"),
    "a body with an area that is none": (r"^types = .\"business-licence\".$", 'types = []\narea = "530100"', "area"),
    "a body with a word too many": (r"^types = .\"business-licence\".$", 'types = ["x"]\nseal = 1', "seal"),
    "a body whose login is no file name": (r"^login = .scjg.$", 'login = "../scjg"', "login"),
    "two bodies of one login": (r"^login = .spj.\nname = .云岭市行", 'login = "scjg"\nname = "云岭市行', "scjg"),
    "two bodies of one code": (r"^code = .11530199MB0T35T28E.$", 'code = "11530199MB0T35T369"', "11530199MB0T35T369"),
    "a person without a password": (r"^password = .demo-scjg.$", "", "password"),
    "a person with an empty password": (r"^password = .demo-scjg.$", 'password = ""', "password"),
    "a person with a word too many": (r"^password = .demo-scjg.$", 'password = "x"\nadmin = true', "admin"),
    "a person of an unknown role": (r"^role = .auditor.$", 'role = "king"', "king"),
    "two people of one login": (r"^login = .auditor.$", 'login = "firm"', "firm"),
    "an official of no department": (r"^department = .11530199MB0T35T1XE.$", "", "department"),
    "an official of a department that is none": (
        r"^department = .11530199MB0T35T1XE.$",
        'department = "11530199MB0T35T1XX"',
        "check",
    ),
    "a holder without a code": (r"^holder_code = .530199191107070021.$", "", "holder_code"),
    "a holder with a wrong code": (r"530199191107070021", "530199191107070022", "check"),
    "a holder's code of an unknown type": (r"^holder_code_type = .111.$", 'holder_code_type = "000"', "unknown"),
    "nothing but people": (r"\A(?s:.*)\Z", 'people = "all"', "bodies"),
}


@pytest.mark.parametrize(("old", "new", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_is_told(write, old: str, new: str, told: str) -> None:
    text, found = re.subn(old, new, DEMO, count=1, flags=re.MULTILINE)
    assert found == 1
    with pytest.raises(Usage) as refusal:
        read_city(write(text))
    assert refusal.value.code == "city-plan"
    assert "city.toml" in refusal.value.zh
    assert told in refusal.value.en


@pytest.mark.parametrize("octets", [b"", b"\xff\xfe", b"\x00" * 100, b"[" * 5000, b"name = 1\n" * 2])
def test_octets_that_are_no_plan(write, octets: bytes) -> None:
    with pytest.raises(Usage):
        read_city(write(octets))


def test_no_file_and_a_folder_in_its_place(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(Usage) as refusal:
            read_city(path)
        assert refusal.value.code == "city-plan"


def test_a_bundle_that_nobody_wrote(write) -> None:
    city = read_city(write(DEMO.replace('["business-licence"]', '["driving-licence"]')))
    with pytest.raises(Usage, match="driving-licence"):
        check_bundles(city)
