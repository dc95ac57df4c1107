"""Evidence 核验依据: trust list, certificates, CRLs, status lists, checkpoint, each believed only for its signature.

Online and offline evidence is the same value, a bundle of signed parts; they differ only in where it came from and how
old it is. `weigh` checks every part against the pinned anchors and keeps those that hold. What does not hold is left
out and told as a finding of step 0; missing evidence then shows as INDETERMINATE in the step that needed it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from keys.sm2 import PublicKey
from trust.errors import Malformed, TrustError, Untrusted
from trust.formats import cose
from trust.formats.bundle import Bundle
from trust.formats.certificate import Certificate, Purpose, load_certificate
from trust.formats.checkpoint import Checkpoint, verify_checkpoint
from trust.formats.crl import RevocationList, load_crl
from trust.formats.log_proof import LogProof
from trust.formats.path import Path, Trials, validate_path
from trust.formats.status_list import STATUS_LIST_TYPE, StatusList, decode_status_list
from trust.formats.trust_list import CONTENT_TYPE as TRUST_LIST_TYPE
from trust.formats.trust_list import TrustList, decode_trust_list
from trust.formats.verifier_key import VerifierKey
from trust.rules.verdict import Finding, Indication
from verifier.budget import Budget
from verifier.distrust import why
from verifier.witnesses import WitnessRule

Part = TypeVar("Part")

MAX_PART = 4 * 1024 * 1024
PARTS = {"certificate": "证书", "crl": "证书撤销列表"}


@dataclass(frozen=True)
class Evidence:
    """Parts whose signatures hold under the anchors; `findings` say what was left out, and why.

    `budget` is what may still be spent while one document is judged; None where no document brings anything along.
    `witnesses` are those whom the verifier believes about the log; `proof` is a log proof that came along with the
    document, for whoever cannot ask the log. `cosigners` are those whom the log itself admitted, to be named to people,
    and None where they are not known.
    """

    anchors: tuple[Certificate, ...]
    certificates: tuple[Certificate, ...]
    crls: tuple[RevocationList, ...]
    trust_list: TrustList | None
    status_lists: Mapping[int, StatusList]
    log_keys: tuple[PublicKey, ...]
    checkpoint: Checkpoint | None
    findings: tuple[Finding, ...]
    budget: Budget | None = field(default=None, compare=False, repr=False, kw_only=True)
    witnesses: WitnessRule = field(default=WitnessRule(), kw_only=True)
    proof: LogProof | None = field(default=None, repr=False, kw_only=True)
    cosigners: tuple[VerifierKey, ...] | None = field(default=None, repr=False, kw_only=True)

    @property
    def trials(self) -> Trials | None:
        """The signatures that may still be tried for the document."""
        return self.budget.trials if self.budget else None

    def certificate(self, octets: bytes) -> Certificate | None:
        """A certificate that stands in question; None where it is not in our profile or the budget is used up."""
        return (self.budget or Budget()).certificate(octets)

    def helpers(self, carried: Iterable[bytes]) -> list[Certificate]:
        """Certificates brought along that may help to find paths, as many as the budget has."""
        return (self.budget or Budget()).helpers(carried)

    def path(self, leaf: Certificate, purpose: Purpose | None, *, at: datetime, now: datetime) -> Path:
        """The path of a certificate under this evidence; raises as `validate_path` does."""
        return validate_path(
            leaf,
            others=self.certificates,
            anchors=self.anchors,
            crls=self.crls,
            at=at,
            now=now,
            purpose=purpose,
            trials=self.trials,
        )

    def listed(self, purpose: Purpose) -> tuple[Certificate, ...]:
        """Certificates that the trust list names for a purpose; one that cannot be read is nobody's."""
        named = self.trust_list.certificates if self.trust_list else ()
        octets = (listed.der for listed in named if listed.purpose is purpose)
        return _loaded(octets, load_certificate, "certificate", [])


def weigh(bundle: Bundle, anchors: Iterable[Certificate], now: datetime) -> Evidence:
    """Check every part of a bundle; nothing raises for a bad part, it is left out and named."""
    notes: list[Finding] = []
    pinned = tuple(anchors)
    certificates = _loaded(bundle.certificates, load_certificate, "certificate", notes)
    crls = _loaded(bundle.crls, load_crl, "crl", notes)
    bare = Evidence(pinned, certificates, crls, None, {}, (), None, ())
    listed = _trust_list(bundle.trust_list, bare, now, notes)
    known = Evidence(pinned, certificates, crls, listed, {}, (), None, ())
    lists = _status_lists(bundle.status_lists, known, now, notes)
    keys = tuple(certificate.public_key for certificate in _sound(known, Purpose.LOG, now))
    checkpoint = _checkpoint(bundle.checkpoint, listed, keys, notes)
    return Evidence(pinned, certificates, crls, listed, lists, keys, checkpoint, tuple(notes))


def _note(name: str, detail: str) -> Finding:
    return Finding(0, name, Indication.INDETERMINATE, detail)


def _loaded(
    octets: Iterable[bytes],
    load: Callable[[bytes], Part],
    what: str,
    notes: list[Finding],
) -> tuple[Part, ...]:
    found: list[Part] = []
    for part in octets:
        try:
            found.append(load(part))
        except Malformed as error:
            notes.append(
                _note(f"{what}-unreadable", f"依据中有一份{PARTS[what]}无法读取，已忽略：{why(error.reason)}。")
            )
    return tuple(found)


def _sound(evidence: Evidence, purpose: Purpose, now: datetime) -> list[Certificate]:
    """Certificates the trust list names for a purpose and whose path holds now."""
    sound = []
    for certificate in evidence.listed(purpose):
        try:
            evidence.path(certificate, purpose, at=now, now=now)
        except Untrusted:
            continue  # a service certificate that does not hold simply signs nothing we believe
        sound.append(certificate)
    return sound


def _trust_list(octets: bytes | None, evidence: Evidence, now: datetime, notes: list[Finding]) -> TrustList | None:
    if octets is None:
        notes.append(_note("trust-list-missing", "没有信任列表，无法判断颁发机构是否可信。"))
        return None
    reason = "signer-unknown"
    try:
        envelope = cose.split(octets, MAX_PART)
    except TrustError as error:
        envelope, reason = None, error.reason
    for signer in evidence.certificates:  # a key that was certified again has several
        if envelope is None or signer.public_key.key_id != envelope.key_id:
            continue
        try:
            evidence.path(signer, Purpose.TRUST_LIST, at=now, now=now)
            return decode_trust_list(
                cose.unwrap(octets, signer.public_key, content_type=TRUST_LIST_TYPE, limit=MAX_PART),
            )
        except TrustError as error:
            reason = error.reason
    notes.append(_note("trust-list-untrusted", f"信任列表不可信，未采用：{why(reason)}。"))
    return None


def _status_lists(
    parts: Iterable[bytes],
    evidence: Evidence,
    now: datetime,
    notes: list[Finding],
) -> dict[int, StatusList]:
    signers = {one.public_key.key_id: one for one in _sound(evidence, Purpose.STATUS_LIST, now)}
    lists: dict[int, StatusList] = {}
    for octets in parts:
        try:
            envelope = cose.split(octets, MAX_PART)
            signer = signers.get(envelope.key_id)
            if signer is None:
                raise Untrusted("signer-unknown")
            found = decode_status_list(
                cose.unwrap(octets, signer.public_key, content_type=STATUS_LIST_TYPE, limit=MAX_PART),
            )
        except TrustError as error:
            notes.append(_note("status-list-untrusted", f"有一份状态清单不可信，未采用：{why(error.reason)}。"))
            continue
        if evidence.trust_list is None or found.uri != f"{evidence.trust_list.status_base}/{found.list}":
            notes.append(_note("status-list-elsewhere", "有一份状态清单不是信任列表所指的地址，未采用。"))
        elif found.list not in lists or lists[found.list].number < found.number:
            lists[found.list] = found
    return lists


def _checkpoint(
    note: bytes | None,
    listed: TrustList | None,
    keys: tuple[PublicKey, ...],
    notes: list[Finding],
) -> Checkpoint | None:
    if note is None or listed is None:
        return None
    reason = "signer-unknown"
    for key in keys:  # while the log changes its key there are two
        try:
            return verify_checkpoint(note, listed.log, key)
        except TrustError as error:
            reason = error.reason
    notes.append(_note("checkpoint-untrusted", f"日志检查点不可信，未采用：{why(reason)}。"))
    return None
