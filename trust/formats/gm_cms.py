"""Signed messages of GB/T 35275 (GM/T 0010) about one digest: written in one way, and judged.

What is written is dialect B with the content types of GM/T 0010 inside and out, as RFC 5652 asks: attributes
contentType, signingTime and messageDigest in DER order, SM2 (…301.1) as the algorithm, the value in DER, a time stamp
over the value as an unsigned attribute. The standards' texts were not available; a public implementation writes the
same and says that a commercial reader takes it. Reading is in `gm_cms_read`.

`plan_signed_data` fixes what is to be signed, so that a caller can store it before a key is used. `signed_data_facts`
says what a message read supports, in findings of steps 2 (the digest) and 4 (the signature value, the spelling). Whom
the certificates belong to and what a time stamp is worth is judged elsewhere.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from keys.codec import der_from_raw
from keys.errors import SignatureRefused
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import GM_DATA, GM_SIGNED_DATA, SM2_CURVE, SM2_SIGN, SM2_WITH_SM3, SM3
from trust.formats.certificate_parts import certificate_parts
from trust.formats.gm_cms_read import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SIGNING_TIME,
    TIME_STAMP_TOKEN,
    ReadSignedData,
    read_signed_data,
)
from trust.formats.lenient_der import SET, TAGGED_0, TAGGED_1
from trust.formats.lenient_values import UTC_TIME
from trust.formats.ses_judge import foreign_algorithm, holds
from trust.formats.tolerances import tolerance_findings
from trust.rules.verdict import Finding, Indication

__all__ = ["PlannedSignedData", "ReadSignedData", "plan_signed_data", "read_signed_data", "signed_data_facts"]

YEAR_OF_GENERALIZED_TIME = 2050
SM2_NAMES = frozenset({SM2_CURVE, SM2_SIGN, SM2_WITH_SM3})
SM3_NAMES = frozenset({SM3, SM3 + ".1"})
SM3_ALGORITHM = der.write_sequence(der.write_object_identifier(SM3))
SM2_ALGORITHM = der.write_sequence(der.write_object_identifier(SM2_SIGN))
DATA_TYPE = der.write_object_identifier(GM_DATA)


class Complete(Protocol):
    """Makes the message from r‖s and perhaps a time-stamp token over the DER of r‖s."""

    def __call__(self, raw_signature: bytes, time_stamp: bytes | None = None) -> bytes: ...


class PlannedSignedData(NamedTuple):
    """A message but for its signature: sign `to_be_signed` (SM2 over the message, default identity)."""

    to_be_signed: bytes
    complete: Complete


def plan_signed_data(
    content_digest: bytes, certificate: bytes, at: datetime, chain: Sequence[bytes] = ()
) -> PlannedSignedData:
    """Plan a message of dialect B about an SM3 digest.

    Args:
        content_digest: SM3 of the data, 32 octets.
        certificate: the signer's, DER.
        at: the signing time to be claimed, cut to whole seconds.
        chain: further certificates to carry along.

    Raises:
        Malformed: `cms-value`, the digest has another size; `certificate`, the signer's cannot be read.

    """
    if len(content_digest) != 32:
        raise Malformed("cms-value", "an SM3 digest has 32 octets")
    return _Planned(content_digest, certificate, at, tuple(chain)).plan()


@dataclass(frozen=True)
class _Planned:
    digest: bytes
    certificate: bytes
    at: datetime
    chain: tuple[bytes, ...]
    issuer_and_serial: bytes = field(init=False)

    def __post_init__(self) -> None:
        parts = certificate_parts(self.certificate)
        object.__setattr__(self, "issuer_and_serial", der.write_sequence(parts.issuer, parts.serial))

    def plan(self) -> PlannedSignedData:
        return PlannedSignedData(der.write(SET, self.attributes), self.complete)

    @property
    def attributes(self) -> bytes:
        """The signed attributes in DER order, without a tag around them."""
        values = (
            _attribute(CONTENT_TYPE, DATA_TYPE),
            _attribute(MESSAGE_DIGEST, der.write_octet_string(self.digest)),
            _attribute(SIGNING_TIME, _time(self.at)),
        )
        return b"".join(sorted(values))

    def complete(self, raw_signature: bytes, time_stamp: bytes | None = None) -> bytes:
        """The message.

        Raises:
            Malformed: `encoding`, not a signature r‖s.

        """
        try:
            value = der_from_raw(raw_signature)
        except SignatureRefused as error:
            raise Malformed("encoding", "not a signature r‖s") from error
        stamp = b"" if time_stamp is None else der.write(TAGGED_1, _attribute(TIME_STAMP_TOKEN, time_stamp))
        signer = der.write_sequence(
            der.write_integer(1),
            self.issuer_and_serial,
            SM3_ALGORITHM,
            der.write(TAGGED_0, self.attributes),
            SM2_ALGORITHM,
            der.write_octet_string(value),
            stamp,
        )
        signed_data = der.write_sequence(
            der.write_integer(1),
            der.write(SET, SM3_ALGORITHM),
            der.write_sequence(DATA_TYPE),
            der.write(TAGGED_0, *sorted({self.certificate, *self.chain})),
            der.write(SET, signer),
        )
        return der.write_sequence(der.write_object_identifier(GM_SIGNED_DATA), der.write(TAGGED_0, signed_data))


def _attribute(kind: str, value: bytes) -> bytes:
    return der.write_sequence(der.write_object_identifier(kind), der.write(SET, value))


def _time(at: datetime) -> bytes:
    """UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5652, 11.3)."""
    text = der.time_text(at).encode("ascii")
    return der.write(UTC_TIME, text[2:]) if int(text[:4]) < YEAR_OF_GENERALIZED_TIME else der.write_generalized_time(at)


def signed_data_facts(
    read: ReadSignedData, digest: bytes, data: bytes | None = None, *, ours: bool = False
) -> list[Finding]:
    """Steps 2 and 4 for a signed message.

    Args:
        read: the message.
        digest: SM3 of the data it has to be about.
        data: the data themselves, needed only for messages that sign them directly and leave them out.
        ours: whether the document says that we made it; then every octet must be as `plan_signed_data` writes it.

    """
    encoded = _encoded_digest(read, digest)
    return [
        digest_finding(read, digest, data),
        value_finding(read, data),
        *tolerance_findings([*read.tolerances, *encoded], 4, ours=ours),
        *(_our_spelling(read) if ours else []),
    ]


def digest_finding(read: ReadSignedData, digest: bytes, data: bytes | None = None) -> Finding:
    """Whether the message is about these data; a content carried along must be the digest or the data, too."""
    inside, named = read.content, read.signer.digest
    about = inside is None or inside in {digest, b64encode(digest)} or sm3(inside) == digest
    if named is not None:
        bound = named == digest or (inside is not None and named == sm3(inside))
    else:
        bound = inside is not None or (data is not None and sm3(data) == digest)
    if len(digest) != 32 or not (about and bound):
        return Finding(
            2, "datahash", Indication.FAILED, "签名所记的摘要与文件内容不一致，签名后被改动过，或签名取自别处。"
        )
    return Finding(2, "data-hash", Indication.PASSED, "签名所记的摘要与文件内容一致。")


def _encoded_digest(read: ReadSignedData, digest: bytes) -> list[str]:
    return ["cms-hash-base64"] if read.content == b64encode(digest) else []


def value_finding(read: ReadSignedData, data: bytes | None = None) -> Finding:
    """Whether the signature value holds: over the attributes, else over the content, else over the data."""
    signer = read.signer
    if signer.digest_algorithm not in SM3_NAMES or signer.algorithm not in SM2_NAMES:
        return foreign_algorithm(4, "签名")
    if signer.certificate is None:
        return Finding(4, "cms-signer", Indication.FAILED, "签名数据中没有签名者的证书，无法确定由谁签名。")
    message = signer.attributes or read.content or data
    try:
        answer = message is not None and holds(signer.certificate, message, signer.raw)
    except Malformed:
        return Finding(4, "certificate", Indication.FAILED, "签名所用证书无法读取，签名不可信。")
    if answer is None:
        return foreign_algorithm(4, "签名")
    if not answer:
        text = "签名值不成立：签名不是由所附证书的密钥作出，或数据被改动。"
        return Finding(4, "signature-value", Indication.FAILED, text)
    return Finding(4, "signature-value", Indication.PASSED, "签名值成立，由所附证书的密钥作出。")


def _our_spelling(read: ReadSignedData) -> list[Finding]:
    """Write the message anew from its values and compare every octet."""
    signer = read.signer
    refused = [Finding(4, "encoding", Indication.FAILED, "签名数据不是本系统写出的形式，签名后被改动过。")]
    if signer.certificate is None or signer.digest is None or signer.claimed_at is None or signer.raw is None:
        return refused
    try:
        plan = plan_signed_data(signer.digest, signer.certificate, signer.claimed_at, read.others)
        again = plan.complete(signer.raw, signer.time_stamp)
    except Malformed:
        return refused
    return [] if again == read.octets else refused
