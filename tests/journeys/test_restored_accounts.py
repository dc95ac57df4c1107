"""Accounts after a restore: the key comes back with them, and what was never tagged is tagged once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from service.accounts import BEGUN, start_tagging, times_begun
from service.bound import LEDGERS
from service.identity import Person, Role
from service.trail.starting import start_marking
from service.wiring import Yinzheng
from tests.audit_parts import superuser
from tests.restoring_parts import TwoTimelines
from trust.store import METADATA

PERSON, TRAIL = METADATA.tables["person"], METADATA.tables["trail"]
HOLDER = Person("citizen", "林𬭎雅", Role.HOLDER, None, "111", "530199191107070021")
OFFICIAL = Person("scjg", "周明远", Role.OFFICIAL, "11530199MB0T35T1XE")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoTimelines]:
    made = TwoTimelines(tmp_path)
    for one in (HOLDER, OFFICIAL):
        made.city.yinzheng.identity.enrol(one, f"demo-{one.login}")
    yield made
    made.close()


def opened(two: TwoTimelines) -> Yinzheng:
    """The backup restored, and begun as opening begins."""
    restored, at = two.restore(), two.city.clock()
    start_marking(restored.archive.engine, LEDGERS.values(), at)
    start_tagging(restored.archive.engine, restored.account_tags, at)
    return restored


def begun(yinzheng: Yinzheng) -> int:
    with yinzheng.archive.engine.connect() as connection:
        return times_begun(connection)


def test_people_and_their_sessions_come_back(two: TwoTimelines) -> None:
    token = two.city.yinzheng.identity.sign_in("scjg", "demo-scjg", two.city.clock())
    two.back_up()
    restored = opened(two)
    assert restored.identity.session(token, two.city.clock()).person == OFFICIAL
    assert restored.identity.sign_in("citizen", "demo-citizen", two.city.clock())
    assert begun(restored) == 1


def test_a_backup_from_before_is_tagged_once(two: TwoTimelines) -> None:
    with superuser(two.city.engine) as connection:
        connection.execute(update(PERSON).values(tag=None))
        connection.execute(delete(TRAIL).where(TRAIL.c.action == BEGUN))
    two.back_up()
    restored = opened(two)
    assert restored.identity.sign_in("citizen", "demo-citizen", two.city.clock())
    assert restored.archive.people.find("scjg") is not None
    assert begun(restored) == 1
    with superuser(restored.archive.engine) as connection:
        connection.execute(update(PERSON).values(tag=None))
    start_tagging(restored.archive.engine, restored.account_tags, two.city.clock())
    assert restored.archive.people.is_forged("citizen")
