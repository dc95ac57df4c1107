"""Step 9: is this file in the transparency log, and since when.

Of a licence only an entry that says "issued" counts: that a seal was used on a file does not make it a licence that was
released.
The log holds salted commitments; the salt stands in the covered metadata, so whoever holds the file can find its
entry and nobody else learns anything from the log. A proof that holds under a checkpoint signed by the log is also the
trusted time of sealing (step 0). An entry that no checkpoint covers yet is the word of the storage alone: it leaves the
step open and proves no time, but an entry under another heading is against the file already. No entry, or a proof that
does not hold, is FAILED. Without network a proof may have come along with the file; one about another file says
nothing, and without any the finding says so.
"""

from collections.abc import Sequence
from datetime import datetime

from keys.sm2 import PublicKey
from trust.errors import TrustError, Untrusted
from trust.formats.leaf import Entry, EntryKind
from trust.formats.log_proof import LogProof, verify_log_proof
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence
from verifier.ports import Awaited, LogProofs
from verifier.witnesses import judge_witnesses, tell_cosigners

OFFLINE = Finding(9, "log", Indication.INDETERMINATE, "离线核验，未查存证日志。")
MISSING = Finding(9, "log", Indication.FAILED, "存证日志中没有它的签发记录。")
NO_KEY = Finding(9, "log", Indication.INDETERMINATE, "没有可信的日志公钥，无法检查存证日志的证明。")
OF_ANOTHER = Finding(9, "log", Indication.INDETERMINATE, "所附的存证证明说的不是这一份，未采用。")


def judge_inclusion(
    wanted: bytes,
    evidence: Evidence,
    log: LogProofs | None,
    now: datetime,
    kind: EntryKind = EntryKind.ISSUE,
) -> tuple[list[Finding], datetime | None]:
    """The findings about the log for one commitment, and the proven instant of sealing where there is one.

    The first is about the entry; others tell of the witnesses, where the verifier named some, and of those whom the
    log admitted, where they are known. `kind` is the heading an entry must stand under: licences are issued, other
    documents are seal uses.
    """
    proof = log.prove(wanted) if log is not None else evidence.proof
    if proof is None:
        return [OFFLINE if log is None else MISSING], None
    if isinstance(proof, Awaited):
        return [_awaited(proof.entry, wanted, kind)], None
    if evidence.trust_list is None or not evidence.log_keys:
        return [NO_KEY], None
    try:
        at = _proven(proof, wanted, evidence.trust_list.log, evidence.log_keys, kind)
    except TrustError as error:
        if log is None and error.reason == "commitment":
            return [OF_ANOTHER], None
        return [Finding(9, "log", Indication.FAILED, f"存证日志的证明不成立（{error.reason}）。")], None
    told = Finding(9, "log", Indication.PASSED, f"已在存证日志第 {proof.index} 条，{at:%Y-%m-%dT%H:%M:%SZ}。")
    witnessed = judge_witnesses(proof.checkpoint, evidence.witnesses, now)
    return [told, *witnessed, *tell_cosigners(proof.checkpoint, evidence.cosigners, now)], at


def _proven(proof: LogProof, wanted: bytes, origin: str, keys: Sequence[PublicKey], kind: EntryKind) -> datetime:
    """The log's instant of the entry, under whichever listed key of the log signed the checkpoint."""
    refusals: list[TrustError] = []
    for key in keys:
        try:
            entry, _ = verify_log_proof(proof, wanted, origin, key)
        except TrustError as error:
            refusals.append(error)
            continue
        _require(entry, wanted, kind)
        return entry.at
    raise refusals[0]


def _awaited(entry: Entry, wanted: bytes, kind: EntryKind) -> Finding:
    """The finding about an entry that the log has not signed for yet: open at best."""
    try:
        _require(entry, wanted, kind)
    except Untrusted as error:
        return Finding(9, "log", Indication.FAILED, f"存证日志的记录与它不符（{error.reason}）。")
    return Finding(9, "log", Indication.INDETERMINATE, "已记入存证日志，尚未列入已签的检查点，请稍后再核验。")


def _require(entry: Entry, wanted: bytes, kind: EntryKind) -> None:
    if wanted not in entry.statement.commitments:
        raise Untrusted("commitment", "the entry is about something else")
    if entry.statement.kind is not kind:
        raise Untrusted("not-issued", "the log has the file under another heading")
