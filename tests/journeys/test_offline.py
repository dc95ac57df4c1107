"""Offline: one bundle carried in by hand, no network; and every part of it damaged, lost or exchanged.

What must hold whatever is done to the bundle: no licence passes that would not pass with the sound one, and a bundle
that lost or hurt anything a verdict rests on lets nothing pass at all.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from keys.randomness import random_octets
from templates.code import code_png
from tests.city import BUNDLES, City
from tests.journey_parts import (
    FAILED,
    INDETERMINATE,
    PASSED,
    code_text,
    failed,
    identifier,
    indication,
    number,
    open_at,
)
from trust.errors import Malformed
from trust.formats.bundle import Bundle, decode_bundle, encode_bundle
from trust.formats.certificate import Certificate
from trust.rules.standing import ActKind
from verifier.evidence import weigh
from verifier.verifying import Examined, verify_file, verify_words

RESTED_ON = ("trust_list", "certificates", "crls", "status_lists")
"""The parts a verdict without a network rests on; the checkpoint is only carried along."""


@dataclass(frozen=True)
class Counter:
    """A counter without a network: what it pinned, what it was given, and what people bring."""

    anchors: tuple[Certificate, ...]
    bundle: Bundle
    brought: dict[str, bytes | str]
    now: datetime


@pytest.fixture(scope="module")
def counter(city: City) -> Counter:
    issued = city.issue(number=number())
    city.clock.forward(minutes=1)
    brought: dict[str, bytes | str] = {
        "ofd": issued.ofd,
        "pdf": issued.pdf,
        "code": code_text(issued),
        "picture": code_png(code_text(issued)),
    }
    return Counter(city.yinzheng.anchors, city.yinzheng.evidence_bundle(), brought, city.clock())


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[City]:
    """Another city of the same names and codes, under a root of its own."""
    made = City(people=False, apart=True)
    made.issue(number=number())
    yield made
    made.close()


def look(
    counter: Counter, bundle: Bundle, *, days: float = 0, anchors: tuple[Certificate, ...] | None = None
) -> dict[str, Examined]:
    """Everything brought, verified with this bundle and nothing else."""
    now = counter.now + timedelta(days=days)
    evidence = weigh(bundle, counter.anchors if anchors is None else anchors, now)
    return {
        name: verify_words(one, evidence, now=now, online=None)
        if isinstance(one, str)
        else verify_file(one, evidence, now=now, online=None)
        for name, one in counter.brought.items()
    }


def seen(verdicts: dict[str, Examined]) -> set[object]:
    return {indication(one) for one in verdicts.values()}


def test_a_carried_bundle_is_enough(counter: Counter) -> None:
    verdicts = look(counter, decode_bundle(encode_bundle(counter.bundle)))
    assert {name: (indication(one), one.verdict.policy) for name, one in verdicts.items()} == {
        "ofd": (PASSED, "offline-1"),
        "pdf": (PASSED, "offline-1"),
        "code": (PASSED, "code-offline-1"),
        "picture": (PASSED, "code-offline-1"),
    }
    # What a network would have added is told to be missing.
    assert open_at(verdicts["ofd"]) == open_at(verdicts["pdf"]) == {(0, "sealed-at"), (9, "log")}


@pytest.mark.parametrize("bundle", BUNDLES)
def test_every_type(city: City, counter: Counter, bundle: str) -> None:
    issued = city.issue(bundle, number=number())
    evidence = weigh(counter.bundle, counter.anchors, counter.now)
    for subject in (issued.ofd, issued.pdf):
        assert indication(verify_file(subject, evidence, now=counter.now, online=None)) is PASSED
    assert indication(verify_words(code_text(issued), evidence, now=counter.now, online=None)) is PASSED


def test_a_number_alone_needs_a_network(city: City, counter: Counter) -> None:
    issued = city.issue(number=number())
    evidence = weigh(counter.bundle, counter.anchors, counter.now)
    examined = verify_words(identifier(issued), evidence, now=counter.now, online=None)
    assert (indication(examined), open_at(examined)) == (INDETERMINATE, {(1, "not-found")})


def test_it_says_itself_until_when_it_holds(counter: Counter) -> None:
    assert counter.bundle.made_at < counter.bundle.expires_at <= counter.bundle.made_at + timedelta(hours=24)
    before, after = counter.bundle.expires_at - timedelta(seconds=1), counter.bundle.expires_at + timedelta(seconds=1)
    for now, expected in ((before, PASSED), (after, INDETERMINATE)):
        assert seen(look(replace(counter, now=now), counter.bundle)) == {expected}


def test_its_own_dates_are_no_evidence(counter: Counter) -> None:
    """A bundle that claims to hold longer than its parts holds no longer."""
    longer = replace(counter.bundle, expires_at=counter.bundle.expires_at + timedelta(days=900))
    assert seen(look(counter, longer)) == {PASSED}
    assert seen(look(counter, longer, days=30)) == {INDETERMINATE}


def test_every_age(counter: Counter) -> None:
    """However old it is, what it cannot know any more it does not say."""
    for days in (1.1, 6, 8, 89, 91, 700, 4000, 9000):
        assert PASSED not in seen(look(counter, counter.bundle, days=days)), days


def test_without_anchors_or_under_another_root(counter: Counter, elsewhere: City) -> None:
    for anchors in ((), elsewhere.yinzheng.anchors):
        assert PASSED not in seen(look(counter, counter.bundle, anchors=anchors))


def test_another_city_s_bundle(counter: Counter, elsewhere: City) -> None:
    theirs = elsewhere.yinzheng.evidence_bundle()
    assert PASSED not in seen(look(counter, theirs))
    assert PASSED not in seen(look(counter, theirs, anchors=elsewhere.yinzheng.anchors))


def test_what_was_revoked_later_is_not_known_here(city: City, counter: Counter) -> None:
    """The price of being offline, and its bound: a day later the bundle says nothing good of anything."""
    issued = city.issue(number=number())
    held = city.yinzheng.evidence_bundle()
    city.act(ActKind.REVOKE, issued, "penalty")
    for bundle, expected in ((held, PASSED), (city.yinzheng.evidence_bundle(), FAILED)):
        evidence = weigh(bundle, counter.anchors, city.clock())
        assert indication(verify_file(issued.ofd, evidence, now=city.clock(), online=None)) is expected
    later = city.clock() + timedelta(hours=25)
    evidence = weigh(held, counter.anchors, later)
    assert indication(verify_file(issued.ofd, evidence, now=later, online=None)) is INDETERMINATE


def test_what_was_fixed_when_it_was_made_is_not_hidden_by_it(fresh: City) -> None:
    """A bundle made while a revocation was on record says nothing good from the instant that it takes effect."""
    issued, effective = fresh.issue(number=number()), fresh.clock() + timedelta(hours=3)
    fresh.act(ActKind.REVOKE, issued, "penalty", effective_at=effective)
    held, anchors = fresh.yinzheng.evidence_bundle(), fresh.yinzheng.anchors
    for now, expected in (
        (effective - timedelta(seconds=2), PASSED),
        (effective + timedelta(seconds=1), INDETERMINATE),
        (effective + timedelta(hours=20), INDETERMINATE),
    ):
        evidence = weigh(held, anchors, now)
        assert indication(verify_file(issued.ofd, evidence, now=now, online=None)) is expected


# --- every part, lost, hurt or exchanged -------------------------------------------------------------------------------


def parts(bundle: Bundle) -> list[tuple[str, int]]:
    """Every part by name and place; the trust list is the only one of its kind."""
    return [
        (name, place)
        for name in RESTED_ON
        for place in range(len(getattr(bundle, name)) if name != "trust_list" else 1)
    ]


def with_part(bundle: Bundle, name: str, place: int, octets: bytes | None) -> Bundle:
    """The bundle with one part exchanged, or without it."""
    if name == "trust_list":
        return replace(bundle, trust_list=octets or b"")
    some = list(getattr(bundle, name))
    some[place : place + 1] = [] if octets is None else [octets]
    return replace(bundle, **{name: tuple(some)})


def part(bundle: Bundle, name: str, place: int) -> bytes:
    octets: bytes = bundle.trust_list if name == "trust_list" else getattr(bundle, name)[place]
    return octets


PARTS = [("trust_list", 0), ("certificates", 0), ("certificates", 1), ("crls", 0), ("crls", 1), ("status_lists", 0)]


def test_these_are_all_parts(counter: Counter) -> None:
    assert parts(counter.bundle) == PARTS


@pytest.mark.parametrize(("name", "place"), PARTS)
def test_a_lost_part(counter: Counter, name: str, place: int) -> None:
    """Nothing passes; and nothing is called false for want of evidence."""
    assert seen(look(counter, with_part(counter.bundle, name, place, None))) == {INDETERMINATE}


@pytest.mark.parametrize(("name", "place"), PARTS)
def test_a_part_of_another_city(counter: Counter, elsewhere: City, name: str, place: int) -> None:
    theirs = part(elsewhere.yinzheng.evidence_bundle(), name, place)
    assert PASSED not in seen(look(counter, with_part(counter.bundle, name, place, theirs)))


@pytest.mark.parametrize(("name", "place"), PARTS)
def test_a_part_of_another_kind(counter: Counter, name: str, place: int) -> None:
    """What is signed as one thing is never read as another."""
    for other in PARTS:
        if other[0] != name:
            octets = part(counter.bundle, *other)
            assert PASSED not in seen(look(counter, with_part(counter.bundle, name, place, octets))), other


@pytest.mark.parametrize(("name", "place"), PARTS)
def test_every_octet_of_a_part(counter: Counter, name: str, place: int) -> None:
    """One octet changed, at places all over the part: nothing passes on it."""
    octets, seed = part(counter.bundle, name, place), int.from_bytes(random_octets(8), "big")
    chance = random.Random(seed)
    places = {0, 1, len(octets) - 1, *(chance.randrange(len(octets)) for _ in range(60))}
    for at in sorted(places):
        hurt = bytearray(octets)
        hurt[at] ^= chance.randrange(1, 256)
        verdicts = look(
            replace(counter, brought={"code": counter.brought["code"]}),
            with_part(counter.bundle, name, place, bytes(hurt)),
        )
        assert PASSED not in seen(verdicts), (seed, at, hurt[at])


@pytest.mark.parametrize(("name", "place"), PARTS)
@pytest.mark.parametrize(
    "hurt",
    [
        lambda octets: octets[:-1],
        lambda octets: octets + b"\0",
        lambda octets: octets[1:],
        lambda octets: octets + octets,
    ],
)
def test_a_part_cut_or_lengthened(counter: Counter, name: str, place: int, hurt: Callable[[bytes], bytes]) -> None:
    octets = hurt(part(counter.bundle, name, place))
    assert PASSED not in seen(look(counter, with_part(counter.bundle, name, place, octets)))


def test_parts_in_another_order_and_twice(counter: Counter, elsewhere: City) -> None:
    """Order means nothing, and strangers' parts beside ours do no harm."""
    theirs, ours = elsewhere.yinzheng.evidence_bundle(), counter.bundle
    mixed = replace(
        ours,
        certificates=(*theirs.certificates, *reversed(ours.certificates), *ours.certificates),
        crls=(*theirs.crls, *reversed(ours.crls), *ours.crls),
        status_lists=(*theirs.status_lists, *ours.status_lists, *ours.status_lists),
    )
    assert seen(look(counter, mixed)) == {PASSED}


def test_a_hurt_checkpoint_is_told(counter: Counter) -> None:
    """No verdict offline rests on the checkpoint; that it is not sound is said all the same."""
    for hurt in (b"", counter.bundle.checkpoint[:-2], counter.bundle.checkpoint.replace(b"\n", b"\n\n", 1)):
        verdicts = look(counter, replace(counter.bundle, checkpoint=hurt))
        assert seen(verdicts) == {PASSED}
        assert {(0, "checkpoint-untrusted") in open_at(one) for one in verdicts.values()} == {True}


def test_an_older_trust_list_in_place_of_the_newer(fresh: City) -> None:
    """Both are signed. The older one ends a week after it was made, whatever is in it."""
    issued = fresh.issue(number=number())
    older = fresh.yinzheng.evidence_bundle()
    fresh.clock.forward(days=7, seconds=1)
    fresh.yinzheng.publisher.refresh(fresh.clock())
    newer = fresh.yinzheng.evidence_bundle()
    assert older.trust_list != newer.trust_list
    for trust_list, expected in ((newer.trust_list, PASSED), (older.trust_list, INDETERMINATE)):
        bundle = replace(newer, trust_list=trust_list)
        evidence = weigh(bundle, fresh.yinzheng.anchors, fresh.clock())
        examined = verify_file(issued.ofd, evidence, now=fresh.clock(), online=None)
        assert (indication(examined), failed(examined)) == (expected, set())


def test_any_octet_of_the_file(counter: Counter) -> None:
    """A changed file is refused, or reads as other parts and lets nothing pass, or means the same."""
    whole, seed = encode_bundle(counter.bundle), int.from_bytes(random_octets(8), "big")
    chance = random.Random(seed)
    for _ in range(150):
        hurt = bytearray(whole)
        at = chance.randrange(len(whole))
        hurt[at] ^= chance.randrange(1, 256)
        try:
            read = decode_bundle(bytes(hurt))
        except Malformed:
            continue
        verdicts = look(replace(counter, brought={"code": counter.brought["code"]}), read)
        untouched = all(getattr(read, name) == getattr(counter.bundle, name) for name in RESTED_ON)
        assert (seen(verdicts) == {PASSED}) is untouched, (seed, at)
