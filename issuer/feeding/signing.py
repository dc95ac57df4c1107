"""The signature on a delivery: HMAC-SM3 over a signature base as RFC 9421 writes it, with a secret of the hook's own.

`hmac-sm3` and the digest `sm3` are registered nowhere; apart from these two names a delivery is signed as that text and
RFC 9530 say. The wire format is in `docs/spec/feed.md`.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime

from keys.sm3 import hmac_sm3, sm3

MEDIA_TYPE = "application/json"
COVERED = ("@method", "@target-uri", "content-digest", "content-type")
LABEL = "yinzheng"


def signed_headers(body: bytes, *, url: str, key_id: str, secret: bytes, at: datetime) -> Mapping[str, str]:
    """The headers of a delivery."""
    digest = f"sm3=:{_base64(sm3(body))}:"
    parameters = _parameters(key_id, at)
    base = signature_base(url, digest, parameters)
    return {
        "Content-Type": MEDIA_TYPE,
        "Content-Digest": digest,
        "Signature-Input": f"{LABEL}={parameters}",
        "Signature": f"{LABEL}=:{_base64(hmac_sm3(secret, base))}:",
    }


def signature_base(url: str, digest: str, parameters: str) -> bytes:
    """What is signed: the four covered components and the parameters, a line each."""
    values = ("POST", url, digest, MEDIA_TYPE)
    lines = [f'"{name}": {value}' for name, value in zip(COVERED, values, strict=True)]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def _parameters(key_id: str, at: datetime) -> str:
    covered = " ".join(f'"{name}"' for name in COVERED)
    return f'({covered});created={int(at.timestamp())};keyid="{key_id}";alg="hmac-sm3"'


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")
