"""Attacks on the signed description and the signature value, in the form of a seal signature."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from keys.codec import der_from_raw
from keys.sm3 import sm3
from tests.attacks.ofd_cases import Case, attack
from tests.attacks.ofd_making import (
    FAILED,
    OPEN,
    ORDER,
    PAGE,
    SIGNATURE,
    SM2_WITH_SM3,
    SM3,
    VALUE,
    Entries,
    Spec,
    changed,
    locked,
    plain,
    sealed_by_others,
)
from tests.der_edit import exchange
from tests.seal_parts import info, parts, sealed_by
from trust.formats import der
from trust.formats.ses import to_be_signed
from trust.rules.verdict import Indication


def description_attacks() -> Iterator[Case]:
    """35 and 36: what Signature.xml says of its own method."""

    def case(name: str, code: str, level: Indication = FAILED, **fields: Any) -> Case:
        return attack(name, lambda: sealed_by_others(plain(), Spec(**fields)), code, level)

    yield case("35 MD5", "checkmethod", method=' CheckMethod="MD5"')
    yield case("35 SHA-1", "checkmethod", method=' CheckMethod="SHA1"')
    yield case("35 no method, which means MD5", "checkmethod", method="")
    yield case("35 SM3 with a key", "checkmethod", method=f' CheckMethod="{SM3}.2"')
    yield case("35 SHA-256", "foreign-algorithm", OPEN, method=' CheckMethod="SHA256"')
    yield case("35 RSA named as the method", "foreign-algorithm", OPEN, signing="1.2.840.113549.1.1.11")
    yield case(
        "36 reference to nothing", "ref-missing", references=lambda found: [*found, ("/Doc_0/none.xml", found[0][1])]
    )
    yield case(
        "36 reference outside the package", "path-escape", references=lambda found: [*found, ("/../x", found[0][1])]
    )
    yield case("36 digest cut short", "ref-digest", references=lambda found: [(found[0][0], "AAAA"), *found[1:]])
    yield case(
        "36 two digests for one entry", "ref-digest", references=lambda found: [*found, (found[0][0], found[1][1])]
    )
    yield case("30 stamp on a page that is not there", "stamp-page", stamps=(("77", "1 1 40 40", ""),))
    yield case("30 stamp without a size", "stamp-form", stamps=(("1", "1 1 nan 0", ""),))
    yield case("30 stamps beyond count", "limit", stamps=(("1", "1 1 40 40", ""),) * 10_001)


def with_value(value: Callable[[bytes], bytes]) -> Entries:
    """SignedValue.dat with other octets in its signature's BIT STRING, given r ‖ s."""

    def assembled(description: bytes, location: str, spec: Spec) -> bytes:
        signed = to_be_signed(parts().seal, spec.at, sm3(description), location)
        members = [
            signed,
            der.write_octet_string(parts().signer_certificate),
            der.write_object_identifier(SM2_WITH_SM3),
            der.write_bit_string(value(parts().signer.sign(signed))),
        ]
        return der.write_sequence(*members)

    return sealed_by_others(plain(), Spec(value=assembled))


def value_attacks() -> Iterator[Case]:
    """31 to 34: the signature value."""
    code = "seal-signature-value"
    yield attack("31 wrong identity", lambda: sealed_by_others(plain(), Spec(sign=with_other_identity)), code)
    yield attack(
        "33 digest signed in place of the message",
        lambda: sealed_by_others(plain(), Spec(sign=lambda m: parts().signer.sign(sm3(m)))),
        code,
    )
    numbers: dict[str, Callable[[int, int], tuple[int, int]]] = {
        "r = 0": lambda r, s: (0, s),
        "s = 0": lambda r, s: (r, 0),
        "r = n": lambda r, s: (ORDER, s),
        "s = n": lambda r, s: (r, ORDER),
        "n - s": lambda r, s: (r, ORDER - s),
        "exchanged": lambda r, s: (s, r),
        "r + s = n": lambda r, s: (r, ORDER - r),
        "s + 1": lambda r, s: (r, s + 1),
    }
    for name, change in numbers.items():
        yield attack(f"32 {name}", lambda change=change: with_value(lambda raw: pair(change, raw)), code)  # type: ignore[misc]  # the default binds the loop's value now
    yield attack("32 r + n", lambda: with_value(lambda raw: pair(lambda r, s: (r + ORDER, s), raw)), code)
    yield attack("32 s + n", lambda: with_value(lambda raw: pair(lambda r, s: (r, s + ORDER), raw)), code)
    yield attack("32 one integer", lambda: with_value(lambda raw: der.write_sequence(der.write_integer(7))), code)
    yield attack("32 cut short", lambda: with_value(lambda raw: der_from_raw(raw)[:-3]), code)
    yield attack(
        "32 indefinite length", lambda: with_value(lambda raw: b"\x30\x80" + der_from_raw(raw)[2:] + b"\0\0"), code
    )
    yield attack("32 key off the curve", lambda: sealed_with(bad_key()), "certificate")
    yield attack("32 key of another curve", lambda: sealed_with(other_curve()), "foreign-algorithm", OPEN)
    yield attack("32 63 octets", lambda: with_value(lambda raw: raw[:63]), code)
    yield attack("32 65 octets", lambda: with_value(lambda raw: raw + b"\0"), code)
    yield attack(
        "32 three integers", lambda: with_value(lambda raw: der.write_sequence(*(der.write_integer(5),) * 3)), code
    )
    yield attack("32 empty value", lambda: with_value(lambda raw: b""), code)
    yield attack("34 value of another document", transplanted_value, "datahash")
    yield attack("34 all files of another document's signature", transplanted_folder, "ref-digest")
    yield attack("51 value is garbage", lambda: {**locked(), VALUE: b"garbage"}, "signature-value-form")
    yield attack("51 value is empty", lambda: {**locked(), VALUE: b""}, "signature-value-form")
    yield attack("51 value cut short", lambda: {**locked(), VALUE: locked()[VALUE][:-40]}, "signature-value-form")
    yield attack(
        "51 nested without end", lambda: {**locked(), VALUE: der.write_sequence(*nested(), *nested())}, "encoding"
    )
    yield attack(
        "51 bare signature",
        lambda: {**locked(), VALUE: der_from_raw(parts().signer.sign(b"x"))},
        "bare-signature",
        OPEN,
    )
    yield attack(
        "51 place of another signature",
        lambda: sealed_by_others(plain(), Spec(place="/Doc_0/Signs/Sign_9/Signature.xml")),
        "property-info",
    )


def with_other_identity(message: bytes) -> bytes:
    """The genuine key under another identity than the default one."""
    signer: Any = parts().signer
    return bytes(signer._library.sign(signer._key, message, b"ALICE123@YAHOO.COM"))


def pair(change: Callable[[int, int], tuple[int, int]], raw: bytes) -> bytes:
    """DER of the two numbers, changed."""
    numbers = change(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    return der.write_sequence(*(der.write_integer(number) for number in numbers))


def sealed_with(own: bytes) -> Entries:
    """Sealed under another certificate, which the seal lists."""
    seal = sealed_by(parts().maker, parts().maker_certificate, info((own,)))
    return sealed_by_others(plain(), Spec(seal=seal, certificate=own))


def bad_key() -> bytes:
    """The signer's certificate with the last octet of its key changed."""
    octets = parts().signer_certificate
    end = octets.index(parts().signer.public.point) + 64
    return octets[:end] + bytes([octets[end] ^ 1]) + octets[end + 1 :]


def other_curve() -> bytes:
    """The signer's certificate with the curve named as P-256."""
    named = (der.write_object_identifier(oid) for oid in ("1.2.156.10197.1.301", "1.2.840.10045.3.1.7"))
    return exchange(parts().signer_certificate, *named)


def nested() -> list[bytes]:
    inner = b""
    for _ in range(60):
        inner = der.write_sequence(inner)
    return [inner]


@cache
def other_document() -> Entries:
    return sealed_by_others(changed(plain(), PAGE, "会议", "座谈会"), Spec())


def transplanted_value() -> Entries:
    return {**locked(), VALUE: other_document()[VALUE]}


def transplanted_folder() -> Entries:
    return {**locked(), VALUE: other_document()[VALUE], SIGNATURE: other_document()[SIGNATURE]}
