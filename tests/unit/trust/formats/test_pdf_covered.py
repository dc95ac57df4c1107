"""Digests of what was just laid out: every octet outside the hole counts, and none inside."""

import pytest

from keys.sm3 import sm3
from trust.formats.pdf import covered
from trust.formats.pdf.covered import LARGEST, MOST, covers, note_laid_out
from trust.formats.pdf.layout import Hole

FILE, HOLE = b"%PDF before <0000> behind", Hole(12, 18)
DIGEST = sm3(b"%PDF before " + b" behind")


def test_the_digest_is_of_everything_outside_the_hole() -> None:
    assert covers(FILE, HOLE, DIGEST)
    assert covers(FILE.replace(b"0000", b"abcd"), HOLE, DIGEST)
    assert not covers(FILE.replace(b"behind", b"beyond"), HOLE, DIGEST)
    assert not covers(FILE, HOLE, sm3(FILE))


@pytest.mark.parametrize("at", [at for at in range(len(FILE)) if not HOLE.start <= at < HOLE.end])
def test_what_was_laid_out_stands_for_no_other_octets(at: int) -> None:
    note_laid_out(FILE, HOLE, DIGEST)
    other = bytearray(FILE)
    other[at] ^= 1
    assert not covers(bytes(other), HOLE, DIGEST)


@pytest.mark.parametrize("other", [FILE[:-1], FILE + b"\n", b"", FILE[:12]])
def test_what_was_laid_out_stands_for_no_other_length(other: bytes) -> None:
    note_laid_out(FILE, HOLE, DIGEST)
    assert not covers(other, HOLE, DIGEST)


@pytest.mark.parametrize("hole", [Hole(11, 18), Hole(12, 17), Hole(0, 0)])
def test_what_was_laid_out_stands_for_no_other_hole(hole: Hole) -> None:
    note_laid_out(FILE, HOLE, DIGEST)
    assert not covers(FILE, hole, DIGEST)


def test_it_is_remembered_for_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    note_laid_out(FILE, HOLE, DIGEST)
    monkeypatch.setattr(covered, "Sm3", lambda _: pytest.fail("computed again"))
    assert covers(FILE.replace(b"0000", b"abcd"), HOLE, DIGEST)
    with pytest.raises(pytest.fail.Exception):
        covers(FILE, HOLE, DIGEST)


def test_no_more_is_remembered_than_a_chunk_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = covered._LaidOut()
    monkeypatch.setattr(covered, "_LAID_OUT", fresh)
    for number in range(MOST + 5):
        note_laid_out(FILE, HOLE, number.to_bytes(32, "big"))
    note_laid_out(bytes(LARGEST + 1), HOLE, DIGEST)
    assert len(fresh._held) == MOST
    assert not fresh.taken(FILE, HOLE, bytes(32))
