"""Many licences issued together: each as if it were alone, refusals alone too, and the whole taken up after a cut."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest

from issuer.errors import ApplicationRefused, DuplicateNumber, IdempotencyMismatch, NotSound
from issuer.issuing import Issued, Order, issue, issue_many
from issuer.ports import Artefacts, Entry, Office, State
from templates.errors import DoesNotFit
from tests.city import OFFICIAL, City
from tests.journey_parts import PASSED, Exchanged, identifier, indication, number, office_of, presented

BUNDLE = "teacher-qualification"
KEYS = count(1)


class PowerCutError(Exception):
    """The process ends here."""


def orders(city: City, how_many: int, **changed: object) -> list[Order]:
    return [
        Order(city.application(BUNDLE, number=number(), **changed), f"chunk {next(KEYS)}", OFFICIAL)
        for _ in range(how_many)
    ]


def issued_in(outcomes: Sequence[object]) -> list[Issued]:
    return [one for one in outcomes if isinstance(one, Issued)]


def test_each_is_a_licence_like_any_other(city: City) -> None:
    chunk, size = orders(city, 5), city.yinzheng.archive.log.size()
    issued = issued_in(issue_many(city.yinzheng.office, chunk, at=city.clock()))
    city.yinzheng.publisher.after_issues({one.entry.licence.status.list for one in issued}, city.clock())
    assert [one.entry.key for one in issued] == [one.key for one in chunk]
    assert len({identifier(one) for one in issued}) == 5
    assert [one.entry.artefacts and one.entry.artefacts.log_index for one in issued] == list(range(size, size + 5))
    for one in issued:
        assert {indication(found) for found in presented(city, one).values()} == {PASSED}


def test_alone_again_each_is_the_same(city: City) -> None:
    chunk = orders(city, 3)
    first = issued_in(issue_many(city.yinzheng.office, chunk, at=city.clock()))
    for order, one in zip(chunk, first, strict=True):
        again = issue(city.yinzheng.office, order.application, key=order.key, by=OFFICIAL, at=city.clock())
        assert (again.ofd, again.pdf, again.token) == (one.ofd, one.pdf, one.token)


def test_what_is_refused_leaves_the_others_alone(city: City) -> None:
    good, other = orders(city, 2)
    taken = issued_in(issue_many(city.yinzheng.office, orders(city, 1), at=city.clock()))[0].entry
    long = "很长的名字" * 40
    cases = {
        ApplicationRefused: replace(good, key="bad\nkey"),
        DuplicateNumber: Order(city.application(BUNDLE, number=taken.licence.number), "another key", OFFICIAL),
        IdempotencyMismatch: replace(other, key=taken.key),
        DoesNotFit: orders(city, 1, holders=[{"name": long, "code": "530199191107070021", "code_type": "111"}])[0],
    }
    last = orders(city, 1)[0]
    outcomes = issue_many(city.yinzheng.office, [good, *cases.values(), last], at=city.clock())
    assert [type(one) for one in outcomes] == [Issued, *cases, Issued]


def test_the_second_of_two_with_one_number_is_refused(city: City) -> None:
    first, second = orders(city, 2)
    same = Order(replace(second.application, number=first.application.number.lower()), second.key, OFFICIAL)
    outcomes = issue_many(city.yinzheng.office, [first, same], at=city.clock())
    assert [type(one) for one in outcomes] == [Issued, DuplicateNumber]
    assert city.yinzheng.archive.register.by_key(second.key) is None


def test_a_chunk_is_of_one_type(city: City) -> None:
    other = Order(city.application("business-licence", number=number()), "of another type", OFFICIAL)
    with pytest.raises(ValueError, match="one type and one body"):
        issue_many(city.yinzheng.office, [*orders(city, 1), other], at=city.clock())


STEPS = (
    ("register", "begin_many"),
    ("register", "plan_many"),
    ("uses", "record_uses"),
    ("blobs", "put_many"),
    ("register", "seal_many"),
    ("log", "append_many"),
    ("register", "release_many"),
)


def cut(city: City, port: str, method: str, *, after: bool) -> Office:
    own = getattr(city.yinzheng.office, port)

    def fails(*arguments: object) -> None:
        if after:
            getattr(own, method)(*arguments)
        raise PowerCutError

    return office_of(city, **{port: Exchanged(own, **{method: fails})})


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("port", "method"), STEPS, ids=[".".join(step) for step in STEPS])
def test_a_chunk_cut_off_is_taken_up(city: City, port: str, method: str, *, after: bool) -> None:
    """Whatever was begun is what is released; there is one licence for each order, and one entry in the log."""
    chunk, register = orders(city, 4), city.yinzheng.archive.register
    size = city.yinzheng.archive.log.size()
    with pytest.raises(PowerCutError):
        issue_many(cut(city, port, method, after=after), chunk, at=city.clock())
    left = register.by_keys([one.key for one in chunk])
    city.clock.forward(seconds=1)
    issued = issued_in(issue_many(city.yinzheng.office, chunk, at=city.clock()))
    assert [one.entry.state for one in issued] == [State.RELEASED] * 4
    assert city.yinzheng.archive.log.size() == size + 4
    for one in issued:
        before = left.get(one.entry.key)
        assert before is None or before.licence == one.entry.licence
        assert before is None or before.sealed in {None, one.entry.sealed}


def test_one_file_that_cannot_be_read_back_keeps_back_one_licence(city: City) -> None:
    chunk, own = orders(city, 3), city.yinzheng.office.blobs
    read: list[str] = []

    def stored(name: str) -> bytes:
        read.append(name)
        return own.stored(name) + (b"\n" if len(read) == 3 else b"")

    outcomes = issue_many(office_of(city, blobs=Exchanged(own, stored=stored)), chunk, at=city.clock())
    assert [type(one) for one in outcomes] == [Issued, NotSound, Issued]
    assert len(issued_in(issue_many(city.yinzheng.office, chunk, at=city.clock()))) == 3


def test_the_release_may_be_stored_by_another(city: City) -> None:
    """A batch stores what became of its rows in the same transaction."""
    stored: list[str] = []

    def release(wanted: Sequence[tuple[Entry, Artefacts]]) -> Sequence[Entry]:
        stored.extend(entry.key for entry, _ in wanted)
        return city.yinzheng.archive.register.release_many(wanted)

    chunk = orders(city, 2)
    assert len(issued_in(issue_many(city.yinzheng.office, chunk, at=city.clock(), release=release))) == 2
    assert stored == [one.key for one in chunk]
