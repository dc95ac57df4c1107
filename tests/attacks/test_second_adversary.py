"""A second adversary's attacks on sealed PDF: each is met by the finding meant for it, and what is genuine passes."""

from collections.abc import Callable

import pytest

from tests.attacks.pdf_double_roles import (
    added_twice,
    catalogue_as_resources,
    catalogue_as_stream,
    catalogue_stream_changed,
    content_as_table,
    field_as_stream,
    field_stream_stamped,
    foreign_letters,
    half_closed,
    linear_sealed,
    linear_when_grown,
    linearised,
    metadata_exchanged,
    metadata_exchanged_and_sealed_again,
    named_alike,
    other_letters,
    packed_spelling,
    page_again,
    page_as_stream,
    page_behind_table,
    page_stream_changed,
    printed_only,
    real_number,
    reckoning,
    stamp_with_picture,
    stamped,
    supplied_behind_table,
    unlisted_container,
    unsealable,
    vertical_tab,
)
from tests.attacks.pdf_foreign import certified, foreign, signed_by_pyhanko
from tests.attacks.pdf_making import ours, ours_locked, seal
from tests.attacks.pdf_rebuilding import store_appended
from tests.attacks.test_pdf_oracle import passes, sealed_revisions, shown
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.read_any import read_pdf_document
from trust.rules.verdict import Indication

Make = Callable[[], bytes]
FAILED, OPEN = Indication.FAILED, Indication.INDETERMINATE
CHANGED = "pdf-changed-after-seal"
ATTACKS: dict[str, tuple[Make, str, Indication]] = {
    "page is a stream, octets changed": (lambda: page_stream_changed(page_as_stream()), "pdf-unreadable", FAILED),
    "catalogue is a stream, octets changed": (lambda: catalogue_stream_changed(catalogue_as_stream()), CHANGED, FAILED),
    "waiting field is a stream, stamped": (field_stream_stamped, "pdf-field-changed", FAILED),
    "metadata drawn under its own name, stamped": (metadata_exchanged, CHANGED, FAILED),
    "metadata drawn under its own name, sealed again": (metadata_exchanged_and_sealed_again, CHANGED, FAILED),
    "catalogue is a list of pictures": (catalogue_as_resources, "pdf-page-changed", FAILED),
    "time stamp with a picture": (lambda: stamp_with_picture(ours()), "pdf-time-stamp-shown", FAILED),
    "time stamp with a picture, foreign file": (lambda: stamp_with_picture(foreign()), "pdf-time-stamp-shown", FAILED),
    "time stamp with a picture, certified": (lambda: stamp_with_picture(certified(2)), "docmdp-field-added", FAILED),
    "time stamp with a picture, locked": (lambda: stamp_with_picture(ours_locked()), "docmdp-violated", FAILED),
    "table under the number of a page's content": (content_as_table, "pdf-table-form", FAILED),
    "content supplied to a page behind a table": (supplied_behind_table, "pdf-object-supplied", FAILED),
    "page under the number of a table": (page_behind_table, "pdf-read-differently", OPEN),
    "page spelt with vertical tabs": (lambda: page_again(vertical_tab), "pdf-table-form", FAILED),
    "page half closed": (lambda: page_again(half_closed), "pdf-table-form", FAILED),
    "page with a real number for an integer": (lambda: page_again(real_number), "pdf-page-changed", FAILED),
    "picture's name in another encoding": (
        lambda: page_again(other_letters, foreign_letters()),
        "pdf-table-form",
        FAILED,
    ),
    "object stream with a vertical tab": (packed_spelling, "pdf-table-form", FAILED),
    "object stream that no table names": (
        lambda: signed_by_pyhanko(unlisted_container()),
        "pdf-read-differently",
        OPEN,
    ),
    "linearised when something is appended": (linear_when_grown, "pdf-read-differently", OPEN),
    "script in a field above its widget": (reckoning, "pdf-active-content", OPEN),
    "large picture that is only printed": (printed_only, "pdf-seal-large", OPEN),
}
SHOWS_OTHERWISE = [
    "page is a stream, octets changed",
    "catalogue is a stream, octets changed",
    "waiting field is a stream, stamped",
    "metadata drawn under its own name, stamped",
    "metadata drawn under its own name, sealed again",
    "catalogue is a list of pictures",
    "time stamp with a picture",
    "content supplied to a page behind a table",
    "page spelt with vertical tabs",
    "picture's name in another encoding",
]
GENUINE: dict[str, Make] = {
    "picture called Metadata": lambda: stamped(named_alike(b"Metadata")),
    "names of foreign letters": foreign_letters,
    "validation data, page written anew as it was": lambda: page_again(lambda body: body + b" "),
    "validation data twice": added_twice,
    "time stamp that nobody sees": lambda: stamped(ours()),
    "linearised": linear_sealed,
    "linearised, foreign": lambda: signed_by_pyhanko(linearised()),
    "linearised, validation data": lambda: store_appended(linear_sealed()),
    "waiting field that nobody sees": field_as_stream,
}


def against(data: bytes) -> dict[str, Indication]:
    document = read_pdf_document(data)
    found = [*document.findings, *(each for facts in document.signatures for each in facts.findings)]
    return {each.name: each.indication for each in found if each.indication is not Indication.PASSED}


@pytest.mark.parametrize("called", ATTACKS)
def test_an_attack_is_met(called: str) -> None:
    make, code, indication = ATTACKS[called]
    assert against(make()).get(code) is indication


@pytest.mark.parametrize("called", SHOWS_OTHERWISE)
def test_another_program_would_show_something_else_than_was_sealed(called: str) -> None:
    data = ATTACKS[called][0]()
    first, last = sealed_revisions(data)[0], sealed_revisions(data)[-1]
    assert shown(data, widgets=False) != shown(first, widgets=False) or shown(data, widgets=True) != shown(
        last, widgets=True
    )


@pytest.mark.parametrize("called", GENUINE)
def test_what_is_genuine_passes(called: str) -> None:
    assert passes(GENUINE[called]())


@pytest.mark.parametrize("place", [0, 1])
def test_a_page_or_catalogue_that_is_a_stream_is_not_sealed(place: int) -> None:
    """Writing it anew, for its list of annotations or its form, would take the stream away unseen."""
    with pytest.raises(PdfRefused) as refusal:
        seal(unsealable()[place])
    assert refusal.value.reason == "pdf-unreadable"


def test_an_object_stream_that_no_table_names_is_not_sealed() -> None:
    """Writing the file afresh does not help, since its own objects refer to the stream."""
    with pytest.raises(PdfRefused) as refusal:
        seal(unlisted_container())
    assert refusal.value.reason == "pdf-unreadable"
