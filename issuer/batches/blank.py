"""Templates to fill in 填写模板, made from the rules of a type: as CSV and as XLSX.

The CSV has the headers and one line of hints, marked 说明 in the column 序号, which reading passes over. The XLSX has
the sheet 批量填写, all of whose columns are text, so that long numbers stay as they are typed, and the sheet 填写说明.
"""

from issuer.batches.columns import SERIAL, columns_of
from issuer.batches.hints import choices_of, form_of, hint_of
from issuer.batches.neutral import csv_octets
from issuer.batches.xlsx_lines import FILLED, HINTS
from issuer.batches.xlsx_writing import NewSheet, xlsx_octets
from trust.rules.catalogue import LicenceType


def blank_csv(kind: LicenceType) -> bytes:
    """The template as CSV."""
    columns = columns_of(kind)
    hints = ["说明" if column.header == SERIAL else hint_of(column, kind) for column in columns]
    return csv_octets([[column.header for column in columns], hints])


def blank_xlsx(kind: LicenceType) -> bytes:
    """The template as XLSX."""
    columns = columns_of(kind)
    filled = NewSheet(
        FILLED,
        rows=(tuple(column.header for column in columns),),
        widths=tuple(max(10.0, min(40.0, 2.2 * len(column.header) + 4)) for column in columns),
        choices={place: names for place, column in enumerate(columns) if (names := choices_of(column))},
        wanted=frozenset(place for place, column in enumerate(columns) if column.required),
    )
    rows = [
        (column.header, "必填" if column.required else "选填", form_of(column, kind), "、".join(column.names))
        for column in columns
    ]
    hints = NewSheet(HINTS, rows=(("列", "要求", "填写方法", "也可写作"), *rows), widths=(24.0, 8.0, 80.0, 60.0))
    return xlsx_octets([filled, hints])
