"""What came of the rows of a chunk, and whose fault it is 行的结果.

A row that is refused for what it says has failed for good: its data, its number, its face, its mandate. Anything else
that keeps a row from being issued is a fault of ours: a check after signing that fails, a plan that is not met, a
number rule that is exhausted. So is every refusal of what had begun, because all that a row says is judged before
anything of it is stored. Such a row goes on waiting; its key makes sure that it is issued once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from issuer.batches.life import Batch, Failure, key_of
from issuer.batches.ports import Batches
from issuer.chunks import Outcome
from issuer.errors import AlreadySucceeded, ApplicationRefused, DuplicateNumber, GivenUp, NoMandate, ReleasedBefore
from issuer.issuing import Issued
from templates.errors import CodeDoesNotFit, DoesNotFit, MissingGlyph
from trust.errors import Conflict, Malformed
from trust.rules.catalogue import LicenceType

OF_THE_ROW = (
    ApplicationRefused,
    NoMandate,
    DuplicateNumber,
    AlreadySucceeded,
    MissingGlyph,
    DoesNotFit,
    CodeDoesNotFit,
    Malformed,
)
"""What may be refused of a row for what it says."""


@dataclass
class Sorted:
    """Rows by what came of them: issued with their identifiers, failed for good, failed through a fault of ours.

    `lists` are the status lists of the issued ones, `waits` why others wait through nobody's fault.
    """

    issued: list[tuple[int, str]] = field(default_factory=list)
    failures: list[tuple[int, Failure]] = field(default_factory=list)
    faults: list[tuple[int, Failure]] = field(default_factory=list)
    lists: frozenset[int] = frozenset()
    waits: str = ""


def sort(
    desk: Batches, batch: Batch, rows: Sequence[int], outcomes: Sequence[Outcome[Issued]], kind: LicenceType
) -> Sorted:
    """The rows of a chunk by their outcomes."""
    made = Sorted()
    begun = _begun(desk, batch, [row for row, one in zip(rows, outcomes, strict=True) if isinstance(one, OF_THE_ROW)])
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, Issued):
            licence = outcome.entry.licence
            made.issued.append((row, str(licence.identifier)))
            made.lists |= {licence.status.list}
            continue
        told = desk.explain(outcome, kind)
        if isinstance(outcome, Conflict | ReleasedBefore):
            made.waits = told.reason  # the clock, another writer, or files that have to be handed in
        elif isinstance(outcome, GivenUp) or (isinstance(outcome, OF_THE_ROW) and row not in begun):
            made.failures.append((row, told))
        else:
            made.faults.append((row, told))
    return made


def _begun(desk: Batches, batch: Batch, rows: Sequence[int]) -> frozenset[int]:
    """The rows of which anything is stored."""
    keys = {key_of(batch.number, row): row for row in rows}
    return frozenset(keys[key] for key in desk.office.register.by_keys(list(keys))) if keys else frozenset()
