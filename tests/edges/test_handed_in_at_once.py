"""Handing in on either database, and by two people at the same moment: released once, as it was."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from issuer.applying.life import Stage
from issuer.copying.making import CopyRequest, make_copy
from issuer.issuing import Issued
from issuer.ports import Entry
from tests.applying_parts import SECOND, Hall
from tests.copy_parts import PURPOSE, RECIPIENT
from tests.journey_parts import Exchanged, all_at_once, identifier
from tests.journeys.test_handed_in_after_restore import both
from tests.journeys.test_restored_issuing import AMENDS, cut, hall_of
from tests.restoring_parts import TwoTimelines
from trust.errors import TrustError
from trust.store import METADATA


class _CutError(Exception):
    """The process ends here."""


def _end(*_: Any) -> None:
    raise _CutError


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoTimelines]:
    made = TwoTimelines(tmp_path)
    yield made
    made.close()


def test_two_people_hand_in_what_one_of_them_brings_first(two: TwoTimelines, engine: Engine) -> None:
    hall, yinzheng, now = Hall(two.city), two.city.yinzheng, two.city.clock
    before = hall.issue()
    docket = hall.follow(before.entry, AMENDS, {"fields": {"legal_representative": "孟庭芳"}})
    cut(hall, docket, "plan_many")
    desk, terms = yinzheng.copies.desk, CopyRequest(identifier(before), PURPOSE, RECIPIENT, "持证人", "holder")
    with pytest.raises(_CutError):
        make_copy(
            replace(desk, copies=Exchanged(desk.copies, plan_many=_end)), terms, key="copy", by="持证人", at=now()
        )  # type: ignore[arg-type]  # a port with one method exchanged
    two.back_up()
    copy = make_copy(desk, terms, key="copy", by="持证人", at=now())
    issued: list[Issued] = [yinzheng.applications.issue(hall.now(docket), by=SECOND)[1], copy]
    yinzheng.publisher.refresh(now())
    METADATA.drop_all(engine)  # a restore begins with an empty database
    restored = two.restore(engine)
    assert sorted(restored.still_out()) == sorted(identifier(one) for one in issued)
    files = [octets for one in issued for octets in both(one)]
    outcomes = all_at_once(*[lambda: restored.hand_in(files)] * 2)
    for outcome in outcomes:  # whoever is later is told so, or finds it done
        assert isinstance(outcome, dict | TrustError), outcome
    assert all(isinstance(one, Entry) for one in restored.hand_in(files).values())  # whatever lost the race comes now
    found = restored.archive.register.find(identifier(issued[0]))
    made = restored.archive.copies.find(identifier(copy))
    assert made is not None
    assert (found, made.entry) == (issued[0].entry, copy.entry)
    assert hall_of(two, restored).now(docket).stage is Stage.RELEASED
    assert len(restored.archive.acts.of(identifier(before))) == 1
    assert restored.still_out() == []
