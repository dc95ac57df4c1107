"""The commands as somebody types them: what they print, how they exit, and that a refusal leaves nothing behind.

One city is founded for the module, in a folder of its own with light key files. Commands run in this process through
`service.cli.main`; two runs in processes of their own prove that nothing here depends on that.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import create_engine, inspect, text

from service import clock
from service.cli import main
from service.commands import installation as opened
from service.commands.output import visible
from service.wiring import DEMO_CITY, DEMO_MARK
from tests.city import LICENCES
from trust.formats.bundle import decode_bundle
from trust.formats.certificate import load_pem
from trust.formats.cose import split
from trust.formats.licence_document import decode_licence
from trust.formats.receipt import decode_receipt

ROOT = Path(__file__).resolve().parent.parent.parent
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
        if _ == 0:
            yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A city founded by the command that everybody begins with."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch, reopened():
        for name in list(os.environ):
            if name.startswith("YINZHENG_"):
                patch.delenv(name)
        patch.setenv("YINZHENG_DATA", str(folder))
        patch.setenv("YINZHENG_KEY_ROUNDS", "1024")
        with pytest.raises(SystemExit) as left:
            main(["demo", "--no-serve"])
        assert left.value.code == 0
        yield folder


@pytest.fixture
def shell(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(data, tmp_path, capsys)


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


@dataclass(frozen=True)
class Paper:
    """A licence issued once for all tests that only look at it."""

    identifier: str
    folder: Path
    code: str
    bundle: Path


@pytest.fixture(scope="module")
def paper(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    desk = tmp_path_factory.mktemp("paper")
    written = desk / "application.json"
    written.write_text(application(), "utf-8")
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        for words in (
            ["issue", "--type", "business-licence", "--data", str(written), "--out", str(desk / "out")],
            ["bundle", "export", str(desk / "counter.bundle")],
        ):
            with pytest.raises(SystemExit) as left:
                main(words)
            assert left.value.code == 0
        identifier = out.getvalue().strip()
        with pytest.raises(SystemExit):
            main(["present", identifier])
    return Paper(identifier, desk / "out", out.getvalue().split()[-1], desk / "counter.bundle")


def rows(folder: Path) -> dict[str, int]:
    """How many rows each table has."""
    engine = create_engine(f"sqlite:///{folder / 'yinzheng.db'}")
    with engine.connect() as connection:
        counted = {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in inspect(engine).get_table_names()
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


# --- what works ------------------------------------------------------------------------------------------------------


def test_the_demo_says_who_is_there_and_that_it_is_a_demo(shell: Shell) -> None:
    before = rows(shell.data)
    again = shell.run("demo", "--no-serve", KEY_ROUNDS="1024")
    assert again.code == 0
    assert "众所周知" in again.err
    assert "demo-scjg" in again.err
    assert rows(shell.data) == before
    assert before["licence"] >= 3


def test_types(shell: Shell) -> None:
    ran = shell.run("types", "--json")
    assert ran.code == 0
    assert {row["bundle"] for row in ran.json} == {"business-licence", "food-operation", "teacher-qualification"}
    assert all(row.keys() == {"code", "name", "bundle"} for row in ran.json)
    printed = shell.run("types").out
    assert all(row["code"] in printed and row["name"] in printed for row in ran.json)


def test_grounds(shell: Shell) -> None:
    ran = shell.run("grounds", "--json")
    assert ran.code == 0
    found = {row["code"]: row for row in ran.json}
    assert found["penalty"]["acts"] == ["revoke", "suspend"]
    assert found["other"]["needs_reason"] is True
    members = {"code", "label", "acts", "legal_basis", "retroactive", "needs_reason"}
    assert all(row.keys() == members for row in ran.json)
    assert all(code in shell.run("grounds").out for code in found)


@pytest.mark.parametrize("bundle", ["business-licence", "food-operation", "teacher-qualification"])
def test_issuing_writes_exactly_the_four_files(shell: Shell, bundle: str) -> None:
    identifier, place = issue(shell, bundle)
    assert {path.name for path in place.iterdir()} == FILES
    licence = decode_licence((place / "licence.json").read_bytes())
    assert str(licence.identifier) == identifier
    assert shell.run("verify", place / "licence.pdf").code == 0


def test_issuing_by_code_of_the_type_and_under_a_key(shell: Shell) -> None:
    kind = next(row["code"] for row in shell.run("types", "--json").json if row["bundle"] == "food-operation")
    written = shell.write("application.json", application("food-operation"))
    words = ("issue", "--type", kind, "--data", written, "--key", f"key {next(NUMBERS)}", "--out")
    first, second = (shell.run(*words, shell.desk / place) for place in ("one", "two"))
    assert (first.code, first.out) == (second.code, second.out) == (0, first.out)
    for name in FILES:
        assert (shell.desk / "one" / name).read_bytes() == (shell.desk / "two" / name).read_bytes()


def test_verifying_each_form(shell: Shell, paper: Paper) -> None:
    forms = [paper.folder / "licence.ofd", paper.folder / "licence.pdf", paper.folder / "qr.png"]
    for form in (*forms, paper.code, paper.identifier, f" {paper.identifier} "):
        ran = shell.run("verify", form)
        assert ran.code == 0, (form, ran.out, ran.err)
        assert "核验通过 PASSED" in ran.out
        assert paper.identifier in ran.out
        assert ran.err == ""


def test_a_verdict_as_json(shell: Shell, paper: Paper) -> None:
    ran = shell.run("verify", paper.folder / "licence.ofd", "--json", "--at", clock.now().isoformat())
    verdict = ran.json
    assert ran.code == 0
    assert list(verdict) == ["indication", "policy", "at", "subject", "findings"]
    assert (verdict["indication"], verdict["policy"], verdict["subject"]) == ("PASSED", "online-1", paper.identifier)
    assert verdict["at"].endswith("Z")
    members = {"step", "name", "indication", "detail"}
    assert all(members <= finding.keys() <= members | {"evidence_age_s"} for finding in verdict["findings"])
    assert {finding["step"] for finding in verdict["findings"]} >= set(range(1, 10))
    assert any("evidence_age_s" in finding for finding in verdict["findings"])


def test_the_same_facts_under_another_policy(shell: Shell, paper: Paper) -> None:
    for form, policy in ((paper.folder / "licence.pdf", "offline-1"), (paper.code, "code-offline-1")):
        ran = shell.run("verify", form, "--policy", policy, "--json")
        assert (ran.code, ran.json["policy"]) == (0, policy)
        words = ("verify", form, "--offline", "--bundle", paper.bundle, "--json")
        ran = shell.run(*words, "--policy", policy.replace("offline", "online"))
        assert (ran.code, ran.json["indication"]) == (2, "INDETERMINATE"), "without the log that is not known"


def test_the_life_of_a_licence(shell: Shell) -> None:
    identifier, place = issue(shell)
    steps: list[tuple[tuple[str, ...], str, str, int]] = [
        (("suspend", "--ground", "penalty"), "suspend", "02", 1),
        (("reinstate", "--ground", "rectified", "--reason", "整改完成"), "reinstate", "01", 0),
        (("revoke", "--ground", "other", "--reason", "依法吊销"), "revoke", "07", 1),
    ]
    for sequence, ((command, *words), kind, status, code) in enumerate(steps, 1):
        ran = shell.run(command, identifier, *words, "--json")
        assert ran.code == 0, ran.err
        assert ran.json == {"subject": identifier, "kind": kind, "sequence": sequence, "status": status}
        for form in (place / "licence.ofd", place / "licence.pdf", place / "qr.png", identifier):
            verified = shell.run("verify", form, "--json")
            assert verified.code == code
            wrong = {finding["step"] for finding in verified.json["findings"] if finding["indication"] == "FAILED"}
            assert wrong == ({8} if code else set())
    ran = shell.run("reinstate", identifier, "--ground", "rectified")
    assert (ran.code, "standing-final" in ran.err) == (1, True)


@pytest.mark.parametrize(("command", "ground"), [("rescind", "fraud"), ("cancel", "holder-request")])
def test_the_other_ends_of_a_licence(shell: Shell, command: str, ground: str) -> None:
    identifier, _ = issue(shell)
    ran = shell.run(command, identifier, "--ground", ground)
    assert ran.code == 0, ran.err
    assert "已登记" in ran.out
    assert "已重新公布" in ran.err
    assert shell.run("verify", identifier).code == 1


def test_an_act_for_later_and_an_act_repeated(shell: Shell) -> None:
    identifier, _ = issue(shell)
    later = (clock.now() + timedelta(days=2)).isoformat()
    words = ("suspend", identifier, "--ground", "penalty", "--effective", later, "--key", f"k {identifier}", "--json")
    first, second = shell.run(*words), shell.run(*words)
    assert first.json == second.json == {"subject": identifier, "kind": "suspend", "sequence": 1, "status": "01"}
    assert shell.run("verify", identifier).code == 0


def test_presenting(shell: Shell, paper: Paper) -> None:
    ran = shell.run("present", paper.identifier)
    assert (ran.code, ran.out.strip()) == (0, paper.code)
    assert paper.code.startswith("http://127.0.0.1:8000/q#")
    picture = shell.desk / "deep" / "er" / "code.png"
    assert shell.run("present", paper.identifier, "--out", picture).code == 0
    assert picture.read_bytes() == (paper.folder / "qr.png").read_bytes()


def test_citing(shell: Shell, paper: Paper) -> None:
    case = f"2026112100{next(NUMBERS):04d}"
    words = ("cite", "--matter", FOOD, "--holder", FIRM, "--case", case, "--purpose", "食品经营许可新办")
    ran = shell.run(*words, "--receipt", shell.desk / "receipt.cose", "--json")
    assert ran.code == 0, ran.err
    assert ran.json.keys() == {"number", "identifier", "file_digest", "cited_at"}
    receipt = decode_receipt(split((shell.desk / "receipt.cose").read_bytes(), 2**20).payload)
    assert ran.json["number"] in repr(receipt)
    named = shell.run(*words, "--identifier", paper.identifier)
    assert named.code == 0, named.err
    assert paper.identifier in named.out
    assert "不必再提交" in named.out


def test_publishing(shell: Shell) -> None:
    before = rows(shell.data)
    assert shell.run("publish").code == 0
    assert rows(shell.data) == before


# --- offline ---------------------------------------------------------------------------------------------------------


def test_a_bundle_and_its_anchor(paper: Paper) -> None:
    made = decode_bundle(paper.bundle.read_bytes())
    assert timedelta(hours=11) < made.expires_at - made.made_at <= timedelta(hours=24)
    (anchor,) = load_pem(paper.bundle.with_suffix(".pem").read_bytes())
    assert anchor.is_ca


def test_at_a_counter_without_network(shell: Shell, paper: Paper, tmp_path: Path) -> None:
    """Another machine: no installation, an empty folder, a bundle and a root that came by a trusted way."""
    elsewhere = tmp_path / "elsewhere"
    anchor = paper.bundle.with_suffix(".pem")
    for form in (paper.folder / "licence.ofd", paper.folder / "licence.pdf", paper.folder / "qr.png", paper.code):
        words = ("verify", form, "--offline", "--bundle", paper.bundle, "--json")
        ran = shell.run(*words, "--trust", anchor, DATA=str(elsewhere))
        assert (ran.code, ran.json["indication"]) == (0, "PASSED"), ran.out
        assert ran.json["policy"].endswith("offline-1")
        ran = shell.run(*words, DATA=str(elsewhere))
        assert (ran.code, ran.json["indication"]) == (2, "INDETERMINATE"), "nothing is pinned there"
    der = tmp_path / "root.der"
    der.write_bytes(load_pem(anchor.read_bytes())[0].der)
    ran = shell.run("verify", paper.code, "--bundle", paper.bundle, "--trust", der, DATA=str(elsewhere))
    assert ran.code == 0
    assert not elsewhere.exists()


def test_a_number_cannot_be_verified_without_network(shell: Shell, paper: Paper) -> None:
    ran = shell.run("verify", paper.identifier, "--offline", "--bundle", paper.bundle, "--json")
    assert (ran.code, ran.json["findings"][0]["name"]) == (2, "not-found")


def test_a_bundle_grows_stale(shell: Shell, paper: Paper) -> None:
    made = decode_bundle(paper.bundle.read_bytes())
    for at, code in ((made.expires_at - timedelta(seconds=1), 0), (made.expires_at, 2), (clock.now(), 0)):
        for form in (paper.folder / "licence.pdf", paper.code):
            words = ("verify", form, "--offline", "--bundle", paper.bundle, "--at", at.isoformat(), "--json")
            ran = shell.run(*words)
            assert ran.code == code, [one for one in ran.json["findings"] if one["indication"] != "PASSED"]
            stale = [finding["name"] for finding in ran.json["findings"] if finding["name"] == "status-stale"]
            assert stale == (["status-stale"] if code else [])


def test_a_bundle_knows_nothing_of_what_came_after_it(shell: Shell) -> None:
    """It says so by its age; the next one knows."""
    identifier, place = issue(shell)
    assert shell.run("bundle", "export", shell.desk / "before.bundle").code == 0
    assert shell.run("revoke", identifier, "--ground", "penalty").code == 0
    assert shell.run("bundle", "export", shell.desk / "after.bundle").code == 0
    for name, code in (("before", 0), ("after", 1)):
        words = ("verify", place / "licence.ofd", "--offline", "--bundle", shell.desk / f"{name}.bundle", "--json")
        ran = shell.run(*words)
        assert ran.code == code
        ages = [finding["evidence_age_s"] for finding in ran.json["findings"] if finding["name"] == "status"]
        assert len(ages) == 1


# --- what is refused -------------------------------------------------------------------------------------------------


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


def bomb() -> bytes:
    """A hundred million octets in a package of a hundred thousand."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("OFD.xml", bytes(100_000_000))
    return out.getvalue()


def white() -> bytes:
    out = io.BytesIO()
    Image.new("L", (200, 200), 255).save(out, "PNG")
    return out.getvalue()


def flipped(octets: bytes, place: int) -> bytes:
    return octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]


Row = tuple[int, str, Callable[[Desk], list[str]]]
BAD: dict[str, Row] = {
    # words
    "no such command": (64, "usage", lambda desk: ["frobnicate"]),
    "no such option": (64, "usage", lambda desk: ["types", "--yaml"]),
    "issue without anything": (64, "usage", lambda desk: ["issue"]),
    "verify without anything": (64, "usage", lambda desk: ["verify"]),
    "verify two things": (64, "usage", lambda desk: ["verify", "a", "b"]),
    "a ground forgotten": (64, "usage", lambda desk: desk.act()),
    "a mode of citing that is none": (64, "usage", lambda desk: [*desk.cite(), "--mode", "borrowed"]),
    # applications
    "no application": (64, "file-unreadable", lambda desk: [*desk.issue("{}")[:4], "nowhere.json", "--out", "out"]),
    "a folder for an application": (
        64,
        "file-unreadable",
        lambda desk: [*desk.issue("{}")[:4], desk.folder("data"), "--out", "out"],
    ),
    "a name with a NUL": (64, "usage", lambda desk: [*desk.issue("{}")[:4], "a\0b", "--out", "out"]),
    "a name too long": (64, "file-unreadable", lambda desk: [*desk.issue("{}")[:4], "n" * 300, "--out", "out"]),
    "an empty application": (1, "application-refused", lambda desk: desk.issue("")),
    "an application of NULs": (1, "application-refused", lambda desk: desk.issue(bytes(200))),
    "an application that is no JSON": (1, "application-refused", lambda desk: desk.issue("number: 1")),
    "an application in UTF-16": (1, "application-refused", lambda desk: desk.issue(application().encode("utf-16"))),
    "an application in a list": (1, "application-refused", lambda desk: desk.issue(f"[{application()}]")),
    "an application of a megabyte": (1, "application-refused", lambda desk: desk.issue(b" " * 1_000_000)),
    "a member too many": (1, "application-refused", lambda desk: desk.issue(application(status="01"))),
    "a member twice": (1, "application-refused", lambda desk: desk.issue('{"number":"1",' + application()[1:])),
    "a member with an escape in its name": (
        1,
        "application-refused",
        lambda desk: desk.issue(application(**{"\x1b]0;owned\x07\n核验通过 PASSED": 1})),
    ),
    "a day that is none": (1, "application-refused", lambda desk: desk.issue(application(issued_on="2026-02-30"))),
    "a day to come": (1, "application-refused", lambda desk: desk.issue(application(issued_on="2126-01-01"))),
    "a holder with a wrong check digit": (
        1,
        "application-refused",
        lambda desk: desk.issue(
            application(holders=[{"name": "某", "code": "91530199MA6QH2K74V", "code_type": "001"}])
        ),
    ),
    "a field that is missing": (1, "application-refused", lambda desk: desk.issue(application(fields={}))),
    "a lone surrogate": (
        1,
        "application-refused",
        lambda desk: desk.issue(application().replace("CLI-", "\\ud800")),
    ),
    "a character that cannot be printed": (
        1,
        "missing-glyph",
        lambda desk: desk.issue(
            application(holders=[{"name": "云岭市\U0002b820公司", "code": FIRM, "code_type": "001"}])
        ),
    ),
    "a number that is used": (1, "duplicate-number", lambda desk: desk.issue(application(number=FIRM))),
    "no such type": (1, "unknown-type", lambda desk: desk.issue(application(), "driving-licence")),
    "a key that is too long": (
        1,
        "application-refused",
        lambda desk: [*desk.issue(application()), "--key", "k" * 129],
    ),
    "a key of another application": (
        1,
        "idempotency-mismatch",
        lambda desk: [*desk.issue(application()), "--key", "demo-business-licence"],
    ),
    "a file for a folder": (
        64,
        "file-unwritable",
        lambda desk: desk.issue(application(), out=desk.file("a file", "x")),
    ),
    "a folder below a file": (
        64,
        "file-unwritable",
        lambda desk: desk.issue(application(), out=desk.file("a file", "x") + "/out"),
    ),
    "a folder where a file would be": (
        64,
        "file-unwritable",
        lambda desk: desk.issue(application(), out=str(Path(desk.folder("out"), desk.folder("out/qr.png")).parent)),
    ),
    "a folder that nobody can make": (
        64,
        "file-unwritable",
        lambda desk: desk.issue(application(), out="/dev/null/out"),
    ),
    # presenting
    "present a stranger": (1, "not-found", lambda desk: ["present", STRANGER]),
    "present a number nobody drew": (1, "not-found", lambda desk: ["present", nobodys(desk.paper.identifier)]),
    "present what is no identifier": (1, "structure", lambda desk: ["present", "营业执照"]),
    "present what is no text at all": (1, "structure", lambda desk: ["present", "\udcff"]),
    "present into a folder": (
        64,
        "file-unwritable",
        lambda desk: ["present", desk.paper.identifier, "--out", desk.folder("pictures")],
    ),
    # acts
    "no such ground": (1, "ground-unknown", lambda desk: desk.act("--ground", "because")),
    "a ground for another act": (1, "ground-kind", lambda desk: desk.act("--ground", "fraud")),
    "other without a reason": (1, "reason-missing", lambda desk: desk.act("--ground", "other")),
    "other with an empty reason": (1, "reason-missing", lambda desk: desk.act("--ground", "other", "--reason", "  ")),
    "a reason too long": (1, "too-long", lambda desk: desk.act("--ground", "other", "--reason", "由" * 401)),
    "a reason with a control character": (
        1,
        "control-character",
        lambda desk: desk.act("--ground", "other", "--reason", "a\x1b[2Jb"),
    ),
    "a reason that is no text": (1, "json-value", lambda desk: desk.act("--ground", "other", "--reason", "a\udcff")),
    "reinstate what is in force": (
        1,
        "standing-move",
        lambda desk: desk.act("--ground", "rectified", command="reinstate"),
    ),
    "a penalty that reaches back": (
        1,
        "not-retroactive",
        lambda desk: desk.act("--ground", "penalty", "--effective", "2020-01-01T00:00:00+08:00"),
    ),
    "decided tomorrow": (
        1,
        "act-times",
        lambda desk: desk.act("--ground", "penalty", "--decided", "2126-01-01T00:00:00Z"),
    ),
    "a time without a zone": (
        64,
        "time-zone",
        lambda desk: desk.act("--ground", "penalty", "--effective", "2026-12-01T00:00:00"),
    ),
    "a time that is none": (64, "time", lambda desk: desk.act("--ground", "penalty", "--effective", "tomorrow")),
    "a time at the end of the calendar": (
        64,
        "time",
        lambda desk: desk.act("--ground", "penalty", "--effective", "9999-12-31T23:59:59-12:00"),
    ),
    "a stranger suspended": (1, "not-found", lambda desk: desk.act("--ground", "penalty", identifier=STRANGER)),
    "a number nobody drew": (
        1,
        "not-found",
        lambda desk: desk.act("--ground", "penalty", identifier=nobodys(desk.paper.identifier)),
    ),
    "a wrong check character": (
        1,
        "check-character",
        lambda desk: desk.act("--ground", "penalty", identifier=mistyped(desk.paper.identifier)),
    ),
    "half an identifier": (
        1,
        "structure",
        lambda desk: desk.act("--ground", "penalty", identifier=desk.paper.identifier[:40]),
    ),
    "an act under a key that is none": (
        1,
        "idempotency-key",
        lambda desk: desk.act("--ground", "penalty", "--key", "a\nb"),
    ),
    # verifying: what cannot begin
    "no such file": (64, "no-such-file", lambda desk: ["verify", "nowhere.ofd"]),
    "a folder to be verified": (64, "not-understood", lambda desk: ["verify", desk.folder("somewhere")]),
    "a folder that looks like a file": (64, "no-such-file", lambda desk: ["verify", desk.folder("folder.pdf")]),
    "nothing to be verified": (64, "not-understood", lambda desk: ["verify", ""]),
    "words": (64, "not-understood", lambda desk: ["verify", "请核验"]),
    "a NUL": (64, "not-understood", lambda desk: ["verify", "\0"]),
    "words that are no text": (64, "not-understood", lambda desk: ["verify", "\udcff\udcfe"]),
    "words without end": (64, "not-understood", lambda desk: ["verify", "9" * 100_000]),
    "a path of three hundred letters": (64, "not-understood", lambda desk: ["verify", "n" * 300]),
    "a policy for files": (64, "policy-mismatch", lambda desk: ["verify", desk.paper.code, "--policy", "online-1"]),
    "a policy for codes": (
        64,
        "policy-mismatch",
        lambda desk: ["verify", str(desk.paper.folder / "licence.ofd"), "--policy", "code-online-1"],
    ),
    "no such policy": (64, "unknown-policy", lambda desk: ["verify", "a.ofd", "--policy", "lenient"]),
    "verified at no time": (64, "time", lambda desk: ["verify", "a.ofd", "--at", "2026-13-01T00:00:00Z"]),
    "verified without a zone": (64, "time-zone", lambda desk: ["verify", "a.ofd", "--at", "2026-12-01 12:00"]),
    "verified in the year one": (64, "time", lambda desk: ["verify", "a.ofd", "--at", "0001-01-01T00:00:00+14:00"]),
    "offline without a bundle": (64, "no-bundle", lambda desk: desk.offline()),
    "no such bundle": (64, "file-unreadable", lambda desk: desk.offline("--bundle", "nowhere.bundle")),
    "a folder for a bundle": (64, "file-unreadable", lambda desk: desk.offline("--bundle", desk.folder("b"))),
    "an empty bundle": (64, "evidence-unusable", lambda desk: desk.offline("--bundle", desk.file("b", ""))),
    "a bundle that is an OFD": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline("--bundle", str(desk.paper.folder / "licence.ofd")),
    ),
    "a bundle cut short": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline("--bundle", desk.file("b", desk.paper.bundle.read_bytes()[:-1])),
    ),
    "a bundle of another version": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline(
            "--bundle", desk.file("b", desk.paper.bundle.read_bytes().replace(b"bundle/1", b"bundle/2"))
        ),
    ),
    "an anchor that is a bundle": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline("--bundle", str(desk.paper.bundle), "--trust", str(desk.paper.bundle)),
    ),
    "an anchor of nothing": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline("--bundle", str(desk.paper.bundle), "--trust", desk.file("a.pem", "")),
    ),
    "an anchor of broken PEM": (
        64,
        "evidence-unusable",
        lambda desk: desk.offline(
            "--bundle", str(desk.paper.bundle), "--trust", desk.file("a.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n")
        ),
    ),
    "no such anchor": (
        64,
        "file-unreadable",
        lambda desk: desk.offline("--bundle", str(desk.paper.bundle), "--trust", "nowhere.pem"),
    ),
    # what verifying says of hostile files
    "an empty file": (1, "unrecognised", lambda desk: desk.verify(b"")),
    "a file of NULs": (1, "unrecognised", lambda desk: desk.verify(bytes(1000))),
    "a file of text": (1, "unrecognised", lambda desk: desk.verify("核验通过".encode())),
    "an OFD cut in half": (1, "FAILED", lambda desk: desk.verify(desk.licence("licence.ofd")[:50_000])),
    "an OFD with one bit changed": (1, "FAILED", lambda desk: desk.verify(flipped(desk.licence("licence.ofd"), 9_000))),
    "an OFD with something after it": (1, "FAILED", lambda desk: desk.verify(desk.licence("licence.ofd") + b"\n")),
    "a PDF cut in half": (1, "FAILED", lambda desk: desk.verify(desk.licence("licence.pdf")[:50_000])),
    "a PDF with one bit changed": (1, "FAILED", lambda desk: desk.verify(flipped(desk.licence("licence.pdf"), 9_000))),
    "a PDF with something after it": (1, "FAILED", lambda desk: desk.verify(desk.licence("licence.pdf") + b"\n%")),
    "a package that unpacks without end": (1, "FAILED", lambda desk: desk.verify(bomb())),
    "a package of nothing": (1, "FAILED", lambda desk: desk.verify(b"PK\x03\x04" + bytes(100))),
    "a file too large": (2, "too-large", lambda desk: desk.verify(b"%PDF-1.7" + bytes(21_000_000))),
    "a picture without a code": (1, "no-code", lambda desk: desk.verify(white())),
    "a picture cut in half": (1, "picture-unreadable", lambda desk: desk.verify(desk.licence("qr.png")[:300])),
    "a wrong check character in a number": (1, "malformed", lambda desk: ["verify", mistyped(desk.paper.identifier)]),
    "a number nobody knows": (2, "not-found", lambda desk: ["verify", STRANGER]),
    "a number nobody drew, verified": (2, "not-found", lambda desk: ["verify", nobodys(desk.paper.identifier)]),
    "a code cut short": (1, "malformed", lambda desk: ["verify", desk.paper.code[:-9]]),
    "a code with letters": (1, "malformed", lambda desk: ["verify", f"{desk.paper.code}x"]),
    "before anything was issued": (
        1,
        "FAILED",
        lambda desk: ["verify", str(desk.paper.folder / "licence.ofd"), "--at", "2020-01-01T00:00:00Z"],
    ),
    # bundles
    "a bundle that would be overwritten by its anchor": (64, "bundle-name", lambda desk: ["bundle", "export", "b.pem"]),
    "a bundle into a folder": (64, "file-unwritable", lambda desk: ["bundle", "export", desk.folder("bundles")]),
    "a bundle whose anchor is a folder": (
        64,
        "file-unwritable",
        lambda desk: ["bundle", "export", desk.folder("anchor.pem").removesuffix(".pem") + ".bundle"],
    ),
    # citing
    "no such matter": (64, "no-such-matter", lambda desk: desk.cite(matter="11530199MB0T35T369000131017001999")),
    "no such requirement": (1, "no-such-requirement", lambda desk: desk.cite(requirement="99")),
    "a case number that is none": (1, "malformed-request", lambda desk: desk.cite(case="办件 1")),
    "a case number with the holder's code": (1, "malformed-request", lambda desk: desk.cite(case=FIRM)),
    "a purpose too long": (1, "malformed-request", lambda desk: desk.cite(purpose="由" * 201)),
    "a purpose that is no text": (1, "malformed-request", lambda desk: desk.cite(purpose="a\udcff")),
    "a holder of nothing": (1, "nothing-held", lambda desk: desk.cite(holder="91530199MA6TE5T76D")),
    "a holder that is nobody": (1, "malformed-request", lambda desk: desk.cite(holder="\udcff")),
    "another holder's licence": (
        1,
        "wrong-holder",
        lambda desk: desk.cite(holder="91530199MA6RT5X39X", identifier=desk.paper.identifier),
    ),
    "a stranger cited": (1, "nothing-held", lambda desk: desk.cite(identifier=STRANGER)),
    "a number nobody drew, cited": (
        1,
        "nothing-held",
        lambda desk: desk.cite(identifier=nobodys(desk.paper.identifier)),
    ),
    "consent of an agent without a name": (1, "consent-refused", lambda desk: [*desk.cite(), "--mode", "agent"]),
    "a receipt into a folder": (64, "file-unwritable", lambda desk: desk.cite(receipt=desk.folder("receipts"))),
}


def mistyped(identifier: str) -> str:
    return identifier[:-1] + ("A" if identifier[-1] != "A" else "B")


def nobodys(identifier: str) -> str:
    from trust.rules.identifier import LicenceIdentifier, parse

    known = parse(identifier)
    return str(LicenceIdentifier(known.type_code, known.issuer_code, "00000000000000000000"))


@pytest.mark.parametrize(("code", "told", "words"), BAD.values(), ids=BAD.keys())
def test_bad_inputs(
    shell: Shell,
    paper: Paper,
    code: int,
    told: str,
    words: Callable[[Desk], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One sentence in each language or a verdict, the exit code that says it, and nothing half done."""
    monkeypatch.chdir(shell.desk)
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


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 45


# --- installations that do not do ------------------------------------------------------------------------------------


SETTINGS: dict[str, tuple[tuple[str, ...], dict[str, str], int, str]] = {
    "a port that is none": (("types",), {"PORT": "many"}, 0, ""),
    "a port that is none, needed": (("grounds",), {"PORT": "many"}, 0, ""),
    "a wrong port": (("publish",), {"PORT": "70000"}, 64, "setting"),
    "a wrong address": (("publish",), {"BASE_URL": "licence.example"}, 64, "setting"),
    "a database nobody knows": (("publish",), {"DATABASE": "oracle://db"}, 64, "setting"),
    "a database that is not there": (("publish",), {"DATABASE": "sqlite:////nowhere/city.db"}, 1, "storage"),
    "a database server that is not there": (
        ("publish",),
        {"DATABASE": "postgresql+psycopg://nobody@127.0.0.1:1/none"},
        1,
        "storage",
    ),
    "verified without a database": (("verify", STRANGER), {"DATABASE": "sqlite:////nowhere/city.db"}, 2, "storage"),
    "a demo in production": (("demo", "--no-serve"), {"PRODUCTION": "1"}, 64, "demo-in-production"),
}


@pytest.mark.parametrize(("words", "environment", "code", "told"), SETTINGS.values(), ids=SETTINGS.keys())
def test_wrong_settings(
    shell: Shell, words: tuple[str, ...], environment: dict[str, str], code: int, told: str
) -> None:
    ran = shell.run(*words, **environment)
    assert ran.code == code, ran.err
    if code:
        chinese, english, *_ = ran.err.splitlines()
        assert chinese.endswith("。")
        assert f"[{told}]" in english


def test_a_passphrase_that_does_not_open_the_keys(shell: Shell) -> None:
    before = rows(shell.data), files(shell.data)
    written = shell.write("application.json", application())
    words = ("issue", "--type", "business-licence", "--data", written, "--out", shell.desk / "out")
    ran = shell.run(*words, PASSPHRASE="another one")
    assert ran.code == 1
    assert "[wrong-passphrase]" in ran.err
    assert not (shell.desk / "out").exists()
    assert (rows(shell.data), files(shell.data)) == before


@pytest.fixture
def own(shell: Shell) -> Path:
    """A copy of the city that nothing tells from an installation of one's own but its keys."""
    folder = shell.desk / "own"
    shutil.copytree(shell.data, folder)
    (folder / DEMO_MARK).unlink()
    shutil.copy(DEMO_CITY, folder / "city.toml")
    return folder


def test_production_takes_neither_the_demo_nor_software_keys(shell: Shell, tmp_path: Path) -> None:
    before = rows(shell.data), files(shell.data)
    written = shell.write("application.json", application())
    words = ("issue", "--type", "business-licence", "--data", written, "--out", shell.desk / "out")
    for passphrase in ("yinzheng-demo", "a good one"):
        ran = shell.run(*words, PRODUCTION="1", PASSPHRASE=passphrase)
        assert (ran.code, "[demo-in-production]" in ran.err) == (64, True)
    assert (rows(shell.data), files(shell.data)) == before
    data = tmp_path / "own"
    data.mkdir()
    plan = (ROOT / "deploy" / "demo" / "city.toml").read_text("utf-8")
    (data / "city.toml").write_text(plan[: plan.index("[[people]]")], "utf-8")
    ran = shell.run("init", DATA=str(data), PRODUCTION="1", PASSPHRASE="a good one")
    assert (ran.code, "[key-not-usable]" in ran.err) == (1, True)
    assert not list(data.rglob("*.pem"))


@pytest.mark.parametrize(
    "words", [("publish",), ("verify", STRANGER), ("present", STRANGER), ("bundle", "export", "b")]
)
def test_where_nothing_was_founded(shell: Shell, tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = shell.run(*words, DATA=str(tmp_path / "empty"))
    assert (ran.code, "[not-founded]" in ran.err) == (64, True)
    assert not (tmp_path / "empty").exists()


def test_setting_up_wants_a_plan_and_a_folder(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "new"
    assert "[no-city]" in shell.run("init", DATA=str(data)).err
    data.mkdir()
    (data / "city.toml").write_text("name = 1\n", "utf-8")
    ran = shell.run("init", DATA=str(data))
    assert (ran.code, "[city-plan]" in ran.err) == (64, True)
    assert {path.name for path in data.iterdir()} <= {"city.toml", "yinzheng.db", "yinzheng.db-wal", "yinzheng.db-shm"}
    for place in (data / "city.toml", Path("/proc/nowhere")):
        ran = shell.run("demo", "--no-serve", DATA=str(place))
        assert (ran.code, "[data-folder]" in ran.err) == (64, True), ran.err


def test_setting_up_a_city_of_ones_own(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "own"
    data.mkdir()
    plan = (ROOT / "deploy" / "demo" / "city.toml").read_text("utf-8").replace("云岭市", "青溪市")
    (data / "city.toml").write_text(plan[: plan.index("[[people]]")], "utf-8")
    ran = shell.run("init", DATA=str(data), PASSPHRASE="my own")
    assert ran.code == 0, ran.err
    assert "青溪市" in ran.out
    again = shell.run("init", DATA=str(data), PASSPHRASE="my own")
    assert again.code == 0
    assert shell.run("bundle", "export", tmp_path / "theirs.bundle", DATA=str(data)).code == 0


def test_a_bundle_of_another_city(shell: Shell, paper: Paper, tmp_path: Path) -> None:
    """All of it is genuine, elsewhere: nothing is known, and under their root nothing passes."""
    data = tmp_path / "other"
    ran = shell.run("demo", "--no-serve", DATA=str(data))
    assert ran.code == 0
    theirs = tmp_path / "theirs.bundle"
    assert shell.run("bundle", "export", theirs, DATA=str(data)).code == 0
    words = ("verify", paper.folder / "licence.ofd", "--offline", "--bundle", theirs, "--json")
    ran = shell.run(*words)
    assert (ran.code, ran.json["indication"]) == (2, "INDETERMINATE")
    ran = shell.run(*words, "--trust", theirs.with_suffix(".pem"))
    assert ran.json["indication"] != "PASSED"
    assert ran.code in {1, 2}
    assert shell.run("verify", paper.folder / "licence.ofd", "--json", DATA=str(data)).json["indication"] != "PASSED"


@contextmanager
def somebody_else() -> Iterator[None]:
    """Root may do anything; for a while be nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_or_written(shell: Shell, paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's file, a folder for reading only, a data folder for reading only."""
    import shutil
    import tempfile

    place = Path(tempfile.mkdtemp(prefix="yinzheng-"))
    try:
        place.chmod(0o755)
        closed, mine, bundle = place / "closed.ofd", place / "mine", place / "counter.bundle"
        shutil.copy(paper.bundle, bundle)
        bundle.chmod(0o444)
        shutil.copy(paper.folder / "licence.ofd", closed)
        closed.chmod(0o000)
        shutil.copytree(shell.data, mine)
        for path in (mine, *mine.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        written = place / "application.json"
        written.write_text(application(), "utf-8")
        written.chmod(0o444)
        before = files(mine)
        with somebody_else():
            unread = shell.run("verify", closed, "--offline", "--bundle", bundle, DATA=str(place / "none"))
            unwritten = shell.run("bundle", "export", place / "b.bundle", DATA=str(mine))
            closed_to_us = shell.run("publish")
            issued = shell.run(
                "issue", "--type", "business-licence", "--data", written, "--out", place / "out", DATA=str(mine)
            )
        assert (unread.code, "[file-unreadable]" in unread.err) == (64, True)
        assert "storage" in unwritten.err or "[file-unwritable]" in unwritten.err
        assert closed_to_us.code in {1, 64}
        assert issued.code in {1, 64}
        assert len(issued.err.splitlines()) >= 2
        assert "Traceback" not in issued.err
        assert files(mine) == before
        assert not (place / "out").exists()
    finally:
        for path in (place, *place.rglob("*")):
            path.chmod(0o755)
        shutil.rmtree(place)


def test_a_stored_file_that_is_gone_or_changed(shell: Shell) -> None:
    """That we lost it does not make a licence false: the number cannot be checked, the holder's own file can."""
    identifier, place = issue(shell)
    mine = (place / "licence.ofd").read_bytes()
    words = ("cite", "--matter", FOOD, "--holder", FIRM, "--case", "20261121777", "--purpose", "食品经营许可新办")
    (stored,) = [path for path, octets in files(shell.data / "blobs").items() if octets == mine]
    for octets in (b"", mine[:-1], None):
        stored.unlink() if octets is None else stored.write_bytes(octets)
        ran = shell.run("verify", identifier, "--json")
        assert (ran.code, ran.err) == (2, "")
        assert [one["name"] for one in ran.json["findings"]] == ["file-missing"]
        cited = shell.run(*words, "--identifier", identifier)
        assert (cited.code, "[file-missing]" in cited.err) == (1, True)
        assert shell.run("verify", place / "licence.ofd").code == 0
    stored.write_bytes(mine)
    assert shell.run("verify", identifier).code == 0


# --- hostile words on the screen -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("云岭市 A-1", "云岭市 A-1"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\n✓ 核验通过", r"a\n✓ 核验通过"),
        ("a\u202eb\u200bc", r"a\u202eb\u200bc"),
        ("a\x9bm", r"a\x9bm"),
        ("a\ud800", r"a\ud800"),
        ("𬭎\U000323af", "𬭎\U000323af"),
    ],
)
def test_what_acts_on_a_terminal_is_shown_as_its_code(said: str, shown: str) -> None:
    assert visible(said) == shown


def test_a_hostile_name_stays_on_its_line(shell: Shell, paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    from service.commands.output import show_verdict
    from trust.rules.verdict import ONLINE, Finding, Indication, judge
    from verifier.verifying import Examined

    hostile = "印章“\x1b[2J\x1b[H[bold green]\n核验通过 PASSED\u202e\x9b1m”。"
    verdict = judge([Finding(3, "x", Indication.FAILED, hostile)], ONLINE, at=clock.now(), subject=None)
    assert show_verdict(Examined(verdict), with_json=False) == 1
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 3
    assert "[bold green]" in printed
    assert all(line == visible(line) for line in printed.split("\n"))
    assert show_verdict(Examined(verdict), with_json=True) == 1
    printed = capsys.readouterr().out
    assert json.loads(printed)["findings"][0]["detail"] == hostile
    assert all(line == visible(line) for line in printed.split("\n"))


# --- in processes of their own ---------------------------------------------------------------------------------------


def process(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YINZHENG_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *words],
        cwd=ROOT,
        env=environment | {"YINZHENG_DATA": str(data), "LC_ALL": "C", "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def test_a_hostile_file_in_a_process_of_its_own(shell: Shell, paper: Paper) -> None:
    hostile = shell.write("hostile.ofd", flipped((paper.folder / "licence.ofd").read_bytes(), 12_345))
    ran = process("verify", str(hostile), data=shell.data)
    assert ran.returncode == 1
    assert "核验未通过 FAILED" in ran.stdout
    assert ran.stderr == ""


def test_help_in_a_process_of_its_own(tmp_path: Path) -> None:
    ran = process("--help", data=tmp_path / "unused")
    assert ran.returncode == 0
    for command in (
        "demo",
        "init",
        "serve",
        "types",
        "issue",
        "present",
        "verify",
        "suspend",
        "revoke",
        "cite",
        "bundle",
    ):
        assert command in ran.stdout
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(
    "words",
    [[], ["--help"], ["verify", "--help"], ["issue", "--help"], ["bundle", "--help"], ["bundle", "export", "--help"]],
)
def test_help_is_there_for_everything(shell: Shell, words: list[str]) -> None:
    ran = shell.run(*words)
    assert ran.code == (0 if words else 64)
    assert "Usage" in ran.out + ran.err
