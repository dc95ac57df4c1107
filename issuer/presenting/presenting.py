"""Presenting 亮证: a holder shows an own licence, once online, or for a minute to whoever has no network.

The row is stored before the code is shown, and before anything is signed; only digests are kept, so that who reads the
register cannot present anything. What can be shown is a licence that is released and in force; that it is the holder's
own is for whoever calls to have established.
"""

from datetime import datetime, timedelta

from issuer.errors import NoSuchLicence
from issuer.ports import Entry
from issuer.presenting.codes import code_text, digest_of, draw_code, number_digest
from issuer.presenting.errors import NoSuchCode, PresentingRefused, TooManyCodes
from issuer.presenting.ports import Code, CodeKind, PresentDesk, Presented
from trust.errors import Malformed
from trust.formats.cose import check, sign1, split
from trust.formats.presentation import (
    MAX_AUDIENCE,
    MAX_LIFE,
    NUMBER_OCTETS,
    PRESENTATION_TYPE,
    Presentation,
    encode_presentation,
)
from trust.formats.token import MAX_TOKEN, to_text
from trust.rules.carried_over import REASON
from trust.rules.licence import Validity
from trust.rules.standing import Status
from trust.rules.text import check_text

LONGEST = timedelta(minutes=10)
MOST_OPEN = 20
KEPT = timedelta(days=1)
"""How long a code that ended unused is remembered."""


def present_once(
    desk: PresentDesk, identifier: str, *, by: str, minutes: int, at: datetime, audience: str = ""
) -> Presented:
    """A code that whoever is signed in here may redeem once; `by` is the holder's login.

    Raises:
        NoSuchLicence: none released.
        PresentingRefused: `present-minutes` (1 to 10), `present-audience`, `not-in-force`.
        TooManyCodes: twenty are open.

    """
    if not 1 <= minutes <= LONGEST.seconds // 60:
        raise PresentingRefused("present-minutes")
    _presentable(desk, identifier, at)
    secret = draw_code(desk.random)
    made = _row(desk, CodeKind.ONCE, digest_of(secret), identifier, by, audience, at, at + timedelta(minutes=minutes))
    return Presented(_keep(desk, made, at), code_text(secret, desk.host_url))


def present_signed(
    desk: PresentDesk, identifier: str, *, by: str, holder: str, at: datetime, audience: str = ""
) -> Presented:
    """A code that verifies without a network for a minute; `holder` is the masked name of who shows it.

    Raises:
        NoSuchLicence, TooManyCodes: as above.
        PresentingRefused: `present-audience`, `not-in-force`, `present-too-long` (the licence's own code leaves no
            room).

    """
    entry = _presentable(desk, identifier, at)
    if entry.plan is None:
        raise NoSuchLicence
    number, begins = desk.random(NUMBER_OCTETS), at.replace(microsecond=0)
    ends = begins + MAX_LIFE
    made = _row(desk, CodeKind.SIGNED, number_digest(number), identifier, by, audience, begins, ends)
    shown = Presentation(number, begins, ends, entry.plan.token, holder, audience or None)
    payload, pen = encode_presentation(shown), desk.pen()
    if len(payload) > MAX_TOKEN - 160:
        raise PresentingRefused("present-too-long")
    _keep(desk, made, at)
    octets = sign1(payload, pen, PRESENTATION_TYPE)
    check(split(octets, MAX_TOKEN), pen.public)
    return Presented(made, to_text(octets, desk.host_url))


def withdraw_code(desk: PresentDesk, number: str, *, by: str, at: datetime) -> Code:
    """Take a code back that nobody used; taken back again it stays as it is.

    Raises:
        NoSuchCode: none, or another holder's.

    """
    found = own_code(desk, number, by=by)
    return desk.codes.withdraw(found.number, at) or found


def own_code(desk: PresentDesk, number: str, *, by: str) -> Code:
    """A holder's own code by its number.

    Raises:
        NoSuchCode: none, or another holder's.

    """
    found = desk.codes.find(number) if number.isascii() and number.isalnum() else None
    if found is None or found.holder != by:
        raise NoSuchCode
    return found


def _presentable(desk: PresentDesk, identifier: str, at: datetime) -> Entry:
    entry = desk.find(identifier)
    if entry is None or entry.artefacts is None:
        raise NoSuchLicence
    standing = desk.standing(identifier, at)
    if standing.carried:
        raise PresentingRefused(REASON)
    if standing.status is not Status.VALID or entry.licence.validity(at) is not Validity.WITHIN:
        raise PresentingRefused("not-in-force")
    return entry


def _row(
    desk: PresentDesk,
    kind: CodeKind,
    digest: bytes,
    identifier: str,
    by: str,
    audience: str,
    made_at: datetime,
    expires_at: datetime,
) -> Code:
    if audience:
        try:
            check_text(audience, MAX_AUDIENCE)
        except Malformed as error:
            raise PresentingRefused("present-audience") from error
    return Code(desk.random(16).hex(), digest, kind, identifier, by, made_at, expires_at, audience)


def _keep(desk: PresentDesk, code: Code, at: datetime) -> Code:
    """Store a code, if the holder has not too many open; what ended unused long ago goes on this occasion."""
    desk.codes.forget(at - KEPT)
    if not desk.codes.add(code, MOST_OPEN):
        raise TooManyCodes
    return code
