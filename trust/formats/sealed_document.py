"""What reading a sealed document gives, whoever made it and whatever its format.

A licence of our own is read by `examine_ofd` and `examine_pdf`, which allow one spelling of everything. Any other
sealed OFD or PDF is read into a `SealedDocument`: facts about the package, and facts about each signature apart,
because a document may carry several. The axes stay separate. What octets and values tell is here: encodings and
digests, what a signature covers and what it leaves out, both signature values, what the signature claims. Whom the
certificates belong to, whether a seal was in force, and which time can be believed are the verifier's business.

A reader bears with what real files do and says so: a tolerance is a finding that passed, with `warning` set and the
tolerance's code as its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from trust.rules.verdict import Finding


class Form(StrEnum):
    """How a signature is written down."""

    SES_1 = "ses-1"
    SES_4 = "ses-4"
    SES_5 = "ses-5"
    GM_CMS_HASH = "gm-cms-a"
    GM_CMS_ATTRIBUTES = "gm-cms-b"
    CMS = "cms"
    TIME_STAMP = "time-stamp"
    BARE = "bare"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SealBox:
    """Where a seal is shown: page from 0, upper left corner and size in millimetres of the page as displayed.

    `clip` (x, y, width, height in millimetres, relative to the box) is the part of the picture shown, for riding seals.
    """

    page: int
    x: float
    y: float
    width: float
    height: float
    clip: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class ShownSeal:
    """A seal as its octets state it; `certificates` are those of the signers it lists, `digests` theirs if so listed.

    `octets` are the whole seal. `kind` is the picture's format in lower case, sizes are millimetres.
    """

    octets: bytes
    version: int
    vendor: str
    seal_id: str
    seal_type: int
    name: str
    certificates: tuple[bytes, ...]
    digests: tuple[bytes, ...]
    created: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    maker: bytes
    kind: str
    picture: bytes
    width_mm: int
    height_mm: int


@dataclass(frozen=True)
class SignatureFacts:
    """One signature of a document.

    `name` is its ID in Signatures.xml or its field's name in PDF. `findings` are of steps 2 (digests, coverage),
    3 (the seal as octets tell) and 4 (the signature value). `value` is the octets a time stamp over this signature
    covers, `time_stamp` such a token if there is one (DER, not judged). `covers` and `uncovered` name package entries,
    or say revisions of a PDF in words. `locks` tells whether nothing can be added without breaking it.
    """

    name: str
    form: Form
    findings: tuple[Finding, ...]
    seal: ShownSeal | None = None
    signer: bytes | None = None
    others: tuple[bytes, ...] = ()
    claimed_at: datetime | None = None
    value: bytes = b""
    time_stamp: bytes | None = None
    boxes: tuple[SealBox, ...] = ()
    covers: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    locks: bool = False


@dataclass(frozen=True)
class SignedVersion:
    """A file up to octet `end`, as far as the signatures of these `names` cover it; none cover what follows the last.

    `boxes` are where seals were put, and fields filled, since the version before.
    """

    end: int
    names: tuple[str, ...]
    boxes: tuple[SealBox, ...] = ()


@dataclass(frozen=True)
class SealedDocument:
    """A sealed document taken apart; `findings` are of the document as a whole (steps 1 and 2).

    `pages` are width and height in millimetres as displayed. `custom` are name-value pairs of the document that a sound
    signature covers. `validation` are certificates (DER) and `revocations` CRLs (DER) carried in the file: candidates
    for paths, nothing more. `versions` are those that a PDF went through since its first signature, and what it is now.
    """

    kind: Literal["ofd", "pdf"]
    findings: tuple[Finding, ...]
    signatures: tuple[SignatureFacts, ...] = ()
    pages: tuple[tuple[float, float], ...] = ()
    custom: Mapping[str, str] = field(default_factory=dict)
    validation: tuple[bytes, ...] = ()
    revocations: tuple[bytes, ...] = ()
    versions: tuple[SignedVersion, ...] = ()
