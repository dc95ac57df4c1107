"""The token behind a licence's QR code: a few claims, signed by the issuing department, that verify without a network.

Claims are deterministic CBOR with integer keys 0 to 23 under COSE_Sign1 (`trust.formats.cose`, no type in the header:
the token is the one payload without). The identifier goes in four parts without root and check character, dates as
days since 1970-01-01, the holder as masked text. A licence without an end has no key 4, and only an annotated copy has
key 7: the second from which it may not be used, and the entry of its original in the status lists. Only a licence
converted from stock has key 8: its evidence grade.

    {0: 1, 1: [type, issuer, serial, version], 2: "某某有限公司", 3: 20513, 4: 22339, 5: [list, index]}

Two texts carry a token. `https://host/q#<digits>` holds the decimal digits of the octet 01 followed by the token: any
phone opens it, a QR code packs digits densely, and what stands after `#` never reaches a server. `EL1:` holds the
token in base45 (RFC 9285), for scanners of our own. Reading bounds the text before it computes anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import cbor2

from trust.errors import Malformed
from trust.formats.cose import Sign1, split
from trust.rules.conversion import Grade
from trust.rules.identifier import LicenceIdentifier
from trust.rules.status_pointer import StatusPointer
from trust.rules.text import check_text

VERSION = 1
MAX_TOKEN = 995
MAX_DIGITS = 2400
"""2 400 digits hold 995 octets of token and the leading one; CPython itself refuses more than 4 300."""
MAX_TEXT = 300 + MAX_DIGITS
MAX_HOLDER = 100
"""Characters: the names of organisations are not masked and can be long."""

_VERSION, _IDENTIFIER, _HOLDER, _ISSUED, _UNTIL, _STATUS, _FROM, _COPY, _GRADE = range(9)
_REQUIRED = frozenset({_VERSION, _IDENTIFIER, _HOLDER, _ISSUED, _STATUS})
_OPTIONAL = frozenset({_UNTIL, _FROM, _COPY, _GRADE})
_LEAD = b"\x01"
"""In front of the token before it becomes a number: no leading zero is lost, and the form has a version."""
_EPOCH = date(1970, 1, 1)
_LAST_DAY = (date(9999, 12, 31) - _EPOCH).days
_LAST_SECOND = (_LAST_DAY + 1) * 86_400 - 1
_URL = re.compile(r"https?://[!\"$-~]{1,250}/q#([1-9][0-9]{0,2399})", re.ASCII)
_BASE45_PREFIX = "EL1:"
_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE45_VALUES = {character: value for value, character in enumerate(_BASE45)}


@dataclass(frozen=True)
class CopyClaims:
    """What the code of an annotated copy says besides: from when on it is nothing, and where its original stands."""

    expires_at: datetime
    original_status: StatusPointer


@dataclass(frozen=True)
class TokenClaims:
    """What the code says of a licence; `holder` is masked already, `valid_until` is None for a permanent licence.

    `valid_from` is given only where it is not the day of issue, `copy` only for an annotated copy, `grade` only for a
    licence converted from stock.
    """

    identifier: LicenceIdentifier
    holder: str
    issued_on: date
    valid_until: date | None
    status: StatusPointer
    valid_from: date | None = None
    copy: CopyClaims | None = None
    grade: Grade | None = None


def encode_claims(claims: TokenClaims) -> bytes:
    """The claims to be signed.

    Raises:
        Malformed: `token-claims`, or the reason why the holder's name cannot stand in a licence.

    """
    identifier = claims.identifier
    values: dict[int, object] = {
        _VERSION: VERSION,
        _IDENTIFIER: [identifier.type_code, identifier.issuer_code, identifier.serial, identifier.version],
        _HOLDER: check_text(claims.holder, MAX_HOLDER),
        _ISSUED: _days(claims.issued_on),
        _STATUS: [claims.status.list, claims.status.index],
    }
    if claims.valid_until is not None:
        values[_UNTIL] = _days(claims.valid_until)
    if claims.valid_from is not None:
        values[_FROM] = _days(claims.valid_from)
    if (copy := claims.copy) is not None:
        values[_COPY] = [_seconds(copy.expires_at), copy.original_status.list, copy.original_status.index]
    if claims.grade is not None:
        values[_GRADE] = claims.grade.value
    return cbor2.dumps(values, canonical=True)


def decode_claims(payload: bytes) -> TokenClaims:
    """The claims in a payload; call it after the signature has been checked.

    Raises:
        Malformed: `token-claims` or a reason of the identifier or the holder's name.

    """
    if len(payload) > MAX_TOKEN:
        raise Malformed("token-claims", "too long")
    try:
        values = cbor2.loads(payload, max_depth=4, allow_indefinite=False, allow_duplicate_keys=False)
        sound = type(values) is dict and all(type(key) is int for key in values)
        sound = sound and all(map(_plain, values.values())) and cbor2.dumps(values, canonical=True) == payload
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise Malformed("token-claims", "not CBOR") from error
    if not sound or values.keys() - _OPTIONAL != _REQUIRED or values[_VERSION] != VERSION:
        raise Malformed("token-claims", "not exactly the claims of a token in deterministic form")
    return TokenClaims(
        identifier=LicenceIdentifier(*_list(values[_IDENTIFIER], str, 4)),
        holder=check_text(values[_HOLDER], MAX_HOLDER),
        issued_on=_date(values[_ISSUED]),
        valid_until=_date(values[_UNTIL]) if _UNTIL in values else None,
        status=_status(values[_STATUS]),
        valid_from=_date(values[_FROM]) if _FROM in values else None,
        copy=_copy(values[_COPY]) if _COPY in values else None,
        grade=_grade(values[_GRADE]) if _GRADE in values else None,
    )


def split_token(token: bytes) -> Sign1:
    """Take a token apart; which key may have signed it is for the caller to find by its key id.

    Raises:
        Malformed: the reasons of `cose.split`, and `cose-type` for an envelope of another kind.

    """
    envelope = split(token, MAX_TOKEN)
    if envelope.content_type is not None:
        raise Malformed("cose-type", "a token has no type in its header")
    return envelope


def to_text(token: bytes, host_url: str) -> str:
    """The text of the QR code: `host_url` (such as `https://host`), `/q#`, digits.

    Raises:
        Malformed: `token-text`, a token or an address too long for `from_text`.

    """
    text = f"{host_url}/q#{int.from_bytes(_LEAD + _bounded(token), 'big')}"
    if not _URL.fullmatch(text):
        raise Malformed("token-text", "the address is not short ASCII of http or https")
    return text


def to_base45_text(token: bytes) -> str:
    """The text for our own scanners: `EL1:` and base45."""
    return _BASE45_PREFIX + "".join(_base45(_bounded(token)))


def from_text(text: str) -> bytes:
    """The token in either text; white space at the ends, which scanners add, is dropped.

    Raises:
        Malformed: `token-text`.

    """
    if len(text) > MAX_TEXT:
        raise Malformed("token-text", "too long")
    text = text.strip(" \t\r\n")
    if text.startswith(_BASE45_PREFIX):
        return _bounded(_from_base45(text[len(_BASE45_PREFIX) :]))
    found = _URL.fullmatch(text)
    if found is None:
        raise Malformed("token-text", "neither a verification address with digits nor EL1: with base45")
    value = int(found[1])
    octets = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if octets[:1] != _LEAD:
        raise Malformed("token-text", "the digits do not begin with the octet 01")
    return _bounded(octets[1:])


def _plain(value: object) -> bool:
    """Whether this is an integer, a text or a list of them: nothing that CBOR tags could have made."""
    return type(value) in (int, str) or (type(value) is list and all(type(member) in (int, str) for member in value))


def _list(value: object, kind: type, length: int) -> list[str]:
    if type(value) is not list or len(value) != length or not all(type(member) is kind for member in value):
        raise Malformed("token-claims", f"a list of {length} was expected")
    return value


def _status(value: object) -> StatusPointer:
    if type(value) is not list or len(value) != 2:
        raise Malformed("token-claims", "a status is a list and an index")
    shard, index = value
    if not all(type(number) is int and 0 <= number < 2**53 for number in value):
        raise Malformed("token-claims", "a status list or index out of range")
    return StatusPointer(shard, index)


def _copy(value: object) -> CopyClaims:
    if type(value) is not list or len(value) != 3:
        raise Malformed("token-claims", "a copy has an end, and a list and an index for its original")
    second, *original = value
    if type(second) is not int or not 0 <= second <= _LAST_SECOND:
        raise Malformed("token-claims", "not a number of seconds")
    return CopyClaims(datetime.fromtimestamp(second, UTC), _status(original))


def _grade(value: object) -> Grade:
    if type(value) is not str or value not in set(Grade):
        raise Malformed("token-claims", "no evidence grade")
    return Grade(value)


def _seconds(instant: datetime) -> int:
    if instant.microsecond or instant.timestamp() < 0:
        raise Malformed("token-claims", "an end that is no whole second since 1970")
    return int(instant.timestamp())


def _days(day: date) -> int:
    days = (day - _EPOCH).days
    if days < 0:
        raise Malformed("token-claims", "a date before 1970")
    return days


def _date(days: object) -> date:
    if type(days) is not int or not 0 <= days <= _LAST_DAY:
        raise Malformed("token-claims", "not a number of days")
    return _EPOCH + timedelta(days=days)


def _bounded(token: bytes) -> bytes:
    if not 0 < len(token) <= MAX_TOKEN:
        raise Malformed("token-text", f"a token has 1 to {MAX_TOKEN} octets")
    return token


def _base45(octets: bytes) -> Iterator[str]:
    """RFC 9285: two octets become three characters, a last single one becomes two; lowest digit first."""
    for at in range(0, len(octets), 2):
        pair = octets[at : at + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, 45)
            yield _BASE45[digit]


def _from_base45(text: str) -> bytes:
    """The octets of a base45 text; groups out of range and a single last character are refused."""
    octets = bytearray()
    for at in range(0, len(text), 3):
        group = text[at : at + 3]
        digits = [_BASE45_VALUES.get(character, -1) for character in group]
        value = sum(digit * 45**place for place, digit in enumerate(digits))
        if len(group) == 1 or min(digits) < 0 or value >= 256 ** (len(group) - 1):
            raise Malformed("token-text", "not base45")
        octets += value.to_bytes(len(group) - 1, "big")
    return bytes(octets)
