"""A linearised file must say the length of its linearised part, whatever was appended."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.attacks.pdf_double_roles import linearised
from tests.attacks.pdf_foreign import appended
from tests.pdf_parts import page
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.linearised import linear_for_all
from trust.formats.pdf.tables import read_section


def for_all(data: bytes) -> bool:
    reader = PdfFileReader(BytesIO(data), strict=True)
    return linear_for_all(data, [read_section(data, reader, number) for number in range(reader.total_revisions)])


def test_a_true_length_and_none_at_all_are_in_order() -> None:
    assert for_all(page())
    assert for_all(linearised())
    assert for_all(appended(linearised(), {6: b"null"}))


@pytest.mark.parametrize("by", [-200, -3, 3, 10**6])
def test_another_length_is_not(by: int) -> None:
    assert not for_all(linearised(len(linearised()) + by))


def test_a_file_of_one_table_is_not_linearised() -> None:
    data = appended(linearised(), {6: b"null"})
    reader = PdfFileReader(BytesIO(data), strict=True)
    assert not linear_for_all(data, [read_section(data, reader, 0)])


def test_a_length_that_is_no_plain_number_is_refused() -> None:
    data = linearised()
    length = b"/L %-9d" % len(data)
    assert length in data
    with pytest.raises(PdfRefused):
        for_all(data.replace(length, b"/L 7 0 R".ljust(len(length))))
