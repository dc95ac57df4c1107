"""Ports of the slices on other slices: the log for issuing; proofs, files and standings for verifying."""

from datetime import datetime

from issuer.ports import Blobs
from service.archive import Archive
from service.blobs import BlobMissing
from trust.formats.leaf import Statement
from trust.formats.log_proof import LogProof
from trust.log.appending import append
from trust.log.errors import NotLogged
from trust.log.proving import find, prove
from trust.revocation.errors import SubjectUnknown
from trust.revocation.reading import read_standing
from trust.rules.standing import Standing
from verifier.errors import FileUnavailable
from verifier.ports import Awaited


class LogBook:
    """`issuer.ports.LogBook` on the log's own journey."""

    def __init__(self, archive: Archive) -> None:
        self._log = archive.log

    def append(self, statement: Statement, at: datetime) -> int:
        """See `issuer.ports.LogBook`."""
        return append(self._log, [statement], at)[0]


class OnlinePorts:
    """`verifier.ports`: proofs, files and standings of this installation."""

    def __init__(self, archive: Archive, blobs: Blobs) -> None:
        self._archive, self._blobs = archive, blobs

    def prove(self, commitment: bytes) -> LogProof | Awaited | None:
        """See `LogProofs`."""
        try:
            return prove(self._archive.log, commitment)
        except NotLogged:
            found = find(self._archive.log, commitment)
            return Awaited(found[1]) if found else None

    def file_of(self, identifier: str) -> bytes | None:
        """See `Files`."""
        try:
            return self.stored(identifier)
        except BlobMissing as error:
            raise FileUnavailable(identifier) from error

    def stored(self, identifier: str) -> bytes | None:
        """The OFD of a released licence, which is the file of record; None if there is none, BlobMissing if lost."""
        entry = self._archive.register.find(identifier)
        return self._blobs.get(entry.artefacts.ofd) if entry and entry.artefacts else None

    def standing(self, identifier: str, at: datetime) -> Standing | None:
        """See `Standings`."""
        try:
            return read_standing(self._archive.acts, identifier, at)
        except SubjectUnknown:
            return None
