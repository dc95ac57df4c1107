"""Publishing status lists: signed, read back, numbered upwards, and never taking a final word back.

A list is made from stored acts as of one instant. What will be signed is stored first, then the signed list; that is
read back, verified and compared with what was meant, and only then made current. Its number is above every number
stored or known to be served, so of two publishers one is refused. An entry that was "invalid for good" (1) in the list
before may never read otherwise again: if it would, as after a restore from an old backup, publishing stops instead. A
suspension (2) may be lifted. `check_successor` says what one list may follow another, and is asked about what was read
back, against the list in storage and the one that the public sees.

Where an entry says something else than in the list before, it follows from acts that open to their log entries; an
entry whose acts are gone stops publishing too.

A list shows exactly the acts that are logged below the log size it states, so anybody with the acts can make it again
(`entries_of`). Entries carried over a restore keep their published value; see
`trust.rules.carried_over`.

A list ends no later than what it says: if an act on record will change a standing before the next update asked for,
the list holds until then. So nobody who keeps it, offline, is told "valid" after a revocation that was already known.

`due` tells when: an act was recorded since, one takes effect, or half of the list's life is over. It counts acts
instead of comparing times, so an act that was being stored while a list was made is not missed.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from keys.signer import Signer
from keys.sm2 import PublicKey
from trust.errors import Conflict, TrustError, Untrusted
from trust.formats.cose import plan_sign1, split, unwrap
from trust.formats.status_list import (
    MAX_SIGNED,
    SIZE,
    STATUS_LIST_TYPE,
    StatusList,
    decode_status_list,
    encode_status_list,
    entries_lost,
    pack,
)
from trust.revocation.errors import PublicationDamaged, RegisterDamaged
from trust.revocation.ports import Activity, Listed, ListedActs, PlannedList, Publication, Publications, Shown
from trust.rules.standing import LIST_VALUE, Act, next_change, standing_at

TTL_S = 60
MAX_ENVELOPE = MAX_SIGNED + 512
TOLERANCE = timedelta(seconds=1)
SECOND = timedelta(seconds=1)
LATE = timedelta(days=1)
"""For how long an act may be recorded without being marked as logged, after a crash, and be missing in lists."""
"""The value of an entry that is invalid for good."""


def publish(
    acts: ListedActs,
    publications: Publications,
    signer: Signer,
    *,
    shard: int,
    uri: str,
    at: datetime,
    log_size: int,
    next_update: datetime,
    ttl_s: int = TTL_S,
    size: int = SIZE,
    served: bytes | None = None,
    signers: Iterable[PublicKey] = (),
) -> bytes:
    """Make, plan, sign, store and make current the list `shard` as of `at`; return the signed octets.

    It holds until `next_update`, or until an act on record changes a standing, whichever is earlier, but for a second.
    `served` are the octets that a public copy (a folder, a CDN) serves now: after a restore they may be ahead of the
    database. It is signed by this signer or by one of the earlier `signers`. `log_size` is a size of the log; acts
    that are logged above it, or not yet, are left to the next list.

    Raises:
        Conflict: as `check_successor`, before anything is signed; `number-not-greater` also where another publisher
            was faster.
        PublicationDamaged: what was stored is not what was signed.
        RegisterDamaged: acts are not those that were logged, or are missing; entries are not those that were signed.
        Untrusted: `signature`, `served` is not signed by any of them.

    """
    # The last lists are read before the acts: a publisher that was overtaken then fails at its number.
    before, highest = publications.current(shard), publications.highest(shard)
    if before and at < before.at - TOLERANCE:
        raise Conflict("clock-went-back", f"the current list is of {before.at.isoformat()}")
    earlier = _earlier(before, served, (signer.public, *signers), size)
    shown = _shown(before, earlier, (signer.public, *signers), size)
    listed = acts.listed(shard, log_size, at, None if shown is None else Shown(shown.log_size, values_of(shown)))
    issued_at = at.replace(microsecond=0)
    fresh = StatusList(
        uri=uri,
        list=shard,
        number=max([highest, *(one.number for one in earlier)]) + 1,
        issued_at=issued_at,
        next_update=_ends(listed.moving, at, issued_at, next_update),
        ttl_s=ttl_s,
        log_size=log_size,
        bits=pack(entries_of(listed, at).items(), size),
    )
    for one in earlier:
        check_successor(one, fresh)
    if shown is not None:
        _check_explained(shown, listed, at)
    message, complete = plan_sign1(encode_status_list(fresh), signer.public, STATUS_LIST_TYPE)
    publications.plan(PlannedList(shard, fresh.number, at, fresh.next_update, ttl_s, listed.count, message))
    octets = complete(signer.sign(message))
    publications.complete(shard, fresh.number, octets)
    _check_stored(publications, fresh, signer.public)
    publications.make_current(shard, fresh.number)
    return octets


def entries_of(listed: Listed, at: datetime) -> dict[int, int]:
    """The value of every entry that acts, or what was carried over, speak of; all others read 0."""
    values = {entry: LIST_VALUE[status] for entry, status in listed.settled}
    values |= {entry: LIST_VALUE[standing_at(acts, at).status] for entry, acts in listed.moving}
    known = dict(listed.moving)
    values |= {one.entry: one.value for one in listed.carried if one.counts(known.get(one.entry, ()), at)}
    return values


def values_of(published: StatusList) -> dict[int, int]:
    """Every entry of a list that is not 0."""
    places = (place for place, octet in enumerate(published.bits) if octet)
    entries = (entry for place in places for entry in range(4 * place, 4 * place + 4))
    return {entry: value for entry in entries if (value := published.value(entry))}


def check_successor(before: StatusList, after: StatusList) -> None:
    """Refuse a list that may not follow another one of the same subjects.

    Raises:
        Conflict: `other-list`, of another number, address or size; `number-not-greater`; `clock-went-back`, issued
            more than a second earlier; `log-shorter`, of a shorter log; `would-un-revoke`, an entry that was invalid
            for good is anything else.

    """
    where = f"list {before.list}, number {before.number}"
    if (before.list, before.uri, before.size) != (after.list, after.uri, after.size):
        raise Conflict("other-list", f"{where}: list {after.list} with {after.size} entries at {after.uri}")
    if after.number <= before.number:
        raise Conflict("number-not-greater", f"{where}: {after.number} follows")
    if after.issued_at < before.issued_at - TOLERANCE:
        raise Conflict("clock-went-back", f"{where} is of {before.issued_at.isoformat()}")
    if entries_lost(before.bits, after.bits):
        raise Conflict("would-un-revoke", f"{where}: an entry that was invalid for good would change")
    if after.log_size < before.log_size:
        raise Conflict("log-shorter", f"{where} covers {before.log_size} entries of the log, not {after.log_size}")


def due(acts: ListedActs, last: Publication | None, at: datetime) -> bool:
    """Whether a list has to be published again, `last` being the current publication."""
    if last is None or at >= last.next_update or behind(acts, last, at):
        return True
    old = at >= last.at + (last.next_update - last.at) / 2
    return old and not _ends_with_an_act(last, acts.activity(last.list, last.at))


def behind(acts: ListedActs, last: Publication, at: datetime) -> bool:
    """Whether an act is recorded, or has taken effect, that the current publication does not show."""
    activity = acts.activity(last.list, last.at)
    takes_effect = activity.next_effective is not None and activity.next_effective <= at
    return takes_effect or activity.count != last.act_count


def open_status_list(octets: bytes, public: PublicKey, *, max_size: int = SIZE) -> StatusList:
    """The list in a signed envelope.

    Raises:
        Malformed: not a status list.
        Untrusted: `signature`.

    """
    payload = unwrap(octets, public, content_type=STATUS_LIST_TYPE, limit=MAX_ENVELOPE)
    return decode_status_list(payload, max_size=max_size)


def _earlier(
    before: Publication | None, served: bytes | None, signers: Sequence[PublicKey], size: int
) -> list[StatusList]:
    """The lists that the new one must not contradict: the current one, and the one that is served elsewhere.

    The one from our own storage may be signed by a key that has been replaced since; it only has to be readable.
    """
    lists = []
    if before:
        try:
            lists.append(decode_status_list(split(before.octets, MAX_ENVELOPE).payload, max_size=size))
        except TrustError as error:
            raise PublicationDamaged("current-list", f"list {before.list}, number {before.number}: {error}") from error
    if served and (before is None or served != before.octets):
        lists.append(open_by_any(served, signers, size))
    return lists


def _shown(
    before: Publication | None, earlier: Sequence[StatusList], signers: Sequence[PublicKey], size: int
) -> StatusList | None:
    """Of the lists before, the newest that one of these has signed; None where all has to be made from acts."""
    trusted = list(earlier[1:] if before else earlier)
    if before is not None:
        with suppress(TrustError):
            trusted.append(open_by_any(before.octets, signers, size))
    return max(trusted, key=lambda one: one.number, default=None)


def _check_explained(shown: StatusList, listed: Listed, at: datetime) -> None:
    """Refuse to change an entry unless it was what its acts made of it; of those, some may have been logged late."""
    now, moving = entries_of(listed, at), dict(listed.moving)
    kept = {one.entry for one in listed.carried}
    for entry, value in values_of(shown).items():
        if entry not in kept and now.get(entry, 0) != value and not _was(value, moving.get(entry, ()), shown.issued_at):
            raise RegisterDamaged("act-missing", f"entry {entry} was {value}, which no act on record explains")


def _was(value: int, acts: Sequence[Act], issued_at: datetime) -> bool:
    """Whether acts made this of an entry when a list was issued, perhaps without the last ones before."""
    early = sum(one.recorded_at < issued_at - LATE for one in acts)
    some = [acts[:count] for count in range(early, len(acts) + 1)]
    instants = (issued_at, issued_at + SECOND)
    return any(LIST_VALUE[standing_at(one, instant).status] == value for one in some for instant in instants)


def open_by_any(octets: bytes, signers: Sequence[PublicKey], size: int = SIZE) -> StatusList:
    """The list in an envelope that one of these has signed, the likeliest first; raises as `open_status_list`."""
    for public in signers[:-1]:
        with suppress(Untrusted):
            return open_status_list(octets, public, max_size=size)
    return open_status_list(octets, signers[-1], max_size=size)


def _ends(listed: Iterable[tuple[int, Sequence[Act]]], at: datetime, issued_at: datetime, asked: datetime) -> datetime:
    """Until when, in whole seconds, a list of these standings holds: the second in which the first of them changes.

    A change within the second of issue leaves it that second: a list has to hold for some time, and the next is due.
    """
    fixed = (acts for _, acts in listed if any(act.effective_at > at for act in acts))
    changes = (change for acts in fixed if (change := next_change(acts, at)) is not None)
    first = min(changes, default=asked).replace(microsecond=0)
    return min(asked.replace(microsecond=0), max(first, issued_at + SECOND))


def _ends_with_an_act(last: Publication, activity: Activity) -> bool:
    """Whether the list ends because an act takes effect; then the next one could not hold longer than this one."""
    return activity.next_effective is not None and activity.next_effective.replace(microsecond=0) == last.next_update


def _check_stored(publications: Publications, meant: StatusList, public: PublicKey) -> None:
    """Read back what was stored and hold it against what was meant."""
    try:
        found = open_status_list(publications.stored(meant.list, meant.number), public, max_size=meant.size)
    except TrustError as error:
        raise PublicationDamaged("stored-list", f"list {meant.list}, number {meant.number}: {error}") from error
    if found != meant:
        raise PublicationDamaged("stored-list", f"list {meant.list}, number {meant.number} is another list")
