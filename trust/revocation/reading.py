"""Reading the standing of one licence from its acts, for the register's own journeys and pages.

Verifiers do not come here: they read published status lists.
"""

from datetime import datetime

from trust.revocation.ports import Acts
from trust.rules.standing import Standing, standing_at


def read_standing(register: Acts, subject: str, at: datetime) -> Standing:
    """The standing of a subject at an instant, by all acts recorded.

    Raises:
        SubjectUnknown: no licence has this identifier.

    """
    return standing_at(register.of(subject), at)
