"""What examining a sealed file gives, whatever its format.

`examine_ofd` and `examine_pdf` both answer with a `SealedFile`: the findings that octets and values alone can
support (steps 1, 2 and 4, and the maker's signature of step 3), and the material the verifier judges further:
the seal, the certificates, the covered metadata. A claimed signing time is shown and never taken as evidence.
Nothing here judges a certificate's path, a mandate or a standing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from trust.formats.ses import Seal
from trust.rules.verdict import Finding

SMALLEST_PICTURE_MM = 8.0
"""What is shown smaller than this is no photograph that anybody could look at."""


@dataclass(frozen=True)
class SealedFile:
    """A sealed file taken apart.

    `signer` is the signer's certificate (DER), `others` further certificates found in the file, `metadata` the
    octets of `licence.json`, `custom` the name-value pairs of the document, `face` the lines of text its pages show
    (where the format gives them), `unseen` those that only stand in the file (`showing`), and `pictures` the digests
    (`sm3:…`) of the pictures they show; these are given only when a seal signature covers them, so a caller may rely
    on them as far as it relies on the seal.
    """

    kind: Literal["ofd", "pdf"]
    findings: tuple[Finding, ...]
    seal: Seal | None = None
    signer: bytes | None = None
    others: tuple[bytes, ...] = ()
    claimed_at: datetime | None = None
    metadata: bytes | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    face: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
