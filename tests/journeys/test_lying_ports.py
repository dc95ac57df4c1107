"""Issuing by everything that can lie to it: signers, stores, the log, the seal register, drawings; nothing is released.

Then the same request again, as in `test_crash_points`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from issuer.application import Application
from issuer.errors import IdempotencyMismatch, IssuerError, NotSound, PlanBroken
from issuer.issuing import issue
from issuer.ports import Entry, Office, Pen, SigningPlan, State
from issuer.store import licence as licences
from keys.custody import memory_signer
from keys.errors import KeysError
from keys.signer import Signer
from keys.sm3 import sm3
from service.blobs import BlobMissing
from templates.library import Bundle
from tests.city import OFFICIAL, City
from tests.fuse_parts import BUNDLE, Fuse, PowerCutError, attempt, lying_blobs, request, taken_up
from tests.journey_parts import (
    INDETERMINATE,
    PASSED,
    Exchanged,
    indication,
    number,
    office_of,
    presented,
)
from trust.errors import TrustError
from trust.formats.leaf import Statement
from trust.revocation.acting import Order
from trust.rules.standing import ActKind


@pytest.fixture(scope="module")
def calls(city: City) -> list[str]:
    """The calls of one whole issue, in order."""
    fuse, (application, key) = Fuse(), request(city)
    assert attempt(city, fuse, application, key) is not None
    return fuse.calls


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
