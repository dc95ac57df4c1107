"""Publishing: only what is due, in an order that covers itself, beside other publishers, and never backwards."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from keys.custody import memory_signer
from keys.randomness import random_octets
from service.blobs import FolderBlobs
from service.city import Body
from service.database import open_engine
from service.publisher import CHECKPOINT_EVERY, STATUS_HOLDS, TRUST_LIST_HOLDS
from service.wiring import Yinzheng
from templates.library import bundles, load_bundle
from tests.city import BEGINNING, City
from tests.journey_parts import PASSED, against, indication, number
from trust.certification.profiles import SEAL_SIGNER
from trust.errors import Conflict
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.cose import split
from trust.formats.leaf import EntryKind, decode_entry, public_statement
from trust.formats.status_list import decode_status_list
from trust.formats.x509_fields import make_name
from trust.revocation.acting import Order
from trust.rules.standing import ActKind
from trust.store import METADATA

SECOND = timedelta(seconds=1)


@pytest.fixture
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


def everything(city: City) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with city.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
        }


def changed(before: dict[str, list[tuple[Any, ...]]], after: dict[str, list[tuple[Any, ...]]]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def numbers(city: City) -> dict[str, int]:
    """The number of everything published."""
    archive = city.yinzheng.archive
    editions = {name: archive.books.editions.current(name) for name in ("root", "issuing")}
    editions["trust list"] = archive.trust_lists.current("trust-list")
    found = {name: one.number for name, one in editions.items() if one is not None}
    current = archive.publications.current(0)
    return found | {"status list": current.number if current else 0, "log": archive.log.size()}


def status_value(city: City, index: int) -> int:
    current = city.yinzheng.archive.publications.current(0)
    assert current is not None
    return decode_status_list(split(current.octets, 2**20).payload).value(index)


def checkpoint(city: City) -> tuple[int, datetime]:
    note = city.yinzheng.archive.log.latest()
    assert note is not None
    found = parse_checkpoint(note)[0]
    return found.size, found.at


def reopened(of: City, **other: Any) -> Yinzheng:
    """The same installation as another process has it, with other means where given."""
    return Yinzheng(replace(of.yinzheng._means, **other))


def test_after_founding_everything_is_published(city: City) -> None:
    logged = len(bundles()) + 5  # status list, trust list, two revocation lists, and the head of the trail
    assert numbers(city) == {"root": 1, "issuing": 1, "trust list": 1, "status list": 1, "log": logged}
    assert checkpoint(city) == (logged, city.clock())


def test_what_is_not_due_is_not_published_again(city: City) -> None:
    before = everything(city)
    for later in (0, 1, 3_000):
        city.yinzheng.publisher.refresh(city.clock() + later * SECOND)
        assert changed(before, everything(city)) == set()


def test_a_publisher_that_has_just_started_publishes_nothing_more(city: City) -> None:
    before = everything(city)
    reopened(city).publisher.refresh(city.clock())
    assert changed(before, everything(city)) == set()


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("status list", STATUS_HOLDS / 2),
        ("trust list", TRUST_LIST_HOLDS / 2),
        ("issuing", timedelta(days=1)),
        ("root", timedelta(days=30)),
    ],
)
def test_each_is_published_again_in_its_time(city: City, name: str, due: timedelta) -> None:
    before = numbers(city)[name]
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=due.total_seconds() - 1))
    assert numbers(city)[name] == before
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=1))
    assert numbers(city)[name] == before + 1
    assert checkpoint(city)[0] == numbers(city)["log"]


def test_a_checkpoint_is_signed_anew_though_nothing_was_logged(city: City) -> None:
    """Its age tells whoever watches the log that it is alive."""
    size, at = checkpoint(city)
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=CHECKPOINT_EVERY.total_seconds() - 1))
    assert checkpoint(city) == (size, at)
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=1))
    assert checkpoint(city) == (size, at + CHECKPOINT_EVERY)


def test_lists_are_published_early_enough_to_overlap(city: City) -> None:
    """Whoever fetched a list just before the next one came still holds one that is good."""
    for _ in range(30):
        at = city.clock.forward(hours=6)
        evidence = city.yinzheng.evidence_bundle()
        assert evidence.expires_at > at
        city.yinzheng.publisher.refresh(at)


def test_an_act_is_in_the_list_and_in_the_log_when_it_is_answered(city: City) -> None:
    issued = city.issue(number=number())
    index = issued.entry.licence.status.index
    city.clock.forward(seconds=1)
    before = numbers(city)
    assert status_value(city, index) == 0
    city.act(ActKind.SUSPEND, issued, "penalty")
    assert status_value(city, index) == 2
    after = numbers(city)
    assert after == before | {"status list": before["status list"] + 1, "log": before["log"] + 2}
    assert checkpoint(city) == (after["log"], city.clock())
    city.clock.forward(seconds=1)
    city.act(ActKind.REINSTATE, issued, "rectified")
    assert status_value(city, index) == 0


def test_an_act_fixed_for_later_is_published_when_it_takes_effect(city: City) -> None:
    issued = city.issue(number=number())
    index = issued.entry.licence.status.index
    city.act(ActKind.REVOKE, issued, "penalty", effective_at=city.clock() + timedelta(hours=2))
    listed = numbers(city)["status list"]
    city.yinzheng.publisher.refresh(city.clock.forward(hours=2, seconds=-1))
    assert (status_value(city, index), numbers(city)["status list"]) == (0, listed)
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=1))
    assert (status_value(city, index), numbers(city)["status list"]) == (1, listed + 1)


def test_a_list_that_was_never_published_is_published(city: City) -> None:
    """Entries were given, and then the process was cut off: the list is due all the same."""
    archive = city.yinzheng.archive
    size = city.yinzheng.publisher._list_size
    archive.slots.take({f"subject {entry}": entry for entry in range(size)}, size=size, full=size * 3 // 4)
    archive.slots.take({"one more": 0}, size=size, full=size * 3 // 4)
    assert (archive.slots.lists(), archive.publications.current(1)) == ([0, 1], None)
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=1))
    published = archive.publications.current(1)
    assert published is not None
    assert decode_status_list(split(published.octets, 2**20).payload).list == 1
    statement = public_statement(EntryKind.STATUS_LIST, published.octets)
    assert archive.log.find(statement.commitments[0]) is not None


def test_every_list_published_is_logged_under_its_checkpoint(city: City) -> None:
    city.act(ActKind.SUSPEND, city.issue(number=number()), "penalty")
    log = city.yinzheng.archive.log
    logged = [decode_entry(octets).statement for octets in log.entries(0, checkpoint(city)[0])]
    current = city.yinzheng.archive.publications.current(0)
    listed = city.yinzheng.archive.trust_lists.current("trust-list")
    assert current is not None
    assert listed is not None
    assert public_statement(EntryKind.STATUS_LIST, current.octets) in logged
    assert public_statement(EntryKind.TRUST_LIST, listed.octets) in logged


def test_a_clock_that_went_back_publishes_nothing_and_breaks_nothing(city: City) -> None:
    city.issue(number=number())
    before = everything(city)
    for back in (timedelta(seconds=1), timedelta(hours=1), timedelta(days=400)):
        city.yinzheng.publisher.refresh(city.clock() - back)
        assert changed(before, everything(city)) == set()
    city.yinzheng.publisher.refresh(city.clock())
    assert changed(before, everything(city)) == set()


def test_an_act_under_a_clock_that_went_back_is_refused_until_time_has_caught_up(city: City) -> None:
    """Its time would stand for ever, and say that the licence was suspended while everybody could see that it was not."""
    issued = city.issue(number=number())
    true = city.clock()
    city.yinzheng.publisher.refresh(city.clock.forward(hours=13))
    city.clock.at = true
    with pytest.raises(Conflict) as refusal:
        city.act(ActKind.SUSPEND, issued, "penalty", key="an act in the past")
    assert refusal.value.reason == "clock-went-back"
    assert city.yinzheng.archive.acts.of(str(issued.entry.licence.identifier)) == []
    city.clock.forward(hours=13, seconds=1)
    city.act(ActKind.SUSPEND, issued, "penalty", key="an act in the past")
    assert status_value(city, issued.entry.licence.status.index) == 2
    (recorded,) = city.yinzheng.archive.acts.of(str(issued.entry.licence.identifier))
    assert recorded.effective_at == city.clock()


def test_a_mandate_that_the_plan_no_longer_names_is_ended_and_not_forgotten(city: City) -> None:
    issued = city.issue("teacher-qualification", number=number())
    first = city.yinzheng.publisher.trust_list()
    assert first is not None
    fewer = replace(city.plan, bodies=tuple(body for body in city.plan.bodies if body.login != "jyj"))
    later = city.clock.forward(days=4)
    smaller = reopened(city, city=fewer)
    smaller.publisher.refresh(later)
    second = smaller.publisher.trust_list()
    assert second is not None
    assert second.sequence == first.sequence + 1
    (ended,) = set(second.mandates) - set(first.mandates)
    (teaching,) = [one for one in first.mandates if one.type_code == issued.entry.licence.identifier.type_code]
    assert ended == replace(teaching, valid_until=later)
    assert len(second.mandates) == len(first.mandates)
    assert second.certificates == first.certificates
    assert indication(smaller.verify_file(issued.ofd)) is PASSED


class BrokenError(Exception):
    """What a part of publishing raises that is out of order."""


def broken(*_: object) -> None:
    raise BrokenError


def put_out_of_order(patch: pytest.MonkeyPatch, city: City, part: str) -> None:
    instead = SimpleNamespace(publish_crls=broken) if part == "_authority" else broken
    patch.setattr(city.yinzheng.publisher, part, instead)


@pytest.mark.parametrize("part", ["_trust_list", "_authority", "_status_lists"])
def test_what_cannot_be_published_does_not_keep_back_the_rest(
    city: City, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    own = {"_trust_list": "trust list", "_authority": "issuing", "_status_lists": "status list"}
    publisher, before = city.yinzheng.publisher, numbers(city)
    due = before.keys() - {"root"}  # the root's list lasts for months
    with monkeypatch.context() as patch:
        put_out_of_order(patch, city, part)
        later = city.clock.forward(days=4)
        with pytest.raises(BrokenError):
            publisher.refresh(later)
        after = numbers(city)
        assert {name for name in due if after[name] == before[name]} == {own[part]}
        assert checkpoint(city) == (after["log"], later), "what was logged is under a checkpoint all the same"
    publisher.refresh(later)
    assert {name for name in due if numbers(city)[name] == before[name]} == set()


@pytest.mark.parametrize("part", ["_trust_list", "_authority"])
def test_an_act_is_seen_whatever_else_cannot_be_published(
    city: City, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Also when everything else is due at that moment."""
    issued = city.issue(number=number())
    put_out_of_order(monkeypatch, city, part)
    city.clock.forward(days=4)
    before = numbers(city)
    city.act(ActKind.SUSPEND, issued, "penalty")
    assert status_value(city, issued.entry.licence.status.index) == 2
    assert {name for name, one in numbers(city).items() if one != before[name]} == {"status list", "log"}
    assert checkpoint(city) == (numbers(city)["log"], city.clock())


def test_a_mandate_that_the_plan_adds_begins_when_it_is_first_published(city: City) -> None:
    bureau = city.plan.bodies[0]
    more = replace(bureau, types=(*bureau.types, "food-operation"))
    at = city.clock.forward(days=1)
    larger = reopened(city, city=replace(city.plan, bodies=(more, *city.plan.bodies[1:])))
    larger.publisher.refresh(at)
    listed = larger.publisher.trust_list()
    assert listed is not None
    (added,) = [one for one in listed.mandates if one.valid_from != BEGINNING]
    kind = load_bundle("food-operation").type
    assert (added.issuer_code, added.type_code, added.valid_from) == (bureau.body.code, kind.code, at)
    larger.publisher.refresh(city.clock.forward(days=4))
    again = larger.publisher.trust_list()
    assert again is not None
    assert again.mandates == listed.mandates


def test_a_body_without_a_certificate_stops_nothing(city: City) -> None:
    """A plan that has grown and was not founded again: what exists is published as before."""
    stranger = Body("new", replace(city.plan.operator, name="云岭市新局"), ("food-operation",))
    grown = reopened(city, city=replace(city.plan, bodies=(*city.plan.bodies, stranger)))
    grown.publisher.refresh(city.clock.forward(days=4))
    assert numbers(city)["trust list"] == 2


def test_a_certificate_that_has_ended_stays_listed(city: City) -> None:
    """What it sealed in its time is still verified."""
    short = replace(SEAL_SIGNER, lasts=timedelta(days=2))
    certificate = city.yinzheng.publisher._authority.certify(
        memory_signer("short").public,
        short,
        subject=make_name("云岭市教育局", organisation="云岭市教育局", organisation_code=city.plan.bodies[2].body.code),
        at=city.clock(),
        random=random_octets,
    )
    for _ in range(3):
        city.yinzheng.publisher.refresh(city.clock.forward(days=1))
    assert certificate.not_after < city.clock()
    listed = city.yinzheng.publisher.trust_list()
    assert listed is not None
    assert certificate.der in {one.der for one in listed.certificates}


@pytest.mark.parametrize("address", ["http://127.0.0.1:9100", "https://licence.example"])
def test_another_public_address_does_not_break_what_was_issued(city: City, address: str) -> None:
    """The service moves or runs on another port: log and lists keep their names, old and new licences verify."""
    old = city.issue(number=number())
    moved = reopened(city, base_url=address)
    moved.publisher.refresh(city.clock.forward(minutes=1))
    new = moved.issue(city.application("business-licence", number=number()), key="moved", by="周明远")
    for one in (old, new):
        assert against(moved.verify_file(one.ofd)) == []
        assert against(city.yinzheng.verify_file(one.pdf)) == []
    listed = moved.publisher.trust_list()
    assert listed is not None
    assert (listed.status_base, listed.log) == ("http://127.0.0.1:8000/status", "127.0.0.1:8000/log")
    before = everything(city)
    for one in (moved, city.yinzheng, moved):
        one.publisher.refresh(city.clock())
    assert changed(before, everything(city)) == set(), "two addresses do not publish against each other"


def test_two_publishers_on_one_database(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'city.db'}")
    METADATA.create_all(engine)
    city = City(engine=engine, blobs=FolderBlobs(tmp_path / "blobs"), people=False)
    issued = [city.issue(number=number()) for _ in range(6)]
    pair = [reopened(city), reopened(city)]
    before = numbers(city)

    def work(place: int) -> None:
        for one in issued[place::2]:
            order = Order(ActKind.SUSPEND, str(one.entry.licence.identifier), "penalty", "", "周明远")
            pair[place].act(order, key=f"act on {order.subject[-12:]}")
            pair[place].publisher.refresh(city.clock())

    city.clock.forward(seconds=1)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    for one in pair:
        one.publisher.refresh(city.clock())
    assert [status_value(city, one.entry.licence.status.index) for one in issued] == [2] * 6
    after = numbers(city)
    assert before["status list"] < after["status list"] <= before["status list"] + 12
    assert {name: after[name] for name in ("root", "issuing", "trust list")} == {
        name: before[name] for name in ("root", "issuing", "trust list")
    }
    still = everything(city)
    for one in pair:
        one.publisher.refresh(city.clock())
    assert changed(still, everything(city)) == set()
    engine.dispose()
