"""How many witnesses stand behind a checkpoint, of those that this verifier believes.

A witness looks after the log from elsewhere and cosigns only what continues what it saw before. Who they are and how
many of them are wanted is the verifier's to say, like its anchors; the log's own word on it would be worth nothing. Too
few is no fault of the licence: it is told, and a policy that needs `log-witnessed` leaves the question open. Apart from
that, a service that knows whom its own log admitted names them to everybody; no policy makes anything of that.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from trust.errors import TrustError
from trust.formats.cosignature import verify_cosignature
from trust.formats.verifier_key import VerifierKey
from trust.rules.times import TOLERANCE
from trust.rules.verdict import Finding, Indication

QUOTE = '"'
"""What stands in a quoted name for our own quotation marks."""


@dataclass(frozen=True)
class WitnessRule:
    """Witnesses that are believed, each of them once, and how many of them are wanted; without any nothing is told."""

    keys: tuple[VerifierKey, ...] = ()
    wanted: int = 1


def judge_witnesses(note: bytes, rule: WitnessRule, now: datetime) -> list[Finding]:
    """The finding about a checkpoint's cosignatures, where the verifier named witnesses."""
    if not rule.keys:
        return []
    names = sorted({name for name, at in _cosigned(note, rule.keys) if at <= now + TOLERANCE})
    told = f"检查点由 {len(names)} 个可信的见证方会签{'（' + '、'.join(map(_quoted, names)) + '）' if names else ''}"
    if len(names) >= rule.wanted:
        return [Finding(9, "log-witnessed", Indication.PASSED, f"{told}，要求 {rule.wanted} 个。")]
    few = f"{told}，少于要求的 {rule.wanted} 个。"
    return [Finding(9, "log-unwitnessed", Indication.PASSED, few, warning=True)]


def tell_cosigners(note: bytes, admitted: tuple[VerifierKey, ...] | None, now: datetime) -> list[Finding]:
    """Who of those whom the log admitted stands behind a checkpoint; nothing where nobody knows whom it admitted."""
    if admitted is None:
        return []
    found = sorted((name, at) for name, at in _cosigned(note, admitted) if at <= now + TOLERANCE)
    if found:
        names = "、".join(f"{_quoted(name)}（{at:%Y-%m-%dT%H:%M:%SZ}）" for name, at in found)
        told = f"共同签名的见证方：{names}。由日志一方登记，是否采信由核验方决定。"
        return [Finding(9, "log-cosigned", Indication.PASSED, told)]
    why = f"登记的 {len(admitted)} 个见证方都还没有会签" if admitted else "本日志没有登记见证方"
    told = f"共同签名的见证方：没有。{why}，检查点只有日志自己的签名。"
    return [Finding(9, "log-not-cosigned", Indication.PASSED, told)]


def _quoted(name: str) -> str:
    """A name that its bearer chose, so that it cannot be read as two, nor as our own words."""
    return f"“{name.replace('“', QUOTE).replace('”', QUOTE)}”"


@lru_cache(maxsize=64)
def _cosigned(note: bytes, keys: tuple[VerifierKey, ...]) -> tuple[tuple[str, datetime], ...]:
    """Which of these witnesses have cosigned the note, and when; one checkpoint stands behind many proofs."""
    found = []
    for key in keys:
        try:
            found.append((key.name, verify_cosignature(note, key).at))
        except TrustError:
            continue  # no line of this witness, or one that does not hold: it does not count
    return tuple(found)
