"""Log entries and commitments."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.leaf import (
    Entry,
    EntryKind,
    Statement,
    commitment,
    decode_entry,
    encode_entry,
    is_entry,
    public_statement,
    token_commitment,
)

AT = datetime(2026, 3, 1, 8, 0, 0, 250_000, tzinfo=UTC)
IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
ENTRY = Entry(AT, Statement(EntryKind.ISSUE, (sm3(b"ofd"), sm3(b"pdf"))))


@pytest.mark.parametrize("kind", list(EntryKind))
def test_an_entry_comes_back(kind: EntryKind) -> None:
    entry = Entry(AT, Statement(kind, (sm3(b"x"),)))
    assert decode_entry(encode_entry(entry)) == entry


def test_the_octets_are_plain_to_read() -> None:
    assert encode_entry(Entry(AT.replace(microsecond=0), Statement(EntryKind.ACT, (bytes(32),)))) == (
        b'{"at":"2026-03-01T08:00:00Z","commitments":["' + b"00" * 32 + b'"],"format":"yinzheng-entry/1","kind":"act"}'
    )


def test_a_commitment_depends_on_salt_identifier_and_digest_and_shows_none() -> None:
    salts, identifiers, digests = (bytes(16), b"\x01" * 16), (IDENTIFIER, IDENTIFIER[:-1]), (bytes(32), sm3(b""))
    made = {commitment(salt, name, digest) for salt in salts for name in identifiers for digest in digests}
    assert len(made) == 8
    assert all(len(value) == 32 for value in made)
    assert commitment(bytes(16), IDENTIFIER, bytes(32)).hex().startswith(COMMITMENT_OF_ZEROS)


COMMITMENT_OF_ZEROS = sm3(b"yinzheng-commitment/1\x00" + bytes(16) + sm3(IDENTIFIER.encode()) + bytes(32)).hex()


@pytest.mark.parametrize(("salt", "digest"), [(bytes(15), bytes(32)), (bytes(17), bytes(32)), (bytes(16), bytes(31))])
def test_parts_of_other_lengths_are_refused(salt: bytes, digest: bytes) -> None:
    with pytest.raises(Malformed, match="commitment-input"):
        commitment(salt, IDENTIFIER, digest)


def test_a_token_is_committed_to_in_a_context_of_its_own() -> None:
    """Neither a file's digest nor a public document's can be passed off as a token's."""
    assert token_commitment(b"token") == sm3(b"yinzheng-token-commitment/1\x00token")
    assert len({token_commitment(b"token"), token_commitment(b"Token"), sm3(b"token")}) == 3


def test_a_public_document_is_committed_to_plainly() -> None:
    assert public_statement(EntryKind.STATUS_LIST, b"list").commitments == (sm3(b"list"),)


@pytest.mark.parametrize(
    "commitments", [(), (bytes(31),), (bytes(32), bytes(32)), tuple(bytes([n]) * 32 for n in range(9))]
)
def test_statements_hold_one_to_eight_different_commitments(commitments: tuple) -> None:
    with pytest.raises(Malformed, match="entry-commitments"):
        Statement(EntryKind.ISSUE, commitments)


GOOD = encode_entry(ENTRY)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"{}",
        b"[]",
        GOOD + b" ",
        b" " + GOOD,
        GOOD.replace(b'"issue"', b'"birth"'),
        GOOD.replace(b'"issue"', b"1"),
        GOOD.replace(b"entry/1", b"entry/2"),
        GOOD.replace(b"Z", b"+00:00"),
        re.sub(rb'"at":"[^"]*"', b'"at":"2026-03-01"', GOOD),
        re.sub(rb'"at":"[^"]*"', b'"at":7', GOOD),
        re.sub(rb"\[.*\]", b"[]", GOOD),
        re.sub(rb"\[.*\]", b'["zz"]', GOOD),
        re.sub(rb"\[.*\]", b'["00"]', GOOD),
        re.sub(rb"\[.*\]", b"[0]", GOOD),
        re.sub(rb"\[.*\]", b'"00"', GOOD),
        re.sub(rb"\[.*\]", b'["' + b"AB" * 32 + b'"]', GOOD),
        GOOD[:-1] + b',"name":"x"}',
        GOOD + bytes(5000),
    ],
)
def test_other_octets_are_no_entry(octets: bytes) -> None:
    with pytest.raises(Malformed):
        decode_entry(octets)


def reads(octets: bytes) -> bool:
    try:
        decode_entry(octets)
    except Malformed:
        return False
    return True


@given(st.data())
def test_the_quick_look_says_what_reading_says(data: st.DataObject) -> None:
    """Entries, and what is nearly one: an octet changed, left out, put in, or a word that is none of ours."""
    instants = st.datetimes(timezones=st.just(UTC))
    kind, at = data.draw(st.sampled_from(list(EntryKind))), data.draw(instants)
    values = data.draw(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=8, unique=True))
    octets = encode_entry(Entry(at, Statement(kind, tuple(values))))
    assert is_entry(octets)
    place, other = data.draw(st.integers(0, len(octets) - 1)), bytes([data.draw(st.integers(0, 255))])
    for changed in (
        octets[:place] + other + octets[place + 1 :],
        octets[:place] + octets[place + 1 :],
        octets[:place] + other + octets[place:],
        octets.replace(str(at.day).zfill(2).encode(), data.draw(st.sampled_from([b"00", b"30", b"31", b"32"])), 1),
    ):
        assert is_entry(changed) == reads(changed)


@pytest.mark.parametrize(
    "at",
    [
        b"2026-02-29T08:00:00Z", b"2024-02-29T08:00:00Z", b"0000-01-01T08:00:00Z", b"2026-03-01T24:00:00Z",
        b"2026-03-01T08:00:60Z", b"2026-03-01T08:00:00.000000Z", b"2026-03-01T08:00:00.1Z", b"2026-03-01T08:00:00+00:00",
        b"9999-12-31T23:59:59.999999Z", b"\xef\xbc\x92026-03-01T08:00:00Z",
    ],
)  # fmt: skip
def test_instants_are_looked_at_alike(at: bytes) -> None:
    octets = encode_entry(Entry(AT.replace(microsecond=0), Statement(EntryKind.ACT, (bytes(32),))))
    changed = octets.replace(b"2026-03-01T08:00:00Z", at)
    assert is_entry(changed) == reads(changed)


def test_a_repeated_commitment_is_seen() -> None:
    octets = encode_entry(Entry(AT, Statement(EntryKind.ACT, (bytes(32), b"\x01" * 32))))
    assert not is_entry(octets.replace(b"01" * 32, b"00" * 32))
    assert not is_entry(octets + b"\n")
