"""Hexadecimal strings in one step, for pyHanko's reader.

pyHanko 0.38 reads `<0123…>` an octet at a time in Python: of the 3 ms that it needs for a sealed licence, one goes into
the literal of `/Contents`. Where nothing but digits in pairs stands between the brackets there is only one way to read
them, and `hasten` has that done at once. White space, odd digits, comments and whatever else may stand there are left
to pyHanko's own function, as is every stream that is not in memory.
"""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic

PLAIN = re.compile(rb"<((?:[0-9a-fA-F]{2})*)>")
_thorough: Callable[[Any], Any] = generic.read_hex_string_from_stream


def read_hexadecimal(stream: Any) -> Any:  # pyHanko's streams and strings have no types
    """The string that begins where the stream stands; the stream stands behind it afterwards."""
    if type(stream) is BytesIO:
        found = PLAIN.match(stream.getvalue(), stream.tell())  # in memory, and not copied
        if found is not None:
            stream.seek(found.end())
            return generic.pdf_string(bytes.fromhex(found[1].decode()))
    return _thorough(stream)


def hasten() -> None:
    """Let pyHanko use it from now on, in the whole process."""
    generic.read_hex_string_from_stream = read_hexadecimal
