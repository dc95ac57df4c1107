"""Whose an idempotency key is.

A caller chooses its key freely, so that two departments may choose the same; each has its own space of keys. What is
stored is a digest, because nobody knows what a caller writes into a key.
"""

from keys.sm3 import sm3


def own_key(department: str, key: str) -> str:
    """The key as it is stored: the department's code and SM3 of what it chose, in hexadecimal digits."""
    return f"{department}:{sm3(key.encode()).hex()}"
