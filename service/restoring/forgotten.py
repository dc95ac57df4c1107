"""Forgotten 恢复时忘记的: what was released after the backup that was restored, and the register has only begun.

Where the code had been signed by the backup, the log tells: it was brought back to the published root, and holds the
token. Its files are out. Where the code had not been signed, whatever token came of it is unknown, and so is its place
in the log; if licences were logged after the backup, any of them may be this one. Nothing of either kind is signed or
judged any more: it waits until its files are handed in (`handing_in`). What may be out, a person may give up instead.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from issuer.ports import Entry, State
from service.archive import Archive
from service.vouching import recovered_in
from trust.formats.leaf import EntryKind, token_commitment


def out_by_log(archive: Archive, entries: Sequence[Entry]) -> Mapping[str, bool]:
    """Of entries that are not released the identifiers of those whose files are out: True for certain, False maybe.

    What has an entry in a status list of after the last restore costs no query but the one for that list.
    """
    first = archive.epochs.first_list()
    old = [one for one in entries if one.licence.status.list < first]
    if not old:
        return {}
    maybe = dict.fromkeys((str(one.licence.identifier) for one in unsure(old, _unsure_below(archive))), False)
    return maybe | dict.fromkeys(logged(archive, old, log_then(archive)), True)


def log_then(archive: Archive) -> int:
    """How many entries the log had when the last restore had brought it back; 0 where there was none."""
    return max((one.log_size + recovered_in(one.report) for one in archive.epochs.every()), default=0)


def waiting(archive: Archive, at: datetime) -> list[Entry]:
    """The licences and copies, begun before an instant, whose files are out or may be, the certain ones first."""
    begun = unreleased(archive, at)
    out = out_by_log(archive, begun)
    found = [one for one in begun if str(one.licence.identifier) in out]
    return sorted(found, key=lambda one: not out[str(one.licence.identifier)])


def unreleased(archive: Archive, at: datetime) -> list[Entry]:
    """The licences and copies that were begun before an instant and are neither released nor given up."""
    begun = [*archive.register.unreleased(at), *archive.copies.unreleased(at)]
    return [one for one in begun if one.void is None]


def logged(archive: Archive, entries: Sequence[Entry], end: int) -> frozenset[str]:
    """The identifiers of those entries, not released, whose tokens are among the first `end` entries of the log."""
    tokens = {
        token_commitment(one.plan.token): str(one.licence.identifier)
        for one in entries
        if one.plan is not None and _is_open(one)
    }
    places = archive.log.places(list(tokens))
    return frozenset(tokens[value] for value, place in places.items() if place < end)


def unsure(entries: Sequence[Entry], below: int) -> list[Entry]:
    """The entries, not released, without a token, that have their place in a status list below one."""
    return [one for one in entries if one.plan is None and _is_open(one) and one.licence.status.list < below]


def _unsure_below(archive: Archive) -> int:
    """The first list of the last restore that found licences in the log which the backup did not have."""
    return max((one.first_shard for one in archive.epochs.every() if _issued_in(one.report)), default=0)


def _issued_in(report: bytes) -> bool:
    """Whether licences or copies are among what a restore brought back, by its report; an unreadable one counts."""
    try:
        said = json.loads(report).get("log_entries_recovered") if report else {}
        return bool(said.get(EntryKind.ISSUE.value))
    except (ValueError, AttributeError):
        return True


def _is_open(entry: Entry) -> bool:
    return entry.void is None and entry.state is not State.RELEASED
