"""What verifying may ask of the world when it is online; offline none of these is there.

None of them is trusted for more than its name says: a proof is checked against a signed checkpoint, a file against
its seal, and words about a standing never replace the signed status list.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trust.formats.leaf import Entry
from trust.formats.log_proof import LogProof
from trust.rules.standing import Standing


@dataclass(frozen=True)
class Awaited:
    """An entry that the log has taken and not yet signed for: the word of its storage alone, and no proof."""

    entry: Entry


class LogProofs(Protocol):
    """Where inclusion proofs come from."""

    def prove(self, commitment: bytes) -> LogProof | Awaited | None:
        """The proof of the entry with this commitment under the newest checkpoint; None if there is no entry."""
        ...


class Files(Protocol):
    """Where the file of a licence is fetched by its number."""

    def file_of(self, identifier: str) -> bytes | None:
        """The sealed file; None for an unknown number and for one that is not open, without any difference.

        Raises:
            FileUnavailable: there is a file for the number, and it cannot be had now.

        """
        ...


class Standings(Protocol):
    """Words for people about why a licence is not in force."""

    def standing(self, identifier: str, at: datetime) -> Standing | None:
        """The standing from the acts; None where nothing is known."""
        ...


@dataclass(frozen=True)
class Online:
    """The three ports together; a verification without network is given None in place of it."""

    log: LogProofs
    files: Files
    standings: Standings
