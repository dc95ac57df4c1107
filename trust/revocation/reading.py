"""Reading the standing of one licence from its acts, for the register's own journeys and pages.

When an act was made public is no claim that anybody makes: it follows from the status lists. A list shows exactly the
acts that are logged below the size of the log it states, so an act is public since the first list that states more
than the act's place in the log. Verifiers do not come here: they read published status lists.
"""

from collections.abc import Sequence
from datetime import datetime

from trust.formats.cose import split
from trust.formats.status_list import decode_status_list
from trust.revocation.ports import Acts, LaterLists, RecordedAct
from trust.revocation.publishing import MAX_ENVELOPE
from trust.rules.carried_over import standing_with
from trust.rules.standing import Standing


def read_standing(register: Acts, subject: str, at: datetime) -> Standing:
    """The standing of a subject at an instant, by all acts recorded and by what was carried over a restore.

    Raises:
        SubjectUnknown: no licence has this identifier.

    """
    carried = register.carried_over(subject)  # first, so that an act recorded in between is not missed
    return standing_with(register.of(subject), carried, at)


def published_since(recorded: Sequence[RecordedAct], lists: LaterLists, shard: int) -> dict[int, datetime]:
    """When each of these acts of one subject was made public, by sequence; those that no list shows yet are not there.

    The instant is the one at which the list was issued, in whole seconds. Lists of our own storage are read here; that
    they are signed was seen to before they were served.

    Raises:
        Malformed: a stored list that is none.

    """
    waiting = sorted((one.log_index, one.act.sequence) for one in recorded if one.log_index is not None)
    found: dict[int, datetime] = {}
    if not waiting:
        return found
    earliest = min(one.act.recorded_at for one in recorded).replace(microsecond=0)
    for publication in lists.since(shard, earliest):
        listed = decode_status_list(split(publication.octets, MAX_ENVELOPE).payload)
        while waiting and waiting[0][0] < listed.log_size:
            found[waiting.pop(0)[1]] = listed.issued_at
        if not waiting:
            break
    return found
