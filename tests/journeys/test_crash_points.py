"""Issuing cut off at every call it makes; then the same request again.

Whatever happened before: one licence is released under the key, it verifies, no number was given out twice, and every
signature that was ever made had its plan, and a file's also its use of the seal, on record before it was made.
"""

import random

import pytest

from issuer.issuing import issue
from issuer.ports import State
from keys.randomness import random_octets
from keys.sm3 import sm3
from service.blobs import BlobMissing
from tests.city import OFFICIAL, City
from tests.fuse_parts import (
    Fuse,
    attempt,
    lying_blobs,
    request,
    taken_up,
)
from tests.journey_parts import (
    INDETERMINATE,
    indication,
    open_at,
)


@pytest.fixture(scope="module")
def calls(city: City) -> list[str]:
    """The calls of one whole issue, in order."""
    fuse, (application, key) = Fuse(), request(city)
    assert attempt(city, fuse, application, key) is not None
    return fuse.calls


def test_the_order_of_promises(calls: list[str]) -> None:
    """What must be on record stands before what rests on it."""
    once = [name for name in calls if name not in {"random", "bundle", "mandates", "pen", "log.instant"}]
    assert once == [
        *("register.by_keys", "register.numbered_many", "allot", "register.begin_many", "sign", "register.plan_many"),
        *("uses.record_uses", "sign", "sign"),
        *("blobs.put_many", "blobs.stored", "blobs.stored", "register.seal_many", "log.append_many"),
        "register.release_many",
    ]


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
def test_cut_off_at_every_call(city: City, calls: list[str], after: bool) -> None:
    for place, name in enumerate(calls):
        application, key = request(city)
        assert attempt(city, Fuse(place, after), application, key) is None, name
        issued = taken_up(city, application, key)
        assert issued.entry.licence.number == application.number


@pytest.mark.parametrize("name", ["log.append_many", "register.release_many"])
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
def test_cut_off_after_sealing_seals_nothing_again(city: City, calls: list[str], name: str, after: bool) -> None:
    """What was sealed is what is released: the next process signs nothing and logs nothing twice."""
    application, key = request(city)
    size = city.yinzheng.archive.log.size()
    assert attempt(city, Fuse(calls.index(name), after), application, key) is None
    left = city.yinzheng.archive.register.by_key(key)
    assert left is not None
    assert left.sealed is not None
    again = Fuse()
    issued = attempt(city, again, application, key)
    assert issued is not None
    assert {"sign", "uses.record_uses", "blobs.put_many", "register.seal_many"}.isdisjoint(again.calls)
    assert left.sealed == tuple(f"sm3:{sm3(file).hex()}" for file in (issued.ofd, issued.pdf))
    assert city.yinzheng.archive.log.size() == size + 1
    taken_up(city, application, key)


def test_a_pair_that_the_store_has_lost_is_not_sealed_a_second_time(city: City, calls: list[str]) -> None:
    """It stays begun, and on record, until the store has its files again."""
    application, key = request(city)
    attempt(city, Fuse(calls.index("log.append_many")), application, key)
    left = city.yinzheng.archive.register.by_key(key)

    def forgets(name: str) -> bytes:
        raise BlobMissing(name)

    with pytest.raises(BlobMissing):
        issue(lying_blobs(city, get=forgets), application, key=key, by=OFFICIAL, at=city.clock())
    assert left is not None
    assert (left.state, left.sealed is None) == (State.PLANNED, False)
    assert city.yinzheng.archive.register.by_key(key) == left
    taken_up(city, application, key)


def test_cut_off_twice(city: City, calls: list[str]) -> None:
    """Fail, then fail again while taking it up; sampled over all pairs."""
    seed = int.from_bytes(random_octets(8), "big")
    chance = random.Random(seed)
    for _ in range(25):
        application, key = request(city)
        first, second = (Fuse(chance.randrange(len(calls)), chance.random() < 0.5) for _ in range(2))
        attempt(city, first, application, key)
        city.clock.forward(seconds=1)
        attempt(city, second, application, key)
        assert taken_up(city, application, key), (seed, first, second)


def test_cut_off_is_on_record(city: City, calls: list[str]) -> None:
    """From the moment anything could have been signed until it is released, it is listed as unreleased."""
    begins, released = calls.index("register.begin_many"), calls.index("register.release_many")
    for place, name in enumerate(calls):
        application, key = request(city)
        attempt(city, Fuse(place, after=True), application, key)
        begun = city.yinzheng.archive.register.by_key(key)
        listed = {entry.key for entry in city.yinzheng.archive.register.unreleased(city.clock.forward(seconds=1))}
        assert (begun is not None) is (place >= begins), name
        assert (key in listed) is (begins <= place < released), name
        if begins <= place < released and begun is not None:
            hidden = city.yinzheng.verify_words(str(begun.licence.identifier))
            assert (indication(hidden), open_at(hidden)) == (INDETERMINATE, {(1, "not-found")}), name


def test_cut_off_between_release_and_checkpoint(city: City) -> None:
    """Released, and not yet provable: whoever asks again gets it, provable."""
    application, key = request(city)
    issue(city.yinzheng.office, application, key=key, by=OFFICIAL, at=city.clock())
    taken_up(city, application, key)
