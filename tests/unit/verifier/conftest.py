"""One city with one licence of each type, and its evidence; the unit tests of verifying change neither."""

from collections.abc import Iterator

import pytest

from issuer.issuing import Issued
from tests.city import City
from trust.formats.bundle import Bundle
from verifier.evidence import Evidence, weigh


@pytest.fixture(scope="package")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture(scope="package")
def licences(city: City) -> dict[str, Issued]:
    return {bundle: city.issue(bundle) for bundle in ("business-licence", "food-operation", "teacher-qualification")}


@pytest.fixture(scope="package")
def bundle(city: City, licences: dict[str, Issued]) -> Bundle:
    return city.yinzheng.evidence_bundle()


@pytest.fixture(scope="package")
def evidence(city: City, bundle: Bundle) -> Evidence:
    return weigh(bundle, city.yinzheng.anchors, city.clock())
