"""Handing in 交回: a licence that a restore has forgotten is released again as it was, from the files that are out.

    1 waiting      the register has begun it, and its files are out or may be (`forgotten`)
    2 the file     is one that the log of before the restore commits to, under this identifier, octet for octet
    3 the entry    of the log is the one that the public folder shows, and commits to both files and to the token
    4 planned      where the code was signed after the backup, what was signed is read from the files (`planned_again`)
    5 stored       files, and the uses of the seal that they show, at the time of the entry
    6 released     at the time and place of the entry, with whatever rests on the release

Nothing is signed. Who brings the files need not be asked, because the log vouches for them; a holder's copy is as good
as a department's. Where the blob folder still has both files, nobody has to bring them. Files are looked at one after
the other, and kept only until the other one of their licence comes.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from issuer.applying.ports import Applying
from issuer.applying.releasing import release_of
from issuer.chunks import Outcome, each
from issuer.converting.releasing import released_as
from issuer.converting.stock import Stage
from issuer.converting.submitting import key_of
from issuer.ports import Artefacts, Blobs, Entry
from issuer.soundness import require_sound
from issuer.still_allowed import live
from keys.sm3 import sm3
from service.archive import Archive
from service.blobs import BlobMissing
from service.public_folder import PublicFolder
from service.public_log import ShownLog
from service.restoring.forgotten import log_then, waiting
from service.restoring.planned_again import plan_in
from service.trail.doing import note_about
from trust.errors import Conflict
from trust.formats.leaf import EntryKind, Statement, commitment, decode_entry, token_commitment
from trust.formats.licence_document import encode_licence
from trust.formats.sealed_file import SealedFile
from trust.sealing.ports import SealUse
from verifier.confinement import BUSY, LIMIT
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
    """A file that the log commits to, taken apart, and the place of its entry in the log."""

    octets: bytes
    sealed: SealedFile
    place: int


@dataclass
class _Waiting:
    """An entry, the files of it that have come so far by kind, and the kinds of which another file came."""

    entry: Entry
    files: dict[str, _File] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    @property
    def identifier(self) -> str:
        return str(self.entry.licence.identifier)


def hand_in(window: Window, files: Iterable[bytes], *, at: datetime) -> Mapping[str, Outcome[Entry]]:
    """Release what these files belong to; by identifier the released entry, or why it is not.

    Files of nothing that waits are passed over. Refused in their places, as Conflict: `handed-in-half`, one of the two
    files is missing; `handed-in-differs`, a file says that it is this licence and is not what was logged;
    `public-copy-differs`; what releasing raises; and under the digest of a file, `handed-in-unread`, it could not be
    taken apart within the limits of its reader.
    """
    archive = window.archive
    known = {str(one.licence.identifier): _Waiting(one) for one in waiting(archive, at)}
    end, done = log_then(archive), dict[str, Outcome[Entry]]()
    for octets in files if known else ():
        read, identifier = _taken_apart(window, octets)
        if read is None:
            continue
        if identifier is None:
            done |= _unread(octets, read)
        elif (one := known.get(identifier)) is not None and isinstance(read, SealedFile):
            _put(archive, one, octets, read, end)
            if len(one.files) == len(KINDS):
                done |= _released(window, known.pop(identifier), at)
    return done | {one.identifier: _lacking(one) for one in known.values() if one.files or one.others}


def from_blobs(window: Window, *, at: datetime) -> Mapping[str, Outcome[Entry]]:
    """Release everything whose two files the blob folder still has; the others go on waiting."""
    end, done = log_then(window.archive), dict[str, Outcome[Entry]]()
    for one in map(_Waiting, waiting(window.archive, at)):
        for octets in _still_there(window, one.entry):
            read, identifier = _taken_apart(window, octets)
            if identifier == one.identifier and isinstance(read, SealedFile):
                _put(window.archive, one, octets, read, end)
        if len(one.files) == len(KINDS):
            done |= _released(window, one, at)
    return done


def still_out(archive: Archive, at: datetime) -> list[str]:
    """The identifiers of everything that waits for its files."""
    return [str(one.licence.identifier) for one in waiting(archive, at)]


def _still_there(window: Window, entry: Entry) -> list[bytes]:
    """The files that the register named before the backup, as far as the blob folder has them."""
    found = []
    for name in entry.sealed or ():
        with suppress(BlobMissing):
            found.append(window.blobs.get(name))
    return found


def _taken_apart(window: Window, octets: bytes) -> tuple[FileRead | None, str | None]:
    """A file, and which licence it says it is; None where it is no file that is read, or no licence of ours."""
    try:
        read = window.read(octets)
    except ValueError:
        return None, None
    licence = read_licence(read)[1] if isinstance(read, SealedFile) else None
    return read, None if licence is None else str(licence.identifier)


def _unread(octets: bytes, read: FileRead) -> Mapping[str, Outcome[Entry]]:
    """Why a file is not known, where its reader met a limit or had no turn; nothing where it is no licence of ours."""
    digest = f"sm3:{sm3(octets).hex()}"
    return {digest: Conflict("handed-in-unread", digest)} if {LIMIT, BUSY} & {*read.findings} else {}


def _put(archive: Archive, one: _Waiting, octets: bytes, read: SealedFile, end: int) -> None:
    """Keep a file with its entry, if the log of before the restore commits to it."""
    place = archive.log.find(_committed(one.entry, octets))
    if place is None or place >= end:
        one.others.add(read.kind)
    else:
        one.files[read.kind] = _File(octets, read, place)


def _lacking(one: _Waiting) -> Conflict:
    """Why an entry is not released that files came of, but not both."""
    kind = next(kind for kind in KINDS if kind not in one.files)
    return Conflict("handed-in-differs" if kind in one.others else "handed-in-half", f"{one.identifier}: {kind}")


def _released(window: Window, one: _Waiting, at: datetime) -> Mapping[str, Outcome[Entry]]:
    (outcome,) = each(lambda found: _release(window, found, at), [one])
    return {one.identifier: outcome}


def _release(window: Window, one: _Waiting, at: datetime) -> Entry:
    """One licence or copy, from its two files."""
    ofd, pdf = (one.files[kind] for kind in KINDS)
    octets = window.archive.log.entries(ofd.place, ofd.place + 1)[0]
    _require_shown(window, ofd.place, octets)
    logged = decode_entry(octets)
    entry = one.entry
    if entry.plan is None:
        entry = replace(entry, plan=plan_in(entry, logged.statement, ofd.octets, pdf.octets))
    if logged.statement != _statement(entry, (ofd.octets, pdf.octets)):
        raise Conflict("handed-in-differs", one.identifier)
    for file in (ofd, pdf):
        require_sound(one.identifier, file.sealed, encode_licence(entry.licence), read_licence(file.sealed)[0])
    names = [window.blobs.put(file.octets) for file in (ofd, pdf)]
    for name in names:
        window.blobs.get(name)  # raises where the folder did not keep it
    if one.entry.plan is None:
        entry = _kept(window.archive, entry)
    _record_uses(window, entry, (ofd, pdf), logged.at)
    note_about(identifier=one.identifier)
    return _store(window, entry, Artefacts(names[0], names[1], ofd.place, logged.at), at)


def _require_shown(window: Window, place: int, octets: bytes) -> None:
    """See that the public folder shows this very entry."""
    if ShownLog(window.folder).entries(place, place + 1) != [octets]:
        raise Conflict("public-copy-differs", f"entry {place} of the log")


def _kept(archive: Archive, entry: Entry) -> Entry:
    """The same, once the register has kept the plan; raises GivenUp where somebody has given it up meanwhile."""
    assert entry.plan is not None
    plan_many = archive.register.plan_many if entry.licence.copy is None else archive.copies.plan_many
    (kept,) = plan_many([(entry, entry.plan)])
    if live(kept).plan != entry.plan:
        raise Conflict("handed-in-differs", str(entry.licence.identifier))
    return kept


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
    """Release it with whatever rests on its release: its application, its row of a batch, its stock, or nothing."""
    archive, wanted = window.archive, [(entry, made)]
    docket, row = archive.dockets.find(entry.key.removeprefix("docket:")), _ROW.fullmatch(entry.key)
    stock = archive.stocks.find(entry.key.removeprefix("stock:"))
    if entry.licence.copy is not None:
        (stored,) = archive.copies.release_many(wanted)
    elif docket is not None and docket.key == entry.key:
        (stored,) = release_of(window.applying, docket, at, again=True)(wanted)
    elif row is not None:
        (stored,) = archive.batches.release(row[1], wanted)
    elif stock is not None and key_of(stock.number) == entry.key and stock.stage is Stage.CONFIRMED:
        released, event = released_as(stock, entry, by=stock.confirmed_by or stock.submitted_by, at=at)
        (stored,) = archive.stocks.release(stock, released, event, wanted)
    else:
        (stored,) = archive.register.release_many(wanted)
    return live(stored)
