"""What a case of the OFD corpus is: a file, the finding that has to catch it, and how grave that has to be.

A case is caught when the reader answers with the finding named, at the level named or graver. "Tolerated" cases are
those a reader of foreign files must bear with and name; whether their signer is trusted is another matter.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.ofd_making import FAILED, Entries, Make, zipped
from trust.rules.verdict import Indication


@dataclass(frozen=True)
class Case:
    """An attack: the finding that has to be there, and how grave it has to be; PASSED means a named warning."""

    name: str
    make: Make
    code: str
    level: Indication = FAILED


def attack(name: str, entries: Callable[[], Entries], code: str, level: Indication = FAILED) -> Case:
    """A case given by entries, packed as others do."""
    return Case(name, lambda: zipped(entries()), code, level)
