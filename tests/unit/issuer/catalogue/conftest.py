"""A city for the tests of the catalogue: one that they share, with a county, and one of their own."""

from collections.abc import Iterator

import pytest

from tests.catalogue_parts import plan_with_county
from tests.city import City


@pytest.fixture
def city() -> Iterator[City]:
    made = City(plan=plan_with_county())
    yield made
    made.close()
