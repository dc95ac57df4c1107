"""A version of a type that nobody reviewed, put into the database as reviewed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, update

from issuer.catalogue import publishing
from issuer.catalogue.errors import StepRefused
from issuer.catalogue.life import State, Step
from issuer.catalogue.ports import Version
from tests.audit_parts import audited, found, superuser
from tests.catalogue_parts import REVIEWER, drafted, published, template
from tests.city import City
from trust.errors import Conflict
from trust.store import METADATA

VERSIONS, EVENTS = METADATA.tables["catalogue_version"], METADATA.tables["catalogue_event"]


@pytest.fixture
def city() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def put_as_reviewed(city: City, version: Version) -> None:
    code, number = version.place
    own = (VERSIONS.c.type_code == code) & (VERSIONS.c.version == number)
    with superuser(city.engine) as connection:
        connection.execute(update(VERSIONS).where(own).values(state=State.REVIEWED.value))


def names(city: City) -> set[str]:
    city.clock.forward(minutes=10)
    city.yinzheng.publisher.refresh(city.clock())
    return found(audited(city, city.engine, city.yinzheng.anchors))


def test_a_version_through_all_its_steps_passes(city: City) -> None:
    published(city, template())
    assert names(city) == set()


def test_what_nobody_reviewed_is_not_published(city: City) -> None:
    version = drafted(city, template())
    put_as_reviewed(city, version)
    with pytest.raises(StepRefused):
        city.yinzheng.catalogue.publish(*version.place, by=REVIEWER)


def test_nor_is_what_has_a_review_that_nobody_recorded(city: City) -> None:
    version = drafted(city, template())
    put_as_reviewed(city, version)
    step = city.yinzheng.catalogue.events(version)[-1]
    values = {"type_code": version.place[0], "version": version.place[1], "sequence": 3, "step": Step.PASS.value}
    values |= {
        "taken_by": REVIEWER.login,
        "taken_name": REVIEWER.name,
        "at": step.at,
        "note": "",
        "layout": step.layout,
    }
    with superuser(city.engine) as connection:
        connection.execute(insert(EVENTS).values(values))
    with pytest.raises(Conflict, match="register-changed"):
        city.yinzheng.catalogue.publish(*version.place, by=REVIEWER)


def test_what_an_older_version_published_without_a_review_is_found(city: City) -> None:
    version = drafted(city, template())
    put_as_reviewed(city, version)
    publishing.publish(city.yinzheng.catalogue._press, *version.place, by=REVIEWER, at=city.clock())
    assert "step-out-of-order" in names(city)
