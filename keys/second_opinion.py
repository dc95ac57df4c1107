"""A second opinion on a signature, by the PyPI package `gmssl` 3.2.2: other people's code, sharing none of ours.

It is asked at start-up and on demand, about 15 ms a question; it never signs (its nonces come from `random`) and
never stands on a hot path. Three faults of that release are fenced off here: it takes malformed signatures (the
codec stands in front), its constructor strips leading digits of some public keys (the key is set afterwards), and
its identity is fixed (the question is put at digest level). Another release has other faults, and the package
`gmssl-python` takes the same import name: so the release is checked.
"""

from functools import lru_cache
from importlib import metadata

from gmssl import sm2 as gmssl_sm2

from keys.codec import check_raw
from keys.errors import BackendFailed, BackendMissing, SignatureRefused
from keys.sm2 import PublicKey, digest

KNOWN_RELEASE = "3.2.2"


def second_opinion(public: PublicKey, message: bytes, signature_raw: bytes, *, identity: bytes) -> bool:
    """Return whether `gmssl` too finds that r ‖ s holds; malformed is False.

    Raises:
        MalformedKey: the identity is too long.
        BackendMissing: `gmssl` is not the release whose faults are known.
        BackendFailed: `gmssl` broke, and has no opinion.

    """
    _check_release()
    try:
        check_raw(signature_raw)
    except SignatureRefused:
        return False
    other = gmssl_sm2.CryptSM2(private_key="", public_key="")
    other.public_key = public.point[1:].hex()
    e = digest(public, message, identity=identity)
    try:
        return other.verify(signature_raw.hex(), e) is True
    except (ArithmeticError, TypeError, ValueError) as error:
        raise BackendFailed("gmssl", repr(error)) from error


@lru_cache(maxsize=1)
def _check_release() -> None:
    release = metadata.version("gmssl")
    if release != KNOWN_RELEASE or not hasattr(gmssl_sm2, "default_ecc_table"):
        raise BackendMissing("gmssl-release", f"gmssl {KNOWN_RELEASE} is needed for a second opinion, not {release}")
