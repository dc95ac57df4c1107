"""A template leaves room for what only the system sets."""

import shutil
from pathlib import Path

import pytest

from templates.checking import check_folder
from templates.library import FOLDER

LABEL = """[[layout.label]]
text = "说明"
x = {x}
baseline = {y}
width = 20
size = 9

[[layout.label]]"""


@pytest.mark.parametrize(
    ("bundle", "x", "y", "reasons"),
    [
        ("business-licence", 140, 206.5, {"conversion-room", "off-page"}),
        ("business-licence", 24, 30, set()),
        ("social-security-card", 40, 5.4, {"conversion-room"}),
    ],
)
def test_the_line_of_a_conversion_has_a_place_of_its_own(
    tmp_path: Path, bundle: str, x: float, y: float, reasons: set[str]
) -> None:
    folder = Path(shutil.copytree(FOLDER / bundle, tmp_path / bundle))
    path = folder / "template.toml"
    changed = path.read_text("utf-8").replace("[[layout.label]]", LABEL.format(x=x, y=y), 1)
    path.write_text(changed, "utf-8")
    found = {fault.reason for fault in check_folder(folder)[1]}
    assert found == reasons - ({"conversion-room"} if "off-page" in reasons else set()), "in the margin nothing may lie"


def test_a_copy_that_cannot_be_drawn_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(FOLDER / "business-licence", tmp_path / "business-licence"))
    monkeypatch.setattr("templates.marked.LONGEST_RECIPIENT", 250)
    (fault,) = check_folder(folder)[1]
    assert (fault.reason, "加注说明" in fault.fact) == ("copy-room", True)
