"""Checkpoints as signed notes: exact text, known and unknown signatures, and notes that are none."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keys.custody import memory_signer
from trust.errors import Malformed, Untrusted
from trust.formats.checkpoint import (
    SM2_TYPE,
    Checkpoint,
    checkpoint_text,
    encode_checkpoint,
    note_key_id,
    parse_checkpoint,
    parse_note,
    signature_line,
    verify_checkpoint,
)

ORIGIN = "rizhi.example/log"
SIGNER, OTHER = memory_signer(), memory_signer("other")
CHECKPOINT = Checkpoint(ORIGIN, 3, bytes(range(32)), datetime(2026, 3, 1, 8, tzinfo=UTC))
NOTE = encode_checkpoint(CHECKPOINT, SIGNER)
TEXT = checkpoint_text(CHECKPOINT)
LINE = NOTE.decode().removeprefix(TEXT + "\n")


def test_a_checkpoint_comes_back() -> None:
    assert verify_checkpoint(NOTE, ORIGIN, SIGNER.public) == CHECKPOINT


def test_the_text_has_the_lines_of_the_specification() -> None:
    text = checkpoint_text(CHECKPOINT)
    assert text == f"{ORIGIN}\n3\n{b64encode(bytes(range(32))).decode()}\ntime 2026-03-01T08:00:00Z\n"
    assert NOTE.decode().startswith(f"{TEXT}\n— {ORIGIN} ")


def test_the_key_id_covers_name_type_and_key() -> None:
    ids = {note_key_id(ORIGIN, SIGNER.public), note_key_id("x", SIGNER.public), note_key_id(ORIGIN, OTHER.public)}
    assert len(ids | {note_key_id(ORIGIN, SIGNER.public, kind=b"\x01")}) == 4
    assert SM2_TYPE[:1] == b"\xff"


def test_signatures_of_others_are_skipped() -> None:
    theirs = signature_line("witness.example", b"\x01\x02\x03\x04", b"whatever")
    note = f"{TEXT}\n{theirs}{LINE}{theirs}".encode()
    assert verify_checkpoint(note, ORIGIN, SIGNER.public) == CHECKPOINT


def test_one_false_signature_of_the_key_asked_for_spoils_the_note() -> None:
    false = signature_line(ORIGIN, note_key_id(ORIGIN, SIGNER.public), bytes(63) + b"\x01")
    for note in (f"{TEXT}\n{LINE}{false}", f"{TEXT}\n{false}{LINE}"):
        with pytest.raises(Untrusted, match="signature"):
            verify_checkpoint(note.encode(), ORIGIN, SIGNER.public)


def test_another_key_or_another_log_is_not_accepted() -> None:
    with pytest.raises(Untrusted, match="signature"):
        verify_checkpoint(NOTE, ORIGIN, OTHER.public)
    with pytest.raises(Untrusted, match="checkpoint-origin"):
        verify_checkpoint(NOTE, "other.example/log", SIGNER.public)


@pytest.mark.parametrize(
    "changed",
    [
        replace(CHECKPOINT, size=4),
        replace(CHECKPOINT, root=bytes(32)),
        replace(CHECKPOINT, at=CHECKPOINT.at.replace(microsecond=1)),
    ],
)
def test_any_other_text_is_not_signed(changed: Checkpoint) -> None:
    with pytest.raises(Untrusted, match="signature"):
        verify_checkpoint(f"{checkpoint_text(changed)}\n{LINE}".encode(), ORIGIN, SIGNER.public)


def test_sixteen_signatures_are_read_and_not_seventeen() -> None:
    theirs = signature_line("witness.example", b"\x01\x02\x03\x04", b"whatever")
    assert len(parse_note(f"{TEXT}\n{theirs * 15}{LINE}".encode()).signatures) == 16
    with pytest.raises(Malformed, match="note"):
        parse_note(f"{TEXT}\n{theirs * 16}{LINE}".encode())


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\xff",
        TEXT.encode(),
        NOTE[:-1],
        NOTE + b"\n",
        NOTE.replace(b"\n", b"\r\n"),
        f"{TEXT}{LINE}".encode(),
        f"{TEXT}\n- {ORIGIN} AAAAAAAA\n".encode(),
        f"{TEXT}\n— {ORIGIN}\n".encode(),
        f"{TEXT}\n— {ORIGIN} AAAAAA==\n".encode(),
        f"{TEXT}\n— {ORIGIN} !!!!\n".encode(),
        f"{TEXT}\n— a+b AAAAAAAA\n".encode(),
        f"{TEXT}\n—  AAAAAAAA\n".encode(),
        f"{TEXT}\n{LINE}".encode().replace(b"\n3\n", b"\n03\n"),
        f"{TEXT}\n{LINE}".encode().replace(b"\n3\n", b"\n-3\n"),
        f"{TEXT}\n{LINE}".replace("\n3\n", "\n\uff13\n").encode(),
        f"{TEXT}\n{LINE}".encode().replace(b"\n3\n", b"\n99999999999999999999\n"),
        f"{TEXT}\n{LINE}".encode().replace(b"time ", b"time  "),
        f"{TEXT}\n{LINE}".encode().replace(b"08:00:00Z", b"08:00:00+00:00"),
        f"{TEXT}\n{LINE}".encode().replace(b"time 2026", b"when 2026"),
        f"{TEXT}extra\n\n{LINE}".encode(),
        f"{ORIGIN}\n3\nAAAA\ntime 2026-03-01T08:00:00Z\n\n{LINE}".encode(),
        b"x" * 20_000,
    ],
)
def test_other_octets_are_no_checkpoint(note: bytes) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(note)


@pytest.mark.parametrize("change", [{"origin": "a b"}, {"origin": ""}, {"size": -1}, {"root": bytes(31)}])
def test_a_checkpoint_that_no_note_could_carry_is_not_made(change: dict) -> None:
    with pytest.raises(Malformed):
        replace(CHECKPOINT, **change)
