"""Records that somebody writes to the trail past the installation, with everything in them that can be computed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from service.auditing.opening import inside
from service.bound import LEDGERS
from service.identity import Role
from service.trail.following import require_marked
from service.trail.ledger import digest_in
from service.trail.starting import start_marking
from service.trail.store import add_in
from service.trail.vouching import RecordTags
from service.wiring import Yinzheng
from tests.audit_parts import audited, found, over, superuser
from tests.city import City, copy_of
from trust.errors import Conflict
from trust.formats.trail_record import MARKED, TrailRecord
from trust.store import METADATA
from verifier.auditing.auditing import Brought

MANDATE, TRAIL, TIP = (METADATA.tables[name] for name in ("mandate", "trail", "trail_tip"))


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City()
    made.issue()
    for _ in range(2):
        made.clock.forward(minutes=10)
        made.yinzheng.publisher.refresh(made.clock())
    yield made
    made.close()


@pytest.fixture
def stolen(city: City) -> Iterator[Engine]:
    engine = copy_of(city.engine)
    yield engine
    engine.dispose()


def forge(city: City, stolen: Engine) -> str:
    """A mandate put in, with a record that marks it: chained, with the tip moved, as any process would write it."""
    with superuser(stolen) as connection:
        row = connection.execute(select(MANDATE)).mappings().first()
        assert row is not None
        number = f"{row['number']}-9"
        connection.execute(insert(MANDATE).values(dict(row) | {"number": number, "place": row["place"] + 1_000}))
        rows = digest_in(connection, LEDGERS["mandate"], (number,))
        assert rows
        add_in(
            connection,
            [TrailRecord(0, city.clock(), "yinzheng", "service", MARKED, 0, {"table": "mandate"}, rows=rows)],
        )
    return number


def audit_of(city: City, engine: Engine) -> set[str]:
    return found(audited(city, engine, city.yinzheng.anchors))


def test_honest_records_pass(city: City, stolen: Engine) -> None:
    assert audit_of(city, stolen) == set()
    with stolen.connect() as connection:
        tagged = connection.scalars(select(TRAIL.c.tag)).all()
    assert tagged
    assert None not in tagged


def test_a_record_that_nobody_here_wrote_is_found(city: City, stolen: Engine) -> None:
    forge(city, stolen)
    assert audit_of(city, stolen) == {"trail-forged"}
    yinzheng = over(city, stolen)
    for _ in range(2):
        city.clock.forward(minutes=10)
        yinzheng.trail.commit(city.clock())
    assert audit_of(city, stolen) == {"trail-forged"}, (
        "the log commits to the trail with it, and it is found all the same"
    )


def test_nothing_is_done_on_its_word(city: City, stolen: Engine) -> None:
    number = forge(city, stolen)
    over(city, stolen)
    with pytest.raises(Conflict, match="register-changed"):
        require_marked(stolen, "mandate", [number])


def forged_tag(connection: Any, number: int) -> bytes | None:
    """The tag of another record, which is the best that can be had without the key."""
    tag: bytes | None = connection.scalar(select(TRAIL.c.tag).where(TRAIL.c.number == number - 1))
    return tag


@pytest.mark.parametrize("how", ["no tags at all", "another's tag", "a tag under another key"])
def test_what_else_can_be_put_in_its_place_is_found(city: City, stolen: Engine, how: str) -> None:
    number = forge(city, stolen)
    with superuser(stolen) as connection:
        last = connection.execute(select(TIP.c.number)).scalar_one()
        own = TRAIL.c.number == last
        row = connection.execute(select(TRAIL).where(own)).one()
        if how == "no tags at all":
            connection.execute(update(TRAIL).values(tag=None))
        elif how == "another's tag":
            connection.execute(update(TRAIL).where(own).values(tag=forged_tag(connection, last)))
        else:
            other = RecordTags(lambda: b"guessed" * 5, lambda: True)
            connection.execute(update(TRAIL).where(own).values(tag=other(bytes(row.record), bytes(row.head))))
    assert "trail-forged" in audit_of(city, stolen)
    if how != "no tags at all":
        over(city, stolen)
        with pytest.raises(Conflict, match="register-changed"):
            require_marked(stolen, "mandate", [number])


def test_where_it_is_kept_outside_from_which_record_on_there_are_tags_none_is_taken_for_older(
    city: City, stolen: Engine
) -> None:
    """All tags taken away for a moment, and a forged record in the place of an old one."""
    yinzheng = over(city, stolen)
    start_marking(stolen, LEDGERS.values(), city.clock(), yinzheng._means.begun)
    number = forge(city, stolen)
    with superuser(stolen) as connection:
        last = connection.execute(select(TIP.c.number)).scalar_one()
        forged = dict(connection.execute(select(TRAIL).where(TRAIL.c.number == last)).mappings().one())
        connection.execute(delete(TRAIL).where(TRAIL.c.number.in_([5, last])))
        connection.execute(insert(TRAIL).values(forged | {"number": 5}))
        connection.execute(update(TRAIL).values(tag=None))
    over(city, stolen)
    with pytest.raises(Conflict, match="register-changed"):
        require_marked(stolen, "mandate", [number])


def test_an_honest_record_at_another_place_marks_nothing(city: City, stolen: Engine) -> None:
    """Somebody's former role, with the record of then written again behind that of now."""
    yinzheng = over(city, stolen)
    known = yinzheng.archive.people.find("scjg")
    assert known is not None
    with stolen.connect() as connection:
        person = METADATA.tables["person"]
        former = dict(connection.execute(select(person).where(person.c.login == "scjg")).mappings().one())
        marks = (
            select(TRAIL).where(TRAIL.c.subject == "person", TRAIL.c.action == MARKED).order_by(TRAIL.c.number.desc())
        )
        then = dict(connection.execute(marks.limit(1)).mappings().one())
    yinzheng.archive.people.enrol(replace(known[0], role=Role.REVIEWER), known[1])
    with superuser(stolen) as connection:
        last = connection.execute(select(TIP.c.number)).scalar_one()
        connection.execute(delete(person).where(person.c.login == "scjg"))
        connection.execute(insert(person).values(former))
        connection.execute(insert(TRAIL).values(then | {"number": last + 1}))
        connection.execute(update(TIP).values(number=last + 1, head=then["head"]))
    with pytest.raises(Conflict, match="register-changed"):
        require_marked(stolen, "person", ["scjg"])
    assert audit_of(city, stolen) >= {"trail-columns", "trail-chain"}


def test_without_the_key_an_audit_says_that_it_cannot_tell(city: City, stolen: Engine) -> None:
    forge(city, stolen)
    means = replace(over(city, stolen)._means, has_index_key=lambda: False)
    audit, registers, trail = inside(Yinzheng(means), city.yinzheng.anchors, Brought(), city.clock())
    report = audit.inside(registers, trail, files=False)
    assert "trail-unchecked" in {one.name for one in report.findings}
    assert "trail-forged" not in {one.name for one in report.findings}
