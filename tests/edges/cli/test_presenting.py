"""present, copy, verify --for: codes and copies on the command line, online and at a counter without network."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.copying.ports import Asker, Terms
from service.commands.installation import installation
from tests.cli_parts import Paper, Shell


def test_the_three_codes(shell: Shell, paper: Paper) -> None:
    static = shell.run("present", paper.identifier)
    assert (static.code, static.out.strip()) == (0, paper.code)
    once = shell.run("present", paper.identifier, "--kind", "once", "--json")
    assert once.code == 0, once.err
    assert once.json.keys() == {"kind", "text", "number", "expires_at"}
    assert "/p#LZ" in once.json["text"]
    told = shell.run("verify", once.json["text"])
    assert (told.code, "一次性亮证码" in told.err) == (64, True)
    picture = shell.desk / "code.png"
    signed = shell.run("present", paper.identifier, "--kind", "signed", "--out", picture)
    assert (signed.code, signed.out) == (0, "")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert shell.run("verify", picture).code == 0
    again = shell.run("verify", picture, "--json")
    assert again.code == 1
    assert "presentation-replay" in {one["name"] for one in again.json["findings"] if one["indication"] == "FAILED"}


def test_a_window_redeems_a_code_once(shell: Shell, paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    once = shell.run("present", paper.identifier, "--kind", "once", "--json").json["text"]
    words = ("redeem", once, "--place", "三号窗口", "--for", "办证", "--key", "at the window")
    done = shell.run(*words, "--json")
    assert done.code == 0, done.err
    assert (done.json["identifier"], done.json["indication"]) == (paper.identifier, "PASSED")
    assert "holder" in {row["key"] for row in done.json["rows"]}
    again = shell.run(*words, "--as", "window")
    assert (again.code, paper.identifier in again.out) == (0, True)
    for other in (("--key", "another"), ("--place", "别处")):
        assert shell.run(*words, *other).code == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(shell.run("present", paper.identifier, "--kind", "once").out))
    assert shell.run("redeem", "-", "--place", "三号窗口").code == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("LZ", "--place", "三号窗口"), 1, "not-found"),
        (("LZ" + "A" * 27, "--place", ""), 1, "presenting-refused"),
        (("LZ", "--place", "三号窗口", "--as", "firm"), 64, "no-such-reviewer"),
        (("LZ", "--place", "三号窗口", "--as", "nobody"), 64, "no-such-reviewer"),
        (("LZ",), 64, "usage"),
    ],
)
def test_what_cannot_be_redeemed(shell: Shell, words: tuple[str, ...], code: int, told: str) -> None:
    ran = shell.run("redeem", *words)
    assert (ran.code, f"[{told}]" in ran.err) == (code, True), ran.err


def test_a_code_for_somebody_else_stays_unused(shell: Shell, paper: Paper) -> None:
    once = shell.run("present", paper.identifier, "--kind", "once", "--for", "某某银行滨江支行").out.strip()
    for place in ("三号窗口", "三号窗口", "某某银行滨江支行"):
        ran = shell.run("redeem", once, "--place", place)
        assert (ran.code, "[code-for-others]" in ran.err) == (1, True)
    ours = shell.run("present", paper.identifier, "--kind", "once", "--for", "云岭市政务服务和数据局").out.strip()
    assert shell.run("redeem", ours, "--place", "三号窗口").code == 0


def test_a_signed_code_at_a_counter_without_a_network(shell: Shell, paper: Paper) -> None:
    bundle = shell.desk / "fresh.bundle"
    assert shell.run("bundle", "export", bundle).code == 0
    anchors = ("--bundle", bundle, "--offline", "--trust", bundle.with_suffix(".pem"))
    words = (*anchors, "--seen", shell.desk / "seen")
    text = shell.run("present", paper.identifier, "--kind", "signed", "--for", "三号窗口").out.strip()
    assert shell.run("verify", text, *words).code == 2  # for whom?
    assert shell.run("verify", text, *words, "--for", "四号窗口").code == 1
    passed = shell.run("verify", text, *words, "--for", "政务服务中心三号窗口")
    assert (passed.code, "PASSED" in passed.out) == (0, True)
    again = shell.run("verify", text, *words, "--for", "三号窗口")
    assert (again.code, "已使用" in again.out) == (1, True)
    late = shell.run("verify", text, *words, "--for", "三号窗口", "--at", "2036-01-01T00:00:00Z")
    assert late.code != 0


def test_a_record_of_codes_that_is_something_else_is_said(shell: Shell, paper: Paper) -> None:
    bundle, seen = shell.desk / "fresh.bundle", shell.desk / "seen"
    assert shell.run("bundle", "export", bundle).code == 0
    seen.write_text("something else\n", "ascii")
    text = shell.run("present", paper.identifier, "--kind", "signed").out.strip()
    ran = shell.run(
        "verify", text, "--bundle", bundle, "--offline", "--trust", bundle.with_suffix(".pem"), "--seen", seen
    )
    assert (ran.code, "亮证码记录用不了" in ran.err) == (64, True)


def test_a_copy(shell: Shell, paper: Paper) -> None:
    out = shell.desk / "copy"
    words = ("copy", paper.identifier, "--for", "办理租赁", "--recipient", "某某置业公司", "--out", out)
    made = shell.run(*words, "--key", "copy-of-tests")
    assert made.code == 0, made.err
    identifier = made.out.strip()
    assert identifier != paper.identifier
    names = {"licence.ofd", "licence.pdf", "qr.png", "licence.json"}
    assert {path.name for path in Path(out).iterdir()} == names
    octets = (out / "licence.ofd").read_bytes()
    assert shell.run(*words, "--key", "copy-of-tests").out.strip() == identifier
    assert (out / "licence.ofd").read_bytes() == octets
    for name in ("licence.ofd", "licence.pdf", "qr.png"):
        passed = shell.run("verify", out / name)
        assert (passed.code, "加注件，不是证照原件" in passed.out, "某某置业公司" in passed.out) == (0, True, True)
    assert shell.run("verify", out / "licence.pdf", "--for", "某某置业公司").code == 0
    elsewhere = shell.run("verify", out / "licence.pdf", "--for", "某银行贷款")
    assert (elsewhere.code, "另一用途" in elsewhere.out) == (1, True)
    later = shell.run("verify", identifier, "--json", "--at", "2036-01-01T00:00:00Z")
    assert "copy-expired" in {one["name"] for one in later.json["findings"]}
    assert "加注件" not in shell.run("verify", paper.identifier).out


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--until", "2020-01-01T00:00:00Z"), 1, "不能早于现在"),
        (("--until", "2020-01-01T00:00:00"), 64, "时区"),
        (("--until", "soon"), 64, "时间写法不对"),
        (("--consent", "不是编号"), 1, "编号"),
    ],
)
def test_copies_that_are_refused(shell: Shell, paper: Paper, more: tuple[str, ...], code: int, said: str) -> None:
    words = ("copy", paper.identifier, "--for", "办理租赁", "--recipient", "某某置业公司", "--out", shell.desk / "none")
    ran = shell.run(*words, *more)
    assert (ran.code, said in ran.err) == (code, True)
    assert not (shell.desk / "none").exists()


def consented(licence: str, terms: Terms) -> str:
    """The number of a consent that the first holder has given."""
    yinzheng = installation()
    entry = yinzheng.archive.register.find(licence)
    assert entry is not None
    first = entry.licence.holders[0]
    asker = Asker("firm", first.name, holder=(first.code_type, first.code))
    wanted = replace(terms, expires_at=yinzheng.now() + timedelta(days=9))
    return yinzheng.copy_consents.give(licence, wanted, by=asker, key="consent-of-tests").reference


def test_a_copy_by_the_body_falls_with_its_consent(shell: Shell, paper: Paper) -> None:
    out = shell.desk / "copy"
    words = ("copy", paper.identifier, "--for", "银行开户", "--recipient", "某银行", "--out", out)
    nobody = shell.run(*words, "--consent", "SQ-2026-000400")
    assert (nobody.code, "没有登记过这份授权" in nobody.err) == (1, True)
    made = shell.run(*words, "--consent", consented(paper.identifier, Terms("银行开户", "某银行")))
    assert made.code == 0, made.err
    assert shell.run("verify", out / "licence.ofd").code == 0


def test_nothing_is_presented_that_is_not_there(shell: Shell, paper: Paper) -> None:
    for words in (("present", "nonsense"), ("copy", "nonsense", "--for", "a", "--recipient", "b", "--out", shell.desk)):
        assert shell.run(*words).code == 1
    assert shell.run("present", paper.identifier, "--kind", "once", "--minutes", "11").code == 1
    assert shell.run("present", paper.identifier, "--kind", "forever").code == 64
