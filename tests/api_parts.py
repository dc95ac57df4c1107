"""The API of the small city: its application, a client, and sessions for everybody who lives there.

`Api` is the real application over the real installation in memory; only the network is missing. Logins are those of
the demo, and one administrator more. `rows` counts everything that is stored, so that a test can say "and nothing else".
"""

import asyncio
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from issuer.issuing import Issued
from service.apps import make_app
from service.identity import Person, Role
from templates.library import load_bundle
from tests.city import LICENCES, City
from trust.store import METADATA

ORIGIN = "https://testserver"
TYPE = load_bundle("business-licence").type.code
FORBIDDEN_WORDS = ("Traceback", "sqlalchemy", "sqlite", "pydantic", 'File "', str(Path(__file__).parents[1]))
"""What no answer may ever contain: the insides of this program."""


class Api:
    """The application at work; `client` talks to it."""

    def __init__(self, *, production: bool = False, folder: Path | None = None) -> None:
        self.city = City(folder=folder)
        self.yinzheng = self.city.yinzheng
        self.yinzheng.identity.enrol(Person("boss", "管理员", Role.ADMIN), "demo-boss")
        self.journal = io.StringIO()
        self.app = make_app(self.yinzheng, production=production, log=self.journal)
        self.client = TestClient(self.app, base_url=ORIGIN)
        self._tokens: dict[str, str] = {}
        self._numbers = 0

    def close(self) -> None:
        self.client.close()
        self.city.close()

    def token(self, login: str) -> str:
        """A session of somebody; signing in costs a tenth of a second on purpose, so it is done once."""
        if login not in self._tokens:
            self._tokens[login] = self.yinzheng.identity.sign_in(login, f"demo-{login}", self.city.clock())
        return self._tokens[login]

    def as_(self, login: str | None, **more: str) -> dict[str, str]:
        """The headers of a request by somebody, or by nobody."""
        bearer = {"Authorization": f"Bearer {self.token(login)}"} if login else {}
        return bearer | {name.replace("_", "-"): value for name, value in more.items()}

    def key(self) -> str:
        self._numbers += 1
        return f"key-of-tests-{self._numbers:06}"

    def application(self, **changed: Any) -> dict[str, Any]:
        """A body that POST /api/v1/licences takes, with a number of its own."""
        body: dict[str, Any] = json.loads((LICENCES / "business-licence.json").read_text("utf-8"))
        self._numbers += 1
        made = body | {"type": TYPE, "number": f"YL{self._numbers:010}"} | changed
        return {name: value for name, value in made.items() if value is not ...}

    def issue(self, bundle: str = "business-licence", **changed: object) -> Issued:
        self._numbers += 1
        return self.city.issue(bundle, **({"number": f"YL{self._numbers:010}"} | changed))

    def rows(self) -> dict[str, int]:
        """How many rows each table has; without sessions and the trail, which grow with whoever asks."""
        with self.city.engine.connect() as connection:
            return {
                name: connection.scalar(select(func.count()).select_from(table)) or 0
                for name, table in METADATA.tables.items()
                if name != "session" and not name.startswith("trail")
            }


@dataclass
class Poured:
    """How an endless body was answered, and how much of it had been taken by then."""

    taken: int = 0
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def pour(api: Api, path: str, headers: dict[str, str], beginning: bytes = b"") -> Poured:
    """Send a body that never ends, to the application itself: the client of the tests would collect it first."""
    poured = Poured()

    async def receive() -> dict[str, Any]:
        chunk = beginning if poured.taken == 0 and beginning else bytes(65_536)
        poured.taken += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            poured.status = message["status"]
            poured.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            poured.body += message["body"]

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "https", "path": path}
    scope |= {"raw_path": path.encode(), "query_string": b"", "root_path": ""}
    asyncio.run(api.app(scope | {"headers": [*raw, (b"transfer-encoding", b"chunked")]}, receive, send))
    return poured


def identifier_of(issued: Issued) -> str:
    return str(issued.entry.licence.identifier)


def is_problem(answer: Any, status: int, code: str) -> bool:
    """Whether an answer is this problem, with a sentence in either language and nothing of our insides."""
    body = answer.json()
    return (
        (answer.status_code, body["status"], body["code"]) == (status, status, code)
        and answer.headers["content-type"] == "application/problem+json"
        and answer.headers["cache-control"] == "no-store"
        and body["type"] == f"urn:yinzheng:problem:{code}"
        and any("\u4e00" <= character <= "\u9fff" for character in body["title"])
        and body["title"].endswith("。")
        and sum(character.isascii() and character.isalpha() for character in body["detail"]) > 10
        and body["detail"].endswith((".", "?"))
        and not any(word in answer.text for word in FORBIDDEN_WORDS)
    )
