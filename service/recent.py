"""What was done last, for the auditor's page: recent acts without words about people.

Neither the identifier nor the reason is shown; the issuing body and the type come from the register of licences or
seals beside the act.
"""

from sqlalchemy import Engine

from service.auditing.acts_shown import ActRow, acts_in


def recent_acts(engine: Engine, limit: int) -> list[ActRow]:
    """The acts recorded last, on licences, copies and seals, newest first."""
    return acts_in(engine, None, offset=0, limit=limit)
