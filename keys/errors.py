"""The tree of errors of `keys`; facts are attributes, the sentences for people are in `service.problems`.

    KeysError
    ├── MalformedKey      a point, SPKI, private number or identity that is not what it must be
    ├── SignatureRefused  a signature that is malformed or does not hold; verification does not tell which
    ├── CiphertextRefused SM4 octets that do not decrypt: padding, tag or length; which one is not said
    ├── BackendMissing    no library on this machine can do it; the text says what to install, `tried` what there is
    ├── BackendFailed     a library was found and failed; nothing is known about the signature
    ├── SelfTestFailed    a check at start-up failed; `failed` names the checks
    ├── KeyFileRefused    a key file that is not in one of the profiles, or is kept unsafely
    ├── OtherSecret       a secret that is not the one which was used here before, or is gone
    ├── WrongPassphrase   the passphrase does not open the file; always the same sentence
    ├── KeyNotUsable      the key exists, but may not be made or used like this
    ├── UnknownReference  a key reference that leads to no key
    └── SigningFailed     no signature came about, or the one that did was not good; none was handed out

`SignatureRefused` is also an `InvalidSignature` of `cryptography`, because pyHanko's hooks expect that class.
"""

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature


class KeysError(Exception):
    """Base of everything that `keys` raises on purpose; `reason` is a stable, hyphenated code."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason = reason
        self.text = text


class MalformedKey(KeysError): ...


class SignatureRefused(KeysError, InvalidSignature): ...


class CiphertextRefused(KeysError): ...


class BackendMissing(KeysError):
    def __init__(self, reason: str, text: str = "", tried: Sequence[str] = ()) -> None:
        super().__init__(reason, text)
        self.tried = tuple(tried)


class BackendFailed(KeysError): ...


class SelfTestFailed(KeysError):
    def __init__(self, failed: Sequence[str]) -> None:
        super().__init__("self-test", ", ".join(failed))
        self.failed = tuple(failed)


class KeyFileRefused(KeysError): ...


class WrongPassphrase(KeysError):
    def __init__(self) -> None:
        super().__init__("wrong-passphrase", "the passphrase does not open this key file")


class OtherSecret(KeysError): ...


class KeyNotUsable(KeysError): ...


class UnknownReference(KeysError): ...


class SigningFailed(KeysError): ...
