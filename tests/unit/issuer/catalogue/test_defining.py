"""Drafting: what is refused at once, what may be changed until it is sent for review, and what stays on record."""

from collections.abc import Iterator

import pytest

from issuer.catalogue.errors import EntryRefused, EntryUnknown, StepRefused
from issuer.catalogue.life import State, Step
from templates.errors import TemplateError
from templates.library import TEMPLATE
from tests.catalogue_parts import (
    DRAFTER,
    FOOD,
    FOOD_CODE,
    REVIEWER,
    drafted,
    new_type,
    published,
    template,
)
from tests.city import City
from tests.journeys.test_catalogue import kinds
from trust.formats.leaf import EntryKind
from trust.sealing.ports import Officer


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


def test_a_draft_is_changed_by_its_drafter_until_it_is_sent_for_review(city: City) -> None:
    catalogue = city.yinzheng.catalogue
    first = catalogue.draft(FOOD, template(version=5), by=DRAFTER, note="初稿")
    second = catalogue.draft(
        FOOD, template(version=5, **{'label = "住所"': 'label = "住址"'}), by=DRAFTER, note="改一项"
    )
    assert (first.place, first.state) == (second.place, State.DRAFT)
    assert first.layout != second.layout
    with pytest.raises(EntryRefused, match="not-the-drafter"):
        catalogue.draft(FOOD, template(version=5), by=REVIEWER)
    sent = catalogue.submit(*second.place, by=DRAFTER)
    assert (sent.state, sent.layout) == (State.IN_REVIEW, second.layout)
    with pytest.raises(EntryRefused, match="version-not-higher"):
        catalogue.draft(FOOD, template(version=5), by=DRAFTER)
    back = catalogue.review(*sent.place, passed=False, by=REVIEWER, note="请改标签")
    assert back.state is State.DRAFT
    catalogue.withdraw(*back.place, by=DRAFTER)
    events = catalogue.events(back)
    assert [one.step for one in events] == [Step.DRAFT, Step.DRAFT, Step.SUBMIT, Step.SEND_BACK, Step.WITHDRAW]
    assert [one.layout for one in events[:2]] == [first.layout, second.layout]
    assert [one.note for one in events] == ["初稿", "改一项", "", "请改标签", ""]


def test_a_version_that_was_withdrawn_is_not_used_again(city: City) -> None:
    catalogue = city.yinzheng.catalogue
    place = drafted(city, template(version=6)).place
    catalogue.withdraw(*place, by=DRAFTER)
    with pytest.raises(EntryRefused, match="version-taken"):
        catalogue.draft(FOOD, template(version=6), by=DRAFTER)
    assert catalogue.draft(FOOD, template(version=7), by=DRAFTER).state is State.DRAFT


@pytest.mark.parametrize(
    ("name", "files", "reason"),
    [
        (FOOD, template(version=1), "version-not-higher"),
        ("business-licence", new_type("902"), "bundle-taken"),
    ],
    ids=["a version that is there", "a name that is another type's"],
)
def test_what_has_no_room_beside_the_others(city: City, name: str, files: dict[str, bytes], reason: str) -> None:
    with pytest.raises(EntryRefused, match=reason):
        city.yinzheng.catalogue.draft(name, files, by=DRAFTER)


BROKEN = {
    "no TOML": {TEMPLATE: b"format = "},
    "no text": {TEMPLATE: b"\xff\xfe"},
    "another format": {TEMPLATE: template()[TEMPLATE].replace(b"yinzheng-template/1", b"yinzheng-template/9")},
    "a wrong authority": {TEMPLATE: template()[TEMPLATE].replace(b'11100000MB0143028R"', b'11100000000013338W"')},
}


@pytest.mark.parametrize("files", BROKEN.values(), ids=BROKEN.keys())
def test_a_template_that_is_not_in_order_is_no_draft(city: City, files: dict[str, bytes]) -> None:
    before = city.yinzheng.catalogue.versions()
    with pytest.raises(TemplateError):
        city.yinzheng.catalogue.draft("broken", template(version=9) | files, by=DRAFTER)
    assert city.yinzheng.catalogue.versions() == before


@pytest.mark.parametrize("name", ["", "Food", "../food", "a/b", "a" * 41, "食品"])
def test_a_name_that_no_template_has(city: City, name: str) -> None:
    with pytest.raises(TemplateError):
        city.yinzheng.catalogue.draft(name, new_type("903"), by=DRAFTER)


def test_steps_out_of_turn(city: City) -> None:
    catalogue = city.yinzheng.catalogue
    with pytest.raises(StepRefused):
        catalogue.publish(FOOD_CODE, 1, by=REVIEWER)
    with pytest.raises(StepRefused):
        catalogue.review(FOOD_CODE, 1, passed=True, by=REVIEWER)
    for code, number in (("no-such-type", 1), (FOOD_CODE, 99), (FOOD_CODE, 0), (FOOD_CODE, 2**40), ("\0", 1)):
        with pytest.raises(EntryUnknown):
            catalogue.submit(code, number, by=DRAFTER)
    with pytest.raises(EntryUnknown):
        catalogue.retire("no-such-type", by=REVIEWER, note="没有")


def test_publishing_is_logged_once_and_by_name(city: City) -> None:
    before = kinds(city).count(EntryKind.CATALOGUE)
    made = published(city, new_type("904"), "small-catering")
    assert kinds(city).count(EntryKind.CATALOGUE) == before + 1
    assert [one.by for one in city.yinzheng.catalogue.events(made)] == [DRAFTER, DRAFTER, REVIEWER, REVIEWER]
    with pytest.raises(StepRefused):
        city.yinzheng.catalogue.publish(*made.place, by=REVIEWER)
    third = Officer("third", "第三人")
    ended = city.yinzheng.catalogue.retire(made.type.code, by=third, note="不再办理")
    assert ended.document != made.document
    with pytest.raises(StepRefused):
        city.yinzheng.catalogue.retire(made.type.code, by=third, note="再停一次")
    assert kinds(city).count(EntryKind.CATALOGUE) == before + 2
