"""What stands for a seal here: everything that is on record of it, put together in one place for all who ask.

What its acts say decides which act may come next. What counts wherever it is used, shown or judged is besides what the
public was told before a restore (`trust.rules.carried_seal`): the history in the newest trust list, and what was
carried over from the status lists. Where nothing was ever restored neither is looked at.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from service.archive import Archive
from trust.certification.trust_listing import MAX_ENVELOPE, NAME
from trust.formats.cose import split
from trust.formats.trust_list import decode_trust_list
from trust.rules.carried_seal import KnownSeal, Periods
from trust.rules.seal_standing import subject_of
from trust.rules.standing import Standing
from trust.sealing.life import LostAct


def known_seal(archive: Archive, seal_id: str) -> KnownSeal:
    """What is known of a filed seal; one that has no entry yet cannot have any acts."""
    subject, restored_at = subject_of(seal_id), archive.epochs.restored_at()
    if restored_at is None:
        return KnownSeal(tuple(archive.acts.of_many([subject]).get(subject, ())))
    carried = archive.acts.carried_over(subject)  # both first: an act recorded in between is not missed
    told = _told(archive).get(seal_id, ())
    return KnownSeal(tuple(archive.acts.of_many([subject]).get(subject, ())), told, restored_at, carried)


def standing_of_seal(archive: Archive, seal_id: str, at: datetime) -> Standing:
    """The standing of a filed seal by its acts on record: where the next act leads on from."""
    return known_seal(archive, seal_id).recorded(at)


def counting_of_seal(archive: Archive, seal_id: str, at: datetime) -> Standing:
    """What counts where a seal is used, shown or judged."""
    return known_seal(archive, seal_id).counting(at)


def lost_act_of(known: KnownSeal, at: datetime) -> LostAct | None:
    """Which act a restore lost that is missed at an instant, because nobody recorded it again."""
    counting = known.counting(at)
    if counting.carried:
        return LostAct.END if counting.status.final else LostAct.SUSPENSION
    return LostAct.RESUMPTION if known.resumption_lost else None


def told_since(known: KnownSeal, at: datetime) -> datetime | None:
    """Since when a seal was told to be what no act on record says; None where nobody can tell, or nothing is lost."""
    counting = known.counting(at)
    return counting.since if counting.carried and not known.since_when_open(at) else None


def _told(archive: Archive) -> Mapping[str, Periods]:
    """The history of every seal in the newest trust list."""
    current = archive.trust_lists.current(NAME)
    return {} if current is None else _histories(current.octets)


@lru_cache(maxsize=4)
def _histories(octets: bytes) -> Mapping[str, Periods]:
    """The histories in a trust list of our own, which is read at every use of a seal."""
    listed = decode_trust_list(split(octets, MAX_ENVELOPE).payload)
    return {one.seal_id: one.history for one in listed.seals or ()}
