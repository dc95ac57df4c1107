"""Issuing cut off at every call it makes, and by everything that can lie to it; then the same request again.

Whatever happened before: one licence is released under the key, it verifies, no number was given out twice, and every
signature that was ever made had its plan, and a file's also its use of the seal, on record before it was made.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from issuer.application import Application
from issuer.drafting import UNBIASED
from issuer.errors import IdempotencyMismatch, IssuerError, NotSound, PlanBroken
from issuer.issuing import Issued, issue
from issuer.ports import Entry, Office, Pen, SigningPlan, State
from issuer.store import licence as licences
from keys.custody import memory_signer
from keys.errors import KeysError
from keys.randomness import random_octets
from keys.signer import Signer
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from service.blobs import BlobMissing
from service.wiring import Yinzheng
from templates.library import Bundle
from tests.city import OFFICIAL, City
from tests.journey_parts import (
    INDETERMINATE,
    PASSED,
    Exchanged,
    against,
    identifier,
    indication,
    number,
    office_of,
    open_at,
    presented,
)
from trust.errors import TrustError
from trust.formats.leaf import Statement
from trust.revocation.acting import Order
from trust.rules.standing import ActKind

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


@pytest.fixture(scope="module")
def calls(city: City) -> list[str]:
    """The calls of one whole issue, in order."""
    fuse, (application, key) = Fuse(), request(city)
    assert attempt(city, fuse, application, key) is not None
    return fuse.calls


def test_the_order_of_promises(calls: list[str]) -> None:
    """What must be on record stands before what rests on it."""
    once = [name for name in calls if name not in {"random", "bundle", "mandates", "pen", "log.instant"}]
    assert once == [
        *("register.by_keys", "register.numbered_many", "allot", "register.begin_many", "sign", "register.plan_many"),
        *("uses.record_uses", "sign", "sign"),
        *("blobs.put_many", "blobs.stored", "blobs.stored", "register.seal_many", "log.append_many"),
        "register.release_many",
    ]


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
def test_cut_off_at_every_call(city: City, calls: list[str], after: bool) -> None:
    for place, name in enumerate(calls):
        application, key = request(city)
        assert attempt(city, Fuse(place, after), application, key) is None, name
        issued = taken_up(city, application, key)
        assert issued.entry.licence.number == application.number


@pytest.mark.parametrize("name", ["log.append_many", "register.release_many"])
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
def test_cut_off_after_sealing_seals_nothing_again(city: City, calls: list[str], name: str, after: bool) -> None:
    """What was sealed is what is released: the next process signs nothing and logs nothing twice."""
    application, key = request(city)
    size = city.yinzheng.archive.log.size()
    assert attempt(city, Fuse(calls.index(name), after), application, key) is None
    left = city.yinzheng.archive.register.by_key(key)
    assert left is not None
    assert left.sealed is not None
    again = Fuse()
    issued = attempt(city, again, application, key)
    assert issued is not None
    assert {"sign", "uses.record_uses", "blobs.put_many", "register.seal_many"}.isdisjoint(again.calls)
    assert left.sealed == tuple(f"sm3:{sm3(file).hex()}" for file in (issued.ofd, issued.pdf))
    assert city.yinzheng.archive.log.size() == size + 1
    taken_up(city, application, key)


def test_a_pair_that_the_store_has_lost_is_not_sealed_a_second_time(city: City, calls: list[str]) -> None:
    """It stays begun, and on record, until the store has its files again."""
    application, key = request(city)
    attempt(city, Fuse(calls.index("log.append_many")), application, key)
    left = city.yinzheng.archive.register.by_key(key)

    def forgets(name: str) -> bytes:
        raise BlobMissing(name)

    with pytest.raises(BlobMissing):
        issue(lying_blobs(city, get=forgets), application, key=key, by=OFFICIAL, at=city.clock())
    assert left is not None
    assert (left.state, left.sealed is None) == (State.PLANNED, False)
    assert city.yinzheng.archive.register.by_key(key) == left
    taken_up(city, application, key)


def test_cut_off_twice(city: City, calls: list[str]) -> None:
    """Fail, then fail again while taking it up; sampled over all pairs."""
    seed = int.from_bytes(random_octets(8), "big")
    chance = random.Random(seed)
    for _ in range(25):
        application, key = request(city)
        first, second = (Fuse(chance.randrange(len(calls)), chance.random() < 0.5) for _ in range(2))
        attempt(city, first, application, key)
        city.clock.forward(seconds=1)
        attempt(city, second, application, key)
        assert taken_up(city, application, key), (seed, first, second)


def test_cut_off_is_on_record(city: City, calls: list[str]) -> None:
    """From the moment anything could have been signed until it is released, it is listed as unreleased."""
    begins, released = calls.index("register.begin_many"), calls.index("register.release_many")
    for place, name in enumerate(calls):
        application, key = request(city)
        attempt(city, Fuse(place, after=True), application, key)
        begun = city.yinzheng.archive.register.by_key(key)
        listed = {entry.key for entry in city.yinzheng.archive.register.unreleased(city.clock.forward(seconds=1))}
        assert (begun is not None) is (place >= begins), name
        assert (key in listed) is (begins <= place < released), name
        if begins <= place < released and begun is not None:
            hidden = city.yinzheng.verify_words(str(begun.licence.identifier))
            assert (indication(hidden), open_at(hidden)) == (INDETERMINATE, {(1, "not-found")}), name


def test_cut_off_between_release_and_checkpoint(city: City) -> None:
    """Released, and not yet provable: whoever asks again gets it, provable."""
    application, key = request(city)
    issue(city.yinzheng.office, application, key=key, by=OFFICIAL, at=city.clock())
    taken_up(city, application, key)


# --- signers, stores and drawings that lie: nothing is released --------------------------------------------------------


def not_released(city: City, office: Office, expected: tuple[type[Exception], ...]) -> Exception:
    """Refusal that releases and logs nothing, and that an honest second attempt heals."""
    application, key = request(city)
    size = city.yinzheng.archive.log.size()
    with pytest.raises(expected) as caught:
        issue(office, application, key=key, by=OFFICIAL, at=city.clock())
    begun = city.yinzheng.archive.register.by_key(key)
    assert begun is not None
    assert begun.state is not State.RELEASED
    assert city.yinzheng.archive.log.size() == size
    assert indication(city.yinzheng.verify_words(str(begun.licence.identifier))) is INDETERMINATE
    taken_up(city, application, key)
    return caught.value


def lying_pen(city: City, which: int, lie: Callable[[Signer, bytes], bytes]) -> Office:
    """An office whose signer lies at one of its signatures: 0 the token, 1 the OFD, 2 the PDF."""
    office, signed = city.yinzheng.office, count()

    def pen(code: str, at: Any) -> Pen:
        own = office.pen(code, at)

        def sign(message: bytes) -> bytes:
            return lie(own.signer, message) if next(signed) == which else own.signer.sign(message)

        liar = SimpleNamespace(public=own.signer.public, reference="file:liar", software=True, sign=sign)
        return replace(own, signer=liar)

    return replace(office, pen=pen)


def flipped(signer: Signer, message: bytes) -> bytes:
    octets = bytearray(signer.sign(message))
    octets[40] ^= 1
    return bytes(octets)


THIEF = memory_signer("thief")


@pytest.mark.parametrize("which", [0, 1, 2], ids=["token", "ofd", "pdf"])
@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(flipped, id="one bit flipped"),
        pytest.param(lambda signer, message: signer.sign(message + b"\0"), id="over something else"),
        pytest.param(lambda _, message: THIEF.sign(message), id="by another key"),
        pytest.param(lambda *_: bytes(64), id="zeros"),
        pytest.param(lambda *_: b"", id="nothing"),
        pytest.param(lambda signer, message: signer.sign(message)[:63], id="cut"),
    ],
)
def test_a_signer_that_lies(city: City, which: int, lie: Callable[[Signer, bytes], bytes]) -> None:
    error = not_released(city, lying_pen(city, which, lie), (IssuerError, TrustError, KeysError))
    assert not isinstance(error, (IdempotencyMismatch, PlanBroken))


def lying_blobs(city: City, **lies: Callable[..., Any]) -> Office:
    honest = city.yinzheng.office.blobs
    return office_of(city, blobs=Exchanged(honest, **lies))


def test_a_store_that_gives_back_other_octets(city: City) -> None:
    honest = city.yinzheng.office.blobs

    def stored(name: str) -> bytes:
        octets = bytearray(honest.stored(name))
        octets[len(octets) // 2] ^= 1
        return bytes(octets)

    assert isinstance(not_released(city, lying_blobs(city, stored=stored), (NotSound,)), NotSound)


def test_a_store_that_mixes_files_up(city: City) -> None:
    other = city.issue(BUNDLE, number=number())
    not_released(city, lying_blobs(city, stored=lambda _: other.ofd), (NotSound,))


def test_a_store_that_keeps_files_under_other_names(city: City) -> None:
    """Nothing is there under the names that were asked for: the register keeps none, and nothing sticks."""
    honest = city.yinzheng.office.blobs

    def put_many(files: Mapping[str, bytes]) -> None:
        honest.put_many({f"sm3:{sm3(octets + b'else').hex()}": octets for octets in files.values()})

    application, key = request(city)
    with pytest.raises(BlobMissing):
        issue(lying_blobs(city, put_many=put_many), application, key=key, by=OFFICIAL, at=city.clock())
    begun = city.yinzheng.archive.register.by_key(key)
    assert begun is not None
    assert (begun.state, begun.sealed) == (State.PLANNED, None)
    taken_up(city, application, key)


def test_a_store_that_forgets(city: City) -> None:
    not_released(city, lying_blobs(city, put_many=lambda _: None), (BlobMissing,))


def test_a_log_that_does_not_answer(city: City) -> None:
    class Down:
        def append_many(self, statements: Sequence[Statement], at: object) -> Sequence[int]:
            raise OSError

        def instant(self, at: object) -> object:
            return at

    not_released(city, office_of(city, log=Down()), (OSError,))


def test_a_seal_register_that_does_not_answer(city: City) -> None:
    """No use on record, no signature: the signer is not even asked for the files."""
    signed: list[bytes] = []

    def noting(signer: Signer, message: bytes) -> bytes:
        signed.append(message)
        return signer.sign(message)

    def down(_: object) -> None:
        raise OSError

    for which in (1, 2):
        office = replace(lying_pen(city, which, noting), uses=SimpleNamespace(record_uses=down))
        not_released(city, office, (OSError,))
    assert signed == []


def planned_and_cut_off(city: City) -> tuple[Application, str]:
    """A request whose plan is on record and nothing more."""
    application, key = request(city)
    stop = SimpleNamespace(record_uses=Fuse(0).guard("stop", lambda _: None))
    with pytest.raises(PowerCutError):
        issue(office_of(city, uses=stop), application, key=key, by=OFFICIAL, at=city.clock())
    begun = city.yinzheng.archive.register.by_key(key)
    assert begun is not None
    assert begun.state is State.PLANNED
    return application, key


def moved(bundle: Bundle) -> Bundle:
    """The bundle with one field drawn a tenth of a millimetre further to the right."""
    first, *sheets = bundle.layout.sheets
    slot, *others = first.slots
    place = replace(slot.place, x=slot.place.x + 0.1)
    first = replace(first, slots=(replace(slot, place=place), *others))
    return replace(bundle, layout=replace(bundle.layout, sheets=(first, *sheets)))


def test_a_drawing_that_changed_between_plan_and_sealing(city: City) -> None:
    application, key = planned_and_cut_off(city)
    changed = moved(city.yinzheng.office.bundle(application.type_code))
    with pytest.raises(PlanBroken) as caught:
        issue(office_of(city, face=lambda *_: changed), application, key=key, by=OFFICIAL, at=city.clock())
    assert caught.value.what == "the signing plan"
    taken_up(city, application, key)


def test_another_seal_between_plan_and_sealing(city: City) -> None:
    application, key = planned_and_cut_off(city)
    others = city.yinzheng.office.pen(city.body_code("business-licence"), city.clock())
    own = city.yinzheng.office.pen(city.body_code(BUNDLE), city.clock())
    for pen in (replace(own, seal=others.seal), replace(own, picture=others.picture), others):
        with pytest.raises((PlanBroken, NotSound)):
            issue(office_of(city, pen=lambda *_, pen=pen: pen), application, key=key, by=OFFICIAL, at=city.clock())
    taken_up(city, application, key)


def test_another_address_between_plan_and_sealing(city: City) -> None:
    """The address is in the code on the face, and the code is in the plan."""
    application, key = planned_and_cut_off(city)
    with pytest.raises(PlanBroken):
        issue(office_of(city, host_url="https://elsewhere.example"), application, key=key, by=OFFICIAL, at=city.clock())
    taken_up(city, application, key)


def test_a_record_that_was_changed_between_begin_and_plan(city: City, calls: list[str]) -> None:
    """Somebody who can write the database changes the licence: what would be signed is not what was promised."""
    application, key = request(city)
    attempt(city, Fuse(calls.index("register.plan_many")), application, key)
    with city.engine.begin() as connection:
        row = connection.execute(select(licences.c.document).where(licences.c.key == key)).one()
        forged = row.document.replace("语文".encode(), "数学".encode()).replace("林".encode(), "木".encode())
        assert forged != row.document
        connection.execute(update(licences).where(licences.c.key == key).values(document=forged))
    with pytest.raises(PlanBroken) as caught:
        city.yinzheng.issue(application, key=key, by=OFFICIAL)
    assert caught.value.what == "the token"


def test_a_register_that_answers_with_another_plan(city: City) -> None:
    register = city.yinzheng.archive.register

    def plan_many(wanted: Sequence[tuple[Entry, SigningPlan]]) -> list[Entry]:
        kept, (_, planned) = register.plan_many(wanted)[0], wanted[0]
        return [replace(kept, plan=replace(planned, ofd="sm3:" + "0" * 64))]

    lying = Exchanged(register, plan_many=plan_many)
    assert isinstance(not_released(city, office_of(city, register=lying), (PlanBroken,)), PlanBroken)


def test_what_was_never_released_can_be_revoked(city: City) -> None:
    """Signatures of it may exist; the status list can say that they are worth nothing."""
    application, key = planned_and_cut_off(city)
    begun = city.yinzheng.archive.register.by_key(key)
    assert begun is not None
    order = Order(ActKind.LAPSE, str(begun.licence.identifier), "issued-in-error", "签发中断，作废", OFFICIAL)
    city.yinzheng.act(order, key=f"void {key}")
    issued = city.yinzheng.issue(application, key=key, by=OFFICIAL)
    assert {indication(one) is PASSED for one in presented(city, issued).values()} == {False}
    assert indication(city.yinzheng.verify_file(city.issue(BUNDLE, number=number()).ofd)) is PASSED
