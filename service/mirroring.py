"""Between the registers and the public folder: what is published is copied there, and what is there is never passed by.

The folder is kept apart from the database, so it remembers what the public has seen. `require_abreast` compares the two
before anything is issued or published: a database that was restored from an older backup is behind it, and then nothing
is signed until `yinzheng restore` has taken up what was published (`service.restoring`). The log is copied too, as
entry tiles and checkpoint: with them the entries that a backup lacks can be had again.

Without a folder nothing is copied and nothing compared, as in tests of other things.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.archive import Archive
from service.public_folder import TRUST_LIST, PublicFolder, Series, bitstring, revocation_list, status_list
from trust.certification.ports import Editions
from trust.certification.trust_listing import NAME
from trust.errors import Conflict
from trust.formats.certificate import load_certificate, to_pem
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.cose import split
from trust.formats.status_list import decode_status_list
from trust.log.tiles import WIDTH, Tile, read_entries, tile_path
from trust.revocation.errors import NotPublished
from trust.revocation.publishing import MAX_ENVELOPE

AUTHORITIES = ("root", "issuing")
LOG, CHECKPOINT, ENTRIES = "log", "log/checkpoint", "log/tile/entries"
CERTIFICATES = "certificates.pem"
"""Certificates of authorities and of the trust list's signer, without which no path to a pinned root is found."""


@dataclass(frozen=True)
class Lag:
    """Something published that the database does not have: of which series, which number, and what it has instead."""

    series: str
    published: int
    stored: int


class Mirror:
    """The public folder of one installation, None where it has none."""

    def __init__(self, archive: Archive, folder: PublicFolder | None) -> None:
        self._archive, self.folder = archive, folder
        self._shown: dict[str, int] = {}
        self._checkpoint: bytes | None = None
        self._compared = False

    def require_abreast(self) -> None:
        """Refuse to go on with a database that is older than what the public has; all is compared once, the log always.

        Raises:
            Conflict: `database-behind`; `restore-unfinished`; `public-copy-damaged`.

        """
        if self._archive.epochs.unsettled() is not None:
            raise Conflict("restore-unfinished", "a restore was begun and is not settled")
        if self.folder is None:
            return
        lags = list(self._lags_of_log(self.folder) if self._compared else self.lags())
        if lags:
            told = "; ".join(f"{one.series}: {one.published} published, {one.stored} stored" for one in lags[:5])
            raise Conflict("database-behind", told)
        self._compared = True

    def lags(self) -> Iterator[Lag]:
        """Everything published that the database does not have, the log first."""
        if self.folder is None:
            return
        yield from self._lags_of_log(self.folder)
        for shard in self.folder.status_lists():
            yield from self._lags_of_list(self.folder, shard)
        archive = self._archive
        for name in AUTHORITIES:
            yield from _lags_of_edition(self.folder, revocation_list(name), archive.books.editions, name)
        yield from _lags_of_edition(self.folder, TRUST_LIST, archive.trust_lists, NAME)

    def served(self, series: Series) -> bytes | None:
        """What the public sees of a series."""
        edition = None if self.folder is None else self.folder.current(series)
        return None if edition is None else edition.octets

    def show_list(self, shard: int) -> None:
        """Bring the current publication of a status list into the folder."""
        current = self._archive.publications.current(shard)
        if current is not None:
            self._show(status_list(shard), current.number, current.octets)

    def show_second_form(self, shard: int, number: int, octets: bytes) -> None:
        """Bring the second form of a publication into the folder."""
        self._show(bitstring(shard), number, octets)

    def show_revocation_lists(self) -> None:
        """Bring the current revocation lists into the folder."""
        for name in AUTHORITIES:
            if (found := self._archive.books.editions.current(name)) is not None:
                self._show(revocation_list(name), found.number, found.octets)

    def show_rest(self) -> None:
        """Bring everything else that is current into the folder, and all lists that were left behind."""
        archive = self._archive
        for shard in archive.publications.lists():
            self.show_list(shard)
        self.show_revocation_lists()
        if (listed := archive.trust_lists.current(NAME)) is not None:
            self._show(TRUST_LIST, listed.number, listed.octets)
        self._show_certificates()
        self.show_log()

    def _show_certificates(self) -> None:
        """Bring the certificates that paths lead over into the folder; they are candidates, and believed by nobody."""
        if self.folder is None:
            return
        profiles = ("issuing-ca", "trust-list")
        records = [one for name in profiles for one in self._archive.books.certificates.of_profile(name)]
        known = [one.der for one in records if one.der is not None]
        if self._shown.get(CERTIFICATES) != len(known):
            self.folder.replace(CERTIFICATES, to_pem([load_certificate(der) for der in known]))
            self._shown[CERTIFICATES] = len(known)

    def show_log(self) -> None:
        """Bring the entries below the latest checkpoint into the folder, and then the checkpoint."""
        note = self._archive.log.latest()
        if self.folder is None or note is None or note == self._checkpoint:
            return
        with self.folder.alone(LOG):  # another process may be about to show a longer one
            self._show_log(self.folder, note)

    def _show_log(self, folder: PublicFolder, note: bytes) -> None:
        before = folder.read(CHECKPOINT)
        size, shown = parse_checkpoint(note)[0].size, parse_checkpoint(before)[0].size if before else 0
        if shown > size:
            return  # the other process was faster: what the public has seen never gets shorter
        for number in range(shown // WIDTH, -(-size // WIDTH)):
            tile = Tile(number, min(WIDTH, size - number * WIDTH))
            folder.keep(f"{ENTRIES}/{tile_path(tile)}", read_entries(self._archive.log, size, tile))
        folder.replace(CHECKPOINT, note)
        self._checkpoint = note
        if shown % WIDTH and size > shown:  # the checkpoint before it may still be in somebody's hands; no older one is
            for width in range(1, shown % WIDTH):
                folder.drop(f"{ENTRIES}/{tile_path(Tile(shown // WIDTH, width))}")

    def _show(self, series: Series, number: int, octets: bytes) -> None:
        if self.folder is None or self._shown.get(series.name) == number:
            return
        self.folder.put(series, number, octets)
        self._shown[series.name] = number

    def _lags_of_log(self, folder: PublicFolder) -> Iterator[Lag]:
        note, size = folder.read(CHECKPOINT), self._archive.log.size()
        if note is not None and (signed := parse_checkpoint(note)[0].size) > size:
            yield Lag("log", signed, size)

    def _lags_of_list(self, folder: PublicFolder, shard: int) -> Iterator[Lag]:
        edition, publications = folder.current(status_list(shard)), self._archive.publications
        if edition is None:
            return
        try:
            same = publications.stored(shard, edition.number) == edition.octets
        except NotPublished:
            same = False
        if not same:
            yield Lag(f"status/{shard}", edition.number, publications.highest(shard))
        covered = decode_status_list(split(edition.octets, MAX_ENVELOPE).payload).log_size
        if covered > (size := self._archive.log.size()):
            yield Lag(f"log under status/{shard}", covered, size)


def _lags_of_edition(folder: PublicFolder, series: Series, editions: Editions, name: str) -> Iterator[Lag]:
    edition = folder.current(series)
    if edition is not None and editions.edition(name, edition.number) != edition.octets:
        yield Lag(series.name, edition.number, editions.highest(name))
