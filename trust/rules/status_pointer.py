"""Where the standing of a licence or seal is published: an entry of a numbered status list.

The pointer stands inside what is signed, so a verifier knows which list to ask without asking who holds what; it says
nothing about the standing itself.
"""

from dataclasses import dataclass

from trust.errors import Malformed


@dataclass(frozen=True)
class StatusPointer:
    """Entry `index` of status list number `list`.

    Raises:
        Malformed: `status-pointer`, a negative number.

    """

    list: int
    index: int

    def __post_init__(self) -> None:
        if self.list < 0 or self.index < 0:
            raise Malformed("status-pointer")
