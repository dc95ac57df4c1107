"""What an audit finds: checks that were made, how much each looked at, and findings with their proofs.

A finding is a fact that does not fit, in a sentence, with what proves it: the index of an entry, the path of a file, a
checkpoint, a row's key. The report keeps the first findings of each check and counts the rest, so its size is bounded
whatever is wrong. It is FAILED where something contradicts what was signed or stored, INDETERMINATE where something
could not be looked at or is missing without being contradicted, else PASSED. Nothing here is a person's name.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from trust.formats.canonical_json import text_of
from trust.rules.verdict import Indication

MOST_KEPT = 100
FORMAT = "yinzheng-audit/1"
TITLES = {
    "log": "存证日志逐条复算",
    "log-index": "日志的散列和查找表",
    "since": "与留存的旧检查点一致",
    "checkpoints": "历次检查点",
    "witnesses": "见证方会签",
    "signers": "签名人证书",
    "status-lists": "状态清单",
    "trust-lists": "信任列表",
    "revocation-lists": "证书撤销列表",
    "catalogue": "目录条目",
    "licences": "证照登记",
    "copies": "加注件登记",
    "acts": "处理登记",
    "documents": "用印文件登记",
    "standings": "条目和现状的登记",
    "orders": "两人办理的处理",
    "applications": "申请、批次和转换的步骤",
    "people": "办理人当时的权限",
    "rebuilt": "按处理登记重算的每一期清单",
    "mandates": "职权登记",
    "seals": "印章登记",
    "seal-uses": "用章记录",
    "files": "存储的文件",
    "entries": "日志条目都有登记",
    "trail": "操作留痕",
    "rows": "留痕所记的登记行",
    "accounts": "账号和登录会话的标记",
    "plans": "计划过而没有完成的",
}
"""Every check that an audit may make, in the order of the report."""


@dataclass(frozen=True)
class AuditFinding:
    """One fact: of which check, what kind (`name`), how grave, in words, and what proves it."""

    check: str
    name: str
    indication: Indication
    detail: str
    proof: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """As the report writes it."""
        return {
            "check": self.check,
            "name": self.name,
            "indication": self.indication.value,
            "detail": self.detail,
            "proof": dict(self.proof),
        }


class Report:
    """An audit's findings while it runs, and its result."""

    def __init__(self, at: datetime, manner: str) -> None:
        self.at, self.manner = at, manner
        self.log: dict[str, object] = {}
        self.findings: list[AuditFinding] = []
        self.examined: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self._worst: dict[str, Indication] = {}

    def look(self, check: str, count: int = 1) -> None:
        """So many more things were looked at."""
        self.examined[check] += count

    def failed(self, check: str, name: str, detail: str, **proof: object) -> None:
        """Something contradicts what was signed or stored."""
        self._add(AuditFinding(check, name, Indication.FAILED, detail, proof))

    def open(self, check: str, name: str, detail: str, **proof: object) -> None:
        """Something could not be judged, or was missing for a while."""
        self._add(AuditFinding(check, name, Indication.INDETERMINATE, detail, proof))

    def listed(self, check: str, name: str, detail: str, **proof: object) -> None:
        """Something a person should see that speaks against nobody."""
        self._add(AuditFinding(check, name, Indication.PASSED, detail, proof))

    @property
    def checks(self) -> list[tuple[str, int, Indication]]:
        """Every check made: its title, how much was looked at, the gravest finding."""
        made = [check for check in TITLES if check in self.examined or check in self._worst]
        return [(check, self.examined[check], self._worst.get(check, Indication.PASSED)) for check in made]

    @property
    def indication(self) -> Indication:
        """The gravest of all findings."""
        return max(self._worst.values(), key=list(Indication).index, default=Indication.PASSED)

    def as_json(self) -> dict[str, object]:
        """The report as one JSON value, format `yinzheng-audit/1`."""
        return {
            "format": FORMAT,
            "indication": self.indication.value,
            "at": text_of(self.at),
            "manner": self.manner,
            "log": self.log,
            "checks": [
                {"check": check, "title": TITLES[check], "examined": count, "indication": worst.value}
                for check, count, worst in self.checks
            ],
            "findings": [finding.as_json() for finding in self.findings],
            "left_out": dict(self.left_out),
        }

    def _add(self, finding: AuditFinding) -> None:
        order = list(Indication).index
        before = self._worst.get(finding.check, Indication.PASSED)
        self._worst[finding.check] = max(before, finding.indication, key=order)
        of_kind = sum((one.check, one.name) == (finding.check, finding.name) for one in self.findings)
        if of_kind < MOST_KEPT:
            self.findings.append(finding)
        else:
            self.left_out[f"{finding.check}/{finding.name}"] += 1
