"""What a licence takes over from the one it follows: the evidence grade of a conversion.

A paper that is amended, corrected or given again rests on the evidence that the first one rested on, so a weak grade is
not washed off by asking for a new paper. A renewal is a decision of its own on present facts, and begins without one.
"""

from dataclasses import replace

from issuer.application import Application
from issuer.ports import Register
from trust.rules.succession import SuccessionKind


def with_grade(application: Application, register: Register) -> Application:
    """The application with the conversion of its predecessor, where it has one to take over."""
    succession = application.succession
    if succession is None or application.conversion is not None or succession.kind is SuccessionKind.RENEW:
        return application
    before = register.find(succession.predecessor)
    return application if before is None else replace(application, conversion=before.licence.conversion)
