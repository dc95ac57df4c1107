"""Redeeming 核销: a one-time code is used, by a named person at a named place, and the holder is told.

The register notes a use only if there is none, in one statement, so of two who redeem at once exactly one is first. The
one who comes later hears when and where it was used. The same request repeated under its key within a minute, as by a
form sent twice, gets the answer again; later it hears of its own use like everybody else. A code that the holder made
for somebody is used only by the department of that name, and stays unused otherwise: a place is what its redeemer says.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from issuer.errors import IdempotencyMismatch
from issuer.presenting.codes import code_in, digest_of
from issuer.presenting.errors import (
    CodeExpired,
    CodeForOthers,
    CodeUsed,
    CodeWithdrawn,
    NoSuchCode,
    PresentingRefused,
)
from issuer.presenting.ports import Code, CodeKind, PresentDesk, Use
from trust.errors import Malformed
from trust.rules.annotation import alike
from trust.rules.text import check_text

MAX_PLACE, MAX_PURPOSE, MAX_KEY = 60, 200, 128
REPEATED_WITHIN = timedelta(minutes=1)
"""How long a request that is sent again opens the licence again."""


@dataclass(frozen=True)
class Redemption:
    """What is asked: the text of the code, by whom, of which department, where and for what.

    `known_as` is the department's name on record; by it alone a code that is made for somebody knows its reader.
    """

    text: str
    by: str
    department: str
    place: str
    purpose: str = ""
    known_as: str = ""


def redeem(desk: PresentDesk, asked: Redemption, *, key: str, at: datetime) -> Code:
    """Use a code, and give it with its use.

    Raises:
        PresentingRefused: `redeem-place`, `redeem-purpose`, `redeem-key`.
        NoSuchCode: no such code, or it was mistyped.
        CodeForOthers: the holder made it for somebody else.
        CodeUsed, CodeWithdrawn, CodeExpired: it cannot be used any more.
        IdempotencyMismatch: the key belongs to another request for this code, or to another code.

    """
    _check_words(asked, key)
    code = code_in(asked.text)
    if code is None:
        raise NoSuchCode
    _check_audience(desk, digest_of(code), asked)
    use = Use(at, asked.by, asked.department, asked.place, asked.purpose)
    found = desk.codes.redeem(digest_of(code), use, key)
    if found is None:
        raise NoSuchCode
    if found.use is None:
        raise CodeWithdrawn(found.withdrawn_at) if found.withdrawn_at else CodeExpired(found.expires_at)
    if found.use_key != key or at - found.use.at > REPEATED_WITHIN:
        raise CodeUsed(found.use.at, found.use.by, found.use.place)
    if replace(found.use, at=at) != use:
        raise IdempotencyMismatch(key)
    return found


def _check_audience(desk: PresentDesk, digest: bytes, asked: Redemption) -> None:
    """See that the code is one to be redeemed, and for whoever redeems; for whom it is made never changes."""
    made = desk.codes.by_digest(digest)
    if made is None or made.kind is not CodeKind.ONCE:
        raise NoSuchCode
    if made.audience and not alike(made.audience, asked.known_as):
        raise CodeForOthers


def _check_words(asked: Redemption, key: str) -> None:
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise PresentingRefused("redeem-key")
    words = (("redeem-place", asked.place, MAX_PLACE), ("redeem-purpose", asked.purpose or "—", MAX_PURPOSE))
    for reason, text, most in words:
        try:
            check_text(text, most)
        except Malformed as error:
            raise PresentingRefused(reason) from error
