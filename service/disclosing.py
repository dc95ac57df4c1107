"""What is shown beside a verdict: the lines of the licence that the asker's circle may read.

Lines are shown only where the verdict says something about a genuine document: PASSED, or FAILED for its standing or
its dates alone. What stands in a forged file is nobody's licence, and repeating it under our name would lend it some.
"""

from issuer.errors import IssuerError
from service.wiring import Yinzheng
from trust.revocation.errors import SubjectUnknown
from trust.rules.disclosure import Circle, Row, disclose
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.verdict import Indication, Verdict
from verifier.verifying import Examined

OF_NOW = frozenset({8, 10})
"""Steps that say nothing against the document itself: its standing and dates, for whom and until when it is made."""


def show(yinzheng: Yinzheng, examined: Examined, circle: Circle) -> tuple[Row, ...]:
    """The lines to show beside a verdict to somebody in this circle; none where there is no genuine licence."""
    verdict = examined.verdict
    if verdict.indication is Indication.INDETERMINATE or not is_genuine(verdict):
        return ()
    licence = examined.licence or (_licence_of(yinzheng, examined.claims.identifier) if examined.claims else None)
    if licence is None:
        return ()
    try:
        kind = yinzheng.catalogue.type_of(licence)
        standing = yinzheng.standing(str(licence.identifier), verdict.at)
    except (IssuerError, SubjectUnknown):
        return ()  # genuine, but of another installation: its verdict says all that we know
    rows = disclose(licence, kind, standing, at=verdict.at, circle=circle)
    return *rows, *linked(yinzheng, licence, circle)


def linked(yinzheng: Yinzheng, licence: Licence, circle: Circle) -> tuple[Row, ...]:
    """The lines about the licence before and the one after.

    What is signed names its predecessor, so whoever has the licence may read that. Which licence follows is not in it:
    that there is one is told to whoever has the licence, which one only with the holder's consent.
    """
    if not circle.sees("scan"):
        return ()
    rows, successor = [], yinzheng.applications.successor_of(str(licence.identifier))
    if licence.succession is not None:
        rows.append(Row("follows", "接续", f"{licence.succession.kind.label}，原证照 {licence.succession.predecessor}"))
    if successor is not None and successor.licence.succession is not None:
        which = str(successor.licence.identifier) if circle.sees("consent") else "新的证照"
        word = successor.licence.succession.kind.label
        rows.append(Row("followed", "后续", f"已由{' ' if circle.sees('consent') else ''}{which}替代（{word}）"))
    return tuple(rows)


def is_genuine(verdict: Verdict) -> bool:
    """Whether nothing failed but standing and use: the document itself is what its issuer sealed."""
    return all(finding.step in OF_NOW for finding in verdict.of(Indication.FAILED))


def _licence_of(yinzheng: Yinzheng, identifier: LicenceIdentifier) -> Licence | None:
    entry = yinzheng.archive.released(str(identifier))
    return None if entry is None else entry.licence
