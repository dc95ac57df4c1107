"""Is the database abreast of what the public has seen? The public folder remembers it, and is asked here.

A database that was restored from an older backup is behind the folder. Then nothing is issued or published until
`yinzheng restore` has taken up what was published (`service.restoring`), and nothing is said of what holds now: that a
licence or a certificate was revoked may be just what is missing. What was published is told by the editions themselves,
also where their pointers are missing, and each has to be the one that the database has.

Everything is compared once in a process, the log and the pointers of the revocation lists always. Without a folder
nothing is compared, as in tests of other things. Folder and database may have been put back together, as by a snapshot
of the disk that both stand on; against that helps a checkpoint that was kept elsewhere, and which the log has to reach.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from keys.sm3 import sm3
from service.archive import Archive
from service.log_tiles import CHECKPOINT, entries_shown
from service.public_editions import number_in
from service.public_folder import TRUST_LIST, PublicFolder, Series, revocation_list, status_list
from service.seen_checkpoints import log_keys, verified_by_any
from trust.certification.ports import Editions
from trust.certification.trust_listing import NAME
from trust.errors import Conflict, TrustError
from trust.formats.checkpoint import Checkpoint, parse_checkpoint
from trust.formats.cose import split
from trust.formats.merkle import read_root
from trust.formats.status_list import decode_status_list
from trust.revocation.errors import NotPublished
from trust.revocation.publishing import MAX_ENVELOPE
from trust.rules.verdict import Finding, Indication

AUTHORITIES = ("root", "issuing")
WHY = {
    "database-behind": "本机数据库落后于已经公布的内容（可能恢复了旧备份）",
    "restore-unfinished": "本机正在恢复备份，尚未完成",
    "log-forked": "本机的存证日志与别处保存的检查点不是同一本",
}
"""Reasons for which nothing may be said of what holds now, and how people are told."""


@dataclass(frozen=True)
class Lag:
    """Something published that the database does not have: of which series, which number, and what it has instead."""

    series: str
    published: int
    stored: int


class Abreast:
    """The comparison, for one database and the folder beside it; None where there is none."""

    def __init__(self, archive: Archive, folder: PublicFolder | None, *, since: bytes | None = None) -> None:
        self._archive, self._folder, self._since = archive, folder, since
        self._compared = False
        self._highest: dict[str, int] = {}
        self.known: str | None = None
        """What `trouble` would say, as of the last look."""

    def keep_to(self, note: bytes) -> None:
        """From now on compare with this checkpoint, which was kept elsewhere, too; raises as `require`."""
        self._since, self._compared = note, False
        self.require()

    def require(self) -> None:
        """Refuse to go on with a database that is older than what the public has, or than what was kept elsewhere.

        Raises:
            Conflict: `database-behind`; `restore-unfinished`; `public-copy-damaged`; `log-forked`, the log is another
                one than the checkpoint that was kept elsewhere is of.
            Untrusted: that one is not signed by a key of this log.

        """
        try:
            self._require()
        except Conflict as error:
            self.known = error.reason if error.reason in WHY else None
            raise
        self.known = None

    def _require(self) -> None:
        if self._archive.epochs.unsettled() is not None:
            raise Conflict("restore-unfinished", "a restore was begun and is not settled")
        looks = self._quickly(self._folder) if self._folder is not None else ()
        lags = _gathered(looks) if self._compared else self.lags()
        if lags:
            told = "; ".join(f"{one.series}: {one.published} published, {one.stored} stored" for one in lags[:5])
            raise Conflict("database-behind", told)
        self._compared = True

    def trouble(self) -> str | None:
        """Why nothing may be said of what holds now: one of `WHY`, or None. Damage to the folder alone is none."""
        with suppress(Conflict):
            self.require()
        return self.known

    def lags(self) -> list[Lag]:
        """Everything published that the database does not have, the log first.

        Raises:
            Conflict: `public-copy-damaged`, something cannot be read, and nothing else is behind.

        """
        elsewhere = [] if self._since is None else [lag for lag in [lag_of(self._archive, self._since)] if lag]
        return elsewhere + ([] if self._folder is None else _gathered(self._wholly(self._folder)))

    def _quickly(self, folder: PublicFolder) -> Iterable["Look"]:
        """The log, and the numbers that the pointers of the revocation lists name."""
        yield partial(self._log, folder)
        for name in AUTHORITIES:
            yield partial(self._pointed, folder, name)

    def _wholly(self, folder: PublicFolder) -> Iterable["Look"]:
        """Everything."""
        archive = self._archive
        yield partial(self._log, folder)
        for shard in folder.status_lists():
            yield partial(self._status_list, folder, shard)
        for name in AUTHORITIES:
            yield partial(_edition, folder, revocation_list(name), archive.books.editions, name)
        yield partial(_edition, folder, TRUST_LIST, archive.trust_lists, NAME)

    def _log(self, folder: PublicFolder) -> Lag | None:
        shown, size = shown_checkpoint(folder), self._archive.log.size()
        published = shown.size if shown else entries_shown(folder)
        return Lag("log", published, size) if published > size else None

    def _pointed(self, folder: PublicFolder, name: str) -> Lag | None:
        """By the pointer alone; one that is spoilt is looked into, and put right, elsewhere."""
        series = revocation_list(name)
        try:
            pointed = folder.pointed(series)
        except Conflict:
            return None
        if pointed is None or pointed[0] <= self._highest.get(name, 0):
            return None
        highest = self._highest[name] = self._archive.books.editions.highest(name)
        return Lag(series.name, pointed[0], highest) if pointed[0] > highest else None

    def _status_list(self, folder: PublicFolder, shard: int) -> Lag | None:
        publications, series = self._archive.publications, status_list(shard)

        def stored(number: int) -> bytes | None:
            try:
                return publications.stored(shard, number)
            except NotPublished:
                return None

        lag = _behind(folder, series, stored, publications.highest(shard))
        current = None if lag else publications.current(shard)
        if current is None:
            return lag
        covered = decode_status_list(split(current.octets, MAX_ENVELOPE).payload).log_size
        size = self._archive.log.size()
        return Lag(f"log under status/{shard}", covered, size) if covered > size else None


Look = Callable[[], Lag | None]


def left_open(trouble: str) -> tuple[Finding, ...]:
    """What a verification has to say meanwhile: neither certificates nor licences can be told to hold now."""
    return tuple(
        Finding(step, trouble, Indication.INDETERMINATE, f"{WHY[trouble]}，{what}现在的状态无从得知，请稍后再核验。")
        for step, what in ((5, "证书"), (8, "证照"))
    )


def lag_of(archive: Archive, note: bytes) -> Lag | None:
    """Whether the stored log is shorter than a checkpoint that was kept elsewhere.

    Raises:
        Conflict: `log-forked`, its first entries have another root.
        Untrusted: no key of this log has signed it.

    """
    said = verified_by_any(note, parse_checkpoint(note)[0].origin, log_keys(archive))
    size = archive.log.size()
    if said.size > size:
        return Lag("log, as kept elsewhere", said.size, size)
    if read_root(archive.log.nodes, said.size) != said.root:
        raise Conflict("log-forked", f"the first {said.size} entries have another root than was kept elsewhere")
    return None


def shown_checkpoint(folder: PublicFolder) -> Checkpoint | None:
    """What the checkpoint in the folder says, whoever signed it; None where there is none.

    Raises:
        Conflict: `public-copy-damaged`, it cannot be read.

    """
    note = folder.read(CHECKPOINT)
    try:
        return parse_checkpoint(note)[0] if note is not None else None
    except TrustError as error:
        raise Conflict("public-copy-damaged", f"{CHECKPOINT}: it cannot be read ({error.reason})") from error


def _gathered(looks: Iterable[Look]) -> list[Lag]:
    """All that is behind; damage counts where nothing is: to be behind is the graver of the two."""
    found, damage = list[Lag](), list[Conflict]()
    for look in looks:
        try:
            lag = look()
        except Conflict as error:
            damage.append(error)
        else:
            found += [lag] if lag else []
    if damage and not found:
        raise damage[0]
    return found


def _edition(folder: PublicFolder, series: Series, editions: Editions, name: str) -> Lag | None:
    return _behind(folder, series, lambda number: editions.edition(name, number), editions.highest(name))


def _behind(folder: PublicFolder, series: Series, stored: Callable[[int], bytes | None], highest: int) -> Lag | None:
    """The highest edition that lies in the folder, or that its pointer names, where the database has not the same.

    Raises:
        Conflict: `public-copy-damaged`, the edition or its pointer is spoilt, and the database cannot put it right.

    """
    number, digest = _claimed(folder, series)
    if number == 0:
        return None
    kept, shown = stored(number), folder.edition(series, number)
    if kept is None:
        if shown is not None and number_in(series, shown) != number:
            raise Conflict("public-copy-damaged", f"{series.name}: {number} says that it is another number")
        return Lag(series.name, number, highest)
    if shown in {None, kept} or shown is None:
        return None  # what is missing beside it is put right from the database
    if digest == sm3(shown).hex():
        return Lag(series.name, number, highest)  # whole, and another: two histories
    raise Conflict("public-copy-damaged", f"{series.name}: edition {number} was changed")


def _claimed(folder: PublicFolder, series: Series) -> tuple[int, str]:
    """The highest number there is, by names and by the pointer, with the digest where that is the pointer's."""
    highest = max(folder.numbers(series), default=0)
    try:
        pointed = folder.pointed(series)
    except Conflict:
        if not highest:
            raise
        pointed = None
    if pointed is not None and pointed[0] >= highest:
        return pointed
    return highest, ""
