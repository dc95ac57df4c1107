"""The catalogue at work: a new version beside an old one, an end, a county that issues by delegation, and forgeries.

Everything is issued, sealed and verified for real; what is forged is forged in the database, by who can write there.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from issuer.catalogue.errors import EntryDamaged, TemplateChanged, TypeRetired
from issuer.catalogue.life import State
from issuer.catalogue.ports import MandateWish, Wanted
from issuer.catalogue.publishing import read_entry
from issuer.completing import complete
from issuer.errors import NoMandate, OutsideArea
from issuer.issuing import Issued
from issuer.issuing import issue as issue_there
from keys.custody import memory_signer
from service.shelf import TemplateShelf
from service.wiring import Yinzheng
from tests.catalogue_parts import (
    ADMIN,
    COUNTY,
    COUNTY_AREA,
    DRAFTER,
    FOOD,
    OTHER_COUNTY,
    REVIEWER,
    SECOND_ADMIN,
    delegated,
    ended,
    mandate_of,
    new_type,
    plan_with_county,
    published,
    tamper,
    template,
)
from tests.city import OFFICIAL, City
from tests.journey_parts import PASSED, failed, indication, number
from trust.certification.trust_listing import NAME, publish_trust_list
from trust.errors import Untrusted
from trust.formats.catalogue_entry import CONTENT_TYPE, encode_entry
from trust.formats.cose import sign1
from trust.formats.leaf import EntryKind, decode_entry
from trust.formats.trust_list import TrustList
from trust.rules.catalogue_entry import CatalogueEntry, EntryStatus
from trust.rules.mandate import Mandate

CODE = "11100000MB0143028R028"


@pytest.fixture
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture
def prefecture() -> Iterator[City]:
    made = City(plan=plan_with_county())
    yield made
    made.close()


def reopened(city: City, **changed: Any) -> Yinzheng:
    """The installation as another process finds it."""
    return Yinzheng(replace(city.yinzheng._means, **changed))


def issue(city: City, *, issuer: str | None = None, area: str = "530199", bundle: str = FOOD) -> Issued:
    """A food permit by any body, for any place."""
    asked = city.application(bundle, number=number(), area_code=area)
    asked = replace(asked, issuer_code=issuer or asked.issuer_code)
    return city.yinzheng.issue(asked, key=f"key {asked.number} {asked.issuer_code}", by=OFFICIAL)


def kinds(city: City) -> list[EntryKind]:
    log = city.yinzheng.archive.log
    return [decode_entry(one).statement.kind for one in log.entries(0, log.size())]


# --- founding ----------------------------------------------------------------------------------------------------------


def test_the_plans_types_are_published_signed_and_logged(city: City) -> None:
    listed = city.yinzheng.catalogue.listed()
    assert {one.version.state for one in listed} == {State.PUBLISHED}
    assert {one.entry.type.bundle for one in listed if one.entry} == {
        name for body in city.plan.bodies for name in body.types
    }
    assert kinds(city).count(EntryKind.CATALOGUE) == len(listed)
    trust_list = city.yinzheng.publisher.trust_list()
    assert trust_list is not None
    assert set(trust_list.types) == set(city.yinzheng.catalogue.types())
    assert {one.area for one in trust_list.mandates} == {city.plan.area_code}


def test_founding_and_publishing_again_adds_nothing(city: City) -> None:
    before = city.yinzheng.archive.catalogue.revision(), len(city.yinzheng.catalogue.mandates()), len(kinds(city))
    again = reopened(city)
    again.found()
    again.publisher.refresh(city.clock())
    assert (again.archive.catalogue.revision(), len(again.catalogue.mandates()), len(kinds(city))) == before


# --- versions ----------------------------------------------------------------------------------------------------------


def test_a_new_version_leaves_what_was_issued_under_the_old_one_alone(city: City) -> None:
    old = issue(city)
    made = published(city, template(**{'label = "住所"': 'label = "住所（经营者）"'}))
    new = issue(city)
    assert (old.entry.licence.template, new.entry.licence.template) == ("food-operation/1", "food-operation/2")
    assert made.state is State.PUBLISHED
    for one in (old, new):
        for file in (one.ofd, one.pdf):
            assert indication(city.yinzheng.verify_file(file)) is PASSED
    assert city.yinzheng.files_of(old.entry).ofd == old.ofd
    assert city.yinzheng.catalogue.type_of(old.entry.licence).bundle_version == 1
    labels = {rule.key: rule.label for rule in city.yinzheng.catalogue.type_of(new.entry.licence).fields}
    assert labels["address"] == "住所（经营者）"


def test_what_was_begun_under_a_version_is_completed_under_it(city: City) -> None:
    """The process ends after the entry was stored; meanwhile a new version is published; another process goes on."""
    office = city.yinzheng.office
    begun = city.application(FOOD, number=number())

    class PowerCutError(Exception): ...

    def cut(*_: object) -> None:
        raise PowerCutError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(office.register), "plan_many", cut)
        with pytest.raises(PowerCutError):
            city.yinzheng.issue(begun, key="begun", by=OFFICIAL)
    published(city, template())
    again = reopened(city)
    finished = again.issue(begun, key="begun", by=OFFICIAL)
    assert finished.entry.licence.template == "food-operation/1"
    assert indication(again.verify_file(finished.ofd)) is PASSED
    assert complete(again.office, finished.entry, at=city.clock()).pdf == finished.pdf
    assert issue(city).entry.licence.template == "food-operation/2"


def test_a_version_that_came_with_the_installation_is_drawn_when_its_files_are_gone(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The installation was replaced by one with other templates; an issue begun before still completes."""
    begun = city.application(FOOD, number=number())
    first = city.yinzheng.issue(begun, key="first", by=OFFICIAL)
    monkeypatch.setattr(TemplateShelf, "supplied", lambda *_: None)
    other = reopened(city, templates=tmp_path / "templates")
    bundle = other.catalogue.face(CODE, "food-operation/1")
    assert bundle.folder.is_relative_to(tmp_path)
    assert bundle.read_sample()
    again = other.issue(city.application(FOOD, number=number()), key="second", by=OFFICIAL)
    assert {indication(other.verify_file(one.ofd)) for one in (first, again)} == {PASSED}


def test_a_department_brings_a_type_of_its_own(city: City) -> None:
    made = published(city, new_type(), "small-catering")
    code, body = made.type.code, city.body_code(FOOD)
    asked = replace(city.application(FOOD, number=number()), type_code=code)
    with pytest.raises(NoMandate):
        city.yinzheng.issue(asked, key="too early", by=OFFICIAL)
    wish = MandateWish(Wanted.GRANT, body, code, "市政府决定", "530199")
    request = city.yinzheng.catalogue.ask(wish, key="grant", by=ADMIN)
    city.yinzheng.catalogue.decide(request.number, approve=True, by=SECOND_ADMIN)
    issued = city.yinzheng.issue(asked, key="now", by=OFFICIAL)
    assert issued.entry.licence.name == "小餐饮登记证"
    assert indication(city.yinzheng.verify_file(issued.pdf)) is PASSED
    assert "small-catering" in {bundle.name for bundle in city.yinzheng.catalogue.own_bundles(body)}


def test_a_renamed_type_verifies_under_both_names(city: City) -> None:
    old = issue(city)
    published(city, template(**{'name = "食品经营许可证"': 'name = "食品经营许可凭证"'}))
    new = issue(city)
    assert (old.entry.licence.type_name, new.entry.licence.type_name) == ("食品经营许可证", "食品经营许可凭证")
    for one in (old, new):
        assert indication(city.yinzheng.verify_file(one.ofd)) is PASSED


# --- the end of a type -------------------------------------------------------------------------------------------------


def test_a_retired_type_is_not_issued_and_what_was_issued_verifies(city: City) -> None:
    before = issue(city)
    ended_version = city.yinzheng.catalogue.retire(CODE, by=REVIEWER, note="法规废止")
    assert ended_version.state is State.RETIRED
    with pytest.raises(TypeRetired):
        issue(city)
    assert indication(city.yinzheng.verify_file(before.ofd)) is PASSED
    assert FOOD not in {bundle.name for bundle in city.yinzheng.catalogue.bundles()}
    published(city, template())
    assert indication(city.yinzheng.verify_file(issue(city).ofd)) is PASSED


def test_what_was_begun_before_the_end_is_completed(city: City) -> None:
    first = city.application(FOOD, number=number())
    done = city.yinzheng.issue(first, key="begun", by=OFFICIAL)
    city.yinzheng.catalogue.retire(CODE, by=REVIEWER, note="法规废止")
    assert city.yinzheng.issue(first, key="begun", by=OFFICIAL).ofd == done.ofd


def test_an_older_version_does_not_come_back_when_the_newest_is_retired(city: City) -> None:
    published(city, template())
    city.yinzheng.catalogue.retire(CODE, by=REVIEWER, note="法规废止")
    with pytest.raises(TypeRetired):
        issue(city)


# --- templates that were changed, entries that were forged ----------------------------------------------------------------


def test_a_template_changed_under_its_version_issues_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    before = issue(city)
    kept = city.yinzheng.catalogue._shelf.supplied(FOOD)
    assert kept is not None
    monkeypatch.setattr(
        TemplateShelf, "supplied", lambda _, name: ("sm3:" + "0" * 64, kept[1]) if name == FOOD else None
    )
    changed = reopened(city)
    with pytest.raises(TemplateChanged):
        changed.issue(city.application(FOOD, number=number()), key="new", by=OFFICIAL)
    assert indication(changed.verify_file(before.ofd)) is PASSED
    assert changed.catalogue.face(CODE, "food-operation/1").template == "food-operation/1"


def test_a_row_put_in_by_hand_issues_nothing(city: City) -> None:
    """Version 2 is made current by writing the tables, with the signed entry of version 1 beside it."""
    made = city.yinzheng.catalogue.draft(FOOD, template(), by=DRAFTER)
    tamper(city, "UPDATE catalogue_version SET state = 'published' WHERE version = 2")
    tamper(
        city,
        "INSERT INTO catalogue_edition (type_code, version, since, to_be_signed, octets) "
        "SELECT type_code, 2, since, to_be_signed, octets FROM catalogue_edition WHERE type_code = :code",
        code=made.type.code,
    )
    with pytest.raises(EntryDamaged, match="another-entry"):
        issue(city)
    assert indication(city.yinzheng.verify_file(city.issue(number=number()).ofd)) is PASSED, "other types go on"


def test_an_entry_signed_by_another_key_issues_nothing(city: City) -> None:
    kind = city.yinzheng.catalogue.newest(CODE)
    (listed,) = [one for one in city.yinzheng.catalogue.listed() if one.version.type.code == CODE]
    assert listed.entry is not None
    forged = CatalogueEntry(
        replace(kind, approval="one", years=99), listed.entry.layout, EntryStatus.PUBLISHED, city.clock()
    )
    octets = sign1(encode_entry(forged), memory_signer(), CONTENT_TYPE)
    tamper(
        city,
        "INSERT INTO catalogue_edition (type_code, version, since, to_be_signed, octets) VALUES (:code, 1, 0, :o, :o)",
        code=CODE,
        o=octets,
    )
    with pytest.raises(EntryDamaged, match="signature"):
        issue(city)
    assert (CODE, "食品经营许可证") not in city.yinzheng.catalogue.types()
    with pytest.raises(Untrusted):
        read_entry(octets, city.yinzheng.catalogue._signers())


@pytest.mark.parametrize("service", ["status-list", "log"])
def test_the_signer_of_another_list_signs_no_entry(city: City, service: str) -> None:
    (listed,) = [one for one in city.yinzheng.catalogue.listed() if one.version.type.code == CODE]
    assert listed.entry is not None
    signer, _ = city.yinzheng.directory.service(service)
    with pytest.raises(Untrusted, match="signature"):
        read_entry(sign1(encode_entry(listed.entry), signer, CONTENT_TYPE), city.yinzheng.catalogue._signers())


def test_files_that_were_changed_where_they_are_kept_are_not_drawn(city: City) -> None:
    published(city, template())
    layout = city.yinzheng.catalogue.version(CODE, 2).layout
    city.blobs.octets[layout] = city.blobs.octets[layout] + b" "  # type: ignore[attr-defined]  # the blobs of the test
    with pytest.raises(Exception, match="missing"):
        reopened(city).catalogue.in_force(CODE)


# --- mandates: where, and by delegation ----------------------------------------------------------------------------------


def test_a_body_issues_inside_its_area_alone(prefecture: City) -> None:
    inside = issue(prefecture, area="530105")
    assert indication(prefecture.yinzheng.verify_file(inside.ofd)) is PASSED
    with pytest.raises(OutsideArea):
        issue(prefecture, area="530302")
    assert prefecture.yinzheng.archive.register.by_key("nothing of it") is None


def test_a_county_issues_what_was_delegated_to_it_inside_its_area(prefecture: City) -> None:
    with pytest.raises(NoMandate):
        issue(prefecture, issuer=COUNTY.body.code, area=COUNTY_AREA)
    delegated(prefecture)
    issued = issue(prefecture, issuer=COUNTY.body.code, area=COUNTY_AREA)
    assert issued.entry.licence.issuing_body == COUNTY.body
    for file in (issued.ofd, issued.pdf):
        assert indication(prefecture.yinzheng.verify_file(file)) is PASSED
    with pytest.raises(OutsideArea):
        issue(prefecture, issuer=COUNTY.body.code, area=OTHER_COUNTY)


def test_the_end_of_the_citys_mandate_is_the_end_of_the_countys(prefecture: City) -> None:
    delegated(prefecture)
    before = issue(prefecture, issuer=COUNTY.body.code, area=COUNTY_AREA)
    prefecture.yinzheng.publisher.refresh(prefecture.clock.forward(days=1))
    ended(prefecture, mandate_of(prefecture, prefecture.body_code(FOOD)))
    for issuer in (COUNTY.body.code, None):
        with pytest.raises(NoMandate):
            issue(prefecture, issuer=issuer, area=COUNTY_AREA)
    assert indication(prefecture.yinzheng.verify_file(before.ofd)) is PASSED, "sealed while it held"
    prefecture.yinzheng.publisher.refresh(prefecture.clock.forward(days=4))
    with pytest.raises(NoMandate):
        issue(prefecture, area=COUNTY_AREA)


def test_a_delegation_can_be_ended_alone(prefecture: City) -> None:
    request = delegated(prefecture)
    prefecture.clock.forward(days=1)
    assert request.mandate is not None
    ended(prefecture, request.mandate)
    with pytest.raises(NoMandate):
        issue(prefecture, issuer=COUNTY.body.code, area=COUNTY_AREA)
    assert issue(prefecture, area=COUNTY_AREA)


def relist(city: City, change: Any) -> TrustList:
    """Publish a list as somebody would who has the key and means ill; earlier lists are forgotten first."""
    last, archive = city.yinzheng.publisher.trust_list(), city.yinzheng.archive
    assert last is not None
    signer, certificate = city.yinzheng.directory.service(NAME)
    city.clock.forward(seconds=1)
    changed: TrustList = change(last)
    tamper(city, "DELETE FROM trust_list_publication")
    publish_trust_list(
        archive.trust_lists, signer, certificate, certificates=changed.certificates, mandates=changed.mandates,
        types=changed.types, log=changed.log, status_base=changed.status_base, at=city.clock(),
        next_update=changed.next_update, seals=changed.seals, sequence=last.sequence + 1,
    )  # fmt: skip
    city.yinzheng.publisher.edition += 1
    return changed


def with_county(change: Any) -> Any:
    """Change the county's mandate in a list."""

    def changed(listed: TrustList) -> TrustList:
        mandates = tuple(change(one) if one.delegated_from else one for one in listed.mandates)
        return replace(listed, mandates=mandates)

    return changed


WIDENED = {
    "to the neighbouring county": lambda one: replace(one, area=OTHER_COUNTY),
    "to the province": lambda one: replace(one, area="53"),
    "to everywhere": lambda one: replace(one, area=None),
    "to another type's mandate": lambda one: replace(one, delegated_from=one.delegated_from.replace("R028", "R001")),
    "to nothing": lambda one: replace(one, delegated_from="M-0"),
}


@pytest.mark.parametrize("change", WIDENED.values(), ids=WIDENED.keys())
def test_a_list_with_a_widened_delegation_fails_step_6(prefecture: City, change: Any) -> None:
    """Even the signer of the list cannot make a county's licence good outside what the city delegated."""
    delegated(prefecture)
    issued = issue(prefecture, issuer=COUNTY.body.code, area=COUNTY_AREA)
    for file in (issued.ofd, issued.pdf):
        assert indication(prefecture.yinzheng.verify_file(file)) is PASSED
    relist(prefecture, with_county(change))
    for file in (issued.ofd, issued.pdf):
        assert failed(prefecture.yinzheng.verify_file(file)) == {(6, "mandate")}


def test_a_licence_for_a_place_outside_the_area_fails_step_6(prefecture: City) -> None:
    """Issued with a mandate that was made up where it was issued; the list knows better."""
    delegated(prefecture)
    made_up = Mandate(COUNTY.body.code, COUNTY.body.name, CODE, prefecture.clock(), area="53")
    office = replace(prefecture.yinzheng.office, mandates=lambda _: [made_up])
    asked = replace(prefecture.application(FOOD, number=number(), area_code=OTHER_COUNTY), issuer_code=COUNTY.body.code)
    issued = issue_with(prefecture, office, asked)
    assert failed(prefecture.yinzheng.verify_file(issued.ofd)) == {(6, "mandate")}
    text = [one.detail for one in prefecture.yinzheng.verify_file(issued.ofd).verdict.findings if one.name == "mandate"]
    assert "行政区划" in text[0]


def issue_with(city: City, office: Any, asked: Any) -> Issued:
    issued = issue_there(office, asked, key=f"by {asked.number}", by=OFFICIAL, at=city.clock())
    city.yinzheng.publisher.after_issue(issued.entry.licence.status.list, city.clock())
    return issued


def test_a_type_taken_from_the_list_fails_step_7(city: City) -> None:
    issued = issue(city)
    relist(city, lambda one: replace(one, types=tuple(pair for pair in one.types if pair[0] != CODE)))
    assert failed(city.yinzheng.verify_file(issued.ofd)) == {(7, "type")}
