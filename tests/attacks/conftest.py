"""What attacks on a database share: the scene that a module describes, and a copy of its database for one test to change."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.audit_parts import Happened
from tests.city import copy_of


@pytest.fixture(scope="module")
def scene(request: pytest.FixtureRequest) -> Iterator[Happened]:
    """What the module's `Scene` makes; closed when its tests are through."""
    made: Happened = request.module.Scene()
    yield made
    made.city.close()


@pytest.fixture
def stolen(scene: Happened) -> Iterator[Engine]:
    """The scene's database, as whoever took it has it."""
    engine = copy_of(scene.city.engine)
    yield engine
    engine.dispose()
