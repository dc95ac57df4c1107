"""The checkpoints that the public and witnesses hold: what the log has to keep to before it signs another.

They lie in the public folder, apart from the database, and with the witnesses' lines in both. Whoever rewrites the
database can have the log's key sign over it, unless the log first holds its tree against what it has shown; so these
are verified under the log's own keys, former ones included, and handed to `trust.log.checkpointing`.
"""

from collections.abc import Callable, Iterable

from keys.sm2 import PublicKey
from service.archive import Archive
from service.log_tiles import CHECKPOINT, COSIGNED
from service.public_folder import PublicFolder
from trust.certification.profiles import LOG
from trust.errors import Conflict, TrustError, Untrusted
from trust.formats.certificate import load_certificate
from trust.formats.checkpoint import Checkpoint, verify_checkpoint


class SeenCheckpoints:
    """What was shown, looked up at each call; notes that were verified are not verified again."""

    def __init__(self, archive: Archive, folder: PublicFolder | None, origin: Callable[[], str]) -> None:
        self._archive, self._folder, self._origin = archive, folder, origin
        self._known: dict[bytes, Checkpoint] = {}

    def __call__(self) -> list[Checkpoint]:
        """The checkpoint in the public folder and the newest that witnesses cosigned, each once.

        Raises:
            Conflict: `public-copy-damaged`, one of them is not what this log signed.

        """
        notes = dict.fromkeys(note for note in self._notes() if note is not None)
        self._known = {note: self._known.get(note) or self._verified(note) for note in notes}
        return list(self._known.values())

    def _notes(self) -> Iterable[bytes | None]:
        if self._folder is not None:
            yield from (self._folder.read(CHECKPOINT), self._folder.read(COSIGNED))
        yield self._archive.log.cosigned(0)

    def _verified(self, note: bytes) -> Checkpoint:
        try:
            return verified_by_any(note, self._origin(), log_keys(self._archive))
        except TrustError as error:
            raise Conflict("public-copy-damaged", f"{CHECKPOINT}: not signed by this log ({error.reason})") from error


def log_keys(archive: Archive) -> list[PublicKey]:
    """Every key that the log ever had, newest first."""
    records = archive.books.certificates.of_profile(LOG.profile.name)
    return [load_certificate(one.der).public_key for one in reversed(records) if one.der is not None]


def verified_by_any(note: bytes, origin: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """The checkpoint in a note that one of these keys has signed; raises as `verify_checkpoint`."""
    refusal: Untrusted | None = None
    for public in keys:
        try:
            return verify_checkpoint(note, origin, public)
        except Untrusted as error:
            refusal = error
    raise refusal or Untrusted("signature", "there is no key of the log")
