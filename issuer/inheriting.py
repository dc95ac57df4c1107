"""What a licence takes over from the one it follows: its identifier, one version up, and the grade of a conversion.

The grade stays with every licence that follows, so a weak one is not washed off by asking for a new paper or by waiting
for a renewal. It ends only where two people have recorded on what new evidence the follower rests. What comes from
another library rests on the file that was handed in: one that passes every step here brings what it says of itself, one
that is merely whole, as its library's certificates cannot be judged here, is evidence of grade C.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from issuer.application import Application
from issuer.drafting import draw_serial
from issuer.ports import Office, Register
from trust.rules.conversion import MAX_SOURCE, Conversion, Grade
from trust.rules.identifier import LINE, LicenceIdentifier, parse
from trust.rules.licence import Licence


@dataclass(frozen=True)
class Original:
    """The file of a licence of another library: what it says, whether it is whole, and whether a verifier passes it."""

    licence: Licence
    whole: bool
    passed: bool


Originals = Callable[[str], Original | None]
"""The file of a digest that was handed in, judged now; None where there is none, or it is no licence."""


def no_originals(digest: str) -> Original | None:  # noqa: ARG001  (the shape of `Originals`)
    """Where no files are handed in."""
    return None


def with_grade(application: Application, register: Register) -> Application:
    """The application with the conversion of its predecessor, where it has one to take over."""
    succession = application.succession
    if succession is None or application.conversion is not None or application.evidence:
        return application
    before = register.find(succession.predecessor)
    return application if before is None else replace(application, conversion=before.licence.conversion)


def resting_on(application: Application, originals: Originals) -> Application:
    """The application with the grade of the file from another library that it rests on, if it names one."""
    if application.original is None or application.conversion is not None or application.evidence:
        return application
    found = originals(application.original)
    if found is None or found.passed:
        return replace(application, conversion=found.licence.conversion if found else None)
    source = f"外库转入 {found.licence.issuing_body.name}"[:MAX_SOURCE]
    return replace(application, conversion=Conversion(Grade.C, source, application.original))


def next_identifier(application: Application, office: Office) -> LicenceIdentifier | None:
    """The identifier of a licence that carries on the body's own one: its serial, the next version; else None.

    A version whose issue was given up is passed over: its identifier may be on files that were never handed out. After
    a restore nobody knows which versions of the licences from before were given out in the part that was lost; so all
    of the serial but the line is drawn anew, once, and the licences after it count on from there.

    Raises:
        Conflict: `versions-exhausted`.

    """
    succession, register = application.succession, office.register
    if succession is None or not succession.kind.keeps_identity:
        return None
    following = parse(succession.predecessor).next_version()
    before = register.find(succession.predecessor)
    if before is None or before.licence.status.list < office.first_list():
        following = replace(following, serial=following.line + draw_serial(office.random)[LINE:])
    while (known := register.find(str(following))) is not None and known.void is not None:
        following = following.next_version()
    return following
