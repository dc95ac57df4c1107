"""Files that were just laid out: every octet outside the hole counts, and none inside."""

import pytest

from keys.sm3 import sm3
from trust.formats.pdf import laid_out
from trust.formats.pdf.laid_out import LARGEST, MOST, LaidOut, laid_out_here, note_laid_out
from trust.formats.pdf.layout import Hole

FILE, HOLE = b"%PDF before <0000> behind", Hole(12, 18)
MADE = LaidOut(FILE[:12], FILE[18:], (), ())
DIGEST = sm3(b"%PDF before " + b" behind")


def test_what_is_put_into_the_hole_does_not_count() -> None:
    note_laid_out(MADE, DIGEST)
    assert laid_out_here(FILE.replace(b"0000", b"abcd"), HOLE, DIGEST) is MADE


@pytest.mark.parametrize("at", [at for at in range(len(FILE)) if not HOLE.start <= at < HOLE.end])
def test_it_stands_for_no_other_octets(at: int) -> None:
    note_laid_out(MADE, DIGEST)
    other = bytearray(FILE)
    other[at] ^= 1
    assert laid_out_here(bytes(other), HOLE, DIGEST) is None


@pytest.mark.parametrize("other", [FILE[:-1], FILE + b"\n", b"", FILE[:12]])
def test_it_stands_for_no_other_length(other: bytes) -> None:
    note_laid_out(MADE, DIGEST)
    assert laid_out_here(other, HOLE, DIGEST) is None


@pytest.mark.parametrize("hole", [Hole(11, 18), Hole(12, 17), Hole(0, 0)])
def test_it_stands_for_no_other_hole(hole: Hole) -> None:
    note_laid_out(MADE, DIGEST)
    assert laid_out_here(FILE, hole, DIGEST) is None


def test_it_is_found_by_its_digest_alone() -> None:
    note_laid_out(MADE, DIGEST)
    assert laid_out_here(FILE, HOLE, sm3(FILE)) is None


def test_it_is_remembered_for_one_question() -> None:
    note_laid_out(MADE, DIGEST)
    assert laid_out_here(FILE, HOLE, DIGEST) is MADE
    assert laid_out_here(FILE, HOLE, DIGEST) is None


def test_no_more_is_remembered_than_a_chunk_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = laid_out._Remembered()
    monkeypatch.setattr(laid_out, "_REMEMBERED", fresh)
    for number in range(MOST + 5):
        note_laid_out(MADE, number.to_bytes(32, "big"))
    note_laid_out(LaidOut(b"", bytes(LARGEST + 1), (), ()), DIGEST)
    assert len(fresh._held) == MOST
    assert laid_out_here(FILE, HOLE, bytes(32)) is None
