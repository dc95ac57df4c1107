"""Redeeming 核销: a one-time code is used, by a named person at a named place, and the holder is told.

The register notes a use only if there is none, in one statement, so of two who redeem at once exactly one is first. The
one who comes later hears when and where it was used. The same request repeated under its key gets the first answer.
"""

from dataclasses import dataclass
from datetime import datetime

from issuer.presenting.codes import code_in, digest_of
from issuer.presenting.errors import CodeExpired, CodeUsed, CodeWithdrawn, NoSuchCode, PresentingRefused
from issuer.presenting.ports import Code, CodeKind, PresentDesk, Use
from trust.errors import Malformed
from trust.rules.text import check_text

MAX_PLACE, MAX_PURPOSE, MAX_KEY = 60, 200, 128


@dataclass(frozen=True)
class Redemption:
    """What is asked: the text of the code, by whom, of which department, where and for what."""

    text: str
    by: str
    department: str
    place: str
    purpose: str = ""


def redeem(desk: PresentDesk, asked: Redemption, *, key: str, at: datetime) -> Code:
    """Use a code, and give it with its use.

    Raises:
        PresentingRefused: `redeem-place`, `redeem-purpose`, `redeem-key`.
        NoSuchCode: no such code, or it was mistyped.
        CodeUsed, CodeWithdrawn, CodeExpired: it cannot be used any more.

    """
    _check_words(asked, key)
    code = code_in(asked.text)
    if code is None:
        raise NoSuchCode
    use = Use(at, asked.by, asked.department, asked.place, asked.purpose)
    found = desk.codes.redeem(digest_of(code), use, key)
    if found is None or found.kind is not CodeKind.ONCE:
        raise NoSuchCode
    if found.use is None:
        raise CodeWithdrawn(found.withdrawn_at) if found.withdrawn_at else CodeExpired(found.expires_at)
    if found.use_key != key:
        raise CodeUsed(found.use.at, found.use.by, found.use.place)
    return found


def _check_words(asked: Redemption, key: str) -> None:
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise PresentingRefused("redeem-key")
    words = (("redeem-place", asked.place, MAX_PLACE), ("redeem-purpose", asked.purpose or "—", MAX_PURPOSE))
    for reason, text, most in words:
        try:
            check_text(text, most)
        except Malformed as error:
            raise PresentingRefused(reason) from error
