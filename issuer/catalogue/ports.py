"""What the catalogue asks of storage and of the world.

Everything a port stores is durable when the call returns; events and signed editions are added and never changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from issuer.catalogue.life import Progress, State, Step
from keys.signer import Signer
from templates.library import Bundle
from trust.formats.certificate import Certificate
from trust.rules.catalogue import LicenceType
from trust.rules.labelled import Labelled
from trust.rules.mandate import Mandate
from trust.sealing.ports import Officer


@dataclass(frozen=True)
class Version:
    """A version of a type in whatever state; `document` is what was signed of it last, `sample` the sample's digest."""

    type: LicenceType
    layout: str
    sample: str | None
    state: State
    drafted_by: Officer
    drafted_at: datetime
    department: str | None = None
    document: bytes | None = field(default=None, repr=False)

    @property
    def place(self) -> tuple[str, int]:
        """Type code and version, which name it for ever."""
        return self.type.code, self.type.bundle_version


@dataclass(frozen=True)
class Event:
    """A step taken: by whom, when, why, and of which layout."""

    step: Step
    by: Officer
    at: datetime
    note: str
    layout: str


class Entries(Protocol):
    """The versions of all types."""

    def define(self, version: Version, event: Event) -> None:
        """Store a draft; one that is a draft already is replaced. EntryRefused `version-taken` for any other."""
        ...

    def find(self, type_code: str, version: int) -> Version | None:
        """One version."""
        ...

    def listed(self) -> Sequence[Version]:
        """Every version ever published, by type and version."""
        ...

    def all(self) -> Sequence[Version]:
        """Every version, by type and version."""
        ...

    def move(self, place: tuple[str, int], before: State, after: State, event: Event) -> None:
        """Take a step, in one transaction; StepRefused if the version is no longer in the state before."""
        ...

    def plan(self, place: tuple[str, int], since: datetime, to_be_signed: bytes) -> int:
        """Record what is about to be signed, and give the number of this edition."""
        ...

    def complete(
        self, place: tuple[str, int], number: int, octets: bytes, before: State, after: State, event: Event
    ) -> None:
        """Store what was signed and take the step it stands for, in one transaction; StepRefused as `move`."""
        ...

    def events(self, place: tuple[str, int]) -> Sequence[Event]:
        """Every step taken, in order."""
        ...

    def revision(self) -> int:
        """A number that grows with every edition; whoever keeps what was read asks whether it is still the same."""
        ...


class Shelf(Protocol):
    """Where templates are kept by digest, for as long as there are licences."""

    def keep(self, files: Mapping[str, bytes]) -> tuple[str, str | None]:
        """Keep the files of a bundle durably; the digest of its layout, and that of its sample where it has one."""
        ...

    def take(self, name: str, layout: str, sample: str | None) -> Bundle:
        """The bundle of this layout. TemplateError where it cannot be had."""
        ...

    def supplied(self, name: str) -> tuple[str, Bundle] | None:
        """The bundle of this name that came with the installation, as it is now, and its layout's digest."""
        ...


@dataclass(frozen=True)
class Press:
    """What publishing needs: entries, templates, the signer with its certificate, and the log of public documents."""

    entries: Entries
    shelf: Shelf
    signer: Callable[[], tuple[Signer, Certificate]]
    log: Callable[[Sequence[bytes], datetime], None]


class Wanted(Labelled):
    """What is asked about a mandate."""

    GRANT = "grant", "授予"
    DELEGATE = "delegate", "委托"
    END = "end", "终止"


@dataclass(frozen=True)
class MandateWish:
    """What is asked: a mandate for a body, one delegated from the mandate `above`, or the end of that one."""

    wanted: Wanted
    issuer_code: str
    type_code: str
    reason: str
    area: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    above: str | None = None


@dataclass(frozen=True)
class MandateRequest:
    """A wish with who asked and who decided; `mandate` is the number of what came of it, or of what it ends."""

    number: str
    wish: MandateWish
    progress: Progress
    asked_by: Officer
    asked_at: datetime
    decided_by: Officer | None = None
    decided_at: datetime | None = None
    note: str = ""
    mandate: str | None = None


class Origin(StrEnum):
    """Whose decision something was: that of the installation's plan, or of two officers."""

    PLAN = "plan"
    DECISION = "decision"


@dataclass(frozen=True)
class FiledMandate:
    """A mandate of the register; `ended_by` says whose decision its end was, where it was ended early."""

    mandate: Mandate
    origin: Origin
    ended_by: Origin | None = None


class Mandates(Protocol):
    """The register of mandates and of the requests that led to them."""

    def all(self) -> Sequence[FiledMandate]:
        """Every mandate, in the order in which they were filed."""
        ...

    def file(self, mandates: Sequence[FiledMandate]) -> bool:
        """File all of them, or none, where one of their numbers was given out meanwhile; whether they were filed."""
        ...

    def end(self, number: str, until: datetime, by: Origin) -> None:
        """Fix the end of a mandate, unless it ends before that anyway."""
        ...

    def begin(self, request: MandateRequest, *, key: str, body: bytes) -> MandateRequest:
        """Store a request, or give the one under this key with this body; Conflict `idempotency-mismatch`."""
        ...

    def request(self, number: str) -> MandateRequest | None:
        """One request."""
        ...

    def requests(self) -> Sequence[MandateRequest]:
        """Every request, newest first."""
        ...

    def decide(self, request: MandateRequest, filed: FiledMandate | None, ended: FiledMandate | None) -> None:
        """Store a decision with what comes of it, in one transaction; StepRefused if it was decided meanwhile."""
        ...


class NumberCounts(Protocol):
    """How far the numbers of each type, body and scope have been counted."""

    def next(self, issuer_code: str, type_code: str, scope: str, year: int | None = None) -> int:
        """Count one further, durably, and give the count; never the same twice, also across a restore.

        `year` is that of the scope, None where the scope is of any year.
        """
        ...
