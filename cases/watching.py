"""Watching 引用跟踪: which citations stood on a licence that fell.

A citation says what held when it was made; it stays true as a statement of the past and is never changed. But a case
still open should be told when its ground gives way. Two questions are answered: after an act, which citations are
touched by it; and before deciding a case, which of its citations still stand. Both are computed from the acts each
time, so there is no flag that could be forgotten.

An act may take effect before the day it was recorded. Then a citation may have stood on a licence that was, as is
known now, without force at that very instant: `GONE_BEFORE`, and a later reinstatement does not heal it. Otherwise the
licence fell after it was cited: `FELL_SINCE`. What follows for the case is for its department to decide.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cases.citation import Citation
from cases.ports import CitationIndex, Standings
from trust.rules.labelled import Labelled
from trust.rules.standing import Act, Standing, Status, standing_at


class Ground(Labelled):
    """Whether the licence under a citation still stands."""

    STANDS = "stands", "所引用证照仍然有效"
    FELL_SINCE = "fell-since", "引用后证照状态已变化，请复核本办件"
    GONE_BEFORE = "gone-before", "引用时证照已失去效力，请复核本办件"


@dataclass(frozen=True)
class Watched:
    """A citation, the standing of its licence now, and what that means for it."""

    citation: Citation
    standing: Standing
    ground: Ground


def watch_case(index: CitationIndex, standings: Standings, case_number: str, at: datetime) -> tuple[Watched, ...]:
    """Every citation of a case with the standing of its licence at `at`, oldest first."""
    return tuple(
        _judge(citation, partial(standings.standing, citation.identifier), at)
        for citation in index.of_case(case_number)
    )


def touched_by(index: CitationIndex, act: Act, acts: Iterable[Act], at: datetime) -> tuple[Watched, ...]:
    """The citations of the act's licence that do not stand at `at`, given all its acts.

    Nothing is reported before an act takes effect, nor for a suspension that was over before anything was cited.
    """
    known = tuple(acts)
    watched = (_judge(citation, partial(standing_at, known), at) for citation in index.of_licence(act.subject))
    return tuple(entry for entry in watched if entry.ground is not Ground.STANDS)


def _judge(citation: Citation, standing_when: Callable[[datetime], Standing], at: datetime) -> Watched:
    """Ask for the standing at the instant of the citation, as known now, and for the standing at `at`."""
    then, now = standing_when(citation.cited_at), standing_when(at)
    if then.status is not Status.VALID:
        return Watched(citation, now, Ground.GONE_BEFORE)
    return Watched(citation, now, Ground.STANDS if now.status is Status.VALID else Ground.FELL_SINCE)
