"""A successor that is out is handed in, whatever has become of its predecessor since the restore.

The lost part of the register had ended the predecessor; the restored one has not. People record its end again, as the
handbook tells them, or suspend it because they know no better. Nothing of that keeps what was released from being on
record as it was, and the predecessor has ended afterwards, once.
"""

from collections.abc import Iterator

import pytest

from issuer.applying.life import Stage
from issuer.issuing import Issued
from keys.sm3 import sm3
from service.wiring import Yinzheng
from tests.applying_parts import SECOND, Hall
from tests.journey_parts import identifier
from tests.journeys.test_handed_in_after_restore import both
from tests.journeys.test_restored_issuing import AMENDS, cut, hall_of
from tests.restoring_parts import TwoTimelines
from trust.formats.sealed_file import SealedFile
from trust.revocation.acting import Order
from trust.rules.standing import ActKind, Status
from verifier.confinement import BUSY, LIMIT


class Succeeded:
    """A city whose amendment was cut off at the backup, and completed after it."""

    def __init__(self, two: TwoTimelines) -> None:
        self.two, hall = two, Hall(two.city)
        self.before = identifier(hall.issue())
        entry = two.city.yinzheng.archive.register.find(self.before)
        assert entry is not None
        self.docket = hall.follow(entry, AMENDS, {"fields": {"legal_representative": "孟庭芳"}})
        cut(hall, self.docket, "seal_many")
        two.back_up()
        two.city.clock.forward(minutes=3)
        self.after: Issued = two.city.yinzheng.applications.issue(hall.now(self.docket), by=SECOND)[1]
        two.city.yinzheng.publisher.refresh(two.city.clock())


@pytest.fixture(scope="module")
def succeeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Succeeded]:
    two = TwoTimelines(tmp_path_factory.mktemp("succeeded"))
    yield Succeeded(two)
    two.close()


@pytest.mark.parametrize(
    ("kind", "ground", "status"),
    [
        (ActKind.LAPSE, "superseded", Status.LAPSED),
        (ActKind.CANCEL, "holder-request", Status.CANCELLED),
        (ActKind.SUSPEND, "penalty", Status.LAPSED),
        (None, "", Status.LAPSED),
    ],
)
def test_it_is_released_again(succeeded: Succeeded, kind: ActKind | None, ground: str, status: Status) -> None:
    two = succeeded.two
    restored: Yinzheng = two.restore()
    if kind is not None:
        restored.act(
            Order(kind, succeeded.before, ground, "按恢复手册重新登记", "窗口", decision="云市监罚字〔2026〕7号"),
            key="again",
        )
    two.city.clock.forward(minutes=2)
    (outcome,) = restored.hand_in(both(succeeded.after)).values()
    assert outcome == succeeded.after.entry
    assert hall_of(two, restored).now(succeeded.docket).stage is Stage.RELEASED
    two.city.clock.forward(seconds=2)
    assert restored.standing(succeeded.before, two.city.clock()).status is status
    acts = restored.archive.acts.of(succeeded.before)
    assert len([one for one in acts if one.kind in {ActKind.LAPSE, ActKind.CANCEL}]) == 1
    assert restored.archive.acts.unlogged(9) == []


def test_what_was_released_is_published_though_the_rest_breaks_off(succeeded: Succeeded) -> None:
    restored = succeeded.two.restore()

    def files() -> Iterator[bytes]:
        yield from both(succeeded.after)
        raise OSError

    with pytest.raises(OSError):
        restored.hand_in(files())
    (ended,) = restored.archive.acts.recorded_of(succeeded.before)
    assert (ended.act.kind, ended.log_index is None) == (ActKind.LAPSE, False)


def test_a_file_that_was_not_read_within_its_limits_is_named(succeeded: Succeeded) -> None:
    restored, ofd = succeeded.two.restore(), succeeded.after.ofd
    for finding, told in ((LIMIT, "handed-in-unread"), (BUSY, "handed-in-unread")):
        done = restored.hand_in([ofd], read=lambda _, found=finding: SealedFile("ofd", (found,)))
        assert {name: getattr(one, "reason", "") for name, one in done.items()} == {f"sm3:{sm3(ofd).hex()}": told}
