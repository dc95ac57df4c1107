"""What a benchmark hands back, and how a rate is taken.

Rates are operations per CPU second of this process, so that other load on the machine falsifies them less. A rate is
the median of several rounds, with the interquartile range beside it; things that are compared take turns round by
round (`measure_together`), so that a change of clock speed meets all of them alike.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of a table: `ratio` is this rate divided by that of the row named `ratio_to`, from the same run."""

    name: str
    rate: float
    unit: str
    ratio_to: str | None
    ratio: float | None
    iqr: float


def measure(function: Work, *, seconds: float = 1.0, repeats: int = 5) -> tuple[float, float]:
    """Return (median calls per CPU second, interquartile range) over `repeats` rounds of about `seconds` each."""
    return measure_together({"": function}, seconds=seconds, repeats=repeats)[""]


def measure_together(
    works: Mapping[str, Work], *, seconds: float = 1.0, repeats: int = 5
) -> dict[str, tuple[float, float]]:
    """Measure several functions in turn, round by round; the same figures as `measure` for each name."""
    counts = {name: _calibrated(work, seconds) for name, work in works.items()}
    rates: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            rates[name].append(counts[name] / _timed(work, counts[name]))
    return {name: (statistics.median(found), _spread(found)) for name, found in rates.items()}


def compared(measured: Mapping[str, tuple[float, float]], unit: str, to: str) -> list[Row]:
    """Rows for figures of one run, each with its ratio to the one named `to`."""
    base = measured[to][0]
    return [
        Row(name, rate, unit, None if name == to else to, None if name == to else rate / base, spread)
        for name, (rate, spread) in measured.items()
    ]


def _calibrated(work: Work, seconds: float) -> int:
    """How many calls fill a round; doubles as warm-up."""
    count = 1
    while (used := _timed(work, count)) < seconds / 10:
        count *= 2
    return max(1, round(count * seconds / used))


def _timed(work: Work, count: int) -> float:
    """CPU seconds of `count` calls; the collector runs before and not during them."""
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time()
        for _ in range(count):
            work()
        return max(time.process_time() - begun, 1e-9)
    finally:
        gc.enable()


def _spread(rates: list[float]) -> float:
    if len(rates) < 2:
        return 0.0
    low, _, high = statistics.quantiles(rates, n=4, method="inclusive")
    return high - low
