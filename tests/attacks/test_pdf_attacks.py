"""Attacks on a sealed PDF: none is PASSED, each is met by the finding meant for it.

Three kinds of attacker. One has the file and no key: everything he changes is refused by octets alone. One has a key
of his own: he may sign, but not with a certificate the seal lists. The third is the insider, who has the department's
real key but not our writer: he may seal a file that shows different things to different readers, and structure is
what stands against him. Classes after the published ones (universal forgery, wrapping, incremental saving, shadow,
certification attacks, parser confusion), made anew with SM2.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from types import SimpleNamespace

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from keys import backend
from keys.codec import DER_SIZE_MAX, N, der_from_raw
from keys.custody import memory_signer
from keys.signer import Signer
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from tests.pdf_parts import LICENCE, NAME, REASON, attached, complete, page, plan, sealed, stands_against
from tests.seal_parts import AT, certificate, info, parts, sealed_by
from trust.formats import der
from trust.formats.certificate import Purpose
from trust.formats.pdf import layout
from trust.formats.pdf.cms import _message, room, signed_attributes, signed_message
from trust.formats.pdf.plan import PlannedPdf
from trust.rules.verdict import Indication

FAILED, OPEN = Indication.FAILED, Indication.INDETERMINATE


def name(text: str) -> generic.NameObject:
    return generic.NameObject(text)


def dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({name("/" + key): value for key, value in entries.items()})


def replaced(old: bytes, new: bytes) -> bytes:
    """The sealed file with one piece exchanged."""
    assert sealed().count(old) == 1, old
    return sealed().replace(old, new)


# The attacker without a key: updates appended behind the seal.


def updated(edit: Callable[[IncrementalPdfFileWriter, generic.DictionaryObject], None]) -> bytes:
    """An incremental update of the sealed file; `edit` gets the writer and the first page."""
    writer = IncrementalPdfFileWriter(BytesIO(sealed()))
    first = writer.root["/Pages"]["/Kids"][0].get_object()
    edit(writer, first)
    writer.update_container(first)
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    data = out.getvalue()
    assert data.startswith(sealed())
    assert len(data) > len(sealed())
    return data


def annotate(subtype: str) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
        box = generic.ArrayObject([generic.NumberObject(each) for each in (10, 10, 500, 300)])
        note = dictionary(Type=name("/Annot"), Subtype=name(subtype), Rect=box, Contents=generic.pdf_string("永久有效"))
        first["/Annots"].append(writer.add_object(note))
        writer.update_container(first["/Annots"])

    return updated(edit)


def new_content(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
    first[name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"0 0 595 420 re f"))


def one_page_more(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
    pages = writer.root["/Pages"]
    extra = dictionary(Type=name("/Page"), Parent=writer.root.raw_get("/Pages"), MediaBox=first["/MediaBox"])
    pages["/Kids"].append(writer.add_object(extra))
    pages[name("/Count")] = generic.NumberObject(2)
    writer.update_container(pages["/Kids"])


def script(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
    writer.root[name("/OpenAction")] = dictionary(S=name("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))


def language(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
    writer.root[name("/Lang")] = generic.pdf_string("en-GB")


def other_font(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
    for font in first["/Resources"]["/Font"].values():
        font.get_object()[name("/ToUnicode")] = generic.NullObject()
        writer.update_container(font.get_object())


def moved_seal(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
    field = first["/Annots"][0]
    field[name("/Rect")] = generic.ArrayObject([generic.NumberObject(each) for each in (0, 0, 200, 200)])
    writer.update_container(field)


def swapped_appearance(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
    picture = generic.StreamObject({name("/Subtype"): name("/Form")}, stream_data=b"1 0 0 rg 0 0 9 9 re f")
    first["/Annots"][0][name("/AP")] = dictionary(N=writer.add_object(picture))
    writer.update_container(first["/Annots"][0])


def swapped_attachment(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
    specification = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    specification["/EF"][name("/F")] = writer.add_object(generic.StreamObject(stream_data=b'{"name":"other"}'))
    writer.update_container(specification)


def security_store(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
    writer.root[name("/DSS")] = dictionary(Certs=generic.ArrayObject())


def replaced_signature(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
    """The field points at a copy of the signature dictionary in the update."""
    copy = generic.DictionaryObject(first["/Annots"][0]["/V"])
    copy[name("/Reason")] = generic.pdf_string("其他用途")
    first["/Annots"][0][name("/V")] = writer.add_object(copy)
    writer.update_container(first["/Annots"][0])


def removed_permissions(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
    del writer.root["/Perms"]


APPENDED: list[tuple[str, Callable[[], bytes]]] = [
    ("page content replaced", lambda: updated(new_content)),
    ("free text over the page", lambda: annotate("/FreeText")),
    ("rubber stamp over the page", lambda: annotate("/Stamp")),
    ("redaction over the page", lambda: annotate("/Redact")),
    ("page added", lambda: updated(one_page_more)),
    ("script on opening", lambda: updated(script)),
    ("language of the catalogue", lambda: updated(language)),
    ("font dictionary", lambda: updated(other_font)),
    ("seal moved", lambda: updated(moved_seal)),
    ("appearance of the seal swapped", lambda: updated(swapped_appearance)),
    ("attachment swapped", lambda: updated(swapped_attachment)),
    ("security store added", lambda: updated(security_store)),
    ("signature dictionary replaced", lambda: updated(replaced_signature)),
    ("certification removed", lambda: updated(removed_permissions)),
    ("empty update", lambda: updated(lambda *_: None)),
    ("one octet behind the end", lambda: sealed() + b"\n"),
    ("junk behind the end", lambda: sealed() + bytes(500)),
    ("a second copy of the file", lambda: sealed() + sealed()),
    ("an unsealed PDF behind the end", lambda: sealed() + page()),
    ("last octet missing", lambda: sealed()[:-1]),
    ("half of the file", lambda: sealed()[: len(sealed()) // 2]),
]


@pytest.mark.parametrize(("case", "attack"), APPENDED, ids=[case for case, _ in APPENDED])
def test_whatever_is_appended_or_cut_off_is_not_covered(case: str, attack: Callable[[], bytes]) -> None:
    assert stands_against(attack()) == {"pdf-coverage": FAILED}, case


# The attacker without a key: the file itself edited.


def range_text() -> bytes:
    found = re.search(rb"\[0 \d+ \d+ \d+\] *", sealed())
    assert found
    return found[0]


def in_range(text: bytes) -> bytes:
    """Another byte range in the same room."""
    return replaced(range_text(), text.ljust(len(range_text())))


def contents(literal: Callable[[bytes], bytes]) -> bytes:
    """Another literal in the hole; a byte range that fits it, because that costs the attacker nothing."""
    data, hole = sealed(), plan().hole
    new = literal(data[hole.start : hole.end])
    end = hole.start + len(new)
    head = data[: hole.start].replace(
        range_text(), (b"[0 %d %d %d]" % (hole.start, end, len(data) - hole.end)).ljust(len(range_text()))
    )
    return head + new + data[hole.end :]


def cms_of_another_licence() -> bytes:
    other = complete(plan(page(pages=2), attachments=attached()))
    hole = plan(page(pages=2)).hole
    return contents(lambda _: other[hole.start : hole.end])


def wrapped() -> bytes:
    """Wrapping: forged octets between the end of the first range and the literal, the second range moved behind them."""
    data, hole = sealed(), plan().hole
    forged = b" /Contents <00> /Forged (" + b"A" * 60 + b")"
    rest = len(data) - hole.end
    put = data[: hole.start - len(b"/Contents ")] + forged + b"/Contents " + data[hole.start :]
    moved = hole.end + len(forged)
    return put.replace(range_text(), (b"[0 %d %d %d]" % (hole.start, moved, rest)).ljust(len(range_text())))


def re_saved() -> bytes:
    """The sealed file run through a writer that renumbers and compresses."""
    out = BytesIO()
    copy_into_new_writer(PdfFileReader(BytesIO(sealed()))).write(out)
    return out.getvalue()


def picture_of_a_seal() -> bytes:
    """No signature, only the look of one."""
    return page(pages=3)


EDITED: list[tuple[str, Callable[[], bytes], str, Indication]] = [
    ("content octet flipped", lambda: flipped(-3000), "pdf-digest", FAILED),
    ("licence data changed", lambda: replaced(LICENCE, LICENCE.replace(b"/1", b"/2")), "pdf-digest", FAILED),
    ("seal swapped", lambda: replaced(parts().seal[-40:], bytes(40)), "pdf-digest", FAILED),
    ("claimed time changed", lambda: data_with_time(b"20250301083015Z"), "pdf-digest", FAILED),
    ("cross-reference entry moved", lambda: replaced(b"0000000017 00000 n", b"0000000018 00000 n"), "pdf-digest", FAILED),
    ("junk before the header", lambda: b"\n" + sealed(), "pdf-structure", FAILED),
    ("another PDF before the header", lambda: page() + sealed(), "foreign-profile", OPEN),
    ("version changed", lambda: replaced(b"%PDF-1.7", b"%PDF-1.4"), "pdf-structure", FAILED),
    ("byte range removed", lambda: replaced(b"/ByteRange " + range_text(), b""), "pdf-signature-dictionary", FAILED),
    ("byte range null", lambda: in_range(b"null"), "pdf-signature-dictionary", FAILED),
    ("byte range negative", lambda: in_range(b"[0 -1 -1 -1]"), "pdf-signature-dictionary", FAILED),
    ("byte range of two numbers", lambda: in_range(b"[0 20000]"), "pdf-signature-dictionary", FAILED),
    ("byte range huge", lambda: in_range(b"[0 1 2 99999999999999999]"), "pdf-signature-dictionary", FAILED),
    ("byte range with leading zero", lambda: in_range(range_text().rstrip().replace(b"[0 ", b"[0 0")), "pdf-signature-dictionary", FAILED),
    ("byte range zero", lambda: in_range(b"[0 0 0 0]"), "pdf-coverage", FAILED),
    ("byte range short of the end", lambda: in_range(shortened()), "pdf-coverage", FAILED),
    ("wrapping", wrapped, "pdf-signature-dictionary", FAILED),
    ("contents removed", lambda: contents(lambda _: b""), "pdf-signature-dictionary", FAILED),
    ("contents null", lambda: contents(lambda _: b"null"), "pdf-signature-dictionary", FAILED),
    ("contents as a literal string", lambda: contents(lambda _: b"(x)"), "pdf-signature-dictionary", FAILED),
    ("contents in capital letters", lambda: contents(bytes.upper), "pdf-signature-dictionary", FAILED),
    ("contents with a blank", lambda: contents(lambda literal: literal[:9] + b" " + literal[9:]), "pdf-signature-dictionary", FAILED),
    ("contents of half an octet", lambda: contents(lambda literal: literal[:-2] + b">"), "pdf-signature-dictionary", FAILED),
    ("contents empty", lambda: contents(lambda _: b"<>"), "cms-encoding", FAILED),
    ("contents zero", lambda: contents(lambda literal: b"<" + b"0" * (len(literal) - 2) + b">"), "cms-encoding", FAILED),
    ("contents one zero longer", lambda: contents(lambda literal: literal[:-1] + b"00>"), "cms-encoding", FAILED),
    ("padding not zero", lambda: with_padding(b"\1"), "cms-encoding", FAILED),
    ("CMS of another licence", cms_of_another_licence, "pdf-digest", FAILED),
    ("certification level 2", lambda: replaced(b"/P 1 /V", b"/P 2 /V"), "pdf-signature-dictionary", FAILED),
    ("certification taken out", lambda: replaced(layout.CERTIFYING, b" " * len(layout.CERTIFYING)), "pdf-signature-dictionary", FAILED),
    ("another SubFilter", lambda: replaced(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"), "pdf-signature-dictionary", FAILED),
    ("SubFilter of a vendor", lambda: replaced(b"/ETSI.CAdES.detached", b"/GM.sm2seal"), "pdf-signature-dictionary", FAILED),
    ("saved anew", re_saved, "foreign-profile", OPEN),
    ("picture of a seal", picture_of_a_seal, "not-signed", FAILED),
]  # fmt: skip


def with_padding(last: bytes) -> bytes:
    """A signature short enough to leave room behind it, and another octet in that room."""
    planned = plan()
    raw = parts().signer.sign(planned.to_be_signed)
    while len(der_from_raw(raw)) == DER_SIZE_MAX:
        raw = parts().signer.sign(planned.to_be_signed)
    return put_in(signed_message(planned.certificates, planned.digest, raw)[:-1] + last)


def flipped(position: int) -> bytes:
    changed = bytearray(sealed())
    changed[position] ^= 0x10
    return bytes(changed)


def data_with_time(text: bytes) -> bytes:
    start = sealed().index(b"/M (D:") + len(b"/M (D:")
    return sealed()[:start] + text + sealed()[start + len(text) :]


def shortened() -> bytes:
    numbers = [int(each) for each in re.findall(rb"\d+", range_text())]
    return b"[%d %d %d %d]" % (*numbers[:3], numbers[3] - 1)


@pytest.mark.parametrize(("case", "attack", "finding", "indication"), EDITED, ids=[each[0] for each in EDITED])
def test_an_edited_file_is_met_by_its_finding(
    case: str, attack: Callable[[], bytes], finding: str, indication: Indication
) -> None:
    assert stands_against(attack()) == {finding: indication}, case


# The CMS rewritten: signature values and algorithms.


def with_signature(value: bytes) -> bytes:
    """The CMS with any octets as signature value, padded to the room there is or as far as it goes."""
    planned = plan()
    message = _message(planned.certificates, signed_attributes(planned.digest, planned.certificates), value)
    return put_in(message.ljust(room(planned.certificates), b"\0"))


def put_in(message: bytes) -> bytes:
    """The sealed file with another CMS."""
    return contents(lambda _: b"<" + message.hex().encode() + b">")


@cache
def good() -> bytes:
    return parts().signer.sign(plan().to_be_signed)


def numbers(r: int, s: int) -> bytes:
    """SEQUENCE { r, s } of any two integers."""
    return der.write_sequence(*(der.write(2, signed_octets(each)) for each in (r, s)))


def signed_octets(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() // 8) + 1), "big", signed=True)


def r_s() -> tuple[int, int]:
    return int.from_bytes(good()[:32], "big"), int.from_bytes(good()[32:], "big")


def with_oid(old: str, new: str, count: int) -> bytes:
    """An algorithm exchanged: everywhere if the lengths agree, else where the signature's stands."""
    before, after = der.write_object_identifier(old), der.write_object_identifier(new)
    message = signed_message(plan().certificates, plan().digest, good())
    assert message.count(before) >= count
    if len(before) == len(after):
        return put_in(message.replace(before, after))
    signature = message.rindex(before)
    return put_in(message[:signature] + after + message[signature + len(before) :])


def wrong_identity() -> bytes:
    library = backend.signing()
    key = library.generate()
    public = PublicKey(key.point)
    mine = certificate(NAME, SimpleNamespace(public=public), Purpose.SEAL_SIGNER, parts().root)  # type: ignore[arg-type]  # all of a signer that is asked for here
    seal = sealed_by(parts().maker, parts().maker_certificate, info((mine,)))
    planned = plan(certificate=mine, attachments=attached(seal))
    return planned.complete(library.sign(key, planned.to_be_signed, b"ALICE123@YAHOO.COM"))


SM2_WITH_SM3, SM3 = "1.2.156.10197.1.501", "1.2.156.10197.1.401"

VALUES: list[tuple[str, Callable[[], bytes], str]] = [
    ("another signature by the same key", lambda: plan().complete(parts().signer.sign(b"else")), "pdf-signature-value"),
    ("another key", lambda: complete(plan(), parts().maker), "pdf-signature-value"),
    ("another identity", wrong_identity, "pdf-signature-value"),
    ("n − s", lambda: with_signature(numbers(r_s()[0], N - r_s()[1])), "pdf-signature-value"),
    ("r and s exchanged", lambda: with_signature(numbers(*r_s()[::-1])), "pdf-signature-value"),
    ("r = s = 0", lambda: with_signature(numbers(0, 0)), "cms-encoding"),
    ("r = 0", lambda: with_signature(numbers(0, r_s()[1])), "cms-encoding"),
    ("s = n", lambda: with_signature(numbers(r_s()[0], N)), "cms-encoding"),
    ("r + s = n", lambda: with_signature(numbers(r_s()[0], N - r_s()[0])), "cms-encoding"),
    ("s + n", lambda: with_signature(numbers(r_s()[0], r_s()[1] + N)), "cms-encoding"),
    ("r + n", lambda: with_signature(numbers(r_s()[0] + N, r_s()[1])), "cms-encoding"),
    ("negative s", lambda: with_signature(numbers(r_s()[0], r_s()[1] - (1 << 256))), "cms-encoding"),
    ("raw r ‖ s", lambda: with_signature(good()), "cms-encoding"),
    ("octet behind the signature", lambda: with_signature(der_from_raw(good()) + b"\0"), "cms-encoding"),
    ("long-form length", lambda: with_signature(b"\x30\x81" + der_from_raw(good())[1:]), "cms-encoding"),
    ("no signature value", lambda: with_signature(b""), "cms-encoding"),
    ("ECDSA with SHA-256", lambda: with_oid(SM2_WITH_SM3, "1.2.840.10045.4.3.2", 1), "cms-encoding"),
    ("Ed25519", lambda: with_oid(SM2_WITH_SM3, "1.3.101.112", 1), "cms-encoding"),
    ("RSA with SHA-256", lambda: with_oid(SM2_WITH_SM3, "1.2.840.113549.1.1.11", 1), "cms-encoding"),
    ("the alias of SM2", lambda: with_oid(SM2_WITH_SM3, "1.2.156.10197.1.301.1", 1), "cms-encoding"),
    ("another OID of the same length", lambda: with_oid(SM2_WITH_SM3, "1.2.156.10197.1.502", 1), "cms-encoding"),
    ("HMAC for the digest", lambda: with_oid(SM3, "1.2.156.10197.1.402", 2), "cms-encoding"),
    ("SHA-256 for the digest", lambda: with_oid(SM3, "2.16.840.1.101.3.4.2.1", 2), "cms-encoding"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "attack", "finding"), VALUES, ids=[each[0] for each in VALUES])
def test_a_rewritten_cms_is_met_by_its_finding(case: str, attack: Callable[[], bytes], finding: str) -> None:
    assert stands_against(attack()) == {finding: FAILED}, case


# The attacker with a key of his own.


def look_alike() -> tuple[Signer, bytes]:
    """The same names and serial numbers under another root."""
    root, signer = memory_signer("false root"), memory_signer("false signer")
    return signer, certificate(NAME, signer, Purpose.SEAL_SIGNER, root, serial=3)


def test_a_look_alike_certificate_is_not_the_one_the_seal_lists() -> None:
    signer, mine = look_alike()
    assert stands_against(complete(plan(certificate=mine), signer)) == {"signer-not-in-seal": FAILED}


def test_the_real_certificate_does_not_cover_a_false_key() -> None:
    signer, _mine = look_alike()
    assert stands_against(complete(plan(), signer)) == {"pdf-signature-value": FAILED}


def test_a_false_certificate_put_in_for_the_real_one_is_noticed() -> None:
    _signer, mine = look_alike()
    message = signed_message(plan().certificates, plan().digest, good())
    swapped = message.replace(parts().signer_certificate, mine.ljust(len(parts().signer_certificate), b"\0"))
    assert stands_against(put_in(swapped)) == {"cms-encoding": FAILED}


def test_a_seal_listing_the_false_signer_needs_a_makers_signature() -> None:
    signer, mine = look_alike()
    octets = info((mine,))
    false = sealed_by(memory_signer("false maker"), parts().maker_certificate, octets)
    done = complete(plan(certificate=mine, attachments=attached(false)), signer)
    assert stands_against(done) == {"seal-signature-bad": FAILED}


# The insider: the department's real key, another writer.


def forged(edit: Callable[[list[bytes]], None]) -> bytes:
    """A file sealed with the real key after its objects were edited; item 0 is object 2."""
    objects = [item.octets for item in layout.read_objects(plan().prepared)[1:]]
    edit(objects)
    return sealed_as(objects)


def sealed_as(objects: Sequence[bytes], change: Callable[[bytes], bytes] = lambda data: data) -> bytes:
    certificates = (parts().signer_certificate,)
    statement = layout.Statement(AT, NAME, REASON)
    laid_out, hole, _ = layout.write_file(statement, room(certificates), objects)
    prepared = change(laid_out)
    delta = len(prepared) - len(laid_out)
    if delta:
        total = len(prepared) - hole.end
        covered = (b"[0 %d %d %d]" % (hole.start, hole.end, total)).ljust(layout.RANGE_WIDTH)
        prepared = re.sub(rb"\[0 \d+ \d+ \d+\] *(?= /M)", covered, prepared, count=1)
    return complete(PlannedPdf(prepared, hole, certificates, sm3(prepared[: hole.start] + prepared[hole.end :])))


def numbered(objects: Sequence[bytes], marker: bytes) -> int:
    """The place of the one object that contains `marker`."""
    (found,) = [place for place, octets in enumerate(objects) if marker in octets]
    return found


def put(marker: bytes, old: bytes, new: bytes) -> Callable[[list[bytes]], None]:
    """Exchange a piece of one object."""

    def edit(objects: list[bytes]) -> None:
        place = numbered(objects, marker)
        assert objects[place].count(old) == 1
        objects[place] = objects[place].replace(old, new)

    return edit


def with_object(
    body: bytes, *, link: Callable[[int], tuple[bytes, bytes, bytes]] | None = None
) -> Callable[[list[bytes]], None]:
    """Add an object, and let something refer to it unless it shall lie hidden."""

    def edit(objects: list[bytes]) -> None:
        number = len(objects) + 2
        objects.append(layout.indirect(number, body))
        if link:
            put(*link(number))(objects)

    return edit


CATALOG, PAGE, PAGES = b"/Type /Catalog", b"/Type /Page ", b"/Type /Pages"


def in_page(entry: bytes) -> Callable[[list[bytes]], None]:
    return put(b"/MediaBox", b"/MediaBox", entry + b" /MediaBox")


def in_catalog(entry: bytes) -> Callable[[list[bytes]], None]:
    return put(CATALOG, b"/PageMode", entry + b" /PageMode")


def annotation(body: bytes) -> Callable[[list[bytes]], None]:
    return with_object(body, link=lambda number: (b"/MediaBox", b"/Annots [", b"/Annots [%d 0 R " % number))


def called_indirectly(number: int) -> tuple[bytes, bytes, bytes]:
    """An action whose kind is only found by following a reference."""
    return CATALOG, b"/PageMode", b"/Legal << /S %d 0 R >> /PageMode" % number


INSIDE: list[tuple[str, Callable[[], bytes], str]] = [
    ("an object nobody refers to", lambda: forged(with_object(b"<< /Hidden true >>")), "pdf-structure"),
    ("a second page tree in waiting", lambda: forged(with_object(b"<< /Type /Pages /Kids [] /Count 0 >>")), "pdf-structure"),
    ("two values in one object", lambda: forged(put(b"/Producer", b" >>\n", b" >> << /Title (x) >>\n")), "pdf-structure"),
    ("an object inside an object", lambda: forged(put(b"/Producer", b"\nendobj", b"\nendobj\n4 0 obj\n<< >>\nendobj")), "pdf-structure"),
    ("a comment in an object", lambda: forged(put(b"/Producer", b"/Producer", b"% other\n/Producer")), "pdf-structure"),
    ("one key twice", lambda: forged(in_catalog(b"/Lang <656e>  /Lang <7a68>")), "pdf-structure"),
    ("script on opening", lambda: forged(in_catalog(b"/OpenAction << /S /JavaScript /JS <31> >>")), "pdf-active-content"),
    ("script by an indirect name", lambda: forged(with_object(b"/JavaScript", link=called_indirectly)), "pdf-active-content"),
    ("a reference to a reference", lambda: forged(with_object(b"4 0 R", link=called_indirectly)), "pdf-structure"),
    ("additional actions", lambda: forged(in_page(b"/AA << >>")), "pdf-active-content"),
    ("layers that switch", lambda: forged(in_catalog(b"/OCProperties << /OCGs [] >>")), "pdf-active-content"),
    ("data in another file", lambda: forged(put(b"/Filter [/ASCII85Decode", b"/Filter", b"/F <78> /Filter")), "pdf-active-content"),
    ("free text", lambda: forged(annotation(b"<< /Subtype /FreeText /Rect [0 0 9 9] >>")), "pdf-annotation"),
    ("a second field", lambda: forged(annotation(b"<< /Subtype /Widget /FT /Sig /T <78> /Rect [0 0 9 9] >>")), "pdf-annotation"),
    ("an annotation without a kind", lambda: forged(annotation(b"<< /Rect [0 0 9 9] >>")), "pdf-annotation"),
    ("a link that starts a program", lambda: forged(annotation(b"<< /Subtype /Link /A << /S /Launch >> >>")), "pdf-active-content"),
    ("a form of its own", lambda: forged(put(CATALOG, b"/Fields [3 0 R]", b"/Fields [3 0 R 3 0 R]")), "pdf-structure"),
    ("forms by XFA", lambda: forged(put(CATALOG, b"/SigFlags 3", b"/SigFlags 3 /XFA 4 0 R")), "pdf-active-content"),
    ("no certification", lambda: forged(put(CATALOG, b" /Perms << /DocMDP 1 0 R >>", b"")), "pdf-structure"),
    ("another name tree", lambda: forged(put(CATALOG, b"] >> >> ", b"] >> /IDS << >> >> ")), "pdf-structure"),
    ("the field elsewhere", lambda: forged(put(b"/FT /Sig", b"/V 1 0 R", b"/V  1 0 R")), "pdf-structure"),
    ("an attachment under another name", lambda: forged(put(b"/F (licence.json)", b"/UF (licence.json)", b"/UF (licence.txt)")), "pdf-attachment"),
    ("an attachment compressed", lambda: forged(put(LICENCE, b"/Params", b"/Filter /FlateDecode /Params")), "pdf-attachment"),
    ("page tree in a ring", lambda: forged(put(PAGES, b"/Kids [", b"/Kids [%d 0 R " % own_number(PAGES))), "pdf-structure"),
    ("no pages", lambda: forged(put(PAGES, b"/Kids [", b"/Kids [] /Other [")), "pdf-structure"),
    ("a reference to nothing", lambda: forged(in_catalog(b"/Lang 999 0 R")), "pdf-structure"),
    ("another generation", lambda: forged(in_catalog(b"/Lang 4 1 R")), "pdf-structure"),
    ("nested without end", lambda: forged(in_catalog(b"/Legal " + b"[" * 5000 + b"]" * 5000)), "pdf-size"),
    ("a structure that keeps parsers busy", lambda: forged(in_catalog(b"/Legal [" + b"1 " * 1_000_000 + b"]")), "pdf-size"),
    ("a catalogue that keeps parsers busy", lambda: forged(in_catalog(b"/Legal [" + b"1 " * 100_000 + b"]")), "pdf-size"),
    ("nested deeply", lambda: forged(in_catalog(b"/Legal " + b"[" * 100 + b"]" * 100)), "pdf-size"),
    ("gap before the table", lambda: sealed_as(objects(), gap), "pdf-structure"),
    ("a second table by Prev", lambda: sealed_as(objects(), lambda data: data.replace(b" /Root 2 0 R", b" /Prev 17 /Root 2 0 R")), "pdf-structure"),
    ("a hybrid table", lambda: sealed_as(objects(), lambda data: data.replace(b" /Root 2 0 R", b" /XRefStm 17 /Root 2 0 R")), "pdf-structure"),
    ("encryption claimed", lambda: sealed_as(objects(), lambda data: data.replace(b" /Root 2 0 R", b" /Encrypt 4 0 R /Root 2 0 R")), "pdf-structure"),
    ("two ends", lambda: sealed_as(objects(), lambda data: data + b"startxref\n17\n%%EOF\n"), "pdf-structure"),
    ("table too short", lambda: sealed_as(objects(), lambda data: data.replace(b"0000000000 65535 f \n", b"")), "pdf-structure"),
    ("an entry marked free", lambda: sealed_as(objects(), lambda data: data.replace(b"0000000017 00000 n", b"0000000017 00000 f")), "pdf-structure"),
]  # fmt: skip


def objects() -> list[bytes]:
    return [item.octets for item in layout.read_objects(plan().prepared)[1:]]


def own_number(marker: bytes) -> int:
    return numbered(objects(), marker) + 2


def gap(data: bytes) -> bytes:
    """Octets between the last object and the table, which `startxref` steps over."""
    start = data.rindex(b"xref\n0 ")
    table = b"startxref\n%d\n" % (start + 20)
    return data[:start] + b"% second content   \n" + data[start:].replace(b"startxref\n%d\n" % start, table)


@pytest.mark.parametrize(("case", "attack", "finding"), INSIDE, ids=[each[0] for each in INSIDE])
def test_a_file_of_another_writer_is_refused_though_the_key_is_real(
    case: str, attack: Callable[[], bytes], finding: str
) -> None:
    assert stands_against(attack()) == {finding: FAILED}, case


# Controls: the tools above do not themselves break a file.


def test_controls() -> None:
    assert stands_against(sealed()) == {}
    assert stands_against(sealed_as(objects())) == {}
    assert stands_against(contents(lambda literal: literal)) == {}
    assert stands_against(with_padding(b"\0")) == {}
    assert stands_against(with_signature(der_from_raw(good()))) == {}
    assert stands_against(forged(in_catalog(b"/Lang <7a68>"))) == {}
    assert stands_against(forged(in_catalog(b"/Legal << /S 4 0 R >>"))) == {}
    assert stands_against(forged(annotation(b"<< /Subtype /Link /Rect [0 0 9 9] >>"))) == {}
