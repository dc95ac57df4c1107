"""Hostile and damaged files: always an answer, never an exception, never a pass; work in proportion to the file."""

import re
from functools import cache
from random import Random
from unittest.mock import patch

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.attacks.pdf_foreign import appended, certified, foreign, next_number, stamped, with_store
from tests.attacks.pdf_making import letter, ours, ours_ses, ours_twice, seal
from trust.formats.pdf import fields, read_any, survey, uses, views
from trust.formats.pdf.codes import CODES, Notes, code_finding
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.ranges import Beginnings
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.placing import AtPoint
from trust.rules.verdict import Finding, Indication

PIECES = [
    b"0 0 R",
    b"1 0 R",
    b"null",
    b"[",
    b"]",
    b"<<",
    b">>",
    b"/Kids",
    b"/Parent 3 0 R",
    b"endobj",
    b"-1",
    b"9" * 20,
]
PIECES += [b"/V", b"(", b")", b"<", b">", b"/Type", b"stream\n", b"%"]


@cache
def genuine() -> list[bytes]:
    return [ours(), ours_ses(), ours_twice(), stamped(with_store(foreign())), certified(2)]


def mutated(chance: Random) -> bytes:
    data = bytearray(chance.choice(genuine()))
    for _ in range(chance.choice([1, 1, 2, 5])):
        place = chance.randrange(len(data)) if chance.random() < 0.5 else max(0, len(data) - chance.randrange(1, 6000))
        piece = chance.choice(PIECES)
        match chance.randrange(5):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                del data[place : place + chance.randrange(1, 40)]
            case 2:
                data[place : place + len(piece)] = piece
            case 3:
                data[place:place] = piece
            case _:
                other = chance.randrange(len(data))
                data[place : place + 50] = data[other : other + 50]
    return bytes(data)


def found_in(data: bytes) -> list[Finding]:
    document = read_pdf_document(data)
    return [*document.findings, *(finding for each in document.signatures for finding in each.findings)]


def outside(data: bytes) -> bytes:
    """A file without the values of its signatures."""
    return re.sub(rb"/Contents <[0-9A-Fa-f]*>", b"", data)


def check(seed: int, count: int) -> None:
    """Every mutated file gets findings with sentences; one that changes what a signature covers does not pass."""
    chance = Random(seed)
    for _ in range(count):
        data = mutated(chance)
        found = found_in(data)
        assert found
        assert all(finding.detail.strip() for finding in found)
        if all(finding.indication is Indication.PASSED for finding in found):
            assert outside(data) in {outside(each) for each in genuine()}


def test_damaged_files_get_an_answer() -> None:
    check(20260301, 250)


@pytest.mark.long
def test_ten_thousand_damaged_files_get_an_answer() -> None:
    check(7, 10_000)


def test_no_exception_of_a_parser_gets_out() -> None:
    for error in (RecursionError(), MemoryError(), ZeroDivisionError(), RuntimeError("loop")):
        with patch.object(read_any, "survey", side_effect=error):
            (finding,) = read_pdf_document(ours()).findings
            assert (finding.name, finding.indication) == ("pdf-unreadable", Indication.FAILED)


def test_one_broken_signature_leaves_the_others_judged() -> None:
    def broken(*arguments: object) -> object:
        raise ValueError

    with patch.object(read_any, "judge_value", broken):
        document = read_pdf_document(ours_twice())
    for signature in document.signatures:
        assert "pdf-unreadable-part" in {finding.name for finding in signature.findings}


@pytest.mark.parametrize(
    ("module", "limit", "value"),
    [
        (survey, "MAX_OCTETS", 1000),
        (survey, "MAX_REVISIONS", 1),
        (survey, "MAX_SIGNATURES", 1),
        (survey, "MAX_TABLE_ROWS", 1),
        (views, "MAX_OBJECTS", 5),
        (uses, "MAX_COMPARED", 5),
        (uses, "MAX_VALUES", 5),
        (fields, "MAX_FIELDS", 1),
        (fields, "MAX_PAGE_NODES", 1),
        (fields, "MAX_ANNOTATIONS", 0),
    ],
)
def test_limits(module: object, limit: str, value: int) -> None:
    assert "pdf-size" not in {finding.name for finding in found_in(ours_twice())}
    with patch.object(module, limit, value):
        assert "pdf-size" in {finding.name for finding in found_in(ours_twice())}


def test_work_grows_in_line_with_the_number_of_seals() -> None:
    counts = []
    for seals in (4, 8):
        data = letter()
        for number in range(seals):
            data = seal(data, AtPoint(number % 3, 10 + 5 * number, 20))
        with patch.object(PdfFileReader, "_read_object", autospec=True, side_effect=PdfFileReader._read_object) as read:
            assert all(finding.indication is Indication.PASSED for finding in found_in(data))
            counts.append(read.call_count)
    assert counts[1] < 2.5 * counts[0]


def test_beginnings_take_each_octet_once() -> None:
    data = bytes(range(256)) * 40
    beginnings = Beginnings(data)
    assert beginnings.upto("1.2.3", 5) is None
    taken: list[int] = []

    class Counting:
        def update(self, octets: bytes) -> None:
            taken.append(len(octets))

        def digest(self) -> bytes:
            return b""

        def copy(self) -> "Counting":
            return self

    with patch.dict("trust.formats.pdf.ranges.DIGESTS", {"count": Counting}):
        for position in (1000, 5000, 9000):
            beginnings.upto("count", position)
    assert sum(taken) == 9000


def test_a_digest_of_a_beginning_is_the_digest_of_its_octets() -> None:
    from keys.sm3 import sm3

    data = b"abc" * 100
    beginnings = Beginnings(data)
    for position in (200, 10, 300, 0):
        made = beginnings.upto("1.2.156.10197.1.401", position)
        assert made is not None
        assert made.digest() == sm3(data[:position])


# Codes.


def test_every_code_has_a_sentence_and_a_step() -> None:
    for code, known in CODES.items():
        assert known.step in {1, 2, 3, 4}, code
        assert known.sentence.endswith("。"), code
        assert code_finding(code).warning is (known.indication is Indication.PASSED)


def test_codes_come_once_and_subjects_are_few() -> None:
    notes = Notes()
    for number in range(1000):
        notes.note("pdf-page-changed", f"第 {number} 版")
    (finding,) = notes.findings("Seal1")
    assert finding.signature == "Seal1"
    assert finding.detail.endswith("（“第 0 版”、“第 1 版”、“第 2 版” 等）。")
    assert not notes.sound
    with pytest.raises(KeyError):
        notes.note("no-such-code")


def test_every_code_a_refusal_uses_is_in_the_table_or_speaks_for_itself() -> None:
    notes = Notes()
    read_any._refuse(notes, PdfRefused("pdf-stamp", "别的话。"))
    read_any._refuse(notes, PdfRefused("pdf-unreadable", "对象 7 无法读取。"))
    assert {finding.name: finding.detail for finding in notes.findings(None)} == {
        "pdf-stamp": "别的话。",
        "pdf-unreadable": "文件不是完好的 PDF，已损坏或被改动（“对象 7 无法读取。”）。",
    }


def test_an_update_that_says_the_file_has_fewer_objects_is_refused() -> None:
    data = appended(ours(), {next_number(ours()): b"null"})
    shrunk = data[: data.rindex(b"/Size ")] + b"/Size 2   " + data[data.rindex(b"/Size ") + 10 :]
    assert {finding.name for finding in found_in(shrunk) if finding.indication is not Indication.PASSED}
