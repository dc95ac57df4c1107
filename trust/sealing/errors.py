"""What `sealing` refuses; `reason` is a stable code.

Malformed
├── SealNotMade          maker-key, maker-purpose, signer-purpose, maker-is-signer, signer-twice, period
└── SealWishRefused      wish-…: what is applied for, or asked to be sealed, cannot be
Conflict
├── SealNotUsable        seal-suspended, seal-ended, seal-not-yet-valid, seal-expired, signer-not-in-seal; `seal_id`
├── SealExists           seal-exists: another seal is filed under this number; `seal_id`
├── SealMoveRefused      seal-move: the life of the seal has no such step from here; `state`, `step`
├── SealKindTaken        seal-kind-taken, seal-still-in-use, seal-replaces: it does not fit the seals already there
├── SameOfficer          second-person: whoever asked may not approve
├── SealQuotaReached     seal-quota: as many signatures as the seal may make in a day
├── SealNeedsApproval    seal-needs-approval: more than one person may make alone
└── SealingFailed        sealing-not-sound, sealing-plan: what was sealed is not what was meant; nothing is handed out
TrustError
└── SealUnknown          seal-unknown: no such seal, application or request, or not for whoever asks
"""

from trust.errors import Conflict, Malformed, TrustError


class SealNotMade(Malformed): ...


class SealWishRefused(Malformed): ...


class SealNotUsable(Conflict):
    def __init__(self, reason: str, seal_id: str) -> None:
        super().__init__(reason, seal_id)
        self.seal_id = seal_id


class SealExists(Conflict):
    def __init__(self, seal_id: str) -> None:
        super().__init__("seal-exists", seal_id)
        self.seal_id = seal_id


class SealMoveRefused(Conflict):
    def __init__(self, state: str, step: str) -> None:
        super().__init__("seal-move", f"{step} from {state}")
        self.state, self.step = state, step


class SealKindTaken(Conflict): ...


class SameOfficer(Conflict):
    def __init__(self, login: str) -> None:
        super().__init__("second-person", login)


class SealQuotaReached(Conflict):
    def __init__(self, seal_id: str, per_day: int) -> None:
        super().__init__("seal-quota", f"{seal_id}: {per_day} a day")
        self.seal_id, self.per_day = seal_id, per_day


class SealNeedsApproval(Conflict):
    def __init__(self, seal_id: str, threshold: int) -> None:
        super().__init__("seal-needs-approval", f"{seal_id}: {threshold} a day alone")
        self.seal_id, self.threshold = seal_id, threshold


class SealingFailed(Conflict): ...


class SealUnknown(TrustError):
    def __init__(self) -> None:
        super().__init__("seal-unknown")
