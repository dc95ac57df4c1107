"""What passes, another program shows as it was sealed: PDFium draws the sealed revision and the whole file alike.

The reader of the project and PDFium share no code. A file that our reader finds in order, and of which PDFium shows
something else than of the revision that was sealed, is a trick nobody thought of.
"""

import re
from collections.abc import Callable
from functools import cache
from random import Random

import pypdfium2
import pytest

from tests.attacks.pdf_controls import controls
from tests.attacks.pdf_corpus import cases
from tests.attacks.pdf_foreign import foreign, stamped, with_store
from tests.attacks.pdf_making import ours, ours_locked
from tests.attacks.pdf_rebuilding import (
    between,
    forged_object,
    in_trailer,
    on_compact,
    rows_of_19,
    rows_with_return,
    store_appended,
    twice_in_table,
)
from trust.formats.pdf.long_term import add_validation_data
from trust.formats.pdf.read_any import read_pdf_document
from trust.rules.verdict import Indication

Make = Callable[[], bytes]
Shown = list[tuple[str, bytes]]
FILES: dict[str, Make] = {each.name: each.make for each in (*cases(), *controls())}
SCALE = 0.5


@cache
def passing() -> dict[str, bytes]:
    """The files of the corpus against which the reader finds nothing."""
    made = {called: make() for called, make in FILES.items()}
    return {called: data for called, data in made.items() if passes(data)}


def passes(data: bytes) -> bool:
    document = read_pdf_document(data)
    found = [*document.findings, *(finding for each in document.signatures for finding in each.findings)]
    return bool(document.signatures) and all(finding.indication is Indication.PASSED for finding in found)


def sealed_revisions(data: bytes) -> list[bytes]:
    """The file as each seal covers it, in the order of sealing; time stamps are no seals."""
    seals = [
        sum(int(number) for number in found.groups())
        for found in re.finditer(rb"/ByteRange\s*\[\s*0\s+\d+\s+(\d+)\s+(\d+)\s*\]", data)
        if b"ETSI.RFC3161" not in data[data.rindex(b" obj", 0, found.start()) : data.index(b"endobj", found.end())]
    ]
    return [data[:end] for end in sorted(seals)]


def shown(data: bytes, *, widgets: bool) -> Shown:
    """The text and the picture of each page, with the widgets of fields or without."""
    document = pypdfium2.PdfDocument(data)
    if widgets:
        document.init_forms()
    return [
        (
            page.get_textpage().get_text_range(),
            page.render(scale=SCALE, draw_annots=widgets, may_draw_forms=widgets).to_pil().tobytes(),
        )
        for page in document
    ]


def test_there_is_something_to_compare() -> None:
    assert {control.name for control in controls()} <= passing().keys()
    assert any(sealed_revisions(data)[-1] != data for data in passing().values())


@pytest.mark.parametrize("called", FILES)
def test_what_passes_is_shown_as_it_was_sealed(called: str) -> None:
    data = passing().get(called)
    if data is None:
        assert called in {case.name for case in cases()}
        return
    first, *_, last = [*sealed_revisions(data)[:1], *sealed_revisions(data)]
    assert shown(data, widgets=False) == shown(first, widgets=False)
    assert shown(data, widgets=True) == shown(last, widgets=True)


PIECES = [b" ", b"\n", b"\r", b"\0", b"%", b"% x\n", b"<<", b">>", b"(", b")", b"endobj", b"endstream", b"stream\n"]
PIECES += [b"xref\n", b"trailer", b"startxref", b"%%EOF\n", b"+", b"-", b".0", b"0", b"1", b"f", b"/Prev 0", b"/Size 1"]
PIECES += [b"/Root 1 0 R", b"obj", b"R", b"null", b"0 0\n", b"99 0\n", b"trailer << /Root 1 0 R /Size 9 >>\n"]
AROUND = [b"%b", b"(%b)", b"\n%b\n", b">> %b <<", b"%% %b\n", b"/X (%b)"]


@cache
def updated() -> list[bytes]:
    """Sealed files with genuine updates behind the seal."""
    return [
        store_appended(ours()),
        with_store(ours()),
        stamped(with_store(foreign())),
        add_validation_data(ours_locked(), [b"abc"], []),
        add_validation_data(on_compact(), [b"abc"], []),
    ]


def meddled(chance: Random) -> bytes:
    """A file with the octets behind its seal spoilt, often so that a forged page lies in them."""
    data = chance.choice(updated())
    sealed = sealed_revisions(data)[0]
    tail = bytearray(data[len(sealed) :])
    if chance.random() < 0.6:
        place = chance.randrange(len(tail))
        tail[place:place] = chance.choice(AROUND) % forged_object(data)
    for _ in range(chance.choice([1, 1, 2, 3])):
        place, piece = chance.randrange(len(tail)), chance.choice(PIECES)
        match chance.randrange(4):
            case 0:
                tail[place:place] = piece
            case 1:
                tail[place : place + len(piece)] = piece
            case 2:
                del tail[place : place + chance.randrange(1, 4)]
            case _:
                old, new = chance.choice([(b" \n", b"\n"), (b" \n", b"\r"), (b"\n", b"\r"), (b" n", b" f")])
                tail = tail.replace(old, new, chance.choice([1, -1]))
    return led_to_table(sealed + tail, len(sealed))


def led_to_table(data: bytes, start: int) -> bytes:
    """The same with the last table's rows and `startxref` leading where things stand now."""
    table = data.rfind(b"\nxref", start) + 1
    if table == 0:
        return data
    places = (found.start() for found in re.compile(rb"(?<=\n)\d+ 0 obj\n").finditer(data, start))
    rows = re.sub(rb"\d{10}(?= 00000 n)", lambda _: b"%010d" % next(places, 0), data[table:])
    return data[:table] + re.sub(rb"(startxref\s+)\d+(\s+%%EOF\s*)\Z", rb"\g<1>%d\2" % table, rows)


def compare_meddled(seed: int, count: int) -> int:
    """How many of so many meddled files pass; each of them must be shown as it was sealed."""
    chance, passed = Random(seed), 0
    for _ in range(count):
        data = meddled(chance)
        if passes(data):
            passed += 1
            revisions = sealed_revisions(data)
            assert shown(data, widgets=False) == shown(revisions[0], widgets=False)
            assert shown(data, widgets=True) == shown(revisions[-1], widgets=True)
    return passed


def test_meddling_behind_a_seal_changes_nothing_that_passes() -> None:
    assert compare_meddled(20260302, 400) > 0


@pytest.mark.long
def test_much_meddling_behind_a_seal_changes_nothing_that_passes() -> None:
    assert compare_meddled(8, 20_000) > 0


@pytest.mark.parametrize(
    "forged",
    [
        lambda: rows_of_19(in_trailer(ours())),
        lambda: rows_with_return(in_trailer(ours())),
        lambda: rows_of_19(between(ours())),
        lambda: stamped(rows_of_19(between(ours()))),
    ],
)
def test_the_comparison_would_notice(forged: Make) -> None:
    """PDFium does show the forged page of these; were they to pass, the comparison would fail."""
    data = forged()
    assert shown(data, widgets=False) != shown(sealed_revisions(data)[0], widgets=False)
    assert not passes(data)


def test_a_number_given_twice_is_met_though_this_program_shows_the_sealed_one() -> None:
    data = twice_in_table(ours())
    assert shown(data, widgets=False) == shown(sealed_revisions(data)[0], widgets=False)
    assert not passes(data)
