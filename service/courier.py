"""The courier of webhooks: the one who connects to addresses that others have named, and goes nowhere else.

The name is resolved here, every address it leads to has to be a public one, and the connection goes to an address that
was looked at, so that no second look-up can lead elsewhere. TLS is checked for the name. Nothing is redirected, no
proxy is asked, no cookie kept, and of an answer only the status is read. The whole of it has so many seconds.
"""

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, Queue
from threading import Thread, Timer
from urllib.parse import urlsplit

from issuer.feeding.errors import DeliveryFailed, HookRefused
from issuer.feeding.hooks import LOOPBACK, check_url

STEP_S, WHOLE_S = 5.0, 10.0
"""Seconds for a single step, and for everything."""
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
_NAT64 = ip_network("64:ff9b::/96")
_NOT_GLOBAL = tuple(
    ip_network(network)
    for network in (
        *("fec0::/10", "3fff::/20", "5f00::/16", "100:0:0:1::/64", "192.0.0.0/24", "192.88.99.0/24"),
        *("192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"),
    )
)
"""Of the special-purpose registers of IANA, where Python's own list is older or says otherwise: site-local addresses,
documentation, segment routing, discarding, protocol assignments, the anycast of 6to4, AS112 and AMT."""


class PublicCourier:
    """`issuer.feeding.ports.Courier` over the network; `loopback` allows this machine itself, in plain."""

    def __init__(
        self,
        *,
        loopback: bool = False,
        resolve: Resolve | None = None,
        context: ssl.SSLContext | None = None,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._loopback, self._resolve, self._whole_s = loopback, resolve or resolved, whole_s
        self._context = context

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """See `Courier`."""
        try:
            checked = urlsplit(check_url(url, loopback=self._loopback))
        except HookRefused as refused:
            raise DeliveryFailed(refused.reason) from refused
        host, plain = checked.hostname or "", checked.scheme == "http"
        port = checked.port or (80 if plain else 443)
        address = self._address(host, port)
        path = (checked.path or "/") + (f"?{checked.query}" if checked.query else "")
        connection = _connection(host, port, address, None if plain else self._context or ssl.create_default_context())
        given_up = Timer(self._whole_s, _cut, (connection,))
        given_up.start()
        try:
            connection.request("POST", path, body, dict(headers) | {"User-Agent": "yinzheng", "Connection": "close"})
            return connection.getresponse().status
        except ssl.SSLError as error:
            raise DeliveryFailed("tls") from error
        except TimeoutError as error:
            raise DeliveryFailed("timeout") from error
        except (OSError, HTTPException, ValueError) as error:
            raise DeliveryFailed("unreachable") from error
        finally:
            given_up.cancel()
            connection.close()

    def _address(self, host: str, port: int) -> str:
        """An address of the host, once all of them were found to be public; raises DeliveryFailed."""
        try:
            found = self._found(host, port)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise DeliveryFailed("unresolved") from error
        if not found:
            raise DeliveryFailed("unresolved")
        for text in found:
            if not (is_public(ip_address(text)) or (self._loopback and host in LOOPBACK)):
                raise DeliveryFailed("not-public")
        return found[0]

    def _found(self, host: str, port: int) -> Sequence[str]:
        """The addresses of the host; a look-up that takes too long is left to itself, for it cannot be broken off."""
        answer: Queue[Sequence[str] | OSError | UnicodeError] = Queue(1)

        def look_up() -> None:
            try:
                answer.put(self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                answer.put(error)

        Thread(target=look_up, daemon=True).start()
        try:
            found = answer.get(timeout=min(STEP_S, self._whole_s))
        except Empty as error:
            raise TimeoutError from error
        if isinstance(found, OSError | UnicodeError):
            raise found
        return found


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine finds for a name."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers))


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public network, also when it is dressed up as one of the other version."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if int(address) >> 32 == 0:
            return False
    if any(address in network for network in _NOT_GLOBAL if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _connection(host: str, port: int, address: str, context: ssl.SSLContext | None) -> HTTPConnection:
    """A connection to an address that speaks to the host; nothing is looked up again."""

    def connected(_where: object, timeout: float, _source: object = None) -> socket.socket:
        return socket.create_connection((address, port), timeout)

    if context is None:
        made: HTTPConnection = HTTPConnection(host, port, timeout=STEP_S)
    else:
        made = HTTPSConnection(host, port, timeout=STEP_S, context=context)
    vars(made)["_create_connection"] = connected  # the one place where http.client lets a caller choose the address
    return made


def _cut(connection: HTTPConnection) -> None:
    """Cut off a connection whose other side only keeps it waiting."""
    taken = connection.sock
    if taken is None:
        return
    try:
        taken.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has gone by itself
