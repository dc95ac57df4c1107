"""Who is signed in, as the slices see them: a viewer, a clerk of a department, a holder, an officer."""

from cases.citation import Officer as CitingOfficer
from issuer.clerk import Clerk
from issuer.copying.ports import Asker
from issuer.errors import NoSuchLicence
from issuer.http import Overseen, Viewer
from issuer.presenting.http import Redeemer
from issuer.presenting.ports import Presenter
from service.identity import Person, Role
from service.wiring import Yinzheng
from trust.sealing.http.access import SealViewer
from trust.sealing.ports import Officer

OVERSEES: dict[Role, Overseen] = {Role.REVIEWER: "standing", Role.AUDITOR: "reasons"}


def viewer_of(person: Person) -> Viewer:
    """Who looks at licences: by department, by holder's code, or overseeing."""
    return Viewer(
        login=person.login,
        department=person.department if person.role in {Role.OFFICIAL, Role.SYSTEM} else None,
        holder=_holder(person),
        oversees=OVERSEES.get(person.role, ""),
    )


def clerk_of(person: Person) -> Clerk:
    """Who acts for a department: its officials and its systems."""
    officer = Officer(person.login, person.name)
    return Clerk(officer, person.department or "", is_person=person.role is Role.OFFICIAL)


def seal_viewer_of(person: Person) -> SealViewer:
    """Who asks about seals: an official for their department; auditors and administrators oversee all."""
    official = person.role is Role.OFFICIAL
    own = person.department if official else None
    return SealViewer(Officer(person.login, person.name), own, oversees=not official)


def redeemer_of(person: Person) -> Redeemer:
    """Who redeems a code: the counter, and officials."""
    return Redeemer(person.login, person.name, person.department or "")


def citing_officer_of(person: Person) -> CitingOfficer:
    """Who cites: the counter, and officials, for their own department."""
    return CitingOfficer(person.name, person.department or "", person.login, official=person.role is Role.OFFICIAL)


def asker_of(yinzheng: Yinzheng, person: Person) -> Asker:
    """Somebody who asks for a copy: a holder by code, or somebody of a department."""
    department = (person.department or "") if person.role in {Role.OFFICIAL, Role.REVIEWER, Role.SYSTEM} else ""
    bodies = (*(one.body for one in yinzheng.city.bodies), yinzheng.city.operator)
    names = {body.code: body.name for body in bodies}
    return Asker(
        person.login,
        person.name,
        department,
        names.get(department, department),
        _holder(person),
        official=person.role in {Role.OFFICIAL, Role.SYSTEM},
        is_person=person.role is not Role.SYSTEM,
    )


def presenter_of(person: Person) -> Presenter:
    """A holder who is signed in.

    Raises:
        NoSuchLicence: it is no holder, and there is nothing to show.

    """
    if (holder := _holder(person)) is None:
        raise NoSuchLicence
    return Presenter(person.login, *holder)


def _holder(person: Person) -> tuple[str, str] | None:
    """By which code somebody holds licences; None of whoever holds none."""
    if person.role is not Role.HOLDER or not person.holder_code_type or not person.holder_code:
        return None
    return person.holder_code_type, person.holder_code
