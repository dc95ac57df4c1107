"""What the slice asks of storage.

Everything a port stores is durable when the call returns. Certificates and lists are recorded twice: as planned,
with the octets about to be signed, and then as complete; so every signature that exists has a record that is older.
Nothing is ever changed after that, and nothing deleted. The one port that is no storage tells how the clock is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from trust.formats.crl import Revoked


@dataclass(frozen=True)
class CertificateRecord:
    """A certificate that was planned; `der` is None until it was signed, verified and stored.

    `authority` is the issuing authority's short name, `key` is SM3 over the SubjectPublicKeyInfo.
    """

    authority: str
    serial: int
    profile: str
    key: bytes
    planned_at: datetime
    tbs: bytes = field(repr=False)
    der: bytes | None = field(default=None, repr=False)


class Certificates(Protocol):
    """The register of certificates."""

    def plan(self, record: CertificateRecord) -> None:
        """Record what is about to be signed; `Conflict` `serial-taken` if the authority used the number before."""

    def complete(self, authority: str, serial: int, der: bytes) -> None:
        """Record what was signed; `Conflict` `not-planned` unless it is planned and not complete."""

    def find(self, authority: str, serial: int) -> CertificateRecord | None:
        """One record, planned or complete."""

    def of_key(self, key: bytes) -> Sequence[CertificateRecord]:
        """All records of a public key, oldest first."""

    def of_profile(self, profile: str) -> Sequence[CertificateRecord]:
        """All records of a profile, oldest first; those never completed tell of a crash and can be revoked."""


class Revocations(Protocol):
    """The register of revocations, append-only; several may concern one certificate."""

    def add(self, authority: str, serial: int, revoked: Revoked) -> None:
        """Record a revocation of a certificate that is on record."""

    def of(self, authority: str) -> Mapping[int, Sequence[Revoked]]:
        """All revocations of an authority by serial number, each in the order of recording, as of one moment."""


@dataclass(frozen=True)
class Publication:
    """One edition of a list: its number, until when it holds, and the signed octets."""

    number: int
    issued_at: datetime
    next_update: datetime
    octets: bytes = field(repr=False)


class Editions(Protocol):
    """Numbered editions of signed lists: revocation lists by authority, or trust lists, of which there is one."""

    def plan(self, name: str, number: int, *, issued_at: datetime, next_update: datetime, to_be_signed: bytes) -> None:
        """Record what is about to be signed; `Conflict` `number-not-greater` unless above every number recorded."""

    def complete(self, name: str, number: int, octets: bytes) -> None:
        """Record what was signed; `Conflict` `not-planned` unless it is planned and not complete."""

    def highest(self, name: str) -> int:
        """The highest number recorded, complete or not; 0 before the first."""

    def current(self, name: str) -> Publication | None:
        """The complete edition with the highest number, read from storage."""

    def edition(self, name: str, number: int) -> bytes | None:
        """The octets of one complete edition."""

    def every(self, name: str) -> Sequence[Publication]:
        """All complete editions, lowest number first."""


class Published(Protocol):
    """What the public routes read."""

    def current(self, name: str) -> bytes | None:
        """The octets of the edition that is served; None before the first."""


@dataclass(frozen=True)
class Books:
    """The registers an authority keeps."""

    certificates: Certificates
    revocations: Revocations
    editions: Editions


class ClockHealth(Protocol):
    """Whether the clock that gave an instant can be believed to within the accuracy."""

    def trouble(self, at: datetime) -> str | None:
        """A stable code of what is wrong with the clock, or None; asked for every stamp."""


@dataclass(frozen=True)
class StampRecord:
    """A stamp that was planned: its number, when, and the TSTInfo about to be signed; `done` once it was."""

    serial: int
    at: datetime
    info: bytes = field(repr=False)
    done: bool = False


class Stamps(Protocol):
    """The register of stamps: durable when a call returns, numbers never used twice, nothing ever deleted."""

    def plan(self, record: StampRecord) -> None:
        """Record what is about to be signed; `Conflict` `serial-taken`."""

    def complete(self, serial: int) -> None:
        """Record that it was signed; `Conflict` `not-planned` unless it is planned and not complete."""

    def latest(self) -> datetime | None:
        """The latest instant of any stamp planned."""

    def since(self, at: datetime) -> int:
        """How many stamps were planned at or after an instant."""
