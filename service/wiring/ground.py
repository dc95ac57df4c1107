"""What every journey stands on: stores, keys, people and readers of one installation, its clock and its randomness."""

from collections.abc import Callable

from keys.sm3 import hmac_sm3
from service.abreast import Abreast
from service.accounts import AccountTags
from service.adapters import OnlinePorts
from service.archive import Archive
from service.bound import AS_WRITTEN, LEDGERS
from service.directory import Directory
from service.identity import Identity
from service.means import Means
from service.public_log import PublicLog
from service.published import PublishedEvidence
from service.trail.doing import note_holder
from service.trail.following import follow
from service.trail.keeping import Keeping
from service.trail.vouching import RecordTags, vouch
from verifier.comparing import Look
from verifier.pictures.sheets import Drawn
from verifier.reading import FileRead, read_sealed

Read = Callable[[bytes], FileRead]
Draw = Callable[[bytes], Drawn]


class Ground:
    """What is there before anything is done."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.city, self.now, self.random, self.ring = means.city, means.now, means.random, means.ring
        self.account_tags = AccountTags(means.index_key, means.has_index_key)
        self.archive = Archive(means.engine, self._looked_for, means.now, self.account_tags)
        self.record_tags = RecordTags(means.index_key, means.has_index_key, means.begun.known)
        vouch(means.engine, self.record_tags)
        follow(means.engine, AS_WRITTEN, means.now)
        self.directory = Directory(self.archive, means.ring, means.city)
        self.trail = Keeping(
            means.engine, self.archive.log, LEDGERS, index_holder=self._index_holder, now=means.now, random=means.random
        )
        self.identity = Identity(self.archive.people, means.random, self._session_key)
        self.public_log = PublicLog(self.archive.log, means.public)
        self.abreast = Abreast(self.archive, means.public, since=means.since)
        self.ports = OnlinePorts(self.archive, self.public_log, means.blobs, means.random)
        self._read: Read = read_sealed
        self._look: Look | None = None
        self.draw: Draw = not_drawn
        """The pages of a document as pictures; none are drawn in this process."""
        self._published = PublishedEvidence(self.archive)

    def _draw_now(self, data: bytes) -> Drawn:
        """Draw with whatever draws at this moment."""
        return self.draw(data)

    def _looked_for(self, code_type: str, code: str) -> bytes:
        """The index of a holder whose licences are looked for or stored; the trail is told."""
        holder = self._index_holder(code_type, code)
        note_holder(holder)
        return holder

    def _session_key(self) -> bytes:
        """What digests of tokens are made with: of the secret that is kept outside the database, for nothing else."""
        return hmac_sm3(self._means.index_key(), b"yinzheng session")

    def _index_holder(self, code_type: str, code: str) -> bytes:
        return hmac_sm3(self._means.index_key(), f"{code_type}:{code}".encode())

    def _name_of_body(self, code: str) -> str:
        """The name of a department of this installation; nothing for a code that is none."""
        bodies = (*(one.body for one in self.city.bodies), self.city.operator)
        return next((body.name for body in bodies if body.code == code), "")


def not_drawn(data: bytes) -> Drawn:  # noqa: ARG001  (it takes what drawing takes)
    """No picture of anything."""
    return Drawn()
