"""Workbooks made by hand, so that they may be as wrong as they like; and rows of real types."""

import io
import zipfile
from typing import Any

from issuer.batches.reading import read_sheet
from issuer.batches.sheet import Row, Sheet
from issuer.batches.unissued import rows_csv as written
from templates.library import load_bundle
from trust.rules.catalogue import LicenceType

KIND = load_bundle("food-operation").type
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>'
    '<numFmt numFmtId="165" formatCode="[Red]0.00&quot;day&quot;"/></numFmts>'
    '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="1"/></cellXfs></styleSheet>'
)


def sample(name: str = "food-operation") -> dict[str, Any]:
    """The members of an application for this type."""
    licence = load_bundle(name).read_sample()["licence"]
    kept = ("number", "issued_on", "valid_from", "valid_until", "area_code")
    return {key: licence[key] for key in kept if licence[key]} | {
        "holders": licence["holders"],
        "fields": dict(licence["fields"]),
    }


def rows_csv(kind: LicenceType, *rows: tuple[int, dict[str, Any]]) -> bytes:
    """A file with these rows, by number and members."""
    return written(kind, [(Row(*row), "请核对。") for row in rows])


def wide(text: str) -> str:
    """The text in full width."""
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


def packed(parts: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def parts_of(sheet: str, **more: str) -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet."""
    return {
        "_rels/.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="一" sheetId="1" r:id="s1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{RELS}"><Relationship Id="s1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="s2" Type="{OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
            f'<Relationship Id="s3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": sheet,
    } | more


def worksheet(rows: str, before: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def line(*cells: str, attributes: str = "") -> str:
    return f"<row {attributes}>{''.join(cells)}</row>"


def headers_and_row(members: dict[str, Any], **cells: str) -> tuple[str, str]:
    """A heading and a line with all of these members, where `cells` replace those of a place (`holder_code`)."""
    holder = members["holders"][0]
    values = {key: value for key, value in members.items() if isinstance(value, str)}
    values |= {f"holder_{key}": value for key, value in holder.items()}
    values |= members["fields"]
    made = [cells.get(name, text_cell(value)) for name, value in values.items()]
    return line(*(text_cell(name) for name in values)), line(*made)


def read(octets: bytes, name: str = "批次.xlsx", **more: Any) -> Sheet:
    return read_sheet(io.BytesIO(octets), name=name, **{"kind": KIND, **more})


def reasons(sheet: Sheet) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.reason) for one in sheet.problems]


def only_row(sheet: Sheet) -> Row:
    assert not sheet.problems, sheet.problems
    (row,) = sheet.rows
    return row
