"""Developer command: draw the sample of every bundle, to look at it and to renew the pictures tests compare with.

    python -m templates.preview OUT_DIR            PDF (and PNG where pypdfium2 is installed) of every bundle
    python -m templates.preview OUT_DIR --accept   also renew each bundle's expected.png

Look at the pictures before accepting them: `expected.png` is what the face is *meant* to look like. Pages stand below
each other.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from templates.face import draw_face
from templates.library import Bundle, bundles
from templates.sample import sample_of

PREVIEW_DPI, EXPECTED_DPI = 150, 72
_GAP = 6
_GREY = (150, 150, 150)


def main(arguments: list[str]) -> int:
    """Draw all samples into the folder named first; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m templates.preview", description="画出每个模板的样例")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accept", action="store_true", help="更新各模板的 expected.png")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for bundle in bundles():
        _preview(bundle, chosen.folder, accept=chosen.accept)
    return 0


def _preview(bundle: Bundle, folder: Path, *, accept: bool) -> None:
    sample = sample_of(bundle)
    pdf = draw_face(bundle, sample.licence, sample.qr_text, sample.seal, photos=sample.photos).pdf
    (folder / f"{bundle.name}.pdf").write_bytes(pdf)
    try:
        stacked(rendered(pdf, PREVIEW_DPI)).save(folder / f"{bundle.name}.png")
    except ImportError:
        sys.stderr.write("没有安装 pypdfium2，只写出 PDF\n")
        return
    if accept:
        picture = stacked(rendered(pdf, EXPECTED_DPI)).quantize(48)
        picture.save(bundle.folder / "expected.png", optimize=True)


def rendered(pdf: bytes, dpi: float) -> list[Image.Image]:
    """The pages of a PDF as pictures.

    Raises:
        ImportError: pypdfium2 is not installed.

    """
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415  (untyped, and for developers only)

    document: Any = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures below each other, on grey where they differ in width."""
    width = max(picture.width for picture in pictures)
    height = sum(picture.height for picture in pictures) + _GAP * (len(pictures) - 1)
    paper = Image.new("RGB", (width, height), _GREY)
    top = 0
    for picture in pictures:
        paper.paste(picture, ((width - picture.width) // 2, top))
        top += picture.height + _GAP
    return paper


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
