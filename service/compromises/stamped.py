"""What a document's own time stamps prove against the loss of a key, or the end of a seal: asked of the verifier.

A document that is logged late may bear a time stamp that is older, and then it stays valid. So that a preview, a queue
and a verdict never differ, the document is judged by `verifier.documents`, as somebody without network would. All
signatures of the key have to be older: one that is not makes the whole document fail.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.lost_keys.signed import Reach
from trust.formats.sealed_document import SealedDocument, SignatureFacts
from trust.sealing.ports import FiledSeal
from verifier.documents import verify_document
from verifier.evidence import Evidence
from verifier.reading import FileRead


@dataclass(frozen=True)
class Stamps:
    """The verifier's word on time stamps: `seal` finds a filed seal, `read` takes a file apart."""

    seal: Callable[[str], FiledSeal | None]
    read: Callable[[bytes], FileRead]
    evidence: Callable[[], Evidence]
    now: Callable[[], datetime]

    def prove_older(self, data: bytes, reach: Reach) -> bool:
        """Whether every signature of the key or seal under this file is stamped, before the instant that counts."""
        since, read = reach.since, self.read(data)
        if since is None or not isinstance(read, SealedDocument):
            return False
        judged = verify_document(data, read, self.evidence(), now=self.now(), log=None)
        signers = self._signers(reach.seals)
        own = [one.sealed_at for one in judged.signatures if _is_own(one.facts, reach.seals, signers)]
        return bool(own) and all(at is not None and at < since for at in own)

    def _signers(self, seals: Sequence[str]) -> frozenset[bytes]:
        """The certificates under which the seals are put to documents."""
        filed = [found for number in seals if (found := self.seal(number)) is not None]
        return frozenset(der for one in filed for der in one.seal.signer_certificates)


def _is_own(facts: SignatureFacts, seals: Sequence[str], signers: frozenset[bytes]) -> bool:
    """Whether a signature was made with one of the seals; one that shows no seal names its signer alone."""
    return facts.signer in signers if facts.seal is None else facts.seal.seal_id in seals
