"""What verifying may ask of the world when it is online; offline none of these is there.

None of them is trusted for more than its name says: a proof is checked against a signed checkpoint, a file against
its seal, and words about a standing never replace the signed status list.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

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
class Checked:
    """What the register knows of the periodic checks of a licence: when the last one that it passed took effect."""

    at: datetime | None


class Checks(Protocol):
    """Which periodic checks a licence has passed; an instant and nothing else, so that nobody's data is told."""

    def checked(self, identifier: str, at: datetime) -> Checked | None:
        """The last check passed by `at`; None where nothing is known of the licence."""
        ...


@dataclass(frozen=True)
class Shown:
    """What is known of a presentation: shown before, since when; or withdrawn by the holder, since when."""

    kind: Literal["first", "again", "withdrawn", "unknown"]
    since: datetime | None = None


class Showings(Protocol):
    """Who remembers which presentations have been shown: the register of an installation, or a file at a counter."""

    def show(self, number: bytes, expires_at: datetime, at: datetime) -> Shown:
        """Note that the presentation of this number is shown at `at`, and say whether it is for the first time.

        Of two that ask at once, one is the first. What has expired may be forgotten.
        """
        ...


@dataclass(frozen=True)
class Online:
    """The ports together; a verification without network is given None in place of it.

    `showings` is None where nobody remembers presentations, `checks` where nobody can be asked about checks.
    """

    log: LogProofs
    files: Files
    standings: Standings
    showings: Showings | None = None
    checks: Checks | None = None
