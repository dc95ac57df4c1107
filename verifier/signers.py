"""Who signed a COSE envelope: the certificates of the key, as far as the trust list names them for the purpose."""

from trust.errors import TrustError
from trust.formats import cose
from trust.formats.certificate import Certificate, Purpose
from verifier.evidence import Evidence


def signers_of(envelope: cose.Sign1, evidence: Evidence, purpose: Purpose) -> tuple[Certificate, ...]:
    """The listed certificates of the key that signed, youngest first: a key that is certified again has several."""
    found = []
    for certificate in evidence.listed(purpose):
        if certificate.public_key.key_id != envelope.key_id:
            continue
        try:
            cose.check(envelope, certificate.public_key)
        except TrustError:
            continue  # key ids are short; another listed certificate may be the one
        found.append(certificate)
    return tuple(sorted(found, key=lambda one: one.not_before, reverse=True))
