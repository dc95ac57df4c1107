"""Named attacks on sealed PDFs of any origin, with the finding that meets each, and genuine files that must pass.

Classes as published for PDF signatures (universal forgery, signature wrapping, incremental saving, shadow hide /
replace / hide-and-replace, certification attacks by annotation and by signature, validation-data spoofing, parser
confusion), all made anew with SM2, on files sealed by us and by another producer. Attackers are, in turn: whoever has
the file and no key; whoever has a key of his own; and the insider with a real key and a writer of his own.

`TRUST` marks files whose octets are in order and whose signer is not who he seems: what stands against them is that
their certificates lead nowhere, and the reader has to hand over exactly those certificates.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Literal

from pyhanko.pdf_utils import generic
from pyhanko.sign.fields import SigSeedSubFilter

from keys.codec import N, der_from_raw
from tests.attacks.pdf_foreign import (
    appended,
    certified,
    compact,
    foreign,
    next_number,
    number_of,
    signed_by_pyhanko,
    stamped,
    with_fields,
    with_store,
)
from tests.attacks.pdf_making import (
    EMPTY_SIGNATURE_FIELD,
    TEXT_FIELD,
    acting,
    altered_seal,
    annotated,
    appearance_in_place,
    authority,
    before_eof,
    broken_seal,
    capitals,
    contents_of,
    covering_too_much,
    dictionary,
    disowned_chain,
    edited,
    elsewhere,
    exchanged,
    expired_seal,
    false_maker,
    field_added,
    filled,
    filled_then_sealed,
    first_seal_broken,
    flipped_chain,
    freed,
    hidden_field,
    in_field,
    in_root,
    letter,
    loop_of_two,
    moved_range,
    name,
    new_content,
    not_from_the_start,
    numbers,
    oid,
    on_page,
    orphan_signature,
    orphan_widget,
    other_font,
    other_key,
    ours,
    ours_locked,
    ours_ses,
    ours_twice,
    ours_with_chain,
    overlapping,
    padded_ours,
    page_added,
    page_taken_away,
    pair,
    prev,
    property_of_another,
    range_text,
    replaced_signature,
    resigned,
    seal,
    second_catalogue,
    self_made,
    sha256_digest,
    shadow_hide,
    shadow_hide_by_freeing,
    shadow_information,
    shadow_metadata,
    shadow_old_object,
    shadow_second_tree,
    shadow_supply,
    short_of_revision,
    sneaky_signature,
    stamp_of_another_file,
    stamp_with_more,
    store,
    store_with_gap,
    stranger_after,
    swapped_appearance,
    swapped_certificate,
    transplanted,
    two,
    two_contents,
    unsigned_attribute,
    value_of_another_file,
    wide_gap,
    with_contents,
    with_message,
    with_range,
    with_sub_filter,
    with_text_field,
    wrapped,
)
from tests.attacks.pdf_rebuilding import (
    behind_stream,
    between,
    hidden,
    hidden_before,
    in_certificate,
    in_comment,
    in_string_of_trailer,
    in_trailer,
    last_table,
    last_trailer,
    metadata_of_kind,
    on_compact,
    packed_unnamed,
    row_of_unknown_kind,
    rows_of_19,
    rows_with_return,
    store_appended,
    stream_inside,
    stream_too_long,
    table_before,
    twice_in_table,
    unchanged,
    with_file_inside,
)
from tests.pdf_parts import page
from tests.pdf_parts import sealed as licence
from tests.seal_parts import parts
from trust.formats.placing import Riding
from trust.rules.verdict import Indication

FAILED, OPEN = Indication.FAILED, Indication.INDETERMINATE
TRUST: Literal["trust"] = "trust"
Way = Indication | Literal["trust"]


@dataclass(frozen=True)
class Case:
    """An attack: what it is called, how it is made, and the code and gravity of the finding that meets it."""

    name: str
    make: Callable[[], bytes]
    code: str
    way: Way = FAILED


@dataclass(frozen=True)
class Control:
    """A genuine file; `warnings` are those it has to show, no more and no fewer."""

    name: str
    make: Callable[[], bytes]
    warnings: frozenset[str] = frozenset()


def cases() -> list[Case]:
    """Every attack."""
    return [
        # Universal signature forgery: what a careless reader needs is missing or nonsense.
        Case("USF: byte range removed", lambda: edited(ours(), b"/ByteRange ", b"/ByteRangf "), "pdf-byte-range"),
        Case(
            "USF: byte range null",
            lambda: edited(ours(), range_text(ours()), b"/ByteRange null".ljust(len(range_text(ours())))),
            "pdf-byte-range",
        ),
        Case("USF: byte range of zeros", lambda: with_range(ours(), 0, 0, 0, 0), "pdf-byte-range"),
        Case("USF: byte range negative", lambda: with_range(ours(), 0, -1, -1, -1), "pdf-byte-range"),
        Case("USF: byte range of two numbers", lambda: with_range(ours(), 0, 20000), "pdf-byte-range"),
        Case("USF: byte range behind the end", covering_too_much, "pdf-byte-range"),
        Case("USF: byte range not from the start", not_from_the_start, "pdf-byte-range"),
        Case("USF: byte range overlapping", overlapping, "pdf-byte-range"),
        Case("USF: contents removed", lambda: edited(ours(), b"/Contents <3", b"/Contentz <3"), "pdf-contents-place"),
        Case("USF: contents of zeros", lambda: with_contents(ours(), b""), "signature-value-form"),
        Case(
            "USF: contents not hexadecimal",
            lambda: edited(ours(), b"/Contents <30", b"/Contents <zz"),
            "pdf-unreadable",
        ),
        Case("USF: value is an empty sequence", lambda: with_contents(ours(), b"\x30\0"), "signature-value-form"),
        # Signature wrapping.
        Case("SWA: octets between value and second stretch", wrapped, "pdf-unreadable"),
        Case("SWA: gap left open behind the value", lambda: wide_gap(ours()), "pdf-contents-place"),
        Case(
            "SWA: gap left open before the value",
            lambda: resigned(moved_range(ours(), before=-20)),
            "pdf-contents-place",
        ),
        Case("SWA: gap left open, seal signature", lambda: wide_gap(ours_ses()), "pdf-contents-place"),
        Case("SWA: second contents in the dictionary", two_contents, "pdf-unreadable"),
        Case("SWA: short of its own revision", short_of_revision, "pdf-revision-end"),
        # Incremental saving: by whoever has the file.
        Case("ISA: page content replaced", lambda: new_content(ours()), "pdf-page-changed"),
        Case("ISA: page content replaced, foreign file", lambda: new_content(foreign()), "pdf-page-changed"),
        Case("ISA: page content replaced, locked file", lambda: new_content(ours_locked()), "pdf-page-changed"),
        Case("ISA: page content replaced, then stamped", lambda: stamped(new_content(ours())), "pdf-page-changed"),
        Case("ISA: page content replaced, then sealed anew", lambda: seal(new_content(ours())), "pdf-page-changed"),
        Case("ISA: page content replaced, object streams", lambda: new_content(seal(compact())), "pdf-page-changed"),
        Case("ISA: page added", lambda: page_added(ours()), "pdf-page-changed"),
        Case("ISA: page taken away", lambda: page_taken_away(ours()), "pdf-page-changed"),
        Case("ISA: page turned", lambda: on_page(ours(), "/Rotate", generic.NumberObject(180)), "pdf-page-changed"),
        Case("ISA: page cropped", lambda: on_page(ours(), "/CropBox", numbers(0, 0, 100, 100)), "pdf-page-changed"),
        Case("ISA: font exchanged", lambda: other_font(ours()), "pdf-changed-after-seal"),
        Case("ISA: free text over the page", lambda: annotated(ours(), "/FreeText"), "pdf-annotation-added"),
        Case("ISA: rubber stamp over the page", lambda: annotated(ours(), "/Stamp"), "pdf-annotation-added"),
        Case("ISA: free text, then sealed anew", lambda: seal(annotated(ours(), "/FreeText")), "pdf-annotation-added"),
        Case(
            "ISA: script on opening",
            lambda: in_root(
                ours(), "/OpenAction", dictionary(S=name("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))
            ),
            "pdf-changed-after-seal",
        ),
        Case(
            "ISA: language of the catalogue",
            lambda: in_root(ours(), "/Lang", generic.pdf_string("en-GB")),
            "pdf-changed-after-seal",
        ),
        Case(
            "ISA: layers",
            lambda: in_root(ours(), "/OCProperties", dictionary(OCGs=generic.ArrayObject())),
            "pdf-changed-after-seal",
        ),
        Case(
            "ISA: attachments",
            lambda: in_root(ours(), "/Names", dictionary(EmbeddedFiles=dictionary(Names=generic.ArrayObject()))),
            "pdf-changed-after-seal",
        ),
        Case(
            "ISA: certification claimed afterwards",
            lambda: in_root(ours(), "/Perms", dictionary()),
            "pdf-changed-after-seal",
        ),
        Case("ISA: another catalogue", second_catalogue, "pdf-changed-after-seal"),
        Case("ISA: content set free", lambda: freed(ours()), "pdf-object-removed"),
        Case(
            "ISA: title changed",
            lambda: appended(ours(), {int(re.findall(rb"/Info (\d+) 0 R", ours())[-1]): b"<< /Title (Other) >>"}),
            "pdf-coverage",
        ),
        Case(
            "ISA: title changed, then stamped",
            lambda: stamped(
                appended(ours(), {int(re.findall(rb"/Info (\d+) 0 R", ours())[-1]): b"<< /Title (Other) >>"})
            ),
            "pdf-coverage",
        ),
        Case("ISA: empty update", lambda: appended(ours(), {next_number(ours()): b"null"}), "pdf-coverage"),
        Case("ISA: seal moved", lambda: in_field(ours(), "/Rect", numbers(0, 0, 200, 200)), "pdf-field-changed"),
        Case("ISA: seal hidden", lambda: in_field(ours(), "/F", generic.NumberObject(2)), "pdf-field-changed"),
        Case("ISA: seal's picture exchanged", lambda: swapped_appearance(ours()), "pdf-field-changed"),
        Case("ISA: seal's picture exchanged in place", lambda: appearance_in_place(ours()), "pdf-changed-after-seal"),
        Case("ISA: signature dictionary written anew", lambda: replaced_signature(ours_twice()), "pdf-field-changed"),
        Case(
            "ISA: signature taken out of its field",
            lambda: in_field(ours_twice(), "/V", generic.NullObject()),
            "pdf-field-changed",
        ),
        Case("ISA: field taken out of the form", hidden_field, "pdf-field-changed"),
        Case(
            "ISA: only seal taken out of its field", lambda: in_field(ours(), "/V", generic.NullObject()), "not-signed"
        ),
        Case("ISA: text field added", lambda: field_added(ours(), TEXT_FIELD), "pdf-field-added"),
        Case(
            "ISA: empty visible signature field added",
            lambda: field_added(ours(), EMPTY_SIGNATURE_FIELD),
            "pdf-field-added",
        ),
        Case("ISA: field filled behind the seal", lambda: filled(seal(with_text_field())), "pdf-field-locked"),
        Case(
            "ISA: field filled behind a foreign seal",
            lambda: filled(signed_by_pyhanko(with_text_field())),
            "pdf-coverage",
        ),
        Case("ISA: field filled between two seals", filled_then_sealed, "pdf-form-filled", OPEN),
        # Shadow attacks.
        Case("Shadow hide: cover emptied", shadow_hide, "pdf-page-changed"),
        Case("Shadow hide: cover set free", shadow_hide_by_freeing, "pdf-object-removed"),
        Case("Shadow replace: stream that is also metadata", shadow_metadata, "pdf-page-changed"),
        Case("Shadow replace: information that is also something else", shadow_information, "pdf-changed-after-seal"),
        Case("Shadow replace: missing object supplied", shadow_supply, "pdf-object-supplied"),
        Case("Shadow hide-and-replace: second tree of pages", shadow_second_tree, "pdf-changed-after-seal"),
        Case("Shadow hide-and-replace: octets that lay hidden", shadow_old_object, "pdf-page-changed"),
        # Certification attacks.
        Case(
            "EAA: free text after certification, level 1",
            lambda: annotated(certified(1), "/FreeText"),
            "pdf-annotation-added",
        ),
        Case(
            "EAA: free text after certification, level 2",
            lambda: annotated(certified(2), "/FreeText"),
            "pdf-annotation-added",
        ),
        Case(
            "EAA: free text after certification, level 3",
            lambda: annotated(certified(3), "/FreeText"),
            "pdf-annotation-added",
        ),
        Case(
            "EAA: highlight, then sealed, level 3",
            lambda: signed_by_pyhanko(annotated(certified(3), "/Highlight"), field="Signature2"),
            "pdf-annotation-added",
        ),
        Case("SSA: signature over the page, level 1", lambda: sneaky_signature(1), "docmdp-violated"),
        Case("SSA: signature over the page, level 2", lambda: sneaky_signature(2), "docmdp-field-added"),
        Case("SSA: signature over the page, level 3", lambda: sneaky_signature(3), "docmdp-field-added"),
        Case(
            "SSA: waiting field signed, level 1",
            lambda: signed_by_pyhanko(certified(1), field="Signature2"),
            "docmdp-violated",
        ),
        Case("SSA: invisible signature, level 1", lambda: stranger_after(certified(1)), "docmdp-violated"),
        Case(
            "SSA: certification after a seal",
            lambda: signed_by_pyhanko(foreign(), field="Late", level=2, box=None),
            "docmdp-order",
        ),
        Case(
            "SSA: seal added to a locked file",
            lambda: signed_by_pyhanko(ours_locked(), field="More", box=(0, 0, 50, 50)),
            "docmdp-violated",
        ),
        Case(
            "SSA: huge signature over the page",
            lambda: signed_by_pyhanko(ours(), field="Cover", box=(0, 0, 595, 420)),
            "pdf-seal-large",
            OPEN,
        ),
        # Validation-data spoofing.
        Case("DSS: unknown entry", store(Page=numbers(1)), "pdf-dss-form"),
        Case("DSS: list of something else", store(CRLs=numbers(1)), "pdf-dss-form"),
        Case(
            "DSS: an entry for a signature under a false name",
            store(VRI=dictionary(Other=dictionary())),
            "pdf-dss-form",
        ),
        Case("DSS: page content changed along with it", lambda: new_content(with_store(ours())), "pdf-page-changed"),
        Case("DSS: octets that nothing refers to", store_with_gap, "pdf-gap"),
        Case("DSS: time stamp of another file", stamp_of_another_file, "time-stamp-imprint"),
        Case("DSS: time stamp of zeros", lambda: with_contents(stamped(foreign()), b""), "time-stamp-form"),
        # Parsers confused.
        Case("Parser: octet behind the end", lambda: ours() + b"\n ", "pdf-coverage"),
        Case("Parser: junk behind the end", lambda: ours() + bytes(500), "pdf-coverage"),
        Case("Parser: much junk behind the end", lambda: ours() + bytes(5000), "pdf-unreadable"),
        Case("Parser: an unsealed PDF behind the end", lambda: ours() + letter(), "not-signed"),
        Case("Parser: junk before the header", lambda: b"\n" + ours(), "not-pdf"),
        Case("Parser: cut off", lambda: ours()[:-40], "pdf-unreadable"),
        Case("Parser: half of the file", lambda: ours()[: len(ours()) // 2], "pdf-unreadable"),
        Case(
            "Parser: table that names itself as the one before",
            lambda: prev(ours(), len(ours()) + 20),
            "pdf-unreadable",
        ),
        Case("Parser: two tables in a ring", loop_of_two, "pdf-unreadable"),
        Case("Parser: table before the first octet", lambda: prev(ours(), 10**9), "pdf-unreadable"),
        Case("Parser: hybrid table", lambda: before_eof(ours(), b"/XRefStm 17"), "pdf-unreadable"),
        Case(
            "Parser: encryption claimed",
            lambda: before_eof(ours(), b"/Encrypt << /Filter /Standard /V 1 >>"),
            "pdf-unreadable",
        ),
        Case(
            "Parser: object twice in the form",
            lambda: appended(ours(), {number_of(ours(), "/AcroForm"): b"<< /Fields [4 0 R 4 0 R] >>"}),
            "pdf-unreadable",
        ),
        Case("Parser: signature nobody refers to", orphan_signature, "pdf-signature-unaccounted", OPEN),
        Case("Parser: box of a signature outside the form", orphan_widget, "pdf-field-unlisted"),
        # Programs that search the file because they stumble over a table.
        *rebuilding(),
        # Content that does not stand still.
        Case(
            "Content: script on opening",
            lambda: acting(b"/OpenAction << /S /JavaScript /JS (1) >>"),
            "pdf-active-content",
            OPEN,
        ),
        Case("Content: automatic actions", lambda: acting(b"/AA << >>"), "pdf-active-content", OPEN),
        Case(
            "Content: dynamic form", lambda: acting(b"/AcroForm << /Fields [] /XFA [] >>"), "pdf-active-content", OPEN
        ),
        Case("Content: taken from another file", elsewhere, "pdf-external-content"),
        # The signed octets themselves.
        Case(
            "Digest: octet flipped",
            lambda: edited(ours(), b"/MediaBox [ 0 0 595 420 ]", b"/MediaBox [ 0 0 595 320 ]"),
            "pdf-digest",
        ),
        Case(
            "Digest: octet flipped, seal signature",
            lambda: edited(ours_ses(), b"/MediaBox [ 0 0 595 420 ]", b"/MediaBox [ 0 0 595 320 ]"),
            "datahash",
        ),
        Case(
            "Digest: octet flipped, foreign file",
            lambda: edited(foreign(), b"/MediaBox [ 0 0 595 420 ]", b"/MediaBox [ 0 0 595 320 ]"),
            "pdf-digest",
        ),
        Case("Digest: claimed time changed", lambda: edited(ours(), b"/M (D:2026", b"/M (D:2025"), "pdf-digest"),
        Case("Digest: value of another file", lambda: value_of_another_file("cms"), "pdf-digest"),
        Case("Digest: seal signature of another file", lambda: value_of_another_file("ses"), "datahash"),
        Case("Digest: seal signature about another range", property_of_another, "property-info"),
        Case("Digest: first of two seals broken", first_seal_broken, "pdf-digest"),
        Case("Licence: page content replaced", lambda: new_content(licence()), "pdf-coverage"),
        Case(
            "Licence: octet flipped",
            lambda: licence()[:-3000] + bytes([licence()[-3000] ^ 16]) + licence()[-2999:],
            "pdf-digest",
        ),
        Case("Licence: time stamp behind it", lambda: stamped(licence()), "pdf-coverage"),
        # Signature values and algorithms.
        Case("Value: by another key", lambda: other_key("cms"), "pdf-signature-value"),
        Case("Value: by another key, seal signature", lambda: other_key("ses"), "seal-signature-value"),
        Case(
            "Value: n − s", lambda: with_message(lambda raw: pair(two(raw)[0], N - two(raw)[1])), "pdf-signature-value"
        ),
        Case(
            "Value: r and s exchanged", lambda: with_message(lambda raw: pair(*two(raw)[::-1])), "pdf-signature-value"
        ),
        Case("Value: zeros", lambda: with_message(lambda _: pair(0, 0)), "pdf-signature-value"),
        Case("Value: s + n", lambda: with_message(lambda raw: pair(two(raw)[0], two(raw)[1] + N)), "cms-encoding"),
        Case("Value: r ‖ s without DER", lambda: with_message(lambda raw: raw), "cms-encoding"),
        Case("Value: an octet behind it", lambda: with_message(lambda raw: der_from_raw(raw) + b"\0"), "cms-encoding"),
        Case(
            "Value: longer length than needed",
            lambda: with_message(lambda raw: b"\x30\x81" + der_from_raw(raw)[1:]),
            "cms-encoding",
        ),
        Case("Value: nothing", lambda: with_message(lambda _: b""), "pdf-signature-value"),
        Case(
            "Algorithm: another digest named inside the signer",
            lambda: exchanged(oid("1.2.156.10197.1.401"), oid("1.2.156.10197.1.402"), foreign(), 1),
            "cms-algorithm",
        ),
        Case("Algorithm: another digest named everywhere", sha256_digest, "cms-algorithm"),
        Case(
            "Algorithm: another digest named outside the signer",
            lambda: exchanged(oid("1.2.156.10197.1.401"), oid("1.2.156.10197.1.402"), foreign()),
            "cms-algorithm",
        ),
        Case(
            "Algorithm: another signature named",
            lambda: exchanged(oid("1.2.156.10197.1.501"), oid("1.2.156.10197.1.502"), foreign(), -1),
            "cms-algorithm",
        ),
        Case(
            "Algorithm: another signature named, ours",
            lambda: exchanged(oid("1.2.156.10197.1.501"), oid("1.2.156.10197.1.504"), ours(), -1),
            "cms-algorithm",
        ),
        # What no signature covers.
        Case(
            "Unsigned: octets behind the CMS",
            lambda: with_contents(foreign(), contents_of(foreign()).rstrip(b"\0"), fill=b"\1"),
            "contents-padding",
        ),
        Case(
            "Unsigned: octets behind the CMS, ours",
            lambda: with_contents(padded_ours(), contents_of(padded_ours())[:-1] + b"\1"),
            "cms-encoding",
        ),
        Case(
            "Unsigned: octets behind the seal signature",
            lambda: with_contents(ours_ses(), contents_of(ours_ses()).rstrip(b"\0"), fill=b"\1"),
            "contents-padding",
        ),
        Case("Unsigned: attribute nobody knows", unsigned_attribute, "cms-unsigned-attribute"),
        Case("Unsigned: certificate of the chain flipped, ours", flipped_chain, "cms-encoding"),
        Case("Unsigned: certificate of the chain flipped", disowned_chain, "cms-certificates"),
        Case(
            "Unsigned: certificate exchanged for another of the key",
            lambda: swapped_certificate(bound=True),
            "cms-certificate",
        ),
        Case("Unsigned: digits of the value in capitals, ours", lambda: capitals(ours()), "cms-encoding"),
        Case("Unsigned: digits of the value in capitals, seal signature", lambda: capitals(ours_ses()), "cms-encoding"),
        Case(
            "Unsigned: octets behind a time stamp",
            stamp_with_more,
            "contents-padding",
        ),
        # Forms of signatures.
        Case(
            "Form: SubFilter nobody knows, value nobody knows",
            lambda: with_contents(with_sub_filter(ours(), b"VND.seal"), b"\x04\x10" + bytes(range(16))),
            "unsupported-seal-format",
            OPEN,
        ),
        Case("Form: value alone", lambda: with_contents(foreign(), pair(1, 2)), "bare-signature", OPEN),
        # Seals.
        Case("Seal: genuine, used by another", lambda: transplanted("cms"), "signer-not-in-seal"),
        Case("Seal: genuine, used by another, seal signature", lambda: transplanted("ses"), "signer-not-in-seal"),
        Case("Seal: signed by a false maker", lambda: false_maker("cms"), "seal-signature-bad"),
        Case("Seal: signed by a false maker, seal signature", lambda: false_maker("ses"), "seal-signature-bad"),
        Case("Seal: its name changed", lambda: altered_seal("cms"), "seal-signature-bad"),
        Case("Seal: its name changed, seal signature", lambda: altered_seal("ses"), "seal-signature-bad"),
        Case("Seal: expired", lambda: expired_seal("cms"), "seal-not-valid-at-time"),
        Case("Seal: expired, seal signature", lambda: expired_seal("ses"), "seal-not-valid-at-time"),
        Case("Seal: broken", broken_seal, "seal-encoding"),
        Case("Seal: none, a picture only", letter, "not-signed"),
        Case("Seal: made by whoever uses it", lambda: self_made(one_party=True), "seal-maker-is-signer", TRUST),
        Case("Seal: made by a false authority", lambda: self_made(one_party=False), "signature-value", TRUST),
        Case("Signer: stranger after a genuine seal", lambda: stranger_after(ours()), "signature-value", TRUST),
    ]


def rebuilding() -> list[Case]:
    """Objects that no table names, tables that programs throw away, and both."""
    forged = {
        "in the trailer": (in_trailer, "pdf-unlisted-object"),
        "in a text of the trailer": (in_string_of_trailer, "pdf-unlisted-object"),
        "in a certificate": (in_certificate, "pdf-unlisted-object"),
        "in a comment": (in_comment, "pdf-unlisted-object"),
        "between revisions": (between, "pdf-unlisted-object"),
        "twice in the table": (twice_in_table, "pdf-table-form"),
    }
    tables = {
        "": lambda data: data,
        ", rows of 19 octets": rows_of_19,
        ", rows with returns": rows_with_return,
    }
    files = {"": ours, ", locked file": ours_locked, ", foreign file": foreign}
    together = [
        Case(
            f"Rebuild: object {place}{table}{file}{stamp}",
            partial(lambda way, start, spell, last: last(spell(way(start()))), make, begin, respell, end),
            code,
        )
        for (place, (make, code)), (table, respell), (file, begin), (stamp, end) in product(
            forged.items(), tables.items(), files.items(), {"": unchanged, ", then stamped": stamped}.items()
        )
        if not file or table == ", rows of 19 octets"
    ]
    return [*together, *malformed_tables(), *unlike_before_signing()]


def malformed_tables() -> list[Case]:
    """Tables that one program forgives and another does not."""
    update = partial(store_appended, ours())
    changed = {
        "rows of 19 octets": lambda: rows_of_19(update()),
        "rows with returns": lambda: rows_with_return(update()),
        "an empty line first": lambda: last_table(update(), lambda table: b"\n" + table),
        "two spaces in a header": lambda: last_table(update(), lambda table: table.replace(b"0 1\n", b"0  1\n", 1)),
        "zeros before a count": lambda: last_table(update(), lambda table: table.replace(b"0 1\n", b"0 01\n", 1)),
        "number nought in use": lambda: last_table(update(), lambda table: table.replace(b"65535 f", b"00000 n", 1)),
        "a sign before the size": lambda: last_trailer(update(), lambda end: end.replace(b"/Size ", b"/Size +")),
        "a broken number for the size": lambda: last_trailer(
            update(), lambda end: re.sub(rb"/Size (\d+)", rb"/Size \1.5", end)
        ),
        "a sign before the older table": lambda: last_trailer(update(), lambda end: end.replace(b"/Prev ", b"/Prev +")),
        "zeros behind startxref": lambda: last_trailer(
            update(), lambda end: end.replace(b"startxref\n", b"startxref\n00")
        ),
        "a word behind the trailer": lambda: last_trailer(
            update(), lambda end: end.replace(b"startxref", b"endobj\nstartxref")
        ),
        "a second trailer": lambda: last_trailer(
            update(), lambda end: end.replace(b"startxref", b"trailer << /Size 1 >>\nstartxref")
        ),
        "a stream longer than it says": stream_too_long,
        "a row of unknown kind in a stream": row_of_unknown_kind,
        "a stream inside a dictionary": stream_inside,
    }
    return [
        *(Case(f"Table: {what}", make, "pdf-table-form") for what, make in changed.items()),
        Case("Table: object behind a stream", lambda: behind_stream(on_compact()), "pdf-unlisted-object"),
        Case("Table: metadata that are an object stream", lambda: metadata_of_kind("ObjStm"), "pdf-unlisted-object"),
        Case("Table: metadata that are a table", lambda: metadata_of_kind("XRef"), "pdf-unlisted-object"),
    ]


def unlike_before_signing() -> list[Case]:
    """Files that could be read in two ways when they were signed: nobody can say what was meant."""
    code = "pdf-read-differently"
    return [
        Case("Before: object that no table names", hidden_before, code, OPEN),
        Case(
            "Before: object in an object stream that no table names",
            lambda: signed_by_pyhanko(packed_unnamed()),
            code,
            OPEN,
        ),
        Case("Before: the same, then stamped", lambda: stamped(hidden_before()), code, OPEN),
        Case("Before: the same, then validation data", lambda: with_store(hidden_before()), code, OPEN),
        Case("Before: rows of 19 octets", lambda: table_before(lambda table: table.replace(b" \n", b"\n")), code, OPEN),
        Case("Before: an empty line in the table", lambda: table_before(lambda table: b"\n" + table), code, OPEN),
        Case(
            "Before: the last object of a number not in force",
            lambda: signed_by_pyhanko(
                appended(appended(letter(), {next_number(letter()): b"1"}), places={next_number(letter()): 0})
            ),
            code,
            OPEN,
        ),
    ]


def controls() -> list[Control]:
    """Every genuine file."""
    bare = frozenset({"no-seal"})
    return [
        Control("ours: CMS", ours),
        Control("ours: seal signature", ours_ses),
        Control("ours: two seals", ours_twice),
        Control(
            "ours: three seals, the last over all pages and final",
            lambda: seal(ours_twice(), Riding("right", 50), lock=True),
        ),
        Control("ours: locked", ours_locked),
        Control("ours: invisible", lambda: seal(letter(), None)),
        Control("ours: with its chain", ours_with_chain),
        Control("ours: with a form", lambda: seal(with_text_field())),
        Control("ours: time-stamped", lambda: stamped(ours())),
        Control("ours: validation data", lambda: with_store(ours()), frozenset({"pdf-dss-unstamped"})),
        Control("ours: validation data, time-stamped", lambda: stamped(with_store(ours()))),
        Control("ours: validation data twice, time-stamped twice", lambda: stamped(stamped(with_store(ours())))),
        Control("ours: on a page that is turned", lambda: seal(page(rotation=90))),
        Control("ours: on a file with links", lambda: seal(page(link=True))),
        Control("ours: on a file whose table is out of order", lambda: seal(rows_of_19(letter()))),
        Control("ours: on a file with an object that no table names", lambda: seal(hidden())),
        Control("ours: on a file with another PDF in it", lambda: seal(with_file_inside())),
        Control(
            "ours: validation data octet by octet", lambda: store_appended(ours()), frozenset({"pdf-dss-unstamped"})
        ),
        Control(
            "ours: a library's name in the update",
            lambda: last_trailer(
                store_appended(ours()), lambda end: end.replace(b"startxref", b"%Library 8.0.2\nstartxref")
            ),
            frozenset({"pdf-dss-unstamped"}),
        ),
        Control("ours: another vendor's seal", lambda: seal(letter(), seal_der=parts().seal)),
        Control("ours: a licence", licence),
        Control("ours: on a file with object streams", lambda: seal(compact())),
        Control("ours: twice on a file with object streams", lambda: seal(seal(compact()), form="ses")),
        Control(
            "ours: object streams, validation data",
            lambda: with_store(seal(compact())),
            frozenset({"pdf-dss-unstamped"}),
        ),
        Control("foreign: on a file with object streams", lambda: signed_by_pyhanko(compact()), bare),
        Control("foreign: approval", foreign, bare),
        Control("foreign: on a file with another PDF in it", lambda: signed_by_pyhanko(with_file_inside()), bare),
        Control("foreign: invisible", lambda: signed_by_pyhanko(page(), box=None), bare),
        Control("foreign: PAdES", lambda: signed_by_pyhanko(page(), subfilter=SigSeedSubFilter.PADES), bare),
        Control(
            "foreign: two approvals", lambda: signed_by_pyhanko(foreign(), field="Other", box=(200, 50, 300, 150)), bare
        ),
        Control("foreign: certified, level 1", lambda: signed_by_pyhanko(page(), level=1), bare),
        Control(
            "foreign: certified, level 2, waiting field signed",
            lambda: signed_by_pyhanko(certified(2), field="Signature2"),
            bare,
        ),
        Control("foreign: certified, waiting field empty", lambda: certified(1), bare | {"pdf-field-empty"}),
        Control("foreign: certified, level 1, time-stamped", lambda: stamped(signed_by_pyhanko(page(), level=1)), bare),
        Control(
            "foreign: signer's certificate not named",
            lambda: signed_by_pyhanko(page(), bound=False),
            bare | {"cms-signer-unbound"},
        ),
        Control(
            "foreign: chain without its authority",
            lambda: signed_by_pyhanko(page(), chain=[parts().maker_certificate]),
            bare | {"cms-unprotected"},
        ),
        Control(
            "foreign: chain with its authority",
            lambda: signed_by_pyhanko(page(), chain=[parts().maker_certificate, authority()]),
            bare | {"cms-unprotected"},
        ),
        Control("foreign: our seal added", lambda: seal(foreign()), bare),
        Control(
            "foreign: signed behind our seal",
            lambda: signed_by_pyhanko(ours(), field="Other", box=(400, 50, 500, 150)),
            bare,
        ),
        Control("foreign: end of line not covered", lambda: foreign() + b"\n", bare | {"pdf-trailing-eol"}),
        Control(
            "foreign: SubFilter that does not fit",
            lambda: with_sub_filter(foreign(), b"GM.sm2seal"),
            bare | {"pdf-subfilter"},
        ),
        Control(
            "foreign: prepared fields",
            lambda: signed_by_pyhanko(signed_by_pyhanko(with_fields(page(), "A", "B"), field="A"), field="B"),
            bare,
        ),
    ]
