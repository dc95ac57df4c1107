"""A template whose texts cannot be read is refused before anything is issued with it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.template_words import line_of
from templates.checking import check_folder
from templates.errors import TemplateError
from templates.library import FOLDER, read_bundle
from tests.attacks.pale_templates import PALE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER / "business-licence", tmp_path / "business-licence"))


@pytest.mark.parametrize("change", PALE.values(), ids=PALE.keys())
def test_a_face_that_cannot_be_read_is_refused(folder: Path, change: Callable[[str], str]) -> None:
    path = folder / "template.toml"
    text = path.read_text("utf-8")
    path.write_text(change(text), "utf-8")
    assert path.read_text("utf-8") != text
    bundle, faults = check_folder(folder)
    assert bundle is None
    assert {fault.reason for fault in faults} == {"not-legible"}
    assert "看不清" in line_of(faults[0])
    with pytest.raises(TemplateError):
        read_bundle(folder)


def test_a_label_that_cannot_be_read_is_named(folder: Path) -> None:
    path = folder / "template.toml"
    text = re.sub(r'\n(text = "经营范围")', r'\n\1\ncolour = "pale"', path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    (fault,) = check_folder(folder)[1]
    assert (fault.reason, fault.where, fault.fact.partition("：")[0][:4]) == ("not-legible", "layout", "经营范围")


def test_a_photograph_off_the_paper_is_refused(tmp_path: Path) -> None:
    copied = Path(shutil.copytree(FOLDER / "disability-certificate", tmp_path / "disability-certificate"))
    path = copied / "template.toml"
    text = path.read_text("utf-8")
    place = re.search(r"\[\[layout\.(?:page\.)?photo\]\]\nfield = \"photo\"\nx = ([0-9.]+)", text)
    assert place is not None
    path.write_text(text.replace(place[0], place[0].replace(f"x = {place[1]}", "x = 900")), "utf-8")
    assert "off-page" in {fault.reason for fault in check_folder(copied)[1]}
