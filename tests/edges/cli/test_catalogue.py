"""catalogue, mandate, types: a type from a folder to a licence, and a mandate by two people, at a keyboard."""

from pathlib import Path

from tests.catalogue_parts import FOOD, FOOD_CODE, new_type, template, write, zipped
from tests.cli_parts import Shell, issue

BODY = "11530199MB0T35T369"


def test_a_new_version_from_a_folder(shell: Shell, tmp_path: Path) -> None:
    _, before = issue(shell, FOOD)
    drafted = shell.run("catalogue", "draft", write(template(), tmp_path / FOOD), "--by", "spj", "--note", "新版面")
    assert (drafted.code, drafted.out.strip()) == (0, f"{FOOD_CODE}/2")
    assert shell.run("catalogue", "review", "food-operation/2", "--by", "spj").code == 1
    assert shell.run("catalogue", "review", "food-operation/2", "--by", "nobody").code == 64
    assert shell.run("catalogue", "review", "food-operation/2", "--by", "admin").code == 0
    assert shell.run("catalogue", "publish", "food-operation/2", "--by", "admin").code == 0
    shown = shell.run("catalogue", "show", FOOD, "--json").json
    assert (shown["version"], shown["in_force"], [one["step"] for one in shown["steps"]]) == (
        2, True, ["draft", "submit", "pass", "publish"],
    )  # fmt: skip
    assert "新版面" in shell.run("catalogue", "show", f"{FOOD_CODE}/2").out
    _, after = issue(shell, FOOD)
    for folder in (before, after):
        assert shell.run("verify", folder / "licence.ofd").code == 0
    again = shell.run("catalogue", "draft", tmp_path / FOOD, "--by", "spj")
    assert (again.code, "[entry-refused]" in again.err) == (1, True)


def test_a_type_of_its_own_from_a_zip_and_its_end(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "small.zip"
    file.write_bytes(zipped(new_type("906")))
    words = ("--by", "spj", "--name", "small-market")
    place = shell.run("catalogue", "draft", file, *words).out.strip()
    assert shell.run("catalogue", "review", place, "--by", "admin").code == 0
    assert shell.run("catalogue", "publish", place, "--by", "admin").code == 0
    assert "small-market" in {one["bundle"] for one in shell.run("types", "--json").json}
    granted = shell.run(
        "mandate", "grant", "--body", "spj", "--type", "small-market", "--area", "530199", "--reason", "市政府决定",
        "--by", "spj", "--approved-by", "admin",
    )  # fmt: skip
    assert granted.code == 0, granted.err
    assert granted.out.strip() in {one["number"] for one in shell.run("mandate", "list", "--json").json}
    assert shell.run("catalogue", "retire", "small-market", "--by", "admin", "--note", "办法废止").code == 0
    assert "small-market" not in {one["bundle"] for one in shell.run("types", "--json").json}
    assert "已停用" in shell.run("catalogue", "list").out


def test_a_draft_that_is_kept_sent_and_taken_back(shell: Shell, tmp_path: Path) -> None:
    folder = write(template(version=7), tmp_path / FOOD)
    assert shell.run("catalogue", "draft", folder, "--by", "spj", "--keep").code == 0
    assert "草稿" in shell.run("catalogue", "show", "food-operation/7").out
    assert shell.run("catalogue", "submit", "food-operation/7", "--by", "spj").out.strip() == "待审核"
    sent_back = shell.run("catalogue", "review", "food-operation/7", "--by", "admin", "--reject", "--note", "请改")
    assert sent_back.out.strip() == "草稿"
    assert shell.run("catalogue", "withdraw", "food-operation/7", "--by", "spj").out.strip() == "已撤回"


def test_requests_wait_for_a_second_person(shell: Shell) -> None:
    asked = shell.run(
        "mandate", "grant", "--body", "spj", "--type", "teacher-qualification", "--reason", "委托", "--by", "spj"
    )
    number = asked.out.strip()
    assert asked.code == 0
    assert number in shell.run("mandate", "list", "--requests").out
    own = shell.run("mandate", "approve", number, "--by", "spj")
    assert (own.code, "[second-person]" in own.err) == (1, True)
    assert shell.run("mandate", "approve", number, "--by", "admin", "--reject", "--note", "依据不足").code == 0
    assert shell.run("mandate", "list", "--requests", "--json").json[0]["progress"] == "refused"
    assert "行政审批" in shell.run("mandate", "list").out
    unknown = shell.run("mandate", "end", "M-0", "--reason", "x", "--by", "admin")
    assert (unknown.code, "[mandate-refused]" in unknown.err) == (1, True)


def test_words_that_name_no_entry(shell: Shell) -> None:
    for words in (("show", "nothing"), ("show", f"{FOOD_CODE}/99"), ("publish", "nothing/1", "--by", "admin")):
        assert shell.run("catalogue", *words).code == 1
