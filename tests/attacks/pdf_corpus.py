"""Named attacks on sealed PDFs of any origin, with the finding that meets each.

Classes as published for PDF signatures (universal forgery, signature wrapping, incremental saving, shadow hide /
replace / hide-and-replace, certification attacks by annotation and by signature, validation-data spoofing, parser
confusion), all made anew with SM2, on files sealed by us and by another producer. Attackers are, in turn: whoever has
the file and no key; whoever has a key of his own; and the insider with a real key and a writer of his own.
"""

from tests.attacks.pdf_cases import Case
from tests.attacks.pdf_update_cases import certification_cases, range_cases, update_cases
from tests.attacks.pdf_value_cases import parser_cases, seal_cases, value_cases


def cases() -> list[Case]:
    """Every attack."""
    return [
        *range_cases(),
        *update_cases(),
        *certification_cases(),
        *parser_cases(),
        *value_cases(),
        *seal_cases(),
    ]
