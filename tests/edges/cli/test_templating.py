"""template check, preview, sheet: no installation is needed, and everything that is wrong is told at once."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from service.commands import templating
from templates.library import FOLDER, load_bundle
from tests.cli_parts import Shell


@pytest.fixture
def typist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Somebody at a keyboard without an installation."""
    return Shell(tmp_path / "none", tmp_path, capsys)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A template to be damaged."""
    return Path(shutil.copytree(FOLDER / "social-security-card", tmp_path / "social-security-card"))


def damage(folder: Path, old: str, new: str) -> None:
    path = folder / "template.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("name", ["business-licence", "real-estate-certificate", "social-security-card"])
def test_a_good_template_is_good(typist: Shell, name: str) -> None:
    ran = typist.run("template", "check", FOLDER / name)
    assert (ran.code, ran.err) == (0, "")
    assert load_bundle(name).type.name in ran.out
    assert not typist.data.exists()


def test_all_mistakes_are_told_at_once_with_line_and_place(typist: Shell, copy: Path) -> None:
    damage(copy, 'ink = "#1a1a1a"', 'ink = "black"')
    damage(copy, 'text = "{insured_at}"', 'text = "{insured}"\nbold = true')
    damage(copy, "depth = 2.6", 'depth = "2.6"')
    ran = typist.run("template", "check", copy, "--json")
    assert ran.code == 1
    source = (copy / "template.toml").read_text("utf-8").splitlines()
    told = {(fault["reason"], source[fault["line"] - 1]) for fault in ran.json["faults"]}
    assert told >= {
        ("colour", 'ink = "black"'),
        ("unknown-word", "bold = true"),
        ("number", 'depth = "2.6"'),
        ("no-such-value", 'text = "{insured}"'),
    }
    assert all(fault["zh"] and fault["en"].isascii() for fault in ran.json["faults"])
    said = typist.run("template", "check", copy)
    assert (said.code, said.out) == (1, "")
    assert said.err.count("\n") == len(ran.json["faults"]) + 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('format = "yinzheng-template/1"', "format = yinzheng", "not-toml"),
        ("side = 36.8", "side = 30", "code-small"),
        ("x = 62, y = 28", "x = 20, y = 28", "seal-beside"),
        ("x = 62, y = 28", "x = 62, y = 3", "seal-off-page"),
        ("page = 2", "page = 3", "number"),
        ("max_length = 20", "max_length = 200", "full-length-does-not-fit"),
        ('field = "photo"', 'field = "insured_at"', "wrong-kind"),
        ('text = "{holder_codes}"\nx = 4', 'text = "{holder_codes}"\nx = 70', "overlap"),
        ('text = "社会保障卡"\nx = 4', 'text = "社会保障卡"\nx = 70', "off-page"),
        ('text = "社会保障卡"', 'text = "社会保障𠮷"', "missing-glyph"),
    ],
)
def test_one_mistake_is_named(typist: Shell, copy: Path, old: str, new: str, reason: str) -> None:
    damage(copy, old, new)
    ran = typist.run("template", "check", copy, "--json")
    assert ran.code == 1
    assert reason in {fault["reason"] for fault in ran.json["faults"]}


def test_a_sample_that_is_no_licence_is_told(typist: Shell, copy: Path) -> None:
    sample = copy / "sample.json"
    sample.write_text(sample.read_text("utf-8").replace("530199191107070021", "530199191107070022"), "utf-8")
    ran = typist.run("template", "check", copy)
    assert (ran.code, ran.err.count("sample.json")) == (1, 1)


def test_a_folder_that_is_not_there_is_a_mistake_of_the_words(typist: Shell) -> None:
    ran = typist.run("template", "check", typist.desk / "nothing")
    assert (ran.code, "no-template" in ran.err) == (64, True)


def test_the_preview_writes_both_files_and_every_page(typist: Shell, copy: Path) -> None:
    out = typist.desk / "out"
    assert typist.run("template", "preview", copy, "--out", out).code == 0
    assert {path.name for path in out.iterdir()} == {"sample.pdf", "sample.ofd", "sample-1.png", "sample-2.png"}
    assert (out / "sample.pdf").read_bytes().startswith(b"%PDF")
    with Image.open(out / "sample-1.png") as page:
        assert page.width / page.height == pytest.approx(85.6 / 54, rel=0.01)


def test_a_preview_of_what_cannot_be_drawn_says_why(typist: Shell, copy: Path) -> None:
    damage(copy, "side = 36.8", "side = 20")
    ran = typist.run("template", "preview", copy, "--out", typist.desk / "out")
    assert (ran.code, "0.5" in ran.err) == (1, True)
    assert not (typist.desk / "out").exists()


def test_the_contact_sheet_has_a_picture_of_every_type(typist: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [load_bundle(name) for name in ("social-security-card", "marriage-certificate")]
    monkeypatch.setattr(templating, "bundles", lambda: chosen)
    out = typist.desk / "faces"
    assert typist.run("template", "sheet", out).code == 0
    assert {path.name for path in out.iterdir()} == {"all.jpg", "social-security-card.jpg", "marriage-certificate.jpg"}
    with Image.open(out / "social-security-card.jpg") as sheet:
        assert sheet.width > sheet.height > 600, "two pages below each other, both files side by side"
