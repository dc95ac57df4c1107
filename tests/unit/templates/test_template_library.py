"""Bundles: the ones that are there, and how mistakes in one are refused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.template_words import line_of
from templates.checking import check_folder
from templates.errors import TemplateError
from templates.library import (
    FOLDER,
    MAX_TEMPLATE,
    Bundle,
    bundle_for,
    bundles,
    inspect_bundle,
    load_bundle,
    read_bundle,
)
from templates.sample import sample_of
from templates.toml_lines import line_at, lines_of
from tests.face_parts import NAMES
from trust.rules.marks import grade_words

every_bundle = pytest.mark.parametrize("bundle", bundles(), ids=lambda bundle: bundle.name)


def test_every_bundle_is_found_by_name_and_by_type() -> None:
    assert tuple(bundle.name for bundle in bundles()) == NAMES
    for bundle in bundles():
        assert load_bundle(bundle.name) is bundle
        assert bundle_for(bundle.type.code) is bundle
        assert bundle.template == f"{bundle.name}/{bundle.type.bundle_version}"


@pytest.mark.parametrize(
    ("find", "wanted", "reason"),
    [
        (load_bundle, "no-such", "unknown-bundle"),
        (load_bundle, "../bundles", "unknown-bundle"),
        (bundle_for, "x", "unknown-type"),
    ],
)
def test_an_unknown_bundle_is_an_error(find: Callable[[str], Bundle], wanted: str, reason: str) -> None:
    with pytest.raises(TemplateError) as caught:
        find(wanted)
    assert caught.value.reason == reason


@every_bundle
def test_a_bundle_says_where_its_facts_come_from(bundle: Bundle) -> None:
    lines = bundle.type.source.split("\n")
    assert all(line.startswith(("[public]", "[assumed]")) for line in lines)
    assert {line[:8] for line in lines} == {"[public]", "[assumed"}


@every_bundle
def test_the_sample_is_a_licence_of_its_type(bundle: Bundle) -> None:
    licence = sample_of(bundle).licence
    assert licence.identifier.type_code == bundle.type.code
    assert str(licence.identifier).startswith("1.2.156.3005.2.")
    assert all(holder.code[6:10] < "1912" for holder in licence.holders if holder.code_type == "111")


@every_bundle
def test_nothing_is_wrong_with_it(bundle: Bundle) -> None:
    """Every item fits at its full length, so do several holders; parts lie on the paper and not on each other."""
    found, faults = check_folder(bundle.folder)
    assert (found is not None, faults) == (True, ())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of a bundle, to be damaged."""
    return Path(shutil.copytree(FOLDER / "business-licence", tmp_path / "business-licence"))


def damage(folder: Path, old: str, new: str) -> None:
    path = folder / "template.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('format = "yinzheng-template/1"', 'format = "yinzheng-template/2"', "form"),
        ("[layout]", "[more]\nx = 1\n\n[layout]", "form"),
        ("[layout]", "[layout", "unreadable"),
        ('ink = "#1a1a1a"', 'ink = "black"', "form"),
        ('ink = "#1a1a1a"', 'ink = "#1a1a1"', "form"),
        ('fine = "#8fae9f"', 'other = "#8fae9f"', "form"),
        ("width = 297", 'width = "297"', "form"),
        ("width = 297", "width = -1", "form"),
        ("width = 297\n", "", "form"),
        ("petals = 12", "petals = 12\nleaves = 3", "form"),
        ("smallest = 7", "smallest = 70", "form"),
        ('align = "centre"', 'align = "middle"', "form"),
        ('text = "{company_type}"', 'text = "{company_kind}"', "slots"),
        ('text = "{company_type}"', 'text = "公司"', "slots"),
        ('text = "{issued_on}"', 'text = "{valid_from}"', "slots"),
        ('text = "名称"', 'text = "名称名称名称名称名称名称"', "layout"),
        ('text = "名称"', 'text = "名𠮷"', "layout"),
        ('code = "11100000MB0143028R001"', 'code = "11100000MB0143028X001"', "type"),
        ('code = "11100000MB0143028R001"', 'code = "11100000000013338W001"', "type"),
        ('validity = "permanent"', 'validity = "forever"', "type"),
        ('key = "address"', 'key = "Address"', "type"),
        ('label = "住所"', 'label = "住所"\nlenght = 3', "form"),
    ],
)
def test_a_mistake_in_a_bundle_is_refused(copy: Path, old: str, new: str, reason: str) -> None:
    damage(copy, old, new)
    with pytest.raises(TemplateError) as caught:
        read_bundle(copy)
    assert (caught.value.reason, caught.value.bundle) == (reason, "business-licence")


def test_a_bundle_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="unreadable"):
        read_bundle(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "sample-unreadable"),
        ('{"licence": {}}', "sample"),
        ("[]", "sample"),
    ],
)
def test_a_wrong_sample_is_refused(copy: Path, text: str, reason: str) -> None:
    (copy / "sample.json").write_text(text, "utf-8")
    with pytest.raises(TemplateError) as caught:
        sample_of(read_bundle(copy))
    assert caught.value.reason == reason


def test_a_sample_with_a_wrong_check_digit_is_refused(copy: Path) -> None:
    path = copy / "sample.json"
    path.write_text(path.read_text("utf-8").replace("91530199MA6QH2K74U", "91530199MA6QH2K74A"), "utf-8")
    with pytest.raises(TemplateError, match="check"):
        sample_of(read_bundle(copy))


def felling(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER / "tree-felling-permit", tmp_path / "tree-felling-permit"))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('continues = "parcels"', 'continues = "places"', "continues-nothing"),
        ('field = "parcels"', 'field = "parcel"', "no-such-value"),
        ('field = "parcels"', 'field = "place"', "wrong-kind"),
        ('field = "parcels"', 'beside = "parcels"\nfield = "parcels"', "beside"),
        ("cell = 0", "cell = 9", "columns-many"),
        ('label = "树种"\nwidth = 24', 'label = "树种"\nwidth = 24\ncell = 0', "columns-order"),
        ('label = "树种"\nwidth = 24', 'label = "树种"\nwidth = 24\ncell = 3', "columns-missing"),
        ("y = 250 }", "y = 250, page = 2 }", "seal-on-continuation"),
        ('kind = "table"', 'kind = "chart"', "field-rule"),
        ('key = "totals"', 'key = "number"', "name-taken"),
        ("petals = 16", "petals = 1600", "number"),
        ("[[layout.medallion]]", '[[layout.path]]\ndata = "M 1 1 X 2"\n\n[[layout.medallion]]', "path-data"),
        ("[[layout.medallion]]", '[[layout.path]]\ndata = "L 1 1"\n\n[[layout.medallion]]', "path-data"),
        ('style = "woven"', 'style = "knitted"', "choice"),
        ("[layout]", "[[layout]]", "table"),
    ],
)
def test_a_mistake_of_pages_tables_and_ornaments_is_told(tmp_path: Path, old: str, new: str, reason: str) -> None:
    folder = felling(tmp_path)
    damage(folder, old, new)
    bundle, faults = inspect_bundle(folder)
    assert bundle is None
    assert reason in {fault.reason for fault in faults}


def test_a_template_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    folder = felling(tmp_path)
    damage(folder, "[type]", f"# {'x' * MAX_TEMPLATE}\n[type]")
    assert [fault.reason for fault in inspect_bundle(folder)[1]] == ["too-large"]


def test_lines_are_those_of_the_words() -> None:
    found = lines_of(
        "a = 1\n\n[b]\nc = 2\n[[b.d]]\ne = 3\n[[b.d]]\ne = 4\n[[b.d.f]]\ng = 5\n[[b.d]]\n[[b.d.f]]\ng = 6\n"
    )
    places = ("a", "b.c", "b.d[1].e", "b.d[2].e", "b.d[2].f[1].g", "b.d[3].f[1].g")
    assert [line_at(found, path) for path in places] == [1, 4, 6, 8, 10, 13]
    assert line_at(found, "b.d[2].f[1].h.i") == 9
    assert line_at(found, "z") is None


@pytest.mark.parametrize("words", ["证据等级：A", "证 据 等 级 A", "存量转换", "加注件"])
def test_fixed_texts_do_not_say_what_only_the_system_says(copy: Path, words: str) -> None:
    label = f'[[layout.label]]\ntext = "{words}"\nx = 30\nbaseline = 25\nwidth = 80\nsize = 10\n\n[[layout.label]]'
    damage(copy, "[[layout.label]]", label)
    assert "reserved-words" in {fault.reason for fault in check_folder(copy)[1]}


@pytest.mark.parametrize("words", ["A级", "\uff21 级", "已核验，b级", "等级：A", "级别 C", "D等", "等级为\uff22"])
def test_fixed_texts_name_no_grade(copy: Path, words: str) -> None:
    label = f'[[layout.label]]\ntext = "{words}"\nx = 30\nbaseline = 25\nwidth = 80\nsize = 10\n\n[[layout.label]]'
    damage(copy, "[[layout.label]]", label)
    faults = [fault for fault in check_folder(copy)[1] if fault.reason == "grade-words"]
    assert faults
    assert "证据等级" in line_of(faults[0])


@pytest.mark.parametrize(
    "words", ["VITAMIN D", "身份证 ID", "等级", "级别", "甲级", "5A级旅游景区", "ABCD", "ID级别", "B等额", "等级A4"]
)
def test_words_that_are_no_grade_stand(words: str) -> None:
    assert grade_words(words) == []
