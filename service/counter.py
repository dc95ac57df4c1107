"""The counter where licences are cited: `cases` with the licences, stores and receipts of an installation.

Citing relies on what a verifier says of our own file with what is published, and on the register's sequence of acts,
so that an act recorded a moment ago is not missed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from cases.http import CasePorts
from cases.ports import Checked, CitingPorts, ConsentRegister, Elsewhere
from cases.showing import ShowingPorts
from service.adapters import OnlinePorts
from service.archive import Archive
from service.directory import Directory
from service.means import Means
from trust.revocation.errors import SubjectUnknown
from trust.revocation.reading import read_standing
from trust.rules.standing import Standing
from verifier.evidence import Evidence
from verifier.ports import Online
from verifier.verifying import verify_file


class OurLicences:
    """`Holdings`, `Checks` and `Standings` of `cases.ports`, on the register of this installation."""

    def __init__(self, archive: Archive, ports: OnlinePorts, evidence: Callable[[], Evidence], online: Online) -> None:
        self._archive, self._ports, self._evidence, self._online = archive, ports, evidence, online

    def held(self, code_type: str, code: str, type_codes: Sequence[str]) -> Sequence[str]:
        """See `Holdings`."""
        return [str(entry.licence.identifier) for entry in self._archive.register.held(code_type, code, type_codes)]

    def check(self, identifier: str, at: datetime) -> Checked | None:
        """See `Checks`; the sequence is read before the evidence, so a later act is always noticed.

        Of an act that is recorded and not yet published, the verifier hears from the register.
        """
        try:
            acts = self._archive.acts.of(identifier)
        except SubjectUnknown:
            return None
        file = self._ports.stored(identifier)
        if file is None:
            return None
        examined = verify_file(file, self._evidence(), now=at, online=self._online)  # our own file: read here
        if examined.licence is None or examined.digest is None:
            return None
        pointer = examined.licence.status
        found = self._evidence().status_lists.get(pointer.list)
        return Checked(
            verdict=examined.verdict,
            licence=examined.licence,
            file_digest=examined.digest,
            standing_sequence=acts[-1].sequence if acts else 0,
            status_list_number=found.number if found else None,
        )

    def standing(self, identifier: str, at: datetime) -> Standing:
        """See `Standings`; raises SubjectUnknown."""
        return read_standing(self._archive.acts, identifier, at)


def open_counter(
    means: Means,
    archive: Archive,
    directory: Directory,
    licences: OurLicences,
    consents: ConsentRegister,
    elsewhere: Elsewhere,
) -> CasePorts:
    """Everything citing needs; `consents` is where consents are withdrawn, with what rests on them.

    `elsewhere` withdraws those that have rules of their own.
    """
    signer, _ = directory.service("receipt")
    citing = CitingPorts(
        matters=means.matters,
        holdings=licences,
        checks=licences,
        store=archive.citations,
        pen=signer,
        index_key=means.index_key(),
    )
    showing = ShowingPorts(index=archive.citations, checks=licences, consents=consents)
    return CasePorts(citing, showing, licences, elsewhere)
