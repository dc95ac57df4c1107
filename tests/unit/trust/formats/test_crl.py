"""Revocation lists: written and read back, refused when not DER or outside the profile."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509 as foreign_x509
from hypothesis import given
from hypothesis import strategies as st

from tests.der_edit import exchange, spelled_otherwise
from tests.pki_parts import AT, DAY, party, revocations
from trust.errors import Malformed
from trust.formats.crl import Reason, RevocationList, Revoked, assemble_crl, load_crl
from trust.formats.der import write, write_integer, write_object_identifier, write_octet_string

ROOT = party(None, "清单根")
ENTRIES = {
    7: Revoked(AT - 3 * DAY, Reason.SUPERSEDED),
    1 << 126: Revoked(AT - 2 * DAY, Reason.KEY_COMPROMISE, AT - 5 * DAY),
    12: Revoked(AT - 2 * DAY),
}
LIST = revocations(ROOT, ENTRIES, number=41, kept_since=AT - 30 * DAY)


def exchanged(old: bytes, new: bytes) -> bytes:
    """The list with other octets in the place of an element, signed again."""
    tbs = exchange(LIST.tbs, old, new)
    return assemble_crl(tbs, ROOT.signer.sign(tbs))


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = write(0x01, b"\xff") if critical else b""
    return write(0x30, write_object_identifier(oid), flag, write_octet_string(value))


def time(instant: datetime) -> bytes:
    return write(0x17, instant.strftime("%y%m%d%H%M%SZ").encode())


NUMBER = extension("2.5.29.20", write_integer(41))
KEPT = extension("2.5.29.60", write(0x18, (AT - 30 * DAY).strftime("%Y%m%d%H%M%SZ").encode()))
REASON = extension("2.5.29.21", write(0x0A, b"\1"))


def test_what_is_written_is_read_back():
    assert LIST.number == 41
    assert LIST.issuer.der == ROOT.name.der
    assert LIST.authority_key_id == ROOT.certificate.subject_key_id
    assert (LIST.this_update, LIST.next_update, LIST.kept_since) == (AT - DAY, AT + 6 * DAY, AT - 30 * DAY)
    assert LIST.revoked == ENTRIES
    assert LIST.unapplied == frozenset()


def test_a_list_cannot_be_changed():
    with pytest.raises(TypeError):
        LIST.revoked[7] = Revoked(AT)


def test_an_empty_list_has_no_entries_at_all():
    empty = revocations(ROOT)
    assert empty.revoked == {}
    assert len(foreign_x509.load_der_x509_crl(empty.der)) == 0


def test_another_reader_sees_the_same():
    other = foreign_x509.load_der_x509_crl(LIST.der)
    assert other.next_update_utc == LIST.next_update
    assert other.extensions.get_extension_for_class(foreign_x509.CRLNumber).value.crl_number == 41
    assert {entry.serial_number: entry.revocation_date_utc for entry in other} == {
        serial: entry.at for serial, entry in ENTRIES.items()
    }
    entry = other.get_revoked_certificate_by_serial_number(1 << 126)
    since = entry.extensions.get_extension_for_class(foreign_x509.InvalidityDate).value
    assert since.invalidity_date_utc == AT - 5 * DAY
    unspecified = other.get_revoked_certificate_by_serial_number(12)
    assert not list(unspecified.extensions)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_goes_there_and_back(reason):
    assert revocations(ROOT, {1: Revoked(AT - DAY, reason)}).revoked[1].reason is reason


def test_which_reasons_are_a_compromise():
    assert {reason for reason in Reason if reason.compromise} == {
        Reason.KEY_COMPROMISE,
        Reason.CA_COMPROMISE,
        Reason.AA_COMPROMISE,
    }


def test_lists_are_equal_by_their_octets():
    again = load_crl.__wrapped__(LIST.der)
    assert again is not LIST
    assert again == LIST
    assert len({again, LIST}) == 1
    assert LIST.der != LIST


def test_times_after_2049_are_written_as_rfc_5280_asks():
    late = datetime(2051, 1, 1, tzinfo=UTC)
    made = revocations(ROOT, {1: Revoked(late)}, this_update=late, next_update=late + DAY)
    assert (made.this_update, made.next_update, made.revoked[1].at) == (late, late + DAY, late)


@pytest.mark.parametrize(
    ("case", "old", "new"),
    [
        ("no number", NUMBER, b""),
        ("a negative number", NUMBER, extension("2.5.29.20", write_integer(-1))),
        ("a number of 21 octets", NUMBER, extension("2.5.29.20", write_integer(1 << 160))),
        ("a number twice", NUMBER, NUMBER + NUMBER),
        ("a number that is text", NUMBER, extension("2.5.29.20", write(0x0C, b"41"))),
        ("no next update", time(AT + 6 * DAY), b""),
        ("next update before this update", time(AT + 6 * DAY), time(AT - 2 * DAY)),
        ("next update at this update", time(AT + 6 * DAY), time(AT - DAY)),
        ("general time before 2050", time(AT + 6 * DAY), write(0x18, b"20260307080000Z")),
        ("kept since a fraction", KEPT, extension("2.5.29.60", write(0x18, b"20260101000000.5Z"))),
        ("kept since nothing", KEPT, extension("2.5.29.60", write(0x05))),
        ("a reason that undoes", REASON, extension("2.5.29.21", write(0x0A, b"\x08"))),
        ("a reason that is none", REASON, extension("2.5.29.21", write(0x0A, b"\x07"))),
        ("a reason twice", REASON, REASON + REASON),
        ("a serial number twice", write_integer(12), write_integer(7)),
        ("version 1", write_integer(1), b""),
        ("NULL as parameters", bytes.fromhex("300A06082A811CCF55018375"), bytes.fromhex("300C06082A811CCF550183750500")),
    ],
)  # fmt: skip
def test_lists_outside_the_profile_are_refused(case, old, new):
    with pytest.raises(Malformed):
        load_crl(exchanged(old, new))


def test_a_list_without_the_key_of_its_issuer_is_refused():
    authority = extension("2.5.29.35", write(0x30, write(0x80, LIST.authority_key_id)))
    for other in (b"", extension("2.5.29.35", write(0x30)), extension("2.5.29.35", write(0x30, write(0x80)))):
        with pytest.raises(Malformed, match="crl-extension"):
            load_crl(exchanged(authority, other))


@pytest.mark.parametrize(
    ("case", "old", "new", "listed"),
    [
        ("a delta", KEPT, extension("2.5.29.27", write_integer(40), critical=True), {"2.5.29.27"}),
        ("part of a list", KEPT, extension("2.5.29.28", write(0x30, write(0x82, b"\xff")), critical=True), {"2.5.29.28"}),
        ("an entry of another issuer", REASON, extension("2.5.29.29", write(0x30, write(0xA4, ROOT.name.der)), critical=True), {"2.5.29.29"}),
        ("something unknown, critical", KEPT, extension("1.2.3", b"\5\0", critical=True), {"1.2.3"}),
        ("something unknown, not critical", KEPT, extension("1.2.3", b"\5\0"), set()),
    ],
)  # fmt: skip
def test_what_would_change_the_meaning_of_a_list_is_listed(case, old, new, listed):
    assert load_crl(exchanged(old, new)).unapplied == listed


def test_no_element_may_be_spelled_another_way():
    cases = list(spelled_otherwise(LIST.der))
    assert len(cases) > 100
    for case in cases:
        with pytest.raises(Malformed):
            load_crl(case)


@given(st.integers(0, len(LIST.der) * 8 - 1))
def test_a_flipped_bit_is_refused_or_seen(bit):
    octets = bytearray(LIST.der)
    octets[bit // 8] ^= 1 << bit % 8
    try:
        found = load_crl(bytes(octets))
    except Malformed:
        return
    assert (found.tbs, found.signature) != (LIST.tbs, LIST.signature)


def test_size_is_bounded():
    with pytest.raises(Malformed, match="1048576"):
        load_crl(bytes(1024 * 1024 + 1))
    with pytest.raises(Malformed):
        load_crl(b"")
    with pytest.raises(Malformed):
        load_crl(LIST.der + b"\0")


def test_many_entries_are_read():
    many = {serial: Revoked(AT - timedelta(hours=serial), Reason.SUPERSEDED) for serial in range(1, 400)}
    found = revocations(ROOT, many)
    assert isinstance(found, RevocationList)
    assert found.revoked == many
