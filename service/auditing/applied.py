"""Applications beside their steps: what is applied for, who had a hand in it, and who approved, also under way.

Every step has the digest of what stood in the application then, and the trail binds the steps. So an application that
says anything else was changed by somebody who went past the register. Whoever took a step must have had the right to
then; what carries on what was decided (`BEGIN`) is the register's, whoever occasions it.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from sqlalchemy import Engine, select

from issuer.applying.docket import Event, authors_after, changed_since
from issuer.applying.life import LIFE, Step
from issuer.applying.store import docket, docket_event, docket_of, event_in
from service.auditing.hands import CHECK, along, faults_of
from service.auditing.staff import Staff
from service.auditing.step_rights import of_clerks
from service.blocks import BLOCK, blocks_of
from verifier.auditing.ports import Looked, Mismatch


class Applied:
    """The applications of one installation."""

    def __init__(self, engine: Engine, staff: Callable[[], Staff]) -> None:
        self._engine, self._staff = engine, staff

    def mismatches(self) -> Iterator[Mismatch | Looked]:
        """Applications that say anything else than their steps, block by block."""
        rows, staff = blocks_of(self._engine, docket, [docket.c.number]), self._staff()
        while some := list(islice(rows, BLOCK)):
            yield Looked("applications", len(some))
            steps = self._steps([row.number for row in some])
            for row in some:
                own = steps.get(row.number, [])
                yield Looked(CHECK, len(own))
                taken = along(LIFE, own, f"docket/{row.number}", partial(of_clerks, row.body_code), authors_after)
                yield from faults_of((one for one in taken if one.label != Step.BEGIN.label), staff)
                if changed_since(docket_of(row), own):
                    said = "申请的内容、经办人或批准与它的办理步骤不符：申请被改动，或步骤被删除。"
                    yield Mismatch("applications", "application-changed", str(row.number), said)

    def _steps(self, numbers: list[str]) -> dict[str, list[Event]]:
        """The steps of each application, in their order."""
        found: dict[str, list[Event]] = {}
        wanted = select(docket_event).where(docket_event.c.number.in_(numbers)).order_by(docket_event.c.sequence)
        with self._engine.connect() as connection:
            for row in connection.execute(wanted):
                found.setdefault(row.number, []).append(event_in(row))
        return found
