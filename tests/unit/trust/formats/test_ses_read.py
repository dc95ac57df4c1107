"""Seals and seal signatures of versions 1, 4 and 5, in the spellings that occur: what is read, and what is refused."""

from datetime import UTC, datetime

import pytest

from keys.sm3 import sm3
from tests.seal_parts import AT, parts, png
from tests.ses_variants import (
    DATA,
    FROM,
    PLACE,
    UNTIL,
    as_raw,
    certificates,
    digests,
    extension,
    general_time,
    information,
    seal,
    signature,
    stamped,
    token,
    utc_time,
)
from trust.errors import Malformed
from trust.formats import der, ses
from trust.formats.seal_read import MAX_SEAL, REMEMBERED
from trust.formats.sealed_document import Form
from trust.formats.ses_read import read_seal, read_signature, recognise

CERTIFICATE = parts().signer_certificate


@pytest.mark.parametrize(("form", "named"), [(1, Form.SES_1), (4, Form.SES_4), (5, Form.SES_5)])
def test_a_signature_of_every_version(form: int, named: Form) -> None:
    octets = signature(form)
    read = read_signature(octets)
    assert (read.form, read.version, read.octets) == (named, form, octets)
    assert (read.claimed_at, read.data_hash, read.property_info) == (AT, sm3(DATA), PLACE)
    assert read.certificate == CERTIFICATE
    assert (read.extensions, read.time_stamp, read.inner_time_stamp) == ((), None, None)
    assert (read.tolerances, read.seal.tolerances) == ((), ())
    assert read.value == ses.stamped_value(read.raw or b"")
    shown = read.shown
    assert (shown.octets, shown.version, shown.vendor, shown.seal_type) == (seal_in(octets), form, "OTHER", 1)
    assert (shown.seal_id, shown.name) == ("53011200000556", "雁栖市住房和城乡建设局")
    assert (shown.certificates, shown.digests) == ((CERTIFICATE,), ())
    assert (shown.created, shown.valid_from, shown.valid_until) == (FROM, FROM, UNTIL)
    assert (shown.kind, shown.picture, shown.width_mm, shown.height_mm) == ("png", png(), 40, 40)
    assert shown.maker == parts().maker_certificate


def seal_in(octets: bytes) -> bytes:
    return der.members(der.members(der.read(octets, limit=10**6))[0])[1].octets


def test_our_own_reads_the_same_strictly_and_with_tolerance() -> None:
    signed = ses.to_be_signed(parts().seal, AT, sm3(DATA), PLACE)
    octets = ses.assemble_signature(signed, CERTIFICATE, parts().signer.sign(signed))
    strict, read = ses.parse_signature(octets), read_signature(octets)
    assert (read.tolerances, read.seal.tolerances) == ((), ())
    assert (read.signed, read.raw, read.certificate) == (strict.signed, strict.signature, strict.certificate)
    assert (read.seal.signed, read.seal.raw) == (strict.seal.signed, strict.seal.signature)
    assert (read.claimed_at, read.data_hash, read.property_info) == (AT, strict.data_hash, PLACE)


# --- time stamps, and version 5 as we write it ------------------------------------------------------------------------


@pytest.mark.parametrize("version", [4, 5])
def test_a_time_stamp_over_the_signature_value(version: int) -> None:
    strict = ses.parse_seal(parts().seal)
    info = ses.seal_info(
        vendor="YZ",
        seal_id="11010000000001",
        seal_type=1,
        name="雁栖市市场监督管理局",
        signer_certificates=[CERTIFICATE],
        created=AT,
        valid_from=FROM,
        valid_until=UNTIL,
        picture=strict.picture,
        version=version,
    )
    in_seal = token() if version == 5 else None
    made = ses.assemble_seal(info, parts().maker_certificate, parts().maker.sign(info), in_seal)
    signed = ses.to_be_signed(made, AT, sm3(DATA), PLACE, version=version)
    raw = parts().signer.sign(signed)
    octets = ses.assemble_signature(signed, CERTIFICATE, raw, token())
    read = read_signature(octets)
    assert (read.version, read.time_stamp, read.seal.time_stamp) == (version, token(), in_seal)
    assert (read.raw, read.tolerances, read.seal.tolerances) == (raw, (), ())
    again = ses.parse_signature(octets, version=version, stamped=True)
    assert (again.time_stamp, again.seal.time_stamp, again.signature) == (token(), in_seal, raw)
    with pytest.raises(Malformed) as refusal:
        ses.parse_signature(octets, version=version)
    assert refusal.value.reason == "profile"
    with pytest.raises(Malformed):
        ses.parse_signature(octets, version=9 - version, stamped=True)


@pytest.mark.parametrize(
    ("behind", "reason"),
    [
        (stamped(b"token"), "profile"),
        (stamped(der.write_sequence(der.write_object_identifier("1.2.840.113549.1.7.1"), b"\5\0")), "profile"),
        (stamped(token() + b"\0"), "encoding"),
        (stamped(b""), "profile"),
        (der.write(0xA0, token()), "encoding"),
        (der.write(0xA0, der.write_bit_string(token()), der.write_bit_string(token())), "encoding"),
        (der.write(0xA1, der.write_bit_string(token())), "profile"),
    ],
)
def test_what_is_no_time_stamp_in_ours(behind: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        ses.parse_signature(signature(stamp=behind), stamped=True)
    assert refusal.value.reason == reason


def test_a_seal_of_version_four_carries_no_time_stamp_in_ours() -> None:
    with pytest.raises(Malformed):
        ses.parse_seal(seal(4, stamp=stamped(token())))
    assert ses.parse_seal(seal(5, stamp=stamped(token())), 5).time_stamp == token()


@pytest.mark.parametrize("inner", [token(), der.write_octet_string(token())])
def test_a_time_stamp_in_another_wrapping(inner: bytes) -> None:
    read = read_signature(signature(stamp=der.write(0xA0, inner)))
    assert (read.time_stamp, read.tolerances) == (token(), ("time-stamp-form",))


def test_a_seal_of_five_members_is_of_version_five() -> None:
    read = read_seal(seal(5, stamp=stamped(token())))
    assert (read.form, read.time_stamp, read.tolerances) == (Form.SES_5, token(), ())
    read = read_seal(seal(4, stamp=stamped(token())))
    assert (read.form, read.tolerances) == (Form.SES_5, ("header-version",))


# --- version 1 --------------------------------------------------------------------------------------------------------


def test_the_maker_of_a_version_one_seal_signs_certificate_and_algorithm_too() -> None:
    read = read_seal(seal(1))
    info, around = der.members(der.read(seal(1), limit=10**6), 2)
    maker, algorithm, _value = der.members(around, 3)
    assert read.signed == der.write_sequence(info.octets, maker.octets, algorithm.octets)
    assert read_seal(seal(4)).signed == der.members(der.read(seal(4), limit=10**6))[0].octets


@pytest.mark.parametrize(
    ("content", "claimed", "codes"),
    [
        (utc_time(AT), AT, ()),
        (b"2026-03-01 16:30:15", AT, ("time-form",)),
        (b"2026-03-01T08:30:15.000Z\0", AT, ("time-form",)),
        (b"260301083015Z", AT, ("time-form",)),
        (b"soon", None, ("time-form",)),
    ],
)
def test_the_time_of_version_one(content: bytes, claimed: datetime | None, codes: tuple[str, ...]) -> None:
    read = read_signature(signature(1, time=der.write_bit_string(content)))
    assert (read.claimed_at, read.inner_time_stamp, read.tolerances) == (claimed, None, codes)


def test_a_time_stamp_in_place_of_the_time_of_version_one() -> None:
    read = read_signature(signature(1, time=der.write_bit_string(token())))
    assert (read.claimed_at, read.inner_time_stamp, read.time_stamp) == (None, token(), None)


# --- tolerances -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("info", "code"),
    [
        (information(1, version=2), "header-version"),
        (information(4, version=3), "header-version"),
        (information(list_type=3), "certlist-type"),
        (information(listed=digests(sm3(CERTIFICATE))), "certlist-type"),
        (information(list_type=2), "certlist-type"),
        (information(times=(general_time(FROM), utc_time(FROM), general_time(UNTIL))), "time-form"),
        (information(times=(general_time(FROM),) * 2 + (der.write(0x18, b"20280101080000"),)), "time-form"),
        (information(name=der.write(0x0C, "雁栖市住建局".encode("gbk"))), "name-encoding"),
        (information(name=der.write(0x0C, "雁栖市\0".encode())), "name-encoding"),
        (information(extensions=der.write(0xA0, der.write_sequence(extension()))), "extension-form"),
        (information(name=der.write_ia5_string("Seal")), "string-type"),
    ],
)
def test_seals_in_other_spellings(info: bytes, code: str) -> None:
    form = 1 if code == "header-version" and info == information(1, version=2) else 4
    read = read_seal(seal(form, info))
    assert read.tolerances == (code,)
    assert read.valid_from is not None
    assert read.valid_until is not None


def test_sizes_that_cannot_be_drawn_are_kept_in_bounds() -> None:
    huge = der.write_sequence(
        der.write_ia5_string(" Png "), der.write_octet_string(b"x"), der.write_integer(-4), der.write_integer(10**9)
    )
    read = read_seal(seal(info=information(picture=huge)))
    assert (read.kind, read.width_mm, read.height_mm, read.tolerances) == ("png", 1, 500, ("picture-size",))


def test_digests_in_the_list() -> None:
    read = read_seal(seal(info=information(listed=digests(sm3(CERTIFICATE), bytes(32)), list_type=2)))
    assert read.digests == (("SM3", sm3(CERTIFICATE)), ("SM3", bytes(32)))
    assert read.shown.digests == (sm3(CERTIFICATE), bytes(32))
    assert (read.certificates, read.tolerances) == ((), ())


def test_extensions_of_seal_and_signature() -> None:
    true, false = b"\1\1\xff", b"\1\1\0"
    plain = der.write_sequence(extension(critical=true), extension("1.2.3", critical=false))
    tagged = der.write(0xA0, der.write_sequence(extension()))
    read = read_signature(signature(sealed=seal(info=information(extensions=plain)), extensions=tagged))
    assert [(one.oid, one.critical, one.value) for one in read.seal.extensions] == [
        ("1.2.156.1.2.3", True, b"value"),
        ("1.2.3", False, b"value"),
    ]
    assert read.seal.tolerances == ("der-boolean",)
    assert (len(read.extensions), read.tolerances) == (1, ())
    empty = read_seal(seal(info=information(extensions=der.write_sequence())))
    assert (empty.extensions, empty.tolerances) == ((), ())


def long_lengths(octets: bytes) -> bytes:
    """The outermost length in four octets."""
    node = der.read(octets, limit=10**6)
    return bytes((node.tag, 0x84)) + len(node.content).to_bytes(4, "big") + node.content


@pytest.mark.parametrize(
    ("octets", "codes"),
    [
        (signature(spelling=as_raw), ("sig-raw64",)),
        (signature(version=5), ("tbs-version",)),
        (signature() + b"\0", ("trailing-bytes",)),
        (long_lengths(signature()), ("der-nonminimal-length",)),
        (signature(place=der.write_utf8_string(PLACE)), ("string-type",)),
        (signature(time=der.write(0x18, b"260301083015Z")), ("time-form",)),
        (signature(time=der.write(0x18, b"20260301163015")), ("time-form",)),
        (signature(data_hash=der.write(3, b"\2", sm3(DATA))), ("bitstring-unused",)),
    ],
)
def test_signatures_in_other_spellings(octets: bytes, codes: tuple[str, ...]) -> None:
    read = read_signature(octets)
    assert (read.tolerances, read.seal.tolerances) == (codes, ())
    assert (read.claimed_at, read.data_hash, read.property_info) == (AT, sm3(DATA), PLACE)


def test_a_signature_in_a_field_of_fixed_size() -> None:
    octets = signature()
    read = read_signature(octets + bytes(500), padded=True)
    assert (read.octets, read.tolerances) == (octets, ())
    assert read_signature(octets + b"\0x", padded=True).tolerances == ("trailing-bytes",)


def test_what_cannot_be_read_is_left_open() -> None:
    broken = seal(info=information(times=(general_time(FROM), general_time(FROM), der.write(0x18, b"never"))))
    read = read_signature(signature(sealed=broken, time=der.write(0x18, b"20261340000000Z")))
    assert (read.claimed_at, read.seal.valid_until) == (None, None)
    assert read_signature(signature(spelling=lambda raw: der.write_bit_string(raw[:40]))).raw is None


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\0" * 64,
        b"%PDF-1.7",
        signature()[:-1],
        der.write_sequence(),
        der.write_sequence(*(der.write_integer(1),) * 3),
        der.write_sequence(*(der.write_integer(1),) * 6),
        signature(4, seal(1)),
        signature(1, seal(4)),
        signature(4, der.write_octet_string(seal(4))),
        signature(data_hash=der.write_octet_string(sm3(DATA))),
        signature(stamp=b"\5\0"),
        seal(4),
    ],
)
def test_what_is_no_seal_signature(octets: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        read_signature(octets)
    assert refusal.value.reason in {"encoding", "ses-shape"}


@pytest.mark.parametrize(
    "octets",
    [
        signature(4),
        seal(info=der.write_sequence()),
        seal(info=information(listed=certificates(*[b"0\0"] * 65))),
        seal(info=information(extensions=der.write_sequence(*[extension()] * 65))),
        seal(info=information(extensions=der.write_sequence(extension(critical=b"\5\0")))),
        seal(info=information().replace(b"\x16\x02ES", b"\x16\x02SE")),
        seal(algorithm=b"\5\0"),
    ],
)
def test_what_is_no_seal(octets: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        read_seal(octets)
    assert refusal.value.reason in {"encoding", "ses-shape"}


def test_sizes_are_bounded_and_large_seals_are_not_remembered() -> None:
    big = der.write_sequence(
        der.write_ia5_string("bmp"), der.write_octet_string(bytes(REMEMBERED)), *(der.write_integer(40),) * 2
    )
    octets = seal(info=information(picture=big))
    assert len(read_seal(octets).picture) == REMEMBERED
    assert read_seal(octets) is not read_seal(octets)
    assert read_seal(seal()) is not None
    small = seal()
    assert read_seal(small) is read_seal(bytes(bytearray(small)))
    with pytest.raises(Malformed):
        read_seal(der.write_sequence(bytes(MAX_SEAL)))


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (signature(1), "ses"),
        (signature(4), "ses"),
        (signature(5, stamp=stamped(token())), "ses"),
        (token(), "cms"),
        (bytes(range(64)), "bare"),
        (der.write_sequence(der.write_integer(3), der.write_integer(4)), "bare"),
        (der.write_sequence(der.write_integer(3)), "unknown"),
        (b"", "unknown"),
        (b"hello", "unknown"),
    ],
)
def test_what_a_value_looks_like_from_outside(octets: bytes, what: str) -> None:
    assert recognise(octets) == what


def test_every_cut_and_every_changed_octet_is_read_or_refused() -> None:
    """Nothing but `Malformed` comes out, whatever is in there."""
    octets = signature(1)
    outcomes = set()
    for position in range(len(octets)):
        changed = bytearray(octets)
        changed[position] ^= 0x5A
        for candidate in (octets[:position], bytes(changed)):
            try:
                read = read_signature(candidate)
            except Malformed as refusal:
                outcomes.add(refusal.reason)
            else:
                outcomes.add(read.form.value)
    assert outcomes == {"encoding", "ses-shape", "ses-1"}


def test_years_are_read_as_certificates_read_them() -> None:
    old = tuple(der.write(0x17, text) for text in (b"491231235959Z", b"500101000000Z", b"991231235959Z"))
    read = read_seal(seal(1, information(1, times=(old[0], old[1], old[2]))))
    assert read.created == datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert read.valid_from == datetime(1950, 1, 1, tzinfo=UTC)
    assert read.tolerances == ()
