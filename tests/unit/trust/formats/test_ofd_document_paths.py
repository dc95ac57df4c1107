"""What a location in an OFD package can mean: one entry, several, none, or something outside."""

import pytest

from trust.errors import Malformed
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.locating import Locator, joined

NAMES = (
    "OFD.xml",
    "Doc_0/Document.xml",
    "Doc_0/Res/font.ttf",
    "Doc_0/font.ttf",
    "Doc_0/Pages/Page_0/Content.xml",
    "Pages/Page_0/Content.xml",
    "Doc_0/印.png",
)


def meanings(location: str, holder: str = "Doc_0/Document.xml", base: str = "") -> tuple[tuple[str, ...], list[str]]:
    notes = Notes()
    found = Locator(NAMES).meanings(location, holder, notes, base=base)
    return found, [finding.name for finding in notes.findings()]


@pytest.mark.parametrize(
    ("location", "holder", "base", "found"),
    [
        ("/OFD.xml", "Doc_0/Document.xml", "", ("OFD.xml",)),
        ("Doc_0/Document.xml", "OFD.xml", "", ("Doc_0/Document.xml",)),
        (
            "Pages/Page_0/Content.xml",
            "Doc_0/Document.xml",
            "",
            ("Doc_0/Pages/Page_0/Content.xml", "Pages/Page_0/Content.xml"),
        ),
        ("../../Document.xml", "Doc_0/Pages/Page_0/Content.xml", "", ("Doc_0/Document.xml",)),
        ("./Res/./font.ttf", "Doc_0/Document.xml", "", ("Doc_0/Res/font.ttf",)),
        ("font.ttf", "Doc_0/PublicRes.xml", "Res", ("Doc_0/Res/font.ttf", "Doc_0/font.ttf")),
        ("font.ttf", "Doc_0/PublicRes.xml", "/Doc_0/Res", ("Doc_0/Res/font.ttf", "Doc_0/font.ttf")),
        ("font.ttf", "Doc_0/PublicRes.xml", "../../..", ("Doc_0/font.ttf",)),
        (" /OFD.xml\n", "Doc_0/Document.xml", "", ("OFD.xml",)),
        ("Res", "Doc_0/Document.xml", "", ()),
        ("", "Doc_0/Document.xml", "", ()),
        ("/", "Doc_0/Document.xml", "", ()),
        ("x" * 600, "Doc_0/Document.xml", "", ()),
    ],
)
def test_a_location_means_every_entry_it_could_mean(
    location: str, holder: str, base: str, found: tuple[str, ...]
) -> None:
    assert meanings(location, holder, base) == (found, [])


@pytest.mark.parametrize(
    ("location", "code"), [("/ofd.XML", "path-case"), ("Res\\font.ttf", "path-form"), ("\\OFD.xml", "path-form")]
)
def test_sloppy_locations_are_read_and_noted(location: str, code: str) -> None:
    found, codes = meanings(location)
    assert len(found) == 1
    assert codes == [code]


@pytest.mark.parametrize("location", ["../../OFD.xml", "/../OFD.xml", "..\\..\\OFD.xml", "Res/../../../x"])
def test_a_location_outside_the_package_is_refused(location: str) -> None:
    with pytest.raises(Malformed, match="path-escape"):
        meanings(location)


def test_a_location_that_decides_the_structure_has_one_meaning() -> None:
    locator = Locator(NAMES)
    with pytest.raises(Malformed, match="path-ambiguous"):
        locator.the_one("Pages/Page_0/Content.xml", "Doc_0/Document.xml", Notes())
    assert locator.the_one("/Pages/Page_0/Content.xml", "Doc_0/Document.xml", Notes()) == "Pages/Page_0/Content.xml"
    assert locator.the_one("none.xml", "Doc_0/Document.xml", Notes()) is None


def test_names_are_found_in_any_normal_form() -> None:
    assert Locator(["Doc_0/é.png"]).entry("doc_0/E\u0301.PNG") == "Doc_0/é.png"


def test_paths_are_joined_without_empty_steps() -> None:
    assert joined("Doc_0/Res", "a//b/./c/../d") == "Doc_0/Res/a/b/d"
    assert joined("Doc_0/Res", "/a") == "a"
    assert joined("", "..a") == "..a"
