"""What a document time stamp is about: the imprint in a token of RFC 3161, held against the file.

Only that binds the token to the file and is judged here. Whether the token itself holds, who made it, and which time it
proves are judged where time stamps are.
"""

from dataclasses import dataclass
from datetime import datetime

from trust.errors import Malformed
from trust.formats import der
from trust.formats.gm_cms_read import MAX_MESSAGE, algorithm_in
from trust.formats.lenient_der import TAGGED_0, content, members, object_identifier, octet_string, only, read
from trust.formats.lenient_values import time_of
from trust.formats.pdf.message import signed_data_parts
from trust.formats.tolerances import Tolerances

TST_INFO = "1.2.840.113549.1.9.16.1.4"


@dataclass(frozen=True)
class StampedImprint:
    """What a time-stamp token is about, and the time it states; the token itself is not judged."""

    algorithm: str
    imprint: bytes
    token: bytes
    at: datetime | None


def read_imprint(contents: bytes) -> StampedImprint:
    """The imprint in a time-stamp token (RFC 3161), zeros behind it left out.

    Raises:
        Malformed: `encoding`, it is no token.

    """
    node = read(contents, limit=MAX_MESSAGE, seen=Tolerances(), ber=True, padded=True)
    kind, wrapped = members(signed_data_parts(contents)[2], 2, 2)
    if object_identifier(kind) != TST_INFO:
        raise Malformed("encoding", "not a time stamp")
    octets = octet_string(only(wrapped, TAGGED_0))
    _version, _policy, imprint, _serial, at, *_rest = members(read(octets, limit=64 * 1024, seen=Tolerances()), 5, 10)
    algorithm, digest = members(imprint, 2, 2)
    content(at, der.GENERALIZED_TIME)
    return StampedImprint(algorithm_in(algorithm), octet_string(digest), node.octets, time_of(at))
