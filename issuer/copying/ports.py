"""What copying needs beyond the office: the register of copies, the originals, their standing, and consents.

Copies are no licences of their own in the register: they share the number of their original, so they have a table to
themselves, and nothing that lists, counts or numbers licences meets them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from issuer.ports import Artefacts, Entry, Office, SigningPlan
from trust.rules.licence import Licence
from trust.rules.standing import Standing


@dataclass(frozen=True)
class Asker:
    """Who asks: a login with a name, and either a holder's code or a department with its name.

    `official` where it acts for the department; `is_person` is false for a system of it.
    """

    login: str
    name: str
    department: str = ""
    department_name: str = ""
    holder: tuple[str, str] | None = None
    official: bool = False
    is_person: bool = True

    def owns(self, licence: Licence) -> bool:
        """Whether it is a holder of the licence, or an official of the body that issued it."""
        if self.holder is not None:
            return self.holder in {(one.code_type, one.code) for one in licence.holders}
        return self.official and self.department == licence.identifier.issuer_code


@dataclass(frozen=True)
class Terms:
    """What a copy shall be for, as somebody asks for it."""

    cause: str
    recipient: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class ConsentName:
    """A consent by the department it was given to, its mode (`holder`, `agent`) and its number."""

    department: str
    mode: str
    reference: str


@dataclass(frozen=True)
class CopyEntry:
    """A row of the register of copies: the issue itself, who asked, and the consent whose withdrawal ends it.

    `asker` is the code of the department that may fetch the copy, empty for the holder; `ended_at` says since when the
    copy is cancelled.
    """

    entry: Entry
    asker: str
    consent: ConsentName | None
    ended_at: datetime | None = None


class Copies(Protocol):
    """The register of copies. Every method is one durable transaction; rows are never deleted."""

    def by_key(self, key: str) -> CopyEntry | None:
        """The copy begun under an idempotency key."""
        ...

    def begin(self, copy: CopyEntry, *, most: int | None = None) -> CopyEntry:
        """Store a new copy, or give the one that another request stored first under the same key and body.

        Raises IdempotencyMismatch; an identifier once stored is never given out again. Where there may be only so many
        (`most`) for one basis, released or under way, however many are begun at once, raises BasisEnded
        `citation-copies`.
        """
        ...

    def plan_many(self, wanted: Sequence[tuple[Entry, SigningPlan]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        ...

    def seal_many(self, wanted: Sequence[tuple[Entry, tuple[str, str]]]) -> Sequence[Entry]:
        """See `issuer.ports.Register`."""
        ...

    def release_many(self, wanted: Sequence[tuple[Entry, Artefacts]], *, most: int | None = None) -> Sequence[Entry]:
        """See `issuer.ports.Register`; where there may be only so many for one basis, counted again as in `begin`."""
        ...

    def find(self, identifier: str) -> CopyEntry | None:
        """The copy of an identifier, in whatever state."""
        ...

    def of_original(self, identifier: str) -> Sequence[CopyEntry]:
        """The released copies of a licence, newest first."""
        ...

    def of_basis(self, basis: str) -> Sequence[CopyEntry]:
        """The released copies that rest on a citation, newest first."""
        ...

    def of_consent(self, consent: ConsentName) -> Sequence[CopyEntry]:
        """Every copy that rests on a consent, released or not."""
        ...

    def end(self, identifier: str, at: datetime) -> None:
        """Note that a copy is cancelled; the first instant stays."""
        ...

    def orphaned(self) -> Sequence[CopyEntry]:
        """Copies that are not ended although the consent they rest on is withdrawn."""
        ...


@dataclass(frozen=True)
class CopyDesk:
    """Everything that making a copy needs.

    `withdrawn` says since when a consent is withdrawn.
    """

    office: Office
    copies: Copies
    original: Callable[[str], Entry | None]
    standing: Callable[[str, datetime], Standing]
    withdrawn: Callable[[ConsentName], datetime | None]
