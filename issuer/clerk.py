"""The clerk: who asks at the edges of issuing, and for which department.

Applications, orders of acts, batches, stock and webhooks belong to a department. Its officials and its own systems are
its clerks; what takes a decision is for people. A clerk sees what is the department's, and of everything else hears the
same as of what does not exist; keys of idempotency are the department's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from trust.rules.idempotency import own_key
from trust.sealing.ports import Officer

Right = Literal["enter", "decide"]
"""What a route needs: `enter` officials and systems of a department, `decide` its officials alone."""


@dataclass(frozen=True)
class Clerk:
    """An official or a system, and the department they act for; a system decides nothing."""

    officer: Officer
    department: str
    is_person: bool = True

    def own_key(self, key: str) -> str:
        """The key of idempotency as it is stored: the same key of another department is another one."""
        return own_key(self.department, key)


Authorize = Callable[[Right], Callable[..., Clerk]]
"""Gives the dependency that admits whoever has a right."""
