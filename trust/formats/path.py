"""Does a certificate lead to a pinned anchor, for this purpose, as of this instant? (RFC 5280, section 6, narrowed.)

Two instants. `at` is when the signature under question is taken to have been made: periods and revocation are judged
as of then, for every certificate of the path at once. `now` is when the question is asked: evidence about revocation
must be fresh now, because only a list of today can tell that a key was lost last week.

What is narrower than RFC 5280: key usage and key identifiers must be there; a purpose must be named
(anyExtendedKeyUsage names none), and a CA that names purposes can pass on no others; limits we do not apply are
refused (`unapplied`); the anchor's own period and flags count too; a revocation list is signed by the very key that
signed the certificate. The signature of an anchor over itself is not looked at: it is pinned by its octets.

Revocation follows promise P12. After a compromise a signature counts only if made before the invalidity date, and
never if that date is not given. For other reasons it counts if made before the revocation. Revocation is for ever:
an authentic list that is out of date still proves it. A list says nothing about certificates that had expired
before it, unless it says that it keeps them.

Work is bounded: the number of certificates and lists, the depth, the signatures tried. Signatures that held are
remembered, keyed by the octets of the certificate and the issuer's key; those that did not only in `Trials`, which
live as long as a question, or as all the questions about one document, so that nobody fills the memory with forgeries.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from keys.errors import SignatureRefused
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, verify
from trust.errors import Untrusted
from trust.formats.certificate import Certificate, KeyUsage, Purpose
from trust.formats.crl import Reason, RevocationList, Revoked
from trust.formats.errors import (
    CertificateRevoked,
    ConstraintBroken,
    Expired,
    NoPath,
    NotYetValid,
    PathRefused,
    RevocationUnknown,
    SignatureBroken,
    WrongUsage,
)
from trust.rules.revoked_signer import is_revoked
from trust.rules.times import TOLERANCE, aware

MAX_CERTIFICATES, MAX_LISTS = 10_000, 1_000
MAX_DEPTH = 8
"""Certificates in a path, leaf and anchor included."""
MAX_SIGNATURES = 100
"""Issuers tried for one leaf; more would need many CAs of one name and key identifier."""
SIGNING = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})


@dataclass(frozen=True)
class Path:
    """A path that holds, leaf first and anchor last, and the age of the oldest revocation list it rests on.

    `revoked_later` is a revocation of the leaf that is known and does not reach back to the instant asked about.
    """

    chain: tuple[Certificate, ...]
    revocation_age_s: int | None
    revoked_later: Revoked | None = None


class Trials:
    """Signatures of certificates and lists that may be looked at, for one question or for all about one document.

    What was found is remembered, whether it held or not, and costs nothing again.
    """

    def __init__(self, most: int = MAX_SIGNATURES + MAX_LISTS) -> None:
        self._left, self._known = most, dict[tuple[bytes, PublicKey], bool]()
        self.spent = False

    def holds(self, signed: Certificate | RevocationList, issuer: PublicKey) -> bool | None:
        """Whether the signature holds under the issuer's key; None where no more are tried."""
        key = (signed.fingerprint, issuer)
        if key not in self._known:
            if self._left <= 0:
                self.spent = True
                return None
            self._left -= 1
            self._known[key] = _holds(signed, issuer)
        return self._known[key]


def _holds(signed: Certificate | RevocationList, issuer: PublicKey) -> bool:
    try:
        if isinstance(signed, Certificate):
            check_issued(signed, issuer)
        else:
            check_list_issued(signed, issuer)
    except Untrusted:
        return False
    return True


def validate_path(
    leaf: Certificate,
    *,
    others: Sequence[Certificate],
    anchors: Sequence[Certificate],
    crls: Sequence[RevocationList],
    at: datetime,
    now: datetime,
    purpose: Purpose | None,
    require_revocation: bool = True,
    trials: Trials | None = None,
) -> Path:
    """Return a path from the leaf to an anchor that held at `at`, as far as can be known `now`.

    `purpose` None is for certificates of others, which often name none: the key may sign, and the leaf names no purpose
    at all. Our own always name one, so none of them passes as such.

    Without `require_revocation`, lists that are missing or out of date are no obstacle; a revocation that is known
    still is. `trials` are shared by the questions about one document; without them the question has its own.

    Raises:
        PathRefused: of every path that was found, the failure that says most: a revocation, else what was missing
            (`definite` is false), else the first thing that was wrong.

    """
    if len(others) + len(anchors) > MAX_CERTIFICATES or len(crls) > MAX_LISTS:
        raise ConstraintBroken("more certificates or lists than are looked at", fingerprint=leaf.fingerprint.hex())
    at, now = aware(at), aware(now)
    _check_leaf(leaf, purpose)
    failures: list[PathRefused] = []
    trials = trials or Trials()
    for chain in _chains(leaf, others, anchors, failures, trials):
        try:
            _check_chain(chain, purpose, at)
            age, later = _check_revocation(chain, crls, at=at, now=now, required=require_revocation, trials=trials)
            return Path(chain, age, later)
        except PathRefused as failure:
            failures.append(failure)
    raise _most_telling(failures) or NoPath("no pinned anchor is reached", fingerprint=leaf.fingerprint.hex())


def reaches_anchor(
    leaf: Certificate,
    *,
    others: Sequence[Certificate],
    anchors: Sequence[Certificate],
    trials: Trials | None = None,
) -> bool:
    """Whether signatures that hold lead from the leaf to a pinned anchor, whatever else may stand against the path.

    Where none does, or none is found before the trials are spent, the leaf is a stranger's, and its form is not for us
    to blame.
    """
    if len(others) + len(anchors) > MAX_CERTIFICATES:
        return False
    return leaf in anchors or next(_chains(leaf, others, anchors, [], trials or Trials()), None) is not None


def _most_telling(failures: Sequence[PathRefused]) -> PathRefused | None:
    """A revocation first; then what might yet turn out well; then the first refusal."""
    revoked = [failure for failure in failures if isinstance(failure, CertificateRevoked)]
    incomplete = [failure for failure in failures if not failure.definite]
    return next(iter((*revoked, *incomplete, *failures)), None)


def _chains(
    leaf: Certificate,
    others: Sequence[Certificate],
    anchors: Sequence[Certificate],
    failures: list[PathRefused],
    trials: Trials,
) -> Iterator[tuple[Certificate, ...]]:
    """Yield every way from the leaf to an anchor over signatures that hold, as far as the bounds allow."""
    pinned, candidates = frozenset(anchors), (*anchors, *others)
    waiting: list[tuple[Certificate, ...]] = [(leaf,)]
    tried = 0
    while waiting:
        chain = waiting.pop()
        for issuer in _issuers(chain, candidates):
            tried += 1
            if tried > MAX_SIGNATURES:
                failures.append(ConstraintBroken("too many possible issuers", fingerprint=leaf.fingerprint.hex()))
                return
            held = trials.holds(chain[-1], issuer.public_key)
            if held is None:
                failures.append(NoPath("no more signatures are tried", fingerprint=leaf.fingerprint.hex()))
                return
            if not held:
                text = "not signed by the issuer it names"
                failures.append(SignatureBroken(text, fingerprint=chain[-1].fingerprint.hex()))
            elif issuer in pinned:
                yield (*chain, issuer)
            elif len(chain) + 1 < MAX_DEPTH:
                waiting.append((*chain, issuer))


def _issuers(chain: Sequence[Certificate], candidates: Iterable[Certificate]) -> Iterator[Certificate]:
    """Who may have issued the last certificate, by name and key identifier, leaving out who is in the chain already."""
    last = chain[-1]
    seen = {(one.subject.der, one.public_key) for one in chain}
    offered: set[Certificate] = set()
    for issuer in candidates:
        if issuer.subject.der != last.issuer.der or issuer.subject_key_id != last.authority_key_id:
            continue
        if issuer.subject_key_id is None or (issuer.subject.der, issuer.public_key) in seen or issuer in offered:
            continue
        offered.add(issuer)
        yield issuer


@lru_cache(maxsize=2048)
def check_issued(certificate: Certificate, issuer: PublicKey) -> None:
    """Return if the certificate's signature holds under the issuer's key; nothing else is looked at.

    Raises:
        SignatureBroken: it does not.

    """
    try:
        verify(issuer, certificate.tbs, certificate.signature, identity=DEFAULT_IDENTITY)
    except SignatureRefused as error:
        fingerprint = certificate.fingerprint.hex()
        raise SignatureBroken("not signed by the issuer it names", fingerprint=fingerprint) from error


@lru_cache(maxsize=64)
def check_list_issued(crl: RevocationList, issuer: PublicKey) -> None:
    """Return if the list's signature holds under the issuer's key; nothing else is looked at.

    Raises:
        Untrusted: `signature`; it does not.

    """
    try:
        verify(issuer, crl.tbs, crl.signature, identity=DEFAULT_IDENTITY)
    except SignatureRefused as error:
        raise Untrusted("signature", "the revocation list is not signed by the issuer it names") from error


def _check_leaf(leaf: Certificate, purpose: Purpose | None) -> None:
    """The leaf signs, for this purpose, and certifies nobody."""
    fingerprint = leaf.fingerprint.hex()
    if leaf.is_ca or KeyUsage.KEY_CERT_SIGN in leaf.key_usage:
        raise ConstraintBroken("a CA certificate where a signer's is expected", fingerprint=fingerprint)
    if not leaf.key_usage & SIGNING:
        raise WrongUsage("its key may not sign", fingerprint=fingerprint)
    if leaf.purposes if purpose is None else purpose not in leaf.purposes:
        raise WrongUsage("its key is for another purpose", fingerprint=fingerprint)
    if purpose is Purpose.TIME_STAMP and not (leaf.purposes == {purpose} and leaf.purposes_critical):
        raise WrongUsage("RFC 3161, 2.3: time stamping must be the only purpose, and critical", fingerprint=fingerprint)


def _check_chain(chain: Sequence[Certificate], purpose: Purpose | None, at: datetime) -> None:
    """Periods, flags and limits of every certificate; signatures and names are right already."""
    below = 0
    for position, certificate in enumerate(chain):
        _check_period(certificate, at)
        fingerprint = certificate.fingerprint.hex()
        if certificate.unapplied:
            raise ConstraintBroken("an extension that must be applied and is not", fingerprint=fingerprint)
        if position == 0:
            continue
        if not certificate.is_ca:
            raise ConstraintBroken("an issuer that is not a CA", fingerprint=fingerprint)
        if KeyUsage.KEY_CERT_SIGN not in certificate.key_usage:
            raise WrongUsage("an issuer whose key may not sign certificates", fingerprint=fingerprint)
        if certificate.purposes and purpose not in certificate.purposes:
            raise WrongUsage("an issuer that may not certify this purpose", fingerprint=fingerprint)
        if certificate.path_length is not None and below > certificate.path_length:
            raise ConstraintBroken("more CAs follow than the path length allows", fingerprint=fingerprint)
        # RFC 5280, 4.2.1.9: CAs that issue to themselves, as when keys change, are not counted.
        below += not certificate.self_issued


def _check_period(certificate: Certificate, at: datetime) -> None:
    fingerprint = certificate.fingerprint.hex()
    if at < certificate.not_before:
        raise NotYetValid("judged before its period", fingerprint=fingerprint)
    if at > certificate.not_after:
        raise Expired("judged after its period", fingerprint=fingerprint)


def _check_revocation(
    chain: Sequence[Certificate],
    crls: Sequence[RevocationList],
    *,
    at: datetime,
    now: datetime,
    required: bool,
    trials: Trials,
) -> tuple[int | None, Revoked | None]:
    """The age in seconds of the oldest list relied on, None if there was none; and what the newest says of the leaf."""
    ages: list[int] = []
    known = [(certificate, _lists_of(issuer, crls, now, trials)) for certificate, issuer in pairwise(chain)]
    for certificate, lists in known:
        _check_not_revoked(certificate, lists, at)
    for certificate, lists in known:
        if lists and _covers(lists[-1], certificate, now):
            ages.append(max(0, int((now - lists[-1].this_update).total_seconds())))
        elif required:
            text = "no authentic, fresh list that speaks of it"
            raise RevocationUnknown(text, fingerprint=certificate.fingerprint.hex())
    of_leaf = [crl.revoked.get(certificate.serial) for certificate, lists in known[:1] for crl in lists]
    return max(ages, default=None), next((entry for entry in reversed(of_leaf) if entry is not None), None)


def _lists_of(
    issuer: Certificate, crls: Sequence[RevocationList], now: datetime, trials: Trials
) -> list[RevocationList]:
    """The authentic lists of an issuer that may sign lists, in the order of their numbers."""
    if KeyUsage.CRL_SIGN not in issuer.key_usage:
        return []
    found = [
        crl
        for crl in crls
        if crl.issuer.der == issuer.subject.der
        and crl.authority_key_id == issuer.subject_key_id
        and not crl.unapplied
        and crl.this_update <= now + TOLERANCE
        and _is_issued(crl, issuer, trials)
    ]
    return sorted(found, key=lambda crl: crl.number)


def _is_issued(crl: RevocationList, issuer: Certificate, trials: Trials) -> bool:
    """Whether the list is authentic; one that is not is no evidence of anything, and is passed by.

    One that can no longer be tried might tell of a revocation: without it nothing is known.
    """
    held = trials.holds(crl, issuer.public_key)
    if held is None:
        raise RevocationUnknown("no more signatures are tried", fingerprint=issuer.fingerprint.hex())
    return held


def _check_not_revoked(certificate: Certificate, lists: Sequence[RevocationList], at: datetime) -> None:
    """Any list counts, however old; but being on hold can end, so there the newest list decides."""
    for crl in lists:
        entry = crl.revoked.get(certificate.serial)
        if entry is None or (entry.reason is Reason.CERTIFICATE_HOLD and crl is not lists[-1]):
            continue
        if _counts(entry, at):
            fingerprint = certificate.fingerprint.hex()
            raise CertificateRevoked(
                "revoked",
                fingerprint=fingerprint,
                at=entry.at,
                cause=entry.reason.value,
                compromise=entry.reason.compromise,
                invalid_since=entry.invalid_since,
            )


def _counts(entry: Revoked, at: datetime) -> bool:
    """Whether a signature of the instant `at` falls under the revocation (promise P12)."""
    return is_revoked(at, at=entry.at, compromise=entry.reason.compromise, invalid_since=entry.invalid_since)


def _covers(crl: RevocationList, certificate: Certificate, now: datetime) -> bool:
    """Whether the list is fresh, and would still name the certificate had it been revoked."""
    expired_before = certificate.not_after < crl.this_update
    keeps = crl.kept_since is not None and crl.kept_since <= certificate.not_after
    return now < crl.next_update and (keeps or not expired_before)
