"""Versions of a PDF are drawn: what seals and fields add is left out, everything else counts."""

from collections.abc import Callable

import pypdfium2
import pytest

from tests.attacks.pdf_double_roles import BAD, DRAWN, named_alike, stamp_with_picture, stamped
from tests.attacks.pdf_foreign import appended, certified, number_of, signed_by_pyhanko, with_store
from tests.attacks.pdf_making import letter, new_content, ours, ours_twice, page_added, seal, with_text_field
from tests.attacks.pdf_updating import filled, stream
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.placing import AtPoint, Riding
from verifier.comparing import ALIKE, with_comparison
from verifier.pictures import glimpses as looking
from verifier.pictures.glimpses import glimpses
from verifier.pictures.seen import GONE, are_glimpses

DIFFERS, NOT = "pdf-shown-differs", "pdf-not-compared"
Make = Callable[[], bytes]
ALL_ALIKE: dict[str, Make] = {
    "two seals": ours_twice,
    "a riding seal over the first": lambda: seal(ours(), Riding(), lock=True),
    "a seal on a seal": lambda: seal(ours(), AtPoint(0, 25, 25)),
    "validation data": lambda: with_store(ours()),
    "waiting field signed": lambda: signed_by_pyhanko(certified(2), field="Signature2"),
    "field filled": lambda: filled(seal(with_text_field())),
}


def exchanged_beneath() -> bytes:
    """A picture within the box of the second seal is exchanged with it."""
    data = named_alike(b"Metadata")
    hidden = BAD.replace(b"350", b" 20")
    return seal(appended(data, {number_of(data, "/Metadata"): stream(hidden, DRAWN)}), AtPoint(0, 0, 90))


def small_print() -> bytes:
    """White text is drawn in white."""
    data = named_alike(b"Metadata")
    content = b"BT /F1 24 Tf 50 200 Td (100) Tj ET 1 g BT /F1 9 Tf 50 20 Td (999) Tj ET 1 0 0 rg 10 10 50 50 re f"
    return stamped(appended(data, {number_of(data, "/Metadata"): stream(content, DRAWN)}))


OTHERWISE: dict[str, Make] = {
    "content exchanged": lambda: new_content(ours()),
    "page added": lambda: page_added(ours()),
    "picture beneath a seal exchanged": exchanged_beneath,
    "time stamp with a picture": lambda: stamp_with_picture(ours()),
    "text that is too small to be seen": small_print,
}


def told(data: bytes) -> set[str]:
    document = read_pdf_document(data)
    seen = list(glimpses(data))
    assert are_glimpses(seen)
    found = with_comparison(data, document, lambda _: seen)
    every = [*found.findings, *(each for facts in found.signatures for each in facts.findings)]
    return {each.name for each in every} & {DIFFERS, NOT, ALIKE}


@pytest.mark.parametrize("called", ALL_ALIKE)
def test_what_a_seal_or_a_field_adds_is_no_difference(called: str) -> None:
    assert told(ALL_ALIKE[called]()) == {ALIKE}


@pytest.mark.parametrize("called", OTHERWISE)
def test_everything_else_is(called: str) -> None:
    assert DIFFERS in told(OTHERWISE[called]())


def test_a_box_is_where_the_seal_was_put() -> None:
    first, second = read_pdf_document(ours_twice()).versions
    assert (first.names, first.boxes, second.names) == (("Seal1",), (), ("Seal2",))
    assert [(box.page, round(box.x), round(box.y)) for box in second.boxes] == [(1, 60, 60)]


def test_the_first_and_the_last_version_come_before_those_between() -> None:
    data = seal(ours_twice(), AtPoint(2, 20, 20))
    places = [(one.version, one.page) for one in glimpses(data)]
    assert places == [(0, 1), (2, 1), (0, 2), (2, 2), (0, 0), (2, 0), (1, 1), (1, 2), (1, 0)]


def test_no_more_pages_are_drawn_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MAX_GLIMPSES", 5)
    data = seal(ours_twice(), AtPoint(2, 20, 20))
    assert [(one.version, one.page) for one in glimpses(data)] == [(0, 1), (2, 1), (0, 2), (2, 2), (1, 1)]
    assert told(data) == {NOT}


def test_where_there_are_many_pages_those_between_are_drawn_without_annotations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = seal(ours_twice(), AtPoint(2, 20, 20))
    assert {one.version for one in glimpses(data) if one.look} == {0, 1, 2}
    monkeypatch.setattr(looking, "MAX_LOOKS", 8)
    assert {one.version for one in glimpses(data) if one.look} == {0, 2}
    assert told(data) == {ALIKE}


def test_a_file_of_one_version_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pypdfium2, "PdfDocument", None)
    assert list(glimpses(ours())) == []
    assert list(glimpses(letter())) == []


def test_what_cannot_be_opened_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: bytes) -> object:
        raise pypdfium2.PdfiumError("password")

    monkeypatch.setattr(pypdfium2, "PdfDocument", fails)
    assert told(ours_twice()) == {NOT}


def test_a_page_that_is_not_drawn_the_same_twice_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when memory runs short, and a picture is left out."""
    drawn, times = looking._drawn, iter(range(1000))

    def waning(page: object, *, annotated: bool, mode: str | None) -> object:
        made = drawn(page, annotated=annotated, mode=mode)
        if next(times) > 4:
            made.putpixel((0, 0), (1, 2, 3))
        return made

    monkeypatch.setattr(looking, "_drawn", waning)
    assert told(ours_twice()) == {NOT}


def test_a_page_that_cannot_be_drawn_at_all_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(page: object, *, annotated: bool, mode: str | None) -> object:
        raise ValueError

    monkeypatch.setattr(looking, "_drawn", fails)
    assert {one.content for one in glimpses(ours_twice())} == {GONE}
    assert told(ours_twice()) == {NOT}
