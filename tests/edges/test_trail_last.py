"""The trail's tip is taken behind every other lock of a transaction, on both databases, so that no two can embrace."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event

from issuer.applying.docket import Docket
from issuer.applying.life import Step
from issuer.applying.moving import event_of
from issuer.applying.ports import Consequence
from service.accounts import AccountTags
from service.archive import Archive
from service.bound import AS_WRITTEN
from service.trail.following import follow
from service.trail.marking import ACTS
from service.trail.store import SqlTrail, last_marks_in
from tests.city import BEGINNING
from tests.edges.test_docket_store import MAKER, opened
from trust.revocation.allotting import allot
from trust.rules.standing import Act, ActKind, Status

SUBJECT = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
ACT = Act(SUBJECT, 1, ActKind.REVOKE, "succeeded", "", BEGINNING, BEGINNING, BEGINNING, "周明远")


@pytest.fixture
def archive(engine: Engine) -> Archive:
    made = Archive(engine, lambda *_: bytes(32), lambda: BEGINNING, AccountTags(lambda: b"key", lambda: True))
    allot(made.slots, SUBJECT, random=bytes, size=64)
    return made


def move(archive: Archive, docket: Docket, after_all: Callable[[], None] = lambda: None) -> None:
    """Take a step of an application that ends a licence of another body."""

    def record(recording: Any) -> None:
        recording.add(ACT, salt=bytes(16), key="key", body=bytes(32), status=Status.REVOKED)
        after_all()

    after, taken = event_of(docket, Step.SUBMIT, by=MAKER, key="a", at=BEGINNING)
    archive.dockets.move(docket, after, taken, Consequence(SUBJECT, record))


def marked(archive: Archive) -> bool:
    with archive.engine.connect() as connection:
        return bool(last_marks_in(connection, ACTS.name, [f"{SUBJECT}/1"]))


@pytest.mark.parametrize("followed", [True, False])
def test_an_act_is_marked_with_the_step_that_it_follows_from(archive: Archive, *, followed: bool) -> None:
    if followed:
        follow(archive.engine, AS_WRITTEN, lambda: BEGINNING)
    move(archive, opened(archive.dockets))
    assert marked(archive)
    assert [kind for record in SqlTrail(archive.engine).marks(ACTS.name) for kind in record.rows] == [f"{SUBJECT}/1"]


def test_the_tip_is_taken_behind_the_feed_of_either_body(archive: Archive) -> None:
    follow(archive.engine, AS_WRITTEN, lambda: BEGINNING)
    docket, said = opened(archive.dockets), list[str]()
    event.listen(archive.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: said.append(statement))
    move(archive, docket)
    held = [place for place, one in enumerate(said) if "trail_tip" in one]
    assert held
    assert max(place for place, one in enumerate(said) if "feed_" in one) < held[0]


def test_an_act_that_was_not_recorded_after_all_is_not_marked(archive: Archive) -> None:
    follow(archive.engine, AS_WRITTEN, lambda: BEGINNING)
    docket, before = opened(archive.dockets), SqlTrail(archive.engine).tip()

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        move(archive, docket, fail)
    assert (SqlTrail(archive.engine).tip(), marked(archive)) == (before, False)
