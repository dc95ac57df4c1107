"""Preserving sealed files 归档保全: archive records for any of them, and long-term validation data inside a PDF.

An archive record is made while everything still verifies: the evidence of the day, the file's proof in the log, a time
stamp over both. It is renewed in time, before the certificate of its last time stamp ends. A PDF can carry its own
evidence instead; that takes two visits, because revocation lists count only if they were issued after the time stamp
that proves when the seals were made (PAdES: B-T, then B-LT and B-LTA).

Nothing is preserved that does not hold, and what comes out is verified before it is handed out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from keys.sm3 import sm3
from service.time_stamping import Stamper
from trust.errors import Conflict, Malformed
from trust.formats.archive import Archive, Layer, renewed, to_be_stamped
from trust.formats.bundle import Bundle, encode_bundle
from trust.formats.certificate import Certificate, load_certificate, load_pem
from trust.formats.certificate_parts import certificate_parts
from trust.formats.crl import load_crl
from trust.formats.leaf import commitment, sealed_commitment
from trust.formats.log_proof import LogProof, encode_log_proof
from trust.formats.pdf.long_term import add_validation_data, plan_document_stamp
from trust.formats.sealed_document import Form
from trust.formats.time_stamp import read_time_stamp
from trust.rules.verdict import Indication
from verifier.archived import judge_archive, verify_archived
from verifier.evidence import Evidence, weigh
from verifier.ports import Online
from verifier.verifying import Examined, verify_file


@dataclass(frozen=True)
class Extras:
    """Certificates and revocation lists (DER) beside what this installation publishes, for authorities outside."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Preserved:
    """An archive record, when it has to be renewed at the latest, and the file verified with it."""

    archive: Archive
    renew_by: datetime | None
    examined: Examined


@dataclass(frozen=True)
class Kept:
    """A PDF with one more step done; `complete` tells whether it carries its evidence now, under a time stamp."""

    file: bytes
    complete: bool


@dataclass(frozen=True)
class Preserving:
    """Preserving by one installation: its evidence, its anchors, its ports, whose time stamps it takes."""

    bundle: Callable[[], Bundle]
    anchors: Callable[[], Sequence[Certificate]]
    online: Online
    stamper: Stamper | None
    now: Callable[[], datetime]

    def archive(self, data: bytes, extras: Extras | None = None) -> Preserved:
        """Make the archive record of a sealed file.

        Raises:
            Conflict: `archive-not-sound`, the file fails; `no-time-stamps`, none are to be had here.
            Malformed, StampRefused, TimeStampUnavailable, KeysError: from the evidence, or whoever stamps.

        """
        bundle, evidence = self._evidence(extras)
        examined = self._sound(data, evidence)
        proof = self._proof(data, examined)
        layer = self._layer(data, proof, (), bundle)
        return self._checked(data, Archive(sm3(data), proof, (layer,)), evidence)

    def renew(self, data: bytes, archive: Archive, extras: Extras | None = None) -> Preserved:
        """Renew an archive record while it still holds.

        Raises:
            Conflict: `archive-lost`, it does not hold any more; else as `archive`.

        """
        bundle, evidence = self._evidence(extras)
        if judge_archive(data, archive, evidence, self.now()).at is None:
            raise Conflict("archive-lost", "the record does not hold as of now")
        layer = self._layer(data, archive.proof, archive.layers, bundle)
        return self._checked(data, renewed(archive, layer), evidence)

    def keep_in_pdf(self, data: bytes, extras: Extras | None = None) -> Kept:
        """Do the next step for a sealed PDF: a time stamp; or evidence issued since, and a time stamp over it.

        Raises:
            Conflict: as `archive`; `preserve-embed`, not a sealed PDF, or a licence, which stays as it was issued;
                `evidence-too-early`, no revocation list was issued since the time stamp.
            PdfRefused: as `plan_document_stamp`.

        """
        bundle, evidence = self._evidence(extras)
        examined = self._sound(data, evidence)
        if examined.document is None or examined.document.document.kind != "pdf":
            raise Conflict("preserve-embed", "not a sealed PDF, or a licence, which stays as it was issued")
        proven = _proven(examined)
        if proven is None:
            return Kept(self._stamped(data, evidence), complete=False)
        if not _issued_since(examined, evidence, proven):
            raise Conflict("evidence-too-early", f"{proven:%Y-%m-%dT%H:%M:%SZ}")
        with_evidence = add_validation_data(data, bundle.certificates, bundle.crls)
        return Kept(self._stamped(with_evidence, evidence), complete=True)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _evidence(self, extras: Extras | None) -> tuple[Bundle, Evidence]:
        bundle = with_extras(self.bundle(), extras or Extras())
        return bundle, weigh(bundle, self.anchors(), self.now())

    def _sound(self, data: bytes, evidence: Evidence) -> Examined:
        examined = verify_file(data, evidence, now=self.now(), online=self.online)
        if examined.verdict.indication is Indication.FAILED or examined.digest is None:
            raise Conflict("archive-not-sound", "the file does not hold")
        return examined

    def _proof(self, data: bytes, examined: Examined) -> bytes | None:
        """The proof of the file's entry in our log, where there is one below a checkpoint."""
        licence = examined.licence
        if licence is not None and examined.digest is not None:
            wanted = commitment(licence.log_salt, str(licence.identifier), examined.digest)
        else:
            wanted = sealed_commitment(data)
        found = self.online.log.prove(wanted)
        return encode_log_proof(found) if isinstance(found, LogProof) else None

    def _layer(self, data: bytes, proof: bytes | None, before: tuple[Layer, ...], bundle: Bundle) -> Layer:
        octets = encode_bundle(bundle)
        stamp = self._stamp(to_be_stamped(data, proof, before, octets))
        return Layer("sm3", octets, stamp)

    def _stamp(self, octets: bytes) -> bytes:
        if self.stamper is None:
            raise Conflict("no-time-stamps", "the settings name no authority")
        return self.stamper(octets)

    def _checked(self, data: bytes, archive: Archive, evidence: Evidence) -> Preserved:
        """The record, verified with its file as anybody would do it."""
        if judge_archive(data, archive, evidence, self.now()).at is None:
            raise Conflict("archive-lost", "the new time stamp cannot be verified with the evidence at hand")
        return Preserved(archive, renew_by(archive), verify_archived(data, archive, evidence, now=self.now()))

    def _stamped(self, data: bytes, evidence: Evidence) -> bytes:
        plan = plan_document_stamp(data)
        file = plan.complete(self._stamp(plan.to_be_stamped))
        self._sound(file, evidence)
        return file


def with_extras(bundle: Bundle, extras: Extras) -> Bundle:
    """The bundle with more certificates and lists."""
    return replace(
        bundle,
        certificates=tuple(dict.fromkeys((*bundle.certificates, *extras.certificates))),
        crls=tuple(dict.fromkeys((*bundle.crls, *extras.crls))),
    )


def renew_by(archive: Archive) -> datetime | None:
    """When the certificate of a record's last time stamp ends; None where the token does not carry it readably."""
    token = read_time_stamp(archive.layers[-1].stamp)
    octets = token.certificate()
    try:
        return load_certificate(octets).not_after if octets else None
    except Malformed:
        return None  # an authority of another profile: its end is not ours to tell


def read_extras(files: Sequence[bytes]) -> Extras:
    """Certificates (PEM or DER) and revocation lists (DER) as found in files.

    Raises:
        Malformed: a file is neither.

    """
    certificates: list[bytes] = []
    crls: list[bytes] = []
    for octets in files:
        if octets.lstrip().startswith(b"-----BEGIN"):
            certificates += [one.der for one in load_pem(octets)]
            continue
        try:
            certificates.append(load_certificate(octets).der)
        except Malformed:
            load_crl(octets)
            crls.append(octets)
    return Extras(tuple(certificates), tuple(crls))


def _proven(examined: Examined) -> datetime | None:
    """When the last document time stamp or, where every seal has its own, the last of those was made."""
    signatures = examined.document.signatures if examined.document else ()
    stamps = [one.sealed_at for one in signatures if one.facts.form is Form.TIME_STAMP]
    if stamps:
        return max((at for at in stamps if at is not None), default=None)
    own = [one.sealed_at if one.facts.time_stamp else None for one in signatures]
    return None if not own or None in own else max(at for at in own if at is not None)


def _issued_since(examined: Examined, evidence: Evidence, proven: datetime) -> bool:
    """Whether every signer's issuer has issued a revocation list after an instant."""
    signatures = examined.document.signatures if examined.document else ()
    signers = [certificate_parts(one.facts.signer) for one in signatures if one.facts.signer is not None]
    return bool(signers) and all(
        any(crl.issuer.der == signer.issuer and crl.this_update > proven for crl in evidence.crls) for signer in signers
    )
