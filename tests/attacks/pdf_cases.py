"""What a case of the PDF corpus is: a file, the finding that meets it, and how grave that is; and a genuine file.

`TRUST` marks files whose octets are in order and whose signer is not who he seems: what stands against them is that
their certificates lead nowhere, and the reader has to hand over exactly those certificates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from trust.rules.verdict import Indication

FAILED, OPEN = Indication.FAILED, Indication.INDETERMINATE
TRUST: Literal["trust"] = "trust"
Way = Indication | Literal["trust"]


@dataclass(frozen=True)
class Case:
    """An attack: what it is called, how it is made, and the code and gravity of the finding that meets it."""

    name: str
    make: Callable[[], bytes]
    code: str
    way: Way = FAILED


@dataclass(frozen=True)
class Control:
    """A genuine file; `warnings` are those it has to show, no more and no fewer."""

    name: str
    make: Callable[[], bytes]
    warnings: frozenset[str] = frozenset()
