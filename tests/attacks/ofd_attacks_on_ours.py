"""Attacks on documents sealed by our own planner and on licences of ours: there nothing is tolerated."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.attacks.ofd_cases import Case, attack
from tests.attacks.ofd_making import (
    FIRST,
    LIST,
    PAGE,
    SIGNATURE,
    VALUE,
    Entries,
    Spec,
    changed,
    plain,
    sealed_by_others,
    without,
    xml,
    zipped,
)
from tests.seal_parts import AT, info, parts, sealed, sealed_by
from trust.formats import der
from trust.formats.ofd.adding import plan_ofd_sealing
from trust.formats.ofd.package import read_package, write_package
from trust.formats.placing import AtPoint
from trust.formats.ses import parse_signature


def ours(*, lock: bool = True, seals: int = 1) -> bytes:
    """A letter of others sealed by our planner, with a seal of our making."""
    data = zipped(plain())
    for number in range(seals):
        data = sealed_once(data, lock=lock and number == seals - 1, y=20 + 40 * number)
    return data


@cache
def our_seal() -> bytes:
    """A seal that bears our vendor mark."""
    made = parts()
    return sealed_by(made.maker, made.maker_certificate, info((made.signer_certificate,), vendor="YINZHENG"))


def sealed_once(data: bytes, *, lock: bool, y: float = 20, placing: Any = None) -> bytes:
    """One more seal by our planner."""
    made = parts()
    plan = plan_ofd_sealing(
        data,
        placing or AtPoint(0, 100, y),
        seal_der=our_seal(),
        certificate=made.signer_certificate,
        at=AT,
        lock=lock,
        provider="印证",
    )
    return plan.complete(made.signer.sign(plan.to_be_signed), made.signer_certificate)


def signed_once(data: bytes, *, lock: bool) -> bytes:
    """A signature without a seal by our planner."""
    made = parts()
    plan = plan_ofd_sealing(
        data, None, seal_der=None, certificate=made.signer_certificate, at=AT, lock=lock, provider="印证"
    )
    return plan.complete(made.signer.sign(plan.to_be_signed), made.signer_certificate)


def our_entries(**options: Any) -> Entries:
    return dict(read_package(ours(**options)))


def our_value(*, tail: bytes = b"", raw: bool = False) -> Entries:
    """Our signature value in another spelling."""
    entries = our_entries()
    read = parse_signature(entries[VALUE])
    members = [one.octets for one in der.members(der.read(entries[VALUE], limit=10**6))]
    if raw:
        members[3] = der.write_bit_string(read.signature)
    return {**entries, VALUE: der.write_sequence(*members) + tail}


def attacks_on_ours() -> Iterator[Case]:
    """The strict profile: what others may do is refused in a signature of our making, and in our licences."""
    yield attack("ours 01 page changed", lambda: changed(our_entries(), PAGE, "会议", "婚礼"), "ref-digest")
    yield attack("ours 02 entry added", lambda: {**our_entries(), "Doc_0/extra.bin": b"x"}, "extra-entry")
    yield attack(
        "ours 02 entry added to an open file",
        lambda: {**our_entries(lock=False), "Doc_0/extra.bin": b"x"},
        "extra-entry",
    )
    yield attack(
        "ours 05 list emptied", lambda: {**our_entries(lock=False), LIST: xml("Signatures", "")}, "signatures-empty"
    )
    yield attack(
        "ours 07 spare copy of the sign folder", lambda: {**our_entries(), **spare(our_entries())}, "extra-entry"
    )
    yield attack("ours 22 octets behind the value", lambda: our_value(tail=b"\0"), "encoding")
    yield attack("ours 23 raw r ‖ s", lambda: our_value(raw=True), "encoding")
    yield attack("ours signed by other software", lambda: sealed_by_others(plain(), Spec(seal=our_seal())), "profile")
    yield attack("ours marked by other software", lambda: sealed_by_others(plain(), Spec(rewrite=our_mark)), "profile")
    yield attack("ours first of two seals removed", first_removed, "ref-digest")
    yield attack("ours maker and signer are one", own_maker, "seal-maker-is-signer")
    yield Case(
        "licence 02 entry added", lambda: write_package({**read_package(sealed()), "Doc_0/x.bin": b""}), "extra-entry"
    )
    yield Case("licence packed again", lambda: zipped(read_package(sealed())), "package-form")
    yield Case(
        "licence 01 page changed",
        lambda: write_package(changed(dict(read_package(sealed())), PAGE, "营业", "营销")),
        "ref-digest",
    )


def our_mark(octets: bytes) -> bytes:
    """A provider that says it is ours."""
    return octets.replace(b'Version="1.0"', b'Version="yinzheng-seal/1"')


def spare(entries: Entries) -> Entries:
    return {name.replace("Sign_0", "Sign_8"): data for name, data in entries.items() if name.startswith(FIRST)}


def first_removed() -> Entries:
    entries = our_entries(seals=2)
    start = entries[LIST].index(b"<ofd:Signature ")
    end = entries[LIST].index(b"/>", start) + 2
    return without({**entries, LIST: entries[LIST][:start] + entries[LIST][end:]}, SIGNATURE, VALUE)


def own_maker() -> Entries:
    """The signer makes a seal with our vendor mark for itself."""
    made = parts()
    seal = sealed_by(made.signer, made.signer_certificate, info((made.signer_certificate,), vendor="YINZHENG"))
    return sealed_by_others(plain(), Spec(seal=seal))
