"""Names in one step, for pyHanko's reader.

pyHanko 0.38 reads a name an octet at a time, twice over; the catalogue and the signature dictionary of a sealed licence
have half a hundred. Where a name holds nothing but characters that stand for themselves there is only one way to read
it, and `hasten` has that done at once. Escapes, octets that must be escaped, and streams that are not in memory are
left to pyHanko's own function.
"""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic

PLAIN = re.compile(rb"/([!\"$&'*+,\-.0-9:;=?@A-Z\\^_`a-z|~]*)(?=[\0\t\n\f\r ()<>\[\]{}/%]|\Z)")
"""A name whose characters are all regular, up to white space, a delimiter or the end."""
_thorough: Callable[[Any], Any] = generic.NameObject.read_from_stream


def read_name(stream: Any) -> Any:  # pyHanko's streams and names have no types
    """The name that begins where the stream stands; the stream stands behind it afterwards."""
    if type(stream) is BytesIO:
        found = PLAIN.match(stream.getvalue(), stream.tell())  # in memory, and not copied
        if found is not None:
            stream.seek(found.end())
            return generic.NameObject("/" + found[1].decode("ascii"))
    return _thorough(stream)


def hasten() -> None:
    """Let pyHanko use it from now on, in the whole process."""
    reading: Any = generic.NameObject  # a function of its class, which pyHanko calls by the class's name
    reading.read_from_stream = staticmethod(read_name)
