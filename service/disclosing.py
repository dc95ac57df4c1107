"""What is shown beside a verdict: the lines of the licence that the asker's circle may read.

Lines are shown only where the verdict says something about a genuine document: PASSED, or FAILED for its standing or
its dates alone. What stands in a forged file is nobody's licence, and repeating it under our name would lend it some.
"""

from service.wiring import Yinzheng
from templates.errors import TemplateError
from templates.library import bundle_for
from trust.revocation.errors import SubjectUnknown
from trust.rules.disclosure import Circle, Row, disclose
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.verdict import Indication, Verdict
from verifier.verifying import Examined

STANDING_STEP = 8


def show(yinzheng: Yinzheng, examined: Examined, circle: Circle) -> tuple[Row, ...]:
    """The lines to show beside a verdict to somebody in this circle; none where there is no genuine licence."""
    verdict = examined.verdict
    if verdict.indication is Indication.INDETERMINATE or not is_genuine(verdict):
        return ()
    licence = examined.licence or (_licence_of(yinzheng, examined.claims.identifier) if examined.claims else None)
    if licence is None:
        return ()
    try:
        kind = bundle_for(licence.identifier.type_code).type
        standing = yinzheng.standing(str(licence.identifier), verdict.at)
    except (TemplateError, SubjectUnknown):
        return ()  # genuine, but of another installation: its verdict says all that we know
    return disclose(licence, kind, standing, at=verdict.at, circle=circle)


def is_genuine(verdict: Verdict) -> bool:
    """Whether nothing failed but the standing: the document itself is what its issuer sealed."""
    return all(finding.step == STANDING_STEP for finding in verdict.of(Indication.FAILED))


def _licence_of(yinzheng: Yinzheng, identifier: LicenceIdentifier) -> Licence | None:
    entry = yinzheng.archive.register.find(str(identifier))
    return entry.licence if entry is not None and entry.artefacts is not None else None
