"""Was it valid on that day? What the register answers, and the file of evidence with which a stranger checks it.

The evidence is put together from what was signed and logged, and checked here, with the checker that strangers use,
before it is handed out: a file that does not carry its own answer is not evidence.

A status list proves nothing about the time after it was signed. Whoever asks about such a time, now for example, makes
the register publish a list; who asks again within a minute is answered as of that one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from issuer.errors import NoSuchLicence
from issuer.ports import Entry
from service.adapters import OnlinePorts
from service.archive import Archive
from service.trail.doing import note_about
from trust.formats.act_record import act_commitment, encode_act
from trust.formats.bundle import Bundle, encode_bundle
from trust.formats.certificate import Certificate
from trust.formats.leaf import EntryKind, decode_entry, public_statement, token_commitment
from trust.formats.log_proof import LogProof, encode_log_proof
from trust.formats.sealed_file import SealedFile
from trust.formats.standing_evidence import EvidencedAct, StandingEvidence
from trust.revocation.ports import Publication, RecordedAct
from trust.rules.licence import CHINA
from trust.rules.past_standing import Life, PastStanding, past_standing
from trust.rules.seal_standing import subject_of
from verifier.past_standing import PastVerdict, check_past_standing
from verifier.reading import FileRead

DAY, DAY_LENGTH = timedelta(days=1), len("2026-11-21")
SECOND, RECENT = timedelta(seconds=1), timedelta(minutes=1)


def last_instant_of(words: str, now: datetime) -> datetime | None:
    """The last second of a day in China, written YYYY-MM-DD, or now while the day lasts; None for anything else."""
    try:
        day = date.fromisoformat(words) if len(words) == DAY_LENGTH else None
        end = None if day is None else datetime.combine(day, time(23, 59, 59), CHINA).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if end is None:
        return None
    return min(end, now) if end - DAY < now else end


class PastStandings:
    """Answers and evidence of one installation."""

    def __init__(
        self,
        archive: Archive,
        ports: OnlinePorts,
        *,
        read: Callable[[bytes], FileRead],
        bundle: Callable[[], Bundle],
        anchors: Callable[[], tuple[Certificate, ...]],
        publish: Callable[[int, datetime], None],
        now: Callable[[], datetime],
    ) -> None:
        self._archive, self._ports, self._read, self._publish = archive, ports, read, publish
        self._bundle, self._anchors, self._now = bundle, anchors, now

    def answer(self, identifier: str, on: datetime) -> PastStanding:
        """What the register knows, without evidence.

        Raises:
            NoSuchLicence: none was released under this identifier.

        """
        entry = self._released(identifier)
        acts = self._archive.acts
        carried = acts.carried_over(identifier)
        return past_standing(acts.of(identifier), on, self._life(entry), self._now(), carried=carried)

    def evidence(self, identifier: str, on: datetime) -> tuple[StandingEvidence, PastVerdict]:
        """The file of evidence, and what its check says; of a time since the newest list, see the module's text.

        Raises:
            NoSuchLicence: as `answer`.
            EvidenceUnusable: nothing has been published yet.
            Conflict, KeysError: a list is needed and cannot be published now.

        """
        entry, at = self._released(identifier), self._now()
        if entry.plan is None:
            raise NoSuchLicence
        on = self._covered(entry, on, at)
        pointer, token, seal = entry.licence.status, entry.plan.token, self._seal_of(identifier)
        then = self._archive.publications.at_time(pointer.list, on)
        following = None if then is None else self._following(then)
        made = StandingEvidence(
            identifier=identifier,
            on=on,
            made_at=at,
            token=token,
            issue=self._proof(token_commitment(token)),
            acts=tuple(map(self._act, self._archive.acts.recorded_of(identifier))),
            list_then=None if then is None else then.octets,
            list_then_proof=self._proof_of(then),
            list_next=None if following is None else following.octets,
            list_next_proof=self._proof_of(following),
            seal=seal,
            bundle=encode_bundle(self._evidence_for({pointer.list}, at, seal)),
        )
        return made, check_past_standing(made, self._anchors(), at)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _released(self, identifier: str) -> Entry:
        note_about(identifier=identifier)
        found = self._archive.released(identifier)
        if found is None:
            raise NoSuchLicence
        return found

    def _covered(self, entry: Entry, on: datetime, at: datetime) -> datetime:
        """The instant to answer for: as asked, once a list covers it, or that of a list less than a minute old.

        A list is no answer any more once an act on this very licence was recorded, or took effect, after it was made.
        """
        shard = entry.licence.status.list
        newest = self._archive.publications.current(shard)
        if on > at or (newest is not None and on < newest.at.replace(microsecond=0) + SECOND):
            return on
        recent = newest is not None and at - newest.at < RECENT and self._life(entry).issued_at <= newest.at
        if newest is not None and recent and not self._changed_since(entry, newest.at, at):
            return newest.at
        self._publish(shard, at)
        return on

    def _changed_since(self, entry: Entry, since: datetime, at: datetime) -> bool:
        """Whether an act on a licence was recorded, or took effect, after an instant and until now."""
        acts = self._archive.acts.of(str(entry.licence.identifier))
        return any(since < max(act.recorded_at, act.effective_at) <= at for act in acts)

    def _life(self, entry: Entry) -> Life:
        """When the log took the issue; the licence's own days."""
        if entry.artefacts is None:
            raise NoSuchLicence
        index, licence = entry.artefacts.log_index, entry.licence
        logged = decode_entry(self._archive.log.entries(index, index + 1)[0])
        return Life(logged.at, licence.valid_from or licence.issued_on, licence.valid_until)

    def _act(self, recorded: RecordedAct) -> EvidencedAct:
        proof = self._proof(act_commitment(recorded.act, recorded.salt))
        return EvidencedAct(encode_act(recorded.act), recorded.salt, proof)

    def _proof(self, commitment: bytes) -> bytes | None:
        found = self._ports.prove(commitment)
        return encode_log_proof(found) if isinstance(found, LogProof) else None

    def _proof_of(self, published: Publication | None) -> bytes | None:
        """The proof of a published list's entry."""
        if published is None:
            return None
        return self._proof(public_statement(EntryKind.STATUS_LIST, published.octets).commitments[0])

    def _following(self, published: Publication) -> Publication | None:
        """The list that was served after another; None while it is the newest."""
        later = self._archive.publications.since(published.list, published.at)
        return next((one for one in later if one.number > published.number), None)

    def _seal_of(self, identifier: str) -> str | None:
        """The number of the seal on the file of record; None where the file cannot be had now."""
        octets = self._ports.stored(identifier)
        read = None if octets is None else self._read(octets)
        return read.seal.seal_id if isinstance(read, SealedFile) and read.seal else None

    def _evidence_for(self, lists: set[int], at: datetime, seal: str | None) -> Bundle:
        """The published evidence, with those status lists alone that the licence and its seal are in."""
        bundle = self._bundle()
        subject = None if seal is None else subject_of(seal)
        pointers = {} if subject is None else self._archive.slots.of([subject])
        wanted = sorted(lists | {one.list for one in pointers.values()})
        served = filter(None, (self._archive.publications.current(number) for number in wanted))
        return replace(bundle, made_at=at.replace(microsecond=0), status_lists=tuple(one.octets for one in served))
