"""Grounds (事由) for acts on seals: suspending (停用), resuming (恢复) and cancelling (注销) one.

A table of its own beside that for licences: nobody revokes a licence because a seal was lost. The rows follow what the
national rules of 2025 on electronic seals are reported to ask (停用、恢复 on file; a new seal after loss or
compromise; cancelled on renaming or dissolution; the text was not read). Two grounds reach back, because what was
sealed after a key was lost to others is not the owner's, whenever that was noticed.
"""

from collections.abc import Mapping
from types import MappingProxyType

from trust.rules.grounds import GROUNDS, Authority, Ground
from trust.rules.seal_standing import SUBJECT_PREFIX
from trust.rules.standing import ActKind

_RULES = "电子印章管理办法（国办发〔2025〕33号）"
_SUSPEND, _REINSTATE, _CANCEL = (frozenset({kind}) for kind in (ActKind.SUSPEND, ActKind.REINSTATE, ActKind.CANCEL))
_BY_OWNER = frozenset({Authority.ISSUER, Authority.SUPERIOR})

LEAKED = "seal-compromised"
"""The ground that says the key itself is in other hands: for the work that follows the report of a lost key alone."""

SEAL_GROUNDS: Mapping[str, Ground] = MappingProxyType(
    {
        ground.code: ground
        for ground in (
            Ground("seal-paused", "暂不使用", _SUSPEND, _RULES, authorities=_BY_OWNER),
            Ground("seal-suspected", "疑似丢失、泄露，先行停用", _SUSPEND, _RULES, authorities=_BY_OWNER),
            Ground("seal-misused", "违规用印，责令停用", _SUSPEND, _RULES, needs_reason=True, authorities=_BY_OWNER),
            Ground("seal-pause-ended", "停用事由消除", _REINSTATE, _RULES, authorities=_BY_OWNER),
            Ground("seal-remade", "换发新印章", _CANCEL, _RULES, authorities=_BY_OWNER),
            Ground("seal-certificate-renewed", "签名证书更新，重新制章", _CANCEL, _RULES, authorities=_BY_OWNER),
            Ground("seal-lost", "丢失", _CANCEL, _RULES, retroactive=True, authorities=_BY_OWNER),
            Ground(LEAKED, "签章制作数据泄露", _CANCEL, _RULES, retroactive=True, authorities=_BY_OWNER),
            Ground("seal-body-renamed", "单位名称变更", _CANCEL, _RULES, authorities=_BY_OWNER),
            Ground("seal-body-dissolved", "单位撤销、合并或者终止", _CANCEL, _RULES, authorities=_BY_OWNER),
            Ground("seal-holder-left", "持有人离任", _CANCEL, _RULES, authorities=_BY_OWNER),
            Ground(
                "other",
                "其他",
                _SUSPEND | _REINSTATE | _CANCEL,
                "以具体法律、法规、规章为准",
                needs_reason=True,
                authorities=_BY_OWNER,
            ),
        )
    }
)


def grounds_about(subject: str) -> Mapping[str, Ground]:
    """The grounds for acts on a subject: those for seals, or those for licences."""
    return SEAL_GROUNDS if subject.startswith(SUBJECT_PREFIX) else GROUNDS
