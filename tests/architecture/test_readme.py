"""Documents that cannot drift: commands in them exist, files they name are there, both languages say the same."""

import re
import shlex
from pathlib import Path

import pytest

import run
from service.cli import app

ROOT = Path(__file__).resolve().parent.parent.parent
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
OUTSIDE = ("http://", "https://", "mailto:", "#")


def documents() -> list[Path]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "templates").glob("*.md")]
    return sorted([*found, *(ROOT / "tests" / "vectors").glob("*.md")])


def fenced(path: Path) -> list[str]:
    """The lines of the fenced blocks."""
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def typed(path: Path) -> list[list[str]]:
    """The words of every line that somebody is told to type, comments left out."""
    lines = (line.strip().removeprefix("$ ") for line in fenced(path))
    return [shlex.split(line, comments=True) for line in lines if line.startswith(("python3 run.py", "yinzheng "))]


def commands() -> dict[str, object]:
    """Names of commands, of `bundle export` too."""
    found: dict[str, object] = {
        one.name or one.callback.__name__: one for one in app.registered_commands if one.callback
    }
    for group in app.registered_groups:
        assert group.typer_instance is not None
        alone = group.typer_instance.registered_callback
        if alone is not None and alone.invoke_without_command:
            found[group.name or ""] = alone
        for one in group.typer_instance.registered_commands:
            assert one.callback is not None
            found[f"{group.name} {one.name or one.callback.__name__}"] = one
    return found


def options(name: str) -> set[str]:
    """The options that a command takes."""
    import typer.main

    group = typer.main.get_command(app)
    for word in name.split():
        group = group.commands[word]  # type: ignore[attr-defined]  # a group has commands; the last word leads to one
    return {option for parameter in group.params for option in parameter.opts}


def test_the_walk_finds_commands() -> None:
    assert len(typed(READMES[0])) >= 8
    assert {"demo", "verify", "issue", "bundle export", "suspend"} <= commands().keys()
    assert "--bundle" in options("verify")


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_named_exists(path: Path) -> None:
    words_of_run = set(
        re.findall(r'word (?:==|in) (?:\{)?((?:"[a-z-]+"(?:, )?)+)', Path(run.__file__).read_text("utf-8"))
    )
    first_words = {word for group in words_of_run for word in re.findall(r"[a-z][a-z-]*", group)}
    for words in typed(path):
        rest = words[1:] if words[0] == "yinzheng" else words[2:]
        if words[0] == "python3":
            if not rest:
                continue
            assert rest[0] in first_words, words
            if rest[0] != "cli":
                continue
            rest = rest[1:]
        of_group = rest[0] in {group.name for group in app.registered_groups} and len(rest) > 1
        name = " ".join(rest[:2]) if of_group and not rest[1].startswith("-") else rest[0]
        assert name in commands(), words
        wrong = {word for word in rest if word.startswith("--")} - options(name) - {"--help"}
        assert wrong == set(), words


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_linked_is_there(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    missing = [
        link for link in links if not link.startswith(OUTSIDE) and not (path.parent / link.partition("#")[0]).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_command_names_is_there(path: Path) -> None:
    for words in typed(path):
        named = [word for word in words if word.startswith(("deploy/", "docs/", "templates/", "tests/"))]
        assert [word for word in named if not (ROOT / word).exists()] == []


def test_both_languages_give_the_same_commands() -> None:
    first, second = (typed(path) for path in READMES)
    assert first == second


def test_both_languages_link_to_the_same_files() -> None:
    links = [
        [link for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")) if not link.startswith("README")]
        for path in READMES
    ]
    assert links[0] == links[1]


def test_both_languages_have_the_same_shape() -> None:
    shapes = [re.findall(r"^(#+ |- |\| |```)", path.read_text("utf-8"), re.MULTILINE) for path in READMES]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_no_place_is_left_to_be_filled_in(path: Path) -> None:
    assert re.findall(r"\b[A-Z]+_[A-Z_]+\b", re.sub(r"YINZHENG_[A-Z_]+", "", path.read_text("utf-8"))) == []


def test_every_setting_is_described() -> None:
    from service.settings import Settings

    told = (ROOT / "README.md").read_text("utf-8")
    names = {f"YINZHENG_{name.upper()}" for name in Settings.model_fields} - {"YINZHENG_KEY_ROUNDS"}
    assert {name for name in names if name not in told} == set()
    assert {name for name in re.findall(r"YINZHENG_[A-Z_]+", told) if name not in names} == set()


def test_the_help_of_run_names_every_word_it_takes() -> None:
    said = run.__doc__ or ""
    for word in ("test", "lint", "bench", "cli", "lock"):
        assert f"python3 run.py {word}" in said
