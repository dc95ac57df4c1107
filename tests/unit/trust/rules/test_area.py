"""Areas: a province covers its cities, a city its counties, and nothing else."""

import pytest

from trust.errors import Malformed
from trust.rules.area import area_of, check_area, covers


@pytest.mark.parametrize(
    ("area", "code", "covered"),
    [
        ("53", "530102", True),
        ("5301", "530102", True),
        ("530102", "530102", True),
        ("5301", "530100", True),
        ("53", "530000", True),
        (None, "110101", True),
        ("5301", "530202", False),
        ("530102", "530100", False),
        ("530102", "530103", False),
        ("5301", "530000", False),
        ("54", "530102", False),
    ],
)
def test_what_an_area_covers(area: str | None, code: str, covered: bool) -> None:
    assert covers(area, code) is covered


@pytest.mark.parametrize("area", ["53", "5301", "530102", "110101"])
def test_codes_of_areas(area: str) -> None:
    assert check_area(area) == area


@pytest.mark.parametrize("area", ["", "5", "530", "53010", "5301021", "530100", "5300", "0301", "53a1", "\uff15\uff13"])
def test_codes_of_none(area: str) -> None:
    with pytest.raises(Malformed, match="area"):
        check_area(area)


def test_the_shortest_code_of_a_place() -> None:
    assert [area_of(code) for code in ("530000", "530100", "530102")] == ["53", "5301", "530102"]
