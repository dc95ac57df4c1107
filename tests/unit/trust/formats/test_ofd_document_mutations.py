"""Damaged sealed OFD files: never an exception, and never a sound signature over other content.

The mutator is seeded. A hundred damaged files are read in every run, ten thousand under the long marker.
"""

import random
from collections.abc import Iterator

import pytest

from tests.attacks.ofd_making import PAGE, VALUE, Entries, Spec, plain, sealed_by_others, zipped
from tests.attacks.ofd_seal_attacks import signed_plainly
from tests.attacks.ofd_tolerated import controls
from trust.formats.ofd.package import read_package
from trust.formats.ofd.read_any import read_ofd_document
from trust.rules.verdict import Indication

TOKENS = (
    b"<",
    b">",
    b"/",
    b"..",
    b"\0",
    b"ofd:",
    b"&",
    b"<!--",
    b"]]>",
    b'"',
    b"0" * 40,
    b"-1",
    b"\xff",
    b"Doc_0",
    b"\x30\x84",
)


def bases() -> list[bytes]:
    names = ("one seal, open", "two signers", "ours, riding", "package closed by its list of entries", "licence")
    return [*(controls()[name]() for name in names), zipped(signed_plainly())]


def damaged(octets: bytes, chance: random.Random) -> bytes:
    """A few changes: bits, cuts, doublings, tokens."""
    data = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        place, size = chance.randrange(len(data) or 1), chance.randint(1, 40)
        match chance.randrange(5):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[place : place + size]
            case 2:
                data[place:place] = data[place : place + size]
            case 3:
                data[place:place] = chance.choice(TOKENS)
            case _:
                data[place : place + size] = chance.randbytes(size)
    return bytes(data)


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Half of them damaged as files, half inside an entry of a package that is put together well."""
    chance, files = random.Random(seed), bases()
    packages = [dict(read_package(file)) for file in files]
    for _ in range(count):
        if chance.random() < 0.3:
            yield damaged(chance.choice(files), chance)
            continue
        entries = dict(chance.choice(packages))
        name = chance.choice(sorted(entries))
        yield zipped({**entries, name: damaged(entries[name], chance)}, deflate=False)


def check(data: bytes) -> None:
    read = read_ofd_document(data)
    assert read.findings
    assert all(one.detail.endswith("。") and one.detail.isprintable() for one in read.findings)


def test_damaged_files_are_read_without_an_exception() -> None:
    for data in mutants(100, seed=1):
        check(data)


@pytest.mark.long
def test_ten_thousand_damaged_files_are_read_without_an_exception() -> None:
    for data in mutants(10_000, seed=2):
        check(data)


@pytest.mark.parametrize("name", [PAGE, VALUE])
def test_no_damage_to_what_is_signed_goes_unseen(name: str) -> None:
    chance = random.Random(3)
    good: Entries = sealed_by_others(plain(), Spec())
    for _ in range(150):
        other = {**good, name: damaged(good[name], chance)}
        if other[name] == good[name]:
            continue
        read = read_ofd_document(zipped(other, deflate=False))
        findings = [*read.findings, *(one for signature in read.signatures for one in signature.findings)]
        spoiled = any(one.indication is not Indication.PASSED for one in findings)
        assert spoiled or any(one.warning and one.name != "signatures-open" for one in findings)
