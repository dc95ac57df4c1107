"""What `sealing` refuses; `reason` is a stable code.

Malformed
└── SealNotMade      maker-key, maker-purpose, signer-purpose, maker-is-signer, signer-twice, period
Conflict
├── SealNotUsable    seal-suspended, seal-ended, seal-not-yet-valid, seal-expired, signer-not-in-seal; `seal_id`
└── SealExists       seal-exists: another seal is filed under this number; `seal_id`
"""

from trust.errors import Conflict, Malformed


class SealNotMade(Malformed): ...


class SealNotUsable(Conflict):
    def __init__(self, reason: str, seal_id: str) -> None:
        super().__init__(reason, seal_id)
        self.seal_id = seal_id


class SealExists(Conflict):
    def __init__(self, seal_id: str) -> None:
        super().__init__("seal-exists", seal_id)
        self.seal_id = seal_id
