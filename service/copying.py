"""Annotated copies of an installation: made for a holder, for the issuing body on a consent, or for a citation.

Here it is decided who may ask for what: the holder for a copy of an own licence, for any purpose; the issuing body
where a consent was given to it; the department that cited a licence, for the purpose it cited it for and with the face
items that the citation may see. What a copy is and when it is refused is `issuer.copying`'s.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from cases.consent import Mode, check_period
from cases.errors import FileChanged
from cases.showing import citation_of
from cases.wording import is_code
from issuer.completing import Issued
from issuer.consenting.consent import check_carries
from issuer.copying.ending import end_copies
from issuer.copying.errors import BasisEnded, NoSuchCopy
from issuer.copying.making import CopyRequest, files_of, make_copy
from issuer.copying.ports import Asker, ConsentName, CopyDesk, CopyEntry, Terms
from issuer.errors import NoSuchLicence
from issuer.ports import Entry, Office
from service.archive import Archive
from service.errors import published_later
from service.publisher import Publisher
from service.trail.following import require_marked
from service.trail.ledger import spelled_of
from trust.revocation.acting import resume
from trust.revocation.reading import read_standing
from trust.rules.identifier import MAX_LENGTH
from trust.rules.standing import Standing, Status

LASTING = timedelta(days=30)
"""How long copies for a citation that rests on a statutory duty are made, and how long they last."""
MOST_OF_CITATION = 5
BY_REGISTER = "register"
"""Who ends a copy where nobody does it by hand."""


class Copying:
    """`issuer.copying` at work."""

    def __init__(
        self,
        archive: Archive,
        office: Callable[[], Office],
        publisher: Callable[[], Publisher],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
    ) -> None:
        self._archive, self._office, self._publisher, self._now, self._random = archive, office, publisher, now, random

    @property
    def desk(self) -> CopyDesk:
        """What making a copy needs."""
        return CopyDesk(
            office=self._office(),
            copies=self._archive.copies,
            original=self._archive.register.find,
            standing=self._standing,
            withdrawn=self._withdrawn,
        )

    # --- making --------------------------------------------------------------------------------------------------

    def for_holder(self, identifier: str, terms: Terms, *, by: Asker, key: str) -> Issued:
        """A copy that the holder makes of an own licence; raises as `issuer.copying.making.make_copy`.

        Raises:
            NoSuchLicence: none, or another's: the same answer.
            NotYetPublished: it is made, and its proof is not public yet; the same key takes it up again.

        """
        entry = self._original(identifier)
        mine = next((one for one in entry.licence.holders if (one.code_type, one.code) == by.holder), None)
        if mine is None:
            raise NoSuchLicence
        return self._make(
            CopyRequest(identifier, terms.cause, terms.recipient, mine.name, "holder", terms.expires_at),
            by=by,
            key=key,
        )

    def for_body(self, identifier: str, terms: Terms, *, mode: str, reference: str, by: Asker, key: str) -> Issued:
        """A copy that the issuing body makes on a consent that is on record with it; raises as `for_holder`.

        Licence, mode, purpose and recipient must be those of the consent, word by word, and the copy ends with it.

        Raises:
            BasisEnded: `consent-statutory`, `consent-reference`, `consent-withdrawn`, or as
                `issuer.consenting.consent.check_carries`.
            Conflict: `register-changed`, the consent was not given, or not confirmed, here.

        """
        entry = self._original(identifier)
        if not by.official or entry.licence.identifier.issuer_code != by.department:
            raise NoSuchLicence
        if mode not in {Mode.HOLDER, Mode.AGENT}:
            raise BasisEnded("consent-statutory")
        if not is_code(reference):
            raise BasisEnded("consent-reference")
        recorded = self._archive.copy_consents.find(by.department, reference)
        consent = check_carries(recorded, original=identifier, mode=mode, terms=terms, at=self._now())
        require_marked(self._archive.engine, "copy_consent", [spelled_of([consent.body_code, consent.reference])])
        return self._make(
            CopyRequest(
                identifier,
                terms.cause,
                terms.recipient,
                entry.licence.issuing_body.name,
                f"consent:{reference}",
                terms.expires_at,
                asker=by.department,
                consent=consent.name,
                latest=consent.valid_until,
            ),
            by=by,
            key=key,
        )

    def for_citation(self, number: str, expires_at: datetime | None, *, by: Asker, key: str) -> Issued:
        """A copy for a citation of the asker's department, with the items the citation may see; as `for_holder`.

        One for a statutory duty is made within `LASTING` of the citation and ends then too, because no consent says how
        long the case goes on; whoever needs longer cites again. There are `MOST_OF_CITATION` for a citation.

        Raises:
            NoSuchCitation: none, or another department's.
            ConsentRefused: the consent behind the citation is over.
            BasisEnded: `citation-old`, `citation-copies` (there are enough of them).
            FileChanged: the register no longer holds the file that was cited.

        """
        citation = citation_of(self._archive.citations, number, by.department)
        check_period(citation.consent_mode, citation.consent_valid_until, self._now())
        latest = citation.consent_valid_until or citation.cited_at + LASTING
        if citation.consent_valid_until is None and self._now() >= latest:
            raise BasisEnded("citation-old")
        basis = f"citation:{citation.number}"
        begun = self._archive.copies.by_key(key)
        released = begun is not None and begun.entry.artefacts is not None
        if not released and len(self.of_citation(number)) >= MOST_OF_CITATION:
            raise BasisEnded("citation-copies")
        entry = self._original(citation.identifier)
        if entry.artefacts is None or citation.file_digest not in {entry.artefacts.ofd, entry.artefacts.pdf}:
            raise FileChanged
        mode, reference = citation.consent_mode, citation.consent_reference
        return self._make(
            CopyRequest(
                citation.identifier,
                citation.purpose,
                by.department_name,
                by.department_name,
                basis,
                expires_at,
                asker=by.department,
                consent=None if mode is Mode.STATUTORY else ConsentName(by.department, mode.value, reference),
                fields=frozenset(citation.fields),
                latest=latest,
                most=MOST_OF_CITATION,
            ),
            by=by,
            key=key,
        )

    def _make(self, request: CopyRequest, *, by: Asker, key: str) -> Issued:
        self._publisher().ready()
        made = make_copy(self.desk, request, key=key, by=f"{by.name}（{by.login}）"[:128], at=self._now())
        with published_later(str(made.entry.licence.identifier)):
            self._publisher().after_issue(made.entry.licence.status.list, self._now())
        return made

    # --- reading ---------------------------------------------------------------------------------------------------

    def find(self, identifier: str, asker: Asker) -> CopyEntry:
        """A released copy, for the holder, the issuing body, and the department it was made for.

        Raises:
            NoSuchCopy: none, or not the asker's to see: the same answer.

        """
        found = self._archive.copies.find(identifier) if len(identifier) <= MAX_LENGTH else None
        if found is None or found.entry.artefacts is None or not _may_see(found, asker):
            raise NoSuchCopy
        return found

    def files(self, copy: CopyEntry, asker: Asker) -> Issued:
        """The files of a copy; to the department it was made for only while it may be used.

        Raises:
            NoSuchCopy: it has ended for this asker.

        """
        note, at = copy.entry.licence.copy, self._now()
        over = copy.ended_at is not None or note is None or not note.covers(at)
        if over and not asker.owns(copy.entry.licence):
            raise NoSuchCopy
        return files_of(self.desk, copy.entry, at)

    def of_licence(self, identifier: str, asker: Asker) -> Sequence[CopyEntry]:
        """The released copies of a licence, newest first, for its holder and its body.

        Raises:
            NoSuchLicence: none, or another's: the same answer.

        """
        if not asker.owns(self._original(identifier).licence):
            raise NoSuchLicence
        return self._archive.copies.of_original(identifier)

    def of_citation(self, number: str) -> Sequence[CopyEntry]:
        """The released copies for a citation, newest first."""
        return self._archive.copies.of_basis(f"citation:{number}")

    def standing(self, copy: CopyEntry) -> Standing:
        """The standing of the copy itself, now."""
        return self._standing(str(copy.entry.licence.identifier), self._now())

    def words(self, copy: CopyEntry) -> str:
        """How a copy stands, in a word for people: its own standing, its end, the standing of its original."""
        note, at = copy.entry.licence.copy, self._now()
        own = self.standing(copy)
        if note is None or own.status is not Status.VALID:
            return own.label
        original = self._standing(str(note.original), at)
        if original.status is not Status.VALID:
            return f"原件{original.label}"
        return "有效" if note.covers(at) else "已到期"

    # --- ending ----------------------------------------------------------------------------------------------------

    def end(self, copy: CopyEntry, asker: Asker) -> CopyEntry:
        """Cancel a copy, for whoever may see it, and publish that; repeated, it stays as it is."""
        self._publisher().ready()
        self._end([copy], by=f"{asker.name}（{asker.login}）"[:128])
        return self.find(str(copy.entry.licence.identifier), asker)

    def end_of_consent(self, consent: ConsentName) -> int:
        """Cancel every copy that rests on a consent, and publish that; how many there were."""
        return self._end(self._archive.copies.of_consent(consent), by=BY_REGISTER)

    def sweep(self) -> int:
        """Cancel what was left over where a withdrawal broke off between its record and its copies."""
        return self._end(self._archive.copies.orphaned(), by=BY_REGISTER)

    def _end(self, copies: Sequence[CopyEntry], *, by: str) -> int:
        archive, at = self._archive, self._now()
        count = end_copies(archive.copies, archive.acts, archive.log, copies, by=by, at=at, random=self._random)
        if copies:
            with published_later(str(copies[0].entry.licence.identifier)):
                resume(archive.acts, archive.log, at)
                self._publisher().after_act(self._now())
        return count

    # --- inside ----------------------------------------------------------------------------------------------------

    def _original(self, identifier: str) -> Entry:
        found = self._archive.register.find(identifier) if len(identifier) <= MAX_LENGTH else None
        if found is None or found.artefacts is None:
            raise NoSuchLicence
        return found

    def _standing(self, identifier: str, at: datetime) -> Standing:
        return read_standing(self._archive.acts, identifier, at)

    def _withdrawn(self, consent: ConsentName) -> datetime | None:
        return self._archive.citations.withdrawn(consent.department, Mode(consent.mode), consent.reference)


class ConsentsWithCopies:
    """`cases.ports.ConsentRegister` where a withdrawal takes the copies that rest on the consent with it."""

    def __init__(self, archive: Archive, copying: Callable[[], Copying]) -> None:
        self._archive, self._copying = archive, copying

    def withdraw(self, department_code: str, mode: Mode, reference: str, at: datetime) -> datetime:
        """See `ConsentRegister`; first the withdrawal is on record, then the copies are cancelled."""
        since = self._archive.citations.withdraw(department_code, mode, reference, at)
        self._copying().end_of_consent(ConsentName(department_code, mode.value, reference))
        return since

    def withdrawn(self, department_code: str, mode: Mode, reference: str) -> datetime | None:
        """See `ConsentRegister`."""
        return self._archive.citations.withdrawn(department_code, mode, reference)


def _may_see(copy: CopyEntry, asker: Asker) -> bool:
    return asker.owns(copy.entry.licence) or (
        asker.holder is None and bool(copy.asker) and copy.asker == asker.department
    )
