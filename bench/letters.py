"""What `bench.documents` seals: an official letter as another program would write it, and files made large.

The letter is an OFD of three pages, deflated, with one font. What makes a file large are octets that do not shrink, in
an entry or a stream that the document names; a drawn page comes from `bench.verify`, so that pyHanko can be given the
same. `Desk` seals with a body's filed seal by the planners that the service uses.
"""

import io
import random
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from bench.issue import AT, BUNDLE, Installation
from keys.signer import Signer
from trust.formats.certificate import Certificate
from trust.formats.placing import PlannedSealing
from trust.sealing.ports import FiledSeal
from trust.sealing.sealing import Kind, Wanted

NAMESPACE = "http://www.ofdspec.org/2016"
LINE = "各县（区）人民政府，市直各部门：现将有关事项通知如下，请遵照执行。"
FONT = 40_000
"""Octets of a subset with the characters of a letter."""


@dataclass(frozen=True)
class Desk:
    """A body's filed seal, ready to seal."""

    made: Installation
    filed: FiledSeal
    signer: Signer
    certificate: Certificate

    def plan(self, kind: Kind, data: bytes, wanted: Wanted, at: datetime = AT) -> PlannedSealing:
        """A plan as the service makes it."""
        return self.made.yinzheng.seals.desk.planners[kind](data, wanted, self.filed, self.certificate, at)

    def signed(self, planned: PlannedSealing) -> bytes:
        """The file of a plan."""
        return planned.complete(self.signer.sign(planned.to_be_signed), self.certificate.der)

    def seal(self, kind: Kind, data: bytes, wanted: Wanted, at: datetime = AT) -> bytes:
        """A sealed file."""
        return self.signed(self.plan(kind, data, wanted, at))


def desk_of(made: Installation) -> Desk:
    """The desk of the body that issues the licences of `bench.issue`."""
    seals = made.yinzheng.seals
    filed = seals.filed(made.body_code(BUNDLE))[0]
    return Desk(made, filed, *seals.pen(filed))


def letter(pages: int = 3, more: int = 0) -> bytes:
    """The letter, with so many more octets in a picture."""
    listed = "".join(
        f'<Page ID="{100 + number}" BaseLoc="Pages/Page_{number}/Content.xml"/>' for number in range(pages)
    )
    chance = random.Random(pages)
    entries = {
        "OFD.xml": (
            f'<OFD xmlns="{NAMESPACE}" DocType="OFD" Version="1.0"><DocBody><DocInfo><DocID>5c1f0c2a7d1b4e7f9b0d3'
            "a6a8e2f4c11</DocID></DocInfo><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>"
        ).encode(),
        "Doc_0/Document.xml": (
            f'<Document xmlns="{NAMESPACE}"><CommonData><MaxUnitID>9000</MaxUnitID><PageArea><PhysicalBox>0 0 210 297'
            f"</PhysicalBox></PageArea><PublicRes>PublicRes.xml</PublicRes></CommonData><Pages>{listed}</Pages></Document>"
        ).encode(),
        "Doc_0/PublicRes.xml": (
            f'<Res xmlns="{NAMESPACE}" BaseLoc="Res"><Fonts><Font ID="1" FontName="Song"><FontFile>font.ttf</FontFile>'
            '</Font></Fonts><MultiMedias><MultiMedia ID="2" Type="Image"><MediaFile>picture.png</MediaFile>'
            "</MultiMedia></MultiMedias></Res>"
        ).encode(),
        "Doc_0/Res/font.ttf": chance.randbytes(FONT),
        "Doc_0/Res/picture.png": chance.randbytes(1_000 + more),
        **{f"Doc_0/Pages/Page_{number}/Content.xml": page_content() for number in range(pages)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def page_content() -> bytes:
    """Thirty lines of text."""
    lines = (
        f'<TextObject ID="{200 + row}" Boundary="25 {30 + 8 * row} 160 7" Font="1" Size="5"><TextCode X="0" Y="4.4" '
        f'DeltaX="g {len(LINE) - 1} 5">{LINE}</TextCode></TextObject>'
        for row in range(30)
    )
    layer = f'<Layer ID="3" Type="Body">{"".join(lines)}</Layer>'
    return f'<Page xmlns="{NAMESPACE}"><Content>{layer}</Content></Page>'.encode()


def with_stream(pdf: bytes, more: int) -> bytes:
    """The PDF with one more revision, in which the catalog names a stream of so many octets."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))  # pyHanko leaves some of its methods without types
    stream = generic.StreamObject(stream_data=random.Random(more).randbytes(more))
    writer.root["/PieceInfo"] = writer.add_object(stream)
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
