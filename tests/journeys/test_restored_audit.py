"""What a restore lost is told by its report, however often it was cut off; the audit goes by that, and no further."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from keys.lifecycle import KeyState
from service.auditing.opening import inside
from service.database import open_engine
from service.restoring import taking_up
from service.restoring.backup import load_backup
from service.wiring import Yinzheng
from tests.audit_parts import found, superuser
from tests.journey_parts import number
from tests.public_parts import with_folder
from tests.restoring_parts import BY, SECOND, TwoTimelines
from trust.certification.store import SqlCertificates, SqlEditions
from trust.revocation.store.publications import SqlPublications
from trust.rules.standing import ActKind
from trust.rules.verdict import Indication
from trust.store import METADATA
from verifier.auditing.auditing import Brought
from verifier.auditing.report import Report

EPOCH = METADATA.tables["restore_epoch"]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoTimelines]:
    made = TwoTimelines(tmp_path)
    made.city.issue(number=number())
    made.back_up()
    lost = made.city.issue(number=number())
    made.city.clock.forward(seconds=2)
    made.city.act(ActKind.REVOKE, lost, "penalty")
    made.city.yinzheng.publisher.refresh(made.city.clock())
    yield made
    made.close()


def loaded(two: TwoTimelines) -> Yinzheng:
    """The backup in a new database, and nothing taken up yet."""
    engine = open_engine(f"sqlite:///{two.folder / 'cut-off.db'}")
    two.engines.append(engine)
    two.city.clock.forward(seconds=2)
    load_backup(two.folder / "backup", two.folder / "cut-off", engine, two.city.clock(), BY, SECOND)
    return with_folder(two.city, two.public, engine)


def audit(two: TwoTimelines, yinzheng: Yinzheng) -> Report:
    two.city.clock.forward(minutes=10)
    yinzheng.publisher.refresh(two.city.clock())
    made, registers, trail = inside(yinzheng, two.city.yinzheng.anchors, Brought(), two.city.clock())
    return made.inside(registers, trail, files=False)


def told(report: Report, name: str) -> list[dict[str, Any]]:
    return [dict(one.proof) for one in report.findings if one.name == name]


def test_what_was_lost_is_told_and_held_against_nobody(two: TwoTimelines) -> None:
    report = audit(two, two.restore())
    assert found(report) == set()
    assert sorted(one["kind"] for one in told(report, "entry-lost")) == ["act", "issue"]
    assert {one.indication for one in report.findings if one.name == "entry-lost"} <= {Indication.PASSED}


@pytest.mark.parametrize("step", ["adopt_trust_list", "_leap_feed", "issued_since"])
def test_a_restore_that_was_cut_off_tells_all_of_it(
    two: TwoTimelines, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    restored = loaded(two)

    def cut(*_: object) -> None:
        raise OSError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(taking_up, step, cut)
        with pytest.raises(OSError, match="power"):
            restored.take_up_published(BY, SECOND)
    restored.take_up_published(BY, SECOND)
    (epoch,) = restored.archive.epochs.every()
    recovered = json.loads(epoch.report)["log_entries_recovered"]
    assert (recovered["issue"], recovered["act"]) == (1, 1)
    report = audit(two, restored)
    assert found(report) == set()
    assert len(told(report, "entry-lost")) == 2


@pytest.mark.parametrize(
    ("of", "step", "count"),
    [
        (SqlEditions, "complete", 1),
        (SqlEditions, "complete", 2),
        (SqlCertificates, "complete", 1),
        (SqlPublications, "complete", 1),
        (SqlPublications, "make_current", 1),
    ],
    ids=["trust list", "revocation list", "certificate", "status list", "current list"],
)
def test_a_restore_that_was_cut_off_within_an_edition_goes_on(
    two: TwoTimelines, monkeypatch: pytest.MonkeyPatch, of: type, step: str, count: int
) -> None:
    """What was planned and not completed, also when the backup was made, is completed with what was published."""
    clock = two.city.clock
    two.city.ring.put_away("receipt", KeyState.RETIRED, clock())
    two.city.yinzheng.renew_key("receipt")
    two.city.yinzheng.publisher.refresh(clock.forward(days=2))
    restored, left, done = loaded(two), [count], getattr(of, step)

    def cut(*words: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise OSError("the power is gone")
        return done(*words)

    with monkeypatch.context() as broken:
        broken.setattr(of, step, cut)
        with pytest.raises(OSError, match="power"):
            restored.take_up_published(BY, SECOND)
    restored.take_up_published(BY, SECOND)
    assert found(audit(two, restored)) == set()


def test_what_no_settled_restore_explains_is_found(two: TwoTimelines) -> None:
    """The report of the restore is made to tell of less; what is beyond it has lost its row without a reason."""
    restored = two.restore()
    (epoch,) = restored.archive.epochs.every()
    less = json.loads(epoch.report) | {"log_entries_recovered": {}}
    with superuser(restored.archive.engine) as connection:
        connection.execute(update(EPOCH).values(report=json.dumps(less, separators=(",", ":")).encode()))
    report = audit(two, restored)
    assert "entry-without-row" in found(report)
    assert told(report, "entry-lost") == []
