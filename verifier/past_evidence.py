"""Evidence of an earlier time: paths judged as could be known then, without forgetting what is known by now.

Certificates and revocation lists end. Where a time stamp proves that they were there at some instant, a path can still
be judged as of that instant: `frames` are such instants, proven by document time stamps over the evidence that a file
carries. An archive record proves all of its evidence at once; there `today` is what is known now.

Nothing excuses a revocation that is known: if it is learned later that a key was lost before it was relied on, the
path no longer holds, whatever could be known then (promise P12).
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from trust.formats.certificate import Certificate, Purpose
from trust.formats.errors import CertificateRevoked, Expired, PathRefused
from trust.formats.path import Path
from verifier.evidence import Evidence


@dataclass(frozen=True)
class PastEvidence(Evidence):
    """See the module's text; `today_at` is the instant of `today`."""

    frames: tuple[datetime, ...] = ()
    today: Evidence | None = None
    today_at: datetime | None = None

    def path(self, leaf: Certificate, purpose: Purpose | None, *, at: datetime, now: datetime) -> Path:
        """The path as can be known at `now`, else as could be known at one of the frames."""
        self._require_not_revoked(leaf, purpose, at)
        try:
            return super().path(leaf, purpose, at=at, now=now)
        except PathRefused as error:
            if error.definite and not isinstance(error, Expired):
                raise
            refused = error
        for frame in self.frames:
            if (path := self._then(leaf, purpose, min(at, frame), frame, now)) is not None:
                return path
        raise refused

    def _require_not_revoked(self, leaf: Certificate, purpose: Purpose | None, at: datetime) -> None:
        """Raise if it is known today that the path was revoked as of `at`; what today cannot tell is let be."""
        if self.today is None or self.today_at is None:
            return
        try:
            self.today.path(leaf, purpose, at=at, now=self.today_at)
        except CertificateRevoked:
            raise
        except PathRefused:
            return

    def _then(
        self, leaf: Certificate, purpose: Purpose | None, at: datetime, frame: datetime, now: datetime
    ) -> Path | None:
        """The path as could be known at a frame, unless it is known by now to have been revoked as of `at`."""
        try:
            return super().path(leaf, purpose, at=at, now=now)
        except CertificateRevoked:
            raise
        except PathRefused:
            with suppress(PathRefused):  # what is missing now may have been there then; else there is no path either
                return super().path(leaf, purpose, at=at, now=frame)
        return None


def framed(evidence: Evidence, frames: tuple[datetime, ...]) -> Evidence:
    """The evidence, to be judged also as of these instants."""
    if not frames:
        return evidence
    if isinstance(evidence, PastEvidence):
        return replace(evidence, frames=frames)
    return PastEvidence(**vars(evidence), frames=frames)
