"""Somebody at a keyboard: running a command in this process, what it left behind, and what bad inputs are made of.

Commands run through `service.cli.main` as typed. A row of a table of bad inputs is the exit code, the word that is told
(the code of a problem, the name of a finding, or the indication), and the words typed; `said_of` holds the command to it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from service.cli import main
from service.commands import installation as opened
from service.commands.output import visible
from service.commands.standing_in import handed_over
from tests.city import LICENCES
from trust.rules.identifier import LicenceIdentifier, parse

ROOT = Path(__file__).resolve().parent.parent
FILES = {"licence.ofd", "licence.pdf", "qr.png", "licence.json"}
NUMBERS = count(1)
STRANGER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
FOOD = "11530199MB0T35T369000131017001000"
FIRM = "91530199MA6QH2K74U"


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Somebody at a keyboard, with a data folder and a folder to work in."""

    data: Path
    desk: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: object, **environment: str) -> Ran:
        """Run a command; `environment` sets `YINZHENG_…` names for this one run, without the installation kept open."""
        if not environment:
            return self._run([str(word) for word in words])
        with pytest.MonkeyPatch.context() as patch, reopened():
            for name, value in environment.items():
                patch.setenv(f"YINZHENG_{name}", value)
            return self._run([str(word) for word in words])

    def _run(self, words: list[str]) -> Ran:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(words)
        said = self.capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return Ran(code, said.out, said.err)

    def write(self, name: str, octets: bytes | str) -> Path:
        path = self.desk / name
        path.write_bytes(octets.encode() if isinstance(octets, str) else octets)
        return path


@contextmanager
def reopened() -> Iterator[None]:
    """Forget settings and installation before and after."""
    for _ in range(2):
        opened.settings.cache_clear()
        opened.installation.cache_clear()
        handed_over.cache_clear()
        if _ == 0:
            yield


@dataclass(frozen=True)
class Paper:
    """A licence issued once for all tests that only look at it."""

    identifier: str
    folder: Path
    code: str
    bundle: Path


def application(bundle: str = "business-licence", **changed: object) -> str:
    body = json.loads((LICENCES / f"{bundle}.json").read_text("utf-8"))
    return json.dumps(body | {"number": f"CLI-{next(NUMBERS):06d}"} | changed, ensure_ascii=False)


def issue(shell: Shell, bundle: str = "business-licence", **changed: object) -> tuple[str, Path]:
    """Issue a licence; its identifier and the folder of its files."""
    place = shell.desk / f"issued {next(NUMBERS)}"
    written = shell.write("application.json", application(bundle, **changed))
    ran = shell.run("issue", "--type", bundle, "--data", written, "--out", place)
    assert ran.code == 0, ran.err
    return ran.out.strip(), place


def rows(folder: Path) -> dict[str, int]:
    """How many rows each table has."""
    engine = create_engine(f"sqlite:///{folder / 'yinzheng.db'}")
    with engine.connect() as connection:
        counted = {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in inspect(engine).get_table_names()
            if not table.startswith("trail")
        }
    engine.dispose()
    return counted


def files(*folders: Path) -> dict[Path, bytes]:
    """Every file under the folders but the database's own."""
    return {
        path: path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("yinzheng.db")
    }


@dataclass(frozen=True)
class Desk:
    """What the bad inputs are made of."""

    shell: Shell
    paper: Paper

    def file(self, name: str, octets: bytes | str) -> str:
        return str(self.shell.write(name, octets))

    def folder(self, name: str) -> str:
        path = self.shell.desk / name
        path.mkdir(exist_ok=True)
        return str(path)

    def licence(self, name: str) -> bytes:
        return (self.paper.folder / name).read_bytes()

    def issue(self, octets: bytes | str, kind: str = "business-licence", out: str | None = None) -> list[str]:
        given = self.file("bad.json", octets)
        return ["issue", "--type", kind, "--data", given, "--out", out or str(self.shell.desk / "out")]

    def act(self, *words: str, command: str = "suspend", identifier: str | None = None) -> list[str]:
        return [command, identifier or self.paper.identifier, *words]

    def verify(self, octets: bytes, *words: str) -> list[str]:
        return ["verify", self.file("bad.file", octets), *words]

    def offline(self, *words: str) -> list[str]:
        return ["verify", str(self.paper.folder / "licence.ofd"), "--offline", *words]

    def cite(self, **changed: str) -> list[str]:
        given = {"matter": FOOD, "holder": FIRM, "case": "20261121001", "purpose": "食品经营许可新办"} | changed
        return ["cite", *(word for name, value in given.items() for word in (f"--{name}", value))]


Row = tuple[int, str, Callable[[Desk], list[str]]]


def flipped(octets: bytes, place: int) -> bytes:
    return octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]


def mistyped(identifier: str) -> str:
    return identifier[:-1] + ("A" if identifier[-1] != "A" else "B")


def nobodys(identifier: str) -> str:
    known = parse(identifier)
    return str(LicenceIdentifier(known.type_code, known.issuer_code, "00000000000000000000"))


def said_of(shell: Shell, paper: Paper, row: Row) -> None:
    """Type what a row says: one sentence in each language or a verdict, its exit code, and nothing half done."""
    code, told, words = row
    typed = words(Desk(shell, paper))
    before = rows(shell.data), files(shell.data, shell.desk)
    if typed[0] == "verify" and (code in {1, 2}):
        ran = shell.run(*typed, "--json")
        assert (ran.code, ran.err) == (code, "")
        names = {finding["name"] for finding in ran.json["findings"]}
        assert told in names | {ran.json["indication"]}
        ran = shell.run(*typed)
        assert ran.code == code
        assert ("FAILED" if code == 1 else "INDETERMINATE") in ran.out.splitlines()[0]
    else:
        ran = shell.run(*typed)
        assert ran.code == code, (ran.out, ran.err)
        assert ran.out == ""
        chinese, english, *more = ran.err.splitlines()
        assert any("一" <= letter <= "鿿" for letter in chinese)
        assert chinese.endswith("。")
        assert english.endswith(f"[{told}]")
        assert english[:-1].isascii() or "（" in chinese or "：" in chinese
        assert all(line.startswith("  ") for line in more)
    for line in (ran.out + ran.err).splitlines():
        assert line == visible(line)
        assert "Traceback" not in line
    assert (rows(shell.data), files(shell.data, shell.desk)) == before
