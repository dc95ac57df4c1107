"""Planning the seals of licences that were begun: tokens, faces, and what both files will be signed over.

Each step is done for a whole chunk before the next one begins, from the tokens' signatures over codes and faces to the
two files: so what a step runs through stays in the processor's caches, where drawing one licence after the other would
fetch it anew each time. Nothing is signed here but tokens. What is on record already is met exactly, or it is no plan.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from issuer.chunks import Outcome, each, together
from issuer.drafting import (
    Drawn,
    DrawnFace,
    digest_of,
    draw_code,
    draw_on_both,
    plan_as_ofd,
    plan_as_pdf,
    plan_token,
)
from issuer.errors import PlanBroken
from issuer.photographs import photographs
from issuer.ports import Entry, Office, Pen, SigningPlan
from issuer.signing import sign_all
from issuer.soundness import require_token
from issuer.still_allowed import live
from templates.library import Bundle
from trust.formats.ofd.seal import PlannedOfd
from trust.formats.pdf.plan import PlannedPdf


@dataclass(frozen=True)
class _Token:
    """An entry, what is signed for its token, how that becomes the token, and the token once it is there."""

    entry: Entry
    message: bytes
    finish: Callable[[bytes], bytes]
    octets: bytes


@dataclass(frozen=True)
class Planned:
    """An entry, its plan as it follows from the face, and what is to be signed."""

    entry: Entry
    plan: SigningPlan
    drawn: Drawn


def plan_all(office: Office, entries: Sequence[Outcome[Entry]], pen: Pen) -> list[Outcome[Planned]]:
    """Tokens, faces and signing plans, each kept by the register; faces are those the licences were begun with.

    Refused in their places: PlanBroken, what is on record follows from something else; NotSound, a token does not
    verify; GivenUp; what drawing raises.
    """
    tokens = together(lambda some: _tokens(some, pen), each(lambda entry: _token_plan(entry, pen), entries))
    drawn = _draw_all(office, each(lambda one: _verified(one, pen), tokens), pen)
    kept = together(lambda some: _kept(office, some), drawn)
    alive = each(lambda one: replace(one, entry=live(one.entry)), kept)
    return each(lambda one: one if one.plan == one.entry.plan else _again(office, one, pen), alive)


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


def _verified(token: _Token, pen: Pen) -> _Token:
    """The same, once its octets were held against the plan and the key."""
    identifier = str(token.entry.licence.identifier)
    require_token(identifier, token.octets, token.message, pen.certificate.public_key)
    return token


def _draw_all(office: Office, tokens: Sequence[Outcome[_Token]], pen: Pen) -> list[Outcome[Planned]]:
    """All codes, then all faces, then all OFD files, then all PDF files."""
    face = cache(office.face)  # a chunk is of one type, and nearly always of one face

    def bundle_of(token: _Token) -> Bundle:
        licence = token.entry.licence
        return face(licence.identifier.type_code, licence.template)

    def coded(token: _Token) -> _Token:
        draw_code(bundle_of(token), token.octets, office.host_url)
        return token

    def drawn(token: _Token) -> tuple[_Token, DrawnFace]:
        licence, bundle = token.entry.licence, bundle_of(token)
        photos = photographs(office, licence, bundle)
        return token, draw_on_both(licence, bundle, pen, token=token.octets, host_url=office.host_url, photos=photos)

    faces = each(drawn, each(coded, tokens))
    files = each(lambda one: (*one, plan_as_ofd(one[1], pen, one[0].entry.begun_at)), faces)
    pairs = each(lambda one: (*one, plan_as_pdf(one[1], pen, one[0].entry.begun_at)), files)
    return each(lambda one: _planned(*one), pairs)


def _planned(token: _Token, drawn: DrawnFace, ofd: PlannedOfd, pdf: PlannedPdf) -> Planned:
    """The plan that follows from what was drawn; where one is on record it is the same."""
    entry = token.entry
    plan = SigningPlan(token.octets, digest_of(ofd.to_be_signed), digest_of(pdf.to_be_signed))
    if entry.plan not in (None, plan):
        raise PlanBroken(str(entry.licence.identifier), "the signing plan")
    return Planned(entry, plan, Drawn(drawn.metadata, ofd, pdf))


def _kept(office: Office, drawn: Sequence[Planned]) -> list[Planned]:
    """The same with the entries as the register has them now."""
    entries = office.register.plan_many([(one.entry, one.plan) for one in drawn])
    return [replace(one, entry=entry) for one, entry in zip(drawn, entries, strict=True)]


def _again(office: Office, planned: Planned, pen: Pen) -> Outcome[Planned]:
    """The register has another plan: where another request under the same key was first, its token stays."""
    entry = planned.entry
    if entry.plan is None or entry.plan.token == planned.plan.token:
        raise PlanBroken(str(entry.licence.identifier), "the signing plan")
    (outcome,) = plan_all(office, [entry], pen)
    return outcome
