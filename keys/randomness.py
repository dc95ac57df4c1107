"""The one source of randomness for key material, salts and IVs: the operating system's generator.

Nonces of SM2 signatures are drawn inside libcrypto, from its own generator, which is seeded by the same source
and reseeds itself in a forked child.
"""

import os


def random_octets(count: int) -> bytes:
    """Return `count` unpredictable octets.

    Raises:
        ValueError: `count` is not positive (nobody means to ask for nothing).

    """
    if count < 1:
        raise ValueError("at least one random octet")
    return os.urandom(count)
