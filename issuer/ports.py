"""What issuing needs from the world, each with its promise.

`service.wiring` plugs in the adapters; tests plug in the same stores on a database in memory.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from keys.signer import Signer
from templates.library import Bundle
from templates.seal_picture import SealPicture
from trust.formats.certificate import Certificate
from trust.formats.leaf import Statement
from trust.formats.ses import Seal
from trust.rules.licence import Licence, StatusPointer
from trust.rules.mandate import Mandate
from trust.rules.party import IssuingBody
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


@dataclass(frozen=True)
class Artefacts:
    """Digests of the stored files, the place of their entry in the log, and the instant of release."""

    ofd: str
    pdf: str
    log_index: int
    released_at: datetime


@dataclass(frozen=True)
class Entry:
    """A row of the register: what was asked, what was promised, what exists.

    `sealed` names the two sealed files (OFD, PDF) from the moment they are stored; there is never a second pair.
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


@dataclass(frozen=True)
class Pen:
    """A body's means to seal: signer, the signer's certificate, the seal that lists it, and the seal's picture."""

    body: IssuingBody
    signer: Signer
    certificate: Certificate
    seal: Seal
    picture: SealPicture


class Register(Protocol):
    """The register of licences. Every method is one durable transaction."""

    def by_key(self, key: str) -> Entry | None:
        """The entry begun under an idempotency key."""
        ...

    def numbered(self, issuer_code: str, type_code: str, number: str) -> Entry | None:
        """The entry that a body has begun for this type under this number."""
        ...

    def begin(self, entry: Entry) -> Entry:
        """Store a new entry, or return the one that another request stored first under the same key and body.

        Raises IdempotencyMismatch or DuplicateNumber; an identifier once stored is never given out again.
        """
        ...

    def plan(self, identifier: str, plan: SigningPlan) -> Entry:
        """Store what will be signed; an entry that has a plan keeps it."""
        ...

    def seal(self, identifier: str, files: tuple[str, str]) -> Entry:
        """Store the digests of the sealed files (OFD, PDF); an entry that has them keeps them."""
        ...

    def release(self, identifier: str, artefacts: Artefacts) -> Entry:
        """Store that the files exist and may be handed out; idempotent."""
        ...

    def find(self, identifier: str) -> Entry | None:
        """The entry of an identifier, in whatever state."""
        ...


class Blobs(Protocol):
    """Content-addressed storage of files: what `put` returned is durable and never changes."""

    def put(self, octets: bytes) -> str:
        """Store octets; the answer is `sm3:<hex>`."""
        ...

    def get(self, digest: str) -> bytes:
        """The octets of a digest, re-hashed on reading; a mismatch or absence raises."""
        ...


class LogBook(Protocol):
    """The transparency log as the issuer sees it."""

    def append(self, statement: Statement, at: datetime) -> int:
        """Append durably and give the place; a statement appended again keeps its first place."""
        ...


class SealUses(Protocol):
    """The record of every use of a seal, kept before the signature is made."""

    def record_uses(self, uses: Sequence[SealUse]) -> None:
        """Keep who seals what and when, durably; the same digest under the same seal again changes nothing."""
        ...


@dataclass(frozen=True)
class Office:
    """Everything an issue needs, as one value."""

    register: Register
    blobs: Blobs
    log: LogBook
    uses: SealUses
    pen: Callable[[str, datetime], Pen]
    bundle: Callable[[str], Bundle]
    mandates: Callable[[datetime], Sequence[Mandate]]
    allot: Callable[[str, datetime], StatusPointer]
    random: Callable[[int], bytes]
    host_url: str
