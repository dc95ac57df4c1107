"""The word that a key has leaked, and who stands behind it: two named people, or one in an emergency.

A key that leaked cannot always wait for a second person, so one may block it alone. But then why has to be said, and
the trail has it before the block, as one person's act that auditors see on their first page. Who may be one of the two
is for the edges; that they are two humans is decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.lifecycle import KeyRecord
from service.archive import Archive
from service.keeping import block_leaked_key, check_leaked
from service.keyring import KeyRing
from service.lost_keys.errors import CompromiseRefused
from service.lost_keys.order import LIFE, Step
from service.trail.store import Search, SqlTrail
from trust.errors import Malformed
from trust.formats.canonical_json import text_of
from trust.formats.trail_record import TrailRecord
from trust.rules.text import check_text
from trust.sealing.ports import Officer

ACTION = "yinzheng key compromise："
BY_TWO, ALONE = f"{ACTION}两人办理", f"{ACTION}一人紧急办理"
LONGEST_REASON = 400
STAND_IN = "演示代行"
UNSAID = "key-compromise"
"""What stands for the reason where two people gave none."""


@dataclass(frozen=True)
class Word:
    """Who says that a key leaked, in which role, and why; without a second it is one person's act.

    `stood_in` says that the second is nobody: in the demo a stand-in takes their step.

    Raises:
        NotAnother: the second is the same human, under whichever login.
        CompromiseRefused: `loss-reason`, one person gives none, or it is not 1 to 400 characters that can be shown.

    """

    by: Officer
    role: str
    second: Officer | None = None
    reason: str = ""
    stood_in: bool = False

    def __post_init__(self) -> None:
        if self.second is not None:
            LIFE.check_person(Step.CONFIRM, self.second, [self.by])
        if self.reason or self.second is None:
            try:
                check_text(self.reason, LONGEST_REASON)
            except Malformed as error:
                raise CompromiseRefused("loss-reason", error.reason) from error


def block_on_word(
    ring: KeyRing, archive: Archive, trail: SqlTrail, name: str, word: Word, at: datetime, lost_at: datetime | None
) -> tuple[KeyRecord, int]:
    """Leave the word in the trail, then block the key and revoke its certificates, as `block_leaked_key`.

    Raises:
        Malformed, KeysError: as `check_leaked`; nothing was done.

    """
    check_leaked(ring, name, at, lost_at)
    trail.add([_record(name, word, at, lost_at)])
    return block_leaked_key(ring, archive, name, at, lost_at)


def words_said(trail: SqlTrail, most: int) -> Sequence[TrailRecord]:
    """The last words about leaked keys, newest first; `about` has the key, and the second person if there was one."""
    return trail.search(Search(action=ACTION), before=None, limit=most)


def _record(name: str, word: Word, at: datetime, lost_at: datetime | None) -> TrailRecord:
    about = {"identifier": name}
    about |= {"second": word.second.login} if word.second is not None else {}
    about |= {"stood_in": STAND_IN} if word.stood_in else {}
    about |= {"since": text_of(lost_at)} if lost_at is not None else {}
    action = ALONE if word.second is None else BY_TWO
    return TrailRecord(0, at, word.by.login, word.role, action, 0, about, why=word.reason or UNSAID)
