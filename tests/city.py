"""A small city in memory: authority, seal maker, three bureaus, a citizen, two firms, a counter, an auditor, a clock.

It is the demo's city on a database in memory, with keys that live as long as the test and a clock that only the test
moves. Journeys are told in it through the same wiring that the service uses; nothing is mocked.

Founding takes seconds, so it is done once in a process for each plan; the cities of that plan begin as copies of what
was founded, with the same keys. A test that needs strangers to each other asks for a city `apart`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import Engine

from cases.citation import CitationRequest
from cases.consent import Consent, Mode
from cases.requirement import load_matters
from issuer.application import Application, read_application
from issuer.applying.deciding import needs_two
from issuer.issuing import Issued
from issuer.ports import Blobs
from issuer.warrants.errors import NeedsSecond
from issuer.warrants.warrant import wanted_of
from keys.randomness import random_octets
from keys.sm3 import sm3
from service.blobs import BlobMissing
from service.city import City as Plan
from service.city import read_city
from service.data_folder import DEMO_CITY, DEMO_MATTERS
from service.database import open_engine
from service.identity import Role
from service.keyring import MemoryRing
from service.means import Means
from service.restoring.rows import copy_rows_in
from service.wiring import Yinzheng
from templates.library import load_bundle
from trust.revocation.acting import Order
from trust.rules.seal_standing import SealKind, subject_of
from trust.rules.standing import Act, ActKind
from trust.rules.two_people import ALONE_A_DAY
from trust.sealing.ports import FiledSeal, Officer, Wish
from trust.store import METADATA

BEGINNING = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LICENCES = DEMO_CITY.parent / "licences"
BUNDLES = ("business-licence", "food-operation", "teacher-qualification")
SMALL_LIST = 4096
OFFICIAL = "周明远"
SEAL_OFFICERS = (Officer("scjg", OFFICIAL), Officer("scjg2", "顾清和"))


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = BEGINNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **how_far: float) -> datetime:
        self.at += timedelta(**how_far)
        return self.at


class MemoryBlobs:
    """`issuer.ports.Blobs` in a dictionary, with the same re-hashing on reading."""

    def __init__(self) -> None:
        self.octets: dict[str, bytes] = {}

    def twin(self) -> "MemoryBlobs":
        """Blobs of one's own that begin as these."""
        made = MemoryBlobs()
        made.octets = dict(self.octets)
        return made

    def put(self, octets: bytes) -> str:
        name = f"sm3:{sm3(octets).hex()}"
        self.octets[name] = octets
        return name

    def put_many(self, files: Mapping[str, bytes]) -> None:
        self.octets.update(files)

    def get(self, digest: str) -> bytes:
        octets = self.stored(digest)
        if f"sm3:{sm3(octets).hex()}" != digest:
            raise BlobMissing(digest)
        return octets

    def stored(self, digest: str) -> bytes:
        if digest not in self.octets:
            raise BlobMissing(digest)
        return self.octets[digest]


class TwinRing(MemoryRing):
    """A ring in memory that another can begin as."""

    def twin(self) -> "TwinRing":
        """A ring with the same keys; what is made or put away later in one is not in the other."""
        made = TwinRing()
        made._signers, made._records = dict(self._signers), dict(self._records)
        return made


class City:
    """The city, founded; `yinzheng` is the installation, `clock` its time."""

    def __init__(
        self,
        *,
        list_size: int = SMALL_LIST,
        alone_a_day: int = ALONE_A_DAY,
        random: Callable[[int], bytes] = random_octets,
        engine: Engine | None = None,
        blobs: Blobs | None = None,
        people: bool = True,
        plan: Plan | None = None,
        apart: bool = False,
        folder: Path | None = None,
    ) -> None:
        """With an `engine` of one's own its tables are there already; without `people` founding takes half as long.

        `plan` stands in for the demo's. A city `apart` has keys that no other has. With a `folder` the database is a
        file in it: a server that answers on several threads cannot share the one connection of a database in memory.
        """
        plan = plan or read_city(DEMO_CITY)
        self.plan = plan if people else replace(plan, people=())
        self.clock = Clock()
        self._keys = count(1)
        copied = random is random_octets and not apart
        if copied:
            founded = _founded(self.plan, list_size)
            url = f"sqlite:///{folder / 'city.db'}" if folder else "sqlite://"
            self.engine = _filled(engine, founded.engine) if engine else copy_of(founded.engine, url)
            self.ring, self.blobs = founded.ring.twin(), blobs or founded.blobs.twin()
            for octets in founded.blobs.octets.values() if blobs else ():
                self.blobs.put(octets)
        else:
            self.ring, self.blobs = TwinRing(), blobs or MemoryBlobs()
            self.engine = engine or open_engine("sqlite://")
        if engine is None and not copied:
            METADATA.create_all(self.engine)
        self.yinzheng = Yinzheng(
            Means(
                matters=load_matters(DEMO_MATTERS.read_text("utf-8")),
                engine=self.engine,
                ring=self.ring,
                blobs=self.blobs,
                now=self.clock,
                random=random,
                index_key=lambda: b"an index key for tests only, 32+",
                city=self.plan,
                base_url="http://127.0.0.1:8000",
                list_size=list_size,
                alone_a_day=alone_a_day,
            ),
        )
        if not copied:
            self.yinzheng.found()

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()

    def body_code(self, bundle: str) -> str:
        """The code of the body that issues a bundle's licences."""
        return next(one.body.code for one in self.plan.bodies if bundle in one.types)

    def application(self, bundle: str, **changed: object) -> Application:
        """The demo's application for a bundle, with members changed."""
        body = json.loads((LICENCES / f"{bundle}.json").read_text("utf-8")) | changed
        self.yinzheng.photographs.keep_sample(load_bundle(bundle))
        kind = load_bundle(bundle).type
        return read_application(body, type_code=kind.code, issuer_code=self.body_code(bundle))

    def officials(self, body_code: str) -> tuple[Officer, Officer]:
        """Two officials of a body; in a city without people, who have no accounts, always the same two."""
        own = [one for one, _ in self.plan.people if (one.role, one.department) == (Role.OFFICIAL, body_code)]
        first, second = [Officer(one.login, one.name) for one in own[:2]] or SEAL_OFFICERS
        return first, second

    def issue(self, bundle: str = "business-licence", *, key: str | None = None, **changed: object) -> Issued:
        """Issue a licence of a bundle."""
        key = key or f"issue-{next(self._keys)}"
        application = self.application(bundle, **changed)
        if needs_two(self.yinzheng.office.bundle(application.type_code)):
            maker, second = self.officials(application.issuer_code)
            return self.yinzheng.applications.issue_for(application, key=key, maker=maker, second=second)
        return self.yinzheng.issue(application, key=key, by=OFFICIAL)

    def act(
        self,
        kind: ActKind,
        issued: Issued,
        ground: str,
        *,
        reason: str = "",
        key: str | None = None,
        effective_at: datetime | None = None,
        decision: str = "",
    ) -> Act:
        """Record an act on a licence."""
        subject = str(issued.entry.licence.identifier)
        receiver = "青石市市场监督管理局" if kind is ActKind.TRANSFER_OUT else ""
        order = Order(
            kind, subject, ground, reason, OFFICIAL, effective_at=effective_at, decision=decision, receiver=receiver
        )
        key = key or f"act-{next(self._keys)}"
        try:
            return self.yinzheng.act(order, key=key)
        except NeedsSecond:
            return self._act_by_two(order, key)

    def end_seal(
        self,
        seal_id: str,
        ground: str,
        *,
        reason: str = "",
        effective_at: datetime | None = None,
        key: str | None = None,
    ) -> Act:
        """Cancel a seal, which takes two people."""
        order = Order(ActKind.CANCEL, subject_of(seal_id), ground, reason, OFFICIAL, effective_at=effective_at)
        return self._act_by_two(order, key or f"end-{next(self._keys)}")

    def _act_by_two(self, order: Order, key: str) -> Act:
        """Record an act that one official may not take alone: the other one approves."""
        warrants, (maker, second) = self.yinzheng.warrants, SEAL_OFFICERS
        body = warrants.bench.body_of(order.subject) or ""
        wanted = wanted_of(order, body)
        placed = warrants.place(wanted, by=maker, key=key)
        done = warrants.approve(placed, digest=wanted.digest, by=second, key=f"{key}:approve")
        (outcome,) = warrants.outcomes(done)
        return next(one for one in self.yinzheng.archive.acts.of(order.subject) if one.sequence == outcome.act_sequence)

    def seal(self, kind: SealKind = SealKind.CONTRACT, **changed: object) -> FiledSeal:
        """A seal of the market regulator through all its steps: one official applies, the other approves."""
        seals, (asker, second) = self.yinzheng.seals, SEAL_OFFICERS
        values: dict[str, object] = {
            "body_code": self.body_code("business-licence"),
            "kind": kind,
            "name": f"云岭市市场监督管理局{kind.label}",
            "reason": "日常用印",
        } | changed
        made = seals.apply(Wish(**values), key=f"seal-{next(self._keys)}", by=asker)  # type: ignore[arg-type]  # names and values come from the test
        seals.decide(made.seal_id, approve=True, note="同意", by=second)
        return seals.file(made.seal_id, by=asker)

    def request(
        self, issued: Issued, *, matter: str, requirement: str, department: str, **changed: object
    ) -> CitationRequest:
        """A request to cite a licence by statutory duty."""
        holder = issued.entry.licence.holders[0]
        values: dict[str, object] = {
            "case_number": "530199202611210001",
            "matter_code": matter,
            "requirement_code": requirement,
            "holder_code_type": holder.code_type,
            "holder_code": holder.code,
            "identifier": None,
            "purpose": "办理本事项",
            "officer": OFFICIAL,
            "department_code": department,
            "consent": Consent(
                mode=Mode.STATUTORY,
                given_by=department,
                reference="《中华人民共和国行政许可法》第三十四条",
                purpose="办理本事项",
                fields="all",
                valid_until=None,
                case_number=None,
            ),
        } | changed
        return CitationRequest(**values)  # type: ignore[arg-type]  # names and values come from the test


@dataclass(frozen=True)
class Founded:
    """What a founding leaves behind."""

    engine: Engine
    ring: TwinRing
    blobs: MemoryBlobs


_FOUNDED: dict[tuple[str, int], Founded] = {}


def _founded(plan: Plan, list_size: int) -> Founded:
    """The one founding of this plan in this process; nobody but those who copy it ever sees it."""
    key = (repr(plan), list_size)
    if key not in _FOUNDED:
        made = City(list_size=list_size, plan=plan, apart=True)
        assert isinstance(made.blobs, MemoryBlobs)
        _FOUNDED[key] = Founded(made.engine, made.ring, made.blobs)
    return _FOUNDED[key]


def _filled(engine: Engine, founded: Engine) -> Engine:
    """A database whose tables are empty, on either engine, with the rows of what was founded."""
    with founded.connect() as source, engine.begin() as target:
        copy_rows_in(source, target)
    return engine


def copy_of(engine: Engine, url: str = "sqlite://") -> Engine:
    """Another database with the same rows, in memory or at a place of its own."""
    copy = open_engine(url)
    source, target = engine.raw_connection(), copy.raw_connection()
    try:
        target.execute("PRAGMA query_only=OFF")  # type: ignore[attr-defined]  # the driver's connection behind the pool's
        source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]  # sqlite3's own
    finally:
        source.close()
        target.close()
    if url != "sqlite://":
        copy.dispose()  # what was copied has the settings of a database in memory; the next connection brings its own
    return copy
