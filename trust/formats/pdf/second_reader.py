"""pyHanko as the second reader of sealed licences: it reads a file by itself and must come to the same signature.

Our own reading (`layout`, `content`, `cms`) knows one spelling and compares every octet with it; whether other programs
see in such a file what we see, it cannot tell. So pyHanko, which shares no code with it, has to find exactly one
signature in one revision, covering the entire file and allowing no change, and to verify it through our hook.

Every file that comes from outside is read by it. Of files that this process has just laid out, octet for octet, the
first of each shape is: where the signature dictionary says the same words, and catalogue, field, certificates and
number of objects are the same, pyHanko meets the same objects in the same order, and only offsets, lengths, times,
digest and signature differ, each of which our own reading has held against the octets. There the signature value alone
is verified again, by the function behind the hook.
"""

from collections import OrderedDict
from threading import Lock
from typing import Any, NamedTuple

from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from keys.errors import MalformedKey, SignatureRefused
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, verify
from trust.formats.pdf import layout, source
from trust.formats.pdf.algorithms import Sm2Validator
from trust.formats.pdf.cms import SealMessage, name_parts
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.laid_out import LaidOut

MOST_SHAPES, LARGEST_CATALOG = 256, 4 * 1024
"""Shapes remembered, a few for each body and type; octets of a catalogue in one."""


class Shape(NamedTuple):
    """Everything that pyHanko looks at in a file of ours but numbers: words, spelling, certificates."""

    name: str
    reason: str
    certificates: tuple[bytes, ...]
    objects: int
    catalog: bytes
    field: bytes


class _Shapes:
    """Shapes of files that pyHanko took; the oldest is forgotten where there are too many."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[Shape, None] = OrderedDict()

    def add(self, shape: Shape) -> None:
        """Remember one."""
        if len(shape.catalog) > LARGEST_CATALOG:
            return
        with self._lock:
            self._known[shape] = None
            if len(self._known) > MOST_SHAPES:
                self._known.popitem(last=False)

    def __contains__(self, shape: Shape) -> bool:
        return shape in self._known


_TAKEN = _Shapes()


def check_signature(
    data: bytes, signature: layout.SignatureObject, message: SealMessage, made: LaidOut | None = None
) -> None:
    """Verify the signature of a file whose coverage and digest hold; `made` is the file as it was laid out here.

    Raises:
        PdfRefused: `pdf-signature-count`, `pdf-coverage`, `pdf-signature-value`.

    """
    if made is None:
        read_by_pyhanko(data, signature.hole, message)
        return
    shape = shape_of(signature.statement, message, made)
    if shape in _TAKEN:
        check_value(message)
    else:
        read_by_pyhanko(data, signature.hole, message)
        _TAKEN.add(shape)


def shape_of(statement: layout.Statement, message: SealMessage, made: LaidOut) -> Shape:
    """The shape of a file that was laid out here."""
    return Shape(
        statement.name,
        statement.reason,
        message.certificates,
        len(made.items),
        made.items[layout.CATALOG - 1].octets,
        made.items[layout.FIELD - 1].octets,
    )


def check_value(message: SealMessage) -> None:
    """Verify the signature value under the key of the signer's certificate.

    Raises:
        PdfRefused: `pdf-signature-value`.

    """
    try:
        public = PublicKey.from_spki(name_parts(message.certificates[0]).public_key_info)
        verify(public, message.signed, message.signature, identity=DEFAULT_IDENTITY)
    except (SignatureRefused, MalformedKey) as error:
        raise bad_value() from error


def read_by_pyhanko(data: bytes, hole: layout.Hole, message: SealMessage) -> None:
    """Let pyHanko, which reads the file by itself, verify the signature through our hook.

    Where the octets that pyHanko finds covered are those that were hashed before, that digest is used.

    Raises:
        PdfRefused: `pdf-signature-count`, `pdf-coverage`, `pdf-signature-value`.

    """
    reader = source.open_pdf(data)
    fields = list(enumerate_sig_fields(reader))
    if len(fields) != 1 or reader.total_revisions != 1:
        raise PdfRefused("pdf-signature-count", "文件中应当恰有一个签章和一个版本。", step=2)
    name, _value, field = fields[0]
    embedded: Any = EmbeddedPdfSignature(reader, field, name)  # pyHanko leaves its methods without types
    covered = tuple(map(int, embedded.byte_range))
    if covered != (0, hole.start, hole.end, len(data) - hole.end):
        raise PdfRefused("pdf-coverage", "签章没有覆盖整个文件。", step=2)
    embedded.external_digests[embedded.external_md_algorithm] = message.digest
    embedded.compute_integrity_info()
    if embedded.coverage != SignatureCoverageLevel.ENTIRE_FILE or embedded.docmdp_level is None:
        raise PdfRefused("pdf-coverage", "签章没有覆盖整个文件。", step=2)
    validator = Sm2Validator()
    intact, valid = validate_sig_integrity(
        embedded.signer_info,
        extract_certificate_info(embedded.signed_data).signer_cert,  # held against the attribute by what is called here
        expected_content_type="data",
        actual_digest=embedded.compute_digest(),
        sig_validator=validator,
    )
    expected = (name_parts(message.certificates[0]).public_key_info, message.signed, message.signature)
    if not intact or not valid or validator.held != [expected]:
        raise bad_value()


def bad_value() -> PdfRefused:
    """The refusal of a signature that does not hold."""
    return PdfRefused("pdf-signature-value", "签名值不成立：不是由签章证书对应的密钥作出。", step=4)
