"""Sealing what is planned: both files signed, examined as a verifier would, stored and read back.

Each step is done for a whole chunk before the next one begins, so that what it runs through stays in the processor's
caches. Uses of the seal are recorded before anything is signed. A file that the chunk has made is examined from its
octets alone, OFD and PDF each, judged, and only then named by its digest; what another attempt has stored is read back
and held against its name. There is never a second pair of sealed files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuer.chunks import Outcome, each, together
from issuer.drafting import digest_of
from issuer.errors import NotSound
from issuer.planning import Planned
from issuer.ports import Entry, Office, Pen, SigningPlan
from issuer.signing import sign_all
from issuer.soundness import require_sound
from issuer.still_allowed import live
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.formats.sealed_file import SealedFile
from trust.sealing.ports import SealUse


@dataclass(frozen=True)
class Sealed:
    """An entry with its plan and its two files: their names (OFD, PDF), and their octets by name."""

    entry: Entry
    plan: SigningPlan
    names: tuple[str, str]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class _Made:
    """Two files as they were made, not examined yet."""

    planned: Planned
    ofd: bytes
    pdf: bytes


def seal_all(office: Office, planned: Sequence[Planned], pen: Pen, at: datetime) -> list[Outcome[Sealed]]:
    """Sign what is not signed yet, and read back what another attempt has stored."""
    fresh = [one for one in planned if one.entry.sealed is None]
    made = {one.entry.key: outcome for one, outcome in zip(fresh, _signed(office, fresh, pen, at), strict=True)}
    return each(lambda one: made.get(one.entry.key) or _read_back(office, one.entry, one.plan, {}), planned)


def _signed(office: Office, planned: Sequence[Planned], pen: Pen, at: datetime) -> list[Outcome[Sealed]]:
    """Record the uses of the seal, sign both files of each, examine, store and read them back; the register keeps them.

    What cannot be read back is not kept by the register, so that the same request can make it anew.
    """
    if not planned:
        return []
    seal_id = pen.seal.seal_id
    uses = [(one.entry, bytes.fromhex(plan.removeprefix("sm3:"))) for one in planned for plan in one.plan.files]
    office.uses.record_uses(
        [SealUse(seal_id, str(entry.licence.identifier), digest, at, entry.by) for entry, digest in uses]
    )
    sound = _examined(office, _made(planned, pen))
    stored = together(lambda some: _store(office, some), each(_named, sound))
    return together(lambda some: _keep(office, some), stored)


def _made(planned: Sequence[Planned], pen: Pen) -> list[Outcome[_Made]]:
    """Sign both files of each and put the signatures in."""
    messages = [message for one in planned for message in (one.drawn.ofd.to_be_signed, one.drawn.pdf.to_be_signed)]
    signatures = sign_all(pen.signer, messages)

    def complete(one: tuple[Planned, bytes, bytes]) -> _Made:
        plan, for_ofd, for_pdf = one
        return _Made(plan, plan.drawn.ofd.complete(for_ofd, pen.certificate.der), plan.drawn.pdf.complete(for_pdf))

    return each(complete, list(zip(planned, signatures[::2], signatures[1::2], strict=True)))


def _examined(office: Office, made: Sequence[Outcome[_Made]]) -> list[Outcome[_Made]]:
    """The files that a verifier will take, after all OFD files were examined, then all PDF files, then judged."""

    def judged(one: tuple[_Made, SealedFile, SealedFile]) -> _Made:
        files, *seen = one
        identifier, metadata = str(files.planned.entry.licence.identifier), files.planned.drawn.metadata
        for sealed in seen:
            require_sound(identifier, sealed, metadata, office.judged(sealed))
        return files

    ofds = each(lambda one: (one, examine_ofd(one.ofd)), made)
    return each(judged, each(lambda one: (*one, examine_pdf(one[0].pdf)), ofds))


def _named(made: _Made) -> Sealed:
    """Files under the names that everybody will know them by."""
    names = digest_of(made.ofd), digest_of(made.pdf)
    return Sealed(made.planned.entry, made.planned.plan, names, dict(zip(names, (made.ofd, made.pdf), strict=True)))


def _store(office: Office, signed: Sequence[Sealed]) -> list[Outcome[Sealed]]:
    """Store the files of all, then hold each against what the storage has now; octets that are equal need no digest."""
    office.blobs.put_many({name: file for one in signed for name, file in one.files.items()})

    def compared(one: Sealed) -> Sealed:
        if any(office.blobs.stored(name) != file for name, file in one.files.items()):
            raise NotSound(str(one.entry.licence.identifier), "a stored file differs from what was made")
        return one

    return each(compared, signed)


def _keep(office: Office, stored: Sequence[Sealed]) -> list[Outcome[Sealed]]:
    """Let the register keep the names; where it has others, another attempt was first, and those are the files."""
    entries = office.register.seal_many([(one.entry, one.names) for one in stored])
    pairs = list(zip(stored, entries, strict=True))
    return each(lambda pair: _read_back(office, pair[1], pair[0].plan, pair[0].files), pairs)


def _read_back(office: Office, entry: Entry, plan: SigningPlan, at_hand: Mapping[str, bytes]) -> Sealed:
    """The sealed files that the register has; the log will vouch for them, so octets are held against names.

    Those in `at_hand` were compared already.
    """
    identifier = str(live(entry).licence.identifier)
    if entry.sealed is None:
        raise NotSound(identifier, "the register did not keep the sealed files")
    files = {name: at_hand.get(name) or office.blobs.get(name) for name in entry.sealed}
    if any(name not in at_hand and digest_of(file) != name for name, file in files.items()):
        raise NotSound(identifier, "a stored file differs from what was made")
    return Sealed(entry, plan, entry.sealed, files)
