"""A consent to annotated copies as a value: who gave it, for whom and what, until when, and who stands for that.

There are two kinds. A holder who is signed in gives one, and it is in force at once. Or the body holds a paper
(授权书): one official records it with the paper as a file, and another, who has looked at the file, confirms it. What a
consent says never changes after it is recorded; it is withdrawn as every consent is (`cases.withdrawing`), which this
value does not know.

A copy is carried by exactly the consent that was given: the same body and licence, the same mode, purpose and
recipient, word by word, and not beyond its end.
"""

from dataclasses import dataclass
from datetime import datetime

from issuer.consenting.errors import ConsentMoved, ConsentOwnHand
from issuer.copying.errors import BasisEnded
from issuer.copying.ports import ConsentName, Terms
from trust.rules.labelled import Labelled
from trust.rules.life import Life, Row, Who
from trust.sealing.ports import Officer

HOLDER, AGENT = "holder", "agent"
MODES = {HOLDER: "持证主体授权", AGENT: "代理人受托授权"}
"""On whose word: the holder's own, or that of somebody whom the holder has entrusted."""


class Stage(Labelled):
    """Where a consent stands."""

    WAITING = "waiting", "待复核"
    GIVEN = "given", "有效"
    REFUSED = "refused", "不予登记"


class Step(Labelled):
    """What is done to a consent."""

    GIVE = "give", "授权"
    RECORD = "record", "登记"
    CONFIRM = "confirm", "复核"
    REFUSE = "refuse", "不予登记"


LIFE = Life(
    rows=(
        Row(Step.GIVE, {None}, Stage.GIVEN),
        Row(Step.RECORD, {None}, Stage.WAITING),
        Row(Step.CONFIRM, {Stage.WAITING}, Stage.GIVEN, Who.ANOTHER),
        Row(Step.REFUSE, {Stage.WAITING}, Stage.REFUSED, Who.ANOTHER, needs_reason=True),
    ),
    moved=ConsentMoved,
    persons={Who.ANOTHER: ConsentOwnHand},
)


@dataclass(frozen=True)
class CopyConsent:
    """A consent; `reference` is its number with the body, `document` the digest of the paper, none where there is none.

    `giver` is the name of whoever gave it, `asked` a digest over everything that was asked under `key`. `reason` is why
    it was refused, or why the body withdrew it.
    """

    body_code: str
    reference: str
    mode: str
    original: str
    giver: str
    cause: str
    recipient: str
    valid_until: datetime
    stage: Stage
    recorded_by: Officer
    recorded_at: datetime
    key: str
    asked: str
    document: str | None = None
    decided_by: Officer | None = None
    decided_at: datetime | None = None
    reason: str | None = None

    @property
    def name(self) -> ConsentName:
        """Under what name it is withdrawn, and copies rest on it."""
        return ConsentName(self.body_code, self.mode, self.reference)


@dataclass(frozen=True)
class PaperWords:
    """What is put down of a paper: its number, who signed it, and whether as holder or as agent."""

    reference: str
    mode: str
    giver: str


def check_carries(consent: CopyConsent | None, *, original: str, mode: str, terms: Terms, at: datetime) -> CopyConsent:
    """The consent, if it carries a copy of this licence on these terms now.

    Raises:
        BasisEnded: `consent-unknown`, none of this number; `consent-unconfirmed`, nobody has confirmed it;
            `consent-terms`, it is for another licence, purpose or recipient; `consent-expired`.

    """
    if consent is None:
        raise BasisEnded("consent-unknown")
    if consent.stage is not Stage.GIVEN:
        raise BasisEnded("consent-unconfirmed")
    given = (consent.original, consent.mode, consent.cause, consent.recipient)
    if given != (original, mode, terms.cause, terms.recipient):
        raise BasisEnded("consent-terms")
    if at > consent.valid_until:
        raise BasisEnded("consent-expired")
    return consent
