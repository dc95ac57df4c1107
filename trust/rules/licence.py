"""The licence itself (电子证照): what an issuing body says of a holder, as plain values.

A `Licence` never changes after it is issued; its standing lives beside it (`standing`), and an amendment is a new
version. Here is also what must hold before one is issued (`check_licence`) and what its own dates say at an
instant (`validity`). Dates are days of the calendar in China, UTC+8 all the year: at 16:00 UTC the next day has begun.
The last day of validity belongs to the validity.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

from trust.errors import Malformed
from trust.rules.annotated_copy import CopyNote
from trust.rules.catalogue import LicenceType, check_fields
from trust.rules.conversion import Conversion
from trust.rules.errors import FieldRefused, naming
from trust.rules.identifier import LicenceIdentifier
from trust.rules.party import Holder, IssuingBody, check_holder, check_issuing_body
from trust.rules.status_pointer import StatusPointer
from trust.rules.succession import Succession
from trust.rules.text import check_text
from trust.rules.times import aware

CHINA = timezone(timedelta(hours=8), "UTC+8")
HOLDER_SEPARATOR = "、"
"""Between the holders of one licence where metadata has one text for all of them."""
SALT_LENGTH = 16


class Validity(StrEnum):
    """What the dates printed on a licence say."""

    NOT_YET = "not-yet"
    WITHIN = "within"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Licence:
    """One licence; `fields` maps keys of its type's items to text, `template` is `name/version` of the face.

    `name` is the title on the face, `number` the number printed there, `area_code` six digits of GB/T 2260,
    `log_salt` 16 octets that hide the licence behind its entry in the log; `valid_until` None means no last day.
    `succession` says what it follows, `copy` what an annotated copy is for, `conversion` what a converted one rests on.

    Raises:
        Malformed: on construction: `holders` (none), `log-salt`, `copy-of-itself`.

    """

    identifier: LicenceIdentifier
    name: str
    type_name: str
    number: str
    issuing_body: IssuingBody
    holders: tuple[Holder, ...]
    issued_on: date
    valid_from: date | None
    valid_until: date | None
    area_code: str
    fields: Mapping[str, str]
    status: StatusPointer
    log_salt: bytes
    template: str
    succession: Succession | None = None
    copy: CopyNote | None = None
    conversion: Conversion | None = None

    def __post_init__(self) -> None:
        if not self.holders:
            raise Malformed("holders")
        if len(self.log_salt) != SALT_LENGTH:
            raise Malformed("log-salt")
        if self.copy is not None and self.copy.original == self.identifier:
            raise Malformed("copy-of-itself")

    def validity(self, at: datetime) -> Validity:
        """What the licence's own dates say at an instant."""
        return validity(self.valid_from, self.valid_until, at)


def day_in_china(at: datetime) -> date:
    """The day of the calendar in China at an instant."""
    return aware(at).astimezone(CHINA).date()


def validity(valid_from: date | None, valid_until: date | None, at: datetime) -> Validity:
    """Judge dates at an instant: both days belong to the validity, and a missing one means no bound."""
    today = day_in_china(at)
    if valid_from is not None and today < valid_from:
        return Validity.NOT_YET
    if valid_until is not None and today > valid_until:
        return Validity.EXPIRED
    return Validity.WITHIN


def start_of(day: date) -> datetime:
    """The first instant of a day in China, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant after a day in China, in UTC; where a licence valid until that day expires.

    Raises:
        Malformed: `date-range`, there is no day after it.

    """
    try:
        after = day + timedelta(days=1)
    except OverflowError as end_of_calendar:
        raise Malformed("date-range") from end_of_calendar
    return datetime(after.year, after.month, after.day, tzinfo=CHINA).astimezone(UTC)


def check_licence(licence: Licence, licence_type: LicenceType) -> None:
    """Check everything that must hold before a licence of this type is sealed.

    Raises:
        Malformed: the identifier's reasons, `type-mismatch`, `issuer-mismatch`, `holder-separator`,
            `holder-kind`, `dates`, `area-code`, `template`.
        FieldRefused: of a field, a party, the name or the number; `key` says which.

    """
    _check_identity(licence, licence_type)
    _check_holders(licence, licence_type)
    _check_dates(licence, licence_type)
    for key, label, value in (
        ("name", "证照名称", licence.name),
        ("number", "证照编号", licence.number),
    ):
        with naming(key, label):
            check_text(value, 128)
    if not re.fullmatch(r"[0-9]{6}", licence.area_code):
        raise Malformed("area-code")
    if licence.template != f"{licence_type.bundle}/{licence_type.bundle_version}":
        raise Malformed("template")
    if dict(check_fields(licence_type, licence.fields)) != dict(licence.fields):
        raise FieldRefused("empty", key="fields", label="证照特有信息")


def _check_identity(licence: Licence, licence_type: LicenceType) -> None:
    licence.identifier.require_strict()
    if licence.identifier.type_code != licence_type.code or licence.type_name != licence_type.name:
        raise Malformed("type-mismatch")
    if licence.identifier.issuer_code != licence.issuing_body.code:
        raise Malformed("issuer-mismatch")
    check_issuing_body(licence.issuing_body)


def _check_holders(licence: Licence, licence_type: LicenceType) -> None:
    for holder in licence.holders:
        check_holder(holder, licence.issued_on)
        if holder.code_type not in licence_type.holder_code_types:
            raise Malformed("holder-kind", holder.code_type)
        if len(licence.holders) > 1 and HOLDER_SEPARATOR in holder.name + holder.code:
            raise Malformed("holder-separator")
    if len(set(licence.holders)) < len(licence.holders):
        raise Malformed("holders", "the same holder twice")


def _check_dates(licence: Licence, licence_type: LicenceType) -> None:
    first, last = licence.valid_from, licence.valid_until
    in_order = last is None or max(first or licence.issued_on, licence.issued_on) <= last
    fits = {
        "permanent": last is None,
        "years": first is not None and last is not None,
        "given": True,
    }[licence_type.validity]
    if not (in_order and fits):
        raise Malformed("dates")
