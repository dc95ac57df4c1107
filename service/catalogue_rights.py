"""Who may do what with the catalogue and with mandates: the one table for interface, pages and command line.

    look     see entries in whatever state, mandates and requests     officials, auditors, administrators
    draft    draft, change, submit and withdraw an own draft          officials, administrators
    decide   review, publish and retire                               administrators, never the drafter
    ask      ask for a mandate, a delegation or an end, and decide    officials for what is their body's,
             what another person asked for                            administrators for everything

Which mandates are a body's to ask for and to decide is said in `issuer.catalogue.granting`; what was published is
public.
"""

from issuer.catalogue.granting import Actor
from issuer.catalogue.http.access import Right
from service.identity import Person, Role
from trust.sealing.ports import Officer

CATALOGUE_RIGHTS: dict[Right, tuple[Role, ...]] = {
    "look": (Role.OFFICIAL, Role.AUDITOR, Role.ADMIN),
    "draft": (Role.OFFICIAL, Role.ADMIN),
    "decide": (Role.ADMIN,),
    "ask": (Role.OFFICIAL, Role.ADMIN),
}


def actor_of(person: Person) -> Actor:
    """A person as the journeys know them."""
    department = person.department if person.role is Role.OFFICIAL else None
    return Actor(Officer(person.login, person.name), department, administers=person.role is Role.ADMIN)
