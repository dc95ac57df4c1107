"""Making a published status list again from the acts, and naming where the two differ.

A list shows the acts that are logged below the log size it states, as of its own instant; so whoever has the acts can
make every list again, also the first. A difference is *late* where the list is what the acts made of it when the list
before was published: an act was logged before the list was made and marked as logged only after; the next list has it.
It is *carried* where the list says what was carried over a restore. Everything else is unexplained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trust.formats.status_list import StatusList
from trust.revocation.ports import Listed, RecordedAct
from trust.revocation.publishing import entries_of, values_of
from trust.rules.carried_over import Carried


class Cause(StrEnum):
    """Why a list says something else than the acts."""

    LATE = "late"
    CARRIED = "carried"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Difference:
    """One entry: what the list says, what the acts make of it, and why."""

    entry: int
    published: int
    rebuilt: int
    cause: Cause


def differences(
    published: StatusList,
    at: datetime,
    recorded: Sequence[tuple[int, Sequence[RecordedAct]]],
    carried: Sequence[Carried] = (),
    *,
    log_size_before: int = 0,
) -> list[Difference]:
    """Every entry of which a list, made as of `at`, says something else than the acts.

    `recorded` are entry and acts of all subjects of the list, `log_size_before` what the list before it covered.
    """
    known = [one for one in carried if one.since <= at]
    rebuilt = entries_of(_listed(recorded, published.log_size, known), at)
    earlier = entries_of(_listed(recorded, log_size_before, known), at)
    kept = {one.entry: one.value for one in carried}
    values, found = values_of(published), []
    for entry in values.keys() | rebuilt.keys():
        value, made = values.get(entry, 0), rebuilt.get(entry, 0)
        if value == made:
            continue
        if kept.get(entry) == value and value:
            cause = Cause.CARRIED
        else:
            cause = Cause.LATE if earlier.get(entry, 0) == value else Cause.UNEXPLAINED
        found.append(Difference(entry, value, made, cause))
    return sorted(found, key=lambda one: one.entry)


def _listed(recorded: Sequence[tuple[int, Sequence[RecordedAct]]], log_size: int, carried: Sequence[Carried]) -> Listed:
    moving = [
        (entry, acts)
        for entry, some in recorded
        if (acts := [one.act for one in some if one.log_index is not None and one.log_index < log_size])
    ]
    return Listed(sum(len(acts) for _, acts in moving), (), moving, carried)
