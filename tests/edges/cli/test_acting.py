"""suspend, reinstate, revoke, rescind, cancel, grounds: the life of a licence, and acts that are refused."""

from datetime import timedelta

import pytest

from service import clock
from tests.cli_parts import (
    FIRM,
    FOOD,
    STRANGER,
    Paper,
    Row,
    Shell,
    issue,
    mistyped,
    nobodys,
    said_of,
)


def test_grounds(shell: Shell) -> None:
    ran = shell.run("grounds", "--json")
    assert ran.code == 0
    found = {row["code"]: row for row in ran.json}
    assert found["penalty"]["acts"] == ["revoke", "suspend"]
    assert found["other"]["needs_reason"] is True
    members = {"code", "label", "acts", "legal_basis", "retroactive", "needs_reason"}
    assert all(row.keys() == members for row in ran.json)
    assert all(code in shell.run("grounds").out for code in found)


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


def test_who_ends_a_licence_hears_of_the_cases_that_stand_on_it(shell: Shell) -> None:
    identifier, _ = issue(shell)
    words = ("cite", "--matter", FOOD, "--holder", FIRM, "--purpose", "食品经营许可新办", "--identifier", identifier)
    for case in ("20261122901", "20261122902"):
        assert shell.run(*words, "--case", case).code == 0
    assert "有 2 次引用以这本证照为依据" in shell.run("suspend", identifier, "--ground", "penalty").err
    assert "引用" not in shell.run("reinstate", identifier, "--ground", "rectified", "--reason", "整改完成").err


def test_an_act_for_later_and_an_act_repeated(shell: Shell) -> None:
    identifier, _ = issue(shell)
    later = (clock.now() + timedelta(days=2)).isoformat()
    words = ("suspend", identifier, "--ground", "penalty", "--effective", later, "--key", f"k {identifier}", "--json")
    first, second = shell.run(*words), shell.run(*words)
    assert first.json == second.json == {"subject": identifier, "kind": "suspend", "sequence": 1, "status": "01"}
    assert shell.run("verify", identifier).code == 0


BAD: dict[str, Row] = {
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
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_bad_inputs(shell: Shell, paper: Paper, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.desk)
    said_of(shell, paper, row)


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 17
