"""The parts of evidence about a past standing, each checked for its own signature: entries, token, list, seal.

An entry proves when the log took something; a list is believed if a certificate that the trust list names for lists
signed it and held when it was issued; a seal is looked up in the trust list's history.
"""

from dataclasses import dataclass, field
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import Malformed, TrustError, Untrusted
from trust.formats import cose
from trust.formats.certificate import Certificate, Purpose
from trust.formats.leaf import EntryKind
from trust.formats.log_proof import LogProof, decode_log_proof, verify_log_proof
from trust.formats.standing_evidence import StandingEvidence
from trust.formats.status_list import STATUS_LIST_TYPE, StatusList, decode_status_list
from trust.formats.token import TokenClaims, decode_claims, split_token
from trust.rules.licence import CHINA
from trust.rules.seal_standing import standing_of
from trust.rules.standing import Status
from trust.rules.verdict import Finding, Indication
from verifier.distrust import why
from verifier.evidence import MAX_PART, Evidence
from verifier.signers import signers_of

P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of the table)


@dataclass
class Case:
    """What is being found out about one file of evidence; `known_until` is the end of what was signed about acts."""

    given: StandingEvidence
    evidence: Evidence
    now: datetime
    known_until: datetime | None = None
    findings: list[Finding] = field(default_factory=list)

    def say(self, step: int, name: str, indication: Indication, detail: str, *, warning: bool = False) -> None:
        """Add a finding."""
        self.findings.append(Finding(step, name, indication, detail, warning=warning))


@dataclass(frozen=True)
class Logged:
    """Where something stands in the log, the log's own instant, and what else the same entry commits to."""

    index: int
    at: datetime
    commitments: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class OpenedToken:
    """What was found of a token: findings, its claims, and the listed certificates of the key that signed it."""

    findings: tuple[Finding, ...]
    claims: TokenClaims | None = None
    signers: tuple[Certificate, ...] = ()


def logged(proof: LogProof | None, wanted: bytes, kind: EntryKind, evidence: Evidence) -> Logged | None:
    """The proven place of a commitment; None where there is no proof, or no key of the log to check it with.

    Raises:
        Malformed, Untrusted: the proof does not hold, or is about something else.

    """
    if proof is None or evidence.trust_list is None or not evidence.log_keys:
        return None
    refusals: list[TrustError] = []
    for key in evidence.log_keys:  # while the log changes its key there are two
        try:
            entry, _ = verify_log_proof(proof, wanted, evidence.trust_list.log, key)
        except TrustError as error:
            refusals.append(error)
            continue
        if entry.statement.kind is not kind:
            raise Untrusted("entry-kind", "the log has it under another heading")
        return Logged(proof.index, entry.at, tuple(entry.statement.commitments))
    raise refusals[0]


def open_token(octets: bytes, evidence: Evidence) -> OpenedToken:
    """The claims of a token, once its signature holds under a listed key of a department."""
    try:
        envelope = split_token(octets)
    except Malformed as error:
        return OpenedToken((Finding(1, "token", F, f"凭据不合规范（{error.reason}）。"),))
    signers = signers_of(envelope, evidence, Purpose.SEAL_SIGNER)
    if not signers:
        grave = F if evidence.trust_list is not None else I
        return OpenedToken((Finding(4, "token-signature", grave, "凭据的签名不属于任何受信任的颁发机构。"),))
    found = [Finding(4, "token-signature", P, "凭据的签名成立。")]
    try:
        return OpenedToken(tuple(found), decode_claims(envelope.payload), signers)
    except Malformed as error:
        return OpenedToken((*found, Finding(7, "claims", F, f"凭据内容不合规范（{error.reason}）。")))


def list_of(
    name: str, octets: bytes | None, proof: bytes | None, number: int, evidence: Evidence, now: datetime
) -> tuple[StatusList | None, list[Finding]]:
    """A list of this number, signed in its time and in the log; `name` is that of the finding if it is not."""
    which = "那一时刻的" if name == "list-then" else "紧接其后的"
    if octets is None:
        return None, [Finding(8, name, I, f"没有{which}状态清单，不能确认处理没有缺漏。")]
    try:
        found = _open_list(octets, evidence, now)
        place = None if proof is None else logged(decode_log_proof(proof), sm3(octets), EntryKind.STATUS_LIST, evidence)
    except TrustError as error:
        return None, [Finding(8, name, F, f"{which}状态清单或者它的日志证明不可信：{why(error.reason)}。")]
    base = evidence.trust_list.status_base if evidence.trust_list else ""
    if found.list != number or found.uri != f"{base}/{number}":
        return None, [Finding(8, name, F, f"所附的{which}状态清单不是这本证照所指的那一份。")]
    if place is None:
        return found, [Finding(9, "list-logged", I, f"{which}状态清单没有日志证明，不能确认它曾经公布。")]
    return found, [Finding(9, "list-logged", P, f"{which}状态清单在存证日志第 {place.index} 条。")]


def seal_then(seal_id: str | None, evidence: Evidence, at: datetime) -> Finding:
    """What the seal of this number was at the instant of issue, by the trust list's history.

    Which seal the licence bears is the word of whoever made the evidence; verifying the file itself tells.
    """
    listed = evidence.trust_list
    if seal_id is None or listed is None:
        return Finding(3, "seal-then", I, "没有载明证照上的印章，或者没有印章备案清单。")
    found = listed.seal(seal_id)
    standing = standing_of(found, at) if found is not None else None
    if standing is Status.VALID:
        text = f"举证文件载明的印章（{seal_id}）在签发时在用；证照上是否就是这枚印章，以核验证照文件为准。"
        return Finding(3, "seal-then", P, text, warning=True)
    state = "没有备案" if found is None else "尚未备案" if standing is None else "停用或者已经注销"
    return Finding(3, "seal-then", F, f"举证文件载明的印章（{seal_id}）在签发时{state}。")


def _open_list(octets: bytes, evidence: Evidence, now: datetime) -> StatusList:
    """The list, signed under a listed certificate whose path held when it was issued; raises TrustError."""
    envelope = cose.split(octets, MAX_PART)
    signers = signers_of(envelope, evidence, Purpose.STATUS_LIST)
    if not signers:
        raise Untrusted("signer-unknown", "no listed key has signed the list")
    payload = cose.unwrap(octets, signers[0].public_key, content_type=STATUS_LIST_TYPE, limit=MAX_PART)
    found = decode_status_list(payload)
    refused: TrustError | None = None
    for signer in signers:
        try:
            evidence.path(signer, Purpose.STATUS_LIST, at=found.issued_at, now=now)
        except TrustError as error:
            refused = error
            continue
        return found
    raise refused or Untrusted("signer-unknown")


def when(at: datetime) -> str:
    """An instant as people read it, in China."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
