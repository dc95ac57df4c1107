"""What attacks on a database share: a copy of the scene's, for one test to change."""

from collections.abc import Iterator
from typing import Protocol

import pytest
from sqlalchemy import Engine

from tests.city import City, copy_of


class Set(Protocol):
    """A module's own `scene`: a city in which something has happened."""

    city: City


@pytest.fixture
def stolen(scene: Set) -> Iterator[Engine]:
    """The scene's database, as whoever took it has it."""
    engine = copy_of(scene.city.engine)
    yield engine
    engine.dispose()
