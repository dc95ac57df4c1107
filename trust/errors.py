"""The tree of errors of `trust`; facts are attributes, the sentences for people are in `service.problems`.

    TrustError
    ├── Malformed        octets or text that are not what they must be; `reason` is a stable code
    ├── Untrusted        well formed, but its signature, path or authority does not hold; `reason` likewise
    └── Conflict         an act that the present state does not allow; `reason` likewise

Sub-packages add their own leaves below these four names, in an `errors.py` beside the code that raises them.
Errors of asn1crypto, cbor2, zipfile, expat, pyHanko or SQLAlchemy never leave this package as they are.
"""


class TrustError(Exception):
    """Base of everything that `trust` raises on purpose; `reason` is a stable, hyphenated code."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason = reason
        self.text = text


class Malformed(TrustError):
    """Input that is not in the form its standard or our profile asks for."""


class Untrusted(TrustError):
    """A well-formed object whose signature, certificate path or authority does not hold."""


class Conflict(TrustError):
    """An act that the state of its subject does not allow."""
