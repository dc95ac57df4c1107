"""After a restore: what the public had seen is taken up, so that nothing is un-revoked and no number comes twice.

    1 log             entries that the database lacks are recovered from the public copy, to the published root
    2 trust list      the published edition becomes the current one; certificates that it names are put on record again
                      (`service.restoring.signers`), so are published revocations
    3 status lists    the published editions become the current ones; what they said beyond the acts is carried over
    4 keys            those that leaked since the backup are blocked again
    5 feed            numbers of events leap, and the systems of departments are told
    6 holding         batches, approvals and confirmed stock from before wait until a person has looked at them
    7 settlement      lists of earlier epochs are closed, counts leap, the epoch is settled with a report

Each step may be repeated; the epoch stays unsettled, and nothing is signed, until the last one is done. Every list that
is taken up has to be signed by a key of ours. What only the lost part of the database knew — files, holders, the words
of acts — is not brought back; the report says how much that is.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuer.applying.ports import Applying
from issuer.batches.ports import Batches
from service.abreast import AUTHORITIES, Abreast, lag_of
from service.archive import Archive
from service.epochs.store import Epoch, Settlement
from service.keeping import block_leaked_again
from service.keyring import KeyRing
from service.log_tiles import CHECKPOINT, TileReader
from service.public_folder import PublicFolder, status_list
from service.restoring.editions import adopt_revocations, keys_of, require_same
from service.restoring.holding import (
    end_applications,
    end_approvals,
    hold_batches,
    hold_stock,
    issued_since,
    maybe_issued,
)
from service.restoring.signers import adopt_trust_list, certificates_again, leaked_keys
from service.seal_standings import TAKEN_UP
from service.seen_checkpoints import log_keys, verified_by_any
from trust.certification.profiles import STATUS_LIST
from trust.errors import Conflict
from trust.formats.canonical_json import encode_json
from trust.formats.cose import split
from trust.formats.leaf import EntryKind, decode_entry
from trust.formats.status_list import SIZE, StatusList
from trust.log.errors import LogDamaged
from trust.log.ports import LogStore
from trust.log.recovering import recover
from trust.revocation.errors import NotPublished
from trust.revocation.ports import PlannedList
from trust.revocation.publishing import MAX_ENVELOPE, entries_of, open_by_any
from trust.rules.carried_over import Carried

GAP = 16
"""How many lists are left out between the last that is known and the first of a new epoch."""
UNCOUNTED = -1
"""How many acts a list knows that was taken up: nobody can say, so that a new one is due at once."""
MARGIN = 500
"""How far counts leap beyond the entries that the log had more: licences whose entries were not copied in time."""
AT_ONCE = 1000
STRIDE = 1_000_000
"""Numbers of events that a body has for each entry of the public log, so that no two epochs share any."""


@dataclass(frozen=True)
class Desk:
    """Everything that taking up needs; `origin` is the log's name, `list_size` that of lists to be opened.

    `bodies` are the codes of the departments, `applying` and `batches` what the steps of theirs need. `missing` names
    files of the backup that were not there, which the report repeats. `since` is a checkpoint that was kept elsewhere:
    a public folder that does not reach it is itself an old copy.
    """

    archive: Archive
    folder: PublicFolder
    origin: str
    bodies: Sequence[str]
    applying: Applying
    batches: Batches
    ring: KeyRing
    list_size: int = SIZE
    missing: Sequence[str] = ()
    since: bytes | None = None


def take_up(desk: Desk, epoch: Epoch, at: datetime) -> dict[str, object]:
    """Take up everything published and settle the epoch; the report.

    Raises:
        Conflict: `public-copy-missing`, there is nothing to go by; `public-copy-damaged`; `public-copy-behind`, more
            was published than it has; `public-copy-differs`.
        LogDamaged: as `recover`.
        Untrusted: a published list that none of our keys has signed.
        KeysError: a leaked key could not be marked as such.

    """
    lags = [f"{one.series}: {one.published} > {one.stored}" for one in Abreast(desk.archive, desk.folder).lags()]
    _recover_log(desk)
    _require_reached(desk)
    listed = adopt_trust_list(desk.archive, desk.folder)
    certificates = certificates_again(desk.archive, listed)
    revocations = sum(adopt_revocations(desk.archive, name, desk.folder) for name in AUTHORITIES)
    shards = {shard: shown for shard in desk.folder.status_lists() if (shown := _adopt_list(desk, shard)) is not None}
    carried = [(shard, one) for shard, shown in shards.items() for one in _to_carry(desk.archive, shown, at)]
    over = [(shard, one) for shard, shown in shards.items() for one in _lifted(desk.archive, shown)]
    leaked = leaked_keys(desk.archive, desk.folder, listed)
    blocked = block_leaked_again(desk.ring, leaked.signers, leaked.authorities, at)
    _leap_feed(desk, epoch)
    recovered = _recovered(desk.archive.log, epoch.log_size)
    issued = recovered[EntryKind.ISSUE.value]
    report: dict[str, object] = {
        "behind": lags,
        "log_entries_recovered": dict(recovered),
        "carried": [[shard, one.entry, one.value] for shard, one in carried],
        "carried_ended": [[shard, one.entry, one.value] for shard, one in over],
        TAKEN_UP: 0 if listed is None else listed.sequence,
        "certificates_recovered": certificates,
        "revocations_recovered": revocations,
        "keys_blocked": list(blocked.names),
        "keys_unreadable": list(blocked.unreadable),
        "authority_keys_leaked": list(blocked.authorities),
        "leaked_unknown": list(leaked.unknown),
        "held_batches": hold_batches(desk.batches, at),
        "approvals_ended": end_approvals(desk.applying, at),
        "seal_applications_ended": end_applications(desk.archive, listed, at),
        "held_stock": hold_stock(desk.archive, desk.bodies, at) if issued else [],
        "issued_since": issued_since(desk.archive, at),
        "maybe_issued": maybe_issued(desk.archive, at) if issued else [],
        "missing_files": list(desk.missing),
    }
    lost = desk.archive.log.size() - epoch.log_size
    desk.archive.epochs.settle(
        epoch,
        Settlement(
            carried=carried,
            shards=[(shard, shown.size) for shard, shown in shards.items()],
            first_shard=max([-1, *shards, *desk.archive.slots.lists()]) + 1 + GAP,
            list_size=desk.list_size,
            leap=lost + MARGIN,
            report=encode_json(report),
            over=[(shard, one.entry) for shard, one in over],
        ),
    )
    return report


def _require_reached(desk: Desk) -> None:
    """Hold the recovered log against the checkpoint that was kept elsewhere, before anything else is taken up."""
    behind = None if desk.since is None else lag_of(desk.archive, desk.since)
    if behind is not None:
        told = f"the log had {behind.published} entries, the public folder leads to {behind.stored}"
        raise Conflict("public-copy-behind", told)


def _leap_feed(desk: Desk, epoch: Epoch) -> None:
    """Let the numbers of events go on beyond all that were given since the backup.

    The public log has grown since any epoch before this one began, because each is published as it is settled; and no
    body has had `STRIDE` events for one entry.
    """
    beyond, number = desk.archive.log.size() * STRIDE, str(epoch.number)
    desk.archive.feed.leap(desk.bodies, beyond, mark=f"restored:{number}", subject=number, at=epoch.at)


def _recover_log(desk: Desk) -> None:
    """Bring back the entries of the log that are missing."""
    note = desk.folder.read(CHECKPOINT)
    if note is None:
        raise Conflict("public-copy-missing", "there is no published checkpoint")
    checkpoint = verified_by_any(note, desk.origin, log_keys(desk.archive))
    missing = _published_entries(desk.folder, desk.archive.log.size(), checkpoint.size)
    recover(desk.archive.log, checkpoint, missing)


def _recovered(log: LogStore, since: int) -> Counter[str]:
    """How many entries of each kind the backup did not have, whichever attempt of this epoch brought them back."""
    counted: Counter[str] = Counter()
    end = log.size()
    for start in range(since, end, AT_ONCE):
        entries = log.entries(start, min(start + AT_ONCE, end))
        counted.update(decode_entry(one).statement.kind.value for one in entries)
    return counted


def _published_entries(folder: PublicFolder, first: int, end: int) -> Sequence[bytes]:
    """The entries from `first` up to `end`, read from entry tiles."""
    try:
        return TileReader(folder, end).entries(first, end)
    except LogDamaged as error:
        raise Conflict("public-copy-damaged", str(error)) from error


def _adopt_list(desk: Desk, shard: int) -> StatusList | None:
    """Make the published edition of a list the current one."""
    edition, publications = desk.folder.newest(status_list(shard)), desk.archive.publications
    if edition is None:
        return None
    listed = open_by_any(edition.octets, keys_of(desk.archive, STATUS_LIST.profile.name))
    if (listed.list, listed.number) != (shard, edition.number):
        raise Conflict("public-copy-damaged", f"status/{shard} holds list {listed.list}, number {listed.number}")
    highest, stored = publications.highest(shard), _stored(desk.archive, shard, listed.number)
    if listed.number > highest:
        signed = split(edition.octets, MAX_ENVELOPE).to_be_signed
        times = (listed.issued_at, listed.next_update, listed.ttl_s)
        publications.plan(PlannedList(shard, listed.number, *times, UNCOUNTED, signed))
    if listed.number > highest or (stored is None and listed.number == highest):
        publications.complete(shard, listed.number, edition.octets)
    else:
        require_same(status_list(shard), edition, stored)
    current = publications.current(shard)
    if current is None or current.number < listed.number:
        publications.make_current(shard, listed.number)
    return listed


def _stored(archive: Archive, shard: int, number: int) -> bytes | None:
    try:
        return archive.publications.stored(shard, number)
    except NotPublished:
        return None


def _to_carry(archive: Archive, listed: StatusList, at: datetime) -> Iterable[Carried]:
    """The entries of which the published list says more than the acts do."""
    own = entries_of(archive.acts.listed(listed.list, archive.log.size(), at), at)
    for place, octet in enumerate(listed.bits):
        if octet:
            for entry in range(place * 4, place * 4 + 4):
                value = listed.value(entry)
                if value and own.get(entry, 0) not in {value, 1}:
                    yield Carried(entry, value, at)


def _lifted(archive: Archive, listed: StatusList) -> list[Carried]:
    """What an earlier restore carried over, and the published list shows as valid again."""
    return [one for one in archive.acts.carried_in(listed.list) if listed.value(one.entry) == 0]
