"""Planned again 补回方案: what was signed for a licence whose plan the backup did not have, from its two files.

The register keeps what was signed before it is signed: the token of the code, and the digests of what the two seals are
over. Here they are read back from files that the log commits to, octet for octet; so the files are our own, and it is
safe to take them apart in this process. Which of the pictures in the OFD is the code is told by the log as well, which
has a commitment to it. The digest of what the token's signature is over stands with the entry since it was begun.
"""

from collections.abc import Iterator

from issuer.drafting import digest_of
from issuer.ports import Entry, SigningPlan
from trust.errors import Conflict, Malformed
from trust.formats.leaf import Statement, token_commitment
from trust.formats.ofd.package import read_package
from trust.formats.ofd.signature import SIGNED_VALUE
from trust.formats.pdf.cms import read_signed_message
from trust.formats.pdf.layout import read_signature_object
from trust.formats.ses import parse_signature
from trust.formats.token import from_text, split_token
from verifier.errors import NotUnderstood
from verifier.recognising import kind_of, read_code


def plan_in(entry: Entry, logged: Statement, ofd: bytes, pdf: bytes) -> SigningPlan:
    """What was signed for an entry, by the files that the log commits to.

    Raises:
        Conflict: `handed-in-differs`, no picture in the OFD is the code that was logged, or it is of another entry.

    """
    for token in _tokens_in(ofd):
        if token_commitment(token) in logged.commitments and _is_of(entry, token):
            return SigningPlan(token, _signed_in_ofd(ofd), _signed_in_pdf(pdf))
    raise Conflict("handed-in-differs", f"{entry.licence.identifier}: no code that was logged")


def _tokens_in(ofd: bytes) -> Iterator[bytes]:
    """The tokens that pictures in an OFD read as."""
    for octets in read_package(ofd).values():
        if kind_of(octets) == "picture":
            try:
                token = from_text(read_code(octets))
            except (NotUnderstood, Malformed):
                continue  # the seal, a photograph, a ground
            yield token


def _is_of(entry: Entry, token: bytes) -> bool:
    return digest_of(split_token(token).to_be_signed) == entry.token_plan


def _signed_in_ofd(ofd: bytes) -> str:
    return digest_of(parse_signature(read_package(ofd)[SIGNED_VALUE]).signed)


def _signed_in_pdf(pdf: bytes) -> str:
    return digest_of(read_signed_message(read_signature_object(pdf).contents).signed)
