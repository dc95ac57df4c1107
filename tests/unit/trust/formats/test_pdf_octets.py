"""How a value of PDF has to be spelt so that every program reads the same, and where it ends."""

import pytest

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.octets import MAX_NESTED, after_value


@pytest.mark.parametrize(
    "value",
    [
        b"<< /A 1 /B [1 0 R (a (b) \\) c) <0a FF>] /C << /D null >> >>",
        b"<</A/B/C[/D]/E(x)>>",
        b"[1 0 R 2 0 R]",
        b"<< /A % a remark\n 1 >>",
        b"(text)",
        b"<00>",
        b"/Name",
        b"-0.5",
        b"true",
        b"null",
        b"[" * MAX_NESTED + b"]" * MAX_NESTED,
    ],
)
def test_a_plain_value_ends_where_it_ends(value: bytes) -> None:
    assert after_value(b"x " + value + b" endobj", 1, written_anew=True) == 2 + len(value)


@pytest.mark.parametrize(
    "value",
    [
        b"<< /A 1\x0b0\x0bR >>",
        b"<< /A 1 >x >>",
        b"<< /A [1 >>",
        b"[1 0 R",
        b"[R]",
        b"[(1) (0) R]",
        b"[1 nullx]",
        b"<< /A {1} >>",
        b"]",
        b"(never closed",
        b"<0g>",
        b"[" * (MAX_NESTED + 1) + b"]" * (MAX_NESTED + 1),
        b"",
    ],
)
def test_what_programs_read_in_two_ways_is_refused(value: bytes) -> None:
    with pytest.raises(PdfRefused) as refusal:
        after_value(value, 0, written_anew=False)
    assert refusal.value.reason == "pdf-table-form"


def test_names_beyond_ascii_are_for_new_objects_only() -> None:
    value = b"<< /#e9 1 >>"
    assert after_value(value, 0, written_anew=False) == len(value)
    with pytest.raises(PdfRefused):
        after_value(value, 0, written_anew=True)
