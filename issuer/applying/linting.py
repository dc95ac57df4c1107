"""Checks of an application before anybody decides on it, and warnings that a person should weigh.

A problem keeps it from being submitted, approved or issued: everything that issuing itself would refuse is asked here
first, up to whether each text can be printed, and what it follows. A warning keeps nothing: that the holder has a valid
licence of this type already may be right, and only a person can tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from issuer.application import Application
from issuer.applying.docket import Proposal
from issuer.applying.ports import Applying
from issuer.applying.succeeding import check_succession
from issuer.applying.succession_rules import Fate, fate_of
from issuer.checking import check, check_draft, check_seal
from issuer.drafting import SERIAL_LENGTH, check_face, draft
from issuer.errors import ApplicationRefused, DuplicateNumber
from issuer.inheriting import next_identifier, resting_on, with_grade
from issuer.photographs import photographs
from templates.library import Bundle
from trust.revocation.errors import SubjectUnknown
from trust.rules.carried_over import standing_with
from trust.rules.identifier import parse
from trust.rules.licence import SALT_LENGTH, Licence, Validity, day_in_china
from trust.rules.standing import Status


@dataclass(frozen=True)
class Caution:
    """Something to weigh: the member it is about, a stable reason, and the licence concerned, if any."""

    place: str
    reason: str
    subject: str = ""


def check_proposal(applying: Applying, proposal: Proposal, *, key: str, at: datetime) -> tuple[Licence, Bundle]:
    """Check everything that issuing would refuse; the licence as it would be, but for its serial and status entry.

    `key` is the key that the licence would be issued under.

    Raises:
        UnknownType, NoMandate, NoPen, ApplicationRefused, SuccessionRefused, DuplicateNumber: it cannot be issued.
        MissingGlyph, DoesNotFit, CodeDoesNotFit: its face cannot be printed.
        Conflict: `versions-exhausted`.

    """
    office, application = applying.office, proposal.application()
    bundle = office.bundle(proposal.type_code)
    if bundle.template != proposal.template:
        raise ApplicationRefused([("", "template-changed")])
    check(application, bundle.type, office.mandates(at), at)
    fate = _fate(applying, application, at)
    check_succession(office, application, proposal.basis, fate=fate, originals=applying.originals, at=at, key=key)
    _check_number(applying, application, key)
    pen = office.pen(application.issuer_code, at)
    check_seal(bundle.type, pen)
    application = with_grade(resting_on(application, applying.originals), office.register)
    following = next_identifier(application, office)
    serial, salt = "0" * SERIAL_LENGTH, bytes(SALT_LENGTH)
    licence = draft(application, bundle, pen, serial=serial, salt=salt, identifier=following)
    check_draft(licence, bundle.type)
    check_face(licence, bundle, pen, host_url=office.host_url)
    photographs(office, licence, bundle)
    return licence, bundle


def warnings_of(applying: Applying, proposal: Proposal, *, at: datetime) -> tuple[Caution, ...]:
    """What a person should weigh; nothing for a proposal that cannot be read yet."""
    try:
        application = proposal.application()
    except ApplicationRefused:
        return ()
    found = [*_of_holders(applying, application, at), *_of_dates(application, at)]
    return tuple(dict.fromkeys(found))


def _of_holders(applying: Applying, application: Application, at: datetime) -> Iterator[Caution]:
    own = application.succession.predecessor if application.succession else ""
    for holder in application.holders:
        for entry in applying.held(holder.code_type, holder.code, (application.type_code,)):
            identifier = str(entry.licence.identifier)
            if identifier != own and _in_force(applying, entry.licence, at):
                yield Caution("holder", "holder-has-one", identifier)
        for entry in applying.held(holder.code_type, holder.code, ()):
            names = {one.name for one in entry.licence.holders if one.code == holder.code}
            if holder.name not in names and str(entry.licence.identifier) != own:
                yield Caution("holder", "holder-name-differs", str(entry.licence.identifier))


def _of_dates(application: Application, at: datetime) -> Iterator[Caution]:
    if application.valid_until is not None and application.valid_until < day_in_china(at):
        yield Caution("valid_until", "already-past")


def _in_force(applying: Applying, licence: Licence, at: datetime) -> bool:
    subject = str(licence.identifier)
    standing = standing_with(applying.acts(subject), applying.carried(subject), at)
    return standing.status is Status.VALID and licence.validity(at) is not Validity.EXPIRED


def _fate(applying: Applying, application: Application, at: datetime) -> Fate | None:
    """What became of what is followed; None where it is not in this register."""
    if application.succession is None:
        return None
    before = application.succession.predecessor
    try:
        return fate_of(applying.acts(before), at, applying.carried(before))
    except SubjectUnknown:
        return None


def _check_number(applying: Applying, application: Application, key: str) -> None:
    if not application.number:
        return  # it is drawn when the licence is issued
    taken = applying.office.register.numbered(application.issuer_code, application.type_code, application.number)
    if taken is None or taken.key == key:
        return
    if taken.void is not None and {(one.code_type, one.code) for one in taken.licence.holders} == {
        (one.code_type, one.code) for one in application.holders
    }:
        return  # it was given up before its release; the same holders may have its number after all
    succession = application.succession
    line = taken.licence.identifier.line
    if succession is not None and succession.kind.keeps_identity and line == parse(succession.predecessor).line:
        return
    raise DuplicateNumber(application.number)
