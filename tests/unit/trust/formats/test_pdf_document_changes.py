"""What updates of a sealed PDF did, step by step, and what a signature says to it."""

from collections.abc import Callable, Mapping
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.attacks.pdf_foreign import (
    appended,
    body_of,
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
from tests.attacks.pdf_making import field_added, letter, new_content, ours, ours_twice, seal, with_text_field
from tests.attacks.pdf_updating import EMPTY_SIGNATURE_FIELD, TEXT_FIELD, filled
from trust.formats.pdf.changes import steps_after
from trust.formats.pdf.codes import Notes
from trust.formats.pdf.fields import Permissions, fields_of, permissions_of
from trust.formats.pdf.permitted import judge_after_seals, judge_later
from trust.formats.pdf.source import open_pdf
from trust.formats.pdf.steps import Step
from trust.formats.pdf.uses import Uses
from trust.formats.pdf.views import changed_keys, same, view_at
from trust.rules.verdict import Indication


def steps(before: bytes, after: bytes) -> list[Step]:
    """The updates that `after` has behind `before`."""
    assert after.startswith(before)
    reader = open_pdf(after)
    return steps_after(reader, view_at(reader, PdfFileReader(BytesIO(before)).total_revisions - 1))


def only(before: bytes, after: bytes) -> Step:
    (step,) = steps(before, after)
    return step


def test_a_second_seal_adds_a_field_and_signs_it() -> None:
    step = only(ours(), seal(ours(), form="ses"))
    assert (step.added, step.sealed, step.unseen, step.filled) == ({"Seal2"}, set(), set(), set())
    assert step.faults == {}


def test_a_waiting_field_is_signed() -> None:
    before = signed_by_pyhanko(with_fields(letter(), "A", "B"), field="A")
    step = only(before, signed_by_pyhanko(before, field="B"))
    assert (step.sealed, step.added, step.faults) == ({"B"}, set(), {})


def test_an_invisible_field_is_told_from_one_that_is_seen() -> None:
    step = only(foreign(), signed_by_pyhanko(foreign(), field="Other", box=None))
    assert (step.added, step.unseen) == (set(), {"Other"})


def test_validation_data_and_a_time_stamp() -> None:
    first, second = steps(ours(), stamped(with_store(ours())))
    assert (first.security, first.only_security) == (True, True)
    assert len(second.unseen) == 1
    assert not second.only_security
    assert {**first.faults, **second.faults} == {}


def test_filling_a_field() -> None:
    before = signed_by_pyhanko(with_text_field())
    step = only(before, filled(before))
    assert (step.filled, step.faults) == ({"Amount"}, {})


def test_steps_are_told_apart() -> None:
    found = steps(letter(), seal(new_content(ours())))
    assert [set(step.faults) for step in found] == [set(), {"pdf-page-changed"}, set()]


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("text field", lambda: field_added(ours(), TEXT_FIELD), "pdf-field-added"),
        ("empty field for all to see", lambda: field_added(ours(), EMPTY_SIGNATURE_FIELD), "pdf-field-added"),
        (
            "field with an action",
            lambda: field_added(ours(), EMPTY_SIGNATURE_FIELD.replace(b"/F 4", b"/F 4 /AA << >>")),
            "pdf-annotation-added",
        ),
        ("object set free", lambda: appended(ours(), {}, free=[3]), "pdf-object-removed"),
        (
            "catalogue",
            lambda: appended(ours(), {number_of_root(ours()): changed_root(ours(), b"/Lang (x)")}),
            "pdf-changed-after-seal",
        ),
        (
            "extension that refers",
            lambda: appended(ours(), {number_of_root(ours()): changed_root(ours(), b"/Extensions << /A 3 0 R >>")}),
            "pdf-changed-after-seal",
        ),
        (
            "version that is none",
            lambda: appended(ours(), {number_of_root(ours()): changed_root(ours(), b"/Version /9.9")}),
            "pdf-changed-after-seal",
        ),
        (
            "form that draws anew",
            lambda: appended(ours(), {form(): body_of(ours(), form()).replace(b"<<", b"<< /NeedAppearances true", 1)}),
            "pdf-form-changed",
        ),
    ],
)
def test_a_fault_has_its_code(name: str, make: Callable[[], bytes], code: str) -> None:
    assert code in only(ours(), make()).faults, name


def form() -> int:
    return number_of(ours(), "/AcroForm")


def number_of_root(data: bytes) -> int:
    return PdfFileReader(BytesIO(data)).root_ref.idnum


def changed_root(data: bytes, entry: bytes) -> bytes:
    return body_of(data, number_of_root(data)).replace(b"<<", b"<< " + entry, 1)


def test_what_may_change_in_the_catalogue() -> None:
    entries = b"/Version /2.0 /Extensions << /ADBE << /BaseVersion /1.7 /ExtensionLevel 8 >> >>"
    step = only(ours(), appended(ours(), {number_of_root(ours()): changed_root(ours(), entries)}))
    assert step.faults == {}


def test_an_object_written_again_unchanged_is_no_change() -> None:
    number = number_of(ours(), "/Pages", "/Kids", 0)
    assert only(ours(), appended(ours(), {number: body_of(ours(), number)})).faults == {}


def test_a_new_object_that_nothing_refers_to_is_harmless_but_must_be_covered() -> None:
    step = only(ours(), appended(ours(), {next_number(ours()): b"<< /Hidden true >>"}))
    assert step.faults == {}


# Values and uses.


def test_the_same_value_in_another_spelling() -> None:
    reader = open_pdf(appended(ours(), {number_of(ours(), "/Pages"): body_of(ours(), number_of(ours(), "/Pages"))}))
    last = reader.total_revisions - 1
    key = (number_of(ours(), "/Pages"), 0)
    old, new = view_at(reader, last - 1).value(key), view_at(reader, last).value(key)
    assert old is not new
    assert same(old, new)
    assert changed_keys(view_at(reader, last).entries(old), view_at(reader, last).entries(new)) == set()


def test_a_table_in_a_stream_is_no_use_of_what_its_trailer_names() -> None:
    reader = open_pdf(seal(compact()))
    view = view_at(reader, reader.total_revisions - 1)
    assert view.tables
    assert Uses(view).of(view.root_key) == set()


def test_uses_follow_changes() -> None:
    reader = open_pdf(ours())
    view = view_at(reader, reader.total_revisions - 1)
    uses = Uses(view)
    pages = (number_of(ours(), "/Pages"), 0)
    assert "/Pages" in uses.of(pages)
    assert (view.root_key, ("/Pages",)) in uses.at(pages)
    for key in list(view.keys()):
        uses.put(key, None)
    assert uses.of(pages) == set()


def test_a_view_of_an_earlier_revision() -> None:
    reader = open_pdf(ours_twice())
    latest = view_at(reader, reader.total_revisions - 1)
    assert set(fields_of(latest)) == {"Seal1", "Seal2"}
    assert set(fields_of(latest.back_at(1))) == {"Seal1"}
    assert fields_of(latest.back_at(0)) == {}


# What a signature says to it.

OPEN, FAILED, PASSED = Indication.INDETERMINATE, Indication.FAILED, Indication.PASSED
APPROVAL = Permissions(None, certifies=False, locks=())


def judged(permissions: Permissions, step: Step, stamps: frozenset[str] = frozenset()) -> Mapping[str, Indication]:
    notes = Notes()
    judge_later(notes, permissions, [step], stamps)
    return {finding.name: finding.indication for finding in notes.findings(None)}


@pytest.mark.parametrize(
    ("level", "step", "found"),
    [
        (None, Step(1, sealed={"B"}), {}),
        (None, Step(1, added={"B"}), {}),
        (None, Step(1, filled={"T"}), {"pdf-form-filled": OPEN}),
        (None, Step(1, described=True), {"pdf-described-anew": PASSED}),
        (None, Step(1, metadata=True), {"pdf-described-anew": PASSED}),
        (1, Step(1, security=True), {}),
        (1, Step(1, unseen={"Stamp"}), {}),
        (1, Step(1, unseen={"B"}), {"docmdp-violated": FAILED}),
        (1, Step(1, sealed={"B"}), {"docmdp-violated": FAILED}),
        (1, Step(1, described=True), {"docmdp-violated": FAILED}),
        (1, Step(1, filled={"T"}), {"docmdp-violated": FAILED, "pdf-form-filled": OPEN}),
        (2, Step(1, sealed={"B"}), {}),
        (2, Step(1, added={"B"}), {"docmdp-field-added": FAILED}),
        (2, Step(1, filled={"T"}), {"pdf-form-filled-permitted": PASSED}),
        (3, Step(1, added={"B"}), {"docmdp-field-added": FAILED}),
    ],
)
def test_levels(level: int | None, step: Step, found: Mapping[str, Indication]) -> None:
    permissions = Permissions(level, certifies=level is not None, locks=())
    assert judged(permissions, step, frozenset({"Stamp"})) == found


@pytest.mark.parametrize(
    ("action", "names", "field", "locked"),
    [
        ("/All", (), "T", True),
        ("/Include", ("T",), "T", True),
        ("/Include", ("T",), "T.part", True),
        ("/Include", ("T",), "Tea", False),
        ("/Exclude", ("T",), "T", False),
        ("/Exclude", ("T",), "U", True),
    ],
)
def test_locks(action: str, names: tuple[str, ...], field: str, locked: bool) -> None:
    permissions = Permissions(None, certifies=False, locks=((action, frozenset(names)),))
    assert permissions.locked(field) is locked
    assert ("pdf-field-locked" in judged(permissions, Step(1, sealed={field}))) is locked
    assert permissions.closes is (action == "/All")


def test_behind_the_last_seal_only_validation_data_and_stamps() -> None:
    for step, allowed in [
        (Step(1, security=True), True),
        (Step(1, unseen={"Stamp"}), True),
        (Step(1, unseen={"B"}), False),
        (Step(1, filled={"T"}), False),
        (Step(1, described=True), False),
    ]:
        notes = Notes()
        judge_after_seals(notes, [step], frozenset({"Stamp"}))
        assert notes.sound is allowed


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_level_of_a_certification_is_read(level: int) -> None:
    reader = open_pdf(certified(level))
    view = view_at(reader, reader.total_revisions - 1)
    permissions = permissions_of(view, fields_of(view)["Signature1"])
    assert (permissions.level, permissions.certifies) == (level, True)


def test_a_lock_in_the_field_counts_like_one_in_the_signature() -> None:
    reader = open_pdf(seal(letter(), lock=True))
    view = view_at(reader, reader.total_revisions - 1)
    assert permissions_of(view, fields_of(view)["Seal1"]).closes


# Octets without gaps.


def test_approval_signatures_allow_what_nobody_forbids() -> None:
    assert APPROVAL.closes is False
    assert APPROVAL.locked("anything") is False
