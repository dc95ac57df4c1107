"""Values of our own objects are read in one spelling, and only that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.values import MAX_DEPTH, Name, Ref, Value, Word, nested, parse


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"/Type", Name(b"Type")),
        (b"/", Name(b"")),
        (b"/A#20B#E5", Name(b"A B\xe5")),
        (b"7 0 R", Ref(7)),
        (b"-0.25", Word(b"-0.25")),
        (b"true", Word(b"true")),
        (b"null", Word(b"null")),
        (b"<>", b""),
        (b"<feff5370>", b"\xfe\xff\x53\x70"),
        (b"(D:20260301083015Z)", b"D:20260301083015Z"),
        (b"[]", []),
        (b"[1 2 0 R]", [Word(b"1"), Ref(2)]),
        (b"[/A/B<00>(x)[]<< >>]", [Name(b"A"), Name(b"B"), b"\0", b"x", [], {}]),
        (b"<< >>", {}),
        (b"<< /A 1 /B << /C [3 0 R] >> >>", {Name(b"A"): Word(b"1"), Name(b"B"): {Name(b"C"): [Ref(3)]}}),
        (b"  [ 1  2 ]  ", [Word(b"1"), Word(b"2")]),
    ],
)
def test_our_spelling_is_read(octets: bytes, value: Value) -> None:
    read = parse(9, octets)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b" ",
        b"1 2",
        b"<< /A 1 >> 2",
        b"<< /A >>",
        b"<< 1 2 >>",
        b"<< (A) 2 >>",
        b"<< /A 1 /A 2 >>",
        b"<< /A 1",
        b"/A 1 >>",
        b"[1 2",
        b"1 2]",
        b"[<< ]>>",
        b"<< [ >> ]",
        b"/A#2",
        b"/A#g0",
        b"/A#41",
        b"/A#e5",
        b"/\xe5",
        b"<0>",
        b"<0G>",
        b"<FE>",
        b"<00 00>",
        b"(a\\)b)",
        b"(a(b)c)",
        b"(a\nb)",
        b"(a",
        b"a)",
        b"% comment",
        b"1\n",
        b"1\t",
        b"\x001",
        b"+1",
        b".5",
        b"5.",
        b"1e5",
        b"--1",
        b"0 0 R",
        b"07 0 R",
        b"7 1 R",
        b"7 0 Rx",
        b"1/A",
        b"truefalse",
        b"True",
        b"stream",
        b"endobj",
        b"1 0 obj",
    ],
)
def test_every_other_spelling_is_refused(octets: bytes) -> None:
    with pytest.raises(PdfRefused) as refused:
        parse(9, octets)
    assert refused.value.reason == "pdf-structure"
    assert "9" in refused.value.text


def test_nesting_is_bounded() -> None:
    assert parse(9, b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(PdfRefused) as refused:
        parse(9, b"[" * 100_000)
    assert refused.value.reason == "pdf-size"


def test_nested_values_are_all_met() -> None:
    value = parse(9, b"<< /A [1 0 R << /B 2 0 R >>] /C 3 0 R >>")
    assert sorted(each for each in nested(value) if isinstance(each, Ref)) == [1, 2, 3]


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    try:
        parse(9, octets)
    except PdfRefused as refused:
        assert refused.reason in {"pdf-structure", "pdf-size"}  # noqa: PT017  (either outcome is right)
