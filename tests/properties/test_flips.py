"""No octet of a licence is free: whatever single octet is changed, the full verifier never says PASSED.

Files go through everything an online verification does. Places and values are drawn anew in every run and the seed is
in the message of a failure; `YINZHENG_SEED` repeats a run.
"""

import os
import random
import re
from collections.abc import Iterator

import pytest

from issuer.issuing import Issued
from keys.randomness import random_octets
from tests.city import BUNDLES, City
from tests.journey_parts import PASSED, code_text, indication, number
from trust.formats.ofd.package import read_package, write_package
from trust.formats.token import to_base45_text
from verifier.errors import NotUnderstood

FLIPS = 2000
"""In each form, half of them of one bit."""
FORMS = ("ofd", "pdf")


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("YINZHENG_SEED") or int.from_bytes(random_octets(8), "big"))


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture(scope="module")
def issued(city: City) -> Issued:
    return city.issue(BUNDLES[2])


def octets(issued: Issued, form: str) -> bytes:
    found: bytes = getattr(issued, form)
    return found


def passes(city: City, data: bytes) -> bool:
    return indication(city.yinzheng.verify_file(data)) is PASSED


@pytest.mark.parametrize("form", FORMS)
def test_the_whole_file_passes(city: City, issued: Issued, form: str) -> None:
    assert passes(city, octets(issued, form))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["one bit", "another value"])
def test_one_octet_changed(city: City, issued: Issued, form: str, kind: str, seed: int) -> None:
    whole, chance = octets(issued, form), random.Random(f"{seed} {form} {kind}")
    for place in chance.sample(range(len(whole)), FLIPS // 2):
        change = 1 << chance.randrange(8) if kind == "one bit" else chance.randrange(1, 256)
        changed = bytearray(whole)
        changed[place] ^= change
        assert not passes(city, bytes(changed)), (seed, place, change)


@pytest.mark.parametrize("form", FORMS)
def test_one_octet_changed_at_the_edges(city: City, issued: Issued, form: str, seed: int) -> None:
    """Heads and tails of a file are where formats are forgiving."""
    whole, chance = octets(issued, form), random.Random(f"{seed} {form} edges")
    for place in (*range(24), *range(len(whole) - 48, len(whole))):
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        assert not passes(city, bytes(changed)), (seed, place)


def test_one_octet_changed_inside_a_package_that_was_packed_again(city: City, issued: Issued, seed: int) -> None:
    """With right checksums and lengths, so that only digests and signatures stand against it: every entry in turn."""
    entries, chance = read_package(issued.ofd), random.Random(f"{seed} packed again")
    assert write_package(entries) == issued.ofd
    for name, content in entries.items():
        for place in {0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(30))}:
            changed = bytearray(content)
            changed[place] ^= chance.randrange(1, 256)
            packed = write_package({**entries, name: bytes(changed)})
            assert not passes(city, packed), (seed, name, place, changed[place])


def test_an_entry_taken_from_another_licence(city: City, issued: Issued) -> None:
    """Signed value, signature list, face and metadata, one at a time and in pairs."""
    ours, theirs = read_package(issued.ofd), read_package(city.issue(BUNDLES[2], number=number()).ofd)
    assert ours.keys() == theirs.keys()
    differing = [name for name in ours if ours[name] != theirs[name]]
    assert len(differing) >= 4
    for first in differing:
        for second in differing:
            mixed = {**ours, first: theirs[first], second: theirs[second]}
            assert not passes(city, write_package(mixed)), (first, second)


def test_the_spelling_of_the_signature_in_a_pdf(city: City, issued: Issued, seed: int) -> None:
    """Outside of what the signature covers: hexadecimal digits that could be spelled in another case, and padding."""
    whole, chance = issued.pdf, random.Random(f"{seed} contents")
    (found,) = re.finditer(rb"/Contents\s*<([0-9A-Fa-f]{200,})>", whole)
    digits = range(*found.span(1))
    letters = [place for place in digits if whole[place : place + 1].isalpha()]
    for place in chance.sample(letters, 40):
        changed = bytearray(whole)
        changed[place] ^= 0x20
        assert not passes(city, bytes(changed)), (seed, place)
    zeros = [place for place in digits if set(whole[place : found.end(1)]) == {ord("0")}]
    for place in chance.sample(zeros, min(20, len(zeros))):
        for value in b"1 \nf":
            changed = bytearray(whole)
            changed[place] = value
            assert not passes(city, bytes(changed)), (seed, place, value)


@pytest.mark.parametrize("form", FORMS)
def test_cut_off(city: City, issued: Issued, form: str, seed: int) -> None:
    whole, chance = octets(issued, form), random.Random(f"{seed} {form} cut")
    ends = {0, 1, 4, len(whole) - 1, len(whole) - 2, *(chance.randrange(len(whole)) for _ in range(20))}
    for end in sorted(ends):
        assert not passes(city, whole[:end]), (seed, end)
        assert end == 0 or not passes(city, whole[end:]), (seed, end)


@pytest.mark.parametrize("form", FORMS)
def test_put_in(city: City, issued: Issued, form: str, seed: int) -> None:
    whole, chance = octets(issued, form), random.Random(f"{seed} {form} put in")
    places = [0, len(whole), *(chance.randrange(len(whole)) for _ in range(20))]
    for place in places:
        for more in (b"\0", b"\n", b"%\n", chance.randbytes(chance.randrange(1, 64))):
            assert not passes(city, whole[:place] + more + whole[place:]), (seed, place, more)


@pytest.mark.parametrize("form", FORMS)
def test_doubled_and_left_out(city: City, issued: Issued, form: str, seed: int) -> None:
    whole, chance = octets(issued, form), random.Random(f"{seed} {form} doubled")
    assert not passes(city, whole + whole)
    for _ in range(20):
        start, end = sorted(chance.sample(range(len(whole) + 1), 2))
        assert not passes(city, whole[:end] + whole[start:]), (seed, start, end)
        assert not passes(city, whole[:start] + whole[end:]), (seed, start, end)


@pytest.mark.parametrize("form", FORMS)
def test_spliced_with_another_licence(city: City, issued: Issued, form: str, seed: int) -> None:
    """The head of one genuine licence and the tail of another; and two octets of a file exchanged."""
    whole, chance = octets(issued, form), random.Random(f"{seed} {form} spliced")
    other = octets(city.issue(BUNDLES[2], number=number()), form)
    for _ in range(20):
        place = chance.randrange(1, min(len(whole), len(other)))
        assert not passes(city, whole[:place] + other[place:]), (seed, place)
        here, there = chance.sample(range(len(whole)), 2)
        changed = bytearray(whole)
        changed[here], changed[there] = whole[there], whole[here]
        assert bytes(changed) == whole or not passes(city, bytes(changed)), (seed, here, there)


def test_every_digit_of_the_code(city: City, issued: Issued, seed: int) -> None:
    chance = random.Random(f"{seed} digits")
    text = code_text(issued)
    start = text.index("#") + 1
    for place in range(start, len(text)):
        other = chance.choice([digit for digit in "0123456789" if digit != text[place]])
        changed = text[:place] + other + text[place + 1 :]
        assert indication(city.yinzheng.verify_words(changed)) is not PASSED, (seed, place, other)
    for changed in (text[:-1], text + "0", text[:start] + "0" + text[start:], text.replace("/q#", "/q##")):
        assert indication(city.yinzheng.verify_words(changed)) is not PASSED, changed


def test_every_character_of_the_other_code(city: City, issued: Issued, seed: int) -> None:
    chance = random.Random(f"{seed} base45")
    text = to_base45_text(issued.token)
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    for place in range(len("EL1:"), len(text)):
        other = chance.choice([one for one in alphabet if one != text[place]])
        try:
            examined = city.yinzheng.verify_words(text[:place] + other + text[place + 1 :])
        except NotUnderstood:
            continue
        assert indication(examined) is not PASSED, (seed, place, other)
