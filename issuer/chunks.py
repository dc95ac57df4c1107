"""Steps over many licences at once, where one that is refused leaves the others alone.

A step takes the outcomes of the step before it. What was refused there is handed on as it is; the others are done each
by itself, or together where the step is one transaction. What concerns one licence (its data, its face, its file) is
an outcome; what concerns all of them (a database, a key, a disk) is raised.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from issuer.errors import IssuerError
from templates.errors import TemplatesError
from trust.errors import TrustError

Refusal: TypeAlias = IssuerError | TemplatesError | TrustError
_REFUSALS = (IssuerError, TemplatesError, TrustError)
T = TypeVar("T")
U = TypeVar("U")
Outcome: TypeAlias = T | Refusal


def each(work: Callable[[T], Outcome[U]], items: Sequence[Outcome[T]]) -> list[Outcome[U]]:
    """Do the work for each item that was not refused; a refusal stands in its place."""
    done: list[Outcome[U]] = []
    for item in items:
        if isinstance(item, _REFUSALS):
            done.append(item)
            continue
        try:
            done.append(work(item))
        except _REFUSALS as refusal:
            done.append(refusal)
    return done


def together(work: Callable[[Sequence[T]], Sequence[Outcome[U]]], items: Sequence[Outcome[T]]) -> list[Outcome[U]]:
    """Do the work once for all items that were not refused, if there are any; answers come in their order."""
    sound = [item for item in items if not isinstance(item, _REFUSALS)]
    answers = iter(work(sound) if sound else [])
    return [item if isinstance(item, _REFUSALS) else next(answers) for item in items]
