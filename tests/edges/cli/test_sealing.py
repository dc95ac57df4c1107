"""seal and seals: the register and sealing, as typed."""

import json
from pathlib import Path

import pytest

from tests.cli_parts import Shell
from tests.ofd_foreign import letter
from tests.pdf_parts import page


def apply(shell: Shell, *more: str, kind: str = "contract", body: str = "scjg") -> str:
    ran = shell.run("seals", "apply", "--kind", kind, "--body", body, "--reason", "签订合同", *more)
    assert ran.code == 0, ran.err
    return ran.out.strip()


def filed(shell: Shell, *more: str) -> str:
    one = apply(shell, *more)
    assert shell.run("seals", "approve", one, "--as", "scjg2").code == 0
    assert shell.run("seals", "file", one).code == 0
    return one


def state(shell: Shell, one: str) -> str:
    rows = json.loads(shell.run("seals", "list", "--json").out)
    return next(str(row["state"]) for row in rows if row["seal"] == one)


def test_the_life_of_a_seal(shell: Shell) -> None:
    one = apply(shell)
    seen = [state(shell, one)]
    refusal = shell.run("seals", "approve", one, "--as", "scjg")
    assert (refusal.code, "second-person" in refusal.err) == (1, True)
    for words in (
        ("approve", one, "--as", "scjg2"),
        ("file", one),
        ("suspend", one, "--ground", "seal-paused"),
        ("resume", one, "--ground", "seal-pause-ended"),
        ("cancel", one, "--ground", "other", "--reason", "不再签订合同"),
    ):
        ran = shell.run("seals", *words)
        assert ran.code == 0, ran.err
        seen.append(state(shell, one))
    assert seen == ["applied", "approved", "in-use", "suspended", "in-use", "cancelled"]
    assert "seal-move" in shell.run("seals", "resume", one, "--ground", "seal-pause-ended").err


@pytest.mark.parametrize(
    ("name", "octets", "place"),
    [
        ("letter.ofd", letter(), ("--page", "1", "--x", "100", "--y", "100")),
        ("letter.ofd", letter(), ("--riding",)),
        ("paper.pdf", page(pages=2), ("--page", "0", "--x", "20", "--y", "20")),
        ("paper.pdf", page(pages=2), ("--riding", "--edge", "left", "--lock")),
    ],
)
def test_sealing_a_file_and_verifying_it(shell: Shell, name: str, octets: bytes, place: tuple[str, ...]) -> None:
    one, given, out = filed(shell), shell.write(name, octets), shell.desk / f"sealed {name}"
    ran = shell.run("seal", given, "--seal", one, "--out", out, *place, "--purpose", "报送")
    assert ran.code == 0, ran.err
    assert given.read_bytes() == octets
    assert shell.run("verify", out).code != 1
    (use,) = json.loads(shell.run("seals", "uses", one, "--json").out)
    assert (use["purpose"], use["documents"][0]["result"]) == ("报送", "sealed")
    assert "报送" in shell.run("seals", "uses", one).out


def test_a_second_person_above_the_threshold(shell: Shell) -> None:
    one, given = filed(shell, "--threshold", "1"), shell.write("letter.ofd", letter())
    out = shell.desk / "sealed.ofd"
    words = ("seal", given, "--seal", one, "--out", out, "--riding")
    assert shell.run(*words).code == 0
    out.unlink()
    waits = shell.run(*words, "--key", "one letter")
    number = next(word for word in waits.err.split() if len(word) == 32)
    assert (waits.code, out.exists()) == (1, False)
    assert shell.run("seals", "approve", one, "--as", "scjg2", "--request", number).code == 0
    assert shell.run(*words, "--key", "one letter").code == 0
    assert out.exists()


def test_words_that_do_not_fit(shell: Shell, tmp_path: Path) -> None:
    one, given = filed(shell), shell.write("letter.ofd", letter())
    base = ("seal", given, "--seal", one, "--out", tmp_path / "out.ofd")
    table = [
        ((*base,), 1, "seal-place"),
        ((*base, "--page", "1"), 1, "seal-place"),
        ((*base, "--page", "1", "--x", "1", "--y", "1", "--riding"), 1, "seal-place"),
        ((*base, "--words", "没有这些字"), 1, "no-such-words"),
        ((*base, "--page", "77", "--x", "1", "--y", "1"), 1, "no-such-page"),
        (("seal", given, "--seal", "nobody", "--out", tmp_path / "o", "--riding"), 1, "not-found"),
        (("seal", tmp_path / "none", "--seal", one, "--out", tmp_path / "o", "--riding"), 64, "file-unreadable"),
        (("seals", "file", "nobody"), 1, "not-found"),
        (("seals", "uses", "nobody"), 1, "not-found"),
        (("seals", "suspend", one, "--ground", "penalty"), 1, "ground-unknown"),
        (("seals", "approve", one, "--as", "stranger"), 64, "no-official"),
        (("seals", "apply", "--kind", "contract", "--body", "nobody", "--reason", "x"), 1, "wish-body"),
        ((*base, "--riding", "--as", "admin"), 64, "no-official"),
        ((*base, "--riding", "--as", "zrzyj"), 64, "no-official"),
        (
            ("seals", "apply", "--kind", "contract", "--body", "scjg", "--reason", "x", "--as", "admin"),
            64,
            "no-official",
        ),
        (("seals", "apply", "--kind", "stamp", "--body", "scjg", "--reason", "x"), 64, "usage"),
    ]
    for words, code, said in table:
        ran = shell.run(*words)
        assert (ran.code, said in ran.err) == (code, True), (words, ran.err)
    assert not (tmp_path / "out.ofd").exists()


def test_an_administrator_decides_and_files_and_does_not_use(shell: Shell) -> None:
    """The same table lets people in by command, by the interface, and before an auditor."""
    one = apply(shell)
    assert shell.run("seals", "approve", one, "--as", "admin").code == 0
    assert shell.run("seals", "file", one, "--as", "admin").code == 0
    assert state(shell, one) == "in-use"


def test_grounds_and_a_personal_seal(shell: Shell) -> None:
    assert "seal-lost" in shell.run("seals", "grounds").out
    one = apply(shell, "--holder", "scjg2", kind="personal")
    assert shell.run("seals", "approve", one, "--as", "scjg2").code == 1
    assert state(shell, one) == "applied"
