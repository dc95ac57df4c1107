"""Seals and seal signatures of every version, and as other makers spell them, built from parts that a test may exchange.

Keys and certificates are those of `seal_parts`. Everything is signed properly over what it then says, so that a test
sees the one thing it changed.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from keys.codec import der_from_raw
from keys.signer import Signer
from keys.sm3 import sm3
from tests.seal_parts import AT, parts, png
from trust.formats import der
from trust.formats.ses import SM2_WITH_SM3

DATA = b"<ofd:Signature/>"
PLACE = "/Doc_0/Signs/Sign_0/Signature.xml"
OID = der.write_object_identifier(SM2_WITH_SM3)
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)

Spelling = Callable[[bytes], bytes]
"""From r‖s to the element that carries the signature."""


def as_der(raw: bytes) -> bytes:
    return der.write_bit_string(der_from_raw(raw))


def as_raw(raw: bytes) -> bytes:
    return der.write_bit_string(raw)


def utc_time(instant: datetime) -> bytes:
    return der.write(0x17, der.time_text(instant)[2:].encode())


def general_time(instant: datetime) -> bytes:
    return der.write_generalized_time(instant)


def certificates(*listed: bytes) -> bytes:
    return der.write_sequence(*map(der.write_octet_string, listed or (parts().signer_certificate,)))


def digests(*listed: bytes, kind: str = "SM3") -> bytes:
    entries = ((der.write(0x13, kind.encode()), der.write_octet_string(value)) for value in listed)
    return der.write_sequence(*(der.write_sequence(*entry) for entry in entries))


def information(
    form: int = 4,
    *,
    version: int | None = None,
    vendor: str = "OTHER",
    name: bytes | None = None,
    listed: bytes | None = None,
    list_type: int = 1,
    times: tuple[bytes, bytes, bytes] | None = None,
    picture: bytes | None = None,
    extensions: bytes = b"",
) -> bytes:
    """SES_SealInfo of form 1, 4 or 5; parts are given as whole elements."""
    time = utc_time if form == 1 else general_time
    return der.write_sequence(
        der.write_sequence(
            der.write_ia5_string("ES"), der.write_integer(version or form), der.write_ia5_string(vendor)
        ),
        der.write_ia5_string("53011200000556"),
        der.write_sequence(
            der.write_integer(1),
            name or der.write_utf8_string("雁栖市住房和城乡建设局"),
            b"" if form == 1 else der.write_integer(list_type),
            listed or certificates(),
            *(times or (time(FROM), time(FROM), time(UNTIL))),
        ),
        picture
        or der.write_sequence(
            der.write_ia5_string("PNG"), der.write_octet_string(png()), der.write_integer(40), der.write_integer(40)
        ),
        extensions,
    )


def seal(
    form: int = 4,
    info: bytes | None = None,
    *,
    maker: Signer | None = None,
    certificate: bytes | None = None,
    algorithm: bytes = OID,
    spelling: Spelling = as_der,
    stamp: bytes = b"",
) -> bytes:
    """A SESeal, signed by the maker."""
    made = parts()
    info, maker = info or information(form), maker or made.maker
    holder = der.write_octet_string(certificate or made.maker_certificate)
    if form == 1:
        value = spelling(maker.sign(der.write_sequence(info, holder, algorithm)))
        return der.write_sequence(info, der.write_sequence(holder, algorithm, value))
    return der.write_sequence(info, holder, algorithm, spelling(maker.sign(info)), stamp)


def signature(
    form: int = 4,
    sealed: bytes | None = None,
    *,
    version: int | None = None,
    time: bytes | None = None,
    data_hash: bytes | None = None,
    place: bytes | None = None,
    extensions: bytes = b"",
    signer: Signer | None = None,
    certificate: bytes | None = None,
    algorithm: bytes = OID,
    spelling: Spelling = as_der,
    stamp: bytes = b"",
) -> bytes:
    """A SES_Signature over `DATA`, signed by the signer."""
    made = parts()
    signer, holder = signer or made.signer, der.write_octet_string(certificate or made.signer_certificate)
    claimed = time or (der.write_bit_string(utc_time(AT)) if form == 1 else general_time(AT))
    signed = der.write_sequence(
        der.write_integer(version or form),
        sealed or seal(form),
        claimed,
        data_hash or der.write_bit_string(sm3(DATA)),
        place or der.write_ia5_string(PLACE),
        extensions,
        *((holder, algorithm) if form == 1 else ()),
    )
    value = spelling(signer.sign(signed))
    if form == 1:
        return der.write_sequence(signed, value)
    return der.write_sequence(signed, holder, algorithm, value, stamp)


def extension(oid: str = "1.2.156.1.2.3", *, critical: bytes = b"", value: bytes = b"value") -> bytes:
    return der.write_sequence(der.write_object_identifier(oid), critical, der.write_octet_string(value))


def token() -> bytes:
    """What looks like a time stamp from outside."""
    return der.write_sequence(
        der.write_object_identifier("1.2.840.113549.1.7.2"), der.write(0xA0, der.write_sequence(b""))
    )


def stamped(octets: bytes) -> bytes:
    return der.write(0xA0, der.write_bit_string(octets))
