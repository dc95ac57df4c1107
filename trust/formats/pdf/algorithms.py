"""SM2 with SM3 for pyHanko: the one hook through which it asks whether a signature value holds.

pyHanko knows neither algorithm; without this hook it refuses our files. The hook accepts SM2 with SM3 over a message
(never over a bare digest, which SM2 cannot use) and keeps a record of what it found to hold, so that the examination
can insist that exactly the signature it read was verified, under exactly the expected key and message. If a later
pyHanko stopped asking, or asked about something else, every file would be refused rather than waved through.
"""

from typing import Any

from pyhanko_certvalidator.errors import AlgorithmNotSupported
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    SignatureValidationContext,
    SignatureValidator,
)

from keys.codec import raw_from_der
from keys.errors import MalformedKey, SignatureRefused
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, verify
from trust.formats.asn1 import SM2_WITH_SM3_ALGORITHM

Held = tuple[bytes, bytes, bytes]
"""A signature that held: SubjectPublicKeyInfo, message, r ‖ s."""


class Sm2Validator(SignatureValidator):
    """Verifies SM2 signatures for pyHanko and records in `held` those that hold."""

    def __init__(self) -> None:
        self.held: list[Held] = []

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: Any,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Return if the signature holds under the default identity.

        Raises:
            SignatureRefused: it does not, or signature or key are malformed (an `InvalidSignature` to pyHanko).
            AlgorithmNotSupported: not SM2 with SM3, or only a digest is given.

        """
        if signature_algorithm.dump() != SM2_WITH_SM3_ALGORITHM:
            raise AlgorithmNotSupported("only SM2 with SM3, without parameters")
        if context.prehashed:
            raise AlgorithmNotSupported("SM2 signs a message, not a digest")
        info = public_key_info.dump()
        raw = raw_from_der(signature)
        try:
            public = PublicKey.from_spki(info)
        except MalformedKey as error:
            raise SignatureRefused("signature", "not a key that SM2 signatures are verified with") from error
        verify(public, signed_data, raw, identity=DEFAULT_IDENTITY)
        self.held.append((info, signed_data, raw))
