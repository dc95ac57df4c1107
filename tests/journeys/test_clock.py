"""The clock jumps: what would be signed with an earlier time than was logged is refused before anything is recorded.

What was issued is given out all the same, and when the clock is right again everything goes on.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from issuer.errors import IssuerError, NoPen
from issuer.issuing import issue
from issuer.ports import State
from tests.api_parts import Api, is_problem
from tests.city import OFFICIAL, SEAL_OFFICERS, City
from tests.journey_parts import PASSED, against, identifier, indication, number, office_of, presented
from tests.ofd_foreign import letter
from trust.errors import Conflict
from trust.formats.placing import AtPoint
from trust.rules.seal_standing import SealKind
from trust.rules.standing import ActKind, Status
from trust.sealing.sealing import Wanted

BUNDLE = "teacher-qualification"
HOUR = timedelta(hours=1)
YEARS = timedelta(days=3653)


@pytest.fixture
def city(fresh: City) -> City:
    """A city of its own, on an ordinary day: everything in it has been valid for a while."""
    fresh.clock.forward(days=2)
    fresh.yinzheng.publisher.refresh(fresh.clock())
    return fresh


class CutOffError(Exception):
    """The process ends here."""


def counted(city: City) -> dict[str, int]:
    """How much there is of everything that a signature leaves behind."""
    archive = city.yinzheng.archive
    seals = [archive.seals.of_body(body.body.code) for body in city.plan.bodies]
    return {
        "entries of the log": archive.log.size(),
        "checkpoints": len(archive.log.checkpoints()),
        "unreleased": len(archive.register.unreleased(city.clock() + 2 * YEARS)),
        "uses": sum(len(archive.seals.uses(one.seal.seal_id)) for filed in seals for one in filed),
        "status list": max(archive.publications.highest(shard) for shard in archive.publications.lists()),
    }


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(Conflict) as caught:
        work()
    return caught.value.reason


def set_back(city: City, how_far: timedelta) -> datetime:
    """Set the clock back; the instant it should show."""
    right = city.clock()
    city.clock.at = right - how_far
    return right


@pytest.mark.parametrize("how_far", [timedelta(seconds=2), HOUR, YEARS], ids=["two seconds", "an hour", "ten years"])
def test_set_back_before_an_issue(city: City, how_far: timedelta) -> None:
    """Nothing is begun, allotted or signed; what was issued is still given out."""
    before = city.issue(BUNDLE, number=number(), key="before")
    one, there = number(), counted(city)
    right = set_back(city, how_far)
    assert refused(lambda: city.issue(BUNDLE, number=one, key="jump")) == "clock-went-back"
    assert counted(city) == there
    assert city.yinzheng.archive.register.by_key("jump") is None
    assert city.yinzheng.files_of(before.entry).ofd == before.ofd
    city.clock.at = right
    assert against(city.yinzheng.verify_file(before.ofd)) == []
    assert indication(city.yinzheng.verify_file(city.issue(BUNDLE, number=one, key="jump").ofd)) is PASSED


def test_a_correction_within_a_second_stops_nothing(city: City) -> None:
    first = city.issue(BUNDLE, number=number())
    set_back(city, timedelta(milliseconds=900))
    second = city.issue(BUNDLE, number=number())
    assert first.entry.artefacts is not None
    assert second.entry.artefacts is not None
    assert first.entry.artefacts.log_index < second.entry.artefacts.log_index
    city.clock.forward(seconds=2)
    assert {indication(one) for one in presented(city, second).values()} == {PASSED}


@pytest.mark.parametrize("logged", [False, True], ids=["nothing logged meanwhile", "another licence logged meanwhile"])
@pytest.mark.parametrize("step", ["plan", "sealing"])
def test_set_back_between_begin_and_release(city: City, step: str, logged: bool) -> None:
    """It was begun at a time that is still to come: it waits for that time, and is then the very same licence."""
    application, right = city.application(BUNDLE, number=number()), city.clock()
    cut_off(city, application, step)
    if logged:
        city.issue(BUNDLE, number=number())
    there = counted(city)
    set_back(city, HOUR)
    assert refused(lambda: city.yinzheng.issue(application, key="jump", by=OFFICIAL)) == "clock-went-back"
    assert counted(city) == there
    begun = city.yinzheng.archive.register.by_key("jump")
    city.clock.at = right
    issued = city.yinzheng.issue(application, key="jump", by=OFFICIAL)
    assert begun is not None
    assert issued.entry.licence == begun.licence
    assert issued.entry.artefacts is not None
    assert issued.entry.begun_at <= issued.entry.artefacts.released_at
    assert {name: against(one) for name, one in presented(city, issued).items() if against(one)} == {}


def cut_off(city: City, application: object, step: str) -> None:
    """Begin to issue, and end before the plan is stored, or before the use of the seal is."""

    def stop(*_: object) -> None:
        raise CutOffError

    ports = {"plan": {"random": stop}, "sealing": {"uses": SimpleNamespace(record_uses=stop)}}
    if step == "plan":
        register = city.yinzheng.archive.register
        ports["plan"] = {"register": Stopping(register, stop)}
    with pytest.raises(CutOffError):
        issue(office_of(city, **ports[step]), application, key="jump", by=OFFICIAL, at=city.clock())  # type: ignore[arg-type]  # the test decides
    begun = city.yinzheng.archive.register.by_key("jump")
    assert begun is not None
    assert begun.state is {"plan": State.BEGUN, "sealing": State.PLANNED}[step]


class Stopping:
    """A register that stores no plan."""

    def __init__(self, register: object, stop: Callable[..., None]) -> None:
        self._register, self.plan, self.plan_many = register, stop, stop

    def __getattr__(self, name: str) -> object:
        return getattr(self._register, name)


def test_set_back_before_an_act(city: City) -> None:
    issued = city.issue(BUNDLE, number=number())
    city.clock.forward(minutes=1)
    city.yinzheng.publisher.refresh(city.clock())
    city.issue(BUNDLE, number=number())
    there, right = counted(city), set_back(city, HOUR)
    assert refused(lambda: city.act(ActKind.REVOKE, issued, "other", reason="演练", key="jump")) == "clock-went-back"
    assert counted(city) == there
    assert city.yinzheng.archive.acts.by_key("jump") is None
    city.clock.at = right
    city.act(ActKind.REVOKE, issued, "other", reason="演练", key="jump")
    assert city.yinzheng.standing(identifier(issued), city.clock()).status is Status.REVOKED


def test_set_back_before_a_document_is_sealed(city: City) -> None:
    filed, asker = city.seal(SealKind.CONTRACT), SEAL_OFFICERS[0]
    code, wanted = city.body_code("business-licence"), Wanted(AtPoint(0, 100, 100), "演练")

    def seal() -> bytes | None:
        return city.yinzheng.seals.seal(
            filed.seal.seal_id, letter(), wanted, key="jump", by=asker, department=code
        ).file

    right = set_back(city, HOUR)
    assert refused(seal) == "clock-went-back"
    assert city.yinzheng.archive.seals.uses(filed.seal.seal_id) == []
    city.clock.at = right
    sealed = seal()
    assert sealed is not None
    assert indication(city.yinzheng.verify_file(sealed)) is PASSED


def test_ten_years_ahead_nothing_is_signed(city: City) -> None:
    """Seals and certificates have ended by then; set right again, the clock leaves no trace."""
    one, there, right = number(), counted(city), city.clock()
    city.clock.at = right + YEARS
    with pytest.raises((NoPen, IssuerError)):
        city.issue(BUNDLE, number=one, key="jump")
    city.clock.at = right
    assert counted(city) == there
    assert indication(city.yinzheng.verify_file(city.issue(BUNDLE, number=one, key="jump").ofd)) is PASSED


def test_the_answer_to_people_and_programs() -> None:
    api = Api()
    try:
        api.city.clock.forward(hours=2)
        api.issue()
        set_back(api.city, HOUR)
        headers = {"Idempotency-Key": api.key()}
        sent = api.client.post("/api/v1/licences", json=api.application(), headers=api.as_("scjg") | headers)
        assert is_problem(sent, 409, "clock-went-back")
    finally:
        api.close()
