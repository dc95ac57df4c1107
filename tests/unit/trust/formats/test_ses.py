"""Seals and seal signatures: what is signed, what comes back, what is refused; OpenSSL agrees on both signatures."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from keys.codec import der_from_raw
from keys.sm3 import sm3
from tests.seal_parts import AT, info, parts, png, sealed_by
from trust.errors import Malformed, Untrusted
from trust.formats import der, ses
from trust.formats.certificate import load_certificate
from trust.formats.seal_check import check_seal, check_signature, seal_findings
from trust.formats.ses import SealPicture, assemble_signature, parse_seal, parse_signature, to_be_signed
from trust.rules.verdict import Indication

PLACE = "/Doc_0/Signs/Sign_0/Signature.xml"


def signature(data: bytes = b"content") -> bytes:
    made = parts()
    signed = to_be_signed(made.seal, AT, sm3(data), PLACE)
    return assemble_signature(signed, made.signer_certificate, made.signer.sign(signed))


def test_a_seal_comes_back() -> None:
    made = parts()
    seal = parse_seal(made.seal)
    assert (seal.version, seal.vendor, seal.seal_id, seal.seal_type) == (4, "YZ", "11010000000001", 1)
    assert seal.name == "雁栖市市场监督管理局"
    assert seal.signer_certificates == (made.signer_certificate,)
    assert seal.maker_certificate == made.maker_certificate
    assert seal.picture == SealPicture("PNG", png(), 40, 40)
    assert (seal.valid_from, seal.valid_until) == (AT - timedelta(days=20), AT + timedelta(days=700))
    assert seal.der == made.seal
    check_seal(seal.der)


def test_a_seal_is_signed_over_its_information_alone() -> None:
    seal = parse_seal(parts().seal)
    assert seal.signed == info((parts().signer_certificate,))
    assert der.members(der.read(seal.der, limit=10**6))[0].octets == seal.signed


def test_a_signature_comes_back() -> None:
    read = parse_signature(signature())
    assert (read.signed_at, read.data_hash, read.property_info) == (AT, sm3(b"content"), PLACE)
    assert read.certificate == parts().signer_certificate
    assert read.seal == parse_seal(parts().seal)
    check_signature(read)


@pytest.mark.parametrize("which", ["seal", "signature"])
def test_openssl_agrees(which: str, tmp_path: Path) -> None:
    read = parse_signature(signature())
    signed, raw, certificate = (
        (read.signed, read.signature, read.certificate)
        if which == "signature"
        else (read.seal.signed, read.seal.signature, read.seal.maker_certificate)
    )
    (tmp_path / "key.der").write_bytes(load_certificate(certificate).public_key.spki)
    (tmp_path / "signature.der").write_bytes(der_from_raw(raw))
    command = [
        *("openssl", "pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pubin", "-keyform", "DER"),
        *("-inkey", "key.der", "-sigfile", "signature.der", "-pkeyopt", "distid:1234567812345678", "-in", "message"),
    ]
    for message, good in ((signed, True), (signed[:-1] + b"!", False)):
        (tmp_path / "message").write_bytes(message)
        answer = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert (answer.returncode == 0) is good, answer.stderr


def test_every_changed_octet_of_a_signature_is_refused() -> None:
    """Not one octet is free: what still reads as a signature no longer verifies, or names another place or key."""
    octets = signature()
    whole = parse_signature(octets)
    for position in range(len(octets)):
        changed = bytearray(octets)
        changed[position] ^= 1
        try:
            read = parse_signature(bytes(changed))
        except Malformed:
            continue
        if read.certificate != whole.certificate:
            assert read.certificate not in read.seal.signer_certificates
            continue
        with pytest.raises((Untrusted, Malformed)):
            check_signature(read)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"vendor": ""}, "profile"),
        ({"vendor": "印"}, "encoding"),
        ({"seal_id": "x" * 65}, "profile"),
        ({"seal_type": 0}, "profile"),
        ({"name": ""}, "profile"),
        ({"name": "局\u202e"}, "profile"),
        ({"name": "局\0"}, "profile"),
        ({"name": "e\u0301"}, "profile"),
        ({"name": "\ud800"}, "encoding"),
        ({"signer_certificates": ()}, "profile"),
        ({"signer_certificates": (b"not a certificate",)}, "encoding"),
        ({"valid_until": AT - timedelta(days=21)}, "profile"),
        ({"picture": SealPicture("GIF", b"GIF89a", 40, 40)}, "profile"),
        ({"picture": SealPicture("PNG", b"GIF89a", 40, 40)}, "profile"),
        ({"picture": SealPicture("PNG", png()[:20], 40, 40)}, "profile"),
        ({"picture": SealPicture("PNG", png()[:16] + b"\0\0\xff\xff" + png()[20:], 40, 40)}, "profile"),
        ({"picture": SealPicture("PNG", png(), 0, 40)}, "profile"),
        ({"picture": SealPicture("PNG", png(), 40, 201)}, "profile"),
        ({"picture": SealPicture("PNG", png() + bytes(ses.MAX_PICTURE), 40, 40)}, "profile"),
    ],
)
def test_a_seal_outside_the_profile_is_not_written(change: dict[str, object], reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        info((parts().signer_certificate,), **change)
    assert refusal.value.reason == reason


def rebuilt(octets: bytes, path: tuple[int, ...], change: bytes | None) -> bytes:
    """The structure with the member at `path` replaced (or, with None, left out); lengths are written anew."""
    node = der.read(octets, limit=10**6)
    members = [member.octets for member in node.children()]
    if len(path) == 1:
        members[path[0] : path[0] + 1] = [] if change is None else [change]
    else:
        members[path[0]] = rebuilt(members[path[0]], path[1:], change)
    return der.write(node.tag, *members)


def appended(octets: bytes, path: tuple[int, ...], member: bytes) -> bytes:
    """The structure with one more member in the element at `path`."""
    node = der.read(octets, limit=10**6)
    for step in path:
        node = node.children()[step]
    longer = der.write(node.tag, node.content, member)
    return rebuilt(octets, path, longer) if path else longer


def test_version_five_and_extensions_are_another_profile() -> None:
    good = signature()
    extensions = der.write_sequence()
    bits = der.write(0xA0, der.write_bit_string(b"token"))
    for case in (
        rebuilt(good, (0, 1, 0, 0, 1), der.write_integer(5)),  # header version
        rebuilt(good, (0, 0), der.write_integer(5)),  # TBS version
        rebuilt(good, (0, 1, 0, 2, 2), der.write_integer(2)),  # digests in the list
        rebuilt(good, (0, 1, 0, 2, 2), der.write_integer(3)),
        appended(good, (0, 1, 0), extensions),  # seal extensions
        appended(good, (0,), der.write(0xA0, extensions)),  # TBS extensions
        appended(good, (), bits),  # time stamp
        appended(good, (0, 1), bits),  # seal of version 5
        rebuilt(good, (2,), der.write_object_identifier("1.2.840.10045.4.3.2")),
        der.write_sequence(der.read(good, limit=10**6).children()[0].octets, der.write_bit_string(bytes(64))),  # v1
    ):
        with pytest.raises(Malformed) as refusal:
            parse_signature(case)
        assert refusal.value.reason == "profile"


def test_other_encodings_of_the_same_signature_are_refused() -> None:
    good = signature()
    raw = parse_signature(good).signature
    sequence = der_from_raw(raw)
    padded = der.write_sequence(
        *(der.write(der.INTEGER, bytes(2) + part) for part in (raw[:32].lstrip(b"\0"), raw[32:].lstrip(b"\0")))
    )
    for bits in (
        der.write_bit_string(raw),  # r ‖ s instead of DER
        der.write_bit_string(sequence + b"\0"),
        der.write_bit_string(padded),
        der.write(der.BIT_STRING, b"\1", sequence[:-1] + bytes((sequence[-1] & 0xFE,))),  # unused bits
        der.write_octet_string(sequence),
    ):
        with pytest.raises(Malformed) as refusal:
            parse_signature(rebuilt(good, (3,), bits))
        assert refusal.value.reason == "encoding"
    for octets in (good + b"\0", good[:-1], b""):
        with pytest.raises(Malformed):
            parse_signature(octets)


def test_the_hash_has_thirty_two_octets() -> None:
    with pytest.raises(Malformed):
        to_be_signed(parts().seal, AT, b"short", PLACE)
    with pytest.raises(Malformed):
        parse_signature(rebuilt(signature(), (0, 3), der.write_bit_string(bytes(31))))


def failed(seal: bytes, signer: bytes, at: object = AT) -> set[str]:
    findings = seal_findings(parse_seal(seal), signer, at)  # type: ignore[arg-type]  # the test knows the type
    return {finding.name for finding in findings if finding.indication is Indication.FAILED}


def test_what_is_said_of_a_seal() -> None:
    made = parts()
    assert failed(made.seal, made.signer_certificate) == set()
    assert failed(made.seal, made.maker_certificate) == {"signer-not-in-seal"}
    assert failed(made.seal, made.signer_certificate, AT - timedelta(days=21)) == {"seal-not-valid-at-time"}
    assert failed(made.seal, made.signer_certificate, AT + timedelta(days=701)) == {"seal-not-valid-at-time"}
    forged = sealed_by(made.signer, made.maker_certificate, info((made.signer_certificate,)))
    assert failed(forged, made.signer_certificate) == {"seal-signature-bad"}
    own = sealed_by(made.signer, made.signer_certificate, info((made.signer_certificate,)))
    assert failed(own, made.signer_certificate) == {"seal-maker-is-signer"}
    no_certificate = sealed_by(made.maker, der.write_sequence(), info((made.signer_certificate,)))
    assert failed(no_certificate, made.signer_certificate) == {"seal-signature-bad"}
