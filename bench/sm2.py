"""SM2 through `keys`, against the PyPI package `gmssl` and against P-256 of `cryptography`, in one run.

Message level everywhere (Z and SM3 included), 200 octets, keys loaded before. Ours includes our codec: ranges and
DER both ways. "sign, verified" is what `Signer.sign` does and what issuing pays; the bare signature is shown apart,
because the peers do not verify. gmssl is given its key in the way that its constructor does not damage.
P-256 is no peer but the ceiling: the same size of curve with hand-written assembly.
"""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from gmssl import sm2 as gmssl_sm2

from bench.rows import Row, Work, compared, measure_together
from keys import backend, pure
from keys.custody import memory_signer
from keys.second_opinion import second_opinion
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, digest, verify
from keys.sm3 import sm3

MESSAGE = bytes(range(200))
MEGABYTE = bytes(1_000_000)


def run() -> list[Row]:
    """Measure and return four groups: signing, verifying, making keys, hashing."""
    library = backend.signing()
    key = library.generate()
    public, private = PublicKey(key.point), library.private_octets(key)
    signature = library.sign(key, MESSAGE, DEFAULT_IDENTITY)
    signer = memory_signer()
    gmssl = gmssl_sm2.CryptSM2(private_key=private.hex(), public_key="")
    gmssl.public_key = public.point[1:].hex()
    p256, algorithm = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    p256_public, p256_signature = p256.public_key(), p256.sign(MESSAGE, algorithm)
    _agree(public, bytes.fromhex(gmssl.sign_with_sm3(MESSAGE)), signature)
    e = digest(public, MESSAGE, identity=DEFAULT_IDENTITY)
    signing: dict[str, Work] = {
        "SM2 sign: gmssl": lambda: gmssl.sign_with_sm3(MESSAGE),
        "SM2 sign: keys": lambda: library.sign(key, MESSAGE, DEFAULT_IDENTITY),
        "SM2 sign, verified: keys Signer": lambda: signer.sign(MESSAGE),
        "P-256 sign: cryptography": lambda: p256.sign(MESSAGE, algorithm),
    }
    verifying: dict[str, Work] = {
        "SM2 verify: gmssl": lambda: gmssl.verify_with_sm3(signature.hex(), MESSAGE),
        "SM2 verify: keys": lambda: verify(public, MESSAGE, signature, identity=DEFAULT_IDENTITY),
        "SM2 verify: keys, plain Python": lambda: pure.holds(public.point, e, signature),
        "P-256 verify: cryptography": lambda: p256_public.verify(p256_signature, MESSAGE, algorithm),
    }
    making: dict[str, Work] = {
        "P-256 key: cryptography": lambda: ec.generate_private_key(ec.SECP256R1()),
        "SM2 key: keys": library.generate,
    }
    hashing: dict[str, Work] = {
        "SHA-256: cryptography": lambda: _sha256(MEGABYTE),
        "SM3: keys": lambda: sm3(MEGABYTE),
    }
    return [
        *compared(measure_together(signing), "1/s", "SM2 sign: gmssl"),
        *compared(measure_together(verifying), "1/s", "SM2 verify: gmssl"),
        *compared(measure_together(making), "1/s", "P-256 key: cryptography"),
        *compared(measure_together(hashing), "MB/s", "SHA-256: cryptography"),
    ]


def _agree(public: PublicKey, theirs: bytes, ours: bytes) -> None:
    """Only answers that the other side agrees with are worth timing."""
    verify(public, MESSAGE, theirs, identity=DEFAULT_IDENTITY)
    if not second_opinion(public, MESSAGE, ours, identity=DEFAULT_IDENTITY):
        raise RuntimeError("gmssl does not accept our signature")


def _sha256(octets: bytes) -> bytes:
    context = hashes.Hash(hashes.SHA256())
    context.update(octets)
    return context.finalize()
