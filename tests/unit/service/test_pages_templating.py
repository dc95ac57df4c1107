"""The page for templates: types with their samples, and a template of one's own checked and drawn."""

import asyncio
import io
import json
from collections.abc import Iterator, Mapping

import pytest
from PIL import Image

from service.pages import templating
from service.template_trials import Trial
from templates.fonts import FONT_FILE
from templates.library import FOLDER, bundles
from tests.api_parts import Api
from tests.page_parts import XSS, Files, Page, Visitor
from verifier.confinement import Confinement

PAGE = "/issuer/templates"
FACE = FOLDER / "marriage-certificate"
PAGES = FOLDER / "disability-certificate"


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
        "pictures": ("photo.jpg", (FACE / "photo.jpg").read_bytes()),
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
    [("template", "请选择template.toml"), ("sample", "sample.json读不出来"), ("pictures", "样例")],
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
        "pictures": ("../photo.jpg", (FACE / "photo.jpg").read_bytes()),
    }
    page = official.post(PAGE, files=files, **form.fields)
    assert page.status == 422
    assert page.says("图片的文件名只能由英文字母", "../photo.jpg")


def png(grey: int) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (60, 80), (grey, grey, grey)).save(held, "PNG")
    return held.getvalue()


def several(changes: list[tuple[str, str]], pictures: dict[str, bytes], sample: bytes) -> Files:
    """A template of two pages, with so many pictures."""
    text = (PAGES / "template.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [
        ("template", ("template.toml", text.encode())),
        ("sample", ("sample.json", sample)),
        *(("pictures", (name, octets)) for name, octets in pictures.items()),
    ]


def test_every_page_may_have_a_background_and_there_may_be_several_photographs(official: Visitor) -> None:
    form = official.open(PAGE).form(PAGE)
    sample = json.loads((PAGES / "sample.json").read_text("utf-8"))
    sample["photos"] = [*sample["photos"], "second.jpg"]
    photo = (PAGES / "photo.jpg").read_bytes()
    changes = [
        ("[layout]\n", '[layout]\nbackground = "front.png"\n'),
        ("[[layout.page]]\n", '[[layout.page]]\nbackground = "back.png"\n'),
    ]
    pictures = {"front.png": png(250), "back.png": png(245), "photo.jpg": photo, "second.jpg": photo}
    page = official.post(PAGE, files=several(changes, pictures, json.dumps(sample).encode()), **form.fields)
    assert page.says("没有问题")
    assert page.status == 200
    del pictures["back.png"]
    page = official.post(PAGE, files=several(changes, pictures, json.dumps(sample).encode()), **form.fields)
    assert page.says("背景图不在模板的文件夹里", "back.png")


def test_two_pictures_of_one_name_are_told(official: Visitor) -> None:
    form = official.open(PAGE).form(PAGE)
    files = several([], {"photo.jpg": (PAGES / "photo.jpg").read_bytes()}, (PAGES / "sample.json").read_bytes())
    page = official.post(PAGE, files=[*files, files[-1]], **form.fields)
    assert page.status == 422
    assert page.says("有两张图片用了同一个文件名：photo.jpg")


def test_others_are_answered_while_a_template_is_tried(official: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried in a thread of its own, where no loop of requests runs."""
    loops = []

    def looked(files: Mapping[str, bytes]) -> Trial:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        loops.append(sorted(files))
        return Trial(())

    monkeypatch.setattr(templating, "try_template", looked)
    assert hand_in(official).status == 200
    assert loops == [["photo.jpg", "sample.json", "template.toml"]]


def test_a_form_from_elsewhere_is_refused(official: Visitor) -> None:
    files = {"template": ("template.toml", b"")}
    assert official.post(PAGE, files=files, form_token="no").status == 403
