"""What a process that issues chunk after chunk does about its memory: it keeps little, and gives back what it freed.

Files of a licence are some hundred thousand octets each, and a chunk has two hundred of them. The C library keeps what
was freed between longer-lived pieces, so that without being told a worker grows by a third over fifty thousand rows
although Python holds no more than after a thousand.
"""

import ctypes
import gc
from functools import cache

NEW_OBJECTS = 100_000


def settle() -> None:
    """Set aside what is loaded, for a process that issues chunk after chunk.

    It stays to the end; the garbage collector, going through it again and again, would take a tenth of the time. New
    objects are gone through when there are more of them than a few chunks leave: nearly all are gone by then.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def give_back() -> None:
    """Give memory that was freed back to the system, where the C library can be told to (glibc can)."""
    if _trims():
        ctypes.CDLL(None).malloc_trim(0)


@cache
def _trims() -> bool:
    return hasattr(ctypes.CDLL(None), "malloc_trim")
