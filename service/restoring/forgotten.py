"""Forgotten 恢复时忘记的: what was released after the backup that was restored, and the register has only begun.

The log says so: it was brought back to the published root, and holds the token of such a licence or copy. Its files are
out. Nothing of it is signed, judged or given up any more; it waits until its files are handed in (`handing_in`).
"""

from collections.abc import Sequence
from datetime import datetime

from issuer.ports import Entry, State
from service.archive import Archive
from service.vouching import recovered_in
from trust.formats.leaf import token_commitment


def out_by_log(archive: Archive, entries: Sequence[Entry]) -> frozenset[str]:
    """Of entries that are not released the identifiers of those that the log of before the last restore has.

    What has an entry in a status list of after the last restore costs no query but the one for that list.
    """
    first = archive.epochs.first_list()
    old = [one for one in entries if one.licence.status.list < first]
    if not old:
        return frozenset()
    return _logged(archive, old, log_then(archive))


def log_then(archive: Archive) -> int:
    """How many entries the log had when the last restore had brought it back; 0 where there was none."""
    return max((one.log_size + recovered_in(one.report) for one in archive.epochs.every()), default=0)


def forgotten(archive: Archive, at: datetime, end: int) -> list[Entry]:
    """The licences and copies, begun before an instant, whose tokens are among the first `end` entries of the log."""
    begun = [*archive.register.unreleased(at), *archive.copies.unreleased(at)]
    out = _logged(archive, begun, end)
    return [one for one in begun if str(one.licence.identifier) in out]


def _logged(archive: Archive, entries: Sequence[Entry], end: int) -> frozenset[str]:
    tokens = {
        token_commitment(one.plan.token): str(one.licence.identifier)
        for one in entries
        if one.plan is not None and one.void is None and one.state is not State.RELEASED
    }
    places = archive.log.places(list(tokens))
    return frozenset(tokens[value] for value, place in places.items() if place < end)
