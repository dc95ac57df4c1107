"""Signed messages of GB/T 35275: what is written, both dialects read, OpenSSL's view of the structure, and what fails."""

import subprocess
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms

from keys.codec import der_from_raw
from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.der_edit import exchange
from tests.seal_parts import AT, parts
from trust.errors import Malformed
from trust.formats import der
from trust.formats.certificate_parts import certificate_parts
from trust.formats.gm_cms import ReadSignedData, plan_signed_data, read_signed_data, signed_data_facts
from trust.formats.gm_cms_read import MAX_MESSAGE
from trust.formats.sealed_document import Form
from trust.rules.verdict import Finding, Indication

MADE = parts()
DATA = b"<ofd:Signature/>"
DIGEST = sm3(DATA)
PASSED, FAILED, OPEN = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE
GM_DATA, GM_SIGNED = "1.2.156.10197.6.1.4.2.1", "1.2.156.10197.6.1.4.2.2"
PKCS7_DATA, PKCS7_SIGNED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
SM3, SM2_SIGN, SM2_SM3 = "1.2.156.10197.1.401", "1.2.156.10197.1.301.1", "1.2.156.10197.1.501"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
SET = 0x31


def oid(dotted: str) -> bytes:
    return der.write_object_identifier(dotted)


def attribute(kind: str, *values: bytes) -> bytes:
    return der.write_sequence(oid(kind), der.write(SET, *values))


ATTRIBUTES = [
    attribute(CONTENT_TYPE, oid(GM_DATA)),
    attribute(SIGNING_TIME, der.write(0x17, b"260301083015Z")),
    attribute(MESSAGE_DIGEST, der.write_octet_string(DIGEST)),
]


def message(
    *,
    outer: str = GM_SIGNED,
    version: int = 1,
    content_type: str = GM_DATA,
    content: bytes | None = None,
    attributes: list[bytes] | None = None,
    signed: bytes | None = None,
    certificates: tuple[bytes, ...] = (MADE.signer_certificate,),
    identifier: bytes | None = None,
    digest_algorithm: str = SM3,
    algorithm: str = SM2_SIGN,
    value: Callable[[bytes], bytes] = der_from_raw,
    unsigned: bytes = b"",
    signers: int = 1,
    between: bytes = b"",
) -> bytes:
    """A message of any kind, signed by the signer over the attributes, else the content, else what is given."""
    named = certificate_parts(MADE.signer_certificate)
    message_signed = signed or (content or b"" if attributes is None else der.write(SET, *attributes))
    signer = der.write_sequence(
        der.write_integer(version),
        identifier or der.write_sequence(named.issuer, named.serial),
        der.write_sequence(oid(digest_algorithm), b"\5\0"),
        b"" if attributes is None else der.write(0xA0, *attributes),
        der.write_sequence(oid(algorithm)),
        der.write_octet_string(value(MADE.signer.sign(message_signed))),
        unsigned,
    )
    inside = b"" if content is None else der.write(0xA0, der.write_octet_string(content))
    body = der.write_sequence(
        der.write_integer(version),
        der.write(SET, der.write_sequence(oid(digest_algorithm))),
        der.write_sequence(oid(content_type), inside),
        der.write(0xA0, *certificates),
        between,
        der.write(SET, *[signer] * signers),
    )
    return der.write_sequence(oid(outer), der.write(0xA0, body))


def own(time_stamp: bytes | None = None, **given: object) -> bytes:
    plan = plan_signed_data(DIGEST, MADE.signer_certificate, AT, **given)  # type: ignore[arg-type]  # the test knows
    return plan.complete(MADE.signer.sign(plan.to_be_signed), time_stamp)


def facts(octets: bytes, data: bytes | None = None, *, ours: bool = False, digest: bytes = DIGEST) -> list[Finding]:
    return signed_data_facts(read_signed_data(octets), digest, data, ours=ours)


def names(found: list[Finding], indication: Indication) -> set[str]:
    return {one.name for one in found if one.indication is indication and not one.warning}


def warned(found: list[Finding]) -> set[str]:
    return {one.name for one in found if one.warning}


# --- writing ----------------------------------------------------------------------------------------------------------


def test_what_is_written_comes_back() -> None:
    read = read_signed_data(own())
    assert (read.form, read.content, read.tolerances) == (Form.GM_CMS_ATTRIBUTES, None, ())
    assert (read.signer.digest, read.signer.claimed_at) == (DIGEST, AT)
    assert (read.signer.certificate, read.others, read.revocations) == (MADE.signer_certificate, (), ())
    assert (read.signer.digest_algorithm, read.signer.algorithm) == (SM3, SM2_SIGN)
    assert read.signer.attributes == plan_signed_data(DIGEST, MADE.signer_certificate, AT).to_be_signed
    assert read.signer.value == der_from_raw(read.signer.raw or b"")
    found = facts(own(), ours=True)
    assert [(one.step, one.name, one.indication) for one in found] == [
        (2, "data-hash", PASSED),
        (4, "signature-value", PASSED),
    ]


def test_a_chain_and_a_time_stamp_are_carried_along() -> None:
    stamp = der.write_sequence(oid(PKCS7_SIGNED), der.write(0xA0, der.write_sequence()))
    octets = own(stamp, chain=[MADE.maker_certificate])
    read = read_signed_data(octets)
    assert (read.signer.time_stamp, read.others) == (stamp, (MADE.maker_certificate,))
    assert names(facts(octets, ours=True), FAILED) == set()


def test_signing_times_from_2050_on_are_of_the_long_form() -> None:
    late = datetime(2050, 1, 1, tzinfo=UTC)
    plan = plan_signed_data(DIGEST, MADE.signer_certificate, late)
    read = read_signed_data(plan.complete(MADE.signer.sign(plan.to_be_signed)))
    assert (read.signer.claimed_at, read.tolerances) == (late, ())
    assert b"\x18\x0f20500101000000Z" in plan.to_be_signed


@pytest.mark.parametrize("digest", [b"", DIGEST[:-1], DIGEST + b"\0"])
def test_only_digests_of_sm3_are_planned(digest: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        plan_signed_data(digest, MADE.signer_certificate, AT)
    assert refusal.value.reason == "cms-value"


def test_what_cannot_be_completed() -> None:
    with pytest.raises(Malformed):
        plan_signed_data(DIGEST, b"certificate", AT)
    with pytest.raises(Malformed):
        plan_signed_data(DIGEST, MADE.signer_certificate, AT).complete(bytes(64))


def test_asn1crypto_and_openssl_read_what_is_written(tmp_path: Path) -> None:
    octets = own()
    # Both know PKCS#7 under its own identifiers; the structure is the same.
    as_pkcs7 = exchange(exchange(octets, oid(GM_SIGNED), oid(PKCS7_SIGNED)), oid(GM_DATA), oid(PKCS7_DATA))
    signed = cms.ContentInfo.load(as_pkcs7, strict=True)["content"]
    (signer,) = signed["signer_infos"]
    assert signed["version"].native == signer["version"].native == "v1"
    assert {one["type"].native for one in signer["signed_attrs"]} == {"content_type", "signing_time", "message_digest"}
    assert signer["signed_attrs"].dump()[1:] == plan_signed_data(DIGEST, MADE.signer_certificate, AT).to_be_signed[1:]
    (tmp_path / "message.der").write_bytes(as_pkcs7)
    command = ["openssl", "pkcs7", "-inform", "DER", "-in", "message.der", "-print_certs", "-noout"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True)
    assert "subject" in answer.stdout


# --- reading ----------------------------------------------------------------------------------------------------------


A = {"content": DIGEST, "algorithm": SM2_SM3}
B = {"attributes": ATTRIBUTES}


@pytest.mark.parametrize(
    ("octets", "codes"),
    [
        (message(**A), set()),
        (message(**A, value=lambda raw: raw), {"sig-raw64"}),
        (message(content=DIGEST), set()),
        (message(content=DATA), set()),
        (message(content=b64encode(DIGEST)), {"cms-hash-base64"}),
        (message(**B), set()),
        (message(**B, content_type=PKCS7_DATA), set()),
        (message(**B, content=DIGEST), set()),
        (message(**B, content=DATA), set()),
        (message(attributes=[*ATTRIBUTES[:2], attribute(MESSAGE_DIGEST, der.write_octet_string(sm3(DIGEST)))], content=DIGEST), set()),
        (message(attributes=[ATTRIBUTES[0], ATTRIBUTES[2], ATTRIBUTES[1]]), {"cms-attribute-order"}),
        (message(attributes=[ATTRIBUTES[0], ATTRIBUTES[2]]), set()),
        (message(**B, outer=PKCS7_SIGNED), {"cms-outer-type"}),
        (message(**B, version=3), {"cms-version"}),
        (message(**B, identifier=der.write(0x80, bytes(20))), {"cms-signer-identifier"}),
        (message(**B, identifier=der.write_sequence(der.write_sequence(), der.write_integer(9))), {"cms-signer-identifier"}),
        (message(**B) + b"\0", {"trailing-bytes"}),
        (message(**B, certificates=(MADE.maker_certificate, MADE.signer_certificate)), set()),
        (message(**B, between=der.write(0xA1, der.write_sequence())), set()),
    ],
)  # fmt: skip
def test_dialects_and_spellings(octets: bytes, codes: set[str]) -> None:
    found = facts(octets)
    assert warned(found) == codes
    assert names(found, PASSED) == {"data-hash", "signature-value"}
    assert names(found, FAILED) | names(found, OPEN) == set()
    assert read_signed_data(octets).signer.certificate == MADE.signer_certificate


def test_lengths_and_strings_of_ber() -> None:
    """As PKCS#7 software writes the frame; what is signed inside stays DER."""
    (body,) = der.members(der.read(message(content=DIGEST), limit=10**6))[1].children()
    version, algorithms, _content, *rest = (part.octets for part in der.members(body))
    content = b"\x30\x80" + oid(GM_DATA) + b"\xa0\x80\x24\x80\x04\x10" + DIGEST[:16] + b"\x04\x10" + DIGEST[16:]
    frame = (
        b"\x30\x80" + oid(GM_SIGNED) + b"\xa0\x80\x30\x80" + version + algorithms + content + bytes(6) + b"".join(rest)
    )
    found = facts(frame + bytes(6))
    assert warned(found) == {"ber-indefinite-length", "ber-constructed-string"}
    assert names(found, PASSED) == {"data-hash", "signature-value"}


def test_a_message_that_signs_the_data_and_leaves_them_out() -> None:
    octets = message(signed=DATA)
    assert names(facts(octets, DATA), PASSED) == {"data-hash", "signature-value"}
    assert names(facts(octets), FAILED) == {"datahash", "signature-value"}
    assert names(facts(octets, b"other"), FAILED) == {"datahash", "signature-value"}


def test_a_message_in_a_field_of_fixed_size() -> None:
    octets = own()
    read = read_signed_data(octets + bytes(999), padded=True)
    assert (read.octets, read.tolerances) == (octets, ())
    assert names(signed_data_facts(read, DIGEST, ours=True), FAILED) == set()


# --- what fails -------------------------------------------------------------------------------------------------------


STRANGER = memory_signer("stranger")


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (message(content=sm3(b"other")), {"datahash"}),
        (message(content=b""), {"datahash", "signature-value"}),
        (message(**B, content=b"other"), {"datahash"}),
        (message(attributes=[*ATTRIBUTES[:2], attribute(MESSAGE_DIGEST, der.write_octet_string(bytes(32)))]), {"datahash"}),
        (message(attributes=ATTRIBUTES, signed=DIGEST), {"signature-value"}),
        (message(content=DIGEST, signed=DATA), {"signature-value"}),
        (message(**B, value=lambda raw: raw[:63]), {"signature-value"}),
        (message(**B, certificates=()), {"cms-signer"}),
        (message(**B, certificates=(MADE.maker_certificate,)), {"signature-value"}),
        (message(**B, certificates=(MADE.maker_certificate, MADE.root.public.spki)), {"cms-signer"}),
        (message(**B, certificates=(der.write_sequence(),)), {"certificate"}),
    ],
)  # fmt: skip
def test_what_does_not_hold(octets: bytes, expected: set[str]) -> None:
    assert names(facts(octets), FAILED) == expected


@pytest.mark.parametrize(
    "octets", [message(**B, algorithm="1.2.840.113549.1.1.1"), message(**B, digest_algorithm="1.3.14.3.2.26")]
)
def test_other_algorithms_are_left_open(octets: bytes) -> None:
    assert names(facts(octets), OPEN) == {"foreign-algorithm"}


@pytest.mark.parametrize(
    "octets",
    [
        message(**B, outer="1.2.840.113549.1.7.3"),
        message(**B, content_type="1.2.840.113549.1.9.16.1.4"),
        message(attributes=[attribute(CONTENT_TYPE, oid("1.2.840.113549.1.9.16.1.4")), *ATTRIBUTES[1:]]),
        message(attributes=ATTRIBUTES[1:]),
        message(attributes=ATTRIBUTES[:2]),
        message(attributes=[*ATTRIBUTES, ATTRIBUTES[2]]),
        message(attributes=[*ATTRIBUTES[:2], attribute(MESSAGE_DIGEST, *(der.write_octet_string(DIGEST),) * 2)]),
        message(attributes=[]),
        message(**B, signers=2),
        message(**B, signers=0),
        message(**B, between=der.write(0xA2, b"")),
        message(**B, certificates=(MADE.signer_certificate,) * 33),
        message(**B, unsigned=der.write(0xA2, b"")),
        message(**B)[:-1],
        b"",
        MADE.signer_certificate,
        MADE.seal,
        der.write_sequence(oid(GM_SIGNED), der.write(0xA0, bytes(MAX_MESSAGE))),
    ],
)
def test_what_is_refused(octets: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        read_signed_data(octets)
    assert refusal.value.reason in {"encoding", "cms-shape"}


@pytest.mark.parametrize(
    "octets",
    [
        message(**A),
        message(**B),  # NULL parameters, which we do not write
        message(attributes=[ATTRIBUTES[0], ATTRIBUTES[2]]),
        own() + b"\0",
        exchange(own(), oid(SM2_SIGN), oid(SM2_SM3)),
        exchange(own(), oid(GM_SIGNED), oid(PKCS7_SIGNED)),
    ],
)
def test_what_claims_to_be_ours_is_in_our_spelling(octets: bytes) -> None:
    assert "encoding" in names(facts(octets, ours=True), FAILED)


def test_not_one_octet_of_ours_is_free() -> None:
    octets = own()
    free = []
    for position in range(len(octets)):
        changed = bytearray(octets)
        changed[position] ^= 1
        try:
            read: ReadSignedData = read_signed_data(bytes(changed))
        except Malformed:
            continue
        if read.signer.certificate not in {MADE.signer_certificate, None}:
            continue  # another certificate has another path
        if not names(signed_data_facts(read, DIGEST, ours=True), FAILED):
            free.append(position)
    assert free == []
