"""batch, worker: a table is tried, handed in, issued; what was not issued comes back as a table."""

from pathlib import Path

from issuer.batches.picturing import AT_ONCE
from tests.batch_parts import table
from tests.cli_parts import NUMBERS, Ran, Shell
from tests.photo_parts import CARD, cards, packed, picture, table_of

CITY = "business-licence"


def written(shell: Shell, count: int, **changed: object) -> Path:
    first = next(NUMBERS) * 1000
    return shell.write(f"table {first}.csv", table(count, first=first, **changed))


def submit(shell: Shell, path: Path, *words: str) -> Ran:
    return shell.run("batch", "submit", path, "--type", CITY, *words)


def test_a_trial_tells_every_row_and_stores_nothing(shell: Shell) -> None:
    before = shell.run("batch", "list", "--body", "scjg", "--json").json
    good = submit(shell, written(shell, 3), "--dry-run")
    assert (good.code, good.out) == (0, "")
    bad = submit(shell, written(shell, 2, issued_on="2099-01-01"), "--dry-run")
    assert bad.code == 1
    assert bad.out.splitlines() == ["第 2 行：颁发日期：不能晚于今天。", "第 3 行：颁发日期：不能晚于今天。"]
    unread = submit(shell, shell.write("no.csv", "编号\n1\n"))
    assert (unread.code, "什么也没有登记" in unread.err) == (1, True)
    assert shell.run("batch", "list", "--body", "scjg", "--json").json == before


def test_a_table_is_handed_in_once_and_issued(shell: Shell) -> None:
    path = written(shell, 4)
    number = submit(shell, path).out.strip()
    assert submit(shell, path).out.strip() == number
    assert shell.run("batch", "pause", number).code == 0
    assert shell.run("batch", "pause", number).code == 1
    assert shell.run("worker", "--once").code == 0
    assert shell.run("batch", "status", number, "--json").json["counts"]["waiting"] == 4
    assert shell.run("batch", "resume", number).code == 0
    assert shell.run("worker", "--once", "--chunk", "3").code == 0
    told = shell.run("batch", "status", number, "--json").json
    assert (told["state"], told["counts"]["done"]) == ("done", 4)
    assert "已签发 4 行" in shell.run("batch", "status", number).out
    assert shell.run("batch", "cancel", number).code == 1


def test_what_was_not_issued_is_written_out_to_be_put_right(shell: Shell) -> None:
    path = written(shell, 3)
    done = submit(shell, path, "--wait")
    assert (done.code, "已签发 3 行" in done.err) == (0, True)
    again = submit(shell, path, "--wait", "--key", "another")
    assert again.code == 1
    out = shell.desk / "unissued.csv"
    assert shell.run("batch", "errors", again.out.strip(), "--out", out).code == 0
    lines = out.read_text("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("2,")
    assert "编号已经用过" in lines[1]
    assert submit(shell, out, "--dry-run").code == 1
    book = shell.desk / "unissued.xlsx"
    assert shell.run("batch", "errors", again.out.strip(), "--out", book).code == 0
    report = shell.desk / "problems.xlsx"
    assert submit(shell, book, "--dry-run", "--report", report).code == 1
    assert submit(shell, report, "--dry-run").out.count("编号已经用过") == 3
    assert shell.run("batch", "errors", again.out.strip(), "--out", shell.desk / "unissued.txt").code == 64
    assert shell.run("batch", "status", "00").code == 1
    assert shell.run("batch", "submit", path, "--type", CITY, "--map", "x").code == 64


def test_a_table_with_photographs_is_checked_and_handed_in_as_a_zip(shell: Shell) -> None:
    blank = shell.desk / "card.csv"
    made = shell.run("batch", "template", "--type", CARD, "--out", blank)
    assert (made.code, "ZIP" in made.err, "照片" in blank.read_text("utf-8-sig")) == (0, True, True)
    first = next(NUMBERS) * 1000
    bad = packed({"表.csv": table_of("甲.jpg", "乙.jpg", first=first), "甲.jpg": picture(1), "丙.jpg": picture(2)})
    report = shell.desk / "cards.csv"
    checked = shell.run("batch", "check", shell.write("bad.zip", bad), "--type", CARD, "--report", report)
    assert checked.code == 1
    assert checked.out.splitlines() == ["第 3 行：压缩包里没有“乙.jpg”这张照片。请核对文件名。"]
    assert "提示：整个文件：压缩包里有 1 张照片没有用到：丙.jpg" in checked.err
    assert "乙.jpg" in report.read_text("utf-8-sig")
    good = shell.write("good.zip", cards(AT_ONCE + 1, first=first))
    assert shell.run("batch", "check", good, "--type", CARD).code == 0
    done = shell.run("batch", "submit", good, "--type", CARD, "--wait")
    assert (done.code, f"已签发 {AT_ONCE + 1} 行" in done.err) == (0, True)


def test_a_second_person_looks_and_then_approves(shell: Shell) -> None:
    first = next(NUMBERS) * 1000
    kind = "real-estate-certificate"
    path = shell.write("title.csv", table(3, first=first, bundle=kind))
    number = shell.run("batch", "submit", path, "--type", kind).out.strip()
    digest = shell.run("batch", "status", number, "--json").json["digest"]

    def approve() -> Ran:
        return shell.run("batch", "approve", number, "--digest", digest, "--as", "zrzyj2")

    assert (approve().code, "照面样张" in approve().err) == (1, True)
    seen = shell.run("batch", "rows", number, "--as", "zrzyj2", "--limit", "2")
    assert (seen.code, len(seen.out.splitlines()), "第 2 行到第 4 行" in seen.err) == (0, 2, True)
    assert "列名“证照编号”：读作证照编号" in seen.err
    found = shell.run("batch", "rows", number, "--find", f"PL{first + 2:08d}")
    assert [line[:4] for line in found.out.splitlines()] == ["第 4 "]
    face = shell.desk / "face.pdf"
    assert shell.run("batch", "face", number, "9", "--out", face, "--as", "zrzyj2").code == 1
    assert approve().code == 1
    assert shell.run("batch", "face", number, "3", "--out", face, "--as", "zrzyj2").code == 0
    assert face.read_bytes().startswith(b"%PDF")
    for ending in ("csv", "xlsx"):
        out = shell.desk / f"all.{ending}"
        assert shell.run("batch", "table", number, "--out", out).code == 0
        assert shell.run("batch", "digest", number, out).out.strip() == digest
    assert shell.run("batch", "digest", number, path).code == 0
    other = shell.write("other.csv", table(3, first=first + 1, bundle=kind))
    assert shell.run("batch", "digest", number, other).code == 1
    assert approve().code == 0
