"""What stands for a seal here: everything that is on record of it, put together in one place for all who ask.

What its acts say decides which act may come next. What counts wherever it is used, shown or judged is besides what the
public was told before a restore (`trust.rules.carried_seal`): the history in the trust list that the restore took up,
and what was carried over from the status lists. Where the newest trust list says more than all that explains, rows have
vanished, and the seal rests.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from service.archive import Archive
from service.epochs.store import Epoch
from trust.certification.trust_listing import MAX_ENVELOPE, NAME
from trust.formats.cose import split
from trust.formats.trust_list import TrustList, decode_trust_list
from trust.rules.carried_seal import KnownSeal, Restored, Told
from trust.rules.seal_standing import subject_of
from trust.rules.standing import Standing
from trust.sealing.life import LostAct

TAKEN_UP = "trust_list"
"""In the report of a restore: the number of the trust list that was the newest one then, 0 where there was none."""
Restores = tuple[Restored, ...]


def known_seal(archive: Archive, seal_id: str) -> KnownSeal:
    """What is known of a filed seal; one that has no entry yet cannot have any acts."""
    subject, current, epochs = subject_of(seal_id), archive.trust_lists.current(NAME), archive.epochs.settled()
    listed = None if current is None else _told_in(current.octets).get(seal_id)
    carried = archive.acts.carried_over(subject) if epochs else None
    restores = restores_of(archive, epochs)(seal_id)
    acts = tuple(archive.acts.of_many([subject]).get(subject, ()))  # last: one recorded in between is not missed
    return KnownSeal(acts, restores, carried, listed)


def standing_of_seal(archive: Archive, seal_id: str, at: datetime) -> Standing:
    """The standing of a filed seal by its acts on record: where the next act leads on from."""
    return known_seal(archive, seal_id).recorded(at)


def counting_of_seal(archive: Archive, seal_id: str, at: datetime) -> Standing:
    """What counts where a seal is used, shown or judged."""
    return known_seal(archive, seal_id).counting(at)


def lost_act_of(known: KnownSeal, at: datetime) -> LostAct | None:
    """Which act a restore lost that is missed from an instant on, because nobody recorded it again."""
    counting, to_come = known.counting(at), known.to_come(at)
    missed = counting.status if counting.carried else to_come.status if to_come is not None else None
    if missed is not None:
        return LostAct.END if missed.final else LostAct.SUSPENSION
    return LostAct.RESUMPTION if known.resumption_lost else None


def told_since(known: KnownSeal, at: datetime) -> datetime | None:
    """Since when a seal was told to be what no act on record says; None where nobody can tell, or nothing is lost."""
    counting, to_come = known.counting(at), known.to_come(at)
    if counting.carried:
        return None if known.since_when_open(at) else counting.since
    return None if to_come is None else to_come.since


def restores_of(archive: Archive, epochs: Sequence[Epoch]) -> Callable[[str], Restores]:
    """What was told of a seal before each of these restores; nothing of one that was not listed then."""
    found = [(_lists_taken_up(archive, one.report), one.at) for one in epochs]

    def of(seal_id: str) -> Restores:
        return tuple(Restored(told[seal_id], at) for told, at in found if seal_id in told)

    return of


def told_by(listed: TrustList) -> Mapping[str, Told]:
    """What a trust list says of every seal."""
    return {one.seal_id: Told(listed.sequence, listed.issued_at, one.history) for one in listed.seals or ()}


def _lists_taken_up(archive: Archive, report: bytes) -> Mapping[str, Told]:
    """What the trust list said that a restore took up; nothing where its report is of before that was noted."""
    number = _taken_up_in(report)
    octets = archive.trust_lists.edition(NAME, number) if number else None
    return {} if octets is None else _told_in(octets)


@lru_cache(maxsize=8)
def _taken_up_in(report: bytes) -> int:
    """The number in the report of a restore; 0 where there is none."""
    try:
        said = json.loads(report).get(TAKEN_UP, 0)
    except (ValueError, AttributeError):
        return 0
    return said if isinstance(said, int) and said > 0 else 0


@lru_cache(maxsize=8)
def _told_in(octets: bytes) -> Mapping[str, Told]:
    """What a trust list of our own says of every seal, which is read at every use of one."""
    return told_by(decode_trust_list(split(octets, MAX_ENVELOPE).payload))
