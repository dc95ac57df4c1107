"""Writing XLSX workbooks of texts (ECMA-376 part 1, transitional): the same content gives the same octets.

Every cell and every column is of the format `@`, text: what is typed there later stays as it is typed. The first line
is a heading that stays in view.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LONGEST_LIST = 255
_LAST_ROW = 1_048_576
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_WHEN = (1980, 1, 1, 0, 0, 0)
_TEXT, _HEADING, _WANTED = 1, 2, 3

_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts><fills count="4">'
    '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFBE9D7"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="3" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class NewSheet:
    """A sheet to be written: `choices` are lists for the cells of a column, `wanted` headings that are set off.

    Rows are gone through once, while the sheet is written.
    """

    name: str
    rows: Iterable[Sequence[str]]
    widths: tuple[float, ...]
    choices: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    wanted: frozenset[int] = frozenset()


def xlsx_octets(sheets: Sequence[NewSheet]) -> bytes:
    """A workbook of these sheets."""
    packed = io.BytesIO()
    write_xlsx(packed, sheets)
    return packed.getvalue()


def write_xlsx(file: BinaryIO, sheets: Sequence[NewSheet]) -> None:
    """Write a workbook of these sheets, row by row; the file stays open."""
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(_entry(name), text.encode())
        for number, sheet in enumerate(sheets, 1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w") as part:
                for piece in _sheet(sheet):
                    part.write(piece.encode())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return entry


def column_letters(place: int) -> str:
    """The letters of a column counted from 0."""
    letters, rest = "", place + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(65 + last) + letters
    return letters


def _content_types(sheets: int) -> str:
    parts = [("/xl/workbook.xml", f"{_TYPES}.sheet.main+xml"), ("/xl/styles.xml", f"{_TYPES}.styles+xml")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", f"{_TYPES}.worksheet+xml") for number in range(1, sheets + 1)]
    kinds = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="{rels}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{kinds}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    made = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'


def _workbook(sheets: Sequence[NewSheet]) -> str:
    made = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{made}</sheets></workbook>'


def _sheet(sheet: NewSheet) -> Iterator[str]:
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{width:.1f}" style="{_TEXT}" customWidth="1"/>'
        for place, width in enumerate(sheet.widths, 1)
    )
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>"
    )
    for number, row in enumerate(sheet.rows, 1):
        yield _row(number, row, sheet)
    yield f"</sheetData>{_validations(sheet)}</worksheet>"


def _row(number: int, row: Sequence[str], sheet: NewSheet) -> str:
    cells = "".join(
        f'<c r="{column_letters(place)}{number}" s="{_style(number, place, sheet)}" t="inlineStr">'
        f'<is><t xml:space="preserve">{_text(text)}</t></is></c>'
        for place, text in enumerate(row)
        if text
    )
    return f'<row r="{number}">{cells}</row>'


def _style(number: int, place: int, sheet: NewSheet) -> int:
    return _TEXT if number > 1 else _WANTED if place in sheet.wanted else _HEADING


def _text(text: str) -> str:
    """Text as XML carries it: `_x0041_` would be read as a letter, and controls cannot stand there at all."""
    return escape(_CONTROLS.sub(lambda found: f"_x{ord(found[0]):04X}_", text.replace("_x", "_x005F_x")))


def _validations(sheet: NewSheet) -> str:
    """Lists to choose from, as far as the format lets a list stand in a cell's rule."""
    lists = {place: ",".join(names) for place, names in sheet.choices.items()}
    fitting = {
        place: text
        for place, text in lists.items()
        if len(text) <= _LONGEST_LIST and '"' not in text and text.count(",") == len(sheet.choices[place]) - 1
    }
    made = "".join(
        f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" '
        f'sqref="{column_letters(place)}2:{column_letters(place)}{_LAST_ROW}">'
        f"<formula1>{escape(chr(34) + text + chr(34))}</formula1></dataValidation>"
        for place, text in fitting.items()
    )
    return f'<dataValidations count="{len(fitting)}">{made}</dataValidations>' if fitting else ""
