"""`yinzheng template`: check a template that somebody has written, look at its sample, make the contact sheet.

No installation is needed: a department's template is a folder, and nothing of it goes further before it is published.
"""

import io
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from service.commands.output import ERR, OUT, check_writable, say_json, visible, write_file
from service.problem import Usage
from service.template_words import line_of, words_of
from templates.checking import check_folder
from templates.contact_sheet import Pictured, sheet_of, sheet_of_all
from templates.fonts import FONT_FILE
from templates.library import TEMPLATE, Bundle, bundles
from templates.sample_files import sample_files
from templates.words import Fault
from verifier.pictures.drawing import drawn
from verifier.pictures.sheets import Sheet

template = typer.Typer(help="证照模板：检查、预览、联系表。", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(help="模板文件夹，内有 template.toml 和 sample.json")]


@template.command()
def check(folder: Folder, as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False) -> int:
    """检查模板，一次说出全部问题；有问题时退出码为 1。"""
    bundle, faults = _checked(folder)
    if as_json:
        say_json({"template": folder.name, "faults": [_as_json(fault) for fault in faults]})
    elif faults or bundle is None:
        _tell(folder, faults)
    else:
        pages = "、".join(f"{sheet.width:g}×{sheet.height:g}" for sheet in bundle.layout.sheets)
        OUT.print(f"没有问题：{visible(bundle.type.name)}（{bundle.template}），页面 {pages} 毫米。", markup=False)
    return 1 if faults else 0


@template.command()
def preview(folder: Folder, out: Annotated[Path, typer.Option("--out", help="写到这个文件夹")]) -> int:
    """画出模板的样例：sample.pdf、sample.ofd 和每一页的 PNG（均未盖章签名，仅供查看）。"""
    check_writable(out / "sample.pdf")
    bundle, faults = _checked(folder)
    if bundle is None:
        _tell(folder, faults)
        return 1
    _tell(folder, faults)
    if any(fault.group == "sample" for fault in faults):
        return 1
    files = sample_files(bundle)
    write_file(out / "sample.pdf", files.pdf)
    write_file(out / "sample.ofd", files.ofd)
    for number, picture in enumerate(page_pictures(files.pdf), start=1):
        write_file(out / f"sample-{number}.png", picture)
    OUT.print(f"已写到 {visible(str(out))}。", markup=False)
    return 1 if faults else 0


@template.command()
def sheet(out: Annotated[Path, typer.Argument(help="写到这个文件夹，例如 docs/faces")]) -> None:
    """做联系表：每个证照类型的 PDF 和 OFD 并排，另有一张总表。"""
    check_writable(out / "all.jpg")
    pictured = [pictured_of(bundle) for bundle in bundles()]
    for one in pictured:
        write_file(out / f"{one.name}.jpg", sheet_of(one))
    write_file(out / "all.jpg", sheet_of_all(pictured))
    OUT.print(f"已写到 {visible(str(out))}：{len(pictured)} 个类型。", markup=False)


def pictured_of(bundle: Bundle) -> Pictured:
    """The sample of a type, both its files drawn."""
    files = sample_files(bundle)
    pdf, ofd = (tuple(_opened(page) for page in page_pictures(octets)) for octets in (files.pdf, files.ofd))
    return Pictured(bundle.name, bundle.type.name, pdf, ofd)


def page_pictures(octets: bytes) -> list[bytes]:
    """The pages of a file of ours as PNGs, in their order."""
    sheets = [part for part in drawn(octets, FONT_FILE) if isinstance(part, Sheet)]
    return [one.picture for one in sorted(sheets, key=lambda one: one.page)]


def _opened(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as opened:
        return opened.convert("RGB")


def _checked(folder: Path) -> tuple[Bundle | None, tuple[Fault, ...]]:
    if not folder.is_dir():
        raise Usage("no-template", f"没有模板文件夹 {folder}。", f"there is no folder {folder}.")
    return check_folder(folder.resolve())


def _tell(folder: Path, faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        name = "" if fault.where.startswith("sample.json") else f"{TEMPLATE} "
        ERR.print(f"{visible(folder.name)}: {name}{visible(line_of(fault))}", markup=False)
    if faults:
        ERR.print(f"共 {len(faults)} 处问题。 {len(faults)} faults.", markup=False)


def _as_json(fault: Fault) -> dict[str, object]:
    zh, en = words_of(fault)
    return {"reason": fault.reason, "where": fault.where, "line": fault.line, "fact": fault.fact, "zh": zh, "en": en}
