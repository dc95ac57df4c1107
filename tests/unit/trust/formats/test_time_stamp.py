"""Time-stamp tokens: what is written comes back, what others write is read, and what is bent is noticed."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import cms, tsp

from keys.codec import der_from_raw
from keys.sm3 import sm3
from tests.der_edit import exchange
from tests.pki_parts import AT
from tests.time_parts import POLICY, authority, info, token
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import SM2_WITH_SM3, SM3
from trust.formats.time_stamp import (
    MAX_TOKEN,
    SHA256,
    imprint_holds,
    read_info,
    read_time_stamp,
    signature_holds,
)
from trust.formats.time_stamp_writing import plan_time_stamp, write_info
from trust.formats.tolerances import Tolerances

VALUE = b"a signature value"
TSA = authority()
CERTIFICATE = TSA.certificate.der
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
SET = 0x31


def oid(dotted: str) -> bytes:
    return der.write_object_identifier(dotted)


def attribute(kind: str, *values: bytes) -> bytes:
    return der.write_sequence(oid(kind), der.write(SET, *values))


def named(digest: bytes | None = None, algorithm: str | None = SM3) -> bytes:
    """signing-certificate-v2 naming one certificate."""
    kind = der.write_sequence(oid(algorithm)) if algorithm else b""
    identifier = der.write_sequence(kind, der.write_octet_string(digest or sm3(CERTIFICATE)))
    return attribute(SIGNING_CERTIFICATE_V2, der.write_sequence(der.write_sequence(identifier)))


def attributes(content: bytes, *more: bytes) -> list[bytes]:
    return [
        attribute(CONTENT_TYPE, oid(TST_INFO)),
        attribute(MESSAGE_DIGEST, der.write_octet_string(sm3(content))),
        *more,
    ]


def built(
    *,
    content: bytes | None = None,
    outer: str = SIGNED_DATA,
    inner: str = TST_INFO,
    signed: Callable[[bytes], list[bytes]] = lambda content: attributes(content, named()),
    algorithm: str = SM2_WITH_SM3,
    digest: str = SM3,
    unsigned: bytes = b"",
    identifier: bytes | None = None,
    signers: int = 1,
    between: bytes = b"",
    version: int = 3,
) -> bytes:
    """A token with one thing otherwise; its signature is always made over the attributes as they stand."""
    octets = content or write_info(info(VALUE))
    body = b"".join(signed(octets))
    signer = der.write_sequence(
        der.write_integer(1),
        identifier or der.write_sequence(TSA.certificate.issuer.der, der.write_integer(TSA.certificate.serial)),
        der.write_sequence(oid(digest)),
        der.write(0xA0, body),
        der.write_sequence(oid(algorithm)),
        der.write_octet_string(der_from_raw(TSA.signer.sign(der.write(SET, body)))),
        unsigned,
    )
    data = der.write_sequence(
        der.write_integer(version),
        der.write(SET, der.write_sequence(oid(SM3))),
        der.write_sequence(oid(inner), der.write(0xA0, der.write_octet_string(octets))),
        der.write(0xA0, CERTIFICATE),
        between,
        der.write(SET, *[signer] * signers),
    )
    return der.write_sequence(oid(outer), der.write(0xA0, data))


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"nonce": 2**63, "ordering": True},
        {"at": datetime(2049, 12, 31, 23, 59, 59, 120_000, tzinfo=UTC), "accuracy": timedelta(milliseconds=20)},
        {"accuracy": timedelta(seconds=1, milliseconds=500)},
        {"accuracy": None},
        {"algorithm": SHA256},
        {"serial": 2**158 - 1},
    ],
)
def test_what_is_written_comes_back(changes: dict[str, object]) -> None:
    read = read_time_stamp(token(VALUE, **changes))
    assert read.info == info(VALUE, **changes)  # type: ignore[arg-type]  # as above
    assert (read.tolerances, read.unsigned, read.weakly_bound) == ((), frozenset(), False)
    assert read.certificates == (CERTIFICATE,)
    assert read.certificate() == CERTIFICATE
    assert imprint_holds(read, VALUE) is True
    assert imprint_holds(read, VALUE + b"\0") is False
    assert signature_holds(read, CERTIFICATE) is True


def test_a_token_need_not_carry_certificates() -> None:
    read = read_time_stamp(token(VALUE, carry=False))
    assert (read.certificates, read.certificate()) == ((), None)
    other = authority("另一时间戳服务").certificate.der
    assert read.certificate([other, CERTIFICATE]) == CERTIFICATE


def test_what_is_signed_is_what_was_planned() -> None:
    plan = plan_time_stamp(info(VALUE), CERTIFICATE, [])
    read = read_time_stamp(plan.complete(TSA.signer.sign(plan.to_be_signed)))
    assert read.attributes == plan.to_be_signed


@pytest.mark.parametrize(
    "changes",
    [{"imprint": b"short"}, {"algorithm": "1.3.14.3.2.26"}, {"accuracy": timedelta(microseconds=1)}],
)
def test_what_cannot_be_stated_is_not_written(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed, match="time-stamp"):
        token(VALUE, **changes)


def test_the_value_must_be_a_signature() -> None:
    plan = plan_time_stamp(info(VALUE), CERTIFICATE, [])
    with pytest.raises(Malformed, match="time-stamp"):
        plan.complete(bytes(64))


def test_others_read_it() -> None:
    loaded = cms.ContentInfo.load(token(VALUE, nonce=7), strict=True)
    assert loaded["content"]["version"].native == "v3"
    stated = loaded["content"]["encap_content_info"]["content"].parsed
    assert isinstance(stated, tsp.TSTInfo)
    assert stated["gen_time"].native == AT
    assert (stated["nonce"].native, stated["policy"].native, stated["serial_number"].native) == (7, POLICY, 4711)
    assert stated["message_imprint"]["hashed_message"].native == sm3(VALUE)
    assert stated["accuracy"]["seconds"].native == 1


# --- what is bent -----------------------------------------------------------------------------------------------------


def test_every_octet_that_counts_is_protected() -> None:
    """Whatever octet is changed: the token is refused, does not hold, or says the same as before."""
    whole = token(VALUE)
    original = read_time_stamp(whole)
    undetected = []
    for place in range(len(whole)):
        changed = whole[:place] + bytes((whole[place] ^ 0x01,)) + whole[place + 1 :]
        try:
            read = read_time_stamp(changed)
            certificate = read.certificate()
            held = certificate is not None and signature_holds(read, certificate) is True
        except Malformed:
            continue
        if held:
            undetected.append(place)
            assert read.info == original.info
            assert certificate == CERTIFICATE
    assert len(undetected) < 40  # versions, names of algorithms outside the signature, the name of the signer


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"junk",
        token(VALUE)[:-1],
        built(outer="1.2.840.113549.1.7.1"),
        built(inner="1.2.840.113549.1.7.1"),
        built(signed=lambda content: [attribute(CONTENT_TYPE, oid(TST_INFO)), named()]),
        built(signed=lambda content: attributes(content)[1:]),
        built(signed=lambda content: [attribute(CONTENT_TYPE, oid(SM3)), *attributes(content)[1:]]),
        built(signed=lambda content: [*attributes(content), *attributes(content)]),
        built(signers=2),
        built(signers=0),
        built(between=der.write(0xA2)),
        built(content=b"\x30\x00"),
        bytes(MAX_TOKEN + 1),
        der.write_sequence(),
    ],
    ids=(
        "nothing",
        "junk",
        "cut off",
        "another outer type",
        "another content type",
        "no digest among what is signed",
        "no content type among what is signed",
        "a content type that is none",
        "attributes twice",
        "two signers",
        "no signer",
        "something between",
        "no content",
        "too long",
        "an empty sequence",
    ),
)
def test_what_is_no_token(octets: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        read_time_stamp(octets)
    assert refused.value.reason == "time-stamp"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (der.write(0x18, b"20260301080000Z"), der.write(0x18, b"20260301080000+")),
        (der.write(0x18, b"20260301080000Z"), der.write(0x18, b"20261301080000Z")),
        (der.write(0x18, b"20260301080000Z"), der.write(0x18, b"20260301080000.Z")),
        (der.write(0x18, b"20260301080000Z"), der.write(0x17, b"260301080000Z")),
        (der.write_integer(1), der.write_integer(2)),
        (der.write_sequence(der.write_integer(1)), der.write_sequence(der.write(0x80, b"\x7f\xff"))),
        (der.write_sequence(der.write_integer(1)), der.write_sequence(der.write(0x82, b"\x01"))),
    ],
)
def test_a_statement_out_of_form(old: bytes, new: bytes) -> None:
    stated = write_info(info(VALUE))
    with pytest.raises(Malformed):
        read_info(exchange(stated, old, new), Tolerances())


def test_extensions_are_read_and_critical_ones_told() -> None:
    stated = write_info(info(VALUE))
    for flag, critical in ((b"", False), (der.write(0x01, b"\xff"), True), (der.write(0x01, b"\x00"), False)):
        extension = der.write_sequence(oid(SM3), flag, der.write_octet_string(b""))
        body = der.read(stated, limit=4096).content + der.write(0xA0, b"") + der.write(0xA1, extension)
        assert read_info(der.write_sequence(body), Tolerances()).critical is critical


def test_other_ways_of_saying_it() -> None:
    by_key = read_time_stamp(built(identifier=der.write(0x80, b"12345678901234567890")))
    assert by_key.certificate() == CERTIFICATE
    assert signature_holds(by_key, CERTIFICATE) is True
    default = read_time_stamp(
        built(signed=lambda content: attributes(content, named(sha256(CERTIFICATE).digest(), None)))
    )
    assert default.certificate() == CERTIFICATE
    gm = read_time_stamp(built(outer="1.2.156.10197.6.1.4.2.2"))
    assert signature_holds(gm, CERTIFICATE) is True
    marked = read_time_stamp(built(unsigned=der.write(0xA1, attribute(SM3, b"\x05\x00"))))
    assert marked.unsigned == {SM3}


def test_whom_a_token_names() -> None:
    other = read_time_stamp(built(signed=lambda content: attributes(content, named(sm3(b"another")))))
    assert other.certificate() is None
    weak = read_time_stamp(
        built(signed=lambda content: attributes(content, attribute(SIGNING_CERTIFICATE, der.write_sequence())))
    )
    assert (weak.weakly_bound, weak.identifiers, weak.certificate()) == (True, (), CERTIFICATE)
    nobody = read_time_stamp(built(signed=attributes))
    assert (nobody.weakly_bound, nobody.identifiers, nobody.certificate()) == (False, (), CERTIFICATE)
    stranger = read_time_stamp(built(signed=attributes, identifier=der.write_sequence(b"\x30\x00", b"\x02\x01\x05")))
    assert stranger.certificate([b"no certificate"]) is None


def test_the_statement_is_bound_by_its_digest() -> None:
    elsewhere = read_time_stamp(built(signed=lambda _: attributes(b"other", named())))
    assert signature_holds(elsewhere, CERTIFICATE) is False
    assert signature_holds(read_time_stamp(built()), authority("另一时间戳服务").certificate.der) is False


def test_algorithms_that_are_not_known_leave_it_open() -> None:
    assert signature_holds(read_time_stamp(built(algorithm="1.2.840.113549.1.1.11")), CERTIFICATE) is None
    foreign = read_time_stamp(built(digest="1.2.156.10197.1.402"))
    assert signature_holds(foreign, CERTIFICATE) is None


# --- other software ---------------------------------------------------------------------------------------------------


def openssl(*arguments: str, folder: Path) -> str:
    ran = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return ran.stdout + ran.stderr


def test_a_token_of_openssl_is_read_and_its_algorithm_named(tmp_path: Path) -> None:
    """`openssl ts` over SM3 with a P-256 key: the structure and the imprint are read, the signature left open."""
    (tmp_path / "data").write_bytes(VALUE)
    (tmp_path / "ts.cnf").write_text(
        "[tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256,sm3\n"
        "accuracy=secs:1\n[ext]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
    )
    (tmp_path / "serial").write_text("01\n")
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key"),
        *("-out", "cert", "-subj", "/CN=tsa", "-days", "30", "-extensions", "ext", "-config", "req.cnf"),
        folder=with_request_config(tmp_path),
    )
    openssl("ts", "-query", "-data", "data", "-sm3", "-cert", "-no_nonce", "-out", "query", folder=tmp_path)
    made = openssl(
        *("ts", "-reply", "-queryfile", "query", "-signer", "cert", "-inkey", "key", "-token_out", "-out", "token"),
        *("-config", "ts.cnf"),
        folder=tmp_path,
    )
    if not (tmp_path / "token").exists():
        pytest.fail(made)
    read = read_time_stamp((tmp_path / "token").read_bytes())
    assert (read.info.algorithm, read.info.imprint, read.info.accuracy) == (SM3, sm3(VALUE), timedelta(seconds=1))
    assert imprint_holds(read, VALUE) is True
    certificate = read.certificate()
    assert certificate is not None
    assert signature_holds(read, certificate) is None


def with_request_config(folder: Path) -> Path:
    """A configuration for `openssl req` with the extensions of a time-stamp authority."""
    (folder / "req.cnf").write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n[ext]\nextendedKeyUsage=critical,timeStamping\n"
        "keyUsage=critical,digitalSignature\n"
    )
    return folder


def test_openssl_reads_ours_and_its_signature_holds_there(tmp_path: Path) -> None:
    """The structure by `openssl ts`; the signature, which needs the identity, by `openssl pkeyutl`."""
    octets = token(VALUE, nonce=7)
    read = read_time_stamp(octets)
    (tmp_path / "token").write_bytes(octets)
    shown = openssl("ts", "-reply", "-in", "token", "-token_in", "-text", folder=tmp_path)
    for line in (
        "Hash Algorithm: sm3",
        f"Policy OID: {POLICY}",
        "Serial number: 0x1267",
        "Time stamp: Mar  1 08:00:00 2026 GMT",
        "Nonce: 0x07",
        "Accuracy: 0x01 seconds",
    ):
        assert line in shown
    (tmp_path / "signed").write_bytes(read.attributes)
    (tmp_path / "value").write_bytes(der_from_raw(read.raw or b""))
    (tmp_path / "key").write_bytes(TSA.signer.public.spki)
    verify = ("pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pubin", "-keyform", "DER", "-inkey", "key")
    said = openssl(
        *(*verify, "-in", "signed", "-sigfile", "value", "-pkeyopt", "distid:1234567812345678"), folder=tmp_path
    )
    assert "Signature Verified Successfully" in said
