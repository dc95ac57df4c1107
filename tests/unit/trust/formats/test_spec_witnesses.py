"""The witness in `docs/spec/log.md`: its key and its line hold for the note on that page."""

import pytest

from tests.unit.trust.formats.test_spec_examples import Page
from trust.errors import Untrusted
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.cosignature import read_witness_key, verify_cosignature
from trust.formats.misbehaviour import FORMAT, MAX_MISBEHAVIOUR, Kind
from trust.rules.verdict import CODE_ONLINE_WITNESSED, ONLINE_WITNESSED

PAGE = Page("log")


def test_the_line_of_the_witness_holds_for_the_note_on_the_page() -> None:
    key = read_witness_key(PAGE.joined("witness-key"))
    note = (PAGE.block("note").rstrip("\n") + "\n" + PAGE.block("cosignature").rstrip("\n") + "\n").encode()
    checkpoint, parsed = parse_checkpoint(note)
    assert len(parsed.signatures) == 2
    assert 0 < (verify_cosignature(note, key).at - checkpoint.at).total_seconds() < 60
    with pytest.raises(Untrusted):
        verify_cosignature(note.replace(b"T08:00:15Z", b"T08:00:16Z"), key)


def test_the_page_names_what_the_code_knows() -> None:
    for word in (FORMAT, *Kind, ONLINE_WITNESSED.name, CODE_ONLINE_WITNESSED.name, "log-witnessed"):
        assert f"`{word}`" in PAGE.text
    assert f"{MAX_MISBEHAVIOUR:,}".replace(",", " ") in PAGE.text
