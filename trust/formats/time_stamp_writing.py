"""Time-stamp tokens of our own authority: the octets to be signed, and the token around the signature.

One spelling: TSTInfo with accuracy in whole milliseconds and the time in whole milliseconds, SM3 throughout, signed
attributes contentType, messageDigest and signing-certificate-v2 (RFC 5035) naming the authority's certificate by SM3,
SM2 with SM3, version 3 because the content is no plain data (RFC 5652, 5.1). Certificates are carried only where the
request asks for them (RFC 3161, 2.4.1). What is written here is read back by `time_stamp`, with no tolerance used.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from keys.codec import der_from_raw
from keys.errors import SignatureRefused
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import SM2_WITH_SM3_ALGORITHM, SM3
from trust.formats.certificate_parts import certificate_parts
from trust.formats.lenient_der import BOOLEAN, SET, TAGGED_0
from trust.formats.time_stamp import (
    CONTENT_TYPE,
    DIGESTS,
    MESSAGE_DIGEST,
    MILLIS,
    SIGNED_DATA,
    SIGNING_CERTIFICATE_V2,
    TST_INFO,
    TimeStampInfo,
)
from trust.rules.times import aware

SM3_ALGORITHM = der.write_sequence(der.write_object_identifier(SM3))
TST_INFO_TYPE = der.write_object_identifier(TST_INFO)
MILLISECOND = timedelta(milliseconds=1)


class Complete(Protocol):
    """Makes the token from r‖s."""

    def __call__(self, raw_signature: bytes) -> bytes: ...


class PlannedToken(NamedTuple):
    """A token but for its signature: sign `to_be_signed` (SM2 over the message, default identity)."""

    to_be_signed: bytes
    complete: Complete


def write_info(info: TimeStampInfo) -> bytes:
    """Encode a TSTInfo; the time is cut to milliseconds.

    Raises:
        Malformed: `time-stamp`, an imprint that is not as long as its digest, or an accuracy below a millisecond.

    """
    if info.algorithm not in DIGESTS or len(info.imprint) != len(DIGESTS[info.algorithm](b"")):
        raise Malformed("time-stamp", "the imprint is not a digest by a known algorithm")
    nonce = b"" if info.nonce is None else der.write_integer(info.nonce)
    return der.write_sequence(
        der.write_integer(1),
        der.write_object_identifier(info.policy),
        write_imprint(info.algorithm, info.imprint),
        der.write_integer(info.serial),
        _instant(info.at),
        b"" if info.accuracy is None else _accuracy(info.accuracy),
        der.write(BOOLEAN, b"\xff") if info.ordering else b"",
        nonce,
    )


def write_imprint(algorithm: str, digest: bytes) -> bytes:
    """A MessageImprint."""
    return der.write_sequence(
        der.write_sequence(der.write_object_identifier(algorithm)), der.write_octet_string(digest)
    )


def _instant(at: datetime) -> bytes:
    """GeneralizedTime with a fraction where there is one, without zeros at its end."""
    instant = aware(at)
    fraction = f"{instant.microsecond // 1000:03d}".rstrip("0")
    text = der.time_text(instant)[:-1] + (f".{fraction}" if fraction else "") + "Z"
    return der.write(der.GENERALIZED_TIME, text.encode("ascii"))


def _accuracy(accuracy: timedelta) -> bytes:
    seconds, rest = divmod(accuracy, timedelta(seconds=1))
    millis = rest // MILLISECOND
    if accuracy < MILLISECOND or rest % MILLISECOND:
        raise Malformed("time-stamp", "an accuracy is told in whole milliseconds")
    return der.write_sequence(
        der.write_integer(seconds) if seconds else b"",
        der.write(MILLIS, der.write_integer(millis)[2:]) if millis else b"",
    )


def plan_time_stamp(info: TimeStampInfo, certificate: bytes, carried: Sequence[bytes]) -> PlannedToken:
    """Plan a token by the authority of this certificate; `carried` are the certificates to put into it.

    Raises:
        Malformed: `time-stamp`, as `write_info`; `certificate`, the authority's cannot be read.

    """
    content = write_info(info)
    attributes = _attributes(content, certificate)
    parts = certificate_parts(certificate)

    def complete(raw_signature: bytes) -> bytes:
        try:
            value = der_from_raw(raw_signature)
        except SignatureRefused as error:
            raise Malformed("time-stamp", "not a signature r‖s") from error
        signer = der.write_sequence(
            der.write_integer(1),
            der.write_sequence(parts.issuer, parts.serial),
            SM3_ALGORITHM,
            der.write(TAGGED_0, attributes),
            SM2_WITH_SM3_ALGORITHM,
            der.write_octet_string(value),
        )
        return _signed_data(content, carried, signer)

    return PlannedToken(der.write(SET, attributes), complete)


def _attributes(content: bytes, certificate: bytes) -> bytes:
    """The signed attributes in DER order, without a tag around them."""
    identifier = der.write_sequence(SM3_ALGORITHM, der.write_octet_string(sm3(certificate)))
    values = (
        _attribute(CONTENT_TYPE, TST_INFO_TYPE),
        _attribute(MESSAGE_DIGEST, der.write_octet_string(sm3(content))),
        _attribute(SIGNING_CERTIFICATE_V2, der.write_sequence(der.write_sequence(identifier))),
    )
    return b"".join(sorted(values))


def _attribute(kind: str, value: bytes) -> bytes:
    return der.write_sequence(der.write_object_identifier(kind), der.write(SET, value))


def _signed_data(content: bytes, carried: Sequence[bytes], signer: bytes) -> bytes:
    certificates = der.write(TAGGED_0, *sorted(set(carried))) if carried else b""
    signed_data = der.write_sequence(
        der.write_integer(3),
        der.write(SET, SM3_ALGORITHM),
        der.write_sequence(TST_INFO_TYPE, der.write(TAGGED_0, der.write_octet_string(content))),
        certificates,
        der.write(SET, signer),
    )
    return der.write_sequence(der.write_object_identifier(SIGNED_DATA), der.write(TAGGED_0, signed_data))
