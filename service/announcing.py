"""Logging every signed edition of a list before the public sees it, whoever signed it and wherever a process died.

A list that is public and in no log is what a hidden list would look like, so none may come about by accident. Editions
are logged in the order of their numbers, all up to the newest, also those that another process signed and did not live
to log; one that was overtaken by a newer one is among them. So whatever is logged, everything before it is logged, and
a process that begins has to look back only as far as the first that is.
"""

from collections.abc import Callable
from datetime import datetime

from trust.formats.leaf import EntryKind, Statement, public_statement
from trust.log.appending import append
from trust.log.ports import LogStore

Stored = Callable[[int], bytes | None]
"""The octets of a signed edition by its number; None where none was completed under it."""


class Announcer:
    """What this process knows of which editions are logged."""

    def __init__(self, log: LogStore) -> None:
        self._log = log
        self._upto: dict[str, int] = {}

    def announce(self, name: str, kind: EntryKind, newest: int, stored: Stored, at: datetime) -> dict[int, bytes]:
        """Log the editions of the series `name` up to `newest` that are not logged; by number those that were not.

        Raises:
            Conflict: as `append`.

        """
        fresh = {} if self._upto.get(name, 0) >= newest else self._unlogged(name, kind, newest, stored)
        if fresh:
            append(self._log, [_statement(kind, fresh[number]) for number in sorted(fresh)], at)
        self._upto[name] = max(newest, self._upto.get(name, 0))
        return fresh

    def _unlogged(self, name: str, kind: EntryKind, newest: int, stored: Stored) -> dict[int, bytes]:
        """Backwards from the newest: to the last that this process logged, or to the first found logged."""
        found, last = dict[int, bytes](), self._upto.get(name)
        for number in range(newest, last or 0, -1):
            octets = stored(number)
            if octets is None:
                continue  # planned, and never signed
            if last is None and self._log.find(_statement(kind, octets).commitments[0]) is not None:
                break
            found[number] = octets
        return found


def _statement(kind: EntryKind, octets: bytes) -> Statement:
    return public_statement(kind, octets)
