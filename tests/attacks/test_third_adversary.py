"""A third adversary's attacks on sealed PDF: each is met by the finding meant for it, and what is genuine passes.

Where PDFium shows something else, drawing finds it too, without any of the rules that were added.
"""

import zlib
from collections.abc import Callable
from random import Random

import pytest

from tests.attacks.ofd_making import Spec, plain, sealed_by_others, zipped
from tests.attacks.pdf_blind_spots import (
    coloured,
    hidden_drawing,
    in_hexadecimal,
    information_in_array,
    layer_as_field,
    measured_at_length,
    named_at_length,
    packed_store,
    predicted,
    predicted_aside,
    remark_in_other_letters,
    stamp_with_box,
    stumbling,
    supplied_through_array,
    supplied_under_generation,
    table_behind_stream,
    table_of_rows,
    with_store_of,
)
from tests.attacks.pdf_double_roles import page_again
from tests.attacks.pdf_structural import mutant
from tests.attacks.test_pdf_oracle import passes
from tests.attacks.test_second_adversary import against
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.pdf.read_any import read_pdf_document
from trust.rules.verdict import Indication
from verifier.comparing import with_comparison
from verifier.pictures.glimpses import glimpses

Make = Callable[[], bytes]
FAILED = Indication.FAILED
LARGE, LARGE_REAL = b"99999999999", b"99999999999.0"
FLATE = b"/Filter /FlateDecode"
ATTACKS: dict[str, tuple[Make, str]] = {
    "content supplied through an array": (supplied_through_array, "pdf-object-supplied"),
    "content supplied under another generation": (supplied_under_generation, "pdf-object-supplied"),
    "a page's box is the information": (information_in_array, "pdf-changed-after-seal"),
    "layer is a waiting field": (layer_as_field, "pdf-field-changed"),
    "layer is a waiting field, under another name": (lambda: layer_as_field(b"MC0"), "pdf-field-changed"),
    "remark in another font": (remark_in_other_letters, "pdf-form-changed"),
    "remark whose font comes later": (lambda: remark_in_other_letters(first=b""), "pdf-form-changed"),
    "stamp as wide as numbers are read": (
        lambda: stamp_with_box(b"[%s 0 %s 400]" % (LARGE, LARGE_REAL), b"[0 0 %s 400]" % LARGE_REAL),
        "pdf-time-stamp-shown",
    ),
    "stamp without extent, with a picture": (
        lambda: stamp_with_box(b"[0 0 0 0]", b"[0 0 500 400]"),
        "pdf-time-stamp-shown",
    ),
    "stamp without width, with a picture": (
        lambda: stamp_with_box(b"[0 0 0 400]", b"[0 0 500 400]"),
        "pdf-time-stamp-shown",
    ),
    "stamp without a rectangle": (lambda: stamp_with_box(b"[]", b"[0 0 500 400]"), "pdf-time-stamp-shown"),
    "name spelt at length": (named_at_length, "pdf-table-form"),
    "letters of a key escaped": (
        lambda: page_again(lambda body: body.replace(b"/Contents", b"/#43ontents")),
        "pdf-table-form",
    ),
    "number spelt at length": (measured_at_length, "pdf-table-form"),
    "colours in a string with raw returns": (lambda: coloured(rb"(\r\r\rAAA)", b"(\r\r\rAAA)"), "pdf-table-form"),
    "colours in a string on two lines": (lambda: coloured(b"(ABCDEF)", b"(ABC\\\nDEF)"), "pdf-table-form"),
    "colours in a string with short escapes": (lambda: coloured(rb"(\007ABCDE)", rb"(\7ABCDE)"), "pdf-table-form"),
    "colours in half an octet": (lambda: coloured(b"<414243444540>", b"<41424344454>"), "pdf-table-form"),
    "more objects than there are": (lambda: stumbling(rb"/Size \d+", b"/Size 99999999"), "pdf-table-form"),
    "no catalogue in the trailer": (lambda: stumbling(rb"/Root \d+ 0 R", b""), "pdf-table-form"),
    "catalogue spelt otherwise": (lambda: stumbling(rb"/Root (\d+) 0 R", rb"/Root \1 00 R"), "pdf-table-form"),
    "rows for numbers far away": (lambda: stumbling(rb"xref\n0 1\n", b"xref\n4000000000 0\n0 1\n"), "pdf-table-form"),
    "end of the file far away": (lambda: stumbling(rb"\n%%EOF", b" " * 6000 + b"\n%%EOF"), "pdf-table-form"),
    "table behind a stream": (table_behind_stream, "pdf-table-form"),
    "object stream in hexadecimal": (
        lambda: packed_store(b"/Filter /ASCIIHexDecode", in_hexadecimal),
        "pdf-table-form",
    ),
    "object stream with parameters": (
        lambda: packed_store(FLATE + b" /DecodeParms << /Predictor 1 >>", zlib.compress),
        "pdf-table-form",
    ),
    "object stream with more behind it": (
        lambda: packed_store(FLATE, lambda octets: zlib.compress(octets) + zlib.compress(b" ")),
        "pdf-table-form",
    ),
    "table in hexadecimal": (lambda: table_of_rows(b"/Filter /ASCIIHexDecode", in_hexadecimal), "pdf-table-form"),
    "table whose rows pyHanko reads otherwise": (
        lambda: table_of_rows(FLATE + b" /DecodeParms << /Predictor 12 /Columns 7 >>", predicted_aside),
        "pdf-table-form",
    ),
    "stamp whose picture pyHanko reads otherwise": (hidden_drawing, "pdf-time-stamp-shown"),
    "validation data of another type": (lambda: with_store_of(b"/Type /Catalog", b""), "pdf-dss-form"),
    "validation data of a type that is none": (lambda: with_store_of(b"/Type << >>", b""), "pdf-dss-form"),
    "certificate with a type": (lambda: with_store_of(b"/Type /DSS", b"/Type /Catalog"), "pdf-dss-form"),
    "table with odd parameters": (
        lambda: table_of_rows(FLATE + b" /DecodeParms << /Predictor 12 /Columns 7 /Colors 2 >>", predicted),
        "pdf-table-form",
    ),
}
SHOWS_OTHERWISE = [
    "content supplied through an array",
    "content supplied under another generation",
    "a page's box is the information",
    "layer is a waiting field",
    "remark in another font",
    "remark whose font comes later",
    "stamp as wide as numbers are read",
    "name spelt at length",
    "number spelt at length",
]
GENUINE: dict[str, Make] = {
    "validation data without a type": lambda: with_store_of(b"", b""),
    "stamp with an empty picture": lambda: stamp_with_box(b"[0 0 0 0]", b"[0 0 100 100]", b"% nothing\n"),
    "stamp with a picture without extent": lambda: stamp_with_box(b"[0 0 0 0]", b"[0 0 0 0]", b"q /F Do Q"),
    "colours spelt in full": lambda: coloured(rb"(AABCDE)", rb"(\101\101BCDE)"),
    "colours in hexadecimal": lambda: coloured(b"<414243444546>", b"<41 42 43 44 45 46>"),
    "object stream, compressed": lambda: packed_store(FLATE, zlib.compress),
    "object stream, in an array of filters": lambda: packed_store(b"/Filter [ /FlateDecode ]", zlib.compress),
    "table with rows predicted": lambda: table_of_rows(
        FLATE + b" /DecodeParms << /Predictor 12 /Columns 7 >>", predicted
    ),
    "table with rows predicted, in arrays": lambda: table_of_rows(
        b"/Filter [/FlateDecode] /DecodeParms [<< /Columns 7 /Predictor 12 /Colors 1 >>]", predicted
    ),
}


def drawing_tells(data: bytes) -> set[str]:
    """What drawing alone says of the signatures."""
    document = read_pdf_document(data)
    seen = list(glimpses(data))
    compared = with_comparison(data, document, lambda _: seen)
    before = {finding.name for facts in document.signatures for finding in facts.findings}
    return {finding.name for facts in compared.signatures for finding in facts.findings} - before


@pytest.mark.parametrize("called", ATTACKS)
def test_an_attack_is_met(called: str) -> None:
    make, code = ATTACKS[called]
    assert against(make()).get(code) is FAILED


@pytest.mark.parametrize("called", SHOWS_OTHERWISE)
def test_drawing_would_have_found_it(called: str) -> None:
    assert drawing_tells(ATTACKS[called][0]()) == {"pdf-shown-differs"}


@pytest.mark.parametrize("called", GENUINE)
def test_what_is_genuine_passes(called: str) -> None:
    data = GENUINE[called]()
    assert passes(data)
    assert drawing_tells(data) == {"pdf-shown-alike"}


def compare_mutants(seed: int, count: int) -> int:
    """How many of so many mutants pass; each of them must be shown as it was sealed."""
    chance, passed = Random(seed), 0
    for number in range(count):
        data = mutant(chance)
        if passes(data):
            passed += 1
            assert "pdf-shown-differs" not in drawing_tells(data), number
    return passed


def test_mutants_that_pass_are_shown_as_they_were_sealed() -> None:
    assert compare_mutants(20260304, 300) > 30


@pytest.mark.long
def test_many_mutants_that_pass_are_shown_as_they_were_sealed() -> None:
    assert compare_mutants(9, 10_000) > 1_000


def without_flag(packed: bytes, name: str) -> bytes:
    """A ZIP whose headers do not say of this entry that its name is UTF-8."""
    data, octets = bytearray(packed), name.encode()
    for mark, before, place in ((b"PK\3\4", 30, 6), (b"PK\1\2", 46, 8)):
        start = packed.index(octets, packed.index(mark)) if mark == b"PK\3\4" else packed.rindex(octets)
        header = start - before
        assert packed[header : header + 4] == mark
        data[header + place + 1] &= ~8
    return bytes(data)


@pytest.mark.parametrize(("name", "met"), [("Doc_0/ģ.png", True), ("Doc_0/ģģ.png", False)])
def test_an_entry_that_is_another_one_to_a_program_of_the_system(name: str, met: bool) -> None:
    """The octets of the second name are those of the first one in GBK, as which some programs read it."""
    entries = sealed_by_others({**plain(), "Doc_0/模.png": b"good"}, Spec())
    assert "ģ".encode().decode("gbk") == "模"
    found = read_ofd_document(without_flag(zipped({**entries, name: b"bad"}), name))
    assert ("zip-duplicate" in {finding.name for finding in found.findings}) is met
    assert bool(found.signatures) is not met
