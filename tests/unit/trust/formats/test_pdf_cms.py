"""The CMS of a PDF seal has one form, and every octet of it is bound."""

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from keys.codec import DER_SIZE_MAX, N, der_from_raw
from keys.errors import SignatureRefused
from keys.sm3 import sm3
from tests.pki_parts import SEALING, party
from tests.seal_parts import parts
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import cms
from trust.formats.pdf.cms import (
    name_parts,
    read_signed_message,
    room,
    signed_attributes,
    signed_message,
)

DIGEST = sm3(b"the document")


@cache
def chain() -> tuple[bytes, ...]:
    """A signer's certificate and the one above it."""
    root = party(None, "CMS 根")
    return party(root, "CMS 签章人", SEALING).certificate.der, root.certificate.der


@cache
def message(certificates: tuple[bytes, ...] | None = None) -> bytes:
    """A CMS; its signature value is in range, which is all that matters here."""
    held = certificates or (parts().signer_certificate,)
    return signed_message(held, DIGEST, parts().signer.sign(signed_attributes(DIGEST, held)))


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """An edit that keeps the length."""

    def edit(octets: bytes) -> bytes:
        assert octets.count(old) >= 1
        assert len(old) == len(new)
        return octets.replace(old, new)

    return edit


@pytest.mark.parametrize("certificates", [None, "chain"])
def test_what_is_written_is_read_back(certificates: str | None) -> None:
    held = chain() if certificates else (parts().signer_certificate,)
    read = read_signed_message(message(held))
    assert read.certificates == held
    assert read.digest == DIGEST
    assert read.signed == signed_attributes(DIGEST, held)
    assert signed_message(read.certificates, read.digest, read.signature) == message(held)


def test_the_signer_is_the_first_listed_even_when_the_set_sorts_it_last() -> None:
    for held in (chain(), chain()[::-1]):
        assert read_signed_message(message(held)).certificates == held


def test_room_fits_the_longest_signature_and_depends_on_the_certificates_alone() -> None:
    held = (parts().signer_certificate,)
    high = (N - 1).to_bytes(32, "big")
    longest = der_from_raw(high + high)
    assert len(longest) == DER_SIZE_MAX
    assert signed_message(held, DIGEST, high + high)[-1:] != b"\0"
    assert len(signed_message(held, DIGEST, bytes(31) + b"\1" + bytes(31) + b"\1")) == room(held)


@pytest.mark.parametrize("low", [1, 0x7F, 0x80, 1 << 247, 1 << 248, N - 2])
def test_signatures_of_every_length_survive(low: int) -> None:
    held = (parts().signer_certificate,)
    raw = low.to_bytes(32, "big") + (1).to_bytes(32, "big")
    assert read_signed_message(signed_message(held, DIGEST, raw)).signature == raw


def test_asn1crypto_reads_the_same_and_finds_no_unsigned_attribute() -> None:
    signed = cms.ContentInfo.load(message())["content"]
    signer = signed["signer_infos"][0]
    assert signed["version"].native == "v1"
    assert signer["sid"].chosen["serial_number"].native == 3
    assert signer["digest_algorithm"]["algorithm"].native == "sm3"
    assert signer["signature_algorithm"]["algorithm"].native == "sm2_with_sm3"
    assert signer["unsigned_attrs"].native is None
    assert {each["type"].native for each in signer["signed_attrs"]} == {
        "content_type",
        "message_digest",
        "signing_certificate_v2",
    }
    assert signer["signed_attrs"].untag().dump() == signed_attributes(DIGEST, (parts().signer_certificate,))


def test_openssl_verifies_the_signature_over_the_signed_attributes(tmp_path: Path) -> None:
    read = read_signed_message(message())
    files = {"attributes": read.signed, "value": der_from_raw(read.signature), "key": parts().signer.public.spki}
    for name, octets in files.items():
        (tmp_path / name).write_bytes(octets)
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
    command += ["-pubin", "-keyform", "DER", "-inkey", "key", "-in", "attributes", "-sigfile", "value"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Signature Verified Successfully" in done.stdout, done.stderr


def test_every_single_changed_octet_is_refused_or_changes_what_is_signed() -> None:
    original = message(chain())
    read = read_signed_message(original)
    for position in range(len(original)):
        for bit in (0x01, 0x80):
            changed = bytearray(original)
            changed[position] ^= bit
            try:
                other = read_signed_message(bytes(changed))
            except Malformed:
                continue
            assert (other.signed, other.signature) != (read.signed, read.signature), position
            assert other.certificates == read.certificates, position


SHORT = (bytes(31) + b"\1") * 2
"""A signature value of few octets, so that there is room behind it."""


def swap_certificate(octets: bytes) -> bytes:
    """Another certificate with the same issuer and serial, so that the SignerInfo still points at it."""
    held = parts().signer_certificate
    changed = bytearray(held)
    changed[-1] ^= 1
    return octets.replace(held, bytes(changed))


def with_unsigned_attribute(octets: bytes) -> bytes:
    """A SignerInfo that carries something nobody signed."""
    extra = der.write(0xA1, der.write_sequence(der.write_object_identifier("1.2.3"), der.write(0x31, b"\5\0")))
    outer, _ = der.element(octets, 0, 0)
    content = der.members(outer, 2)
    signed = der.members(content[1].children()[0], 5)
    signer = der.members(signed[4].children()[0])
    info = der.write(0x31, der.write_sequence(*(each.octets for each in signer), extra))
    data = der.write_sequence(*(each.octets for each in signed[:4]), info)
    return der.write_sequence(content[0].octets, der.write(0xA0, data))


def with_stray_certificate(octets: bytes) -> bytes:
    """One more certificate, which the signed attributes do not list."""
    outer, _ = der.element(octets, 0, 0)
    content = der.members(outer, 2)
    signed = der.members(content[1].children()[0], 5)
    certificates = sorted((parts().signer_certificate, parts().maker_certificate))
    parts_of = [each.octets for each in signed]
    parts_of[3] = der.write(0xA0, *certificates)
    return der.write_sequence(content[0].octets, der.write(0xA0, der.write_sequence(*parts_of)))


@pytest.mark.parametrize(
    ("case", "edit"),
    [
        ("nothing", lambda _: b""),
        ("text", lambda _: b"not DER at all"),
        ("too long", lambda octets: octets + bytes(70_000)),
        ("padding not zero", lambda _: signed_message((parts().signer_certificate,), DIGEST, SHORT)[:-1] + b"\1"),
        ("one zero more", lambda octets: octets + b"\0"),
        ("one zero less", lambda octets: octets[:-1]),
        ("cut short", lambda octets: octets[:200]),
        ("CMS version 3", replaced(bytes.fromhex("020101310c"), bytes.fromhex("020103310c"))),
        ("digest named SM3 with HMAC", replaced(b"\x31\x0c\x30\x0a\x06\x08", b"\x31\x0c\x30\x0a\x06\x88")),
        ("another certificate, same names", swap_certificate),
        ("an unsigned attribute", with_unsigned_attribute),
        ("a stray certificate", with_stray_certificate),
    ],
)
def test_any_other_form_is_refused(case: str, edit: Callable[[bytes], bytes]) -> None:
    changed = edit(message())
    assert changed != message(), case
    with pytest.raises(Malformed) as refused:
        read_signed_message(changed)
    assert refused.value.reason == "encoding", case


def test_a_signature_out_of_range_is_not_written() -> None:
    with pytest.raises(SignatureRefused):
        signed_message((parts().signer_certificate,), DIGEST, bytes(64))


def test_only_certificates_have_names() -> None:
    assert name_parts(parts().signer_certificate).public_key_info == parts().signer.public.spki
    for octets in (b"", b"\x30\x00", der.write_sequence(der.write_sequence(), b"\5\0", b"\5\0"), parts().seal):
        with pytest.raises(Malformed):
            name_parts(octets)
