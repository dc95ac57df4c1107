"""Who is signed in, as the slices of issuing see them: an asker for copies, a presenter of codes."""

from issuer.copying.ports import Asker
from issuer.errors import NoSuchLicence
from issuer.presenting.ports import Presenter
from service.identity import Person, Role
from service.wiring import Yinzheng


def asker_of(yinzheng: Yinzheng, person: Person) -> Asker:
    """Somebody who asks for a copy: a holder by code, or a person of a department."""
    holder = None
    if person.role is Role.HOLDER and person.holder_code_type and person.holder_code:
        holder = (person.holder_code_type, person.holder_code)
    department = (person.department or "") if person.role in {Role.OFFICIAL, Role.REVIEWER} else ""
    bodies = (*(one.body for one in yinzheng.city.bodies), yinzheng.city.operator)
    names = {body.code: body.name for body in bodies}
    return Asker(
        person.login,
        person.name,
        department,
        names.get(department, department),
        holder,
        official=person.role is Role.OFFICIAL,
    )


def presenter_of(person: Person) -> Presenter:
    """A holder who is signed in.

    Raises:
        NoSuchLicence: it is no holder, and there is nothing to show.

    """
    if person.role is not Role.HOLDER or not person.holder_code_type or not person.holder_code:
        raise NoSuchLicence
    return Presenter(person.login, person.holder_code_type, person.holder_code)
