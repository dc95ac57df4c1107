"""Showing 出示照面: what a case may see of a licence that it cites.

A citation is a right to see a few face fields, no more: those its requirement named and its consent covered, for the
department that cited, while the consent lasts and is not withdrawn, and from the very file that was cited. The
citation itself stays on record when the right to look is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.citation import Citation, digest_text, is_number
from cases.consent import Mode, check_period
from cases.errors import ConsentRefused, FileChanged, NoSuchCitation
from cases.ports import Checks, CitationIndex, ConsentRegister


@dataclass(frozen=True)
class ShowingPorts:
    """What `show_face` depends on."""

    index: CitationIndex
    checks: Checks
    consents: ConsentRegister


def citation_of(index: CitationIndex, number: str, department_code: str) -> Citation:
    """A department's own citation.

    Raises:
        NoSuchCitation: there is none, or it is another department's: the same answer.

    """
    citation = index.find(number) if is_number(number) else None
    if citation is None or citation.department_code != department_code:
        raise NoSuchCitation
    return citation


def show_face(ports: ShowingPorts, number: str, department_code: str, at: datetime) -> Mapping[str, str]:
    """The face fields that this citation may show at `at`, by catalogue key; fields the licence lacks are left out.

    Raises:
        NoSuchCitation: none, or another department's.
        ConsentRefused: `consent-expired`, `consent-withdrawn`.
        FileChanged: the register no longer holds the file that was cited.

    """
    citation = citation_of(ports.index, number, department_code)
    mode = citation.consent_mode
    check_period(mode, citation.consent_valid_until, at)
    if mode is not Mode.STATUTORY and ports.consents.withdrawn(department_code, mode, citation.consent_reference):
        raise ConsentRefused("consent-withdrawn")
    checked = ports.checks.check(citation.identifier, at)
    if checked is None or digest_text(checked.file_digest) != citation.file_digest:
        raise FileChanged
    face = checked.licence.fields
    return {field: face[field] for field in citation.fields if field in face}
