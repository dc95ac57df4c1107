"""witness, proof: a witness on another machine, the log that takes its word, and one file that proves an entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.commands.installation import installation
from tests.city import City
from tests.cli_parts import Paper, Ran, Shell
from tests.journey_parts import number
from tests.log_parts import app_of, serving
from trust.formats.checkpoint import encode_checkpoint, parse_checkpoint
from trust.formats.verifier_key import encode_verifier_key
from trust.log.http import router


@pytest.fixture
def log(data: Path) -> Iterator[str]:
    """The address of the city's own log, as other machines reach it."""
    yinzheng = installation()
    with serving(app_of(router(yinzheng.archive.log, yinzheng.take_cosignatures))) as address:
        yield address


@dataclass(frozen=True)
class Elsewhere:
    """Somebody at a keyboard of another machine."""

    shell: Shell
    data: Path

    def run(self, *words: object, passphrase: str = "a passphrase of its own") -> Ran:
        return self.shell.run(*words, DATA=str(self.data), PASSPHRASE=passphrase)


@pytest.fixture
def elsewhere(shell: Shell, tmp_path: Path) -> Elsewhere:
    return Elsewhere(shell, tmp_path / "elsewhere")


def begun(shell: Shell, elsewhere: Elsewhere, log: str, name: str) -> str:
    """The key of a witness that was made there and admitted here."""
    log_key = shell.run("witness", "log-key").out.strip()
    made = elsewhere.run("witness", "init", name, "--log-key", log_key, "--log", log)
    assert made.code == 0, made.err
    key = made.out.strip()
    assert shell.run("witness", "admit", key).code == 0
    assert key in shell.run("witness", "list").out
    return key


def test_a_witness_in_five_commands(shell: Shell, elsewhere: Elsewhere, log: str, paper: Paper) -> None:
    key = begun(shell, elsewhere, log, "jianzheng.example/five")
    assert "还没有" in elsewhere.run("witness", "status").out
    out = shell.desk / "cosigned.note"
    ran = elsewhere.run("witness", "once", "--out", out)
    assert ran.code == 0, ran.err
    said = elsewhere.run("witness", "status", "--json").json
    assert (said["key"], said["address"]) == (key, log)
    assert said["seen"]["size"] == parse_checkpoint(out.read_bytes())[0].size
    assert "jianzheng.example/five" in out.read_text("utf-8")
    proof = shell.desk / "proof.json"
    assert shell.run("proof", paper.identifier, "--out", proof).code == 0
    assert proof.stat().st_size < 4000
    words = ("verify", paper.folder / "licence.pdf", "--offline", "--bundle", paper.bundle, "--proof", proof)
    witnessed = shell.run(*words, "--witness", key, "--policy", "online-witnessed-1", "--json")
    assert witnessed.code == 0
    assert "log-witnessed" in {one["name"] for one in witnessed.json["findings"]}
    assert shell.run(*words, "--policy", "online-witnessed-1").code == 2
    few = shell.run(*words, "--witness", key, "--quorum", 2, "--policy", "online-witnessed-1", "--json")
    assert (few.code, few.json["indication"]) == (2, "INDETERMINATE")
    assert shell.run(*words).code == 0
    assert shell.run("witness", "dismiss", "jianzheng.example/five").code == 0
    assert elsewhere.run("witness", "once").err.endswith("reason: 422 witness-unknown\n")


def test_a_witness_by_files(shell: Shell, elsewhere: Elsewhere) -> None:
    log, log_key = installation().archive.log, shell.run("witness", "log-key").out
    written = shell.write("log.key", log_key)
    assert elsewhere.run("witness", "init", "jianzheng.example/files", "--log-key", written).code == 0
    note = shell.write("checkpoint", log.latest() or b"")
    assert elsewhere.run("witness", "once", "--note", note, "--out", shell.desk / "out.note").code == 0
    assert (shell.desk / "out.note").read_bytes().startswith(note.read_bytes())
    ran = elsewhere.run("witness", "once")
    assert (ran.code, "[no-log]" in ran.err) == (64, True)


def two_trees(shell: Shell) -> tuple[str, Path, Path, City]:
    """The log's key, notes of two trees that it signed, and the city that still serves the second."""
    first, second = City(people=False), City(people=False)
    first.issue(number=number())
    second.clock.forward(seconds=9)
    for _ in range(2):
        second.issue(number=number())
    notes = [
        shell.write(f"{place}.note", one.yinzheng.archive.log.latest() or b"")
        for place, one in enumerate((first, second))
    ]
    first.close()
    return encode_verifier_key(second.yinzheng.log_key), *notes, second


def test_two_trees_are_told_apart_and_the_proof_is_one_file(shell: Shell) -> None:
    key, first, second, city = two_trees(shell)
    out = shell.desk / "proof of misbehaviour.json"
    words = ("witness", "compare", first, second, "--log-key", key, "--out", out)
    assert shell.run(*words).code == 2
    yinzheng = city.yinzheng
    with serving(app_of(router(yinzheng.archive.log, yinzheng.take_cosignatures))) as address:
        ran = shell.run(*words, "--log", address)
    city.close()
    assert (ran.code, "分叉" in ran.out) == (1, True)
    checked = shell.run("witness", "check", out, "--log-key", key)
    assert (checked.code, "证据成立" in checked.out) == (0, True)
    own = shell.run("witness", "log-key").out.strip()
    assert shell.run("witness", "check", out, "--log-key", own).code == 1
    assert shell.run("witness", "compare", first, first, "--log-key", key).code == 0


def test_two_that_belong_together_are_compatible(shell: Shell, log: str) -> None:
    stored, (signer, _) = installation().archive.log, installation().directory.service("log")
    checkpoint = parse_checkpoint(stored.latest() or b"")[0]
    old = shell.write("old.note", stored.checkpoints()[0])
    new = shell.write("new.note", encode_checkpoint(checkpoint, signer))
    key = shell.run("witness", "log-key").out.strip()
    ran = shell.run("witness", "compare", new, old, "--log-key", key, "--log", log)
    assert (ran.code, "相容" in ran.out) == (0, True)


BAD = {
    "no witness here": (64, "no-witness", ["witness", "once"]),
    "a name with a space": (1, "note-name", ["witness", "init", "two words", "--log-key", "{key}"]),
    "a key that is none": (1, "verifier-key", ["witness", "init", "a.example", "--log-key", "a+b+c"]),
    "a log in plain": (
        64,
        "log-address",
        ["witness", "init", "a.example", "--log-key", "{key}", "--log", "http://b.example"],
    ),
    "a log's key as a witness's": (1, "verifier-key", ["witness", "admit", "{key}"]),
    "nobody to dismiss": (64, "no-such-witness", ["witness", "dismiss", "nobody.example"]),
    "a note that is none": (1, "note", ["witness", "compare", "{junk}", "{junk}", "--log-key", "{key}"]),
    "a proof that is none": (1, "json-syntax", ["witness", "check", "{junk}", "--log-key", "{key}"]),
    "no such file": (64, "file-unreadable", ["witness", "check", "nowhere", "--log-key", "{key}"]),
    "a proof of nobody": (1, "not-found", ["proof", "nobody", "--out", "{out}"]),
    "a proof of a file that was not sealed here": (1, "not-logged", ["proof", "{junk}", "--out", "{out}"]),
    "a proof with nowhere to go": (64, "file-unwritable", ["proof", "nobody", "--out", "/dev/null/x"]),
    "a witness that is none": (64, "evidence-unusable", ["verify", "{junk}", "--witness", "a+b"]),
    "a proof to verify with that is none": (64, "evidence-unusable", ["verify", "{junk}", "--proof", "{junk}"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_words(shell: Shell, case: str) -> None:
    code, word, words = BAD[case]
    junk, key = shell.write("junk", b"junk"), shell.run("witness", "log-key").out.strip()
    ran = shell.run(*(one.format(key=key, junk=junk, out=shell.desk / "out.json") for one in words))
    assert (ran.code, f"[{word}]" in ran.err) == (code, True), ran.err
    assert not (shell.desk / "out.json").exists()


def test_a_witness_takes_no_passphrase_that_everybody_knows(shell: Shell, elsewhere: Elsewhere) -> None:
    key = shell.run("witness", "log-key").out.strip()
    ran = elsewhere.run("witness", "init", "a.example", "--log-key", key, passphrase="yinzheng-demo")
    assert (ran.code, "[no-passphrase]" in ran.err) == (64, True)
    assert "[no-witness]" in elsewhere.run("witness", "status").err
