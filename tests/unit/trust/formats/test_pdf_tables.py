"""Octets of PDF and cross-reference sections: what is one thing to every program, and what is not."""

from collections.abc import Callable

import pytest

from tests.attacks.pdf_foreign import compact, with_store
from tests.attacks.pdf_making import letter, ours
from tests.attacks.pdf_rebuilding import hidden, last_table, last_trailer, packed_unnamed, rows_of_19, with_file_inside
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.octets import after_filler, header_at, objects_seen, read_dictionary, without_comments
from trust.formats.pdf.one_reading import reads_alike
from trust.formats.pdf.source import open_pdf
from trust.formats.pdf.tables import read_section


@pytest.mark.parametrize(
    ("octets", "entries"),
    [
        (b"<<>>", {}),
        (b"<< /Size 12 >>", {b"/Size": b"12"}),
        (b"<</Root 8 0 R/ID[<aa><BB>]/A(x)>>", {b"/Root": b"8 0 R", b"/ID": b"[<aa><BB>]", b"/A": b"(x)"}),
        (b"<< /A << /B [ 1 2 ] >> /C /D >>", {b"/A": b"<< /B [ 1 2 ] >>", b"/C": b"/D"}),
        (b"<< /A (a\\)(b) >>) /B -1.5 >>", {b"/A": b"(", b"/B": b"-1.5"}),
        (b"<<\n/A 1\n% made by a library\n/B true>>", {b"/A": b"1", b"/B": b"true"}),
        (b"<< /S#69ze 3 >>", {b"/Size": b"3"}),
    ],
)
def test_a_dictionary_ends_where_it_ends(octets: bytes, entries: dict[bytes, bytes]) -> None:
    found, end = read_dictionary(b"##" + octets + b" << /Other 1 >>", 2)
    assert end == 2 + len(octets)
    assert {name: text for name, text in found.items() if not text.startswith(b"(")} == {
        name: text for name, text in entries.items() if not text.startswith(b"(")
    }
    assert found.keys() == entries.keys()


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[1]",
        b"<< /A 1",
        b"<< /A >>",
        b"<< 1 /A >>",
        b"<< /A 1 /A 2 >>",
        b"<< /A 1 /#41 2 >>",
        b"<< /A 1 ] >>",
        b"<< /A [ 1 >> ]",
        b"<< /A 1 >",
        b"<< /A 1 obj >>",
        b"<< /A R >>",
        b"<< /A (x >>",
        b"<< /A 0 R >>",
        b"<< % trailer\n /A 1 >>",
        b"<< /A " + b"[" * 20 + b"]" * 20 + b" >>",
        b"<< /A (" + b"x" * 70_000 + b") >>",
    ],
)
def test_what_is_no_dictionary(octets: bytes) -> None:
    with pytest.raises(PdfRefused, match="pdf-table-form"):
        read_dictionary(octets, 0)


@pytest.mark.parametrize(
    ("octets", "places"),
    [
        (b"\n12 0 obj\n", [1]),
        (b"endobj12 0 obj<<>>", [6]),
        (b"(1 0 obj) 5\t0\robj/", [1, 10]),
        (b"12 0objects 12 0 object 12 obj 0 obj", []),
        (b"+0012 0 obj", [1]),
        (b"12 0 % no\nobj", []),
    ],
)
def test_where_a_search_sees_an_object(octets: bytes, places: list[int]) -> None:
    assert list(objects_seen(octets, 0, len(octets))) == places


def test_a_comment_hides_an_object_from_some_and_parts_of_one_from_nobody() -> None:
    assert list(objects_seen(without_comments(b"12 0 % no\nobj", 0), 0, 13)) == [0]
    assert list(objects_seen(without_comments(b"% 12 0 obj", 0), 0, 10)) == []
    assert without_comments(b"1 %a\r2 %b", 2).split() == [bytes(2), b"2"]


@pytest.mark.parametrize(
    ("octets", "header"),
    [(b"12 3 obj\n", (12, 3)), (b"12 3 obj<<", (12, 3)), (b" 12 3 obj", None), (b"12 3 object", None), (b"12 3", None)],
)
def test_a_header_stands_exactly_there(octets: bytes, header: tuple[int, int] | None) -> None:
    assert header_at(octets, 0) == header
    assert header_at(b"1" + octets, 1) is None


@pytest.mark.parametrize(
    ("octets", "passed"), [(b" \n%a b\n x", 8), (b"%1 0 obj\nx", 0), (b"%%EOF\nx", 0), (b"%" + b"y" * 300 + b"\nx", 0)]
)
def test_what_is_passed_over(octets: bytes, passed: int) -> None:
    assert after_filler(octets, 0) == passed


@pytest.mark.parametrize("make", [letter, ours, compact, lambda: with_store(compact()), with_file_inside])
def test_sound_files_read_alike(make: Callable[[], bytes]) -> None:
    data = make()
    reader = open_pdf(data)
    last = reader.total_revisions - 1
    assert reads_alike(data, reader, len(data), last)
    section = read_section(data, reader, last)
    assert section.start == section.named
    assert data[: section.end] == data
    assert section.places


@pytest.mark.parametrize(
    "make",
    [
        hidden,
        lambda: rows_of_19(letter()),
        lambda: last_table(letter(), lambda table: b"\n" + table),
        lambda: last_trailer(letter(), lambda end: end.replace(b"/Size ", b"/Size 00")),
        packed_unnamed,
        lambda: letter().replace(b"\n4 0 obj", b"\n4 0 obj ", 1).replace(b"\n5 0 obj ", b"\n5 0 obj", 1),
    ],
    ids=["object unnamed", "rows of 19", "empty line", "size with zeros", "object stream", "places out by one"],
)
def test_unsound_files_do_not(make: Callable[[], bytes]) -> None:
    data = make()
    reader = open_pdf(data)
    assert not reads_alike(data, reader, len(data), reader.total_revisions - 1)
