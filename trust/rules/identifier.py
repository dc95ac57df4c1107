"""The identifier of a licence (电子证照标识), GB/T 36904 as reconstructed.

    1.2.156.3005.2.<type 21>.<issuer>.<serial>.<version>.<check>
    1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U

Two profiles. *Strict* is what is written: the type is a valid USCC and three digits, the issuer a valid USCC, the
serial 1 to 32 digits and capitals, the version 001 to 999. *Lenient* is what is read from others: any issuer of digits
and capitals (a division code, for one), longer serials, version 000. The check character must be right in both, and a
wrong one is never repaired. It is ISO 7064 MOD 37,36 over type, issuer, serial and version, joined without dots.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property

from trust.errors import Conflict, Malformed
from trust.rules.party import check_uscc

ROOT = "1.2.156.3005.2"
LINE = 8
"""So many first characters of the serial are the same in all versions of a licence, also across a restore."""
MAX_LENGTH = 140
"""The longest text the lenient profile can accept, in characters; the strict profile stays below 95."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENIENT = {
    "type-format": r"[0-9A-Z]{21}",
    "issuer-code": r"[0-9A-Z]{1,32}",
    "serial-format": r"[0-9A-Z]{1,64}",
    "version-format": r"[0-9]{3}",
}


def check_character(body: str) -> str:
    """The check character of ISO 7064 MOD 37,36 for a body of digits and capital letters.

    Raises:
        Malformed: `check-body`, the body has a character without a value.

    """
    product = 36
    for character in body:
        value = _ALPHABET.find(character)
        if value < 0:
            raise Malformed("check-body")
        product = 2 * ((product + value) % 36 or 36) % 37
    return _ALPHABET[(37 - product) % 36]


def check_type_code(code: str) -> None:
    """Check the strict form of a type code: the USCC of the defining authority and three digits.

    Raises:
        Malformed: `type-format`, `type-authority-code`.

    """
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{3}", code):
        raise Malformed("type-format")
    _check_uscc_as("type-authority-code", code[:18])


def _check_uscc_as(reason: str, code: str) -> None:
    try:
        check_uscc(code)
    except Malformed as refusal:
        raise Malformed(reason, refusal.reason) from refusal


def _check_strict(type_code: str, issuer_code: str, serial: str, version: str) -> None:
    check_type_code(type_code)
    _check_uscc_as("issuer-code", issuer_code)
    if not re.fullmatch(r"[0-9A-Z]{1,32}", serial):
        raise Malformed("serial-format")
    if not re.fullmatch(r"[0-9]{3}", version) or version == "000":
        raise Malformed("version-format")


@dataclass(frozen=True)
class LicenceIdentifier:
    """An identifier that at least the lenient profile accepts; `require_strict` before one is written.

    Raises:
        Malformed: on construction, with the reason of the first segment that does not fit.

    """

    type_code: str
    issuer_code: str
    serial: str
    version: str = "001"

    def __post_init__(self) -> None:
        for (reason, pattern), segment in zip(_LENIENT.items(), self._segments, strict=True):
            if not re.fullmatch(pattern, segment):
                raise Malformed(reason)

    @property
    def _segments(self) -> tuple[str, str, str, str]:
        return self.type_code, self.issuer_code, self.serial, self.version

    @property
    def line(self) -> str:
        """What all versions of a licence share: the beginning of its serial."""
        return self.serial[:LINE]

    @cached_property
    def check(self) -> str:
        """The check character, computed."""
        return check_character("".join(self._segments))

    @cached_property
    def _text(self) -> str:
        return ".".join((ROOT, *self._segments, self.check))

    def __str__(self) -> str:
        return self._text

    def require_strict(self) -> None:
        """Refuse what this project would not write.

        Raises:
            Malformed: the reasons of `parse`.

        """
        _check_strict(*self._segments)

    def next_version(self) -> "LicenceIdentifier":
        """The identifier of the next issue of the same licence.

        Raises:
            Conflict: `versions-exhausted` after version 999.

        """
        if self.version == "999":
            raise Conflict("versions-exhausted")
        return replace(self, version=f"{int(self.version) + 1:03}")


def parse(text: str) -> LicenceIdentifier:
    """Read an identifier in the strict profile.

    Raises:
        Malformed: the first that fails of `structure`, `type-format`, `type-authority-code`, `issuer-code`,
            `serial-format`, `version-format`, `check-format`, `check-character`.

    """
    *segments, check = _split(text)
    _check_strict(*segments)
    return _checked(LicenceIdentifier(*segments), check)


def parse_lenient(text: str) -> LicenceIdentifier:
    """Read an identifier that somebody else wrote.

    Raises:
        Malformed: as `parse`, except `type-authority-code`.

    """
    *segments, check = _split(text)
    return _checked(LicenceIdentifier(*segments), check)


def _split(text: str) -> list[str]:
    """The five segments behind the root."""
    if len(text) > MAX_LENGTH or not text.startswith(f"{ROOT}."):
        raise Malformed("structure")
    segments = text[len(ROOT) + 1 :].split(".")
    if len(segments) != 5:
        raise Malformed("structure")
    return segments


def _checked(identifier: LicenceIdentifier, check: str) -> LicenceIdentifier:
    if not re.fullmatch(r"[0-9A-Z]", check):
        raise Malformed("check-format")
    if check != identifier.check:
        raise Malformed("check-character")
    return identifier
