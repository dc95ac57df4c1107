"""What a text must be before it is written into a case: one line, printable, composed, and not too long.

Texts of a case are shown on pages, printed in receipts and signed, so the rule for text in a licence
(`trust.rules.text`) holds for them too. Nothing is repaired; the caller says which member it was.
"""

import re

from trust.errors import Malformed
from trust.rules.text import check_text

CODE = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_-]{0,62}[0-9A-Za-z])?", re.ASCII)


def is_plain(text: object, most: int) -> bool:
    """Say whether this is a text of 1 to `most` characters that shows as what it is."""
    try:
        check_text(text, most)
    except Malformed:
        return False
    return True


def is_code(text: object) -> bool:
    """Say whether this is a code of 1 to 64 ASCII letters and digits, with `-` and `_` inside."""
    return isinstance(text, str) and CODE.fullmatch(text) is not None
