"""Issuing cut off at every port, taken up again, and stopped where something is not what was planned.

One part of the office is exchanged at a time: a port that ends the process before or after its work, a blob store that
gives back other octets, a signer that signs something else. What verifiers say of licences is told in the journeys.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from issuer.errors import IdempotencyMismatch, NotSound, PlanBroken
from issuer.issuing import Issued, complete, issue, require_sound, require_token
from issuer.ports import Office, Pen, State
from keys.custody import memory_signer
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from tests.city import OFFICIAL, City
from tests.journey_parts import number, office_of
from trust.formats.cose import sign1
from trust.formats.leaf import commitment
from trust.formats.sealed_file import SealedFile
from trust.log.proving import find
from trust.rules.verdict import Finding, Indication

KEYS = count(1)
WRITES = (
    *("register.begin_many", "register.plan_many", "uses.record_uses", "blobs.put_many"),
    *("register.seal_many", "log.append_many", "register.release_many"),
)


class PowerCutError(Exception):
    """The process ends here."""


@dataclass
class Cut:
    """A part of the office that works until one of its methods is called; then the power fails, before or after."""

    part: Any
    method: str
    after: bool

    def __getattr__(self, name: str) -> Any:
        if name != self.method:
            return getattr(self.part, name)
        return self._fail

    def _fail(self, *arguments: Any) -> None:
        if self.after:
            getattr(self.part, self.method)(*arguments)
        raise PowerCutError


@dataclass
class Other:
    """A part of the office with one method exchanged."""

    part: Any
    method: str
    instead: Callable[..., Any]

    def __getattr__(self, name: str) -> Any:
        return self.instead if name == self.method else getattr(self.part, name)


def run(city: City, office: Office, key: str, printed: str) -> Issued:
    return issue(office, city.application("business-licence", number=printed), key=key, by=OFFICIAL, at=city.clock())


def uses(city: City, subject: str) -> list[str]:
    (filed,) = city.yinzheng.archive.seals.of_body(city.body_code("business-licence"))
    recorded = city.yinzheng.archive.seals.uses(filed.seal.seal_id)
    return [f"sm3:{use.digest.hex()}" for _, use in recorded if use.subject == subject]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", WRITES)
def test_an_issue_cut_off_is_taken_up_by_the_same_request(city: City, write: str, *, after: bool) -> None:
    """There is one pair of sealed files and one entry in the log, wherever it was cut off."""
    part, method = write.split(".")
    broken = office_of(city, **{part: Cut(getattr(city.yinzheng.office, part), method, after)})
    key, printed = f"cut {next(KEYS)}", number()
    before = city.yinzheng.archive.log.size()
    with pytest.raises(PowerCutError):
        run(city, broken, key, printed)
    left = city.yinzheng.archive.register.by_key(key)
    assert (left is None) == (write == "register.begin_many" and not after)
    city.clock.forward(minutes=10)
    issued = run(city, city.yinzheng.office, key, printed)
    assert issued.entry.state is State.RELEASED
    if left is not None:
        assert issued.entry.licence == left.licence
        assert issued.entry.begun_at == left.begun_at
        assert left.sealed in {None, issued.entry.sealed}
    subject = str(issued.entry.licence.identifier)
    assert city.yinzheng.archive.log.size() == before + 1
    assert issued.entry.plan is not None
    assert uses(city, subject) == [issued.entry.plan.ofd, issued.entry.plan.pdf]
    logged = find(city.yinzheng.archive.log, commitment(issued.entry.licence.log_salt, subject, sm3(issued.ofd)))
    assert logged is not None
    again = run(city, city.yinzheng.office, key, printed)
    assert (again.entry, again.ofd, again.pdf) == (issued.entry, issued.ofd, issued.pdf)


@pytest.mark.parametrize("write", ["register.begin_many", "register.plan_many", "register.release_many"])
def test_what_was_begun_is_not_taken_up_by_another_request(city: City, write: str) -> None:
    part, method = write.split(".")
    broken = office_of(city, **{part: Cut(getattr(city.yinzheng.office, part), method, after=True)})
    key = f"cut {next(KEYS)}"
    with pytest.raises(PowerCutError):
        run(city, broken, key, number())
    before = city.yinzheng.archive.register.by_key(key)
    with pytest.raises(IdempotencyMismatch):
        run(city, city.yinzheng.office, key, number())
    assert city.yinzheng.archive.register.by_key(key) == before


def begun(city: City, *, planned: bool = False) -> tuple[str, str]:
    """An entry left in the register: its key and its number."""
    key, printed = f"begun {next(KEYS)}", number()
    broken = office_of(city, register=Cut(city.yinzheng.office.register, "plan_many", after=planned))
    with pytest.raises(PowerCutError):
        run(city, broken, key, printed)
    return key, printed


def other_pen(city: City, **changed: Any) -> Callable[..., Pen]:
    return lambda code, at: replace(city.yinzheng.office.pen(code, at), **changed)


def test_another_key_does_not_sign_what_was_planned_for_this_one(city: City) -> None:
    """The body's key was replaced between plan and signature: the token would carry another key id."""
    key, printed = begun(city)
    office = office_of(city, pen=other_pen(city, signer=memory_signer("new")))
    with pytest.raises(PlanBroken) as refusal:
        run(city, office, key, printed)
    assert refusal.value.what == "the token"
    entry = city.yinzheng.archive.register.by_key(key)
    assert entry is not None
    assert (entry.state, entry.plan) == (State.BEGUN, None)


def test_a_face_that_changed_since_the_plan_is_not_sealed(city: City) -> None:
    key, printed = begun(city, planned=True)
    with pytest.raises(PlanBroken) as refusal:
        run(city, office_of(city, host_url="http://127.0.0.1:9000"), key, printed)
    assert refusal.value.what == "the signing plan"
    entry = city.yinzheng.archive.register.by_key(key)
    assert entry is not None
    assert entry.state is State.PLANNED
    assert uses(city, str(entry.licence.identifier)) == []
    assert run(city, city.yinzheng.office, key, printed).entry.state is State.RELEASED


@dataclass
class WrongSigner:
    """Says it is the body's key and signs with another one."""

    public: PublicKey
    reference: str = "memory:wrong"
    software: bool = True

    def sign(self, message: bytes) -> bytes:
        return memory_signer("wrong").sign(message)


def test_a_signature_of_another_key_is_not_handed_out(city: City) -> None:
    key, printed = f"wrong {next(KEYS)}", number()
    true = city.yinzheng.office.pen(city.body_code("business-licence"), city.clock())
    office = office_of(city, pen=other_pen(city, signer=WrongSigner(true.signer.public)))
    with pytest.raises(NotSound, match="token does not verify: signature"):
        run(city, office, key, printed)
    planned_key, planned_number = begun(city, planned=True)
    with pytest.raises(NotSound, match="ofd does not verify: seal-signature-value"):
        run(city, office, planned_key, planned_number)
    entry = city.yinzheng.archive.register.by_key(planned_key)
    assert entry is not None
    assert entry.artefacts is None


def test_a_blob_store_that_gives_back_other_octets_stops_the_release(city: City) -> None:
    key, printed = f"blob {next(KEYS)}", number()
    blobs = city.yinzheng.office.blobs
    office = office_of(city, blobs=Other(blobs, "stored", lambda digest: blobs.stored(digest) + b"\n"))
    size = city.yinzheng.archive.log.size()
    with pytest.raises(NotSound, match="stored file differs"):
        run(city, office, key, printed)
    assert city.yinzheng.archive.log.size() == size


def test_released_without_files_is_never_answered(city: City) -> None:
    issued = run(city, city.yinzheng.office, f"whole {next(KEYS)}", number())
    with pytest.raises(NotSound, match="released without files"):
        complete(city.yinzheng.office, replace(issued.entry, artefacts=None), at=city.clock())


def test_a_token_is_held_against_its_plan_and_its_key() -> None:
    signer = memory_signer("department")
    token = sign1(b"\xa0", signer)
    message = bytes.fromhex("00")
    with pytest.raises(NotSound, match="another one than was planned"):
        require_token("id", token, message, signer.public)
    with pytest.raises(NotSound, match="does not verify: signature"):
        require_token("id", token, message, memory_signer("another").public)
    with pytest.raises(NotSound, match="does not verify: cose"):
        require_token("id", token[:-1], message, signer.public)


@pytest.mark.parametrize("indication", [Indication.FAILED, Indication.INDETERMINATE])
def test_a_file_is_released_only_if_every_finding_passed(indication: Indication) -> None:
    good, poor = Finding(2, "good", Indication.PASSED, "。"), Finding(4, "poor", indication, "。")
    require_sound("id", SealedFile("ofd", (good,), metadata=b"{}"), b"{}")
    with pytest.raises(NotSound, match="ofd does not verify: poor"):
        require_sound("id", SealedFile("ofd", (good, poor), metadata=b"{}"), b"{}")
    for other in (None, b"[]"):
        with pytest.raises(NotSound, match="other metadata"):
            require_sound("id", SealedFile("pdf", (good,), metadata=other), b"{}")


def test_what_is_released_is_not_signed_again(city: City) -> None:
    """Not even a pen is asked for: the body may have none any more."""
    key, printed = f"again {next(KEYS)}", number()
    issued = run(city, city.yinzheng.office, key, printed)
    city.clock.forward(days=1)

    def no_pen(code: str, at: object) -> Pen:
        raise AssertionError(code, at)

    again = run(city, office_of(city, pen=no_pen), key, printed)
    assert (again.ofd, again.pdf, again.token) == (issued.ofd, issued.pdf, issued.token)
