"""convert: stock, from a manifest and a folder of scans to licences.

Commands act as the official of the body that issues the type, or as whoever `--as` names; confirming takes another
person than entering and comparing, who has to be named. What is confirmed is named by the digest that `convert show`
prints, so that it is what somebody has looked at.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from issuer.converting.grading import Checks
from issuer.converting.manifest import MAX_MANIFEST, read_manifest
from issuer.converting.scan import MAX_SCAN, Scan
from issuer.converting.stock import Stage, Stock, items_of
from issuer.converting.views import stock_view, summary_view
from service.commands.installation import installation, official_named, official_of
from service.commands.output import ERR, OUT, read_file, say_json, visible, write_file
from service.commands.standing_in import acts, decides, officer
from service.problem import Usage
from service.wiring import Yinzheng
from templates.fonts import FONT_FILE
from trust.rules.conversion import Grade
from trust.sealing.ports import Officer
from verifier.confinement import Confinement

SHOWN = 1000
ALL = "all"
convert = typer.Typer(help="存量转换：纸质证照转为电子证照。", no_args_is_help=True)

As = Annotated[str | None, typer.Option("--as", help="办理人账号（默认为该单位的经办人）")]
Number = Annotated[str, typer.Argument(help="存量编号，见 yinzheng convert list")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Lower = Annotated[Grade | None, typer.Option(help="另行降低的证据等级")]


@convert.command("submit")
def submit(
    manifest: Annotated[Path, typer.Argument(help="清单，CSV 或 JSON")],
    type_code: Annotated[str, typer.Option("--type", help="证照类型代码或模板名")],
    scans: Annotated[Path | None, typer.Option(help="扫描件所在文件夹")] = None,
    who: As = None,
    with_json: Json = False,
) -> None:
    """录入一批存量证照；同样的清单可以重复提交。"""
    yinzheng = installation()
    bundle = yinzheng.catalogue.find_bundle(type_code)
    body = yinzheng.catalogue.body_for(bundle)
    if body is None:
        raise Usage("no-body", f"没有机构颁发{bundle.type.name}。", f"no body issues {bundle.name}.")
    by = _officer(who, body)
    rows = read_manifest(read_file(manifest, MAX_MANIFEST), bundle.type, issuer_code=body)
    with _shown(yinzheng):
        kept = {row.file: _scan(yinzheng, scans, row.file, body, by) for row in rows if row.file}
        taken = yinzheng.conversions.submit(rows, kept, by=by)
    _say_all(taken, with_json=with_json)
    ERR.print(f"已录入 {len(taken)} 本，待核对。", markup=False)


@convert.command("list")
def list_stock(
    body: Annotated[str, typer.Option(help="单位代码或账号")],
    stage: Annotated[Stage | None, typer.Option(help="只列出这一状态的")] = None,
    after: Annotated[str, typer.Option(help="从这一编号之后列起")] = "",
    with_json: Json = False,
) -> None:
    """列出一个单位的存量证照。"""
    yinzheng = installation()
    found = yinzheng.conversions.of_body(_body(yinzheng, body), stage, limit=SHOWN, after=after)
    _say_all(found, with_json=with_json)


@convert.command("show")
def show(number: Number, scan: Annotated[Path | None, typer.Option(help="把扫描件存到这里")] = None) -> None:
    """以 JSON 输出一份存量证照的全部情况。"""
    yinzheng, stock = installation(), _stock(number)
    desk = yinzheng.conversions
    if scan is not None:
        write_file(scan, desk.scan_of(stock))
    say_json(stock_view(stock, desk.events(stock), desk.bundle_of(stock)).model_dump(mode="json", by_alias=True))


@convert.command("compare")
def compare(
    number: Number,
    scan: Annotated[str, typer.Option(help="与扫描件一致的项，逗号分隔；all 为全部")] = "",
    register: Annotated[str, typer.Option(help="与登记数据一致的项，逗号分隔；all 为全部")] = "",
    paper: Annotated[bool, typer.Option("--paper", help="核对时纸质原件在场")] = False,
    lower: Lower = None,
    who: As = None,
) -> None:
    """核对：登记什么与什么一致，由此得出证据等级。"""
    stock = _stock(number)
    checks = Checks(_items(stock, scan), _items(stock, register), paper)
    done = installation().conversions.compare(stock, checks, lower=lower, by=_officer(who, stock.body_code))
    ERR.print(f"已核对，证据等级 {done.grade}，待另一人复核。", markup=False)


@convert.command("confirm")
def confirm(
    number: Number,
    content: Annotated[str, typer.Option(help="所复核内容的摘要，见 yinzheng convert show")],
    who: Annotated[str, typer.Option("--as", help="复核人账号，须为录入、核对以外的另一人")],
    pages: Annotated[str, typer.Option(help="看过的页码，逗号分隔，须为全部页")] = "",
    lower: Lower = None,
) -> None:
    """复核：另一人逐页看过以后确认。"""
    stock = _stock(number)
    try:
        seen = [int(page) for page in pages.split(",") if page]
    except ValueError as error:
        raise Usage("pages", "页码应为逗号分隔的整数。", "pages are whole numbers, separated by commas.") from error
    by = officer(decides(official_named(who, stock.body_code)))
    done = installation().conversions.confirm(stock, content=content, pages=seen, lower=lower, by=by)
    ERR.print(f"已复核，证据等级 {done.grade}，待签发。", markup=False)


@convert.command("refuse")
def refuse(number: Number, reason: Annotated[str, typer.Option(help="理由")], who: As = None) -> None:
    """不予转换。"""
    stock = _stock(number)
    installation().conversions.refuse(stock, reason=reason, by=_officer(who, stock.body_code))
    ERR.print("已登记不予转换。", markup=False)


@convert.command("release")
def release(
    numbers: Annotated[list[str], typer.Argument(help="存量编号，可以有多个")],
    out: Annotated[Path | None, typer.Option(help="输出目录，每本一个子目录")] = None,
    who: As = None,
) -> None:
    """签发复核过的存量证照，打印证照标识；重复办理得到同一本。"""
    for number in numbers:
        stock = _stock(number)
        done, issued = installation().conversions.release(stock, by=_officer(who, stock.body_code))
        OUT.print(done.identifier or "", markup=False)
        if out is not None:
            for name, octets in (("licence.ofd", issued.ofd), ("licence.pdf", issued.pdf)):
                write_file(out / number / name, octets)


@contextmanager
def _shown(yinzheng: Yinzheng) -> Iterator[None]:
    """Scans are read and shown in a process apart."""
    readers = Confinement(font=FONT_FILE)
    yinzheng.confine(readers)
    try:
        yield
    finally:
        readers.close()


def _scan(yinzheng: Yinzheng, folder: Path | None, name: str, body: str, by: Officer) -> Scan:
    if folder is None:
        raise Usage("no-scans", "清单里有扫描件，请用 --scans 给出文件夹。", "the manifest names scans: give --scans.")
    octets = read_file(folder / name, MAX_SCAN)
    return yinzheng.conversions.keep_scan(octets, body_code=body, by=by)


def _stock(number: str) -> Stock:
    """The stock of a number; the command line serves all bodies."""
    yinzheng = installation()
    found = yinzheng.archive.stocks.find(number)
    return yinzheng.conversions.find(number, found.body_code if found else "")


def _items(stock: Stock, words: str) -> frozenset[str]:
    if words == ALL:
        return frozenset(items_of(stock.application))
    return frozenset(word.strip() for word in words.split(",") if word.strip())


def _officer(login: str | None, body_code: str) -> Officer:
    """Who acts: the official named, who must be of the body, or the body's first."""
    return officer(acts(official_of(body_code) if login is None else official_named(login, body_code)))


def _body(yinzheng: Yinzheng, word: str) -> str:
    for one in yinzheng.city.bodies:
        if word in (one.login, one.body.code):
            return one.body.code
    raise Usage("no-body", f"没有这个单位：{word}。", f"there is no body {word}.")


def _say_all(found: Sequence[Stock], *, with_json: bool) -> None:
    rows = [summary_view(one) for one in found]
    if with_json:
        say_json([row.model_dump(mode="json") for row in rows])
        return
    for row in rows:
        grade = row.grade or f"自报 {row.claimed}"
        OUT.print(f"{row.number}  {row.stage_label}  {grade}  {visible(row.licence_number)}", markup=False)
