"""Which reader takes a file apart: the strict one for licences of our own, or the one for sealed documents of any kind.

Decided by what the strict reader says. It knows its own files by their mark and judges them whole; a file that it calls
foreign is read again as a sealed document. A file that pretends to be ours and is not in order stays refused.
"""

from typing import TypeAlias

from trust.formats.ofd.examine import examine_ofd
from trust.formats.ofd.read import claims_our_profile
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.pdf.examine import examine_pdf
from trust.formats.pdf.layout import HEADER
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.sealed_document import SealedDocument
from trust.formats.sealed_file import SealedFile
from trust.rules.verdict import Indication
from verifier.recognising import kind_of

FileRead: TypeAlias = SealedFile | SealedDocument
FOREIGN = "foreign-profile"


def read_sealed(data: bytes) -> FileRead:
    """Take a sealed OFD or PDF apart; never raises for hostile octets.

    Raises:
        ValueError: the octets begin like neither.

    """
    kind = kind_of(data)
    if kind == "ofd":
        return _read_ofd(data)
    if kind != "pdf":
        raise ValueError(f"no reader for {kind}")
    sealed = examine_pdf(data)
    return read_pdf_document(data) if is_foreign(sealed) or not data.startswith(HEADER) else sealed


def _read_ofd(data: bytes) -> FileRead:
    """The strict limits are those of our own files; a file of others that goes beyond them is read all the same."""
    sealed = examine_ofd(data)
    return read_ofd_document(data) if is_foreign(sealed) or not claims_our_profile(data, {}) else sealed


def is_foreign(sealed: SealedFile) -> bool:
    """Whether the strict reader found a sealed file that is not of our making."""
    return any(one.name == FOREIGN and one.indication is Indication.INDETERMINATE for one in sealed.findings)
