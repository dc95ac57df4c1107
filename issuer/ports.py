"""What issuing needs from the world, each with its promise.

`service.wiring` plugs in the adapters; tests plug in the same stores on a database in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from issuer.application import Application
from issuer.errors import IssuerError
from keys.signer import Signer
from templates.library import Bundle
from templates.seal_picture import SealPicture
from trust.formats.certificate import Certificate
from trust.formats.leaf import Statement
from trust.formats.sealed_file import SealedFile
from trust.formats.ses import Seal
from trust.rules.catalogue import LicenceType
from trust.rules.licence import Licence
from trust.rules.mandate import Mandate, MandateBook
from trust.rules.party import IssuingBody
from trust.rules.status_pointer import StatusPointer
from trust.rules.verdict import Finding
from trust.sealing.ports import SealUse


class State(StrEnum):
    """How far an issue has come; it only moves down this list."""

    BEGUN = "begun"
    PLANNED = "planned"
    RELEASED = "released"


@dataclass(frozen=True)
class SigningPlan:
    """Digests (`sm3:…`) of what will be signed into the two files, and the token whose picture is on them."""

    token: bytes
    ofd: str
    pdf: str

    @property
    def files(self) -> tuple[str, str]:
        """The digests of what will be signed into OFD and PDF."""
        return self.ofd, self.pdf


@dataclass(frozen=True)
class Artefacts:
    """Digests of the stored files, the place of their entry in the log, and the instant of release."""

    ofd: str
    pdf: str
    log_index: int
    released_at: datetime


@dataclass(frozen=True)
class Void:
    """When an issue that was begun was given up, and why: a stable reason."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class Entry:
    """A row of the register: what was asked, what was promised, what exists.

    `sealed` names the two sealed files (OFD, PDF) from the moment they are stored; there is never a second pair. An
    entry with a `void` was given up before it was released, and never will be.
    """

    key: str
    body_digest: str
    licence: Licence
    by: str
    begun_at: datetime
    token_plan: str
    state: State = State.BEGUN
    plan: SigningPlan | None = None
    sealed: tuple[str, str] | None = None
    artefacts: Artefacts | None = None
    void: Void | None = None


@dataclass(frozen=True)
class Pen:
    """A body's means to seal: signer, the signer's certificate, the seal that lists it, and the seal's picture."""

    body: IssuingBody
    signer: Signer
    certificate: Certificate
    seal: Seal
    picture: SealPicture


class Register(Protocol):
    """The register of licences. Every method is one durable transaction, all of it or nothing.

    Methods that take many answer in the order they were asked. A single licence is a chunk of one.
    """

    def by_key(self, key: str) -> Entry | None:
        """The entry begun under an idempotency key."""
        ...

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """The entries begun under these keys, as far as there are any."""
        ...

    def numbered(self, issuer_code: str, type_code: str, number: str) -> Entry | None:
        """The first entry that a body has begun for this type under this number; later versions of it share it.

        One that was given up keeps its number from everybody but its holders.
        """
        ...

    def successor_of(self, identifier: str) -> Entry | None:
        """The entry that follows the licence of this identifier, in whatever state but given up; never a second one."""
        ...

    def numbered_many(self, issuer_code: str, type_code: str, numbers: Sequence[str]) -> Mapping[str, str]:
        """The numbers among these that the body has begun for this type, each with the key it was begun under.

        Those of entries that were given up are not among them; `begin_many` knows whose they are.
        """
        ...

    def begin_many(self, entries: Sequence[Entry]) -> Sequence[Entry | IssuerError]:
        """Store new entries; where another request stored one first under the same key and body, that one.

        An IdempotencyMismatch, DuplicateNumber or AlreadySucceeded stands in the place of an entry that it keeps from
        being stored; an identifier once stored is never given out again.
        """
        ...

    def plan_many(self, wanted: Sequence[tuple[Entry, SigningPlan]]) -> Sequence[Entry]:
        """Store what will be signed; an entry that has a plan keeps it."""
        ...

    def seal_many(self, wanted: Sequence[tuple[Entry, tuple[str, str]]]) -> Sequence[Entry]:
        """Store the digests of the sealed files (OFD, PDF); an entry that has them keeps them."""
        ...

    def release_many(self, wanted: Sequence[tuple[Entry, Artefacts]]) -> Sequence[Entry]:
        """Store that the files exist and may be handed out; idempotent. What was given up stays so."""
        ...

    def void_many(self, wanted: Sequence[tuple[Entry, Void]]) -> Sequence[Entry]:
        """Store that an issue was given up; what was released, or given up before, stays what it is."""
        ...

    def find(self, identifier: str) -> Entry | None:
        """The entry of an identifier, in whatever state."""
        ...


Release = Callable[[Sequence[tuple[Entry, Artefacts]]], Sequence[Entry]]
"""`Register.release_many`, or one that stores in the same transaction what rests on the release."""


class Blobs(Protocol):
    """Content-addressed storage of files: what was put is durable when the call returns, and never changes."""

    def put(self, octets: bytes) -> str:
        """Store octets; the answer is `sm3:<hex>`."""
        ...

    def put_many(self, files: Mapping[str, bytes]) -> None:
        """Store octets under the names `sm3:<hex>` that whoever calls has computed from them."""
        ...

    def get(self, digest: str) -> bytes:
        """The octets of a digest, re-hashed on reading; a mismatch or absence raises."""
        ...

    def stored(self, digest: str) -> bytes:
        """The octets as they are stored, not re-hashed: for one who has the right ones to compare with."""
        ...


class LogBook(Protocol):
    """The transparency log as the issuer sees it."""

    def append(self, statement: Statement, at: datetime) -> int:
        """Append durably and give the place; a statement appended again keeps its first place."""
        ...

    def append_many(self, statements: Sequence[Statement], at: datetime) -> Sequence[int]:
        """Append all of them at once, durably, and give the place of each."""
        ...

    def instant(self, at: datetime) -> datetime:
        """The log's clock, or `at` where that is later: work that took long is no clock set back."""
        ...


class SealUses(Protocol):
    """The record of every use of a seal, kept before the signature is made."""

    def record_uses(self, uses: Sequence[SealUse]) -> None:
        """Keep who seals what and when, durably; the same digest under the same seal again changes nothing."""
        ...


def nothing_more(sealed: SealedFile) -> Sequence[Finding]:  # noqa: ARG001  (the shape of `Office.judged`)
    """The further findings of an office that has no verifier at hand."""
    return ()


def never_restored() -> int:
    """The first status list of an installation that was never restored."""
    return 0


def none_out(entries: Sequence[Entry]) -> Mapping[str, bool]:  # noqa: ARG001  (the shape of `Office.out`)
    """The licences that an installation released and forgot, where it was never restored."""
    return {}


def no_photo(name: str) -> bytes | None:  # noqa: ARG001  (the shape of `Office.photo`)
    """The photographs of an office that keeps none."""
    return None


@dataclass(frozen=True)
class Office:
    """Everything an issue needs, as one value; `photo` gives a photograph that was handed in, by its digest.

    `bundle` gives the template in force for a type, `face` the one that a licence was begun with, whatever is in force
    now; `draw_number` the next number of a type whose numbers are drawn. `judged` is the verifier's own judgement of
    what a file just examined says: metadata, face and marks. `first_list` is the first status list since the last
    restore: a licence with an entry of an earlier one may have been followed without our knowing. `out` gives, of
    entries that are not released, the identifiers of those that a restore has forgotten, so that nothing of them is
    signed or judged again: True where the log of before has them, so that there are files of them, which nobody gives
    up; False where there may be, because their codes were not signed yet at the backup and licences were logged since.
    """

    register: Register
    blobs: Blobs
    log: LogBook
    uses: SealUses
    pen: Callable[[str, datetime], Pen]
    bundle: Callable[[str], Bundle]
    face: Callable[[str, str], Bundle]
    draw_number: Callable[[LicenceType, Application], str]
    mandates: Callable[[datetime], Sequence[Mandate] | MandateBook]
    allot_many: Callable[[Sequence[str], datetime], Mapping[str, StatusPointer]]
    random: Callable[[int], bytes]
    host_url: str
    photo: Callable[[str], bytes | None] = no_photo
    judged: Callable[[SealedFile], Sequence[Finding]] = nothing_more
    first_list: Callable[[], int] = never_restored
    out: Callable[[Sequence[Entry]], Mapping[str, bool]] = none_out

    def allot(self, subject: str, at: datetime) -> StatusPointer:
        """The status entry of one subject; the same one again for a subject that has one."""
        return self.allot_many([subject], at)[subject]
