"""The page for templates: types with their samples, and a template of one's own checked and drawn."""

from collections.abc import Iterator

import pytest

from templates.fonts import FONT_FILE
from templates.library import FOLDER, bundles
from tests.api_parts import Api
from tests.page_parts import XSS, Page, Visitor
from verifier.confinement import Confinement

PAGE = "/issuer/templates"
FACE = FOLDER / "marriage-certificate"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    readers = Confinement(font=FONT_FILE)
    made.yinzheng.confine(readers)
    yield made
    readers.close()
    made.close()


@pytest.fixture
def official(api: Api) -> Visitor:
    return Visitor(api, "scjg")


def hand_in(visitor: Visitor, changes: tuple[str, str] = ("", ""), leave_out: str = "") -> Page:
    """Send the files of a bundle, with one text changed in the template."""
    form = visitor.open(PAGE).form(PAGE)
    template = (FACE / "template.toml").read_text("utf-8").replace(*changes, 1) if changes[0] else None
    files = {
        "template": ("template.toml", template.encode() if template else (FACE / "template.toml").read_bytes()),
        "sample": ("sample.json", (FACE / "sample.json").read_bytes()),
        "photo": ("photo.jpg", (FACE / "photo.jpg").read_bytes()),
    }
    files.pop(leave_out, None)
    return visitor.post(PAGE, files=files, **form.fields)


def test_every_type_is_there_with_its_sample(official: Visitor) -> None:
    page = official.open(PAGE)
    assert page.status == 200
    for bundle in bundles():
        assert page.says(bundle.type.name)
        assert f"{PAGE}/{bundle.name}.png" in page.addresses
    picture = official.client.get(f"{PAGE}/real-estate-certificate.png")
    assert picture.content == (FOLDER / "real-estate-certificate" / "expected.png").read_bytes()
    assert official.open(f"{PAGE}/no-such.png").status == 404


def test_a_template_is_checked_and_its_sample_drawn(official: Visitor) -> None:
    page = hand_in(official)
    assert page.status == 200
    assert page.says("检查和预览：结婚证", "没有问题", "预览 未签章")
    assert page.html.count("data:image/png;base64,") == 1
    assert "data:" in page.answer.headers["content-security-policy"]


def test_all_mistakes_are_told_with_their_lines(official: Visitor) -> None:
    page = hand_in(official, ('text = "{registrar}"', 'text = "{registrer}"\nsieze = 3'))
    assert page.status == 422
    assert page.says(
        "没有这个照面项", "registrer", "照面上没有显示这一项", "registrar", "没有这个词，可能拼错", "sieze"
    )
    assert "data:image" not in page.html


@pytest.mark.parametrize(
    ("leave_out", "said"),
    [("template", "请选择template.toml"), ("sample", "sample.json读不出来"), ("photo", "样例")],
)
def test_what_is_missing_is_said(official: Visitor, leave_out: str, said: str) -> None:
    page = hand_in(official, leave_out=leave_out)
    assert page.status == 422
    assert page.says(said)


@pytest.mark.parametrize("text", XSS)
def test_what_stands_in_a_template_is_shown_as_text(official: Visitor, text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    page = hand_in(official, ('name = "结婚证"', f'name = "{quoted}"\nnonsense = "{quoted}"'))
    assert page.status == 422
    assert not [tag for tag, given in page.tags if tag == "script" and "src" not in given]
    assert not [given for _, given in page.tags if "onerror" in given or "onload" in given]


def test_a_file_that_names_a_way_out_is_not_written(official: Visitor) -> None:
    form = official.open(PAGE).form(PAGE)
    files = {
        "template": ("template.toml", (FACE / "template.toml").read_bytes()),
        "sample": ("sample.json", (FACE / "sample.json").read_bytes()),
        "photo": ("../photo.jpg", (FACE / "photo.jpg").read_bytes()),
    }
    assert official.post(PAGE, files=files, **form.fields).status == 422


def test_a_form_from_elsewhere_is_refused(official: Visitor) -> None:
    files = {"template": ("template.toml", b"")}
    assert official.post(PAGE, files=files, form_token="no").status == 403
