"""A step taken of something that has a life: of what, which, when, by whom, and why where that is more than it says.

Steps are numbered from 1 for each thing, and only ever added. `issuer.store.steps` is how they are stored.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from trust.sealing.ports import Officer

StepT = TypeVar("StepT", bound=StrEnum)


@dataclass(frozen=True)
class Taken(Generic[StepT]):
    """One step taken; `number` is that of what it was taken of."""

    number: str
    sequence: int
    step: StepT
    at: datetime
    by: Officer
    note: str = ""
