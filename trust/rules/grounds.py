"""Grounds (事由): for which acts each may be given, who may use it, and whether it may reach back.

One flat table. Its legal bases are general names from general knowledge: **check them before relying on them**. They
are there to remind an official where to look, not to cite. `retroactive` says whether an act on this ground may
take effect before it was decided: what annuls from the beginning (撤销), or dates from a fact that lies
behind (death, dissolution, a past last day). A penalty never reaches back, and nothing that restores ever does,
so no standing that a verifier was told can turn out better afterwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trust.errors import Malformed, Untrusted
from trust.rules.errors import FieldRefused, naming
from trust.rules.labelled import Labelled
from trust.rules.standing import ActKind
from trust.rules.text import check_text

REASON_LENGTH = 400
"""Characters of a reason; the length of 变更原因 in a published table of metadata."""
DECISION_LENGTH = 120
"""Characters of the number of a decision."""


class Authority(Labelled):
    """In which capacity an act is taken."""

    ISSUER = "issuer", "颁发机构"
    SUPERIOR = "superior", "上级行政机关"
    ENFORCEMENT = "enforcement", "行政处罚机关"
    REGISTER = "register", "登记系统自动办理"


@dataclass(frozen=True)
class Ground:
    """One row; `legal_basis` is from general knowledge, check before relying on it.

    `needs_decision` asks for the number of a decision; `successor` says that another licence takes the place of this
    one.
    """

    code: str
    label: str
    kinds: frozenset[ActKind]
    legal_basis: str
    retroactive: bool = False
    needs_reason: bool = False
    authorities: frozenset[Authority] = frozenset({Authority.ISSUER})
    needs_decision: bool = False
    successor: bool = False


_PERMIT_69 = "行政许可法第六十九条"
_PERMIT_70 = "行政许可法第七十条"
_PENALTY_9 = "行政处罚法第九条"
_NONE = "以具体法律、法规、规章为准"

_BY_ISSUER_OR_ABOVE = frozenset({Authority.ISSUER, Authority.SUPERIOR})
_BY_ISSUER_OR_PENALTY = frozenset({Authority.ISSUER, Authority.ENFORCEMENT})
_BY_ISSUER_OR_DATE = frozenset({Authority.ISSUER, Authority.REGISTER})


def _kinds(*kinds: ActKind) -> frozenset[ActKind]:
    return frozenset(kinds)


_ROWS = (
    # 暂扣、吊销: penalties, effective forwards only.
    Ground(
        "penalty",
        "依法作出行政处罚决定",
        _kinds(ActKind.SUSPEND, ActKind.REVOKE),
        _PENALTY_9,
        authorities=_BY_ISSUER_OR_PENALTY,
    ),
    # 恢复
    Ground(
        "suspension-ended",
        "暂扣期限届满",
        _kinds(ActKind.REINSTATE),
        _PENALTY_9,
        authorities=frozenset({Authority.ISSUER, Authority.ENFORCEMENT, Authority.REGISTER}),
    ),
    Ground(
        "rectified",
        "整改完成，暂扣或者限制事由消除",
        _kinds(ActKind.REINSTATE),
        _NONE,
        authorities=_BY_ISSUER_OR_PENALTY,
    ),
    Ground(
        "decision-overturned",
        "原暂扣或者限制决定被依法撤销、变更",
        _kinds(ActKind.REINSTATE),
        _NONE,
        authorities=frozenset({Authority.ISSUER, Authority.SUPERIOR, Authority.ENFORCEMENT}),
        needs_decision=True,
    ),
    # 撤销: the decision to license was wrong; it may be annulled from the beginning.
    Ground(
        "abuse-of-office",
        "工作人员滥用职权、玩忽职守作出准予许可决定",
        _kinds(ActKind.RESCIND),
        _PERMIT_69,
        retroactive=True,
        authorities=_BY_ISSUER_OR_ABOVE,
    ),
    Ground(
        "beyond-authority",
        "超越法定职权作出准予许可决定",
        _kinds(ActKind.RESCIND),
        _PERMIT_69,
        retroactive=True,
        authorities=_BY_ISSUER_OR_ABOVE,
    ),
    Ground(
        "procedure-violated",
        "违反法定程序作出准予许可决定",
        _kinds(ActKind.RESCIND),
        _PERMIT_69,
        retroactive=True,
        authorities=_BY_ISSUER_OR_ABOVE,
    ),
    Ground(
        "not-qualified",
        "对不具备申请资格或者不符合法定条件的申请人准予许可",
        _kinds(ActKind.RESCIND),
        _PERMIT_69,
        retroactive=True,
        authorities=_BY_ISSUER_OR_ABOVE,
    ),
    Ground(
        "fraud",
        "以欺骗、贿赂等不正当手段取得许可",
        _kinds(ActKind.RESCIND),
        _PERMIT_69,
        retroactive=True,
        authorities=_BY_ISSUER_OR_ABOVE,
    ),
    Ground(
        "review-decision",
        "执行生效裁判或者行政复议决定",
        _kinds(ActKind.RESCIND),
        _NONE,
        retroactive=True,
        needs_reason=True,
        authorities=_BY_ISSUER_OR_ABOVE,
    ),
    # 注销: the right has come to its end.
    Ground(
        "not-renewed",
        "有效期届满未延续",
        _kinds(ActKind.CANCEL, ActKind.LAPSE),
        _PERMIT_70,
        retroactive=True,
        authorities=_BY_ISSUER_OR_DATE,
    ),
    Ground("holder-died", "公民死亡或者丧失行为能力", _kinds(ActKind.CANCEL), _PERMIT_70, retroactive=True),
    Ground("holder-dissolved", "法人或者其他组织依法终止", _kinds(ActKind.CANCEL), _PERMIT_70, retroactive=True),
    Ground("withdrawn", "行政许可依法被撤回", _kinds(ActKind.CANCEL), _PERMIT_70),
    Ground("force-majeure", "因不可抗力导致许可事项无法实施", _kinds(ActKind.CANCEL), _PERMIT_70),
    Ground("holder-request", "持证主体申请注销", _kinds(ActKind.CANCEL), _PERMIT_70),
    Ground("transfer-completed", "已转出至其他颁发机构", _kinds(ActKind.CANCEL), _NONE, successor=True),
    Ground(
        "copy-basis-ended",
        "加注件所依据的授权撤回，或者持证主体收回",
        _kinds(ActKind.CANCEL),
        "个人信息保护法有关撤回同意的规定",
        authorities=frozenset({Authority.REGISTER}),
    ),
    # 失效: this document no longer speaks for the right, which may live on in another.
    Ground(
        "superseded",
        "换发、变更、延续或者补发后由新证照取代",
        _kinds(ActKind.LAPSE),
        "行政许可法有关变更、延续的规定",
        authorities=_BY_ISSUER_OR_DATE,
        successor=True,
    ),
    Ground(
        "issued-in-error",
        "证照内容或者签章有差错，收回重发",
        _kinds(ActKind.LAPSE),
        _NONE,
        retroactive=True,
        needs_reason=True,
        successor=True,
    ),
    # 转出
    Ground("transfer-applied", "持证主体申请转出", _kinds(ActKind.TRANSFER_OUT), _NONE),
    Ground("transfer-withdrawn", "转出申请撤回或者未获接收", _kinds(ActKind.TRANSFER_BACK), _NONE),
    # Acts that leave the standing as it is.
    Ground("check-passed", "依法校验、年度检验合格", _kinds(ActKind.CHECK), "医疗机构管理条例等有关校验、年检的规定"),
    Ground(
        "decision-set-aside",
        "终结证照效力的决定被依法撤销或者确认违法",
        _kinds(ActKind.OVERTURN),
        "行政复议法、行政诉讼法有关撤销行政行为的规定",
        authorities=frozenset({Authority.ISSUER, Authority.SUPERIOR, Authority.ENFORCEMENT}),
        needs_decision=True,
    ),
    # Whatever the table does not foresee says so in words, and never reaches back.
    Ground(
        "other",
        "其他",
        frozenset(ActKind) - {ActKind.OVERTURN},
        _NONE,
        needs_reason=True,
        authorities=frozenset({Authority.ISSUER, Authority.SUPERIOR, Authority.ENFORCEMENT}),
    ),
)
GROUNDS = MappingProxyType({ground.code: ground for ground in _ROWS})


def grounds_for(kind: ActKind, authorities: Iterable[Authority] = tuple(Authority)) -> tuple[Ground, ...]:
    """The grounds on which somebody with these authorities may take such an act, in the order of the table."""
    held = frozenset(authorities)
    return tuple(ground for ground in _ROWS if kind in ground.kinds and held & ground.authorities)


def ground_for(kind: ActKind, code: str, reason: str, table: Mapping[str, Ground] = GROUNDS) -> Ground:
    """Look up a ground and check that it fits the act and that words are given where it asks for them.

    Raises:
        Malformed: `ground-unknown`, `ground-kind` (it is for other acts), `reason-missing`.
        FieldRefused: key `reason`, with a reason of `check_text`.

    """
    ground = table.get(code)
    if ground is None:
        raise Malformed("ground-unknown", code[:64])
    if kind not in ground.kinds:
        raise Malformed("ground-kind", f"{code} is not a ground to {kind}")
    if not reason.strip():
        if ground.needs_reason:
            raise FieldRefused("reason-missing", key="reason", label="事由说明")
        return ground
    with naming("reason", "事由说明"):
        check_text(reason, REASON_LENGTH)
    return ground


def check_decision(ground: Ground, decision: str) -> None:
    """Check the number of the decision that an act rests on, and that it is given where the ground asks for it.

    Raises:
        FieldRefused: key `decision`: `decision-missing`, or a reason of `check_text`.

    """
    if not decision:
        if ground.needs_decision:
            raise FieldRefused("decision-missing", key="decision", label="决定文书号")
        return
    with naming("decision", "决定文书号"):
        check_text(decision, DECISION_LENGTH)


def check_authority(ground: Ground, authority: Authority) -> None:
    """Check that somebody acting in this capacity may use the ground.

    Raises:
        Untrusted: `ground-authority`.

    """
    if authority not in ground.authorities:
        raise Untrusted("ground-authority", f"{ground.code}: {authority}")
