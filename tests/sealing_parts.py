"""Seals on documents of any origin, for tests: a seal with a real picture, and one call that plans and signs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from templates.seal_picture import round_seal
from tests.seal_parts import AT, info, parts, sealed_by
from trust.formats.ofd.adding import plan_ofd_sealing
from trust.formats.placing import AtPoint, Placing, PlannedSealing
from trust.formats.sealed_document import SealedDocument
from trust.formats.ses import SealPicture
from trust.rules.verdict import Indication

CORNER = AtPoint(0, 20, 230)


@cache
def picture() -> bytes:
    """The PNG of a round seal."""
    return round_seal("云岭市人民政府办公室").png


@cache
def office_seal(vendor: str = "YINZHENG") -> bytes:
    """A seal of 42 mm, by default in the form that must be strict."""
    made = parts()
    values = info((made.signer_certificate,), vendor=vendor, picture=SealPicture("PNG", picture(), 42, 42))
    return sealed_by(made.maker, made.maker_certificate, values)


def planned(data: bytes, placing: Placing | None = CORNER, *, lock: bool = True, minute: int = 0) -> PlannedSealing:
    """The plan of one more signature; without a place it has no seal."""
    return plan_ofd_sealing(
        data,
        placing,
        seal_der=office_seal() if placing else None,
        certificate=parts().signer_certificate,
        at=later(minute),
        lock=lock,
        provider="印证",
    )


def signed(plan: PlannedSealing) -> bytes:
    """A plan completed with the signer's key."""
    return plan.complete(parts().signer.sign(plan.to_be_signed), parts().signer_certificate)


def seal_on(data: bytes, placing: Placing | None = CORNER, *, lock: bool = True, minute: int = 0) -> bytes:
    """A document with one more signature."""
    return signed(planned(data, placing, lock=lock, minute=minute))


def later(minute: int) -> datetime:
    """So many minutes after the instant tests agree on."""
    return AT + timedelta(minutes=minute)


def troubles(document: SealedDocument) -> dict[str, str]:
    """What does not simply pass: findings by name, warnings as such."""
    findings = [*document.findings, *(finding for one in document.signatures for finding in one.findings)]
    return {
        finding.name: "warning" if finding.warning else finding.indication.value
        for finding in findings
        if finding.warning or finding.indication is not Indication.PASSED
    }


def changed(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    """The entries that differ."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
