"""Parts in our own spelling, read by patterns: the same values as by the general reader, and no octet passes unseen."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seal_parts import document, sealed
from trust.errors import Malformed
from trust.formats.ofd import read, signature
from trust.formats.ofd.document import ImageBox, OfdDocument, OfdPage, TextRun
from trust.formats.ofd.numbers import spread
from trust.formats.ofd.package import read_package
from trust.formats.ofd.quick_page import quick_page
from trust.formats.ofd.write import write_document
from trust.formats.ofd.write_page import exactly, page_xml

PAGE, ROOT, RECORD = "Doc_0/Pages/Page_0/Content.xml", "OFD.xml", "Doc_0/Signs/Sign_0/Signature.xml"
LENGTHS = st.floats(0.1, 300, allow_nan=False)
RUNS = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn"]), min_size=1, max_size=12
).flatmap(
    lambda text: st.builds(
        TextRun,
        LENGTHS,
        LENGTHS,
        st.floats(1, 20),
        st.integers(1, 9),
        st.just(text),
        st.tuples(*[st.sampled_from([3.7042, 4.2333, 1.9939, 2.0])] * len(text)),
        st.tuples(*[st.integers(0, 255)] * 3),
    )
)


def plain_document() -> OfdDocument:
    """A document without anything that is left to the general reader."""
    made = document()
    runs = [
        TextRun(20, 30.123456, 4.2333, made.fonts[0].id, text, (4.2333,) * len(text), (26, 26, 26))
        for text in ("统一社会信用代码", "甲", "2026年03月18日")
    ]
    boxes = [ImageBox(10, 10.5, 38, 38, image.id) for image in made.images]
    return replace(made, title="营业执照", pages=(OfdPage(210, 148, (*boxes, *runs)),))


def parts() -> dict[str, bytes]:
    """The entries of that document, sealed, those of its signature left out."""
    entries = read_package(sealed(plain_document()))
    return {name: octets for name, octets in entries.items() if not name.startswith("Doc_0/Signs/")}


def outcome(work: Callable[..., Any], *given: object) -> object:
    """What comes of reading: the value, or the reason of the refusal."""
    try:
        return work(*given)
    except Malformed as refusal:
        return refusal.reason


def changed(octets: bytes, chance: random.Random) -> bytes:
    """One to three octets put elsewhere, left out, doubled or turned over."""
    made = bytearray(octets)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(made))
        match chance.randrange(4):
            case 0:
                made[at] ^= 1 << chance.randrange(8)
            case 1:
                del made[at : at + chance.randrange(1, 12)]
            case 2:
                made[at:at] = made[at : at + chance.randrange(1, 12)]
            case _:
                other = chance.randrange(len(made))
                made[at], made[other] = made[other], made[at]
    return bytes(made)


@given(st.lists(RUNS, max_size=4), st.one_of(st.none(), st.integers(1, 99)))
def test_a_page_has_the_same_values_either_way(runs: list[TextRun], template: int | None) -> None:
    page = OfdPage(210, 148, (ImageBox(24.8, 150.5, 38, 38, 101), *runs), template)
    octets = page_xml(page, 31, 32)
    quick = quick_page(octets)
    assert quick in (None, read.read_any_page(octets))
    assert quick is not None or any(set("<>&\r") & set(run.text) for run in runs)


@given(RUNS)
def test_an_exact_run_is_what_is_read_and_is_written_in_the_same_octets(run: TextRun) -> None:
    page, exact = OfdPage(210, 148, (run,)), OfdPage(210, 148, (exactly(run),))
    assert page_xml(page, 31, 32) == page_xml(exact, 31, 32)
    assert read.read_any_page(page_xml(page, 31, 32)) == exact


def test_a_plain_document_is_read_by_patterns_throughout() -> None:
    entries = parts()
    assert quick_page(entries[PAGE]) == read.read_any_page(entries[PAGE])
    assert read.quick_root(entries[ROOT]) == read.read_any_root(entries[ROOT])
    record = read_package(sealed(plain_document()))[RECORD]
    assert signature.quick_record(record) == signature.read_any_record(record)


@pytest.mark.parametrize("name", [PAGE, ROOT])
def test_no_octet_of_a_part_that_is_read_by_patterns_is_free(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = parts()
    assert isinstance(outcome(read.read_document, entries), OfdDocument)
    spoilt = [{**entries, name: changed(entries[name], random.Random(number))} for number in range(400)]
    for at in range(0, len(entries[name]), 3):
        turned = bytearray(entries[name])
        turned[at] ^= 1 << (at % 7)
        spoilt.append({**entries, name: bytes(turned)})
    spoilt = [one for one in spoilt if one[name] != entries[name]]
    quick = [outcome(read.read_document, one) for one in spoilt]
    monkeypatch.setattr(read, "quick_page", lambda _: None)
    monkeypatch.setattr(read, "quick_root", lambda _: None)
    general = [outcome(read.read_document, one) for one in spoilt]
    assert_alike(spoilt, quick, general)


def assert_alike(spoilt: list[dict[str, bytes]], quick: list[object], general: list[object]) -> None:
    """What one reader takes for another document of ours, the other does too; what it refuses, it refuses alike."""
    for entries, one, other in zip(spoilt, quick, general, strict=True):
        assert one == other
        if isinstance(one, OfdDocument):
            assert written(one) == entries


def written(value: OfdDocument) -> Mapping[str, bytes]:
    return write_document(value, sealed=True)


def test_a_record_is_refused_alike() -> None:
    octets = read_package(sealed(plain_document()))[RECORD]
    for number in range(600):
        spoilt = changed(octets, random.Random(number))
        found = outcome(signature.read_record, spoilt)
        assert found == outcome(signature.read_any_record, spoilt)
        if isinstance(found, signature.SignatureRecord):
            assert signature.record_xml(found) == spoilt


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("", 0, ()),
        ("g 3 4.2333", 3, (4.2333,) * 3),
        ("2 2 g 3 4.5", 5, (2.0, 2.0, 4.5, 4.5, 4.5)),
        ("2 2", 3, "document-xml"),
        ("g 4 2", 3, "document-xml"),
        ("g 99999 2", 3, "document-xml"),
        ("g 0 2", 0, "document-xml"),
        ("g", 1, "document-xml"),
        ("2e1", 1, "document-xml"),
        ("٢", 1, "document-xml"),
    ],
)
def test_advances(text: str, expected: int, found: object) -> None:
    assert outcome(spread, text, expected) == found
