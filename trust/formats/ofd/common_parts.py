"""Digests of the larger parts of documents, each computed once in a process.

A template page and a font are the same in a whole type of documents, and a file that was just made is examined right
afterwards. What is remembered belongs to equal octets, all of which are compared, so a digest from here is the one that
would be computed again.
"""

from functools import lru_cache

from keys.sm3 import sm3

SMALLEST, LARGEST = 4 * 1024, 64 * 1024
"""Smaller parts are hashed as fast as they are found; larger ones would keep too much in memory."""

_remembered = lru_cache(maxsize=256)(sm3)


def digest_of_part(octets: bytes) -> bytes:
    """SM3 of an entry of a package."""
    return _remembered(octets) if SMALLEST <= len(octets) <= LARGEST else sm3(octets)
