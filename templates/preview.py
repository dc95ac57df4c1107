"""Developer command: draw the sample of every bundle, to look at it and to renew the pictures tests compare with.

    python -m templates.preview OUT_DIR            PDF (and PNG where pypdfium2 is installed) of every bundle
    python -m templates.preview OUT_DIR --accept   also renew each bundle's expected.png

Look at the pictures before accepting them: `expected.png` is what the face is *meant* to look like.
"""

import argparse
import sys
from pathlib import Path

from templates.face import draw_face
from templates.library import Bundle, bundles
from templates.sample import sample_of

PREVIEW_DPI, EXPECTED_DPI = 200, 72


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
    face = draw_face(bundle, sample.licence, sample.qr_text, sample.seal)
    (folder / f"{bundle.name}.pdf").write_bytes(face.pdf)
    (folder / f"{bundle.name}.seal.png").write_bytes(sample.seal.png)
    try:
        import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415  (untyped, and for developers only)
    except ImportError:
        sys.stderr.write("没有安装 pypdfium2，只写出 PDF\n")
        return
    with pypdfium2.PdfDocument(face.pdf) as document:
        page = document[0]
        page.render(scale=PREVIEW_DPI / 72).to_pil().save(folder / f"{bundle.name}.png")
        if accept:
            picture = page.render(scale=EXPECTED_DPI / 72).to_pil().quantize(64)
            picture.save(bundle.folder / "expected.png", optimize=True)
        page.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
