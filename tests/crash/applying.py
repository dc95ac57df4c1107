"""What is promised of applications: handed in, approved, issued, and licences that follow others."""

from collections import Counter
from collections.abc import Sequence

from issuer.applying.docket import Docket
from issuer.applying.life import Stage
from service.wiring import Yinzheng
from templates.library import load_bundle
from tests.crash.issuing import licence_holds
from tests.crash.parts import ASKER, BUNDLE, SECOND, body_code, facts_of, issue, members
from tests.crash.promised import Facts, Promise
from trust.rules.standing import Status

AMENDED = "AMENDED-1"
APPLIED = {"APPLY-NEW": "APPLIED-1", "APPLY-AMEND": AMENDED}


def a_licence_to_amend(yinzheng: Yinzheng) -> None:
    """What is replaced by another."""
    issue(yinzheng, AMENDED)


def docket(yinzheng: Yinzheng, key: str) -> Docket:
    """An application that is handed in: for a new licence, or for one in place of another."""
    number, desk = APPLIED[key], yinzheng.applications
    before = yinzheng.archive.register.by_key(AMENDED)
    assert before is not None
    asked = members(number)
    asked["fields"] |= {"subject": "数学"}
    proposal = desk.propose(
        asked,
        type_code=load_bundle(BUNDLE).type.code,
        issuer_code=body_code(yinzheng, BUNDLE),
        succession=("amend", str(before.licence.identifier)) if number == AMENDED else None,
    )
    return desk.hand_in(proposal, by=ASKER, key=key)


def applied(yinzheng: Yinzheng, key: str) -> Facts:
    """Hand in an application."""
    one = docket(yinzheng, key)
    return {"number": one.number, "digest": one.proposal.digest}


def application_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """It is there with the same content, and was submitted."""
    one = yinzheng.archive.dockets.find(facts["number"])
    kept = one is not None and one.proposal.digest == facts["digest"] and one.stage not in {Stage.DRAFT, Stage.RETURNED}
    return [] if kept else ["the application is lost"]


def approved(yinzheng: Yinzheng, key: str) -> Facts:
    """Approve an application, which issues the licence."""
    one, desk = docket(yinzheng, key.removesuffix("-YES")), yinzheng.applications
    _, licence = desk.approve(one, digest=one.proposal.digest, by=SECOND, key=key)
    return {**facts_of(licence), "docket": one.number}


def approval_holds(yinzheng: Yinzheng, facts: Facts) -> Sequence[str]:
    """The licence holds, the application says so with every step once, and what it replaces has ended with it."""
    complaints = list(licence_holds(yinzheng, facts))
    one = yinzheng.archive.dockets.find(facts["docket"])
    steps = Counter(event.step for event in yinzheng.archive.dockets.events(facts["docket"]))
    if one is None or one.stage is not Stage.RELEASED or set(steps.values()) != {1}:
        complaints.append(f"the application stands at {one and one.stage}, after {dict(steps)}")
    entry = yinzheng.archive.register.find(facts["identifier"])
    if entry is not None and entry.licence.succession is not None:
        standing = yinzheng.standing(entry.licence.succession.predecessor, yinzheng.now())
        complaints += [] if standing.status is not Status.VALID else ["two licences are in force"]
    return complaints


APPLICATIONS = [
    promise
    for key in APPLIED
    for promise in (Promise(key, applied, application_holds), Promise(f"{key}-YES", approved, approval_holds))
]
