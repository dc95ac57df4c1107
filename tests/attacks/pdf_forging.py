"""Forged signatures on PDF files: strangers' keys and seals, values moved, ranges bent, attributes exchanged."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Literal
from unittest.mock import patch

from pyhanko.pdf_utils import generic

from keys.custody import memory_signer
from keys.signer import Signer
from keys.sm3 import sm3
from tests.attacks.pdf_foreign import (
    appended,
    body_of,
    certified,
    foreign,
    next_number,
    number_of,
    signed_by_pyhanko,
    stamped,
    with_store,
)
from tests.attacks.pdf_making import (
    contents_of,
    digest_of,
    edited,
    hole_of,
    letter,
    moved_range,
    name,
    number_of_root,
    oid,
    our_seal,
    ours,
    ours_ses,
    ours_twice,
    ours_with_chain,
    resigned,
    seal,
    with_annotation,
    with_contents,
    with_range,
)
from tests.attacks.pdf_updating import stream
from tests.pdf_parts import page
from tests.seal_parts import AT, certificate, info, parts, sealed_by
from trust.formats import der, ses
from trust.formats.certificate import CertificateProfile, KeyUsage, Purpose, assemble, certificate_tbs, key_identifier
from trust.formats.pdf.cms import signed_attributes, signed_message
from trust.formats.placing import AtPoint
from trust.formats.x509_fields import make_name


def stranger(common_name: str = "雁栖市市场监督管理局") -> tuple[Signer, bytes]:
    """The same names and numbers under another root."""
    root, signer = memory_signer("false root"), memory_signer("false signer")
    return signer, certificate(common_name, signer, Purpose.SEAL_SIGNER, root, serial=3)


def self_made(*, one_party: bool) -> bytes:
    """A seal with the same picture and names, made by whoever uses it."""
    signer, mine = stranger()
    maker = signer if one_party else memory_signer("false maker")
    theirs = (
        mine if one_party else certificate("制章者", maker, Purpose.SEAL_MAKER, memory_signer("false root"), serial=2)
    )
    false = sealed_by(maker, theirs, info((mine,)))
    return seal(letter(), seal_der=false, signer=signer, signer_certificate=mine)


def unchecked(octets: bytes, form: Literal["cms", "ses"], signer: Signer, mine: bytes, at: datetime = AT) -> bytes:
    """Sealed by a writer that does not ask whether the seal lists the signer."""
    with patch("trust.formats.pdf.approval.check_listed"):
        return seal(letter(), form=form, seal_der=octets, signer=signer, signer_certificate=mine, at=at)


def transplanted(form: Literal["cms", "ses"]) -> bytes:
    """A genuine seal used by somebody whom it does not list."""
    return unchecked(parts().seal, form, *stranger("雁栖市城市管理局"))


def false_maker(form: Literal["cms", "ses"]) -> bytes:
    """A seal that names the true maker, signed by somebody else."""
    octets = info((parts().signer_certificate,))
    false = sealed_by(memory_signer("false maker"), parts().maker_certificate, octets)
    return unchecked(false, form, parts().signer, parts().signer_certificate)


def altered_seal(form: Literal["cms", "ses"]) -> bytes:
    """A genuine seal in which the name was changed, sealed with the real key."""
    old, new = "雁栖市市场监督管理局".encode(), "雁栖市市场监督管理厅".encode()
    return unchecked(parts().seal.replace(old, new, 1), form, parts().signer, parts().signer_certificate)


def expired_seal(form: Literal["cms", "ses"]) -> bytes:
    return unchecked(parts().seal, form, parts().signer, parts().signer_certificate, AT + timedelta(days=800))


def broken_seal() -> bytes:
    """Octets that are no seal, where the seal should be."""
    data = seal(letter(), seal_der=parts().seal)
    return resigned(data.replace(parts().seal[:40], bytes(40), 1))


def other_key(form: Literal["cms", "ses"]) -> bytes:
    """The real certificate, and a value by another key."""
    return unchecked(parts().seal, form, memory_signer("false signer"), parts().signer_certificate)


def sneaky_signature(level: int) -> bytes:
    """A certified file, and a second signature whose box covers the page (a certification attack by signature)."""
    signer, mine = stranger()
    return signed_by_pyhanko(certified(level), field="Cover", key=signer, certificate=mine, box=(0, 0, 595, 420))


def stranger_after(data: bytes) -> bytes:
    """A genuine seal, and a second signature by nobody known, in an invisible field."""
    signer, mine = stranger()
    return signed_by_pyhanko(data, field="Other", key=signer, certificate=mine, box=None)


def wide_gap(data: bytes) -> bytes:
    """The insider leaves octets behind the value uncovered, to be filled at leisure."""
    return resigned(moved_range(data, after=len(b" >>\nendobj\n")))


def two_contents() -> bytes:
    """The dictionary has a second, unsigned value, for readers that take the first they find."""
    name_entry = re.findall(rb"/Name <[0-9a-f]*>", ours())[-1]
    other = b"/Contents <00>".ljust(len(name_entry))
    return resigned(edited(ours(), name_entry, other))


def covering_too_much() -> bytes:
    """A byte range that goes on behind the end of the file."""
    return moved_range(ours(), end=10)


def not_from_the_start() -> bytes:
    before, after, end = hole_of(ours())
    return with_range(ours(), 1, before - 1, after, end - after)


def overlapping() -> bytes:
    """Two stretches that overlap: what lies between is counted twice and may differ."""
    before, _after, end = hole_of(ours())
    return resigned_raw(with_range(ours(), 0, before, before - 50, end - before + 50), before, before - 50, end)


def resigned_raw(data: bytes, before: int, after: int, end: int) -> bytes:
    digest = sm3(data[:before] + data[after:end])
    certificates = (parts().signer_certificate,)
    raw = parts().signer.sign(signed_attributes(digest, certificates))
    message = signed_message(certificates, digest, raw).rstrip(b"\0")
    start, stop, _ = hole_of(ours())
    size = (stop - start - 2) // 2
    return data[: start + 1] + message.ljust(size, b"\0").hex().encode() + data[stop - 1 :]


def short_of_revision() -> bytes:
    """The signature ends before the end of its own revision: the table behind it is free to be changed."""
    return resigned(moved_range(ours(), end=-30))


def wrapped() -> bytes:
    """Forged octets between the value and the second stretch, which is moved behind them (signature wrapping)."""
    before, after, end = hole_of(ours())
    forged = b" /Forged (" + b"A" * 60 + b")"
    data = ours()[:after] + forged + ours()[after:]
    return with_range(data, 0, before, after + len(forged), end - after)


def hidden_field() -> bytes:
    """The signed field is taken out of the form in an update that nobody signs."""
    data = ours_twice()
    number = number_of(data, "/AcroForm")
    return appended(data, {number: re.sub(rb"/Fields \[(\d+ 0 R) [^\]]*\]", rb"/Fields [\1]", body_of(data, number))})


def orphan_signature() -> bytes:
    """A signature dictionary that no field refers to, in a sealed file."""
    number = next_number(letter())
    orphan = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> >>"
    )
    return seal(appended(letter(), {number: orphan}), seal_der=parts().seal)


def orphan_widget() -> bytes:
    """A box for a signature on the page, which belongs to no form: a picture of a seal and nothing behind it."""
    body = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Fake) /F 4 /Rect [300 300 400 400] >>"
    return signed_by_pyhanko(with_annotation(letter(), body))


def acting(entry: bytes) -> bytes:
    """A file sealed in good faith that does more than show pages."""
    top = number_of_root(letter())
    return signed_by_pyhanko(appended(letter(), {top: body_of(letter(), top).replace(b"<<", b"<< " + entry + b" ", 1)}))


def elsewhere() -> bytes:
    """A page whose content comes from another file."""
    number, target = next_number(letter()), number_of(letter(), "/Pages", "/Kids", 0)
    body = re.sub(rb"/Contents \d+ 0 R", b"/Contents %d 0 R" % number, body_of(letter(), target))
    return signed_by_pyhanko(appended(letter(), {number: stream(b"", b"/F (other.txt)"), target: body}))


def with_sub_filter(data: bytes, new: bytes) -> bytes:
    old = re.findall(rb"/SubFilter /[A-Za-z0-9.]+", data)[-1]
    return resigned(edited(data, old, b"/SubFilter /" + new.ljust(len(old) - len(b"/SubFilter /"), b"x")))


def sha256_digest() -> bytes:
    """SM2 over attributes that name SHA-256 for the file's digest."""
    octets = contents_of(foreign())
    at = octets.rindex(oid("1.2.156.10197.1.401"))
    assert octets[at:].startswith(oid("1.2.156.10197.1.401"))
    old, new = oid("1.2.156.10197.1.401"), oid("1.2.156.10197.1.402")
    return with_contents(foreign(), octets.replace(old, new))


def stamp_of_another_file() -> bytes:
    """The document time stamp of one file put into another."""
    other = stamped(signed_by_pyhanko(page()))
    token = contents_of(other).rstrip(b"\0")
    return with_contents(stamped(foreign()), token)


def stamp_with_more() -> bytes:
    """An octet in the room behind the token of a document time stamp."""
    data = stamped(foreign())
    octets = contents_of(data)
    assert octets[-1] == 0
    return with_contents(data, octets[:-1] + b"\1")


def value_of_another_file(form: Literal["cms", "ses"]) -> bytes:
    other = seal(page(), form=form)
    return with_contents(seal(letter(), form=form), contents_of(other).rstrip(b"\0"))


def property_of_another() -> bytes:
    """A seal signature that names another byte range than its own."""
    data = ours_ses()
    signed = ses.to_be_signed(our_seal(), AT, digest_of(data), "[0 1 2 3]")
    value = ses.assemble_signature(signed, parts().signer_certificate, parts().signer.sign(signed))
    return with_contents(data, value)


def unsigned_attribute() -> bytes:
    """An attribute of an unknown kind in the part of the CMS that no signature covers."""
    top, _end = der.element(contents_of(foreign()), 0, 0)
    return with_contents(foreign(), grown(top, [1, 0, -1, 0]))


def grown(node: der.Node, path: list[int]) -> bytes:
    """The element at a path with an unsigned attribute behind its members."""
    members = node.children()
    if not path:
        attribute = der.write_sequence(oid("1.2.3.4"), der.write(0x31, der.write_octet_string(b"hidden")))
        return der.write(node.tag, *(each.octets for each in members), der.write(0xA1, attribute))
    place = path[0] % len(members)
    rest = [each.octets for each in members]
    rest[place] = grown(members[place], path[1:])
    return der.write(node.tag, *rest)


def swapped_certificate(*, bound: bool) -> bytes:
    """Another certificate for the same key in place of the one signed with."""
    old, other = parts().signer_certificate, b""
    while len(other) != len(old):
        other = certificate("雁栖市市场监督管理局", parts().signer, Purpose.SEAL_SIGNER, parts().root, serial=4)
    data = signed_by_pyhanko(page(), bound=bound)
    octets = contents_of(data).replace(old, other)
    named = octets.rindex(der.write_integer(3))
    return with_contents(data, octets[:named] + der.write_integer(4) + octets[named + 3 :])


def disowned_chain() -> bytes:
    """An octet of an intermediate certificate flipped, where its issuer's certificate travels along."""
    data = signed_by_pyhanko(page(), chain=[parts().maker_certificate, authority()])
    octets = contents_of(data)
    at = octets.index(parts().maker_certificate) + len(parts().maker_certificate) - 4
    return with_contents(data, octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :])


@cache
def authority() -> bytes:
    """The certificate of the issuer, by itself."""
    key, own = parts().root, make_name("雁栖市测试根")
    tbs = certificate_tbs(
        CertificateProfile("root", frozenset({KeyUsage.KEY_CERT_SIGN}), is_ca=True),
        subject=own,
        public_key=key.public,
        issuer=own,
        issuer_key_id=key_identifier(key.public),
        serial=1,
        not_before=AT - timedelta(days=30),
        not_after=AT + timedelta(days=900),
        crl_url=None,
    )
    return assemble(tbs, key.sign(tbs))


def flipped_chain() -> bytes:
    """An octet of a certificate beside the signer's, in a CMS of ours."""
    octets = contents_of(ours_with_chain())
    at = octets.index(parts().maker_certificate) + 200
    return with_contents(ours_with_chain(), octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :])


def prev(data: bytes, target: int) -> bytes:
    return appended(data, {next_number(data): b"null"}, prev=target)


def loop_of_two() -> bytes:
    """Two tables that name each other as the one before."""
    first = appended(ours(), {next_number(ours()): b"null"})
    start = int(re.findall(rb"startxref\s+(\d+)", first)[-1])
    old = re.findall(rb"/Prev (\d+)", first)[-1]
    return (
        first[: first.rindex(b"/Prev " + old)]
        + b"/Prev %0*d" % (len(old), start)
        + first[first.rindex(b"/Prev " + old) + 6 + len(old) :]
    )


def before_eof(data: bytes, entries: bytes) -> bytes:
    return appended(data, {next_number(data): b"null"}, entries=entries)


def store(**more: generic.PdfObject) -> Callable[[], bytes]:
    return lambda: with_store(ours(), extra={name("/" + key): value for key, value in more.items()})


def store_with_gap() -> bytes:
    """Validation data, and octets between its objects that nothing refers to."""
    data = with_store(ours())
    at = data.rindex(b"\nxref\n") + 1
    hidden = b"%% hidden\n"
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    return data[:at] + hidden + data[at:].replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + len(hidden)))


def first_seal_broken() -> bytes:
    """The first of two seals has another value; the second covers it and is genuine."""
    first = with_contents(ours(), contents_of(seal(page())).rstrip(b"\0"))
    return seal(first, AtPoint(1, 60, 60))


def padded_ours() -> bytes:
    """A CMS of ours with room behind it; signatures of full length leave none, so until one is shorter."""
    data = ours()
    while contents_of(data)[-1]:
        data = seal(letter())
    return data
