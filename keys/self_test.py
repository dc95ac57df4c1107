"""Checks at start-up, before any key is opened: who does not pass does not serve.

Known answers of GB/T 32905, 32907 and 32918, then what a broken build could get wrong: another message, identity or
key accepted, a malformed signature accepted, equal nonces. At last `gmssl` is asked about a fresh signature, so that
a fault would have to be in two libraries at once.
"""

from collections.abc import Callable

from keys import backend as backends
from keys.errors import KeysError, SelfTestFailed, SignatureRefused
from keys.second_opinion import second_opinion as ask_gmssl
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, digest, verify
from keys.sm3 import hmac_sm3, sm3
from keys.sm4 import decrypt_gcm, encrypt_gcm

_KNOWN_KEY = PublicKey(
    bytes.fromhex(
        "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13",
    ),
)
_KNOWN_MESSAGE = b"message digest"
_KNOWN_E = bytes.fromhex("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640")
_KNOWN_SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA",
)
_ABC = bytes.fromhex("66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0")
_HMAC = bytes.fromhex("28E63256E7C5A087B1F073265DC53092163F7B82729735D06F28F10AF9D52393")
_SM4_KEY, _SM4_IV = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), bytes.fromhex("00001234567800000000ABCD")
_GCM_EMPTY = bytes.fromhex("54F157AF32744BB83BBE8AA6F1578B71")

Checks = dict[str, Callable[[], bool]]


def self_test(*, second_opinion: bool = True, signing: bool = True) -> list[str]:
    """Run every check and return the names of those passed; `signing=False` where only verification is served.

    Raises:
        SelfTestFailed: with the names of the checks that failed.
        BackendMissing: nothing on this machine can sign; the text says what to install.

    """
    checks = _known_answers()
    if signing:
        checks |= _own_signature(ask=second_opinion)
    elif second_opinion:
        checks["second opinion on the known signature"] = lambda: _asked(_KNOWN_KEY, _KNOWN_MESSAGE, _KNOWN_SIGNATURE)
    if failed := [complaint for name, check in checks.items() if (complaint := _complaint(name, check))]:
        raise SelfTestFailed(failed)
    return list(checks)


def _known_answers() -> Checks:
    flipped = _KNOWN_SIGNATURE[:-1] + bytes([_KNOWN_SIGNATURE[-1] ^ 1])
    return {
        "SM3 known answer": lambda: sm3(b"abc") == _ABC,
        "HMAC-SM3 known answer": lambda: hmac_sm3(b"key", b"abc") == _HMAC,
        "SM4-GCM known answer": lambda: encrypt_gcm(_SM4_KEY, _SM4_IV, b"") == _GCM_EMPTY,
        "SM4-GCM there and back": lambda: decrypt_gcm(_SM4_KEY, _SM4_IV, encrypt_gcm(_SM4_KEY, _SM4_IV, _ABC)) == _ABC,
        "SM2 digest known answer": lambda: digest(_KNOWN_KEY, _KNOWN_MESSAGE, identity=DEFAULT_IDENTITY) == _KNOWN_E,
        "SM2 known answer": lambda: _holds(_KNOWN_KEY, _KNOWN_MESSAGE, _KNOWN_SIGNATURE),
        "SM2 other message refused": lambda: not _holds(_KNOWN_KEY, b"message digesT", _KNOWN_SIGNATURE),
        "SM2 other identity refused": lambda: (
            not _holds(_KNOWN_KEY, _KNOWN_MESSAGE, _KNOWN_SIGNATURE, b"ALICE123@YAHOO.COM")
        ),
        "SM2 empty identity refused": lambda: not _holds(_KNOWN_KEY, _KNOWN_MESSAGE, _KNOWN_SIGNATURE, b""),
        "SM2 changed signature refused": lambda: not _holds(_KNOWN_KEY, _KNOWN_MESSAGE, flipped),
        "SM2 zero signature refused": lambda: not _holds(_KNOWN_KEY, _KNOWN_MESSAGE, bytes(64)),
    }


def _own_signature(*, ask: bool) -> Checks:
    library = backends.signing()
    message = b"self-test"
    key = library.generate()
    public = PublicKey(key.point)
    own, again = (library.sign(key, message, DEFAULT_IDENTITY) for _ in range(2))
    checks: Checks = {
        "SM2 own signature": lambda: _holds(public, message, own) and _holds(public, message, again),
        "SM2 other key refused": lambda: not _holds(_KNOWN_KEY, message, own),
        "SM2 nonces differ": lambda: own[:32] != again[:32],
    }
    if ask:
        checks["second opinion agrees"] = lambda: _asked(public, message, own)
        checks["second opinion refuses"] = lambda: not _asked(public, b"self-tesT", own)
    return checks


def _asked(public: PublicKey, message: bytes, signature: bytes) -> bool:
    return ask_gmssl(public, message, signature, identity=DEFAULT_IDENTITY)


def _holds(public: PublicKey, message: bytes, signature: bytes, identity: bytes = DEFAULT_IDENTITY) -> bool:
    try:
        verify(public, message, signature, identity=identity)
    except SignatureRefused:
        return False
    return True


def _complaint(name: str, check: Callable[[], bool]) -> str | None:
    """Run one check; one that breaks has failed, and says why."""
    try:
        return None if check() else name
    except (KeysError, ArithmeticError, TypeError, ValueError) as error:
        return f"{name} ({error!r})"
