"""batch rows, face, table, digest: a batch is looked at before it is approved, and compared with the table one has.

What is opened is noted for the official who opens it: `batch approve` asks for both, by the same person. The digest can
be had anew from the file that was handed in, or from the table that is written here.
"""

from pathlib import Path
from typing import Annotated

import typer

from issuer.batches.sheet import Row as SheetRow
from issuer.batches.unissued import shown
from service.commands.batching import (
    REFUSED,
    As,
    File,
    Maps,
    Number,
    batch,
    batch_of,
    ending_of,
    line_of,
    mapping_of,
    officer_for,
    opened,
)
from service.commands.installation import installation
from service.commands.output import ERR, OUT, check_writable, visible, write_file, write_pieces

__all__ = ["batch"]


@batch.command("rows")
def rows(
    number: Number,
    who: As = None,
    words: Annotated[str, typer.Option("--find", help="只要含有这些字的行")] = "",
    after: Annotated[int, typer.Option(min=0, help="从这一行之后看起")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多显示的行数")] = 20,
) -> None:
    """显示一个批次的列名对应和各行内容；审批人须先看过。"""
    yinzheng, one = installation(), batch_of(number)
    seen = yinzheng.batches.open_rows(one, by=officer_for(who, one.body_code), words=words, limit=limit, after=after)
    for header, column in one.headers:
        ERR.print(visible(f"列名“{header}”：{f'读作{column}' if column else '没有读'}"), markup=False)
    ERR.print(f"共 {one.total} 行，从第 {seen.first} 行到第 {seen.last} 行；内容摘要 {one.digest}", markup=False)
    headers, lines = shown(
        yinzheng.office.face(one.type_code, one.template).type, [SheetRow(row.number, row.members) for row in seen.rows]
    )
    for row, cells in zip(seen.rows, lines, strict=True):
        told = "，".join(f"{header} {cell}" for header, cell in zip(headers, cells, strict=True) if cell)
        OUT.print(visible(f"第 {row.number} 行：{told}"), markup=False)


@batch.command("face")
def face(
    number: Number,
    row: Annotated[int, typer.Argument(min=1, help="行号")],
    out: Annotated[Path, typer.Option(help="输出文件，PDF")],
    who: As = None,
) -> None:
    """把一行的照面样张写成 PDF，没有印章，二维码是空的；审批人须先看过。"""
    yinzheng, one = installation(), batch_of(number)
    check_writable(out)
    write_file(out, yinzheng.batches.open_face(one, row, by=officer_for(who, one.body_code)))
    ERR.print(f"第 {row} 行的照面样张已写入 {out}", markup=False)


@batch.command("table")
def table(number: Number, out: Annotated[Path, typer.Option(help="输出文件，.xlsx 或 .csv")]) -> None:
    """把一个批次的全部各行写成表格；读出来，内容摘要与批次的相同。"""
    ending, yinzheng, one = ending_of(out), installation(), batch_of(number)
    check_writable(out)
    write_pieces(out, yinzheng.batches.table(one, ending))
    ERR.print(f"全部 {one.total} 行已写入 {out}", markup=False)


@batch.command("digest")
def digest(number: Number, file: File, maps: Maps = None) -> None:
    """由表格算出内容摘要，与批次的比对；不符时退出码为 1。"""
    yinzheng, one = installation(), batch_of(number)
    with opened(file) as table:
        sheet = yinzheng.batches.read(table, type_code=one.type_code, name=file.name, mapping=mapping_of(maps or []))
    for problem in sheet.problems:
        ERR.print(line_of(problem), markup=False)
    found = yinzheng.batches.digest_of(sheet, one)
    OUT.print(found, markup=False)
    if sheet.problems or found != one.digest:
        ERR.print(f"与批次的内容摘要不符：{one.digest}", markup=False)
        raise typer.Exit(REFUSED)
    ERR.print("与批次的内容摘要相符。", markup=False)
