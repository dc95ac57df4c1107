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
    members = {
        "code", "label", "acts", "legal_basis", "retroactive", "needs_reason", "needs_decision", "successor",
    }  # fmt: skip
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
        told = ran.json
        plain = {name: told[name] for name in ("subject", "kind", "sequence", "status")}
        assert plain == {"subject": identifier, "kind": kind, "sequence": sequence, "status": status}
        assert told["published_at"] >= told["effective_at"] == told["decided_at"]
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
    assert first.json == second.json
    assert {name: first.json[name] for name in ("subject", "kind", "sequence", "status")} == {
        "subject": identifier, "kind": "suspend", "sequence": 1, "status": "01",
    }  # fmt: skip
    assert shell.run("verify", identifier).code == 0


def test_acts_are_listed_with_what_they_do(shell: Shell) -> None:
    ran = shell.run("acts", "--json")
    found = {row["kind"]: row for row in ran.json["acts"]}
    assert (found["suspend"]["list_value"], found["suspend"]["lifted_by"]) == (2, ["reinstate"])
    assert (found["revoke"]["list_value"], found["revoke"]["lifted_by"]) == (1, [])
    assert [one["cause"] for one in ran.json["two_people"]] == ["bulk", "many", "retroactive", "final"]
    assert "须两人办理" in shell.run("acts").out


def test_what_reaches_back_is_approved_by_the_other_official(shell: Shell) -> None:
    identifier, _ = issue(shell)
    before = (clock.now() - timedelta(days=1)).isoformat()
    words = ("rescind", identifier, "--ground", "fraud", "--effective", before, "--key", f"two {identifier}", "--json")
    first, second = shell.run(*words), shell.run(*words)
    assert (first.code, first.json["status"]) == (0, "03"), first.err
    assert first.json == second.json
    assert "须由两人办理" in first.err
    told = shell.run("standing", identifier, "--json")
    assert (told.code, told.json["answer"]) == (1, "not-valid")


def test_many_at_once(shell: Shell) -> None:
    identifiers = [issue(shell)[0] for _ in range(2)]
    listed = shell.write("list.txt", "# 本年度\n" + "\n".join(identifiers) + "\n\n")
    assert shell.run("cancel", identifiers[1], "--ground", "holder-request").code == 0
    ran = shell.run("revoke", "--list", listed, "--ground", "penalty", "--decision", "云市监罚〔2026〕18号", "--json")
    assert ran.code == 0, ran.err
    assert [(row["subject"], row["sequence"], row["refusal"]) for row in ran.json["licences"]] == [
        (identifiers[0], 1, None),
        (identifiers[1], None, "standing-final"),
    ]
    assert shell.run("verify", identifiers[0]).code == 1
    again = shell.run("revoke", "--list", listed, "--ground", "penalty")
    assert (again.code, "act-order-refused" in again.err) == (1, True)


def test_a_check_and_an_end_that_is_set_aside(shell: Shell) -> None:
    identifier, _ = issue(shell)
    ran = shell.run("check", identifier)
    assert (ran.code, "这类证照不要求定期校验" in ran.out) == (0, True)
    assert shell.run("verify", identifier).code == 0
    assert shell.run("revoke", identifier, "--ground", "penalty").code == 0
    refused = shell.run("overturn", identifier)
    assert (refused.code, "decision-missing" in refused.err) == (1, True)
    assert (
        shell.run("overturn", identifier, "--ground", "decision-set-aside", "--decision", "（2026）云行终3号").code == 0
    )
    assert shell.run("verify", identifier).code == 1
    told = shell.run("standing", identifier, "--json").json
    assert [act["reverses"] for act in told["acts"]] == [None, None, 2]
    assert "overturned" in {one["name"] for one in told["findings"]}


def test_evidence_is_written_and_checked_without_the_installation(shell: Shell) -> None:
    identifier, folder = issue(shell)
    shell.run("suspend", identifier, "--ground", "penalty")
    place = shell.desk / "evidence.json"
    made = shell.run("standing", identifier, "--out", place, "--json")
    assert (made.code, made.json["answer"], made.json["known_today"]) == (1, "not-valid", "02")
    checked = shell.run("standing", "--check", place, "--trust", shell.data / "anchors.pem", "--json")
    assert (checked.code, checked.json["answer"]) == (1, "not-valid"), checked.err
    assert {act["kind"] for act in checked.json["acts"]} == {"suspend"}
    trusted = ("--trust", shell.data / "anchors.pem")
    beside = shell.run("standing", "--check", place, "--file", folder / "licence.ofd", *trusted)
    assert (beside.code, "就是签发时记入存证日志的那一份" in beside.out) == (1, True)
    longer = shell.write("x.pdf", (folder / "licence.pdf").read_bytes() + b"\n")
    other = shell.run("standing", "--check", place, "--file", longer, *trusted)
    assert (other.code, "所附文件" in other.out) == (2, True)
    assert shell.run("standing", "--check", place, "--file", shell.write("x.txt", "text"), *trusted).code == 64
    earlier = shell.run("standing", identifier, "--on", "2020-01-01")
    assert (earlier.code, "当时尚未颁发" in earlier.out) == (1, True)
    later = shell.run("standing", identifier, "--on", "2126-01-01T00:00:00+08:00")
    assert (later.code, "无法确认" in later.out) == (2, True)
    torn = shell.write("torn.json", place.read_bytes()[:-9])
    assert shell.run("standing", "--check", torn).code == 64


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
    "neither a licence nor a list": (64, "act-on", lambda desk: ("revoke", "--ground", "penalty")),
    "a licence and a list": (
        64,
        "act-on",
        lambda desk: ("revoke", desk.paper.identifier, "--list", desk.file("l.txt", "x"), "--ground", "penalty"),
    ),
    "a list with nothing in it": (
        64,
        "act-list",
        lambda desk: ("revoke", "--list", desk.file("l.txt", "# nothing\n"), "--ground", "penalty"),
    ),
    "a list that is no text": (
        64,
        "act-list",
        lambda desk: ("revoke", "--list", desk.file("l.txt", b"\xff\xfe"), "--ground", "penalty"),
    ),
    "a list with half an identifier": (
        1,
        "structure",
        lambda desk: ("revoke", "--list", desk.file("l.txt", desk.paper.identifier[:40]), "--ground", "penalty"),
    ),
    "a list that is not there": (
        64,
        "file-unreadable",
        lambda desk: ("revoke", "--list", desk.folder("d"), "--ground", "penalty"),
    ),
    "an act approved by nobody of the body": (
        64,
        "no-such-official",
        lambda desk: desk.act("--ground", "penalty", "--approved-by", "window"),
    ),
    "an act approved by whoever ordered it": (
        1,
        "same-person",
        lambda desk: desk.act("--ground", "penalty", "--approved-by", "scjg"),
    ),
    "a reversal of nothing": (
        1,
        "act-reversal",
        lambda desk: desk.act("--ground", "penalty", "--reverses", "7"),
    ),
    "a standing of nothing": (64, "standing", lambda desk: ("standing",)),
    "a standing on no day": (
        64,
        "time",
        lambda desk: ("standing", desk.paper.identifier, "--on", "gestern"),
    ),
    "a standing of no seal": (1, "not-found", lambda desk: ("standing", "seal:1")),
    "a standing of no key": (1, "unknown-key", lambda desk: ("standing", "key:nobodys")),
    "a standing of no certificate": (64, "no-certificate", lambda desk: ("standing", "cert:zz")),
    "evidence about a seal": (64, "standing", lambda desk: ("standing", "seal:1", "--out", desk.shell.desk / "x.json")),
    "a licence file beside nothing": (
        64,
        "standing",
        lambda desk: ("standing", desk.paper.identifier, "--file", desk.paper.folder / "licence.ofd"),
    ),
    "a standing of a stranger": (1, "not-found", lambda desk: ("standing", STRANGER)),
    "evidence that is none": (
        64,
        "evidence-unusable",
        lambda desk: ("standing", "--check", desk.file("e.json", "{}")),
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
