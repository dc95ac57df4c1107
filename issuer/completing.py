"""Completing what was begun: from a stored entry to a released licence.

    3 token            signed under the plan stored with the entry; its picture goes onto the face
    4 plan             face drawn, digests of what both files will be signed over stored with the token (`planning`)
    5 seal             the use of the seal is recorded, then both files are signed; signed octets equal planned ones
    6 check            both files are examined as a verifier would, from their octets alone (`sealing`)
    7 store, log       files stored, kept by the register, read back; commitments to files and token appended to the log
    8 release          type and mandate judged once more; the register says released; only now the caller hears of it

Each step is done for a whole chunk before the next begins. Whatever is stored already is kept and must be met exactly;
there is never a second pair of sealed files. What lost its type or its mandate meanwhile is given up: that is stored
with the reason, its identifier is never used again, and what it was to follow stays in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuer.chunks import Outcome, each, together
from issuer.errors import NotSound
from issuer.planning import plan_all
from issuer.ports import Artefacts, Entry, Office, Pen, Release, State
from issuer.sealing import Sealed, seal_all
from issuer.still_allowed import live, not_out, still_allowed
from trust.errors import Conflict
from trust.formats.leaf import EntryKind, Statement, commitment, token_commitment
from trust.log.appending import TOLERANCE


@dataclass(frozen=True)
class Issued:
    """A released licence with its two files and the token of its code."""

    entry: Entry
    ofd: bytes
    pdf: bytes
    token: bytes


def complete(
    office: Office, entry: Entry, *, at: datetime, pen: Pen | None = None, release: Release | None = None
) -> Issued:
    """Carry an entry from wherever it stands to released, and give its files; `pen` where the caller holds it already.

    `release` stores the release, where something rests on it.

    Raises:
        NoPen: the body has no seal in force now; the entry stays where it stands.
        GivenUp: it was given up, now or before: the type was ended, or the body's mandate.
        ReleasedBefore: it was released after the backup that was restored, or may have been (MaybeReleased); its files
            are handed in.
        Conflict: `clock-went-back`, it was begun at a time that is still to come.
        PlanBroken, NotSound: something is wrong inside; nothing was released.

    """
    (outcome,) = complete_many(office, [entry], at=at, pen=pen, release=release)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def complete_many(
    office: Office,
    entries: Sequence[Outcome[Entry]],
    *,
    at: datetime,
    pen: Pen | None = None,
    release: Release | None = None,
) -> list[Outcome[Issued]]:
    """`complete` for many entries of one type and body; refusals among them are handed on.

    Raises:
        NoPen: as `complete`, for all of them.

    """
    open_ones = [one for one in entries if isinstance(one, Entry) and one.state is not State.RELEASED]
    made: dict[str, Outcome[Issued]] = {}
    if open_ones:
        # Where a lease ran out under slow work, another worker has begun some of them since `at`.
        at = office.log.instant(at)
        pen = pen or office.pen(open_ones[0].licence.identifier.issuer_code, at)
        timely = each(lambda entry: _timely(entry, at), open_ones)
        here = together(lambda some: not_out(office, some), timely)
        begun = together(lambda some: still_allowed(office, some, lambda entry: entry, at), here)
        planned = plan_all(office, begun, pen)
        sealed = together(lambda some: seal_all(office, some, pen, at), planned)
        granted = together(lambda some: still_allowed(office, some, lambda one: one.entry, at), sealed)
        released = together(lambda some: _released(office, some, at, release), granted)
        made = {entry.key: outcome for entry, outcome in zip(open_ones, released, strict=True)}
    return each(lambda entry: made[entry.key] if entry.key in made else _issued(office, entry, {}), entries)


def _issued(office: Office, entry: Entry, at_hand: Mapping[str, bytes]) -> Issued:
    """A released entry with its files."""
    if entry.plan is None or entry.artefacts is None:
        raise NotSound(str(entry.licence.identifier), "released without files")
    names = entry.artefacts.ofd, entry.artefacts.pdf
    ofd, pdf = (at_hand.get(name) or office.blobs.get(name) for name in names)
    return Issued(entry, ofd, pdf, entry.plan.token)


def _timely(entry: Entry, at: datetime) -> Entry:
    """The entry, unless it was begun at a time that is still to come: its files would bear that time."""
    if at < entry.begun_at - TOLERANCE:
        raise Conflict("clock-went-back", f"{entry.licence.identifier} was begun at {entry.begun_at.isoformat()}")
    return live(entry)


def _released(office: Office, sealed: Sequence[Sealed], at: datetime, release: Release | None) -> list[Outcome[Issued]]:
    """Log all of them, then release them in one transaction."""
    places = office.log.append_many([_statement(one) for one in sealed], at)
    artefacts = [Artefacts(*one.names, place, at) for one, place in zip(sealed, places, strict=True)]
    store = release or office.register.release_many
    entries = store([(one.entry, made) for one, made in zip(sealed, artefacts, strict=True)])
    return each(lambda pair: _issued(office, pair[0], pair[1].files), list(zip(entries, sealed, strict=True)))


def _statement(sealed: Sealed) -> Statement:
    """What the log says of a licence: commitments to both files and to the token."""
    licence, identifier = sealed.entry.licence, str(sealed.entry.licence.identifier)
    digests = [bytes.fromhex(name.removeprefix("sm3:")) for name in sealed.names]
    commitments = [commitment(licence.log_salt, identifier, digest) for digest in digests]
    return Statement(EntryKind.ISSUE, (*commitments, token_commitment(sealed.plan.token)))
