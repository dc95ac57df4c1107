"""Pictures on faces: what is taken as it is, what is decoded and made anew, and what is refused."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from service.photograph_series import series
from service.photographs import taken_apart
from templates.checking import check_folder
from templates.errors import PictureRefused
from templates.face import draw_face
from templates.library import FOLDER, inspect_bundle, load_bundle
from templates.photo import MAX_OCTETS, photo_name, take_photo
from templates.preview import rendered
from templates.raster import MAX_DOTS, read_raster
from templates.sample import sample_of
from tests.face_parts import difference


def picture(form: str, size: tuple[int, int] = (300, 400), mode: str = "RGB", **how: object) -> bytes:
    held = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.save(held, form, **how)  # type: ignore[arg-type]  # the test knows the options
    return held.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def with_chunk(png: bytes, name: bytes) -> bytes:
    return png[:33] + chunk(name, b"x\0y") + png[33:]


def with_segment(jpeg: bytes, kind: int) -> bytes:
    return jpeg[:2] + bytes((0xFF, kind)) + struct.pack(">H", 6) + b"abcd" + jpeg[2:]


JPEG, PNG = picture("JPEG"), picture("PNG")


@pytest.mark.parametrize(
    ("octets", "channels"),
    [(JPEG, 3), (picture("JPEG", mode="L"), 1), (PNG, 3), (picture("PNG", mode="L"), 1), (picture("PNG", mode="P"), 1)],
)
def test_a_plain_picture_is_taken_as_it_is(octets: bytes, channels: int) -> None:
    raster = read_raster(octets)
    assert (raster.octets, raster.columns, raster.rows, raster.channels) == (octets, 300, 400, channels)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "picture-format"),
        (b"GIF89a" + bytes(60), "picture-format"),
        (JPEG[:400], "picture-format"),
        (JPEG + b"more", "picture-format"),
        (JPEG + JPEG, "picture-format"),
        (picture("JPEG", progressive=True), "picture-format"),
        (picture("JPEG", mode="CMYK"), "picture-metadata"),
        (with_segment(JPEG, 0xE1), "picture-metadata"),
        (with_segment(JPEG, 0xFE), "picture-metadata"),
        (with_segment(JPEG, 0xEE), "picture-metadata"),
        (PNG[:-4], "picture-format"),
        (PNG[:60] + b"\0" + PNG[61:], "picture-format"),
        (PNG + b"more", "picture-format"),
        (picture("PNG", mode="RGBA"), "picture-format"),
        (picture("PNG", mode="LA"), "picture-format"),
        (with_chunk(PNG, b"tEXt"), "picture-metadata"),
        (with_chunk(PNG, b"eXIf"), "picture-metadata"),
        (with_chunk(PNG, b"tRNS"), "picture-metadata"),
        (picture("JPEG", size=(MAX_DOTS + 1, 8)), "picture-dots"),
        (picture("PNG", size=(8, MAX_DOTS + 1)), "picture-dots"),
        (JPEG + bytes(1024 * 1024), "picture-octets"),
    ],
)
def test_what_readers_could_take_differently_is_refused(octets: bytes, reason: str) -> None:
    with pytest.raises(PictureRefused) as caught:
        read_raster(octets)
    assert caught.value.reason == reason


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_photograph_becomes_a_plain_jpeg_of_the_size_of_its_place(form: str) -> None:
    made = take_photo(picture(form, size=(700, 900)), 26, 32)
    raster = read_raster(made)
    assert (raster.form, raster.columns, raster.rows, raster.channels) == ("JPEG", 307, 378, 3)
    assert made == take_photo(picture(form, size=(700, 900)), 26, 32), "the same octets every time"
    assert photo_name(made).startswith("sm3:")


def test_a_photograph_is_turned_upright_and_loses_what_is_not_picture() -> None:
    image = Image.new("RGB", (600, 400), "white")
    image.paste((200, 0, 0), (0, 0, 600, 100))
    held = io.BytesIO()
    turned = Image.Exif()
    turned[0x0112] = 6
    turned[0x010E] = "home address"
    image.save(held, "JPEG", exif=turned)
    made = take_photo(held.getvalue(), 40, 60)
    assert b"home" not in made
    with Image.open(io.BytesIO(made)) as shown:
        assert shown.getpixel((shown.width - 5, shown.height // 2))[0] > 150  # type: ignore[index]  # an RGB picture
        assert min(shown.getpixel((5, shown.height // 2))) > 200  # type: ignore[type-var,arg-type]  # as above


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "picture-octets"),
        (bytes(MAX_OCTETS + 1), "picture-octets"),
        (b"%PDF-1.7", "picture-format"),
        (JPEG[:500], "picture-format"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)), "picture-dots"),
        (picture("PNG", size=(90, 90)), "picture-dots"),
        (picture("GIF"), "picture-format"),
        (picture("PNG", size=(500, 400)), "picture-shape"),
        (picture("JPEG", size=(400, 800)), "picture-shape"),
    ],
)
def test_what_is_no_photograph_is_refused_here_and_in_a_process_apart(octets: bytes, reason: str) -> None:
    with series() as child:
        for take in (take_photo, taken_apart, child.take):
            with pytest.raises(PictureRefused) as caught:
                take(octets, 26, 32)
            assert caught.value.reason == reason


def test_a_process_apart_gives_the_same_photograph() -> None:
    octets = picture("PNG", size=(500, 640))
    assert taken_apart(octets, 26, 32) == take_photo(octets, 26, 32)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_background_lies_below_everything_on_both_files(tmp_path: Path, form: str) -> None:
    plain = load_bundle("teacher-qualification")
    source = FOLDER / plain.name
    name = f"ground.{'jpg' if form == 'JPEG' else 'png'}"
    image = Image.new("RGB", (420, 296), (255, 240, 200))
    image.save(tmp_path / name, form)
    template = (source / "template.toml").read_text("utf-8").replace("[layout]", f'[layout]\nbackground = "{name}"', 1)
    (tmp_path / "template.toml").write_text(template, "utf-8")
    (tmp_path / "sample.json").write_bytes((source / "sample.json").read_bytes())
    bundle, faults = inspect_bundle(tmp_path)
    assert faults == ()
    assert bundle is not None
    told = sample_of(bundle)
    face = draw_face(bundle, told.licence, told.qr_text, told.seal)
    (page,) = rendered(face.pdf, 72)
    assert page.getpixel((12, 12)) == pytest.approx((255, 240, 200), abs=3)
    assert (tmp_path / name).read_bytes() in [image.octets for image in face.ofd.images]
    before = rendered(draw_face(plain, replace(told.licence), told.qr_text, told.seal).pdf, 72)[0]
    assert difference(page, before) > 5


@pytest.mark.parametrize(
    ("name", "reason"),
    [("../ground.png", "background-missing"), ("none.png", "background-missing"), ("bad.png", "picture-format")],
)
def test_a_background_that_is_none_is_told(tmp_path: Path, name: str, reason: str) -> None:
    source = FOLDER / "teacher-qualification"
    (tmp_path / "bad.png").write_bytes(PNG[:50])
    template = (source / "template.toml").read_text("utf-8").replace("[layout]", f'[layout]\nbackground = "{name}"', 1)
    (tmp_path / "template.toml").write_text(template, "utf-8")
    bundle, faults = inspect_bundle(tmp_path)
    assert bundle is None
    assert [(fault.reason, fault.where) for fault in faults] == [(reason, "layout.background")]


GROUNDS: dict[str, tuple[Callable[[], Image.Image], set[str]]] = {
    "pale paper": (lambda: Image.new("RGB", (420, 296), (255, 240, 200)), set()),
    "a fine pattern of dark lines, pale from afar": (lambda: striped(40, 1), set()),
    "black": (lambda: Image.new("RGB", (420, 296), (10, 10, 10)), {"pale-on-background"}),
    "a middle grey": (lambda: Image.new("L", (420, 296), 90), {"pale-on-background"}),
    "broad dark stripes": (lambda: striped(30, 15), {"pale-on-background"}),
    "no picture at all, behind its header": (lambda: Image.new("RGB", (420, 296)), {"picture-format"}),
}


def striped(each: int, wide: int) -> Image.Image:
    """White paper of 840 by 592 dots with dark stripes so wide, one in so many dots."""
    image = Image.new("RGB", (840, 592), "white")
    for top in range(0, 592, each):
        image.paste((20, 20, 20), (0, top, 840, top + wide))
    return image


@pytest.mark.parametrize(("make", "reasons"), GROUNDS.values(), ids=GROUNDS)
def test_texts_stand_out_from_the_background_as_it_is_printed(
    tmp_path: Path, make: Callable[[], Image.Image], reasons: set[str]
) -> None:
    source = FOLDER / "teacher-qualification"
    folder = tmp_path / source.name
    folder.mkdir()
    make().save(folder / "ground.png")
    if "picture-format" in reasons:
        octets = (folder / "ground.png").read_bytes()
        place = octets.index(b"IDAT")
        length = int.from_bytes(octets[place - 4 : place], "big")
        (folder / "ground.png").write_bytes(
            octets[: place - 4] + chunk(b"IDAT", bytes(length)) + octets[place + 8 + length :]
        )
    template = (
        (source / "template.toml").read_text("utf-8").replace("[layout]", '[layout]\nbackground = "ground.png"', 1)
    )
    (folder / "template.toml").write_text(template, "utf-8")
    (folder / "sample.json").write_bytes((source / "sample.json").read_bytes())
    bundle, faults = check_folder(folder)
    assert bundle is not None
    assert {fault.reason for fault in faults} == reasons
    if "pale-on-background" in reasons:
        assert any("layout.slot" in fault.where for fault in faults), "places of values too"
