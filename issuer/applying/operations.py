"""The operations on a licence 办理记录: from its issue on, each with an operation code of the housing ministry.

Nothing is stored for it. The first operation follows from the licence itself (`01`, or what it says it succeeds by),
the others are its acts; a successor is named where there is one. Codes are reconstructed (`trust.rules.standing`,
`trust.rules.succession`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from issuer.errors import NoSuchLicence
from issuer.ports import Entry
from trust.rules.standing import MOVES, Act
from trust.rules.succession import FIRST_ISSUE


@dataclass(frozen=True)
class Operation:
    """One operation: its code and word, when it took effect and was recorded, by whom, why, and the licence linked."""

    code: str
    label: str
    at: datetime
    recorded_at: datetime
    by: str
    reason: str = ""
    linked: str = ""


def operations_of(entry: Entry, acts: Sequence[Act], successor: Entry | None = None) -> tuple[Operation, ...]:
    """All operations on a released licence, in the order in which they were recorded.

    Raises:
        NoSuchLicence: it was not released.

    """
    if entry.artefacts is None:
        raise NoSuchLicence
    succession, at = entry.licence.succession, entry.artefacts.released_at
    first = Operation(
        succession.kind.operation if succession else FIRST_ISSUE,
        succession.kind.label if succession else "颁发",
        at,
        at,
        entry.by,
        linked=succession.predecessor if succession else "",
    )
    return first, *(_of_act(act, successor) for act in acts)


def _of_act(act: Act, successor: Entry | None) -> Operation:
    """An act; the one that was recorded for a successor names it."""
    move = MOVES[act.kind]
    follows = successor is not None and act.ground in {"superseded", "issued-in-error", "transfer-completed"}
    linked = str(successor.licence.identifier) if successor and follows else ""
    return Operation(move.operation, move.label, act.effective_at, act.recorded_at, act.by, act.reason, linked)
