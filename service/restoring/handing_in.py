"""Handing in 交回: a licence that a restore has forgotten is released again as it was, from the files that are out.

    1 waiting      the register has begun it, and the log of before the restore has its token (`forgotten`)
    2 the entry    of the log is the one that the public folder shows
    3 the files    OFD and PDF are those that the entry commits to, octet for octet, and hold as any verifier asks
    4 stored       files, and the uses of the seal that they show, at the time of the entry
    5 released     at the time and place of the entry, with whatever rests on the release

Nothing is signed. Who brings the files need not be asked, because the log vouches for them; a holder's copy is as good
as a department's. Where the blob folder still has both files, nobody has to bring them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from issuer.applying.ports import Applying
from issuer.applying.releasing import release_of
from issuer.chunks import Outcome, each
from issuer.ports import Artefacts, Blobs, Entry
from issuer.soundness import require_sound
from keys.sm3 import sm3
from service.archive import Archive
from service.blobs import BlobMissing
from service.public_folder import PublicFolder
from service.public_log import ShownLog
from service.restoring.forgotten import forgotten, log_then
from service.trail.doing import note_about
from trust.errors import Conflict
from trust.formats.leaf import Entry as Logged
from trust.formats.leaf import EntryKind, Statement, commitment, decode_entry, token_commitment
from trust.formats.licence_document import encode_licence
from trust.formats.sealed_file import SealedFile
from trust.sealing.ports import SealUse
from verifier.content import read_licence
from verifier.reading import FileRead

KINDS = ("ofd", "pdf")
_ROW = re.compile(r"batch:([^/]+)/[0-9]{1,9}", re.ASCII)
"""The key of a row of a batch; its first part is the number of the batch."""


@dataclass(frozen=True)
class Window:
    """Everything that handing in needs; `read` takes a file apart, `folder` is the public folder."""

    archive: Archive
    blobs: Blobs
    applying: Applying
    folder: PublicFolder
    read: Callable[[bytes], FileRead]


@dataclass(frozen=True)
class _File:
    """A file that was handed in, taken apart, and which licence it says it is."""

    octets: bytes
    sealed: SealedFile
    identifier: str


@dataclass(frozen=True)
class _Waiting:
    """An entry with its place in the log, and what the log has there."""

    entry: Entry
    place: int
    octets: bytes

    @property
    def identifier(self) -> str:
        return str(self.entry.licence.identifier)


def hand_in(window: Window, files: Iterable[bytes], *, at: datetime) -> Mapping[str, Outcome[Entry]]:
    """Release what these files belong to; by identifier the released entry, or why it is not.

    Files of nothing that waits are passed over. Refused in their places, as Conflict: `handed-in-half`, one of the two
    files is missing; `handed-in-differs`, a file says that it is this licence and is not what was logged;
    `public-copy-differs`; and what releasing raises.
    """
    handed = [found for octets in files if (found := _taken_apart(window, octets)) is not None]
    claimed = {one.identifier for one in handed}
    return _released(window, [one for one in _waiting(window, at) if one.identifier in claimed], handed, at)


def from_blobs(window: Window, *, at: datetime) -> Mapping[str, Outcome[Entry]]:
    """Release everything whose two files the blob folder still has; the others go on waiting."""
    waiting, handed = list[_Waiting](), list[_File]()
    for one in _waiting(window, at):
        files = _still_there(window, one.entry)
        if len(files) == len(KINDS):
            waiting.append(one)
            handed += files
    return _released(window, waiting, handed, at)


def still_out(archive: Archive, at: datetime) -> list[str]:
    """The identifiers of everything that waits for its files."""
    return [str(one.licence.identifier) for one in forgotten(archive, at, log_then(archive))]


def _still_there(window: Window, entry: Entry) -> list[_File]:
    """The files that the register named before the backup, as far as the blob folder has them."""
    found = []
    for name in entry.sealed or ():
        with suppress(BlobMissing):
            found.append(_taken_apart(window, window.blobs.get(name)))
    return [one for one in found if one is not None]


def _waiting(window: Window, at: datetime) -> list[_Waiting]:
    log, found = window.archive.log, []
    for entry in forgotten(window.archive, at, log_then(window.archive)):
        place = log.find(token_commitment(entry.plan.token)) if entry.plan else None
        if place is not None:
            found.append(_Waiting(entry, place, log.entries(place, place + 1)[0]))
    return found


def _taken_apart(window: Window, octets: bytes) -> _File | None:
    """A file with what it says it is; None where it is no licence of ours."""
    try:
        read = window.read(octets)
    except ValueError:
        return None
    licence = read_licence(read)[1] if isinstance(read, SealedFile) else None
    if licence is None or not isinstance(read, SealedFile):
        return None
    return _File(octets, read, str(licence.identifier))


def _released(
    window: Window, waiting: Sequence[_Waiting], handed: Sequence[_File], at: datetime
) -> Mapping[str, Outcome[Entry]]:
    done = each(
        lambda one: _release(window, one, [file for file in handed if file.identifier == one.identifier], at), waiting
    )
    return {one.identifier: outcome for one, outcome in zip(waiting, done, strict=True)}


def _release(window: Window, one: _Waiting, handed: Sequence[_File], at: datetime) -> Entry:
    """One licence or copy, from the files among these that the log commits to."""
    _require_shown(window, one)
    logged = decode_entry(one.octets)
    files = [_as_logged(one, logged, handed, kind) for kind in KINDS]
    if logged.statement != _statement(one.entry, [file.octets for file in files]):
        raise Conflict("handed-in-differs", one.identifier)
    names = [window.blobs.put(file.octets) for file in files]
    for name in names:
        window.blobs.get(name)  # raises where the folder did not keep it
    _record_uses(window, one.entry, files, logged.at)
    note_about(identifier=one.identifier)
    return _store(window, one.entry, Artefacts(names[0], names[1], one.place, logged.at), at)


def _require_shown(window: Window, one: _Waiting) -> None:
    """See that the public folder shows this very entry."""
    if ShownLog(window.folder).entries(one.place, one.place + 1) != [one.octets]:
        raise Conflict("public-copy-differs", f"entry {one.place} of the log")


def _as_logged(one: _Waiting, logged: Logged, handed: Sequence[_File], kind: str) -> _File:
    """The file of a kind that was logged; it holds as any verifier will ask."""
    of_kind = [file for file in handed if file.sealed.kind == kind]
    if not of_kind:
        raise Conflict("handed-in-half", f"{one.identifier}: {kind}")
    for file in of_kind:
        if _committed(one.entry, file.octets) in logged.statement.commitments:
            metadata, judged = encode_licence(one.entry.licence), read_licence(file.sealed)[0]
            require_sound(one.identifier, file.sealed, metadata, judged)
            return file
    raise Conflict("handed-in-differs", f"{one.identifier}: {kind}")


def _committed(entry: Entry, octets: bytes) -> bytes:
    return commitment(entry.licence.log_salt, str(entry.licence.identifier), sm3(octets))


def _statement(entry: Entry, files: Sequence[bytes]) -> Statement:
    """What the log says of this entry's token and these files, OFD and PDF."""
    token = () if entry.plan is None else (token_commitment(entry.plan.token),)
    return Statement(EntryKind.ISSUE, (*(_committed(entry, octets) for octets in files), *token))


def _record_uses(window: Window, entry: Entry, files: Sequence[_File], at: datetime) -> None:
    """The uses of the seal that the files show, as far as the backup did not have them."""
    seals = [file.sealed.seal for file in files]
    plans = entry.plan.files if entry.plan else ()
    subject = str(entry.licence.identifier)
    window.archive.seals.record_uses(
        [
            SealUse(seal.seal_id, subject, bytes.fromhex(plan.removeprefix("sm3:")), at, entry.by)
            for seal, plan in zip(seals, plans, strict=True)
            if seal is not None
        ]
    )


def _store(window: Window, entry: Entry, made: Artefacts, at: datetime) -> Entry:
    """Release it with whatever rests on its release: its application, its row of a batch, or nothing."""
    archive, wanted = window.archive, [(entry, made)]
    docket, row = archive.dockets.find(entry.key.removeprefix("docket:")), _ROW.fullmatch(entry.key)
    if archive.copies.by_key(entry.key) is not None:
        (stored,) = archive.copies.release_many(wanted)
    elif docket is not None and docket.key == entry.key:
        (stored,) = release_of(window.applying, docket, at)(wanted)
    elif row is not None:
        (stored,) = archive.batches.release(row[1], wanted)
    else:
        (stored,) = archive.register.release_many(wanted)
    return stored
