"""Rebuilding everything published from what is recorded, for the auditor: every edition that was ever kept.

Each status list is made again from the acts below the log size it states, each revocation list from the revocations up
to its second; each edition has to be in the log, and to be in the public folder with the same octets. Nothing is
signed and nothing is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service.abreast import AUTHORITIES
from service.archive import Archive
from service.epochs.store import Epoch
from service.public_folder import TRUST_LIST, PublicFolder, Series, revocation_list, status_list
from service.vouching import carried_in, recovered_in
from trust.certification.trust_listing import NAME
from trust.errors import Conflict, TrustError
from trust.formats.cose import split
from trust.formats.crl import Revoked, load_crl
from trust.formats.leaf import EntryKind, public_statement
from trust.formats.merged_revocations import merged
from trust.formats.status_list import decode_status_list
from trust.revocation.ports import Publication
from trust.revocation.publishing import MAX_ENVELOPE, check_successor
from trust.revocation.rebuilding import Cause, differences
from trust.rules.carried_over import Carried
from verifier.auditing.ports import Looked, Mismatch

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = {
    Cause.LATE: "条目 {entry}：已公布为 {published}，按当时已登记的决定应为 {rebuilt}，下一期已更正",
    Cause.CARRIED: "条目 {entry}：公布为 {published}，库中没有相应的决定，是恢复备份时按已公布的清单保留的",
    Cause.UNEXPLAINED: "条目 {entry}：公布为 {published}，按登记的决定应为 {rebuilt}",
}
LOST = "条目 {entry}：公布为 {published}，按留存的决定应为 {rebuilt}；解除的决定是恢复备份时失去的"


@dataclass(frozen=True)
class Oddity:
    """Something that does not fit: in which series, which edition, a stable kind, a sentence; `grave` or only told."""

    series: str
    number: int
    kind: str
    detail: str
    grave: bool = True


@dataclass(frozen=True)
class Rebuilt:
    """How many editions were made again, and what did not fit."""

    checked: int
    oddities: tuple[Oddity, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing grave was found."""
        return not any(one.grave for one in self.oddities)


def rebuild(archive: Archive, folder: PublicFolder | None) -> Rebuilt:
    """Make every edition again and compare."""
    checked, found = 0, list[Oddity]()
    for count, some in _series(archive, folder):
        checked += count
        found += some
    return Rebuilt(checked, tuple(found))


def rebuilt(archive: Archive, folder: PublicFolder | None) -> Iterator[Mismatch | Looked]:
    """The same as part of an audit: what does not fit, series by series."""
    for count, some in _series(archive, folder):
        yield Looked("rebuilt", count)
        for one in some:
            named = f"{one.series} 第 {one.number} 期"
            yield Mismatch(
                "rebuilt", f"rebuilt-{one.kind}", f"{one.series}/{one.number}", f"{named}：{one.detail}。", one.grave
            )


def _series(archive: Archive, folder: PublicFolder | None) -> Iterator[tuple[int, list[Oddity]]]:
    """For each series how many editions were made again, and what did not fit."""
    for shard in archive.publications.lists():
        editions = list(archive.publications.since(shard, BEGINNING))
        octets = {one.number: one.octets for one in editions}
        found = list(_status_lists(archive, shard, editions))
        yield len(editions), [*found, *_kept(archive, folder, status_list(shard), octets, EntryKind.STATUS_LIST)]
    for name in AUTHORITIES:
        lists = archive.books.editions.every(name)
        found = [odd for one in lists for odd in _revocations(archive, name, one.number, one.octets)]
        octets = {one.number: one.octets for one in lists}
        yield len(lists), [*found, *_kept(archive, folder, revocation_list(name), octets, EntryKind.CRL)]
    trust = {one.number: one.octets for one in archive.trust_lists.every(NAME)}
    yield len(trust), list(_kept(archive, folder, TRUST_LIST, trust, EntryKind.TRUST_LIST))


def _status_lists(archive: Archive, shard: int, editions: list[Publication]) -> Iterator[Oddity]:
    """Make the editions of one list again, each also held against the one before it."""
    recorded, carried, before = archive.acts.recorded_in(shard), archive.acts.carried_in(shard), None
    epochs = archive.epochs.every()
    for one in editions:
        try:
            made = decode_status_list(split(one.octets, MAX_ENVELOPE).payload)
            if before is not None:
                check_successor(before, made)
        except TrustError as error:
            yield Oddity(f"status/{shard}", one.number, "succession", f"不能接在前一期之后：{error}")
            continue
        covered, known = before.log_size if before else 0, [*carried, *_carried_until(epochs, shard, one.at)]
        for odd in differences(made, one.at, recorded, known, log_size_before=covered):
            lifted = odd.cause is Cause.UNEXPLAINED and odd.published == 0
            lost = lifted and any(_acts_lost(epoch, one.at, made.log_size) for epoch in epochs)
            kind, words = ("lost", LOST) if lost else (odd.cause.value, KINDS[odd.cause])
            told = words.format(entry=odd.entry, published=odd.published, rebuilt=odd.rebuilt)
            yield Oddity(f"status/{shard}", one.number, kind, told, kind == Cause.UNEXPLAINED.value)
        before = made


def _carried_until(epochs: Sequence[Epoch], shard: int, at: datetime) -> Iterator[Carried]:
    """What a restore carried over, and another one, after an instant, found to be over."""
    ended = {one for epoch in epochs if at < epoch.at for one in carried_in(epoch.report, "carried_ended")}
    for epoch in epochs:
        some = sorted(ended.intersection(carried_in(epoch.report)))
        yield from (Carried(entry, value, epoch.at) for of, entry, value in some if of == shard)


def _acts_lost(epoch: Epoch, at: datetime, log_size: int) -> bool:
    """Whether a list of this instant shows entries of acts that this restore brought back without the acts."""
    size = epoch.log_size
    recovered = size < log_size <= size + recovered_in(epoch.report) and at <= epoch.at
    return recovered and recovered_in(epoch.report, EntryKind.ACT.value) > 0


def _revocations(archive: Archive, name: str, number: int, octets: bytes) -> Iterator[Oddity]:
    """A revocation list and the register as of its second; what was recorded within that second may be in it or not."""
    try:
        published = load_crl(octets)
    except TrustError as error:
        yield Oddity(f"crl/{name}", number, "unreadable", f"读不出来（{error.reason}）")
        return
    made = published.this_update
    recorded = archive.books.revocations.of(name)
    for serial in sorted(recorded.keys() | published.revoked.keys()):
        some = recorded.get(serial, ())
        choices = [_as_of(some, made, within=within) for within in (True, False)]
        if published.revoked.get(serial) not in choices:
            known = archive.books.certificates.find(name, serial) is not None
            cause = Cause.UNEXPLAINED if known else Cause.CARRIED
            told = (
                f"证书 {serial:x}：撤销列表与登记不一致"
                if known
                else f"证书 {serial:x}：库中没有这张证书，按已公布的列表保留"
            )
            yield Oddity(f"crl/{name}", published.number, cause.value, told, known)


def _as_of(some: Sequence[Revoked], made: datetime, *, within: bool) -> Revoked | None:
    entries = [one for one in some if one.at < made or (within and one.at == made)]
    return merged(entries) if entries else None


def _kept(
    archive: Archive, folder: PublicFolder | None, series: Series, editions: dict[int, bytes], kind: EntryKind
) -> Iterator[Oddity]:
    """Whether each edition is in the log and in the public folder, and none is there that storage does not have."""
    for number, octets in editions.items():
        if archive.log.find(public_statement(kind, octets).commitments[0]) is None:
            yield Oddity(series.name, number, "not-logged", "存证日志中没有这一期")
    if folder is None:
        return
    yield from _copied(folder, series, editions)
    newest, restored = max(editions, default=0), bool(archive.epochs.every())
    for number in sorted(set(folder.numbers(series)) - editions.keys()):
        lost = restored and number < newest
        told = "公布过这一期，恢复备份时没有取回" if lost else "公布过这一期，库中没有"
        yield Oddity(series.name, number, "not-stored", told, not lost)


def _copied(folder: PublicFolder, series: Series, editions: dict[int, bytes]) -> Iterator[Oddity]:
    """Whether the folder has each edition since its first, as it was signed, and shows the newest.

    A folder may have been begun later than the series, or been deleted from: which of the two is told by its log.
    """
    there, last = folder.numbers(series), max(editions, default=0)
    lacking = sorted(number for number in editions if not there or number < there[0])
    if lacking and there:
        told = f"公布目录从第 {there[0]} 期开始，没有之前的 {len(lacking)} 期"
        yield Oddity(series.name, lacking[-1], "copy-begins-later", told, grave=False)
    elif lacking:
        yield Oddity(series.name, last, "copy-missing", f"公布目录中一期也没有，签过 {len(lacking)} 期")
    for number, octets in editions.items():
        try:
            copy = folder.edition(series, number)
        except Conflict as error:
            yield Oddity(series.name, number, error.reason, "公布目录中的这一期过长")
            continue
        if copy is not None and copy != octets:
            yield Oddity(series.name, number, "copy-differs", f"公布目录中的这一期有 {len(copy)} 字节，与库中不同")
        elif copy is None and there and number >= there[0]:
            yield Oddity(series.name, number, "copy-missing", "公布目录中没有这一期，前后的都有")
    try:
        newest = folder.newest(series)
    except Conflict as error:
        yield Oddity(series.name, last, error.reason, "公布目录中的指针残缺，或者不是最新的一期")
        return
    if newest is not None and not folder.holds(series, newest.number, newest.octets):
        yield Oddity(series.name, newest.number, "latest-differs", "公布目录中以固定名称提供的，不是指针所指的最新一期")
