"""Areas 行政区划: six digits of GB/T 2260, and the shorter codes of a province and a city that cover others.

A province is two digits, a city four, a county six; 53 covers 5301, which covers 530102. A code that ends in 00 where
a shorter one would do (530100) is that of the city as a place to name; as an area to cover it is written 5301.
"""

import re

from trust.errors import Malformed

_AREA = re.compile(r"[1-9][0-9](?:[0-9]{2}(?:[0-9]{2})?)?")


def check_area(area: str) -> str:
    """Return a code that may say where something holds.

    Raises:
        Malformed: `area`, not two, four or six digits, or six that end in 00.

    """
    if not _AREA.fullmatch(area) or (len(area) > 2 and area.endswith("00")):
        raise Malformed("area", "two, four or six digits of GB/T 2260, as short as they can be")
    return area


def area_of(code: str) -> str:
    """The area that six digits name: 530000 is 53, 530100 is 5301."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def covers(area: str | None, code: str) -> bool:
    """Whether an area (None is everywhere) covers another area, or the place that six digits name."""
    return area is None or area_of(code).startswith(area)
