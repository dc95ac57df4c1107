"""Cases of tables that programs throw away, and of objects that no table names."""

import re
from functools import partial
from itertools import product

from tests.attacks.pdf_cases import OPEN, Case
from tests.attacks.pdf_foreign import appended, foreign, next_number, signed_by_pyhanko, stamped, with_store
from tests.attacks.pdf_making import letter, ours, ours_locked
from tests.attacks.pdf_rebuilding import (
    behind_stream,
    between,
    hidden_before,
    in_certificate,
    in_comment,
    in_string_of_trailer,
    in_trailer,
    last_table,
    last_trailer,
    metadata_of_kind,
    on_compact,
    packed_unnamed,
    row_of_unknown_kind,
    rows_of_19,
    rows_with_return,
    store_appended,
    stream_inside,
    stream_too_long,
    table_before,
    twice_in_table,
    unchanged,
)


def rebuilding() -> list[Case]:
    """Objects that no table names, tables that programs throw away, and both."""
    forged = {
        "in the trailer": (in_trailer, "pdf-unlisted-object"),
        "in a text of the trailer": (in_string_of_trailer, "pdf-unlisted-object"),
        "in a certificate": (in_certificate, "pdf-unlisted-object"),
        "in a comment": (in_comment, "pdf-unlisted-object"),
        "between revisions": (between, "pdf-unlisted-object"),
        "twice in the table": (twice_in_table, "pdf-table-form"),
    }
    tables = {
        "": lambda data: data,
        ", rows of 19 octets": rows_of_19,
        ", rows with returns": rows_with_return,
    }
    files = {"": ours, ", locked file": ours_locked, ", foreign file": foreign}
    together = [
        Case(
            f"Rebuild: object {place}{table}{file}{stamp}",
            partial(lambda way, start, spell, last: last(spell(way(start()))), make, begin, respell, end),
            code,
        )
        for (place, (make, code)), (table, respell), (file, begin), (stamp, end) in product(
            forged.items(), tables.items(), files.items(), {"": unchanged, ", then stamped": stamped}.items()
        )
        if not file or table == ", rows of 19 octets"
    ]
    return [*together, *malformed_tables(), *unlike_before_signing()]


def malformed_tables() -> list[Case]:
    """Tables that one program forgives and another does not."""
    update = partial(store_appended, ours())
    changed = {
        "rows of 19 octets": lambda: rows_of_19(update()),
        "rows with returns": lambda: rows_with_return(update()),
        "an empty line first": lambda: last_table(update(), lambda table: b"\n" + table),
        "two spaces in a header": lambda: last_table(update(), lambda table: table.replace(b"0 1\n", b"0  1\n", 1)),
        "zeros before a count": lambda: last_table(update(), lambda table: table.replace(b"0 1\n", b"0 01\n", 1)),
        "number nought in use": lambda: last_table(update(), lambda table: table.replace(b"65535 f", b"00000 n", 1)),
        "a sign before the size": lambda: last_trailer(update(), lambda end: end.replace(b"/Size ", b"/Size +")),
        "a broken number for the size": lambda: last_trailer(
            update(), lambda end: re.sub(rb"/Size (\d+)", rb"/Size \1.5", end)
        ),
        "a sign before the older table": lambda: last_trailer(update(), lambda end: end.replace(b"/Prev ", b"/Prev +")),
        "zeros behind startxref": lambda: last_trailer(
            update(), lambda end: end.replace(b"startxref\n", b"startxref\n00")
        ),
        "a word behind the trailer": lambda: last_trailer(
            update(), lambda end: end.replace(b"startxref", b"endobj\nstartxref")
        ),
        "a second trailer": lambda: last_trailer(
            update(), lambda end: end.replace(b"startxref", b"trailer << /Size 1 >>\nstartxref")
        ),
        "a stream longer than it says": stream_too_long,
        "a row of unknown kind in a stream": row_of_unknown_kind,
        "a stream inside a dictionary": stream_inside,
    }
    return [
        *(Case(f"Table: {what}", make, "pdf-table-form") for what, make in changed.items()),
        Case("Table: object behind a stream", lambda: behind_stream(on_compact()), "pdf-unlisted-object"),
        Case("Table: metadata that are an object stream", lambda: metadata_of_kind("ObjStm"), "pdf-unlisted-object"),
        Case("Table: metadata that are a table", lambda: metadata_of_kind("XRef"), "pdf-unlisted-object"),
    ]


def unlike_before_signing() -> list[Case]:
    """Files that could be read in two ways when they were signed: nobody can say what was meant."""
    code = "pdf-read-differently"
    return [
        Case("Before: object that no table names", hidden_before, code, OPEN),
        Case(
            "Before: object in an object stream that no table names",
            lambda: signed_by_pyhanko(packed_unnamed()),
            code,
            OPEN,
        ),
        Case("Before: the same, then stamped", lambda: stamped(hidden_before()), code, OPEN),
        Case("Before: the same, then validation data", lambda: with_store(hidden_before()), code, OPEN),
        Case("Before: rows of 19 octets", lambda: table_before(lambda table: table.replace(b" \n", b"\n")), code, OPEN),
        Case("Before: an empty line in the table", lambda: table_before(lambda table: b"\n" + table), code, OPEN),
        Case(
            "Before: the last object of a number not in force",
            lambda: signed_by_pyhanko(
                appended(appended(letter(), {next_number(letter()): b"1"}), places={next_number(letter()): 0})
            ),
            code,
            OPEN,
        ),
    ]
