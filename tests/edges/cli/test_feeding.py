"""feed, system: reading what happened, naming where to tell it, and giving a system its secret."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.cli_parts import Ran, Shell, issue

BODY = "11530199MB0T35T1XE"
HERE = {"WEBHOOK_LOOPBACK": "1"}


def refused(ran: Ran, code: int, word: str) -> bool:
    return (ran.code, ran.out) == (code, "") and f"[{word}]" in ran.err


@pytest.fixture
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """Somebody on this machine who listens."""
    heard: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/told", heard
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_was_issued_is_read_and_told(shell: Shell, listening: tuple[str, list[bytes]]) -> None:
    address, heard = listening
    assert refused(shell.run("feed", "add", address, "--body", "scjg"), 1, "hook-refused")
    made = shell.run("feed", "add", address, "--body", "scjg", **HERE)
    assert made.code == 0
    hook = made.json["hook"]
    before = shell.run("feed", "read", "--body", BODY, "--limit", 500).json["next"]
    identifier, _ = issue(shell)
    (event,) = shell.run("feed", "read", "--body", "scjg", "--after", before).json["events"]
    assert (event["kind"], event["subject"]) == ("licence.issued", identifier)
    told = shell.run("feed", "deliver", **HERE)
    assert (told.code, told.out) == (0, "")
    assert identifier.encode() in heard[-1]
    assert shell.run("feed", "deliveries", hook).json[0]["arrived"] is True
    issue(shell)
    kept = shell.run("feed", "deliver")  # without the setting this machine is not gone to
    assert "url-https" in kept.out
    assert "连续 1 次" in shell.run("feed", "hooks", "--body", "scjg").out
    assert shell.run("feed", "renew", hook).json["secret"] != made.json["secret"]
    tried = shell.run("feed", "test", hook, **HERE)
    assert (tried.code, "已送达" in tried.err, b'"test":true' in heard[-1]) == (0, True, True)
    assert refused(shell.run("feed", "test", hook, **HERE), 1, "hook-refused")
    assert shell.run("feed", "pause", hook).code == 0
    assert "已暂停" in shell.run("feed", "hooks", "--body", "scjg").out
    assert shell.run("feed", "resume", hook).code == 0
    assert shell.run("feed", "end", hook).code == 0
    assert shell.run("feed", "hooks", "--body", "scjg", "--json").json[-1]["state"] == "ended"


def test_a_system_has_a_secret(shell: Shell) -> None:
    made = shell.run("system", "add", "reg-1", "--body", "scjg", "--name", "登记系统")
    assert made.code == 0
    assert len(made.out.strip()) == 64
    assert shell.run("system", "add", "reg-1", "--body", "scjg").out != made.out
    assert {"login": "reg-1", "name": "部门业务系统", "department": BODY} in shell.run("system", "list", "--json").json
    assert "reg-1" in shell.run("system", "list").out
    assert shell.run("system", "end", "reg-1").code == 0


@pytest.mark.parametrize(
    ("words", "code", "word"),
    [
        (("feed", "read", "--body", "nobody"), 64, "no-body"),
        (("feed", "add", "https://127.0.0.1/", "--body", "scjg"), 1, "url-host"),
        (("feed", "end", "00"), 1, "not-found"),
        (("feed", "pause", "00"), 1, "not-found"),
        (("feed", "test", "00"), 1, "not-found"),
        (("feed", "renew", "no hook"), 1, "not-found"),
        (("system", "add", "Big", "--body", "scjg"), 64, "login"),
        (("system", "add", "reg-2", "--body", "scjg", "--name", "a\u202eb"), 64, "name"),
        (("system", "add", "scjg", "--body", "scjg"), 1, "not-allowed"),
        (("system", "end", "nobody"), 1, "not-allowed"),
    ],
)
def test_what_does_not_do(shell: Shell, words: tuple[str, ...], code: int, word: str) -> None:
    ran = shell.run(*words)
    assert refused(ran, code, word) or f"reason: {word}" in ran.err
