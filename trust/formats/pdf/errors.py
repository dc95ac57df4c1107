"""Why a PDF is refused: one error, used on both sides of the seal.

`plan_pdf` raises it over a document that cannot be sealed as it is; `examine_pdf` turns it into a finding of the
same name. The sentence is Chinese and tells a person what was met, because it becomes the finding's detail.

    PdfRefused (a Malformed) — `reason` names the check, `step` is the verifier's step the check belongs to
"""

from trust.errors import Malformed
from trust.rules.verdict import Indication


class PdfRefused(Malformed):
    def __init__(self, reason: str, text: str, *, step: int = 1, indication: Indication = Indication.FAILED) -> None:
        super().__init__(reason, text)
        self.step = step
        self.indication = indication
