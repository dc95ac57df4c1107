"""What is published is copied into the public folder, and what lies there spoilt is put right.

Every edition, pointer and tile that the registers have is held against the folder at each look: a pointer or a `latest`
that was set back or spoilt is written anew, since the public is served by them. An edition of which the octets were
changed stops publishing instead (`public-copy-differs`, `-damaged`). Whether the folder is ahead of the database is
decided in `service.abreast`, before anything is signed. The log is copied too, as tiles and checkpoint
(`service.log_tiles`): with them the entries that a backup lacks can be had again.
"""

from service.abreast import AUTHORITIES, Abreast, shown_checkpoint
from service.archive import Archive
from service.log_tiles import CHECKPOINT, COSIGNED, LOG, drop_older, write_tiles
from service.public_editions import check_follows
from service.public_folder import TRUST_LIST, Edition, PublicFolder, Series, bitstring, revocation_list, status_list
from trust.certification.trust_listing import NAME
from trust.errors import Conflict
from trust.formats.certificate import load_certificate, to_pem
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.merkle import read_root

CERTIFICATES = "certificates.pem"
"""Certificates of authorities and of the trust list's signer, without which no path to a pinned root is found."""


class Mirror:
    """The public folder of one installation, None where it has none."""

    def __init__(self, archive: Archive, folder: PublicFolder | None, abreast: Abreast | None = None) -> None:
        self._archive, self.folder, self.abreast = archive, folder, abreast or Abreast(archive, folder)
        self._shown: dict[str, int] = {}
        self._checkpoint: bytes | None = None
        self._cosigned: bytes | None = None

    def served(self, series: Series) -> bytes | None:
        """What the public sees of a series."""
        edition = None if self.folder is None else self.folder.current(series)
        return None if edition is None else edition.octets

    def keep(self, series: Series, number: int, octets: bytes) -> None:
        """Bring an edition into the folder that a newer one has overtaken; raises as `PublicFolder.keep`."""
        if self.folder is not None:
            self.folder.keep(f"{series.name}/{number}{series.suffix}", octets)

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

    def show_trust_list(self) -> None:
        """Bring the current trust list into the folder."""
        if (found := self._archive.trust_lists.current(NAME)) is not None:
            self._show(TRUST_LIST, found.number, found.octets)

    def show_rest(self) -> None:
        """Bring everything else that is current into the folder, and all lists that were left behind."""
        archive = self._archive
        for shard in archive.publications.lists():
            self.show_list(shard)
        self.show_revocation_lists()
        self.show_trust_list()
        self._show_certificates()
        self.show_log()
        self.show_cosigned()

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
        """Bring the tiles below the latest checkpoint into the folder, then the checkpoint, then what witnesses say."""
        note = self._archive.log.latest()
        if self.folder is None or note is None or (note == self._checkpoint and self.folder.read(CHECKPOINT) == note):
            return
        with self.folder.alone(LOG):  # another process may be about to show a longer one
            self._show_log(self.folder, note)

    def show_cosigned(self) -> None:
        """Bring the note with the lines of witnesses into the folder, where there is one."""
        note = self._archive.log.cosigned(0)
        if self.folder is not None and note is not None and note != self._cosigned:
            self.folder.replace(COSIGNED, note)
            self._cosigned = note

    def _show_log(self, folder: PublicFolder, note: bytes) -> None:
        before, said = shown_checkpoint(folder), parse_checkpoint(note)[0]
        shown = before.size if before else 0
        if before is not None and (before.size, before.at) > (said.size, said.at):
            return  # the other process was faster: what the public has seen never gets shorter
        if before is not None and read_root(self._archive.log.nodes, shown) != before.root:
            raise Conflict("public-copy-differs", f"{CHECKPOINT}: the {shown} entries that were shown had another root")
        write_tiles(folder, self._archive.log, shown, said.size)
        folder.replace(CHECKPOINT, note)
        self._checkpoint = note
        drop_older(folder, shown, said.size)

    def _show(self, series: Series, number: int, octets: bytes) -> None:
        """Bring an edition into the folder, or pointer and `latest` right.

        Raises:
            Conflict: as `PublicFolder.put`, and where it may not follow what another process has shown.

        """
        if self.folder is None or self.folder.holds(series, number, octets):
            self._shown[series.name] = number
            return
        before = self._before(self.folder, series)
        if before is not None and before.number < number and before.number != self._shown.get(series.name):
            check_follows(series, before, octets)  # our own was looked at before this one was signed
        self.folder.put(series, number, octets)
        self._shown[series.name] = number

    def _before(self, folder: PublicFolder, series: Series) -> Edition | None:
        """What the public is served; nothing where that is spoilt, and about to be put right."""
        try:
            return folder.current(series)
        except Conflict:
            return None
