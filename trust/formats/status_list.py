"""Status lists 状态清单: the standing of up to 2^20 licences in one signed file of some 20 KB.

Layout of the IETF Token Status List draft (CWT form, two bits an entry): 0 valid, 1 invalid for good, 2 suspended,
3 another status that a register must be asked for. Entries fill each octet from its least significant bits, entries
nobody holds read as valid, and the array is compressed with zlib. A licence names its list and its index.

What the draft does not have, and we sign too: the shard's number, a number of publication that only grows (so a
verifier can refuse an older list than it has seen), and the size of the log when the list was made. Their labels are
private (below −65536). The claims are deterministic CBOR; `lst` is the one member with many spellings, and it is
covered by the signature as it stands.

    {2: uri, 4: next update, 6: issued, 65533: {"lst": zlib(array), "bits": 2}, 65534: ttl,
     −65537: shard, −65538: number, −65539: log size}
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import cbor2

from trust.errors import Malformed

STATUS_LIST_TYPE = "application/statuslist+cwt"
SIZE = 2**20
BITS = 2
MAX_SIGNED = 1024 * 1024
"""Octets of a signed list: an incompressible array of 2^20 entries is a quarter of it."""

_URI, _EXPIRES, _ISSUED, _LIST, _TTL, _SHARD, _NUMBER, _LOG_SIZE = 2, 4, 6, 65533, 65534, -65537, -65538, -65539
_CLAIMS = frozenset({_URI, _EXPIRES, _ISSUED, _LIST, _TTL, _SHARD, _NUMBER, _LOG_SIZE})
_MAX_INTEGER = 2**53 - 1
_MAX_URI = 400


@dataclass(frozen=True)
class StatusList:
    """One publication of one shard; `bits` is the inflated array, four entries an octet; instants in whole seconds."""

    uri: str
    list: int
    number: int
    issued_at: datetime
    next_update: datetime
    ttl_s: int
    log_size: int
    bits: bytes

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.bits) * 4

    def value(self, index: int) -> int:
        """Entry `index`: 0 valid, 1 invalid, 2 suspended, 3 other.

        Raises:
            Malformed: `status-index`, the list has no such entry.

        """
        if not 0 <= index < self.size:
            raise Malformed("status-index", f"no entry {index} among {self.size}")
        return self.bits[index >> 2] >> 2 * (index & 3) & 3


def pack(values: Iterable[tuple[int, int]], size: int = SIZE) -> bytes:
    """An array of `size` entries (a multiple of four), all 0 but for these (index, value) pairs.

    Raises:
        Malformed: `status-index`, a pair outside the array; `status-value`, not 0 to 3.

    """
    bits = bytearray(size // 4)
    for index, value in values:
        if not 0 <= index < size:
            raise Malformed("status-index", f"no entry {index} among {size}")
        if not 0 <= value <= 3:
            raise Malformed("status-value", f"{value} does not fit two bits")
        shift = 2 * (index & 3)
        bits[index >> 2] = bits[index >> 2] & ~(3 << shift) | value << shift
    return bytes(bits)


def entries_lost(before: bytes, after: bytes) -> bool:
    """Whether an entry that was 1 (invalid for good) in `before` is anything else in `after`."""
    return bool(_ones(before) & ~_ones(after))


def encode_status_list(status_list: StatusList) -> bytes:
    """The claims to be signed.

    Raises:
        Malformed: `status-list`, a member that a reader would refuse, an instant that is not in whole seconds.

    """
    _check(status_list)
    return cbor2.dumps(
        {
            _URI: status_list.uri,
            _EXPIRES: _seconds(status_list.next_update),
            _ISSUED: _seconds(status_list.issued_at),
            _LIST: {"bits": BITS, "lst": zlib.compress(status_list.bits, 9)},
            _TTL: status_list.ttl_s,
            _SHARD: status_list.list,
            _NUMBER: status_list.number,
            _LOG_SIZE: status_list.log_size,
        },
        canonical=True,
    )


def decode_status_list(payload: bytes, *, max_size: int = SIZE) -> StatusList:
    """The list in signed claims, of at most `max_size` entries; call it after the signature has been checked.

    Raises:
        Malformed: `status-list`, `too-large`.

    """
    if len(payload) > MAX_SIGNED:
        raise Malformed("too-large", f"more than {MAX_SIGNED} octets")
    try:
        claims = cbor2.loads(payload, max_depth=4, allow_indefinite=False, allow_duplicate_keys=False)
        sound = type(claims) is dict and all(type(key) is int for key in claims) and claims.keys() == _CLAIMS
        sound = sound and cbor2.dumps(claims, canonical=True) == payload
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise Malformed("status-list", "not CBOR") from error
    if not sound:
        raise Malformed("status-list", "not exactly the claims of a status list in deterministic form")
    holder = claims[_LIST]
    if (
        type(holder) is not dict
        or holder.keys() != {"bits", "lst"}
        or (type(holder["bits"]), holder["bits"]) != (int, BITS)
    ):
        raise Malformed("status-list", "not a list of two bits an entry")
    status_list = StatusList(
        uri=claims[_URI],
        list=claims[_SHARD],
        number=claims[_NUMBER],
        issued_at=_instant(claims[_ISSUED]),
        next_update=_instant(claims[_EXPIRES]),
        ttl_s=claims[_TTL],
        log_size=claims[_LOG_SIZE],
        bits=_inflate(holder["lst"], max_size // 4),
    )
    _check(status_list)
    return status_list


def _ones(bits: bytes) -> int:
    """The low bit of every entry that is 1, as one number."""
    whole = int.from_bytes(bits, "little")
    low = int.from_bytes(b"\x55" * len(bits), "little")
    return whole & ~(whole >> 1) & low


def _inflate(octets: object, limit: int) -> bytes:
    """The array in a zlib stream that is whole, has nothing after it and no more than `limit` octets in it."""
    if type(octets) is not bytes:
        raise Malformed("status-list", "the array is not octets")
    stream = zlib.decompressobj()
    try:
        bits = stream.decompress(octets, limit + 1)
    except zlib.error as error:
        raise Malformed("status-list", "not a zlib stream") from error
    if len(bits) > limit:
        raise Malformed("too-large", f"more than {limit * 4} entries")
    if not stream.eof or stream.unused_data:
        raise Malformed("status-list", "the zlib stream is cut short or goes on")
    return bits


def _check(status_list: StatusList) -> None:
    uri, numbers = status_list.uri, (status_list.list, status_list.number, status_list.log_size, status_list.ttl_s)
    if type(uri) is not str or not (0 < len(uri) <= _MAX_URI and uri.isascii() and uri.isprintable()):
        raise Malformed("status-list", "the address is not short printable ASCII")
    if not all(type(value) is int and 0 <= value <= _MAX_INTEGER for value in numbers):
        raise Malformed("status-list", "a number is negative or has more than 53 bits")
    if _seconds(status_list.next_update) <= _seconds(status_list.issued_at):
        raise Malformed("status-list", "the next update is not after the issue")
    if not status_list.bits:
        raise Malformed("status-list", "the list has no entries")


def _seconds(instant: datetime) -> int:
    """Seconds since 1970 UTC of an aware instant in whole seconds."""
    if instant.tzinfo is None or instant.microsecond:
        raise Malformed("status-list", "an instant is aware and in whole seconds")
    return int(instant.timestamp())


def _instant(seconds: object) -> datetime:
    """The instant; between 1970 and the end of 9999."""
    if type(seconds) is not int or not 0 <= seconds < 253_402_300_800:
        raise Malformed("status-list", "not an instant")
    return datetime.fromtimestamp(seconds, UTC)
