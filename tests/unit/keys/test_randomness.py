"""Random octets: the size asked for, never the same, and never none."""

import pytest

from keys.randomness import random_octets


def test_size_and_difference():
    assert [len(random_octets(size)) for size in (1, 16, 1000)] == [1, 16, 1000]
    assert len({random_octets(16) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("count", [0, -1])
def test_nobody_asks_for_nothing(count):
    with pytest.raises(ValueError, match="at least one"):
        random_octets(count)
