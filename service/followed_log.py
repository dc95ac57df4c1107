"""A log that is followed from another machine: its checkpoint, its proofs and its tiles, over HTTP with bounds.

The address was named by whoever runs the witness, and it has to be https, or this machine itself. Nothing that comes is
believed here: notes are signed, proofs prove themselves, tiles are hashed. Nothing is redirected, no proxy is asked,
every answer has its largest size, and so many seconds for each step and for the whole of it, from the first address
that is tried; and a look at the log, which asks for many answers, has so many for all of them.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR, SOCK_STREAM, getaddrinfo, socket
from ssl import SSLSocket, create_default_context
from threading import Event, Timer
from urllib.parse import quote, urlsplit

from service import clock
from service.errors import LogUnavailable
from service.problem import Usage
from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, octets_from, require
from trust.formats.checkpoint import MAX_NOTE
from trust.formats.merkle import HASH_SIZE, MAX_PROOF, Node, complete_nodes, fold, levels_of
from trust.log.tiles import HEIGHT, WIDTH, Tile, tile_path

STEP_S, ANSWER_S, LOOK_S = 10.0, 60.0, 300.0
"""For a step, a whole answer and a look: one octet now and then would hold a witness as long as the log likes."""
MAX_ADDRESS, MAX_ANSWER = 300, 64 * 1024
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
UNREADABLE = (ValueError, KeyError, TypeError, RecursionError)
"""What reading a small JSON answer raises, whatever stands there."""
_PROOF = frozenset({"new", "old", "path"})


def check_address(address: str) -> str:
    """An address of a log that a witness may follow, without a stroke at its end.

    Raises:
        Usage: `log-address`; not https and not this machine, or no address at all.

    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    plain = len(address) <= MAX_ADDRESS and address.isascii() and address.isprintable() and " " not in address
    known = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not (plain and known and host) or "@" in parts.netloc or parts.query or parts.fragment:
        raise Usage(
            "log-address",
            "日志地址须以 https:// 开头（本机试用可用 http://127.0.0.1:端口），不带参数。",
            "the log's address has to be https, or http on this machine, without a query.",
        )
    return address.rstrip("/")


class FollowedLog:
    """The log at an address; with `look_s` all that it is asked has to be answered within so many seconds from now."""

    def __init__(self, address: str, look_s: float | None = None) -> None:
        self._address = urlsplit(check_address(address))
        self._until = None if look_s is None else clock.elapsed() + look_s

    def checkpoint(self) -> bytes:
        """The latest note; raises LogUnavailable."""
        return self._get("/log/checkpoint", MAX_NOTE)

    def cosigned(self) -> bytes | None:
        """The note that other witnesses have cosigned, None where none has; raises LogUnavailable."""
        status, octets = self._ask("GET", "/log/checkpoint/cosigned", MAX_NOTE)
        if status == 404:
            return None
        return _good(status, octets)

    def cosigned_by(self, name: str) -> bytes | None:
        """The newest note that a witness has cosigned, as the log has it; raises LogUnavailable."""
        status, octets = self._ask("GET", f"/log/checkpoint/cosigned?witness={quote(name, safe='')}", MAX_NOTE)
        return None if status == 404 else _good(status, octets)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The path that the log gives from one size to another; raises LogUnavailable."""
        octets = self._get(f"/log/proof/consistency?old={old}&new={new}", MAX_ANSWER)
        try:
            return read_consistency(octets)
        except Malformed as error:
            raise LogUnavailable(error.reason) from error

    def served(self, old: int, new: int) -> tuple[bytes, Sequence[bytes]]:
        """The root that the first `old` entries have in the tree of `new` as the log serves it, and its path.

        Raises:
            LogUnavailable: no answer, or one that is none.

        """
        root = fold([self._node(node, new) for node in complete_nodes(0, old)])
        return root, self.consistency(old, new)

    def hand_in(self, note: bytes) -> list[str]:
        """Hand in a cosigned note; whose lines the log kept; raises LogUnavailable."""
        status, octets = self._ask("POST", "/log/cosignatures", MAX_ANSWER, note)
        try:
            kept = json.loads(_good(status, octets))["kept"]
            return [str(name) for name in kept]
        except UNREADABLE as error:
            raise LogUnavailable("answer") from error

    def _node(self, node: Node, size: int) -> bytes:
        """The hash of a complete node, from the tile that holds it or what is below it."""
        level, above = divmod(node.level, HEIGHT)
        first = node.place << above
        number, offset = divmod(first, WIDTH)
        tile = Tile(number, min(WIDTH, (size >> HEIGHT * level) - number * WIDTH))
        octets = self._get(f"/log/tile/{level}/{tile_path(tile)}", WIDTH * HASH_SIZE)
        if len(octets) != tile.width * HASH_SIZE:
            raise LogUnavailable("tile")
        hashes = [octets[place : place + HASH_SIZE] for place in range(0, len(octets), HASH_SIZE)]
        return levels_of(hashes[offset : offset + (1 << above)])[-1][0]

    def _get(self, path: str, limit: int) -> bytes:
        return _good(*self._ask("GET", path, limit))

    def _ask(self, method: str, path: str, limit: int, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of one answer; one octet more than the limit is already too much."""
        parts = self._address
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port)
        headers = {"Connection": "close", "User-Agent": "yinzheng-witness"}
        if body is not None:
            headers["Content-Type"] = "text/plain; charset=utf-8"
        overdue, until = Event(), clock.elapsed() + ANSWER_S
        until = until if self._until is None else min(until, self._until)
        try:
            connection.sock = _connected(parts.hostname or "", parts.port or connection.default_port, until)
            connection.sock = wire = _prepared(connection.sock, parts.hostname if parts.scheme == "https" else None)
            with _cut_off(wire, until - clock.elapsed(), overdue):
                if isinstance(wire, SSLSocket):
                    wire.do_handshake()
                connection.request(method, parts.path + path, body, headers)
                with connection.getresponse() as answer:
                    octets = answer.read(limit + 1)
        except TimeoutError as error:
            raise LogUnavailable("timeout") from error
        except (OSError, HTTPException) as error:
            raise LogUnavailable("timeout" if overdue.is_set() else "unreachable") from error
        finally:
            connection.close()
        if overdue.is_set():
            raise LogUnavailable("timeout")  # what was read ends where the wire was cut
        if len(octets) > limit:
            raise LogUnavailable("too-large")
        return answer.status, octets


def _connected(host: str, port: int, until: float) -> socket:
    """A connection to the first of the log's addresses that takes one; however many there are, in time.

    Raises:
        OSError: none does; TimeoutError, it is too late.

    """
    refused = OSError("no address")
    for family, kind, protocol, _, place in getaddrinfo(host, port, type=SOCK_STREAM):
        if (left := until - clock.elapsed()) <= 0:
            raise TimeoutError
        wire = socket(family, kind, protocol)
        wire.settimeout(min(STEP_S, left))
        try:
            wire.connect(place)
        except OSError as error:
            wire.close()
            refused = error
        else:
            wire.settimeout(STEP_S)
            return wire
    raise refused


def _prepared(wire: socket, host: str | None) -> socket:
    """The connection as it is, or ready for the handshake of TLS with a host."""
    if host is None:
        return wire
    context = create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context.wrap_socket(wire, server_hostname=host, do_handshake_on_connect=False)


@contextmanager
def _cut_off(wire: socket, seconds: float, overdue: Event) -> Iterator[None]:
    """Cut a connection off that is not done after so many seconds, and say so by the event."""

    def cut() -> None:
        overdue.set()
        with suppress(OSError):  # it may have been closed at this very moment
            socket.shutdown(wire, SHUT_RDWR)  # of TLS too: the reader meets an end, not a socket without its keys

    timer = Timer(max(seconds, 0.0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def read_consistency(octets: bytes) -> list[bytes]:
    """The path in an answer of `/log/proof/consistency`.

    Raises:
        Malformed: another form.

    """
    value = decode_json(octets, limit=MAX_ANSWER)
    require(value, _PROOF)
    path = value["path"]
    if type(path) is not list or len(path) > MAX_PROOF:
        raise Malformed("consistency-proof", "a path is a short list")
    return [octets_from(one) for one in path]


def _good(status: int, octets: bytes) -> bytes:
    """The body of an answer that is one."""
    if status == 200:
        return octets
    try:
        code = str(json.loads(octets)["code"])
    except UNREADABLE:
        code = ""
    raise LogUnavailable(f"{status} {code}"[:80].rstrip())
