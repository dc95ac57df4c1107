"""Was it valid on that day? A file of evidence checked by a stranger, from the file and pinned roots alone.

    0 evidence, its age · 1 what it is · 3 seal then · 4, 5, 6 token, its signer's path and mandate at the issue ·
    7 it is about this licence · 8 acts, status lists then and now, the answer · 9 issue, acts and list in the log

When the file was made is its own word and counts for nothing. Knowledge ends where what is signed ends: with the newest
status list, or the log's entry of the last act where that is later, since acts are numbered without a gap. The answer
is as of that instant, and a question about a later one stays open. The acts are held against two signed lists. A list
shows exactly the acts that the log had below the size it states, so an act that was left out, made up or changed shows
as a difference. What no list ever showed, or two acts that undo each other between the two lists, cannot be found.

Findings are separate facts. The answer is `UNKNOWN` as soon as one that it rests on failed or stays open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from trust.errors import Malformed, TrustError
from trust.formats.act_record import act_commitment, decode_act
from trust.formats.bundle import decode_bundle
from trust.formats.certificate import Certificate, Purpose
from trust.formats.leaf import EntryKind, token_commitment
from trust.formats.log_proof import decode_log_proof
from trust.formats.standing_evidence import StandingEvidence
from trust.formats.token import TokenClaims
from trust.rules.past_standing import Answer, Life, PastStanding, past_standing
from trust.rules.periodic_check import last_check
from trust.rules.standing import Act, Standing, Status
from trust.rules.times import TOLERANCE, Times
from trust.rules.verdict import Finding, Indication
from verifier.authority import judge_mandate, judge_path
from verifier.errors import EvidenceUnusable
from verifier.evidence import weigh
from verifier.past_file import judge_licence_file
from verifier.past_lists import SECOND, judge_lists
from verifier.past_parts import Case, Logged, logged, open_token, seal_then, when
from verifier.periodic_checks import told_check
from verifier.reading import FileRead

P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of the table)
ASIDE = frozenset({"seal-then"})
"""Findings that are told and that the answer does not rest on where they are open."""


@dataclass(frozen=True)
class PastVerdict:
    """The answer, the licence and instant it is about, as of when that is known, and everything that was found.

    `as_of` is the end of what was signed; None where nothing in the file says so.
    """

    answer: Answer
    identifier: str
    on: datetime
    as_of: datetime | None
    findings: tuple[Finding, ...]
    standing: PastStanding | None = None
    acts: tuple[Act, ...] = ()


def check_past_standing(
    given: StandingEvidence, anchors: Iterable[Certificate], now: datetime, file: tuple[bytes, FileRead] | None = None
) -> PastVerdict:
    """Check a file of evidence under pinned anchors; a bad part is a finding.

    With a licence `file`, its octets and what was read of them, it is also found whether the evidence is about that.

    Raises:
        EvidenceUnusable: the bundle in it cannot be read.

    """
    try:
        bundle = decode_bundle(given.bundle)
    except Malformed as error:
        raise EvidenceUnusable(error.reason, "bundle") from error
    case = Case(given, weigh(bundle, anchors, given.made_at), now)
    token = open_token(given.token, case.evidence)
    case.findings += token.findings
    acts = _acts(case)
    issue = _issue(case)
    case.known_until = _known_until(case, token.claims, acts)
    _judge_age(case, bundle.made_at)
    if file is not None:
        case.findings.append(judge_licence_file(*file, given.identifier, issue))
    if token.claims is not None and issue is not None:
        _judge_authority(case, token.claims, token.signers, issue.at)
    sound = not any(one.name == "acts-complete" and one.indication is F for one in case.findings)
    if token.claims is None or issue is None or not sound:
        return _verdict(case, None, acts if sound else [])
    known = [one for one, _ in acts]
    life = Life(issue.at, token.claims.valid_from or token.claims.issued_on, token.claims.valid_until)
    then = [one for one, place in acts if place is not None and place.at <= given.on]
    if case.known_until is None or given.on >= case.known_until + SECOND:
        case.say(8, "known-until", I, "没有在所问时刻或者此后签发的状态清单，不能确认处理没有缺漏。")
    standing = past_standing(known, given.on, life, case.known_until or given.made_at, known=then)
    judge_lists(case, token.claims, acts, standing)
    _tell(case, standing)
    if standing.answer is not Answer.NOT_YET_ISSUED:
        _tell_check(case, token.claims, known, given.on)
    return _verdict(case, standing, acts)


def _known_until(case: Case, claims: TokenClaims | None, acts: Sequence[tuple[Act, Logged | None]]) -> datetime | None:
    """Where signed knowledge of the acts ends: the issue of the newest list, or the log's instant of the last act."""
    newest = None if claims is None else case.evidence.status_lists.get(claims.status.list)
    if newest is None:
        return None
    last = acts[-1][1] if acts else None
    return max(newest.issued_at, last.at) if last is not None else newest.issued_at


def _judge_age(case: Case, made_at: datetime) -> None:
    """How old the signed knowledge is; the file's own time is held against it, and believed in nothing."""
    given, known = case.given, case.known_until
    if given.made_at > case.now + TOLERANCE or abs(made_at - given.made_at) > TOLERANCE:
        case.say(0, "evidence-time", F, "举证文件的制作时间晚于现在，或者与所附核验依据的时间不一致。")
        return
    if known is None or known > case.now + TOLERANCE:
        case.say(0, "evidence-time", I, "举证文件里没有已经签发的状态清单，不能确认依据截至何时。")
        return
    age = max(0, int((case.now - known).total_seconds()))
    text = f"处理情况的依据截至{when(known)}；此后才发生或者才发现的情况不在其中。"
    case.findings.append(Finding(0, "evidence-time", P, text, age))
    case.findings += case.evidence.findings


def _acts(case: Case) -> list[tuple[Act, Logged | None]]:
    """The acts that can be read, by sequence, each with its place in the log where that is proven."""
    found: list[tuple[Act, Logged | None]] = []
    broken = 0
    for one in case.given.acts:
        try:
            act = decode_act(one.act)
            proof = None if one.proof is None else decode_log_proof(one.proof)
            place = logged(proof, act_commitment(act, one.salt), EntryKind.ACT, case.evidence)
        except TrustError as error:
            case.say(9, "act-logged", F, f"有一次处理的记录或者它的日志证明不成立（{error.reason}）。")
            broken += 1
            continue
        found.append((act, place))
    found.sort(key=lambda pair: pair[0].sequence)
    _judge_acts(case, found, broken)
    return found


def _judge_acts(case: Case, found: Sequence[tuple[Act, Logged | None]], broken: int) -> None:
    acts = [act for act, _ in found]
    if [act.sequence for act in acts] != list(range(1, len(acts) + 1)) or broken:
        case.say(8, "acts-complete", F, "处理的序号不连续：缺少、重复或者无法采用其中的一次。")
    elif any(act.subject != case.given.identifier for act in acts):
        case.say(8, "acts-complete", F, "其中有对别的证照的处理。")
    else:
        case.say(8, "acts-complete", P, f"共 {len(acts)} 次处理，序号连续。")
    for act, place in found:
        if place is None:
            case.say(9, "act-logged", I, f"第 {act.sequence} 次处理还没有日志证明。")
        elif place.at < act.recorded_at - TOLERANCE:
            case.say(9, "act-logged", F, f"第 {act.sequence} 次处理自称的登记时间晚于日志记入的时间。")
        elif place.at > act.recorded_at + TOLERANCE:
            text = (
                f"第 {act.sequence} 次处理自称登记于{when(act.recorded_at)}，{when(place.at)}才记入日志，以后者为准。"
            )
            case.say(9, "act-logged", P, text, warning=True)
    if found and not broken and all(place is not None for _, place in found):
        case.say(9, "acts-logged", P, f"{len(found)} 次处理都在存证日志中，记录未被改动。")


def _issue(case: Case) -> Logged | None:
    """The entry of the licence's issue."""
    given = case.given
    try:
        proof = None if given.issue is None else decode_log_proof(given.issue)
        found = logged(proof, token_commitment(given.token), EntryKind.ISSUE, case.evidence)
    except TrustError as error:
        case.say(9, "issue-logged", F, f"签发记录的日志证明不成立（{error.reason}）。")
        return None
    if found is None:
        case.say(9, "issue-logged", I, "没有签发记录的日志证明，不能确定何时签发。")
        return None
    case.say(9, "issue-logged", P, f"签发记录在存证日志第 {found.index} 条，{when(found.at)}。")
    return found


def _judge_authority(case: Case, claims: TokenClaims, signers: Sequence[Certificate], at: datetime) -> None:
    """Identifier, certificate, mandate and seal, each at the proven instant of issue."""
    given, identifier = case.given, claims.identifier
    same = str(identifier) == given.identifier
    case.say(7, "identifier", P if same else F, "凭据就是这本证照的。" if same else "凭据是另一本证照的。")
    signer = next((one for one in signers if one.not_before <= at <= one.not_after), signers[0])
    times = Times(given.made_at, at)
    case.findings.append(
        judge_path(signer, Purpose.SEAL_SIGNER, case.evidence, times, step=5, name="signer-path", who="签发时的签名人")
    )
    case.findings += judge_mandate(signer, identifier.issuer_code, identifier.type_code, case.evidence, times)
    case.findings.append(seal_then(given.seal, case.evidence, at))


def _tell(case: Case, standing: PastStanding) -> None:
    """What a person should know beside the answer."""
    if standing.retroactive and standing.answer is not Answer.NOT_YET_ISSUED:
        text = f"当时能够知道的状态是“{standing.then.status.label}”，"
        text += f"按此后登记并溯及当时的处理是“{standing.today.status.label}”。"
        case.say(8, "retroactive", P, text, warning=True)
    if standing.overturned is not None:
        number = standing.overturned.decision or "未写文书号"
        text = f"使证照失去效力的处理后来已被撤销（{number}）；证照本身不恢复，权利以后续证照或者该决定为准。"
        case.say(8, "overturned", P, text, warning=True)


def _tell_check(case: Case, claims: TokenClaims, acts: Sequence[Act], on: datetime) -> None:
    """Whether a periodic check was overdue then, where the type asks for checks by the trust list of the file."""
    listed = case.evidence.trust_list
    duty = listed.check_duty(claims.identifier.type_code) if listed is not None and claims.copy is None else None
    if duty is not None:
        case.findings.append(told_check(duty, claims.issued_on, last_check(acts, on), on))


def _verdict(case: Case, standing: PastStanding | None, acts: Sequence[tuple[Act, Logged | None]]) -> PastVerdict:
    given = case.given
    settled = not any(
        one.indication is F or (one.indication is I and one.step != 0 and one.name not in ASIDE)
        for one in case.findings
    )
    answer = standing.answer if standing is not None and settled else Answer.UNKNOWN
    text = f"{when(given.on)}：{answer.label}" + (_since(standing) if standing and settled else "") + "。"
    case.say(8, "standing-on", I if answer is Answer.UNKNOWN else P, text)
    ordered = tuple(sorted(case.findings, key=lambda one: one.step))
    known = tuple(act for act, _ in acts)
    return PastVerdict(answer, given.identifier, given.on, case.known_until, ordered, standing, known)


def _since(standing: PastStanding) -> str:
    """Which standing the answer comes from, and since when."""
    if standing.answer is Answer.VALID_NOT_SINCE:
        return _of(standing.since)
    return _of(standing.today) if standing.answer is Answer.NOT_VALID else ""


def _of(standing: Standing) -> str:
    if standing.status is Status.VALID or standing.since is None:
        return "（不在证照自身的有效期内）"
    return f"（{standing.status.label}，自{when(standing.since)}起）"
