"""Cases of ranges, of what was saved behind the signature, and of certification."""

import re

from pyhanko.pdf_utils import generic

from tests.attacks.pdf_cases import OPEN, Case
from tests.attacks.pdf_foreign import (
    appended,
    certified,
    compact,
    foreign,
    next_number,
    signed_by_pyhanko,
    stamped,
    with_store,
)
from tests.attacks.pdf_forging import (
    covering_too_much,
    hidden_field,
    not_from_the_start,
    overlapping,
    short_of_revision,
    sneaky_signature,
    stamp_of_another_file,
    store,
    store_with_gap,
    stranger_after,
    two_contents,
    wide_gap,
    wrapped,
)
from tests.attacks.pdf_making import (
    annotated,
    appearance_in_place,
    dictionary,
    edited,
    field_added,
    in_field,
    in_root,
    moved_range,
    name,
    new_content,
    numbers,
    on_page,
    other_font,
    ours,
    ours_locked,
    ours_ses,
    ours_twice,
    page_added,
    page_taken_away,
    range_text,
    replaced_signature,
    resigned,
    seal,
    swapped_appearance,
    with_contents,
    with_range,
    with_text_field,
)
from tests.attacks.pdf_updating import (
    EMPTY_SIGNATURE_FIELD,
    TEXT_FIELD,
    filled,
    filled_then_sealed,
    freed,
    second_catalogue,
    shadow_hide,
    shadow_hide_by_freeing,
    shadow_information,
    shadow_metadata,
    shadow_old_object,
    shadow_second_tree,
    shadow_supply,
)


def range_cases() -> list[Case]:
    """Ranges, wrapping: where the value stands and what it says it covers."""
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
    ]


def update_cases() -> list[Case]:
    """What was saved behind the signature."""
    return [
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
    ]


def certification_cases() -> list[Case]:
    """Shadows, certification, validation data."""
    return [
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
    ]
