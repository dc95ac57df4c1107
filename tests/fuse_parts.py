"""Issuing that is cut off where a test says so, and what must hold when the same request is made again."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from sqlalchemy import select

from issuer.application import Application
from issuer.drafting import UNBIASED
from issuer.issuing import Issued, issue
from issuer.ports import Entry, Office, Pen, State
from issuer.store import licence as licences
from keys.randomness import random_octets
from keys.signer import Signer
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from service.wiring import Yinzheng
from tests.city import OFFICIAL, City
from tests.journey_parts import (
    Exchanged,
    against,
    identifier,
    number,
    office_of,
    presented,
)

BUNDLE = "teacher-qualification"
KEYS = count(1)


class PowerCutError(Exception):
    """The process ends here."""


@dataclass
class Fuse:
    """Cuts off at the n-th call of a port: before its effect, or after it and before its answer. -1 never."""

    at: int = -1
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def guard(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            place = len(self.calls)
            self.calls.append(name)
            if place == self.at and not self.after:
                raise PowerCutError(name)
            answer = work(*arguments, **named)
            if place == self.at:
                raise PowerCutError(name)
            return answer

        return call

    def port(self, prefix: str, port: object) -> "Fused":
        return Fused(self, prefix, port)


@dataclass(frozen=True)
class Fused:
    """A port with the fuse in each of its calls."""

    fuse: Fuse
    prefix: str
    port: object

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self.fuse.guard(f"{self.prefix}.{name}", getattr(self.port, name))


@dataclass(frozen=True)
class WatchedSigner:
    """A signer whose every signature is held against what is on record at that moment."""

    signer: Signer
    city: City
    key: str
    sign_guarded: Callable[[bytes], bytes]

    @property
    def public(self) -> PublicKey:
        return self.signer.public

    reference = "file:watched"
    software = True

    def sign(self, message: bytes) -> bytes:
        entry = self.city.yinzheng.archive.register.by_key(self.key)
        assert entry is not None, "signed before anything was on record"
        digest = f"sm3:{sm3(message).hex()}"
        if digest != entry.token_plan:
            assert entry.plan is not None, "a file was signed before its plan was on record"
            assert digest in {entry.plan.ofd, entry.plan.pdf}, "what was signed is not what was planned"
            assert sm3(message) in uses(self.city, entry), "signed before the use of the seal was on record"
        return self.sign_guarded(message)


def uses(city: City, entry: Entry) -> set[bytes]:
    """Digests of what the seal was recorded to be used on, for this licence."""
    seals = city.yinzheng.archive.seals
    (filed,) = seals.of_body(entry.licence.issuing_body.code)
    subject = str(entry.licence.identifier)
    found: set[bytes] = set()
    after = 0
    while page := seals.uses(filed.seal.seal_id, after=after, limit=1000):
        found |= {use.digest for _, use in page if use.subject == subject}
        after = page[-1][0]
    return found


def fused(city: City, fuse: Fuse, key: str) -> Office:
    """The city's office with a fuse in every call, and a watched signer."""
    office = city.yinzheng.office

    def pen(code: str, at: Any) -> Pen:
        own = office.pen(code, at)
        watched = WatchedSigner(own.signer, city, key, fuse.guard("sign", own.signer.sign))
        return replace(own, signer=watched)

    return replace(
        office,
        register=fuse.port("register", office.register),
        blobs=fuse.port("blobs", office.blobs),
        log=fuse.port("log", office.log),
        uses=fuse.port("uses", office.uses),
        pen=fuse.guard("pen", pen),
        bundle=fuse.guard("bundle", office.bundle),
        mandates=fuse.guard("mandates", office.mandates),
        allot_many=fuse.guard("allot", office.allot_many),
        random=fuse.guard("random", unbiased),
    )


def unbiased(size: int) -> bytes:
    """Octets of which none has to be drawn again for a serial, so that every issue makes the same calls."""
    return bytes(octet % UNBIASED for octet in random_octets(size))


def attempt(city: City, fuse: Fuse, application: Application, key: str) -> Issued | None:
    """One attempt at issuing, by a process that may be cut off."""
    try:
        return issue(fused(city, fuse, key), application, key=key, by=OFFICIAL, at=city.clock())
    except PowerCutError:
        return None


def taken_up(city: City, application: Application, key: str) -> Issued:
    """The same request to a new process; what came of it is whole, and there is one of it."""
    before = city.yinzheng.archive.register.by_key(key)
    city.clock.forward(seconds=1)
    issued = Yinzheng(city.yinzheng._means).issue(application, key=key, by=OFFICIAL)
    assert issued.entry.state is State.RELEASED
    if before is not None:
        assert issued.entry.licence == before.licence, "what was begun is what was released"
        assert before.plan is None or issued.entry.plan == before.plan
        assert before.sealed is None or issued.entry.sealed == before.sealed, "there is one pair of sealed files"
    assert {name: against(one) for name, one in presented(city, issued).items() if against(one)} == {}
    with city.engine.connect() as connection:
        rows = connection.execute(select(licences).where(licences.c.number == application.number)).all()
    assert [row.identifier for row in rows] == [identifier(issued)]
    assert issued.entry.plan is not None
    assert {f"sm3:{one.hex()}" for one in uses(city, issued.entry)} == {issued.entry.plan.ofd, issued.entry.plan.pdf}
    again = city.yinzheng.issue(application, key=key, by=OFFICIAL)
    assert (again.ofd, again.pdf, again.token) == (issued.ofd, issued.pdf, issued.token)
    return issued


def request(city: City) -> tuple[Application, str]:
    return city.application(BUNDLE, number=number()), f"crash {next(KEYS)}"


def lying_blobs(city: City, **lies: Callable[..., Any]) -> Office:
    honest = city.yinzheng.office.blobs
    return office_of(city, blobs=Exchanged(honest, **lies))
