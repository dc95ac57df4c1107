"""The courier goes to public addresses alone, whatever a name says, and follows nobody."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address

import pytest

from issuer.feeding.errors import DeliveryFailed
from service.courier import PublicCourier, is_public


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
        *("240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "64:ff9b::7f00:1"),
        *("64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "64:ff9b:1::1"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        *("192.0.0.8", "192.0.0.9", "192.88.99.1", "192.175.48.1", "3fff::1", "5f00::1", "100:0:0:1::1"),
        "::ffff:192.0.0.8",
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2606:4700::1111", "2400:3200::1", "64:ff9b::101:101"])
def test_what_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ([], "unresolved"),
        (["127.0.0.1"], "not-public"),
        (["1.1.1.1", "10.0.0.1"], "not-public"),  # one bad address among good ones is enough
        (["::ffff:169.254.169.254"], "not-public"),
    ],
)
def test_a_name_that_leads_inside_is_not_gone_to(found: list[str], reason: str) -> None:
    courier = PublicCourier(resolve=lambda _host, _port: found)
    with pytest.raises(DeliveryFailed) as failed:
        courier.post("https://oa.example/", {}, b"{}")
    assert failed.value.reason == reason


def test_an_address_is_checked_again_before_it_is_gone_to() -> None:
    for url, reason in (("http://oa.example/", "url-https"), ("https://10.0.0.1/", "url-host")):
        with pytest.raises(DeliveryFailed) as failed:
            PublicCourier(resolve=lambda _host, _port: ["1.1.1.1"]).post(url, {}, b"")
        assert failed.value.reason == reason


class Hearing(BaseHTTPRequestHandler):
    """Answers by the path, and remembers."""

    heard: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, dict(self.headers), body))
        if self.path == "/slow":
            self.wfile.write(b"HTTP/1.1 2")
            self.wfile.flush()
            threading.Event().wait(2)
            return
        if self.path == "/junk":
            self.wfile.write(b"nothing that anybody could read\r\n\r\n")
            return
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def here() -> Iterator[tuple[str, type[Hearing]]]:
    """Somebody who listens on this machine."""
    handler = type("Handler", (Hearing,), {"heard": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_for_trials_this_machine_is_gone_to(here: tuple[str, type[Hearing]]) -> None:
    address, handler = here
    assert PublicCourier(loopback=True).post(f"{address}/204", {"X-Said": "yes"}, b'{"a": 1}') == 204
    path, headers, body = handler.heard[-1]
    assert (path, headers["X-Said"], body) == ("/204", "yes", b'{"a": 1}')
    assert headers["Connection"] == "close"


def test_otherwise_this_machine_is_not_gone_to(here: tuple[str, type[Hearing]]) -> None:
    address, handler = here
    before = len(handler.heard)
    with pytest.raises(DeliveryFailed):
        PublicCourier().post(f"{address}/204", {}, b"")
    assert len(handler.heard) == before


def test_nobody_is_followed(here: tuple[str, type[Hearing]]) -> None:
    address, handler = here
    before = len(handler.heard)
    assert PublicCourier(loopback=True).post(f"{address}/307", {}, b"{}") == 307
    assert len(handler.heard) == before + 1


@pytest.mark.parametrize(("path", "reasons"), [("/slow", {"unreachable", "timeout"}), ("/junk", {"unreachable"})])
def test_who_keeps_one_waiting_is_cut_off(here: tuple[str, type[Hearing]], path: str, reasons: set[str]) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        PublicCourier(loopback=True, whole_s=0.3).post(here[0] + path, {}, b"{}")
    assert failed.value.reason in reasons


def test_a_name_that_takes_for_ever_is_given_up() -> None:
    answered = threading.Event()

    def slow(_host: str, _port: int) -> list[str]:
        answered.wait(20)
        return ["1.1.1.1"]

    with pytest.raises(DeliveryFailed) as failed:
        PublicCourier(resolve=slow, whole_s=0.2).post("https://oa.example/", {}, b"{}")
    answered.set()
    assert failed.value.reason == "unresolved"


def test_where_nobody_listens() -> None:
    with pytest.raises(DeliveryFailed) as failed:
        PublicCourier(loopback=True).post("http://127.0.0.1:1/", {}, b"{}")
    assert failed.value.reason == "unreachable"


def test_tls_is_asked_of_the_name(here: tuple[str, type[Hearing]]) -> None:
    """The connection goes to the address that was looked at; what listens there speaks no TLS."""
    port = int(here[0].rpartition(":")[2])
    courier = PublicCourier(resolve=lambda _host, _port: ["127.0.0.1"])
    with pytest.raises(DeliveryFailed) as failed:
        courier.post(f"https://oa.example:{port}/204", {}, b"")
    assert failed.value.reason == "not-public"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.courier.is_public", lambda _: True)
        with pytest.raises(DeliveryFailed) as failed:
            courier.post(f"https://oa.example:{port}/204", {}, b"")
    assert failed.value.reason == "tls"
