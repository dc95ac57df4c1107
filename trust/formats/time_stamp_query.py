"""Requests to a time-stamp authority and its answers (RFC 3161, 2.4), read strictly and written.

A request is a digest, perhaps a policy and a nonce, and whether certificates are wanted. An answer is a status and,
where one was granted, a token. Both ends are here: our authority reads requests and writes answers, our client writes
requests and reads answers. `check_answer` compares a token with what was asked; whether the token holds is found out
by `time_stamp` and the verifier.

Raises `Malformed` with reason `time-stamp-request` or `time-stamp-answer`, `Untrusted` with `time-stamp-refused` or
`time-stamp-mismatch`.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from trust.errors import Malformed, Untrusted
from trust.formats import der
from trust.formats.der import Node
from trust.formats.lenient_der import BOOLEAN
from trust.formats.time_stamp import DIGESTS, MAX_TOKEN, TimeStampToken, read_time_stamp
from trust.formats.time_stamp_writing import write_imprint

QUERY_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
MAX_REQUEST, MAX_ANSWER = 4 * 1024, MAX_TOKEN + 4 * 1024
NULL, EXTENSIONS = b"\x05\x00", 0xA0
GRANTED = frozenset({0, 1})
MAX_TEXTS = 8


class Failure(IntEnum):
    """Why no token was given: bits of PKIFailureInfo."""

    BAD_ALGORITHM = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    SYSTEM_FAILURE = 25


@dataclass(frozen=True)
class TimeStampRequest:
    """What is asked: a token about `imprint`, a digest by `algorithm`, under `policy` if one is named."""

    algorithm: str
    imprint: bytes
    policy: str | None = None
    nonce: int | None = None
    wants_certificates: bool = False


@dataclass(frozen=True)
class TimeStampAnswer:
    """An answer: the token as octets, or None with the bits of why not and the authority's words."""

    status: int
    token: bytes | None = field(repr=False)
    failures: frozenset[int] = frozenset()
    texts: tuple[str, ...] = ()


class RequestRefused(Malformed):
    """A request that is not answered with a token; `failure` is what the answer says."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__("time-stamp-request", text)
        self.failure = failure


def read_request(octets: bytes) -> TimeStampRequest:
    """Read a TimeStampReq of at most 4 KiB.

    Raises:
        RequestRefused: `time-stamp-request`, with what to answer.

    """
    try:
        return _request(octets)
    except RequestRefused:
        raise
    except Malformed as error:
        raise RequestRefused(Failure.BAD_DATA_FORMAT, error.text) from error


def _request(octets: bytes) -> TimeStampRequest:
    version, imprint, *rest = _at_least(der.members(der.read(octets, limit=MAX_REQUEST)), 2)
    if der.integer(version) != 1:
        raise RequestRefused(Failure.BAD_REQUEST, "a request is of version 1")
    algorithm, digest = _imprint(imprint)
    policy = rest.pop(0) if rest and rest[0].tag == der.OBJECT_IDENTIFIER else None
    nonce = rest.pop(0) if rest and rest[0].tag == der.INTEGER else None
    wanted = rest.pop(0) if rest and rest[0].tag == BOOLEAN else None
    if rest and rest[0].tag == EXTENSIONS:
        raise RequestRefused(Failure.UNACCEPTED_EXTENSION, "extensions are not known here")
    if rest:
        raise RequestRefused(Failure.BAD_DATA_FORMAT, "unknown members, or members out of order")
    return TimeStampRequest(
        algorithm,
        digest,
        None if policy is None else der.object_identifier(policy),
        None if nonce is None else der.integer(nonce),
        wanted is not None and _true(wanted),
    )


def _at_least(found: list[Node], count: int) -> list[Node]:
    if len(found) < count:
        raise Malformed("encoding", "members are missing")
    return found


def _imprint(node: Node) -> tuple[str, bytes]:
    identifier, digest = der.members(node, 2)
    kind, *parameters = _at_least(der.members(identifier), 1)
    algorithm = der.object_identifier(kind)
    if algorithm not in DIGESTS:
        raise RequestRefused(Failure.BAD_ALGORITHM, "the imprint's digest is not accepted")
    octets = der.octet_string(digest)
    if [one.octets for one in parameters] not in ([], [NULL]) or len(octets) != len(DIGESTS[algorithm](b"")):
        raise RequestRefused(Failure.BAD_DATA_FORMAT, "the imprint is not a digest of that algorithm")
    return algorithm, octets


def _true(node: Node) -> bool:
    if node.content not in {b"\xff", b"\x00"}:
        raise Malformed("encoding", "a boolean in DER is FF or 00")
    return node.content == b"\xff"


def write_request(request: TimeStampRequest) -> bytes:
    """Encode a TimeStampReq."""
    return der.write_sequence(
        der.write_integer(1),
        write_imprint(request.algorithm, request.imprint),
        b"" if request.policy is None else der.write_object_identifier(request.policy),
        b"" if request.nonce is None else der.write_integer(request.nonce),
        der.write(BOOLEAN, b"\xff") if request.wants_certificates else b"",
    )


def write_answer(token: bytes) -> bytes:
    """Encode a TimeStampResp that grants a token."""
    return der.write_sequence(der.write_sequence(der.write_integer(0)), token)


def write_refusal(failure: Failure, text: str) -> bytes:
    """Encode a TimeStampResp that grants nothing: status 2 (rejection), a text, one bit."""
    size, unused = failure // 8 + 1, 7 - failure % 8
    bits = bytes(size - 1) + bytes((0x80 >> failure % 8,))
    status = der.write_sequence(
        der.write_integer(2),
        der.write_sequence(der.write_utf8_string(text)),
        der.write(der.BIT_STRING, bytes((unused,)), bits),
    )
    return der.write_sequence(status)


def read_answer(octets: bytes) -> TimeStampAnswer:
    """Read a TimeStampResp of at most 68 KiB; the token in it is not looked at.

    Raises:
        Malformed: `time-stamp-answer`.

    """
    try:
        return _answer(octets)
    except Malformed as error:
        raise Malformed("time-stamp-answer", error.text) from error


def _answer(octets: bytes) -> TimeStampAnswer:
    status, *token = _at_least(der.members(der.read(octets, limit=MAX_ANSWER)), 1)
    number, *rest = _at_least(der.members(status), 1)
    texts = rest.pop(0) if rest and rest[0].tag == der.SEQUENCE else None
    bits = rest.pop(0) if rest and rest[0].tag == der.BIT_STRING else None
    if rest or len(token) > 1:
        raise Malformed("encoding", "unknown members")
    return TimeStampAnswer(
        der.integer(number),
        token[0].octets if token else None,
        frozenset() if bits is None else _bits(bits.content),
        () if texts is None else tuple(der.utf8_string(one) for one in der.members(texts)[:MAX_TEXTS]),
    )


def _bits(octets: bytes) -> frozenset[int]:
    whole = octets[1:5]
    return frozenset(place for place in range(8 * len(whole)) if whole[place // 8] & 0x80 >> place % 8)


def check_answer(answer: TimeStampAnswer, request: TimeStampRequest) -> TimeStampToken:
    """The token, if the answer grants one about exactly what was asked.

    Raises:
        Untrusted: `time-stamp-refused`, there is none; `time-stamp-mismatch`, it is about something else: imprint,
            nonce or policy differ.
        Malformed: `time-stamp`, the token cannot be read.

    """
    if answer.status not in GRANTED or answer.token is None:
        bits = ", ".join(str(bit) for bit in sorted(answer.failures))
        raise Untrusted("time-stamp-refused", f"status {answer.status}, failure bits {bits or 'none'}")
    token = read_time_stamp(answer.token)
    info = token.info
    if (info.algorithm, info.imprint, info.nonce) != (request.algorithm, request.imprint, request.nonce):
        raise Untrusted("time-stamp-mismatch", "imprint or nonce is not the one sent")
    if request.policy is not None and info.policy != request.policy:
        raise Untrusted("time-stamp-mismatch", "another policy than the one asked for")
    return token
