"""Time and proof: time stamps, answers about certificates, archives that last, the log with its witnesses."""

from sqlalchemy.exc import DBAPIError

from keys.errors import KeysError
from service.preserving import Preserving
from service.time_stamping import Stamper, own_stamper, stamp_desk
from service.wiring.verifying import Verifying
from trust.certification.responding import Reply, Responder, respond, trouble
from trust.certification.stamping import StampDesk, answer_request
from trust.errors import Conflict
from trust.formats.log_proof import encode_log_proof
from trust.formats.ocsp import Trouble
from trust.formats.verifier_key import VerifierKey
from trust.log.cosigning import take_cosignatures
from trust.log.proving import prove


class Proving(Verifying):
    """An installation that proves what was when."""

    @property
    def stamp_desk(self) -> StampDesk:
        """Our own time-stamp authority, under its newest certificate."""
        return stamp_desk(self.archive, self.directory, self._means.clock_health, self.random)

    def answer_ocsp(self, octets: bytes) -> Reply:
        """The answer to an OCSP request; that there is none now where the register cannot be asked."""
        try:
            if self.abreast.trouble() is not None:  # the revocation that is asked for may be just what is missing
                return trouble(Trouble.TRY_LATER)
            signer, certificate = self.directory.service("ocsp")
            issuing = self.authority.issuing
            responder = Responder(issuing.name, issuing.certificate, signer, certificate, self.archive.books)
            return respond(responder, octets, self.now())
        except (DBAPIError, KeysError, Conflict):
            return trouble(Trouble.TRY_LATER)

    @property
    def stamper(self) -> Stamper | None:
        """Whose time stamps go into sealed documents."""
        chosen = self._means.stamper
        return own_stamper(lambda: self.stamp_desk, self.now, self.random) if chosen == "own" else chosen

    def answer_stamp_request(self, octets: bytes) -> bytes:
        """The answer to a request for a time stamp; raises as `trust.certification.stamping.answer_request`."""
        return answer_request(self.stamp_desk, octets, self.now())

    @property
    def preserving(self) -> Preserving:
        """Archive records and long-term validation data, with what this installation has published."""
        return Preserving(self.certain_bundle, lambda: self.anchors, self.online, self.stamper, self.now)

    @property
    def log_key(self) -> VerifierKey:
        """The log's name and key, as witnesses and verifiers need them; needs a founded installation."""
        return VerifierKey(self.publisher.origin, self.directory.service("log")[0].public)

    def log_proof(self, wanted: bytes) -> bytes:
        """The file that proves the entry with this commitment to whoever cannot ask; raises NotLogged."""
        return encode_log_proof(prove(self.archive.log, wanted))

    def take_cosignatures(self, note: bytes) -> list[str]:
        """Keep the cosignatures of admitted witnesses under a note; raises as `trust.log.cosigning`."""
        return take_cosignatures(self.archive.log, self.archive.witnesses, note, self.now())
