"""Templates that print what nobody can read: changes of a `template.toml`, each a way to hide a value."""

import re
from collections.abc import Callable

OVER_ALL = '[[layout.path]]\ndata = "M 20 20 L 277 20 L 277 190 L 20 190 Z"\nfill = "ink"\n\n[[layout.slot]]'


def white_ink(text: str) -> str:
    """Every value white on white."""
    return re.sub(r'\nink = "#[0-9a-f]{6}"', '\nink = "#ffffff"', text, count=1)


def one_value_white(text: str) -> str:
    """One value in a colour that the palette makes white."""
    whitened = re.sub(r'\npale = "#[0-9a-f]{6}"', '\npale = "#ffffff"', text, count=1)
    return re.sub(r'(text = "\{legal_representative\}")', r'\1\ncolour = "pale"', whitened, count=1)


def yellow_ink(text: str) -> str:
    """Dark in one channel only."""
    return re.sub(r'\nink = "#[0-9a-f]{6}"', '\nink = "#ffff00"', text, count=1)


def under_ground(text: str) -> str:
    """Dark values on a path filled with the same ink."""
    return text.replace("[[layout.slot]]", OVER_ALL, 1)


def off_the_paper(text: str) -> str:
    """One value beyond the right edge."""
    return re.sub(r'(text = "\{legal_representative\}"\nx = )[0-9.]+', r"\g<1>295", text, count=1)


PALE: dict[str, Callable[[str], str]] = {
    "white ink": white_ink,
    "one value white": one_value_white,
    "yellow ink": yellow_ink,
    "ink on ink": under_ground,
    "off the paper": off_the_paper,
}
