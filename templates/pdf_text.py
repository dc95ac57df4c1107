"""Text on PDF pages: lines as runs of glyph numbers, and what a font says of its glyphs.

Text is shown by glyph number (Identity-H). The font tells how wide a glyph is where that is not a whole em, and which
character it stands for, so that a page can be searched and copied (ISO 32000-2 §9.7.4.3 and §9.10.3). Every licence has
a hundred glyphs and more of its own, so digits are made in one step where that is possible.
"""

import struct
from collections.abc import Mapping, Sequence

from templates.fonts import EM, Subset
from templates.items import Text
from templates.pdf_paths import colour_operands, number, numbers


def text_operators(text: Text, font: str, subset: Subset, height: float) -> str:
    """One line: glyph numbers, and between them what the advances differ from the font's own, in 1/1000 em."""
    glyphs, widths, ems = subset.glyphs, subset.advances, EM / text.size
    shown = _digits([glyphs[character] for character in text.text])
    differences = [round(widths[one] - advance * ems) for one, advance in zip(text.text, text.advances, strict=True)]
    if any(differences):
        parts = [
            f"{shown[4 * at : 4 * at + 4]}>{wide}<" if wide else shown[4 * at : 4 * at + 4]
            for at, wide in enumerate(differences)
        ]
        shown = "".join(parts)
    place = numbers((text.x, height - text.baseline))
    return f"{colour_operands(text.colour)} rg BT {font} {number(text.size)} Tf {place} Td [<{shown}>] TJ ET\n"


def widths_operand(advances: Mapping[int, int]) -> str:
    """The widths that are not a whole em, each row of neighbouring glyphs in one list; glyphs come in order."""
    parts: list[str] = []
    last = -2
    for glyph, advance in advances.items():
        if advance != EM:
            parts.append(f" {advance}" if glyph == last + 1 else f"{'] ' if parts else ''}{glyph} [{advance}")
            last = glyph
    return f"[{''.join(parts)}{']' if parts else ''}]"


def to_unicode(by_glyph: Sequence[tuple[int, str]]) -> bytes:
    """The map from glyph numbers to text, in blocks of at most 100."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(by_glyph), 100):
        block = by_glyph[start : start + 100]
        lines.append(f"{len(block)} beginbfchar {_pairs(block)} endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode()


def _pairs(block: Sequence[tuple[int, str]]) -> str:
    """Glyphs and their characters as `<0001> <4E00>`, in turn; outside the basic plane a character has eight digits."""
    if any(character > "\uffff" for _, character in block):
        return " ".join(
            [f"<{_digits([glyph])}> <{character.encode('utf-16-be').hex().upper()}>" for glyph, character in block]
        )
    numbered = [one for glyph, character in block for one in (glyph, ord(character))]
    return f"<{_digits(numbered, ' ').replace(' ', '> <')}>"


def _digits(wanted: Sequence[int], between: str = "") -> str:
    """Numbers of 16 bits as four hexadecimal digits each."""
    octets = struct.pack(f">{len(wanted)}H", *wanted)
    return (octets.hex(between, 2) if between else octets.hex()).upper()
