"""One city for the unit tests of issuing; nothing here publishes or moves its clock."""

from collections.abc import Iterator

import pytest

from tests.city import City


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()
