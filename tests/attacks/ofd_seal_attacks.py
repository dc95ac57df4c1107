"""Attacks on the seal itself, on signature messages without a seal, and on the list of entries that closes a package."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from keys.custody import memory_signer
from tests.attacks.ofd_cases import Case, attack
from tests.attacks.ofd_coverage_attacks import by_accomplice
from tests.attacks.ofd_making import (
    FAILED,
    FILE,
    PAGE,
    SEAL_FILE,
    SIGNATURE,
    VALUE,
    Entries,
    Spec,
    changed,
    locked,
    message_a,
    message_b,
    plain,
    sealed_by_others,
    without,
    zipped,
)
from tests.attacks.ofd_package_attacks import altered
from tests.seal_parts import AT, certificate, info, parts, sealed_by
from trust.formats import der
from trust.formats.certificate import Purpose
from trust.formats.ofd.entries import plan_package_protection
from trust.formats.ofd.package import read_package
from trust.rules.verdict import Indication


def seal_attacks() -> Iterator[Case]:
    """13 to 17: the seal."""
    made = parts()
    stranger = memory_signer("stranger")
    own = certificate("冒名", stranger, Purpose.SEAL_SIGNER, stranger)

    def other_seal() -> bytes:
        return sealed_by(made.maker, made.maker_certificate, info((made.signer_certificate,), seal_id="9"))

    def altered_seal(**fields: object) -> bytes:
        members = der.members(der.read(made.seal, limit=10**6))
        return der.write_sequence(info((made.signer_certificate,), **fields), *(one.octets for one in members[1:]))

    def by_seal(seal: Callable[[], bytes], **fields: Any) -> Callable[[], Entries]:
        return lambda: sealed_by_others(plain(), Spec(seal=seal(), **fields))

    uncovered = Spec(seal_file=True, leave=(SEAL_FILE,))
    yield attack(
        "13 seal file replaced",
        lambda: {**sealed_by_others(plain(), uncovered), SEAL_FILE: other_seal()},
        "seal-file-differs",
    )
    yield attack(
        "13 covered seal file replaced",
        lambda: {**sealed_by_others(plain(), Spec(seal_file=True)), SEAL_FILE: other_seal()},
        "ref-digest",
    )
    yield attack(
        "15 genuine seal, stranger's certificate",
        lambda: sealed_by_others(plain(), Spec(certificate=own, sign=stranger.sign)),
        "signer-not-in-seal",
    )
    yield attack(
        "15 genuine seal, stranger's key",
        lambda: sealed_by_others(plain(), Spec(sign=stranger.sign)),
        "seal-signature-value",
    )
    yield attack(
        "15 accomplice with the victim's seal",
        lambda: sealed_by_others(plain(), replace(by_accomplice(), seal=None)),
        "signer-not-in-seal",
    )
    yield attack(
        "16 seal expired",
        by_seal(
            lambda: sealed_by(
                made.maker, made.maker_certificate, info((made.signer_certificate,), valid_until=AT - timedelta(days=1))
            )
        ),
        "seal-not-valid-at-time",
    )
    yield attack(
        "16 seal not yet in force",
        by_seal(
            lambda: sealed_by(
                made.maker, made.maker_certificate, info((made.signer_certificate,), valid_from=AT + timedelta(days=1))
            )
        ),
        "seal-not-valid-at-time",
    )
    yield attack("17 seal's name changed", by_seal(lambda: altered_seal(name="云岭市人民政府")), "seal-signature-bad")
    yield attack(
        "17 seal's period changed",
        by_seal(lambda: altered_seal(valid_until=AT + timedelta(days=9999))),
        "seal-signature-bad",
    )
    yield attack("17 seal's picture changed", by_seal(lambda: altered_seal(seal_type=2)), "seal-signature-bad")


def message_attacks() -> Iterator[Case]:
    """44: signatures without a seal."""

    def case(name: str, code: str, make: Callable[[], Entries], level: Indication = FAILED) -> Case:
        return attack(f"44 {name}", make, code, level)

    plain_sign = Spec(kind=' Type="Sign"', stamps=(), value=message_b)
    stranger = memory_signer("stranger")
    yield case("content changed", "ref-digest", lambda: altered(sealed_by_others(plain(), plain_sign), PAGE))
    yield case(
        "message about other data",
        "datahash",
        lambda: sealed_by_others(
            plain(), replace(plain_sign, value=lambda x, loc, spec: message_b(x + b" ", loc, spec))
        ),
    )
    yield case(
        "hash of other data as content",
        "datahash",
        lambda: sealed_by_others(
            plain(), replace(plain_sign, value=lambda x, loc, spec: message_a(x + b" ", loc, spec))
        ),
    )
    yield case(
        "stranger's key", "signature-value", lambda: sealed_by_others(plain(), replace(plain_sign, sign=stranger.sign))
    )
    yield case(
        "stranger's key, dialect A",
        "signature-value",
        lambda: sealed_by_others(plain(), replace(plain_sign, value=message_a, sign=stranger.sign)),
    )
    yield case("attribute changed", "signature-value", attribute_changed)
    yield case("certificate taken out", "cms-signer", certificate_out)
    yield case(
        "Signature.xml changed",
        "datahash",
        lambda: changed(sealed_by_others(plain(), plain_sign), SIGNATURE, "others", "Others"),
    )


def signed_plainly() -> Entries:
    return sealed_by_others(plain(), Spec(kind=' Type="Sign"', stamps=(), value=message_b))


def attribute_changed() -> Entries:
    made = signed_plainly()
    return changed(made, VALUE, AT.strftime("%y%m%d%H%M%SZ"), (AT + timedelta(days=1)).strftime("%y%m%d%H%M%SZ"))


def certificate_out() -> Entries:
    made = signed_plainly()
    outer, wrapped = der.members(der.read(made[VALUE], limit=10**6))
    members = [one.octets for one in wrapped.children()[0].children() if one.tag != 0xA0]
    return {**made, VALUE: der.write_sequence(outer.octets, der.write(0xA0, der.write_sequence(*members)))}


def protected_package(entries: Mapping[str, bytes] | None = None) -> bytes:
    """A sealed document closed by OFDEntries.xml, by our planner."""
    made = parts()
    data = zipped(locked() if entries is None else entries)
    plan = plan_package_protection(data, certificate=made.signer_certificate, at=AT, creator="云岭市档案馆")
    return plan.complete(made.signer.sign(plan.to_be_signed), made.signer_certificate)


def protection_attacks() -> Iterator[Case]:
    """43: the list that closes a package."""

    def good() -> Entries:
        return dict(read_package(protected_package()))

    yield attack("43 entry added", lambda: {**good(), "Doc_0/extra.bin": b"x"}, "entries-unlisted")
    yield attack("43 entry removed", lambda: without(good(), FILE), "entries-missing")
    yield attack(
        "43 list changed", lambda: changed(good(), "OFDEntries.xml", "云岭市档案馆", "云岭市图书馆"), "datahash"
    )
    yield attack("43 signature removed", lambda: without(good(), "signedvalue.dat"), "entries-unsigned")
    yield attack("43 signature is garbage", lambda: {**good(), "signedvalue.dat": b"\x30\x03\x02\x01\x05"}, "encoding")
    yield attack("43 list in broken XML", lambda: {**good(), "OFDEntries.xml": b"<a>"}, "entries-form")
