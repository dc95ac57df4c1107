"""Step 8: is the licence in force, from a signed status list fresh enough, and inside its own period.

A list past its next update cannot say "valid" any more, nor that a suspension still lasts; only what it says is gone
stays gone, since that is final. A list from after the instant that is judged says nothing about it, whatever it says.
The register of acts, where it can be asked, explains, and can only make it worse, never better: what it has recorded
counts at once, also while no list shows it.
"""

from datetime import date, datetime

from trust.rules.licence import CHINA, Validity, validity
from trust.rules.standing import Standing, Status
from trust.rules.status_pointer import StatusPointer
from trust.rules.times import TOLERANCE
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence

FINAL = 1
"""The value that no later list may take back."""
WORDS = {1: "已失去效力", 2: "处于暂扣状态", 3: "处于特殊状态，请向颁发机构查询"}


def judge_status(
    pointer: StatusPointer,
    evidence: Evidence,
    now: datetime,
    standing: Standing | None = None,
) -> Finding:
    """What the status list says of one licence, with the age of that evidence; `standing` only gives the words."""
    found = evidence.status_lists.get(pointer.list)
    if found is None:
        return Finding(8, "status", Indication.INDETERMINATE, "没有可信的状态清单，无法确认证照当前状态。")
    age = max(0, int((now - found.issued_at).total_seconds()))
    if pointer.index >= found.size:
        return Finding(8, "status", Indication.FAILED, "证照所指的状态位置不存在。", age)
    value = found.value(pointer.index)
    if found.issued_at > now + TOLERANCE:
        text = "状态清单的签发时间晚于核验时刻，不能用来判断该时刻的状态" + _beside(value, "这期清单")
        return Finding(8, "status", Indication.INDETERMINATE, text, 0)
    if now >= found.next_update and value != FINAL:
        text = "状态清单已过更新期限，请更新后再核验" + _beside(value, "最后一期清单")
        return Finding(8, "status-stale", Indication.INDETERMINATE, text, age)
    if value != 0:
        return Finding(8, "status", Indication.FAILED, _words(value, standing, found.number), age)
    return Finding(8, "status", Indication.PASSED, f"状态清单第 {found.number} 期：该证照有效。", age)


def judge_register(standing: Standing | None) -> list[Finding]:
    """The register's own word, where it can be asked: an act counts once it is recorded, before a list shows it."""
    if standing is None or standing.status is Status.VALID:
        return []
    if standing.carried:
        said = f"登记簿从备份恢复，恢复前公布的状态是{standing.status.label}"
        text = f"{said}，原来的处理还没有重新登记；请颁发机构先重新登记。"
        return [Finding(8, "carried-over", Indication.FAILED, text)]
    return [Finding(8, "register", Indication.FAILED, f"登记簿中该证照的状态为{standing.status.label}。")]


def judge_period(valid_from: date | None, valid_until: date | None, now: datetime) -> Finding:
    """The licence's own period, in calendar days of China."""
    said = validity(valid_from, valid_until, now)
    if said is Validity.NOT_YET:
        return Finding(8, "period", Indication.FAILED, f"证照自 {valid_from} 起生效，尚未生效。")
    if said is Validity.EXPIRED:
        return Finding(8, "period", Indication.FAILED, f"证照有效期至 {valid_until}，已经过期。")
    end = f"至 {valid_until}" if valid_until else "长期"
    return Finding(8, "period", Indication.PASSED, f"在证照有效期内（{end}）。")


def _beside(value: int, which: str) -> str:
    """What a list says that does not decide; nothing where it says "valid"."""
    return f"；{which}显示该证照{WORDS.get(value, WORDS[3])}。" if value else "。"


def _words(value: int, standing: Standing | None, number: int) -> str:
    label = WORDS.get(value, WORDS[3])
    if standing is not None and standing.act is not None and standing.since is not None:
        since = standing.since.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        return f"状态清单第 {number} 期：该证照{label}（{standing.status.label}，自 {since} 起）。"
    return f"状态清单第 {number} 期：该证照{label}。"
