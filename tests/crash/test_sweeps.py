"""Nothing acknowledged is lost: killed at every write and sync, and with the power cut there. And the controls.

The controls must fail where they are expected to: if one stops failing, the harness is broken and not the product mended.
Every run takes a sample of the points; `-m long` a larger one, and all of them with YINZHENG_CRASH_POINTS=all.
"""

import os
import random
from pathlib import Path

import pytest

from keys.randomness import random_octets
from tests.crash.harness import Fault, Harness, missing, spread
from tests.crash.subjects import SUBJECTS
from tests.crash.sweep import USUAL, points, sweep

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))

MANY = points(os.environ.get("YINZHENG_CRASH_POINTS") or str(USUAL))
PAIRS = 12
DISASTERS = ["kill", "power"]
LOSES = {
    ("good", "kill"): False,
    ("good", "power"): False,
    ("ackfirst", "kill"): True,
    ("ackfirst", "power"): True,
    ("nosync", "kill"): False,
    ("nosync", "power"): True,
    ("nodirsync", "kill"): False,
    ("nodirsync", "power"): True,
    ("issue-nosync", "kill"): False,
    ("issue-nosync", "power"): True,
    ("issue-nodirsync", "kill"): False,
    ("issue-nodirsync", "power"): True,
}
"""The controls, small and in the real service, and where they have to lose something."""
FAULTLESS = [name for name in SUBJECTS if (name, "kill") not in LOSES]


def swept(name: str, disaster: str, folder: Path, most: int | None) -> tuple[int, dict[str, object]]:
    """How many points lose something, and what; at least one point of each call was tried."""
    found = sweep(name, folder / "run", power=disaster == "power", most=most)
    print(f"{name} {disaster}: {found}")
    assert all(found.tried[call] for call in found.points)
    return found.lost, dict(found.losing)


@pytest.mark.long
@pytest.mark.parametrize("disaster", DISASTERS)
@pytest.mark.parametrize("name", FAULTLESS)
def test_nothing_acknowledged_is_lost(name: str, disaster: str, tmp_path: Path) -> None:
    assert swept(name, disaster, tmp_path, MANY) == (0, {})


@pytest.mark.long
@pytest.mark.parametrize("disaster", DISASTERS)
@pytest.mark.parametrize("name", FAULTLESS)
def test_cut_off_again_while_it_is_taken_up(name: str, disaster: str, tmp_path: Path) -> None:
    """Two cuts in a row, anywhere; drawn by chance, and told with what fails."""
    seed = int.from_bytes(random_octets(8), "big")
    chance = random.Random(seed)
    with Harness(name, tmp_path / "run", power=disaster == "power") as harness:
        uses = harness.run().uses
        points = [(call, nth) for call in harness.calls(uses) for nth in range(1, uses[call] + 1)]
        for _ in range(PAIRS):
            faults = [Fault(*chance.choice(points)) for _ in range(2)]
            assert harness.run(*faults).complaints == [], (seed, faults)


@pytest.mark.long
@pytest.mark.parametrize(("name", "disaster"), LOSES)
def test_controls(name: str, disaster: str, tmp_path: Path) -> None:
    lost, what = swept(name, disaster, tmp_path, MANY)
    assert (lost > 0) is LOSES[name, disaster], what


@pytest.mark.parametrize("name", ["good", "ackfirst", "nosync", "nodirsync"])
def test_controls_in_short(name: str, tmp_path: Path) -> None:
    lost, what = swept(name, "power", tmp_path, 1)
    assert (lost > 0) is LOSES[name, "power"], what


def test_issuing_in_short(tmp_path: Path) -> None:
    assert swept("issue", "power", tmp_path, 1) == (0, {})


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(3, None, [1, 2, 3]), (3, 5, [1, 2, 3]), (9, 1, [9]), (9, 2, [1, 9]), (9, 3, [1, 5, 9]), (0, 4, [])],
)
def test_points_are_spread_from_the_first_to_the_last(count: int, most: int | None, expected: list[int]) -> None:
    assert spread(count, most) == expected
