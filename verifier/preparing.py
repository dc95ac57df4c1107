"""A document that is to be sealed is read where strangers' files are read: the question and the answer on the way.

The question is the order (`carrying`), behind its length, and then the document. The answer is what the reader
prepared, or its refusal, which is raised here as it would have been there. Refusals are told to people by their reason;
their text is cut, because the document may have had a say in it.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from trust.errors import Conflict, Malformed, TrustError
from trust.formats.pdf.errors import PdfRefused
from trust.formats.sealing_orders import Order, Prepared, prepare
from verifier.carrying import pack, unpack
from verifier.errors import NotCarried

HEAD, MAX_TEXT = 8, 200


@dataclass(frozen=True)
class Refusal:
    """Why a document is not sealed: the kind of the error, its reason and its text."""

    kind: Literal["conflict", "malformed", "pdf"]
    reason: str
    text: str


Answer: TypeAlias = Prepared | Refusal


def question(data: bytes, order: Order) -> bytes:
    """The octets that ask for a document to be prepared."""
    packed = pack(order)
    return b"".join((len(packed).to_bytes(HEAD, "big"), packed, data))


def prepared_for(asked: bytes) -> Answer:
    """What is prepared for a question, or the refusal; any other error is a fault of the reader."""
    size = int.from_bytes(asked[:HEAD], "big")
    order: Order = unpack(asked[HEAD : HEAD + size], Order)  # type: ignore[arg-type]  # a union is a type too
    try:
        return prepare(asked[HEAD + size :], order)
    except PdfRefused as error:
        return Refusal("pdf", error.reason, error.text)
    except (Conflict, Malformed) as error:
        return Refusal("conflict" if isinstance(error, Conflict) else "malformed", error.reason, error.text)


def answered(octets: bytes | None) -> Prepared:
    """What an answer says.

    Raises:
        Conflict: `sealing-limit`, there is no answer, or none of ours.
        TrustError: the refusal of the reader.

    """
    try:
        answer: Answer = unpack(octets or b"", Answer)  # type: ignore[arg-type]  # as above
    except NotCarried as error:
        raise Conflict("sealing-limit", "the document could not be read within the limits") from error
    if isinstance(answer, Refusal):
        raise refused(answer)
    return answer


def refused(refusal: Refusal) -> TrustError:
    """The error that the reader met."""
    reason, text = refusal.reason[:MAX_TEXT], refusal.text[:MAX_TEXT]
    match refusal.kind:
        case "conflict":
            return Conflict(reason, text)
        case "malformed":
            return Malformed(reason, text)
        case "pdf":
            return PdfRefused(reason, text)
