"""Step 3: is the seal on file, and was it in use when the signature was made.

The trust list names every seal on file and what it was since when; the status list of its entry says what it is now,
and is younger. The register of the installation is not asked: whoever is offline has the same evidence, only older.

    on file?    no list at hand, or one of version 1: open. Not listed, another seal under the number, not filed
                yet at a proven instant: failed
    proven      in use at that instant: passed; suspended or ended: failed
    unproven    in use ever since its filing: passed. Suspended or ended now, or once suspended and in use again: open,
                because the signature may have been made at either time; never in use at all: failed

What happened after the trust list was made it cannot tell. So for an instant after that, and for now, a status list
fresh enough has to say "valid" too; where it says otherwise and the trust list does not know since when, the question
is open until a newer trust list tells. A signature proven earlier than the trust list rests on the trust list alone,
unless a younger status list shows something it does not know: what that is may reach back.
"""

from datetime import datetime, timedelta

from keys.sm3 import sm3
from trust.formats.certificate import Certificate
from trust.formats.trust_list import TrustList
from trust.rules.licence import CHINA
from trust.rules.seal_standing import ListedSeal, SealKind, SealPeriod, always_in_use, ever_in_use, standing_of
from trust.rules.standing import LIST_VALUE, Status
from trust.rules.times import TOLERANCE, Times
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence

P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of the table)
WORDS = {Status.SUSPENDED: "停用"}
ENDED = "注销"
SECOND = timedelta(seconds=1)


def judge_seal_status(
    seal_id: str, octets: bytes, evidence: Evidence, times: Times, created: datetime | None = None
) -> list[Finding]:
    """Whether the seal (its number and its DER) is on file, and what it was at the judged instant.

    For seals of makers that the trust list names: of another system's seals it says nothing. `created` is when the seal
    says it was made: a list that is older cannot know it.
    """
    listed = evidence.trust_list
    if listed is None or listed.seals is None:
        return [Finding(3, "seal-status", I, "没有印章备案清单，无法确认印章是否备案、停用或注销。")]
    found = listed.seal(seal_id)
    if found is None and created is not None and created + TOLERANCE >= listed.issued_at:
        return [Finding(3, "seal-status", I, "印章备案清单早于这枚印章，无法确认其备案；请更新后再核验。")]
    if found is None:
        return [Finding(3, "seal-not-filed", F, "印章没有备案。")]
    if found.digest != sm3(octets):
        return [Finding(3, "seal-not-filed", F, "这个编号备案的是另一枚印章。")]
    if standing_of(found, times.judged_at) is None:
        if times.sealed_at is not None:
            return [Finding(3, "seal-not-filed", F, "签章时印章尚未备案。")]
        return [_finding(I, "印章的备案时间晚于核验时刻，不能用来判断该时刻的状态。")]
    filed = Finding(3, "seal-filed", P, f"印章已备案为{found.kind.label}（{_when(found.filed_at)}）。")
    return [filed, _known(found, times) or _current(found, listed, evidence, times)]


def judge_seal_kind(seal_id: str, evidence: Evidence, kinds: frozenset[SealKind] | None) -> list[Finding]:
    """Whether the seal is on file as one of these kinds; nothing is said where none are asked for."""
    listed = evidence.trust_list.seal(seal_id) if evidence.trust_list else None
    if kinds is None or listed is None or listed.kind in kinds:
        return []
    return [Finding(3, "seal-kind", F, f"{listed.kind.label}不能用于这类文件。")]


def judge_seal_body(seal_id: str, signer: Certificate | None, evidence: Evidence) -> list[Finding]:
    """Whether the seal is filed for the body that the signer's certificate names; a personal seal speaks for none."""
    listed = evidence.trust_list.seal(seal_id) if evidence.trust_list else None
    if listed is None or signer is None:
        return []  # neither is passed over: `judge_seal_status` and the path have said so
    expected = None if listed.kind is SealKind.PERSONAL else listed.body_code
    if signer.subject.organisation_code != expected:
        return [Finding(3, "seal-of-another-body", F, "印章不是为签章证书所写的单位备案的。")]
    return [
        Finding(3, "seal-body", P, "印章是为签章证书所写的单位备案的。" if expected else "印章是个人名章，不代表单位。")
    ]


def judge_claimed_use(seal_id: str, claimed_at: datetime | None, evidence: Evidence) -> list[Finding]:
    """Whether the seal was out of use at the time that a signature claims for itself.

    A claim proves nothing, but it can speak against its signature: a time stamp says only that the signature is no
    younger, and may have been asked for when the seal was in use again. Claims are cut to seconds.
    """
    listed = evidence.trust_list.seal(seal_id) if evidence.trust_list else None
    if listed is None or claimed_at is None:
        return []
    standings = {standing_of(listed, at) or Status.VALID for at in (claimed_at, claimed_at + SECOND)}
    if Status.VALID in standings:
        return []
    text = f"签章自称的时间（{_when(claimed_at)}）在印章停用或注销期间。"
    return [Finding(3, "seal-not-in-use-at-claim", F, text)]


def judge_without_seal(signer: Certificate, evidence: Evidence, times: Times) -> Finding:
    """A signature by a department's certificate that shows no seal: it counts while the department has a seal in use.

    Otherwise leaving the seal out would be a way round its suspension.
    """
    listed, code = evidence.trust_list, signer.subject.organisation_code
    if listed is None or listed.seals is None or times.now >= listed.next_update:
        return Finding(
            3, "no-seal", I, "这是文本签名，没有使用印章；没有可用的印章备案清单，无法确认该单位是否仍在用印。"
        )
    own = [
        one for one in listed.seals if code is not None and one.body_code == code and one.kind is not SealKind.PERSONAL
    ]
    if any(standing_of(one, times.judged_at) is Status.VALID for one in own):
        return Finding(3, "no-seal", P, "这是文本签名，没有使用印章图形。", warning=True)
    return Finding(3, "no-seal", I, "这是文本签名，没有使用印章；签名单位在判定时刻没有在用的印章，无法确认。")


def _known(found: ListedSeal, times: Times) -> Finding | None:
    """What the history of the trust list settles; None where it knows of nothing against the seal."""
    at = times.judged_at
    standing = standing_of(found, at)
    if times.sealed_at is not None:
        if standing is Status.VALID:
            return None
        return _finding(F, f"签章时印章已{_word(standing)}{_since(found, at)}。")
    if always_in_use(found, at):
        return None
    if not ever_in_use(found, at):
        return _finding(F, "印章自备案起就没有有效过。")
    if standing is Status.VALID:
        return _finding(I, "印章曾经停用，又没有可信时间证明签章不是在停用期间作出。")
    text = f"印章现已{_word(standing)}{_since(found, at)}，又没有可信时间证明签章在此之前作出。"
    return _finding(I, text)


def _current(found: ListedSeal, listed: TrustList, evidence: Evidence, times: Times) -> Finding:
    """What the status list adds for instants that the trust list does not reach."""
    settled = times.sealed_at is not None and times.sealed_at <= listed.issued_at
    status = evidence.status_lists.get(found.pointer.list)
    if status is None:
        return _passed(found, listed, times) if settled else _finding(I, "没有可信的状态清单，无法确认印章当前状态。")
    age = max(0, int((times.now - status.issued_at).total_seconds()))
    if found.pointer.index >= status.size:
        return _finding(F, "印章所指的状态位置不存在。", age)
    value = status.value(found.pointer.index)
    if value != 0 and value not in _expected(found, status.issued_at) and status.issued_at >= listed.issued_at:
        return _finding(I, "状态清单显示印章已停用或注销，信任列表尚未载明自何时起；请更新后再核验。", age)
    if settled:
        return _passed(found, listed, times)
    if value != 0:
        return _finding(I, "状态清单比信任列表旧，两者对印章状态说法不一；请更新后再核验。", age)
    if status.issued_at > times.now + TOLERANCE:
        return _finding(I, "状态清单的签发时间晚于核验时刻，不能用来判断印章状态。", 0)
    if times.now >= status.next_update:
        return _finding(I, "状态清单已过更新期限，无法确认印章当前状态；请更新后再核验。", age)
    return _finding(P, f"印章在判定时刻在用（状态清单第 {status.number} 期）。", age)


def _expected(found: ListedSeal, at: datetime) -> set[int]:
    """The entries of a status list that the history leads to; a list is dated in whole seconds, an act is not."""
    return {LIST_VALUE[standing_of(found, one) or Status.VALID] for one in (at, at + SECOND)}


def _passed(found: ListedSeal, listed: TrustList, times: Times) -> Finding:
    age = max(0, int((times.now - listed.issued_at).total_seconds()))
    text = "签章时印章在用" + (f"（后来于{_when(found.history[0].since)}起有变更）。" if found.history else "。")
    return _finding(P, text, age)


def _finding(indication: Indication, text: str, age: int | None = None) -> Finding:
    return Finding(3, "seal-status", indication, text, age)


def _word(standing: Status | None) -> str:
    return WORDS.get(standing or Status.VALID, ENDED if standing and standing.final else "处于特殊状态")


def _since(found: ListedSeal, at: datetime) -> str:
    """Since when, in words of the clock of China."""
    begun: list[SealPeriod] = [period for period in found.history if period.since <= at]
    return f"（自 {_when(begun[-1].since)} 起）" if begun else ""


def _when(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
