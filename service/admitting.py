"""Who is let in to the routes of each slice: rights, as the slices name them, given to roles.

Slices bring their own routers and know nobody. `admit` makes what they ask for: for a right, the dependency that lets
the roles in that have it, and gives whoever asks as the slice sees them (`service.who`).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, TypeVar

from fastapi import Depends

from issuer.clerk import Right as ClerkRight
from issuer.copying.http import CopyRight
from issuer.http import Right as IssuingRight
from service.guards import Guards
from service.identity import Person, Role
from trust.sealing.http.access import Right as SealRight

RightT = TypeVar("RightT", bound=str)
SeenT = TypeVar("SeenT")

ISSUING: Mapping[IssuingRight, tuple[Role, ...]] = MappingProxyType(
    {"look": tuple(Role), "issue": (Role.OFFICIAL, Role.SYSTEM), "hold": (Role.HOLDER,)}
)
COPYING: Mapping[CopyRight, tuple[Role, ...]] = MappingProxyType(
    {
        "copy": (Role.HOLDER, Role.OFFICIAL),
        "cite": (Role.REVIEWER, Role.OFFICIAL),
        "see": (Role.HOLDER, Role.OFFICIAL, Role.REVIEWER),
        "withdraw": (Role.HOLDER, Role.OFFICIAL, Role.SYSTEM),
    }
)
CLERKS: Mapping[ClerkRight, tuple[Role, ...]] = MappingProxyType(
    {"enter": (Role.OFFICIAL, Role.SYSTEM), "decide": (Role.OFFICIAL,)}
)
SEALS: Mapping[SealRight, tuple[Role, ...]] = MappingProxyType(
    {
        "look": (Role.OFFICIAL, Role.AUDITOR, Role.ADMIN),
        "use": (Role.OFFICIAL,),
        "decide": (Role.OFFICIAL, Role.ADMIN),
    }
)


def admit(
    guards: Guards, rights: Mapping[RightT, tuple[Role, ...]], seen: Callable[[Person], SeenT]
) -> Callable[[RightT], Callable[..., SeenT]]:
    """For a right, the dependency that lets its roles in and gives whoever asks as `seen` sees them."""
    return lambda right: admit_roles(guards, rights[right], seen)


def admit_roles(guards: Guards, roles: tuple[Role, ...], seen: Callable[[Person], SeenT]) -> Callable[..., SeenT]:
    """The dependency that lets these roles in and gives whoever asks as `seen` sees them."""

    def asking(person: Annotated[Person, Depends(guards.person(*roles))]) -> SeenT:
        return seen(person)

    return asking
