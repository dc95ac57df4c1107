"""Archive record 归档证据: what proves a sealed file many years later, kept beside the file as one piece.

It holds the evidence as it was when the file was verified last: certificates, revocation lists, trust list, status
lists, checkpoint (a bundle), the file's proof in the log, and a time stamp over all of that and the file. Before the
time-stamp authority's certificate or a digest algorithm ends, the record is renewed: a further layer with the evidence
of that day, in which the authority of the layer before can still be judged, and a new time stamp over everything
before it, the file included. So each layer vouches for the one before, and only the last has to be judged as of today
(the idea is that of evidence records, RFC 4998; the encoding is our own).

What a stamp is over is computed anew from the file with the layer's own digest algorithm, so that an algorithm that
ends takes nothing with it. The octets to be stamped for layer n:

    {"algorithm":"sm3","evidence":"eyJj…","file":"q83v…","format":"yinzheng-archive-layer/1","layers":[…],"proof":"eyJj…"}

where `file` is the digest of the file, `layers` are the complete layers before it and `proof` belongs to the first.
The record itself:

    {"digest":"q83v…","format":"yinzheng-archive/1","layers":[{"algorithm":"sm3","evidence":"eyJj…","stamp":"MIIG…"}],
     "proof":"eyJj…"}

`digest` is SM3 of the file, for finding the two together. Nothing is verified here: see `verifier.archived`.
"""

from dataclasses import dataclass, field, replace

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.asn1 import SM3
from trust.formats.canonical_json import base64_of, decode_json, encode_json, octets_from, require
from trust.formats.time_stamp import DIGESTS, MAX_TOKEN, SHA256

FORMAT, LAYER_FORMAT = "yinzheng-archive/1", "yinzheng-archive-layer/1"
MAX_ARCHIVE = 128 * 1024 * 1024
MAX_LAYERS = 64
ALGORITHMS = {"sm3": SM3, "sha256": SHA256}
"""Digests that a layer may be stamped with, by the OID that the token then names."""
_NAMES, _LAYER = frozenset({"digest", "format", "layers", "proof"}), frozenset({"algorithm", "evidence", "stamp"})


@dataclass(frozen=True)
class Layer:
    """One time stamp (DER), the digest it was asked under, and the evidence it covers (octets of a bundle)."""

    algorithm: str
    evidence: bytes = field(repr=False)
    stamp: bytes = field(repr=False)


@dataclass(frozen=True)
class Archive:
    """A record about the file of this SM3 digest; `proof` are the octets of its proof in the log, if there is one."""

    digest: bytes
    proof: bytes | None = field(repr=False)
    layers: tuple[Layer, ...]


def to_be_stamped(
    file: bytes, proof: bytes | None, before: tuple[Layer, ...], evidence: bytes, *, algorithm: str = "sm3"
) -> bytes:
    """The octets that a layer's time stamp is over.

    Raises:
        Malformed: `archive`, an unknown algorithm, or no room for another layer.

    """
    if algorithm not in ALGORITHMS or len(before) >= MAX_LAYERS:
        raise Malformed("archive", "an unknown algorithm, or too many layers")
    return encode_json(
        {
            "algorithm": algorithm,
            "evidence": base64_of(evidence),
            "file": base64_of(DIGESTS[ALGORITHMS[algorithm]](file)),
            "format": LAYER_FORMAT,
            "layers": [_layer_json(layer) for layer in before],
            "proof": None if proof is None else base64_of(proof),
        }
    )


def stamped_octets(archive: Archive, number: int, file: bytes) -> bytes:
    """The octets that the stamp of one layer of a record has to be over."""
    layer = archive.layers[number]
    return to_be_stamped(file, archive.proof, archive.layers[:number], layer.evidence, algorithm=layer.algorithm)


def renewed(archive: Archive, layer: Layer) -> Archive:
    """The record with one more layer."""
    return replace(archive, layers=(*archive.layers, layer))


def encode_archive(archive: Archive) -> bytes:
    """The octets of the record.

    Raises:
        Malformed: `archive` or `too-large`, what `decode_archive` would not read back.

    """
    octets = encode_json(
        {
            "digest": base64_of(archive.digest),
            "format": FORMAT,
            "layers": [_layer_json(layer) for layer in archive.layers],
            "proof": None if archive.proof is None else base64_of(archive.proof),
        }
    )
    if decode_archive(octets) != archive:
        raise Malformed("archive", "the record does not survive being written")
    return octets


def _layer_json(layer: Layer) -> dict[str, object]:
    return {
        "algorithm": layer.algorithm,
        "evidence": base64_of(layer.evidence),
        "stamp": base64_of(layer.stamp),
    }


def decode_archive(octets: bytes) -> Archive:
    """The record in these octets; its parts are not looked into.

    Raises:
        Malformed: `archive`, or a code of canonical JSON; not exactly what `encode_archive` writes.

    """
    value = decode_json(octets, limit=MAX_ARCHIVE)
    require(value, _NAMES)
    layers = value["layers"]
    if value["format"] != FORMAT or not isinstance(layers, list) or not 1 <= len(layers) <= MAX_LAYERS:
        raise Malformed("archive", "not a record of this version with 1 to 64 layers")
    digest = octets_from(value["digest"])
    if len(digest) != len(sm3(b"")):
        raise Malformed("archive", "the digest is SM3")
    proof = None if value["proof"] is None else octets_from(value["proof"])
    return Archive(digest, proof, tuple(map(_layer, layers)))


def _layer(value: object) -> Layer:
    if not isinstance(value, dict):
        raise Malformed("archive", "a layer is an object")
    require(value, _LAYER)
    layer = Layer(str(value["algorithm"]), octets_from(value["evidence"]), octets_from(value["stamp"]))
    if value["algorithm"] not in ALGORITHMS or len(layer.stamp) > MAX_TOKEN:
        raise Malformed("archive", "an unknown algorithm, or a stamp too large")
    return layer
