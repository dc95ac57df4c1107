"""The 60-second code 限时亮证码: a holder shows a licence now, to somebody, and whoever checks it needs no network.

It wraps the token of the licence (`trust.formats.token`) in what is true of this one showing: a random number, the
instants of its making and its end at most a minute apart, the masked name of the holder who shows it, and, where the
holder named one, the audience it is for. The service signs it with a key that presents and does nothing else. Claims
are deterministic CBOR with integer keys under COSE_Sign1 with a type of its own, so neither passes for the other.

    {0: 1, 1: h'…16 octets…', 2: 1764230400, 3: 1764230460, 4: h'…token…', 5: "某某有限公司", 6: "三号窗口"}

It travels as a token does, in `https://host/q#<digits>`. The wire format is in `docs/spec/presentation.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import cbor2

from trust.errors import Malformed
from trust.formats.cose import Sign1, split
from trust.formats.token import MAX_HOLDER, MAX_TOKEN
from trust.rules.text import check_text
from trust.rules.times import aware

PRESENTATION_TYPE = "application/vnd.yinzheng.presentation+cbor"
VERSION = 1
NUMBER_OCTETS = 16
MAX_LIFE = timedelta(seconds=60)
AHEAD = timedelta(seconds=10)
"""How far the clock of whoever checks may be behind; nothing lengthens the end."""
MAX_AUDIENCE = 40

_VERSION, _NUMBER, _ISSUED, _EXPIRES, _TOKEN, _HOLDER, _AUDIENCE = range(7)
_REQUIRED = frozenset({_VERSION, _NUMBER, _ISSUED, _EXPIRES, _TOKEN, _HOLDER})
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""


@dataclass(frozen=True)
class Presentation:
    """One showing; `token` is that of the licence, `holder` the masked name of who shows it, times whole seconds.

    Raises:
        Malformed: `presentation-claims`, it lasts longer than a minute or no time, or a part is not in form; what
            `check_text` says of its texts.
        ValueError: a time without a zone.

    """

    number: bytes
    issued_at: datetime
    expires_at: datetime
    token: bytes
    holder: str
    audience: str | None = None

    def __post_init__(self) -> None:
        for name in ("issued_at", "expires_at"):
            object.__setattr__(self, name, aware(getattr(self, name)))
        if not timedelta(0) < self.expires_at - self.issued_at <= MAX_LIFE:
            raise Malformed("presentation-claims", "it lasts a minute at most")
        if self.issued_at.microsecond or self.expires_at.microsecond or self.issued_at.timestamp() < 0:
            raise Malformed("presentation-claims", "times are whole seconds")
        if len(self.number) != NUMBER_OCTETS or not 0 < len(self.token) <= MAX_TOKEN:
            raise Malformed("presentation-claims", "the number or the token is not in form")
        check_text(self.holder, MAX_HOLDER)
        if self.audience is not None:
            check_text(self.audience, MAX_AUDIENCE)


def encode_presentation(presentation: Presentation) -> bytes:
    """The claims to be signed."""
    values: dict[int, object] = {
        _VERSION: VERSION,
        _NUMBER: presentation.number,
        _ISSUED: int(presentation.issued_at.timestamp()),
        _EXPIRES: int(presentation.expires_at.timestamp()),
        _TOKEN: presentation.token,
        _HOLDER: presentation.holder,
    }
    if presentation.audience is not None:
        values[_AUDIENCE] = presentation.audience
    return cbor2.dumps(values, canonical=True)


def decode_presentation(payload: bytes) -> Presentation:
    """The claims in a payload; call it after the signature has been checked.

    Raises:
        Malformed: `presentation-claims`, or what is wrong with a text.

    """
    if len(payload) > MAX_TOKEN:
        raise Malformed("presentation-claims", "too long")
    try:
        values = cbor2.loads(payload, max_depth=2, allow_indefinite=False, allow_duplicate_keys=False)
        sound = type(values) is dict and all(type(key) is int for key in values)
        sound = sound and all(type(value) in (int, str, bytes) for value in values.values())
        sound = sound and cbor2.dumps(values, canonical=True) == payload
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise Malformed("presentation-claims", "not CBOR") from error
    if not sound or values.keys() - {_AUDIENCE} != _REQUIRED or values[_VERSION] != VERSION:
        raise Malformed("presentation-claims", "not exactly the claims of a presentation in deterministic form")
    return Presentation(
        number=_octets(values[_NUMBER]),
        issued_at=_instant(values[_ISSUED]),
        expires_at=_instant(values[_EXPIRES]),
        token=_octets(values[_TOKEN]),
        holder=values[_HOLDER],
        audience=_audience(values),
    )


def split_presentation(octets: bytes) -> Sign1:
    """Take a presentation apart; which key may have signed it is for the caller to find by its key id.

    Raises:
        Malformed: the reasons of `cose.split`, and `cose-type` for an envelope of another kind.

    """
    envelope = split(octets, MAX_TOKEN)
    if envelope.content_type != PRESENTATION_TYPE:
        raise Malformed("cose-type", "not a presentation")
    return envelope


def is_presentation(octets: bytes) -> bool:
    """Whether an envelope says that it is a presentation; anything else is for the reader of tokens to refuse."""
    try:
        return split(octets, MAX_TOKEN).content_type == PRESENTATION_TYPE
    except Malformed:
        return False


def _audience(values: Mapping[int, object]) -> str | None:
    if _AUDIENCE not in values:
        return None
    return check_text(values[_AUDIENCE], MAX_AUDIENCE)


def _octets(value: object) -> bytes:
    if type(value) is not bytes:
        raise Malformed("presentation-claims", "octets were expected")
    return value


def _instant(seconds: object) -> datetime:
    if type(seconds) is not int or not 0 <= seconds <= _LAST_SECOND:
        raise Malformed("presentation-claims", "not a number of seconds")
    return datetime.fromtimestamp(seconds, UTC)
