"""Bundles: the ones that are there, and how mistakes in one are refused."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from templates.errors import TemplateError
from templates.face import draw_face
from templates.items import Shape, Text
from templates.layout import static_items
from templates.library import FOLDER, Bundle, bundle_for, bundles, load_bundle, read_bundle
from templates.sample import sample_of
from trust.rules.licence import Licence
from trust.rules.party import Holder

NAMES = ["business-licence", "food-operation", "teacher-qualification"]
every_bundle = pytest.mark.parametrize("bundle", bundles(), ids=lambda bundle: bundle.name)


def test_every_bundle_is_found_by_name_and_by_type() -> None:
    assert [bundle.name for bundle in bundles()] == NAMES
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


def fullest(bundle: Bundle, licence: Licence) -> Licence:
    """The licence with every item without a pattern as long as its rule allows."""
    long = {rule.key: "国" * rule.max_length for rule in bundle.type.fields if rule.pattern is None}
    return replace(licence, fields={**licence.fields, **long})


@every_bundle
def test_every_item_fits_at_its_full_length(bundle: Bundle) -> None:
    sample = sample_of(bundle)
    draw_face(bundle, fullest(bundle, sample.licence), sample.qr_text, sample.seal)


@every_bundle
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_long_name_and_several_holders_fit(bundle: Bundle, count: int) -> None:
    sample = sample_of(bundle)
    holder = sample.licence.holders[0]
    length = {1: 60, 2: 30, 3: 18}[count]
    holders = tuple(Holder(f"{'国' * length}{place}", holder.code, holder.code_type) for place in range(count))
    draw_face(bundle, replace(sample.licence, holders=holders), sample.qr_text, sample.seal)


@every_bundle
def test_shapes_stay_inside_the_frame_and_labels_apart(bundle: Bundle) -> None:
    layout = bundle.layout
    items = static_items(layout)
    for shape in (item for item in items if isinstance(item, Shape)):
        left, top, right, bottom = shape.bounds
        edge = layout.frame.margin - 0.3
        assert min(left, top) > edge
        assert right < layout.width - edge
        assert bottom < layout.height - edge
    labels = [item for item in items if isinstance(item, Text)]
    for place, label in enumerate(labels):
        for other in labels[place + 1 :]:
            beside = label.x + label.width <= other.x or other.x + other.width <= label.x
            above = abs(label.baseline - other.baseline) >= min(label.size, other.size) * 0.95
            assert beside or above, (label.text, other.text)


@every_bundle
def test_no_slot_runs_into_another_or_into_the_code(bundle: Bundle) -> None:
    layout = bundle.layout
    boxes = [
        (
            slot.text,
            slot.place.x,
            slot.place.baseline - 0.8 * slot.place.size * 0.3528,
            slot.place.x + slot.place.width,
            slot.place.baseline + slot.place.depth,
        )
        for slot in layout.slots
    ]
    boxes.append(
        ("code", layout.code.x, layout.code.y, layout.code.x + layout.code.side, layout.code.y + layout.code.side)
    )
    for place, (name, left, top, right, bottom) in enumerate(boxes):
        for other, left2, top2, right2, bottom2 in boxes[place + 1 :]:
            assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top, (name, other)


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
