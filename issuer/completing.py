"""Completing what was begun: from a stored entry to a released licence.

    3 token            signed under the plan stored with the entry; its picture goes onto the face
    4 plan             face drawn, digests of what both files will be signed over stored with the token
    5 seal             the use of the seal is recorded, then both files are signed; signed octets equal planned ones
    6 check            both files are examined as a verifier would, from their octets alone
    7 store, log       files stored, kept by the register, read back; commitments to files and token appended to the log
    8 release          type and mandate judged once more; the register says released; only now the caller hears of it

Each step is done for a whole chunk before the next begins. Whatever is stored already is kept and must be met exactly;
there is never a second pair of sealed files. What lost its type or its mandate meanwhile is given up: that is stored
with the reason, its identifier is never used again, and what it was to follow stays in force.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from issuer.chunks import Outcome, each, together
from issuer.drafting import Drawn, digest_of, draw, plan_token
from issuer.errors import GivenUp, NotSound, PlanBroken
from issuer.photographs import photographs
from issuer.ports import Artefacts, Entry, Office, Pen, Release, SigningPlan, State
from issuer.signing import sign_all
from issuer.soundness import require_sound, require_token
from issuer.still_allowed import still_allowed
from templates.library import Bundle
from trust.errors import Conflict
from trust.formats.leaf import EntryKind, Statement, commitment, token_commitment
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.log.appending import TOLERANCE
from trust.sealing.ports import SealUse


@dataclass(frozen=True)
class Issued:
    """A released licence with its two files and the token of its code."""

    entry: Entry
    ofd: bytes
    pdf: bytes
    token: bytes


@dataclass(frozen=True)
class _Token:
    """An entry, what is signed for its token, how that becomes the token, and the token once it is there."""

    entry: Entry
    message: bytes
    finish: Callable[[bytes], bytes]
    octets: bytes


@dataclass(frozen=True)
class _Planned:
    """An entry, its plan as it follows from the face, and what is to be signed."""

    entry: Entry
    plan: SigningPlan
    drawn: Drawn


@dataclass(frozen=True)
class _Sealed:
    """An entry with its plan and its two files: their names (OFD, PDF), and their octets by name."""

    entry: Entry
    plan: SigningPlan
    names: tuple[str, str]
    files: Mapping[str, bytes]


def complete(office: Office, entry: Entry, *, at: datetime, pen: Pen | None = None) -> Issued:
    """Carry an entry from wherever it stands to released, and give its files; `pen` where the caller holds it already.

    Raises:
        NoPen: the body has no seal in force now; the entry stays where it stands.
        GivenUp: it was given up, now or before: the type was ended, or the body's mandate.
        Conflict: `clock-went-back`, it was begun at a time that is still to come.
        PlanBroken, NotSound: something is wrong inside; nothing was released.

    """
    (outcome,) = complete_many(office, [entry], at=at, pen=pen)
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
        pen = pen or office.pen(open_ones[0].licence.identifier.issuer_code, at)
        timely = each(lambda entry: _timely(entry, at), open_ones)
        begun = together(lambda some: still_allowed(office, some, lambda entry: entry, at), timely)
        planned = _plan(office, begun, pen)
        sealed = together(lambda some: _sealed(office, some, pen, at), planned)
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
    return _live(entry)


def _live(entry: Entry) -> Entry:
    """The entry, unless it was given up."""
    if entry.void is not None:
        raise GivenUp(str(entry.licence.identifier), entry.void.reason)
    return entry


def _plan(office: Office, entries: Sequence[Outcome[Entry]], pen: Pen) -> list[Outcome[_Planned]]:
    """Tokens, faces and signing plans, each kept by the register; faces are those the licences were begun with."""
    face = cache(office.face)  # a chunk is of one type, and nearly always of one face
    tokens = together(lambda some: _tokens(some, pen), each(lambda entry: _token_plan(entry, pen), entries))
    drawn = each(lambda one: _drawn(office, one, pen, face), tokens)
    kept = together(lambda some: _kept(office, some), drawn)
    live = each(lambda one: replace(one, entry=_live(one.entry)), kept)
    return each(lambda one: one if one.plan == one.entry.plan else _again(office, one, pen), live)


def _token_plan(entry: Entry, pen: Pen) -> _Token:
    """The token on record, or what has to be signed for a new one: that which the entry was begun with."""
    message, finish = plan_token(entry.licence, pen)
    if digest_of(message) != entry.token_plan:
        raise PlanBroken(str(entry.licence.identifier), "the token")
    return _Token(entry, message, finish, entry.plan.token if entry.plan else b"")


def _tokens(planned: Sequence[_Token], pen: Pen) -> list[_Token]:
    """The same with the tokens that are not on record yet."""
    signatures = iter(sign_all(pen.signer, [one.message for one in planned if not one.octets]))
    return [one if one.octets else replace(one, octets=one.finish(next(signatures))) for one in planned]


def _drawn(office: Office, token: _Token, pen: Pen, face: Callable[[str, str], Bundle]) -> _Planned:
    """The face with its token, and what follows from it."""
    entry, octets = token.entry, token.octets
    licence, identifier = entry.licence, str(entry.licence.identifier)
    require_token(identifier, octets, token.message, pen.certificate.public_key)
    bundle = face(licence.identifier.type_code, licence.template)
    photos = photographs(office, licence, bundle)
    drawn = draw(licence, bundle, pen, token=octets, host_url=office.host_url, at=entry.begun_at, photos=photos)
    plan = SigningPlan(octets, digest_of(drawn.ofd.to_be_signed), digest_of(drawn.pdf.to_be_signed))
    if entry.plan not in (None, plan):
        raise PlanBroken(identifier, "the signing plan")
    return _Planned(entry, plan, drawn)


def _kept(office: Office, drawn: Sequence[_Planned]) -> list[_Planned]:
    """The same with the entries as the register has them now."""
    entries = office.register.plan_many([(one.entry, one.plan) for one in drawn])
    return [replace(one, entry=entry) for one, entry in zip(drawn, entries, strict=True)]


def _again(office: Office, planned: _Planned, pen: Pen) -> Outcome[_Planned]:
    """The register has another plan: where another request under the same key was first, its token stays."""
    entry = planned.entry
    if entry.plan is None or entry.plan.token == planned.plan.token:
        raise PlanBroken(str(entry.licence.identifier), "the signing plan")
    (outcome,) = _plan(office, [entry], pen)
    return outcome


def _sealed(office: Office, planned: Sequence[_Planned], pen: Pen, at: datetime) -> list[Outcome[_Sealed]]:
    """Sign what is not signed yet, and read back what another attempt has stored."""
    fresh = [one for one in planned if one.entry.sealed is None]
    made = {one.entry.key: outcome for one, outcome in zip(fresh, _signed(office, fresh, pen, at), strict=True)}
    return each(lambda one: made.get(one.entry.key) or _read_back(office, one.entry, one.plan, {}), planned)


def _signed(office: Office, planned: Sequence[_Planned], pen: Pen, at: datetime) -> list[Outcome[_Sealed]]:
    """Record the uses of the seal, sign both files of each, examine, store and read them back; the register keeps them.

    What cannot be read back is not kept by the register, so that the same request can make it anew.
    """
    if not planned:
        return []
    seal_id = pen.seal.seal_id
    uses = [(one.entry, bytes.fromhex(plan.removeprefix("sm3:"))) for one in planned for plan in one.plan.files]
    office.uses.record_uses(
        [SealUse(seal_id, str(entry.licence.identifier), digest, at, entry.by) for entry, digest in uses]
    )
    messages = [message for one in planned for message in (one.drawn.ofd.to_be_signed, one.drawn.pdf.to_be_signed)]
    signatures = sign_all(pen.signer, messages)
    signed = each(
        lambda one: _sealed_by(office, pen, *one), list(zip(planned, signatures[::2], signatures[1::2], strict=True))
    )
    stored = together(lambda some: _store(office, some), signed)
    return together(lambda some: _keep(office, some), stored)


def _sealed_by(office: Office, pen: Pen, planned: _Planned, for_ofd: bytes, for_pdf: bytes) -> _Sealed:
    """Put the signatures into both files and see that a verifier will take them."""
    identifier, drawn = str(planned.entry.licence.identifier), planned.drawn
    ofd = drawn.ofd.complete(for_ofd, pen.certificate.der)
    pdf = drawn.pdf.complete(for_pdf)
    for sealed in (examine_ofd(ofd), examine_pdf(pdf)):
        require_sound(identifier, sealed, drawn.metadata, office.judged(sealed))
    names = digest_of(ofd), digest_of(pdf)
    return _Sealed(planned.entry, planned.plan, names, dict(zip(names, (ofd, pdf), strict=True)))


def _store(office: Office, signed: Sequence[_Sealed]) -> list[Outcome[_Sealed]]:
    """Store the files of all, then hold each against what the storage has now; octets that are equal need no digest."""
    office.blobs.put_many({name: file for one in signed for name, file in one.files.items()})

    def compared(one: _Sealed) -> _Sealed:
        if any(office.blobs.stored(name) != file for name, file in one.files.items()):
            raise NotSound(str(one.entry.licence.identifier), "a stored file differs from what was made")
        return one

    return each(compared, signed)


def _keep(office: Office, stored: Sequence[_Sealed]) -> list[Outcome[_Sealed]]:
    """Let the register keep the names; where it has others, another attempt was first, and those are the files."""
    entries = office.register.seal_many([(one.entry, one.names) for one in stored])
    pairs = list(zip(stored, entries, strict=True))
    return each(lambda pair: _read_back(office, pair[1], pair[0].plan, pair[0].files), pairs)


def _read_back(office: Office, entry: Entry, plan: SigningPlan, at_hand: Mapping[str, bytes]) -> _Sealed:
    """The sealed files that the register has; the log will vouch for them, so octets are held against names.

    Those in `at_hand` were compared already.
    """
    identifier = str(_live(entry).licence.identifier)
    if entry.sealed is None:
        raise NotSound(identifier, "the register did not keep the sealed files")
    files = {name: at_hand.get(name) or office.blobs.get(name) for name in entry.sealed}
    if any(name not in at_hand and digest_of(file) != name for name, file in files.items()):
        raise NotSound(identifier, "a stored file differs from what was made")
    return _Sealed(entry, plan, entry.sealed, files)


def _released(
    office: Office, sealed: Sequence[_Sealed], at: datetime, release: Release | None
) -> list[Outcome[Issued]]:
    """Log all of them, then release them in one transaction."""
    places = office.log.append_many([_statement(one) for one in sealed], at)
    artefacts = [Artefacts(*one.names, place, at) for one, place in zip(sealed, places, strict=True)]
    store = release or office.register.release_many
    entries = store([(one.entry, made) for one, made in zip(sealed, artefacts, strict=True)])
    return each(lambda pair: _issued(office, pair[0], pair[1].files), list(zip(entries, sealed, strict=True)))


def _statement(sealed: _Sealed) -> Statement:
    """What the log says of a licence: commitments to both files and to the token."""
    licence, identifier = sealed.entry.licence, str(sealed.entry.licence.identifier)
    digests = [bytes.fromhex(name.removeprefix("sm3:")) for name in sealed.names]
    commitments = [commitment(licence.log_salt, identifier, digest) for digest in digests]
    return Statement(EntryKind.ISSUE, (*commitments, token_commitment(sealed.plan.token)))
