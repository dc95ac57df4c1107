"""The word that a key has leaked, or is retired, and who stands behind it: two named people, or one in an emergency.

Neither can be taken back, and either stops a service. A key that leaked cannot always wait for a second person, so one
may put it away alone. But then why has to be said, and the trail has it before anything is done, as one person's act
that auditors see on their first page. Who may be one of the two is for the edges; that they are two humans is decided
here.

Of a key that is blocked there is nothing left to say but that it leaked earlier: nobody signs afterwards for what one
person did alone, and saying it again only carries on what was cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.lifecycle import KeyRecord, KeyState
from service.archive import Archive
from service.keeping import block_leaked_key, check_leaked, retire_key
from service.keyring import KeyRing
from service.lost_keys.errors import CompromiseRefused
from service.lost_keys.order import LIFE, Step
from service.trail.store import Search, SqlTrail
from trust.certification.issuing import key_digest
from trust.certification.profiles import ROOT
from trust.errors import Malformed
from trust.formats.canonical_json import text_of
from trust.formats.crl import Reason, Revoked
from trust.formats.merged_revocations import merged
from trust.formats.trail_record import TrailRecord
from trust.rules.text import check_text
from trust.sealing.ports import Officer

ACTION = "yinzheng key compromise："
RETIRING = "yinzheng key retire："
BY_TWO, ALONE = "两人办理", "一人紧急办理"
LONGEST_REASON, MOST_WORDS = 400, 10_000
STAND_IN = "演示代行"
UNSAID = {ACTION: "key-compromise", RETIRING: "key-retire"}
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

    A word that would change nothing is not left.

    Raises:
        Malformed, KeysError: as `check_leaked`; nothing was done.

    """
    check_leaked(ring, name, at, lost_at)
    known = ring.record(name)
    if known.state is not KeyState.COMPROMISED or _graver(archive, known, at, lost_at):
        trail.add([_record(ACTION, name, word, at, lost_at)])
    return block_leaked_key(ring, archive, name, at, lost_at)


def retire_on_word(ring: KeyRing, trail: SqlTrail, name: str, word: Word, at: datetime) -> KeyRecord:
    """Leave the word in the trail, then retire the key; of one that is retired already no word is left.

    Raises:
        KeysError: as `retire_key`; nothing was done.

    """
    known = ring.record(name)
    if known.state is not KeyState.RETIRED:
        known.moved(KeyState.RETIRED, at)
        trail.add([_record(RETIRING, name, word, at, None)])
    return retire_key(ring, name, at)


@dataclass(frozen=True)
class Said:
    """What was said of one key: the word that blocked or retired it, and those after it, as that it leaked earlier.

    In each word `about` has the key, and the second person if there was one.
    """

    first: TrailRecord
    later: tuple[TrailRecord, ...] = ()

    @property
    def retired(self) -> bool:
        """Whether the key was retired; that it leaked, before or later, is said apart."""
        return self.first.action.startswith(RETIRING)


def words_said(trail: SqlTrail, most: int) -> Sequence[Said]:
    """What was said of keys that leaked or were retired, key by key, those put away last first, at most so many keys.

    However often somebody said it again, no key leaves the list for that.
    """
    found: dict[tuple[str, bool], list[TrailRecord]] = {}
    words = [
        record
        for action in (ACTION, RETIRING)
        for record in trail.search(Search(action=action), before=None, limit=MOST_WORDS)
    ]
    for record in sorted(words, key=lambda one: one.number):
        key = record.about.get("identifier", ""), record.action.startswith(RETIRING)
        found.setdefault(key, []).append(record)
    return [Said(first, tuple(later)) for first, *later in found.values()][: -most - 1 : -1]


def _graver(archive: Archive, known: KeyRecord, at: datetime, lost_at: datetime | None) -> bool:
    """Whether this word changes what is on record of a blocked key's certificates, or there is nothing yet."""
    books, since = archive.books, None if lost_at is None else lost_at.replace(microsecond=0)
    wanted = Revoked(at.replace(microsecond=0), Reason.KEY_COMPROMISE, since)
    for one in books.certificates.of_key(key_digest(known.public)):
        said = books.revocations.of(one.authority).get(one.serial, ())
        if one.profile != ROOT.profile.name and (not said or merged((*said, wanted)) != merged(said)):
            return True
    return False


def _record(saying: str, name: str, word: Word, at: datetime, lost_at: datetime | None) -> TrailRecord:
    about = {"identifier": name}
    about |= {"second": word.second.login} if word.second is not None else {}
    about |= {"stood_in": STAND_IN} if word.stood_in else {}
    about |= {"since": text_of(lost_at)} if lost_at is not None else {}
    action = saying + (ALONE if word.second is None else BY_TWO)
    return TrailRecord(0, at, word.by.login, word.role, action, 0, about, why=word.reason or UNSAID[saying])
