"""Books in memory, and an authority over them; any call of a port can be made to fail, as in a crash."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import shake_256
from itertools import count

from tests.pki_parts import signer
from trust.certification.authority import Authority, found
from trust.certification.ports import Books, CertificateRecord, Publication
from trust.errors import Conflict
from trust.formats.crl import Revoked
from trust.formats.x509_fields import make_name

AT = datetime(2026, 3, 1, 8, 30, 15, 250_000, tzinfo=UTC)
DAY = timedelta(days=1)
ADDRESS = "http://127.0.0.1:8000"
BODY = "11330100MB0000001X"
BUREAU = make_name("雁栖市测试局", organisation="雁栖市测试局", organisation_code=BODY)
DRAWN = count()


class PowerCutError(Exception):
    """The process ends here."""


@dataclass
class Fuse:
    """Fails at the n-th call of a port that writes; -1 never."""

    left: int = -1

    def burn(self) -> None:
        if self.left == 0:
            raise PowerCutError
        self.left -= 1


@dataclass
class MemoryCertificates:
    fuse: Fuse
    records: dict[tuple[str, int], CertificateRecord] = field(default_factory=dict)

    def plan(self, record):
        self.fuse.burn()
        if (record.authority, record.serial) in self.records:
            raise Conflict("serial-taken")
        self.records[record.authority, record.serial] = record

    def complete(self, authority, serial, der):
        self.fuse.burn()
        record = self.records.get((authority, serial))
        if record is None or record.der is not None:
            raise Conflict("not-planned")
        self.records[authority, serial] = replace(record, der=der)

    def find(self, authority, serial):
        return self.records.get((authority, serial))

    def of_key(self, key):
        return [record for record in self.records.values() if record.key == key]

    def of_profile(self, profile):
        return [record for record in self.records.values() if record.profile == profile]


@dataclass
class MemoryRevocations:
    fuse: Fuse
    rows: list[tuple[str, int, Revoked]] = field(default_factory=list)

    def add(self, authority, serial, revoked):
        self.fuse.burn()
        self.rows.append((authority, serial, revoked))

    def of(self, authority):
        found: dict[int, list[Revoked]] = {}
        for one, serial, revoked in self.rows:
            if one == authority:
                found.setdefault(serial, []).append(revoked)
        return found


@dataclass
class MemoryEditions:
    fuse: Fuse
    rows: dict[tuple[str, int], Publication | None] = field(default_factory=dict)
    planned: dict[tuple[str, int], tuple] = field(default_factory=dict)

    def plan(self, name, number, *, issued_at, next_update, to_be_signed):
        self.fuse.burn()
        if number <= self.highest(name):
            raise Conflict("number-not-greater")
        self.rows[name, number] = None
        self.planned[name, number] = issued_at, next_update, to_be_signed

    def complete(self, name, number, octets):
        self.fuse.burn()
        if self.rows.get((name, number), "") is not None:
            raise Conflict("not-planned")
        self.rows[name, number] = Publication(number, *self.planned[name, number][:2], octets)

    def highest(self, name):
        return max((number for one, number in self.rows if one == name), default=0)

    def current(self, name):
        complete = [row for (one, _), row in self.rows.items() if one == name and row is not None]
        return max(complete, key=lambda row: row.number, default=None)


def memory_books(fuse: Fuse | None = None) -> Books:
    fuse = fuse or Fuse()
    return Books(MemoryCertificates(fuse), MemoryRevocations(fuse), MemoryEditions(fuse))


def chance(size: int) -> bytes:
    """Octets that never come twice."""
    return shake_256(str(next(DRAWN)).encode()).digest(size)


def founded(books: Books, *, root: str = "本根", issuing: str = "本签发", at: datetime = AT) -> Authority:
    return found(
        signer(root),
        signer(issuing),
        root_name=make_name("雁栖市根", organisation="雁栖市数据局"),
        issuing_name=make_name("雁栖市签发", organisation="雁栖市数据局"),
        books=books,
        address=ADDRESS,
        at=at,
        random=chance,
    )
