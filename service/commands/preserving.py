"""preserve: keeping a sealed file verifiable for many years, by an archive record or inside a PDF."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands.installation import installation
from service.commands.output import ERR, EXIT, check_writable, read_file, write_file
from service.preserving import Extras, Preserving, read_extras
from service.problem import Usage
from trust.errors import Malformed
from trust.formats.archive import MAX_ARCHIVE, Archive, decode_archive, encode_archive
from trust.rules.licence import CHINA
from trust.rules.verdict import Indication
from verifier.errors import EvidenceUnusable
from verifier.recognising import MAX_FILE

MAX_EXTRA = 4 * 1024 * 1024


def preserve(
    file: Annotated[Path, typer.Argument(help="已盖章的文件或证照（OFD、PDF）")],
    out: Annotated[Path, typer.Option(help="归档证据写到哪里；--embed 时为新的 PDF")],
    renew: Annotated[Path | None, typer.Option(help="续期：此前的归档证据")] = None,
    embed: Annotated[bool, typer.Option("--embed", help="把验证资料和时间戳写进 PDF 本身")] = False,
    extra: Annotated[
        list[Path] | None, typer.Option("--with", help="外部机构的证书（PEM、DER）或撤销列表（DER），可多次")
    ] = None,
) -> None:
    """归档保全：保存核验依据并加盖时间戳，使多年以后仍可核验。"""
    if embed and renew is not None:
        raise Usage("preserve", "--embed 与 --renew 不能同时使用。", "--embed and --renew exclude each other.")
    check_writable(out)
    data = read_file(file, MAX_FILE)
    preserving, extras = installation().preserving, extras_in(extra or [])
    if embed:
        _embed(preserving, data, extras, out)
        return
    kept = preserving.renew(data, archive_in(renew), extras) if renew else preserving.archive(data, extras)
    write_file(out, encode_archive(kept.archive))
    until = f"，须在 {kept.renew_by.astimezone(CHINA):%Y-%m-%d} 之前续期（--renew）" if kept.renew_by else ""
    ERR.print(f"归档证据共 {len(kept.archive.layers)} 层，在 {out}{until}", markup=False)
    if kept.examined.verdict.indication is not Indication.PASSED:
        ERR.print("注意：文件目前的核验结论是“无法确认”，归档证据不会使它变好。", markup=False)
        raise typer.Exit(EXIT[kept.examined.verdict.indication])


def _embed(preserving: Preserving, data: bytes, extras: Extras, out: Path) -> None:
    kept = preserving.keep_in_pdf(data, extras)
    write_file(out, kept.file)
    if kept.complete:
        ERR.print(f"已写入验证资料并加盖文档时间戳（B-LTA），文件在 {out}", markup=False)
    else:
        ERR.print(f"已加盖文档时间戳（B-T），文件在 {out}；下一期撤销列表公布后再运行一次。", markup=False)


def archive_in(path: Path) -> Archive:
    """The archive record in a file.

    Raises:
        EvidenceUnusable: it cannot be read.

    """
    try:
        return decode_archive(read_file(path, MAX_ARCHIVE))
    except Malformed as error:
        raise EvidenceUnusable(error.reason, path.name) from error


def extras_in(paths: list[Path]) -> Extras:
    """Certificates and revocation lists in files.

    Raises:
        EvidenceUnusable: one of them is neither.

    """
    try:
        return read_extras([read_file(path, MAX_EXTRA) for path in paths])
    except Malformed as error:
        raise EvidenceUnusable(error.reason, "--with") from error
