"""What was told of seals counts after restores, whatever the backup had: changes fixed for later, lost ones, several.

A seal suspended until a day, whose suspension was prolonged; one that was to be suspended and was not after all; a
suspension for a day to come; a seal that was applied for at the backup and filed after it; two restores, one after the
other. Acts that were lost are never read as if they had not been told of.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.database import open_engine
from service.past_worth import seal_on
from service.public_folder import PublicFolder
from service.rebuilding import rebuild
from service.restoring.backup import back_up, load_backup
from tests.city import SEAL_OFFICERS
from tests.journey_parts import FAILED, INDETERMINATE, PASSED
from tests.journeys.test_carried_seals import sealed_apart
from tests.public_parts import with_folder
from tests.restoring_parts import BY, SECOND, TwoTimelines
from trust.errors import Conflict
from trust.revocation.acting import Order, act
from trust.rules.past_standing import Answer
from trust.rules.seal_standing import ListedSeal, SealKind, subject_of
from trust.rules.standing import ActKind, Status
from trust.rules.verdict import Indication
from trust.sealing import filing
from trust.sealing.errors import SealMoveRefused
from trust.sealing.life import LostAct, State, Step
from trust.sealing.ports import FiledSeal, Wish

V, S = Status.VALID, Status.SUSPENDED
SUSPEND, RESUME = ActKind.SUSPEND, ActKind.REINSTATE
GROUNDS = {SUSPEND: "seal-paused", RESUME: "seal-pause-ended"}
ASKER, OTHER = SEAL_OFFICERS


class Scene:
    """Two timelines and one seal; `own` is the installation that goes on."""

    def __init__(self, folder: Path) -> None:
        self.two = TwoTimelines(folder)
        self.clock, self.own = self.two.city.clock, self.two.city.yinzheng
        code = self.two.city.body_code("business-licence")
        (self.filed,) = [one for one in self.own.seals.filed(code) if one.kind is SealKind.LICENCE]
        self.seal_id = self.filed.seal.seal_id

    def act(self, kind: ActKind, effective_at: datetime | None = None) -> None:
        at = self.clock.forward(seconds=2)
        order = Order(kind, subject_of(self.seal_id), GROUNDS[kind], "依原卷", "窗口", effective_at=effective_at)
        archive = self.own.archive
        act(archive.acts, archive.log, order, key=f"{kind}-{at:%d%H%M%S}", at=at, random=self.own.random)
        self.own.publisher.after_seal_act(self.clock())
        self.clock.forward(minutes=10)

    def act_by_two(self, kind: ActKind, effective_at: datetime, decided_at: datetime | None = None) -> None:
        ground, when = GROUNDS[kind], {"effective_at": effective_at, "decided_at": decided_at}
        order = Order(kind, subject_of(self.seal_id), ground, "改期", "周明远", **when)  # type: ignore[arg-type]  # times both
        self.two.city._act_by_two(order, f"order-{kind}")
        self.clock.forward(minutes=10)

    def on(self, at: datetime) -> None:
        self.clock.at = at
        self.own.publisher.refresh(self.clock())

    def restore(self, where: str = "backup") -> None:
        """From a backup; the installation that it makes goes on."""
        self.clock.forward(seconds=2)
        place = len(self.two.engines)
        engine = open_engine(f"sqlite:///{self.two.folder / f'restored-{place}.db'}")
        self.two.engines.append(engine)
        load_backup(self.two.folder / where, self.two.folder / f"new-{place}", engine, self.clock(), BY, SECOND)
        self.own = with_folder(self.two.city, self.two.public, engine, self.two.ring.twin())
        self.report = self.own.take_up_published(BY, SECOND)
        self.clock.forward(seconds=2)
        self.own.publisher.refresh(self.clock())

    def back_up(self, where: str) -> None:
        self.own.publisher.refresh(self.clock.forward(seconds=2))
        back_up(self.own.archive.engine, self.two.folder / "data", self.two.folder / where, self.clock())
        self.clock.forward(seconds=2)

    def document(self, filed: FiledSeal | None = None) -> bytes:
        made = sealed_apart(self.own, filed or self.filed, self.clock())
        self.own.publisher.refresh(self.clock.forward(seconds=3))
        return made

    def verdict(self, document: bytes) -> Indication:
        return self.own.verify_file(document).verdict.indication

    def listed(self, seal_id: str = "") -> ListedSeal:
        found = self.own.publisher.trust_list()
        assert found is not None
        seal = found.seal(seal_id or self.seal_id)
        assert seal is not None
        return seal

    def statuses(self) -> list[Status]:
        return [one.status for one in self.listed().history]

    def seen(self) -> tuple[State, LostAct | None]:
        return self.own.seals.state(self.seal_id), self.own.seals.lost_act(self.seal_id)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.two.close()


def test_a_suspension_that_was_prolonged_goes_on(scene: Scene) -> None:
    day = (scene.clock() + timedelta(hours=3)).replace(microsecond=0)
    scene.act(SUSPEND)
    scene.act(RESUME, day)
    scene.two.back_up()
    scene.act_by_two(SUSPEND, day)
    scene.on(day + timedelta(hours=1))
    document = scene.document()
    scene.restore()
    assert (scene.verdict(document), scene.statuses()) == (FAILED, [S])
    assert scene.seen() == (State.SUSPENDED, LostAct.SUSPENSION)
    scene.act(SUSPEND)
    assert (scene.verdict(document), scene.statuses(), scene.seen()[1]) == (FAILED, [S], None)


def test_a_suspension_that_was_called_off_never_was_and_the_seal_rests_from_the_restore(scene: Scene) -> None:
    day = (scene.clock() + timedelta(hours=3)).replace(microsecond=0)
    scene.act(SUSPEND, day)
    scene.two.back_up()
    scene.act_by_two(RESUME, day)
    scene.on(day + timedelta(hours=1))
    document = scene.document()
    scene.restore()
    assert (scene.verdict(document), scene.statuses()) == (PASSED, [S])
    assert scene.seen() == (State.SUSPENDED, LostAct.RESUMPTION)
    scene.act(RESUME)
    assert (scene.verdict(document), scene.statuses(), scene.seen()) == (PASSED, [S, V], (State.IN_USE, None))


def test_a_suspension_told_for_later_comes_whatever_is_done_meanwhile(scene: Scene) -> None:
    scene.two.back_up()
    day = scene.clock() + timedelta(hours=10)
    scene.act(SUSPEND, day)
    scene.restore()
    assert scene.seen() == (State.IN_USE, LostAct.SUSPENSION)
    assert scene.own.seals.told_since(scene.seal_id) == day
    scene.act(SUSPEND)
    scene.act(RESUME)
    assert scene.statuses() == [S, V, S]
    scene.on(day + timedelta(hours=1))
    assert (scene.verdict(scene.document()), scene.seen()) == (FAILED, (State.SUSPENDED, LostAct.SUSPENSION))
    scene.act(SUSPEND)
    scene.act(RESUME)
    assert (scene.statuses(), scene.seen()) == ([S, V, S, V], (State.IN_USE, None))


def test_from_an_older_backup_first_and_a_newer_one_then(scene: Scene) -> None:
    scene.act(SUSPEND)
    scene.back_up("older")
    day = (scene.clock() + timedelta(hours=2)).replace(microsecond=0)
    scene.act(RESUME, day)
    scene.two.back_up()
    scene.restore("older")
    assert scene.seen() == (State.SUSPENDED, LostAct.RESUMPTION)  # it was told for later
    scene.on(day + timedelta(hours=1))
    document = scene.document()
    scene.restore()
    assert (scene.verdict(document), scene.statuses(), scene.seen()[0]) == (FAILED, [S], State.SUSPENDED)


def test_a_resumption_that_two_restores_have_lost_is_still_told(scene: Scene) -> None:
    scene.act(SUSPEND)
    scene.two.back_up()
    scene.act(RESUME)
    scene.restore()
    scene.back_up("later")
    scene.restore("later")
    assert (scene.statuses(), scene.seen()) == ([S, V, S], (State.SUSPENDED, LostAct.RESUMPTION))
    scene.act(RESUME)
    assert (scene.statuses(), scene.seen()) == ([S, V, S, V], (State.IN_USE, None))


def test_what_was_carried_over_and_lifted_does_not_come_back_with_its_old_day(scene: Scene) -> None:
    scene.two.back_up()
    scene.act(SUSPEND)
    scene.restore()
    scene.back_up("later")
    scene.act(SUSPEND)
    scene.act(RESUME)
    between, document = scene.clock(), scene.document()
    scene.restore("later")
    assert len(scene.report["carried_ended"]) == 1  # type: ignore[arg-type]  # a report is JSON
    assert (scene.verdict(document), scene.statuses()) == (PASSED, [S, V, S])
    assert seal_on(scene.own.archive, scene.seal_id, between, scene.clock()).answer is Answer.VALID_NOT_SINCE
    rebuilt = rebuild(scene.own.archive, PublicFolder(scene.two.public))
    assert [one for one in rebuilt.oddities if one.grave] == []


@pytest.mark.parametrize("at_backup", [State.APPLIED, State.APPROVED, State.MADE])
def test_a_seal_that_was_filed_after_the_backup_is_not_filed_again(
    scene: Scene, at_backup: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    seals, code = scene.own.seals, scene.filed.body_code
    wish = Wish(code, SealKind.CONTRACT, f"{seals.body_name(code)}合同专用章", "用于合同")
    seal_id = seals.apply(wish, key="wish", by=ASKER).seal_id

    def approve() -> None:
        seals.decide(seal_id, approve=True, note="同意", by=OTHER)

    if at_backup is not State.APPLIED:
        approve()
    if at_backup is State.MADE:
        with monkeypatch.context() as cut:
            cut.setattr(filing, "_file", _cut_off)
            with pytest.raises(InterruptedError):
                seals.file(seal_id, by=ASKER)
    assert seals.state(seal_id) is at_backup
    scene.two.back_up()
    if at_backup is State.APPLIED:
        approve()
    document = scene.document(seals.file(seal_id, by=ASKER))
    told = scene.listed(seal_id)
    scene.restore()
    restored = scene.own.seals
    assert scene.report["seal_applications_ended"] == [seal_id]
    assert restored.state(seal_id) is State.WITHDRAWN
    assert restored.steps(seal_id)[-1].step is Step.EXPIRE
    with pytest.raises(Conflict, match="seal-listed-already"):
        restored.decide(seal_id, approve=True, note="", by=OTHER)
    with pytest.raises(Conflict, match="seal-listed-already"):
        restored.file(seal_id, by=ASKER)
    with pytest.raises(SealMoveRefused):
        restored.withdraw(seal_id, note="", by=ASKER)
    scene.act(SUSPEND)  # on another seal: the list goes on
    assert scene.statuses() == [S]
    assert (scene.listed(seal_id), scene.verdict(document)) == (told, PASSED)


def _cut_off(*_args: object, **_more: object) -> None:
    raise InterruptedError


def test_a_suspension_that_a_status_list_alone_told_counts_from_the_times_that_the_files_tell(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.two.back_up()
    with monkeypatch.context() as cut:
        cut.setattr(scene.own.publisher, "_trust_list", lambda _at: None)  # its key could not be opened
        acted = scene.clock.forward(minutes=1)
        scene.act(SUSPEND)
        document = sealed_apart(scene.own, scene.filed, scene.clock())
        scene.own.publisher.refresh(scene.clock.forward(minutes=10))
    scene.restore()
    assert (scene.statuses(), scene.seen()) == ([], (State.SUSPENDED, LostAct.SUSPENSION))
    assert (scene.verdict(document), scene.own.seals.told_since(scene.seal_id)) == (INDETERMINATE, None)
    scene.two.city.yinzheng = scene.own
    scene.act_by_two(SUSPEND, acted, decided_at=acted)
    assert (scene.verdict(document), scene.statuses()) == (FAILED, [S])
    assert scene.listed().history[0].since == acted


def test_an_act_that_could_not_be_logged_by_this_clock_is_not_recorded(scene: Scene) -> None:
    scene.clock.forward(hours=1)
    scene.act(SUSPEND)
    scene.act(RESUME)
    scene.clock.forward(minutes=-30)
    with pytest.raises(Conflict, match="clock-went-back"):
        scene.own.seals.act(scene.seal_id, Step.SUSPEND, ground="seal-paused", reason="", by=ASKER, key="early")
    assert len(scene.own.seals.acts_on(scene.seal_id)) == 2
    scene.clock.forward(hours=1)
    scene.act(SUSPEND)
    assert scene.statuses() == [S, V, S]
