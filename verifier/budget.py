"""What judging one document may cost, however much it brings along.

A document may carry certificates, revocation lists and time stamps in any number, and none of them costs its author
anything. So there is one purse for the whole document: so many signatures are judged, so many carried certificates and
lists are read, of so many octets, and so many SM2 signatures are tried on the way to anchors (`Trials`). What was read
or tried once is remembered, also if nothing came of it. The certificates of the earlier signatures are read first, so
that whoever adds to a document takes none from those before.

Whatever is left out is told. It can only leave a question open: a path that was not found is INDETERMINATE, and a
list that would have told of a revocation need not have been carried at all.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from trust.errors import Malformed
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.crl import RevocationList, load_crl
from trust.formats.path import Trials
from trust.formats.sealed_document import SealedDocument
from trust.rules.verdict import Finding, Indication

MAX_SIGNATURES = 256
MAX_CERTIFICATES, MAX_LISTS, MAX_TRIALS = 64, 16, 1_000
MAX_CARRIED_OCTETS, MAX_LEAF_OCTETS = 192 * 1024, 256 * 1024
"""Of helpers and lists, and of the certificates under question; reading a hostile one takes 3 microseconds an octet."""
TOO_MANY = Finding(
    1, "too-many-signatures", Indication.INDETERMINATE, f"文件的签章超过 {MAX_SIGNATURES} 个，超出的部分未检查。"
)
CARRIED = Finding(
    5,
    "carried-limit",
    Indication.PASSED,
    "文件自带的证书或证书撤销列表太多，超出限量的部分未采用；因此没有结论的，见各项核验结果。",
    warning=True,
)
TRIALS = Finding(
    5,
    "trials-limit",
    Indication.INDETERMINATE,
    "文件自带的证书太多，没有逐一比对颁发关系；去掉多余的证书后可再次核验。",
)
Part = TypeVar("Part", Certificate, RevocationList)


class Budget:
    """The purse of one document; used up while it is judged."""

    def __init__(self) -> None:
        self.trials = Trials(MAX_TRIALS)
        self._leaf_octets, self._carried_octets = MAX_LEAF_OCTETS, MAX_CARRIED_OCTETS
        self._certificates: dict[bytes, Certificate | None] = {}
        self._helpers: set[bytes] = set()
        self._short = False

    def certificate(self, octets: bytes) -> Certificate | None:
        """A certificate under question; None where it is not in our profile, or too much has been read already."""
        if octets not in self._certificates:
            if len(octets) > self._leaf_octets:
                self._short = True
                return None
            self._leaf_octets -= len(octets)
        return self._read(octets)

    def reserve(self, document: SealedDocument) -> None:
        """Read the certificates of signers and seal makers before all others, in the order of the signatures."""
        for facts in document.signatures:
            for octets in (facts.signer, facts.seal.maker if facts.seal else None):
                if octets:
                    self.certificate(octets)

    def helpers(self, carried: Iterable[bytes]) -> list[Certificate]:
        """Certificates that may help to find paths; those not in our profile are left out, that is no fault."""
        found = []
        for octets in carried:
            if octets not in self._helpers:
                if len(self._helpers) >= MAX_CERTIFICATES or not self._paid(octets):
                    self._short = True
                    continue
                self._helpers.add(octets)
            if (certificate := self._read(octets)) is not None:
                found.append(certificate)
        return found

    def lists(self, carried: Iterable[bytes]) -> list[RevocationList]:
        """Revocation lists that the document brings along; called once for a document."""
        distinct = list(dict.fromkeys(carried))
        taken = [octets for octets in distinct[:MAX_LISTS] if self._paid(octets)]
        self._short = self._short or len(taken) < len(distinct)
        return [found for octets in taken if (found := _readable(octets, load_crl)) is not None]

    def findings(self) -> list[Finding]:
        """What was left out, if anything was."""
        return [*([CARRIED] if self._short else []), *([TRIALS] if self.trials.spent else [])]

    def _read(self, octets: bytes) -> Certificate | None:
        if octets not in self._certificates:
            self._certificates[octets] = _readable(octets, load_certificate)
        return self._certificates[octets]

    def _paid(self, octets: bytes) -> bool:
        if len(octets) > self._carried_octets:
            return False
        self._carried_octets -= len(octets)
        return True


def within_bounds(document: SealedDocument) -> SealedDocument:
    """The document with no more signatures than are judged, and a finding if that leaves some out."""
    if len(document.signatures) <= MAX_SIGNATURES:
        return document
    first = document.signatures[:MAX_SIGNATURES]
    return replace(document, signatures=first, findings=(*document.findings, TOO_MANY))


def _readable(octets: bytes, load: Callable[[bytes], Part]) -> Part | None:
    """What can be read; what cannot is nobody's."""
    try:
        return load(octets)
    except Malformed:
        return None
