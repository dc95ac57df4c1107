"""Cities for journeys: one for each module, and a fresh one for tests that leave their city unlike others."""

from collections.abc import Iterator

import pytest

from tests.city import City


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    """The city that a module's tests share; its clock only moves forward."""
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture
def fresh() -> Iterator[City]:
    """A city of one test's own."""
    made = City(people=False)
    yield made
    made.close()
