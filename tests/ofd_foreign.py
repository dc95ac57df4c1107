"""Documents in the manner of other producers, for sealing and reading: an official letter of several pages.

What real files do and ours never do is all here: an older namespace and a prefix of its own in OFD.xml, spaces and line
ends of Windows, a default namespace elsewhere, the paper's size stated once for all pages, a template under each page,
one text object per character, folders and deflated entries in the ZIP. Names and text are invented.
"""

import io
import zipfile
from collections.abc import Mapping

from templates.fonts import FAMILY, POSTSCRIPT_NAME, typeface

NAMESPACE = "http://www.ofdspec.org/2016"
HEADER = "云岭市人民政府办公室文件"
CLOSING = "(盖章处)"
LINE = "各县（区）人民政府，市直各部门：现将有关事项通知如下，请遵照执行。"
SIZE = 5.0

ROOT_XML = """<?xml version="1.0" encoding="UTF-8"?>\r
<!-- made elsewhere -->\r
<o:OFD xmlns:o="http://www.ofdspec.org" DocType="OFD" Version="1.0">\r
\t<o:DocBody>\r
\t\t<o:DocInfo><o:DocID>5c1f0c2a7d1b4e7f9b0d3a6a8e2f4c11</o:DocID><o:Title>a &gt; b</o:Title></o:DocInfo>\r
\t\t<o:DocRoot>Doc_0/Document.xml</o:DocRoot>\r
\t</o:DocBody>\r
</o:OFD>\r
"""


def line_of(text: str, x: float, y: float, number: int) -> str:
    """A line as one text object."""
    deltas = f' DeltaX="g {len(text) - 1} {SIZE:g}"' if len(text) > 1 else ""
    box = f"{x:g} {y:g} {len(text) * SIZE:g} {SIZE * 1.3:g}"
    return (
        f'<TextObject ID="{number}" Boundary="{box}" Font="1" Size="{SIZE:g}">'
        f'<TextCode X="0" Y="4.4"{deltas}>{text}</TextCode></TextObject>'
    )


def letters_of(text: str, x: float, y: float, number: int) -> str:
    """A line as one text object per character, the last first: some producers draw in any order."""
    placed = [line_of(letter, x + index * SIZE, y, number + index) for index, letter in enumerate(text)]
    return "".join(reversed(placed))


def content(objects: str, template: bool = True) -> str:
    """A Content.xml without an area of its own."""
    under = '<Template TemplateID="2" ZOrder="Background"/>' if template else ""
    return f'<Page xmlns="{NAMESPACE}">{under}<Content><Layer ID="3" Type="Body">{objects}</Layer></Content></Page>'


def letter_entries(pages: int = 4) -> dict[str, bytes]:
    """The entries of an unsealed letter; the closing words stand on its last page, letter by letter."""
    listed = "".join(f'<Page ID="{100 + index}" BaseLoc="Pages/Page_{index}/Content.xml"/>' for index in range(pages))
    texts = {
        "OFD.xml": ROOT_XML,
        "Doc_0/Document.xml": (
            f'<Document xmlns="{NAMESPACE}"><CommonData><MaxUnitID>900</MaxUnitID><PageArea><PhysicalBox>0 0 210 297'
            '</PhysicalBox></PageArea><PublicRes>PublicRes.xml</PublicRes><TemplatePage ID="2" BaseLoc="Tpls/Tpl_0/'
            f'Content.xml"/></CommonData><Pages>{listed}</Pages></Document>'
        ),
        "Doc_0/PublicRes.xml": (
            f'<Res xmlns="{NAMESPACE}" BaseLoc="Res"><Fonts><Font ID="1" FontName="{POSTSCRIPT_NAME}" '
            f'FamilyName="{FAMILY}"><FontFile>font.ttf</FontFile></Font></Fonts></Res>'
        ),
        "Doc_0/Tpls/Tpl_0/Content.xml": content(line_of(HEADER, 75, 20, 10), template=False),
    }
    for index in range(pages):
        drawn = "".join(line_of(LINE, 22, 50 + 12 * row, 200 + row) for row in range(3))
        if index == pages - 1:
            drawn += letters_of(CLOSING, 140, 150, 300)
        texts[f"Doc_0/Pages/Page_{index}/Content.xml"] = content(drawn)
    characters = sorted(set(HEADER + CLOSING + LINE))
    font = typeface().subset(characters).octets
    return {**{name: text.encode() for name, text in texts.items()}, "Doc_0/Res/font.ttf": font}


def packed(entries: Mapping[str, bytes], *, folders: bool = True) -> bytes:
    """A package as other producers make them: in any order, deflated, with folders."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (["Doc_0/"] if folders else []) + sorted(entries):
            info = zipfile.ZipInfo(name, (2025, 5, 6, 7, 8, 10))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entries.get(name, b""))
    return out.getvalue()


def letter(pages: int = 4) -> bytes:
    """An unsealed official letter."""
    return packed(letter_entries(pages))
