"""Publishing status lists: signed, read back, numbered upwards, and never taking a final word back.

A list is made from stored acts as of one instant. It is stored, read back, verified and compared with what was meant,
and only then made current. Its number is above every number stored or known to be served, so of two publishers one
is refused. An entry that was "invalid for good" (1) in the list before may never read otherwise again: if it would,
as after a restore from an old backup, publishing stops instead. A suspension (2) may be lifted.

`due` tells when: an act was recorded since, one takes effect, or half of the list's life is over. It counts acts
instead of comparing times, so an act that was being stored while a list was made is not missed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from keys.signer import Signer
from keys.sm2 import PublicKey
from trust.errors import Conflict, TrustError
from trust.formats.cose import sign1, split, unwrap
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
from trust.revocation.errors import PublicationDamaged
from trust.revocation.ports import ListedActs, Publication, Publications
from trust.rules.standing import LIST_VALUE, Act, standing_at

TTL_S = 60
MAX_ENVELOPE = MAX_SIGNED + 512
TOLERANCE = timedelta(seconds=1)


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
) -> bytes:
    """Make, sign, store and make current the list `shard` as of `at`; return the signed octets.

    `served` are the octets that a public copy (a folder, a CDN) serves now: after a restore they may be ahead of the
    database. `log_size` is the size of the log that covers the acts.

    Raises:
        Conflict: `clock-went-back`; `would-un-revoke`; `number-not-greater`, another publisher was faster.
        PublicationDamaged: what was stored is not what was signed.
        Untrusted: `signature`, `served` is not signed by this signer.

    """
    # The last lists are read before the acts: a publisher that was overtaken then fails at its number.
    before, highest = publications.current(shard), publications.highest(shard)
    if before and at < before.at - TOLERANCE:
        raise Conflict("clock-went-back", f"the current list is of {before.at.isoformat()}")
    listed = list(acts.of_list(shard))
    earlier = _earlier(before, served, signer.public, size)
    fresh = StatusList(
        uri=uri,
        list=shard,
        number=max([highest, *(one.number for one in earlier)]) + 1,
        issued_at=at.replace(microsecond=0),
        next_update=next_update.replace(microsecond=0),
        ttl_s=ttl_s,
        log_size=log_size,
        bits=_bits(listed, at, size),
    )
    if any(entries_lost(one.bits, fresh.bits) for one in earlier):
        raise Conflict("would-un-revoke", f"an entry of list {shard} that was invalid for good would change")
    octets = sign1(encode_status_list(fresh), signer, STATUS_LIST_TYPE)
    count = sum(len(some) for _, some in listed)
    publications.stage(Publication(shard, fresh.number, at, fresh.next_update, ttl_s, count, octets))
    _check_stored(publications, fresh, signer.public)
    publications.make_current(shard, fresh.number)
    return octets


def due(acts: ListedActs, last: Publication | None, at: datetime) -> bool:
    """Whether a list has to be published again, `last` being the current publication."""
    if last is None or at >= last.at + (last.next_update - last.at) / 2:
        return True
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


def _earlier(before: Publication | None, served: bytes | None, public: PublicKey, size: int) -> list[StatusList]:
    """The lists that the new one must not contradict: the current one, and the one that is served elsewhere.

    The one from our own storage may be signed by a key that has been replaced since; it only has to be readable.
    """
    lists = []
    if before:
        try:
            lists.append(decode_status_list(split(before.octets, MAX_ENVELOPE).payload, max_size=size))
        except TrustError as error:
            raise PublicationDamaged("current-list", f"list {before.list}, number {before.number}: {error}") from error
    if served:
        lists.append(open_status_list(served, public, max_size=size))
    return lists


def _bits(listed: Sequence[tuple[int, Sequence[Act]]], at: datetime, size: int) -> bytes:
    return pack(((index, LIST_VALUE[standing_at(acts, at).status]) for index, acts in listed), size)


def _check_stored(publications: Publications, meant: StatusList, public: PublicKey) -> None:
    """Read back what was stored and hold it against what was meant."""
    try:
        found = open_status_list(publications.stored(meant.list, meant.number), public, max_size=meant.size)
    except TrustError as error:
        raise PublicationDamaged("stored-list", f"list {meant.list}, number {meant.number}: {error}") from error
    if found != meant:
        raise PublicationDamaged("stored-list", f"list {meant.list}, number {meant.number} is another list")
