"""One-time codes 一次性亮证码: 130 random bits that open one licence once, for at most ten minutes.

The text is `LZ`, 26 characters of base 32 and the check character of ISO 7064 MOD 37,36 over the 28 before it, so that
a typing error is told from a wrong code. In a picture it stands behind the `#` of an address, which no server's log
sees. Nothing of the licence or the holder can be read from it; the register keeps its digest only.
"""

import re
from base64 import b32encode
from collections.abc import Callable

from keys.sm3 import sm3
from trust.rules.identifier import check_character

PREFIX = "LZ"
CODE = re.compile(r"LZ[A-Z2-7]{26}[0-9A-Z]", re.ASCII)
ADDRESS = re.compile(r"https?://[!-~]{1,250}/p#(LZ[A-Z2-7]{26}[0-9A-Z])", re.ASCII)
MAX_TEXT = 320


def draw_code(random: Callable[[int], bytes]) -> str:
    """A new code; 17 octets are drawn and 130 bits of them kept."""
    body = PREFIX + b32encode(random(17)).decode("ascii")[:26]
    return body + check_character(body)


def code_text(code: str, host_url: str) -> str:
    """What stands in the picture: `https://host/p#` and the code."""
    return f"{host_url}/p#{code}"


def code_in(text: str) -> str | None:
    """The code in what was scanned or typed, spaces and small letters let pass; None where there is none in order."""
    if len(text) > MAX_TEXT:
        return None
    found = ADDRESS.fullmatch(text.strip())
    code = found[1] if found else "".join(text.split()).replace("-", "").upper()
    return code if CODE.fullmatch(code) and check_character(code[:-1]) == code[-1] else None


def digest_of(code: str) -> bytes:
    """What the register keeps of a code."""
    return sm3(b"yinzheng-one-time-code/1\0" + code.encode())


def number_digest(number: bytes) -> bytes:
    """What the register keeps of the number of a 60-second code."""
    return sm3(b"yinzheng-presentation-number/1\0" + number)
