"""Ports of the slices on other slices: the log for issuing; proofs, files and standings for verifying."""

from collections.abc import Callable, Sequence
from datetime import datetime

from issuer.ports import Blobs
from issuer.presenting.codes import number_digest
from issuer.presenting.ports import Use
from service.archive import Archive
from service.blobs import BlobMissing
from trust.formats.leaf import Statement
from trust.formats.log_proof import LogProof
from trust.log.appending import append
from trust.log.errors import NotLogged
from trust.log.ports import PublishedLog
from trust.log.proving import find, prove
from trust.revocation.errors import SubjectUnknown
from trust.revocation.reading import read_standing
from trust.rules.periodic_check import last_check
from trust.rules.standing import Standing
from verifier.errors import FileUnavailable
from verifier.ports import Awaited, Checked, Shown

CHECKED_ONLINE = "联网核验"
"""Who used a 60-second code that somebody verified here without saying who he is."""


class LogBook:
    """`issuer.ports.LogBook` on the log's own journey."""

    def __init__(self, archive: Archive) -> None:
        self._log = archive.log

    def instant(self, at: datetime) -> datetime:
        """See `issuer.ports.LogBook`."""
        return self._log.instant(at)

    def append(self, statement: Statement, at: datetime) -> int:
        """See `issuer.ports.LogBook`."""
        return self.append_many([statement], at)[0]

    def append_many(self, statements: Sequence[Statement], at: datetime) -> Sequence[int]:
        """See `issuer.ports.LogBook`."""
        return append(self._log, statements, at)


class OnlinePorts:
    """`verifier.ports`: proofs, files and standings of this installation."""

    def __init__(self, archive: Archive, log: PublishedLog, blobs: Blobs, random: Callable[[int], bytes]) -> None:
        self._archive, self._log, self._blobs, self._random = archive, log, blobs, random

    def prove(self, commitment: bytes) -> LogProof | Awaited | None:
        """See `LogProofs`."""
        try:
            return prove(self._log, commitment)
        except NotLogged:
            found = find(self._log, commitment)
            return Awaited(found[1]) if found else None

    def file_of(self, identifier: str) -> bytes | None:
        """See `Files`."""
        try:
            return self.stored(identifier)
        except BlobMissing as error:
            raise FileUnavailable(identifier) from error

    def stored(self, identifier: str) -> bytes | None:
        """The OFD of a released licence or copy, the file of record; None if there is none, BlobMissing if lost."""
        entry = self._archive.released(identifier)
        return self._blobs.get(entry.artefacts.ofd) if entry and entry.artefacts else None

    def show(self, number: bytes, expires_at: datetime, at: datetime) -> Shown:  # noqa: ARG002  (the register knows when it ends)
        """See `Showings`; that a code was verified here is a use of it, which its holder sees."""
        digest, mark = number_digest(number), self._random(16).hex()
        found = self._archive.codes.redeem(digest, Use(at, CHECKED_ONLINE), mark)
        if found is None:
            return Shown("unknown")
        if found.use is None:
            return Shown("withdrawn", found.withdrawn_at) if found.withdrawn_at else Shown("unknown")
        return Shown("first" if found.use_key == mark else "again", found.use.at)

    def checked(self, identifier: str, at: datetime) -> Checked | None:
        """See `Checks`."""
        try:
            return Checked(last_check(self._archive.acts.of(identifier), at))
        except SubjectUnknown:
            return None

    def standing(self, identifier: str, at: datetime) -> Standing | None:
        """See `Standings`."""
        try:
            return read_standing(self._archive.acts, identifier, at)
        except SubjectUnknown:
            return None
