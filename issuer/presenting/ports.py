"""What presenting needs: the register of codes, the licence, its standing and token, and the key that presents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from issuer.ports import Entry
from keys.signer import Signer
from trust.rules.labelled import Labelled
from trust.rules.standing import Standing


class CodeKind(Labelled):
    """A code to be redeemed once online, or the 60-second code that verifies by itself."""

    ONCE = "once", "一次性亮证码"
    SIGNED = "signed", "限时亮证码"


@dataclass(frozen=True)
class Presenter:
    """A holder who is signed in: the login that codes belong to, and the code type and code on the licences."""

    login: str
    code_type: str
    code: str


@dataclass(frozen=True)
class Use:
    """Who used a code: when, which person of which department, where and for what, as they said."""

    at: datetime
    by: str
    department: str = ""
    place: str = ""
    purpose: str = ""


@dataclass(frozen=True)
class Code:
    """A code as the register knows it: `number` is the holder's handle, `digest` all that is kept of its secret.

    `holder` is the login of who made it. A code ends by use, withdrawal or time, whichever comes first.
    """

    number: str
    digest: bytes
    kind: CodeKind
    identifier: str
    holder: str
    made_at: datetime
    expires_at: datetime
    audience: str = ""
    withdrawn_at: datetime | None = None
    use: Use | None = None
    use_key: str | None = None


class Codes(Protocol):
    """The register of codes. Every method is one durable transaction."""

    def add(self, code: Code, most: int) -> bool:
        """Store a code before it is shown to anybody, unless its holder has so many that could still be used.

        Of many added at once only as many are stored as there is room for, once the holder has one.
        """
        ...

    def find(self, number: str) -> Code | None:
        """The code of a number."""
        ...

    def by_digest(self, digest: bytes) -> Code | None:
        """The code of a secret."""
        ...

    def redeem(self, digest: bytes, use: Use, key: str) -> Code | None:
        """Note the use if the code was neither used nor withdrawn nor over at that instant, and give it as it is then.

        Of two that redeem at once, one use is noted. None if there is no such code.

        Raises:
            IdempotencyMismatch: another code was used under this key.

        """
        ...

    def withdraw(self, number: str, at: datetime) -> Code | None:
        """Note the withdrawal if the code was not used, and give it as it is then; the first instant stays."""
        ...

    def of_licence(self, identifier: str, limit: int) -> Sequence[Code]:
        """The newest codes of a licence, newest first."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete codes that ended unused before an instant; how many there were."""
        ...


@dataclass(frozen=True)
class PresentDesk:
    """Everything that presenting needs; `pen` is the service's key for presentations and for nothing else."""

    codes: Codes
    find: Callable[[str], Entry | None]
    standing: Callable[[str, datetime], Standing]
    pen: Callable[[], Signer]
    random: Callable[[int], bytes]
    host_url: str


@dataclass(frozen=True)
class Presented:
    """A code as it is shown to its holder, once: the text of its picture, and its row."""

    code: Code
    text: str
