"""key compromised, blast, renew, reissue, and the drill: at the keyboard of a city of one's own."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli_parts import Paper, Shell, files, rows
from tests.edges.cli.conftest import at_home

LONG_AGO = "2020-01-01T00:00:00+08:00"


@pytest.fixture
def own(founded: Path, paper: Paper, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A copy of the city and somebody at its keyboard."""
    folder = shutil.copytree(founded, tmp_path / "data")
    desk = tmp_path / "desk"
    desk.mkdir()
    with at_home(folder):
        yield Shell(folder, desk, capsys)


def test_from_the_preview_to_a_new_licence(own: Shell, paper: Paper) -> None:
    before = rows(own.data)
    table = own.desk / "blast.csv"
    ran = own.run("key", "blast", "--body", "scjg", "--since", LONG_AGO, "--csv", table, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["falls"] >= 1
    assert paper.identifier in table.read_text("utf-8-sig")
    assert rows(own.data) == before, "a preview changes nothing"
    ran = own.run("key", "compromised", "--body", "scjg", "--since", LONG_AGO, "--reason", "遗失", "--json")
    assert (ran.code, "演示代行" in ran.err or "代第二人" in ran.err) == (0, True), ran.err
    assert [one["step"] for one in ran.json["work"]] == [
        "blocked",
        "revoked-public",
        "seals-cancelled",
        "published",
        "listed",
    ]
    number, seals = ran.json["number"], own.run("seals", "list", "--json").json
    assert own.run("verify", paper.folder / "licence.ofd").code == 1
    assert own.run("key", "carry-on", number, "--json").json["stage"] == "done", "said again, it changes nothing"
    assert number in own.run("key", "losses").out
    assert own.run("key", "reissue", number).code == 1, "there is no key to do it with"
    ran = own.run("key", "renew", "--body", "scjg", "--json")
    assert ran.json["reference"] == "file:body2-scjg"
    (old,) = [one["seal"] for one in seals if (one["kind"], one["body"]) == ("licence", "11530199MB0T35T1XE")]
    made = own.run(
        "seals", "apply", "--kind", "licence", "--body", "scjg", "--reason", "重制",
        "--replaces", old, "--cause", "compromised",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert own.run("seals", "approve", made.out.strip(), "--as", "scjg2").code == 0
    assert own.run("seals", "file", made.out.strip()).code == 0
    ran = own.run("key", "reissue", number, "--json")
    stuck = ran.json["stuck"]  # others that share the city have suspended some of its licences
    assert (ran.code, ran.json["again"] >= 1) == (1 if stuck else 0, True), ran.out
    assert paper.identifier not in stuck
    follower = own.run("verify", paper.identifier)
    assert follower.code == 1, "the one that fell is followed by another"


def test_a_seal_that_ends_is_looked_at_before(own: Shell, paper: Paper) -> None:
    seals = own.run("seals", "list", "--json").json
    (number,) = [one["seal"] for one in seals if (one["kind"], one["body"]) == ("licence", "11530199MB0T35T1XE")]
    before, table = rows(own.data), own.desk / "ends.csv"
    ran = own.run("seals", "blast", number, "--effective", LONG_AGO, "--csv", table, "--json")
    assert (ran.code, rows(own.data)) == (0, before), ran.err
    falls = ran.json["falls"]
    assert {one["body"] for one in ran.json["departments"]} == {"11530199MB0T35T1XE"}
    assert paper.identifier in table.read_text("utf-8-sig")
    assert "证照 " in own.run("seals", "blast", number).out
    since = own.run("seals", "blast", number, "--json").json
    assert (falls > 0, since["falls"]) == (True, 0)
    ran = own.run("seals", "cancel", number, "--ground", "seal-lost")
    assert (ran.code, "无法确认的 0 件" in ran.err) == (0, True), ran.err
    (listed,) = own.run("key", "losses", "--json").json
    assert (listed["about"], listed["seal"], listed["stage"]) == ("seal", number, "done")


def test_a_drill_leaves_the_city_as_it_is(own: Shell, paper: Paper) -> None:
    before = rows(own.data), files(own.data)
    ran = own.run("drill", "key-compromise", "--body", "scjg", "--json")
    assert ran.code == 0, ran.out + ran.err
    told = json.loads(ran.out)
    assert (told["well"], told["key_blocked"], len(told["steps"])) == (True, True, 5)
    assert told["sample"]
    assert (rows(own.data), files(own.data)) == before
    assert own.run("verify", paper.folder / "licence.ofd").code == 0
    assert "与预期不符 0 本" in own.run("drill", "key-compromise", "--body", "scjg", "--since", LONG_AGO).out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("key", "compromised", "--since", LONG_AGO, "--reason", "x"), 64, "key-of"),
        (("key", "blast", "--body", "scjg", "--seal", "1", "--since", LONG_AGO), 64, "key-of"),
        (("key", "blast", "--body", "nobody", "--since", LONG_AGO), 1, "body-unknown"),
        (("key", "blast", "--seal", "0", "--since", LONG_AGO), 1, "not-found"),
        (("key", "blast", "--body", "scjg", "--since", "soon"), 64, "time"),
        (("key", "blast", "--body", "scjg", "--since", "2999-01-01T00:00:00+08:00"), 1, "loss-in-future"),
        (("key", "compromised", "--body", "scjg", "--since", LONG_AGO, "--reason", "\x07"), 1, "loss-reason"),
        (("key", "compromised", "--body", "scjg", "--since", LONG_AGO, "--reason", "x", "--as", "jyj"), 64,
         "no-such-official"),
        (("key", "compromised", "--body", "scjg", "--since", LONG_AGO, "--reason", "x", "--approved-by", "scjg"), 1,
         "same-person"),
        (("key", "carry-on", "KC00"), 1, "not-found"),
        (("key", "reissue", "KC00"), 1, "not-found"),
        (("key", "renew", "--body", "scjg"), 1, "key-in-use"),
        (("seals", "blast", "0"), 1, "not-found"),
        (("seals", "blast", "0", "--effective", "soon"), 64, "time"),
        (("drill", "key-compromise", "--body", "nobody"), 1, "body-unknown"),
        (("drill", "key-compromise", "--body", "scjg", "--since", "unknown"), 64, "drill-since"),
    ],
)  # fmt: skip
def test_bad_inputs(own: Shell, words: tuple[str, ...], code: int, told: str) -> None:
    before = files(own.data)
    ran = own.run(*words)
    assert (ran.code, told in ran.err) == (code, True), ran.err
    assert files(own.data) == before
