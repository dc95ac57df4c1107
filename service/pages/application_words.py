"""Words of the pages about applications: stages, what to weigh, what follows what, and what changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from issuer.applying.life import Stage
from issuer.applying.linting import Caution
from issuer.applying.succession_rules import RULES
from service.pages.issue_form import Section
from trust.rules.party import HOLDER_CODE_TYPES
from trust.rules.succession import SuccessionKind

BADGES = {
    Stage.DRAFT: "s99",
    Stage.SUBMITTED: "s02",
    Stage.RETURNED: "s02",
    Stage.APPROVED: "s01",
    Stage.ISSUING: "s06",
    Stage.RELEASED: "s01",
}
CAUTIONS = {
    "holder-has-one": "持证主体已有一本有效的同类证照",
    "holder-name-differs": "同一代码的持证主体在另一本证照上用的是别的名称",
    "already-past": "有效期的最后一天已经过去",
    "restored": "系统在这件申请提出之后从备份恢复过，可能已经签发，请先核对",
}
EXPLAINED = {
    SuccessionKind.RENEW: "持证主体的代码和证照编号不变，新的有效期须晚于原来的。",
    SuccessionKind.AMEND: "持证主体的代码和证照编号不变，其余内容可以改。",
    SuccessionKind.REISSUE: "遗失、毁损后补发，内容与原证照完全相同，只有颁发日期可以改。",
    SuccessionKind.CORRECT: "改正颁发时的差错，须写明差错和依据。",
    SuccessionKind.COURT_ORDER: "依生效裁判、协助执行通知等变更持证主体或内容，须写明文书编号。",
    SuccessionKind.TRANSFER_IN: (
        "由其他颁发机构转入，须填原证照的标识。在本系统内的，原机构须已办理转出，写明转入本机构；"
        "其他系统的，先由接口交原证照文件。"
    ),
}
LABELS = {
    "reason": "理由",
    "basis": "依据",
    "predecessor": "原证照标识",
    "evidence": "重新核实的证据",
    "original": "原证照文件",
}


MOST_NAMED = 3
"""So many licences are named under one caution; of the others it is told how many they are."""


@dataclass(frozen=True)
class Weighed:
    """What is to be weighed, the licences it is about, as far as they are named, and how many more there are."""

    words: str
    subjects: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class Change:
    """A value that differs from the predecessor's."""

    label: str
    before: str
    after: str


def weighed(cautions: Iterable[Caution]) -> list[Weighed]:
    """Cautions in words, those of one reason together, in the order in which they were found."""
    found = dict[str, list[str]]()
    for one in cautions:
        found.setdefault(one.reason, []).extend([one.subject] if one.subject else [])
    return [
        Weighed(CAUTIONS[reason], tuple(subjects[:MOST_NAMED]), len(subjects[MOST_NAMED:]))
        for reason, subjects in found.items()
    ]


def needs_basis(kind: SuccessionKind | None) -> bool:
    """Whether the form asks for a basis."""
    return kind is not None and RULES[kind].needs_basis


def changes(before: Mapping[str, str], after: Mapping[str, str], labels: Mapping[str, str]) -> list[Change]:
    """The values that differ, in the order of the form; an empty one is a dash."""
    before, after = _in_words(before), _in_words(after)
    names = [*labels, *(name for name in (*before, *after) if name not in labels and name != "holders")]
    return [
        Change(labels.get(name, name), before.get(name) or "—", after.get(name) or "—")
        for name in dict.fromkeys(names)
        if (before.get(name) or "") != (after.get(name) or "")
    ]


def _in_words(values: Mapping[str, str]) -> dict[str, str]:
    """The values with kinds of codes by their names."""
    kinds = {name for name in values if name.startswith("holder_code_type")}
    return {
        name: HOLDER_CODE_TYPES[value].label if name in kinds and value in HOLDER_CODE_TYPES else value
        for name, value in values.items()
    }


def labels_of(sections: tuple[Section, ...]) -> dict[str, str]:
    """The labels of the fields of a form, by name."""
    return {field.name: field.label for section in sections for field in section.fields}
