"""Reading the tables of batches: rows a second from CSV and XLSX, every cell judged, beside openpyxl's bare reading.

The table is the same in both formats: business licences with invented holders, twenty columns and more. Ours goes all
the way from octets to the members of applications: bounds, headers, damaged values, problems in words. openpyxl in its
read-only mode gives the values of the cells and judges nothing; Python's own csv splits lines. All in the same run.
"""

import csv
import io

import openpyxl  # type: ignore[import-untyped]  # it comes without types

from bench.rows import Row, measure_together
from issuer.batches.reading import read_sheet
from issuer.batches.sheet import Row as SheetRow
from issuer.batches.unissued import rows_csv, rows_xlsx
from templates.library import load_bundle

KIND, ROWS = load_bundle("business-licence").type, 500
OURS_CSV, OURS_XLSX = "CSV: read, every cell judged", "XLSX: read, every cell judged"
PEER_CSV, PEER_XLSX = "CSV: Python's csv, cells only", "XLSX: openpyxl read-only, cells only"


def run() -> list[Row]:
    """Rows a second for each way."""
    rows = [(SheetRow(number, members(number)), "") for number in range(2, ROWS + 2)]
    text, book = rows_csv(KIND, rows), rows_xlsx(KIND, rows)
    ways = {
        PEER_CSV: lambda: sum(1 for _ in csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))),
        OURS_CSV: lambda: ours(text),
        PEER_XLSX: lambda: theirs(book),
        OURS_XLSX: lambda: ours(book),
    }
    found = {name: (rate * ROWS, spread * ROWS) for name, (rate, spread) in measure_together(ways).items()}
    peers = {OURS_CSV: PEER_CSV, OURS_XLSX: PEER_XLSX}
    return [
        Row(name, rate, "rows/s", peers.get(name), rate / found[peers[name]][0] if name in peers else None, spread)
        for name, (rate, spread) in found.items()
    ]


def members(number: int) -> dict[str, object]:
    """The sample of the type under a number of its own."""
    licence = load_bundle("business-licence").read_sample()["licence"]
    kept = ("issued_on", "valid_from", "valid_until", "area_code")
    plain = {key: licence[key] for key in kept if licence[key]}
    return plain | {"number": f"PM{number:08d}", "holders": licence["holders"], "fields": dict(licence["fields"])}


def ours(octets: bytes) -> int:
    """Read a table whole; only one without a problem is worth timing."""
    sheet = read_sheet(io.BytesIO(octets), name="", kind=KIND)
    if sheet.problems or len(sheet.rows) != ROWS:
        raise RuntimeError(f"not read: {sheet.problems[:1]}")
    return len(sheet.rows)


def theirs(octets: bytes) -> int:
    """Go through the same cells with openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(octets), read_only=True)
    try:
        return sum(1 for sheet in book.worksheets for _ in sheet.iter_rows(values_only=True))
    finally:
        book.close()
