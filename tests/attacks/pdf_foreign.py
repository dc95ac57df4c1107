"""PDF files of another producer: pyHanko's own signer with SM2, and the tools of somebody who appends to files.

pyHanko lays files out otherwise than we do (names, updates, CMS, validation data), so its files stand for those of
others. `appended` writes an incremental update octet by octet, as an attacker would, with whatever is asked for.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from io import BytesIO
from typing import Any
from unittest.mock import patch

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter
from pyhanko.sign.attributes import SigningCertificateV2Provider
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.signers.pdf_cms import SignedAttributeProviderSpec, Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from keys.codec import der_from_raw
from keys.signer import Signer as Key
from tests.pdf_parts import page
from tests.seal_parts import AT, parts

SM2_WITH_SM3 = algos.SignedDigestAlgorithm({"algorithm": "sm2_with_sm3"})


class EssSm3(SigningCertificateV2Provider):
    async def build_attr_value(self, dry_run: bool = False) -> Any:
        return as_signing_certificate_v2(self.signing_cert, hash_algo="sm3")


class Attributes(SignedAttributeProviderSpec):
    def __init__(self, certificate: asn1_x509.Certificate) -> None:
        self._certificate = certificate

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Any:
        yield EssSm3(self._certificate)


class Sm2Signer(Signer):
    """pyHanko's signer with an SM2 key."""

    def __init__(self, key: Key, certificate: bytes, chain: Sequence[bytes] = (), *, bound: bool = True) -> None:
        loaded = asn1_x509.Certificate.load(certificate)
        store = SimpleCertificateStore()
        store.register_multiple([asn1_x509.Certificate.load(each) for each in chain])
        super().__init__(signing_cert=loaded, cert_registry=store, signature_mechanism=SM2_WITH_SM3, embed_roots=True)
        self._key = key
        self.signed_attr_prov_spec = Attributes(loaded) if bound else Nothing()

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(72) if dry_run else der_from_raw(self._key.sign(data))


class Nothing(SignedAttributeProviderSpec):
    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Any:
        return iter(())


class OwnStamper(TimeStamper):
    """A time-stamping authority in the same process."""

    def __init__(self) -> None:
        super().__init__()
        self._signer = Sm2Signer(parts().maker, parts().maker_certificate)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": tsp.ObjectIdentifier("1.2.156.3005.99"),
                "message_imprint": req["message_imprint"],
                "serial_number": 1,
                "gen_time": core.GeneralizedTime(AT),
                "nonce": req["nonce"],
            }
        )
        content = cms.EncapsulatedContentInfo(
            {"content_type": "tst_info", "content": core.ParsableOctetString(info.dump())}
        )
        token = await self._signer.async_sign_general_data(content, "sm3", detached=False)
        status = tsp.PKIStatusInfo({"status": tsp.PKIStatus("granted")})
        return tsp.TimeStampResp({"status": status, "time_stamp_token": cms.ContentInfo.load(token.dump())})

    async def _ensure_dummy(self) -> None:
        await self.async_dummy_response("sm3")


def signed_by_pyhanko(
    data: bytes,
    *,
    level: int | None = None,
    field: str = "Signature1",
    key: Key | None = None,
    certificate: bytes | None = None,
    chain: Sequence[bytes] = (),
    bound: bool = True,
    subfilter: SigSeedSubFilter = SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    box: tuple[int, int, int, int] | None = (50, 50, 150, 150),
) -> bytes:
    """A file signed by pyHanko, in a new field unless it is there; `level` makes it a certification."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    specification = None if has_field(data, field) else SigFieldSpec(field, box=box)
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sm3",
        subfilter=subfilter,
        certify=level is not None,
        docmdp_permissions=MDPPerm(level or 2),
    )
    signer = Sm2Signer(key or parts().signer, certificate or parts().signer_certificate, chain, bound=bound)
    out = BytesIO()
    with patch.object(PdfSigner, "_enforce_certification_constraints"):  # whether one may is for readers to say
        PdfSigner(metadata, signer, new_field_spec=specification).sign_pdf(writer, output=out, bytes_reserved=8192)
    return out.getvalue()


def has_field(data: bytes, name: str) -> bool:
    root = PdfFileReader(BytesIO(data)).root
    return "/AcroForm" in root and any(each.get_object()["/T"] == name for each in root["/AcroForm"]["/Fields"])


def with_fields(data: bytes, *names: str) -> bytes:
    """Empty signature fields, appended before anything is signed."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    for number, name in enumerate(names):
        append_signature_field(writer, SigFieldSpec(name, box=(50 + 110 * number, 50, 150 + 110 * number, 150)))
    return written(writer)


def stamped(data: bytes) -> bytes:
    """A document time stamp by a TSA of ours."""
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(data))
    asyncio.run(PdfTimeStamper(OwnStamper()).async_timestamp_pdf(writer, "sm3", None, output=out))
    return out.getvalue()


def with_store(data: bytes, *, extra: Mapping[str, generic.PdfObject] | None = None) -> bytes:
    """Validation data (DSS) in an update of its own."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    stream = writer.add_object(generic.StreamObject(stream_data=parts().maker_certificate))
    listed = writer.add_object(generic.ArrayObject([stream]))
    store = generic.DictionaryObject(
        {generic.pdf_name("/Type"): generic.pdf_name("/DSS"), generic.pdf_name("/Certs"): listed}
    )
    store.update(extra or {})
    writer.root[generic.pdf_name("/DSS")] = writer.add_object(store)
    writer.update_root()
    return written(writer)


def updated(data: bytes, edit: Callable[[IncrementalPdfFileWriter, generic.DictionaryObject], None]) -> bytes:
    """An update by pyHanko's writer; `edit` gets the writer and the first page, and marks what it changes."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    edit(writer, first_page(writer.root))
    return written(writer)


def first_page(root: generic.DictionaryObject) -> generic.DictionaryObject:
    node = root["/Pages"]
    while "/Kids" in node:
        node = node["/Kids"][0].get_object()
    return node


def written(writer: IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def appended(
    data: bytes,
    objects: Mapping[int, bytes] | None = None,
    *,
    free: Sequence[int] = (),
    entries: bytes = b"",
    root: int | None = None,
    prev: int | None = None,
    places: Mapping[int, int] | None = None,
) -> bytes:
    """An update octet by octet: objects by number, numbers set free, further entries of the trailer."""
    reader = PdfFileReader(BytesIO(data), strict=False)
    body, offsets = [b"\n"], dict(places or {})
    position = len(data) + 1
    for number, value in (objects or {}).items():
        offsets[number] = position
        body.append(b"%d 0 obj\n%s\nendobj\n" % (number, value))
        position += len(body[-1])
    size = (
        max(int(reader.trailer["/Size"]), *(number + 1 for number in offsets), 1)
        if offsets
        else int(reader.trailer["/Size"])
    )
    rows = [b"%d 1\n%010d 00000 n \n" % each for each in sorted(offsets.items())]
    rows += [b"%d 1\n0000000000 00001 f \n" % number for number in free]
    top = root if root is not None else reader.root_ref.idnum
    info = reader.trailer.raw_get("/Info") if "/Info" in reader.trailer else None
    kept = b" /Info %d 0 R" % info.reference.idnum if info is not None and b"/Info" not in entries else b""
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d%s%s >>\n" % (
        size,
        top,
        reader.last_startxref if prev is None else prev,
        kept,
        b" " + entries if entries else b"",
    )
    return data + b"".join(
        (*body, b"xref\n0 1\n0000000000 65535 f \n", *rows, trailer, b"startxref\n%d\n%%%%EOF\n" % position)
    )


def next_number(data: bytes) -> int:
    return int(PdfFileReader(BytesIO(data), strict=False).trailer["/Size"])


def number_of(data: bytes, *path: str | int) -> int:
    """The number of the object at the end of a path from the catalogue."""
    item: Any = PdfFileReader(BytesIO(data), strict=False).root
    reference = None
    for step in path:
        raw = item.raw_get(step)
        reference = raw.reference if isinstance(raw, generic.IndirectObject) else None
        item = raw.get_object()
    assert reference is not None
    return int(reference.idnum)


def body_of(data: bytes, number: int) -> bytes:
    """The last body of an object as it stands."""
    found = re.findall(rb"(?:^|[\r\n])%d 0 obj\s*(.*?)\s*endobj" % number, data, re.DOTALL)
    return found[-1]


@cache
def compact() -> bytes:
    """A letter whose catalogue and pages lie in an object stream, with a cross-reference stream."""
    writer = PdfFileWriter(stream_xrefs=True)
    inside = writer.prepare_object_stream()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = generic.DictionaryObject({generic.pdf_name(key): generic.pdf_name(name) for key, name in font.items()})
    reference = writer.add_object(named, obj_stream=inside)
    fonts = generic.DictionaryObject({generic.pdf_name("/F1"): reference})
    contents = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 20 Tf 50 300 Td (Letter) Tj ET"))
    entries = {
        "/Type": generic.pdf_name("/Page"),
        "/MediaBox": generic.ArrayObject([generic.NumberObject(each) for each in (0, 0, 595, 420)]),
        "/Resources": generic.DictionaryObject({generic.pdf_name("/Font"): fonts}),
        "/Contents": contents,
    }
    leaf = generic.DictionaryObject({generic.pdf_name(key): value for key, value in entries.items()})
    pages = writer.root.raw_get("/Pages")
    leaf[generic.pdf_name("/Parent")] = pages
    tree = pages.get_object()
    tree["/Kids"].append(writer.add_object(leaf, obj_stream=inside))
    tree[generic.pdf_name("/Count")] = generic.NumberObject(1)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@cache
def foreign() -> bytes:
    """One approval signature by pyHanko."""
    return signed_by_pyhanko(page(pages=2))


@cache
def certified(level: int) -> bytes:
    """A certification by pyHanko, with a second field waiting."""
    return signed_by_pyhanko(with_fields(page(pages=2), "Signature1", "Signature2"), level=level)
