"""Sealing and examining one-page OFD licences: everything between the drawn face and the finished file, and back.

The page is of the size of a real licence: 120 lines of text, 40 strokes, a 16 KB font, a QR code, a seal with a 25 KB
picture, `licence.json`. "New seal" is the first file of a seal in a process; afterwards the maker's signature over the
same octets is remembered. The floors are the SM2 operations alone: nothing that seals or examines can be faster.
"""

import random
import zlib
from datetime import date
from functools import partial

from bench.parties import AT, picture, require_good, sealer, with_new_seal
from bench.rows import Row, Work, compared, measure_together
from keys.sm2 import DEFAULT_IDENTITY, verify
from trust.formats.ofd.document import (
    ImageBox,
    OfdAttachment,
    OfdDocument,
    OfdFont,
    OfdImage,
    OfdPage,
    PathShape,
    TextRun,
)
from trust.formats.ofd.examine import examine_ofd
from trust.formats.ofd.seal import Stamp, plan_ofd

STAMP = Stamp(0, 120, 95, 40, 40)


def run() -> list[Row]:
    """Measure sealing and examining, each with the SM2 work in it as its floor."""
    party = sealer()
    signer, document = party.signer, licence()
    plan = partial(plan_ofd, document, STAMP, party.seal, AT, "印证")
    planned = plan()

    def sealed() -> bytes:
        made = plan()
        return made.complete(signer.sign(made.to_be_signed), party.certificate)

    file, signature = sealed(), signer.sign(planned.to_be_signed)
    require_good(examine_ofd(file))
    sealing: dict[str, Work] = {
        "sign one TBS_Sign (floor)": lambda: signer.sign(planned.to_be_signed),
        "plan": plan,
        "plan, complete": lambda: plan().complete(signature, party.certificate),
        "plan, sign, complete": sealed,
    }
    examining: dict[str, Work] = {
        "verify one TBS_Sign (floor)": lambda: verify(
            signer.public, planned.to_be_signed, signature, identity=DEFAULT_IDENTITY
        ),
        "examine": lambda: examine_ofd(file),
        "examine, new seal": with_new_seal(lambda: examine_ofd(file)),
    }
    return [
        *compared(measure_together(sealing), f"1/s ({len(file):,} octets)", "sign one TBS_Sign (floor)"),
        *compared(measure_together(examining), f"1/s ({len(file):,} octets)", "verify one TBS_Sign (floor)"),
    ]


def licence() -> OfdDocument:
    """A page of the size of a real one."""
    line = "统一社会信用代码与住所经营范围登记机关年"
    runs = [
        TextRun(20 + 60 * (number % 3), 20 + 2.8 * (number // 3), 3, 1, line, (3.0,) * len(line))
        for number in range(120)
    ]
    strokes = [
        PathShape(8, 8 + number, 194, 4, "M 0 0 " + "L 9.5 1.25 " * 30 + "C", (180, 30, 30)) for number in range(40)
    ]
    return OfdDocument(
        doc_id="0123456789abcdef0123456789abcdef",
        title="营业执照",
        creator="印证",
        created_on=date(2026, 3, 1),
        pages=(OfdPage(297, 210, (*strokes, *runs, ImageBox(165, 105, 30, 30, 2))),),
        fonts=(OfdFont(1, "Face", "Face", random.Random(1).randbytes(16_000)),),
        images=(OfdImage(2, picture(41, 446)),),
        attachments=(OfdAttachment("licence.json", "JSON", zlib.compress(line.encode()) * 20),),
        custom={f"KZ_{number}": line for number in range(20)},
    )
