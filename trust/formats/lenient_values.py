"""Texts, times, SM2 signatures and digests as other makers of seals wrote them.

Each reader gives the one value meant, and notes by its code of `tolerances` how it was spelled. Nothing is guessed: a
time is matched as a whole by one of three patterns, so two-digit years cannot be taken for others; a signature is DER
of two integers or 64 octets r‖s; zeros are put back only where the count of unused bits proves that an encoder dropped
them. What cannot be read is None, and the judge says so.

Which forms occur is taken from files of real producers; the standards (GM/T 0031-2014, GB/T 38540-2020) know one
form per version.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

from keys.codec import raw_from_der
from keys.errors import SignatureRefused
from trust.errors import Malformed
from trust.formats import der
from trust.formats.lenient_der import INTEGER, Bits, Node, members, read
from trust.formats.tolerances import Tolerances

CHINA = timezone(timedelta(hours=8))
UTC_TIME, PRINTABLE_STRING, BMP_STRING = 0x17, 0x13, 0x1E
STRINGS = frozenset({der.UTF8_STRING, der.IA5_STRING, PRINTABLE_STRING, 0x12, 0x14, 0x1A, 0x1B, BMP_STRING})
MAX_TEXT = 4_096
RAW, DIGEST, MAX_SIGNATURE = 64, 32, 160
MAX_STRIPPED = 4

_CLOCK = r"([01][0-9]|2[0-3]){0}([0-5][0-9]){0}([0-5][0-9])"
_DAY = r"{1}{0}(0[1-9]|1[0-2]){0}([0-3][0-9])"
_FRACTION, _ZONE = r"(?:[.,][0-9]{1,9})?", r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
_LONG_YEAR, _SHORT_YEAR = "([0-9]{4})", "([0-9]{2})"
TIMES = tuple(
    re.compile(pattern + _FRACTION + _ZONE)
    for pattern in (
        _DAY.format("", _LONG_YEAR) + _CLOCK.format(""),
        _DAY.format("", _SHORT_YEAR) + _CLOCK.format(""),
        _DAY.format("-", _LONG_YEAR) + "[ T]" + _CLOCK.format(":"),
    )
)
"""`YYYYMMDDhhmmss`, `YYMMDDhhmmss`, `YYYY-MM-DD hh:mm:ss` (or with T), each with or without fraction and zone."""
GENERALIZED, SHORT = re.compile("[0-9]{14}Z"), re.compile("[0-9]{12}Z")
"""The one form of version 4 and 5, and of UTCTime in version 1."""

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def instant(text: str) -> datetime | None:
    """The instant of a time in any of the forms met; without a zone it is taken as Beijing time. None if it is none."""
    for pattern in TIMES:
        if found := pattern.fullmatch(text):
            *numbers, zone = found.groups()
            year, *rest = (int(number) for number in numbers)
            century = 0 if len(numbers[0]) == 4 else 2000 if year < 50 else 1900
            try:
                local = datetime(century + year, rest[0], rest[1], rest[2], rest[3], rest[4], tzinfo=_zone(zone))
                return local.astimezone(UTC)
            except (ValueError, OverflowError):
                return None
    return None


def _zone(text: str | None) -> timezone:
    if text is None:
        return CHINA
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset if text[0] == "+" else -offset)


def time_of(node: Node, *, tag: int = der.GENERALIZED_TIME) -> datetime | None:
    """A time under `tag`; another tag or another form is noted, None where it is no time at all."""
    standard = SHORT if tag == UTC_TIME else GENERALIZED
    octets = node.content[: MAX_TEXT + 1]
    text = octets.decode("ascii", "replace").strip("\0 ")
    if node.tag != tag or not standard.fullmatch(octets.decode("ascii", "replace")):
        node.seen.note("time-form")
    return None if node.tag & 0x20 else instant(text)


def text_of(node: Node, *, tag: int) -> str:
    """A text under `tag`, fit to be shown: NULs and GBK octets are noted, unseen characters replaced.

    Raises:
        Malformed: `encoding`, not a string or a very long one.

    """
    if node.tag not in STRINGS or len(node.content) > MAX_TEXT:
        raise Malformed("encoding", "not a text of reasonable length")
    if node.tag != tag:
        node.seen.note("string-type")
    text = decoded(node.content, "utf-16-be" if node.tag == BMP_STRING else "utf-8", node.seen)
    if not all(map(_seen, text)):
        node.seen.note("name-encoding")
    return "".join(character if _seen(character) else "\ufffd" for character in text)


def _seen(character: str) -> bool:
    return unicodedata.category(character) not in UNSEEN


def decoded(octets: bytes, encoding: str, seen: Tolerances) -> str:
    """Octets as text, by the encoding they should have, else as GB 18030."""
    for attempt in (encoding, "gb18030"):
        try:
            text = octets.decode(attempt)
        except UnicodeDecodeError:
            seen.note("name-encoding")
            continue
        if "\0" in text:
            seen.note("name-encoding")
        return text.replace("\0", "")
    return octets.decode("ascii", "replace")


def raw_signature(octets: bytes, seen: Tolerances) -> bytes | None:
    """r‖s (64 octets) of an SM2 signature value in any of the spellings met, or None.

    Whether r and s are in range, and whether the signature holds, is found out by verifying it.
    """
    try:
        return raw_from_der(octets)
    except SignatureRefused:
        if len(octets) == RAW:
            seen.note("sig-raw64")
            return octets
    met = Tolerances()
    try:
        raw = _pair(octets, met)
    except Malformed:
        return None
    seen.take(met.codes)
    return raw


def _pair(octets: bytes, met: Tolerances) -> bytes:
    """r‖s of a SEQUENCE of two integers that are not in minimal DER."""
    inner = Tolerances()
    sequence = read(octets, limit=MAX_SIGNATURE, seen=inner)
    raw = b"".join(_unsigned(number, met) for number in members(sequence, 2, 2))
    met.take("sig-trailing" if code == "trailing-bytes" else code for code in inner.codes)
    return raw


def _unsigned(node: Node, met: Tolerances) -> bytes:
    """An INTEGER as 32 octets, whatever its sign bit says."""
    if node.tag != INTEGER or not node.content:
        raise Malformed("encoding", "not an integer")
    number = node.content.lstrip(b"\0")
    if len(number) > RAW // 2:
        raise Malformed("encoding", "a number of too many octets")
    if node.content[0] & 0x80:
        met.note("sig-negative-int")
    elif len(node.content) > 1 and node.content[0] == 0 and not node.content[1] & 0x80:
        met.note("sig-nonminimal-int")
    return number.rjust(RAW // 2, b"\0")


def signature_in(bits: Bits, seen: Tolerances) -> bytes | None:
    """r‖s of the signature in a BIT STRING; zeros an encoder dropped are put back."""
    if (raw := raw_signature(bits.octets, seen)) is not None or not bits.may_be_stripped:
        return raw
    declared = 2 + bits.octets[1] if len(bits.octets) > 1 and bits.octets[0] == der.SEQUENCE else 0
    for size in (declared, RAW):
        if 0 < size - len(bits.octets) <= MAX_STRIPPED:
            met = Tolerances()
            met.note("bitstring-zero-stripped")
            if (raw := raw_signature(bits.octets.ljust(size, b"\0"), met)) is not None:
                seen.take(met.codes)
                return raw
    return None


def digest_in(bits: Bits, seen: Tolerances) -> bytes:
    """The digest in a BIT STRING; zeros an encoder dropped are put back, anything else is left as it is."""
    if 0 < DIGEST - len(bits.octets) <= MAX_STRIPPED and bits.may_be_stripped:
        seen.note("bitstring-zero-stripped")
        return bits.octets.ljust(DIGEST, b"\0")
    return bits.octets
