"""Holding what was just made against what any verifier will ask of it, before anybody is given it.

A token is split and its signature verified under the key of the certificate; a sealed file is handed in as it was taken
apart from its octets alone. Whatever stands against either keeps the licence from being released.
"""

from collections.abc import Sequence

from issuer.errors import NotSound
from keys.sm2 import PublicKey
from trust.errors import TrustError
from trust.formats.cose import check as check_envelope
from trust.formats.sealed_file import SealedFile
from trust.formats.token import split_token
from trust.rules.verdict import Finding, Indication


def require_token(identifier: str, token: bytes, message: bytes, public: PublicKey) -> None:
    """Hold a token against what was planned and against the key of the certificate, as a reader of the code will.

    Raises:
        NotSound: it is over something else, or its signature does not hold.

    """
    try:
        envelope = split_token(token)
        check_envelope(envelope, public)
    except TrustError as error:
        raise NotSound(identifier, f"the token does not verify: {error.reason}") from error
    if envelope.to_be_signed != message:
        raise NotSound(identifier, "the token is another one than was planned")


def require_sound(identifier: str, sealed: SealedFile, metadata: bytes, judged: Sequence[Finding] = ()) -> None:
    """Hold a file just made against what any verifier will ask of its octets; `judged` is what one said of its content.

    Raises:
        NotSound: a finding that is not PASSED, or other metadata than was planned.

    """
    poor = [one.name for one in (*sealed.findings, *judged) if one.indication is not Indication.PASSED]
    if poor:
        raise NotSound(identifier, f"{sealed.kind} does not verify: {', '.join(poor)}")
    if sealed.metadata != metadata:
        raise NotSound(identifier, f"{sealed.kind} carries other metadata than was planned")
