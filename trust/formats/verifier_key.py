"""Verifier keys: one line that names whoever signs notes, as C2SP signed-note writes them.

Name, key id in eight hexadecimal digits, then in base64 the type with the public point: enough to check signature
lines, and short enough to be read out, printed or pasted. The type tells a log's key from a witness's, so that one
can never be taken for the other. The key id follows from the rest and is compared, which finds slips of a pen.

    rizhi.example/log+3c081d11+/3lpbnpoZW5nLnNtMi1zbTMvMQRTdjVIYbID…
"""

from base64 import b64encode
from dataclasses import dataclass

from keys.errors import MalformedKey
from keys.sm2 import PublicKey
from trust.errors import Malformed
from trust.formats.canonical_json import octets_from
from trust.formats.checkpoint import SM2_TYPE, check_name, note_key_id

MAX_TEXT = 512


@dataclass(frozen=True)
class VerifierKey:
    """Who signs (`name`), with which key, and as what (`kind`: the type with its identifier)."""

    name: str
    public: PublicKey
    kind: bytes = SM2_TYPE

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        """Four octets that stand in this key's signature lines."""
        return note_key_id(self.name, self.public, kind=self.kind)


def encode_verifier_key(key: VerifierKey) -> str:
    """The line, without a newline."""
    return f"{key.name}+{key.key_id.hex()}+{b64encode(key.kind + key.public.point).decode()}"


def decode_verifier_key(text: str, kind: bytes) -> VerifierKey:
    """The key of this kind in a line; white space around it is let pass.

    Raises:
        Malformed: `verifier-key`, not such a line, of another kind, or with a key id that does not fit; `note-name`.

    """
    parts = text.strip().split("+", 2)
    if len(text) > MAX_TEXT or len(parts) != 3:
        raise Malformed("verifier-key", "not name, key id and key")
    try:
        octets = octets_from(parts[2])
    except Malformed as error:
        raise Malformed("verifier-key", "the key is not base64") from error
    if not octets.startswith(kind):
        raise Malformed("verifier-key", "a key of another kind")
    try:
        found = VerifierKey(parts[0], PublicKey(octets[len(kind) :]), kind)
    except MalformedKey as error:
        raise Malformed("verifier-key", "not a point of the curve") from error
    if encode_verifier_key(found) != text.strip():
        raise Malformed("verifier-key", "the key id does not fit")
    return found
