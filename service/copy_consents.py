"""Consents to annotated copies in an installation: given by holders, recorded from papers, confirmed, withdrawn.

The journeys are `issuer.consenting`. Here the paper of a consent is kept as a file, once it is what its first octets
say; a number that would put a citizen's on record is refused; and a withdrawal is written where every consent's is, so
that the copies resting on it end with it. Whoever asks sees the consents of an own licence only.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from cases.consent import Mode
from cases.ports import ConsentRegister
from cases.privacy import COMING_OF_AGE, holds_citizen_number
from cases.withdrawing import withdraw
from cases.wording import is_code
from issuer.consenting import recording
from issuer.consenting.consent import CopyConsent, PaperWords, Stage, Step
from issuer.consenting.errors import ConsentNotTaken, NoSuchConsent
from issuer.consenting.ports import ConsentDesk
from issuer.consenting.recording import Paper
from issuer.converting.scan import MEDIA_TYPES, kind_of
from issuer.copying.ports import Asker, Terms
from issuer.errors import NoSuchLicence
from issuer.ports import Blobs
from service.archive import Archive
from trust.rules.identifier import MAX_LENGTH
from trust.rules.licence import day_in_china
from trust.sealing.ports import Officer

WITHDRAWN = "已撤回"


class CopyConsents:
    """`issuer.consenting` at work."""

    def __init__(
        self,
        archive: Archive,
        blobs: Blobs,
        withdrawals: Callable[[], ConsentRegister],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
    ) -> None:
        self._archive, self._blobs, self._withdrawals = archive, blobs, withdrawals
        self._now, self._random = now, random

    @property
    def desk(self) -> ConsentDesk:
        """What recording needs."""
        return ConsentDesk(self._archive.copy_consents, self._archive.register.find, self._random)

    # --- recording ---------------------------------------------------------------------------------------------------

    def give(self, identifier: str, terms: Terms, *, by: Asker, key: str) -> CopyConsent:
        """A consent of the holder who asks; raises as `issuer.consenting.recording.give`."""
        if by.holder is None or len(identifier) > MAX_LENGTH:
            raise NoSuchLicence
        return recording.give(self.desk, identifier, terms, holder=by.holder, by=_officer(by), key=key, at=self._now())

    def record(
        self, identifier: str, terms: Terms, words: PaperWords, scan: bytes, *, by: Asker, key: str
    ) -> CopyConsent:
        """A consent on paper, with the paper; raises as `issuer.consenting.recording.record`.

        Raises:
            ConsentNotTaken: also `consent-reference`, `personal-data`.
            ScanRefused: the file is no scan.

        """
        self._check(identifier, words, by)
        kind_of(scan)
        return self._record(identifier, terms, words, self._blobs.put(scan), by=by, key=key)

    def record_scanned(
        self, identifier: str, terms: Terms, words: PaperWords, scan: str, *, by: Asker, key: str
    ) -> CopyConsent:
        """The same with a scan that the body has handed in before (`/api/v1/scans`), by its digest; as `record`.

        Raises:
            ConsentNotTaken: also `scan-unknown`, the body has handed in none of this digest.

        """
        self._check(identifier, words, by)
        self.of_licence(identifier, by)  # whose licence it is comes before what is wrong with the paper
        if "\0" in scan or self._archive.stocks.scan(by.department, scan) is None:
            raise ConsentNotTaken([("scan", "scan-unknown")])
        return self._record(identifier, terms, words, scan, by=by, key=key)

    def _check(self, identifier: str, words: PaperWords, by: Asker) -> None:
        """See that this person may put down a paper, and that its number may stand there."""
        if not by.official or len(identifier) > MAX_LENGTH:
            raise NoSuchLicence
        if not is_code(words.reference):
            raise ConsentNotTaken([("reference", "consent-reference")])
        if holds_citizen_number(words.reference, day_in_china(self._now()), youngest=COMING_OF_AGE):
            raise ConsentNotTaken([("reference", "personal-data")])

    def _record(
        self, identifier: str, terms: Terms, words: PaperWords, document: str, *, by: Asker, key: str
    ) -> CopyConsent:
        paper = Paper(words.reference, words.mode, words.giver, document)
        return recording.record(
            self.desk, identifier, terms, paper, body_code=by.department, by=_officer(by), key=key, at=self._now()
        )

    def decide(self, reference: str, step: Step, *, by: Asker, reason: str = "") -> CopyConsent:
        """Confirm or refuse one that was recorded; raises as `issuer.consenting.recording.decide`."""
        if not by.official:
            raise NoSuchConsent
        return recording.decide(
            self.desk, by.department, reference, step, by=_officer(by), at=self._now(), reason=reason
        )

    def withdraw(self, consent: CopyConsent, *, by: Asker, reason: str = "") -> datetime:
        """Withdraw a consent for good; the copies that rest on it end.

        A holder of the licence needs no reason; for a body, raises as
        `issuer.consenting.recording.put_down_withdrawal`.
        """
        if by.holder is None:
            recording.put_down_withdrawal(self.desk, consent, is_person=by.is_person, reason=reason)
        else:
            recording.leave_unsaid(self.desk, consent)
        name = consent.name
        return withdraw(self._withdrawals(), name.department, Mode(name.mode), name.reference, self._now())

    def withdraw_named(self, mode: Mode, reference: str, *, by: Asker, reason: str) -> datetime | None:
        """`withdraw` for whoever names a consent as all consents to their department are named; None where it is none.

        Raises:
            NoSuchConsent: they are no official of the body.

        """
        consent = self._archive.copy_consents.find(by.department, reference)
        if consent is None or consent.mode != mode.value:
            return None
        if not by.official:
            raise NoSuchConsent
        return self.withdraw(consent, by=by, reason=reason)

    # --- reading -----------------------------------------------------------------------------------------------------

    def find(self, identifier: str, reference: str, asker: Asker) -> CopyConsent:
        """A consent for a licence of the asker.

        Raises:
            NoSuchLicence: none, or another's: the same answer.
            NoSuchConsent: the licence has none of this number.

        """
        for one in self.of_licence(identifier, asker):
            if one.reference == reference:
                return one
        raise NoSuchConsent

    def of_licence(self, identifier: str, asker: Asker) -> Sequence[CopyConsent]:
        """The consents for a licence, newest first, for its holder and its body; raises as `find`."""
        entry = self._archive.register.find(identifier) if len(identifier) <= MAX_LENGTH else None
        if entry is None or entry.artefacts is None or not asker.owns(entry.licence):
            raise NoSuchLicence
        return self._archive.copy_consents.of_original(identifier)

    def of_body(self, body_code: str, stage: Stage | None, *, limit: int, after: str = "") -> Sequence[CopyConsent]:
        """The consents that a body has, by number."""
        return self._archive.copy_consents.of_body(body_code, stage, limit=limit, after=after)

    def paper(self, consent: CopyConsent) -> tuple[bytes, str]:
        """The file of a consent on paper, with its media type.

        Raises:
            NoSuchConsent: it was not given on paper.

        """
        if consent.document is None:
            raise NoSuchConsent
        octets = self._blobs.get(consent.document)
        return octets, MEDIA_TYPES[kind_of(octets)]

    def withdrawn(self, consent: CopyConsent) -> datetime | None:
        """Since when a consent is withdrawn."""
        name = consent.name
        return self._archive.citations.withdrawn(name.department, Mode(name.mode), name.reference)

    def label(self, consent: CopyConsent) -> str:
        """How a consent stands, in a word for people."""
        if self.withdrawn(consent) is not None:
            return WITHDRAWN
        over = consent.stage is Stage.GIVEN and self._now() > consent.valid_until
        return "已到期" if over else consent.stage.label

    def carries(self, consent: CopyConsent) -> bool:
        """Whether copies can be made on it now."""
        return self.label(consent) == Stage.GIVEN.label


def _officer(asker: Asker) -> Officer:
    return Officer(asker.login, asker.name)
