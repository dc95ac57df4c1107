"""Several seals on one document: fields made beforehand, what earlier signatures allow, and seals by other programs."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm

from tests.pdf_parts import page
from tests.pdf_sealing_parts import (
    FILLING,
    NONE,
    PLACE,
    Judged,
    changed,
    judged,
    red_box,
    seal,
    shown,
    signed_elsewhere,
    text_fields,
    vector,
)
from trust.errors import Conflict
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.signature_fields import EmptyField, prepare_fields
from trust.formats.placing import AtPoint, OnPages, Riding

ROOM = 46.0


def prepared(data: bytes | None = None, **changes: object) -> bytes:
    """A document of two pages with two empty fields."""
    second = {"placing": AtPoint(1, 20, 60), "width": ROOM, "height": ROOM, "name": "第二签章"} | changes
    return prepare_fields(
        page(pages=2) if data is None else data,
        [EmptyField(AtPoint(0, 100, 60), ROOM, ROOM), EmptyField(**second)],  # type: ignore[arg-type]  # as above
    )


def refusal(data: bytes, placing: AtPoint | None = PLACE, **changes: object) -> str:
    """Why another seal is refused."""
    with pytest.raises(PdfRefused) as refused:
        seal(data, placing, **changes)
    assert refused.value.text.endswith("。")
    return refused.value.reason


def filled_in(data: bytes, number: int = 0) -> bytes:
    """Somebody changes the value of a field afterwards."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    field = writer.root["/AcroForm"]["/Fields"][number].get_object()
    field["/V"] = generic.TextStringObject("999")
    writer.update_container(field)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_each_seal_leaves_the_earlier_ones_sound() -> None:
    data = page(pages=3)
    for number in range(1, 5):
        before, data = data, seal(data, AtPoint(number % 3, 10 + 20 * number, 50))
        assert data.startswith(before)
    answers = judged(data)
    assert [each.field for each in answers] == ["Seal1", "Seal2", "Seal3", "Seal4"]
    assert all(each.sound for each in answers)
    assert [each.changes for each in answers] == [FILLING, FILLING, FILLING, NONE]
    assert [each.whole for each in answers] == [False, False, False, True]


def test_signatures_of_other_programs_stay_sound_before_and_after_ours() -> None:
    foreign = signed_elsewhere(page(pages=2))
    ours = seal(foreign, Riding())
    assert ours.startswith(foreign)
    later = signed_elsewhere(ours, "Later")
    assert judged(later) == [
        Judged("Foreign", sound=True, whole=False, changes=FILLING),
        Judged("Seal1", sound=True, whole=False, changes=FILLING),
        Judged("Later", sound=True, whole=True, changes=NONE),
    ]


def test_fields_made_beforehand_show_nothing_and_take_seals_one_by_one() -> None:
    empty = prepared()
    assert empty.startswith(page(pages=2))
    assert judged(empty) == []
    assert [red_box(empty, number) for number in (0, 1)] == [None, None]
    first = seal(empty, None, field="第二签章")
    both = seal(first, None, field="Seal1")
    assert both.startswith(first)
    answers = {each.field: each for each in judged(both)}
    assert answers == {
        "第二签章": Judged("第二签章", sound=True, whole=False, changes=FILLING),
        "Seal1": Judged("Seal1", sound=True, whole=True, changes=NONE),
    }
    middle = (ROOM - vector().width) / 2
    assert red_box(both, 0) == pytest.approx((100 + middle, 60 + middle, 42, 42), abs=0.2)
    assert red_box(both, 1) == pytest.approx((20 + middle, 60 + middle, 42, 42), abs=0.2)


@pytest.mark.parametrize("permission", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certified_document_takes_seals_in_prepared_fields_only(permission: MDPPerm) -> None:
    certified = signed_elsewhere(prepared(), certify=permission)
    assert refusal(certified) == "pdf-certified"
    with pytest.raises(PdfRefused) as refused:
        prepare_fields(certified, [EmptyField(PLACE, ROOM, ROOM)])
    assert refused.value.reason == "pdf-certified"
    both = seal(seal(certified, None, field="Seal1"), None, field="第二签章")
    answers = {each.field: each for each in judged(both)}
    assert all(each.sound for each in answers.values())
    assert answers["Foreign"].changes == FILLING
    invisible = seal(certified, None)
    assert [each.changes.value <= FILLING.value for each in judged(invisible)] == [True, True]


def test_a_document_certified_against_any_change_takes_none() -> None:
    certified = signed_elsewhere(prepared(), certify=MDPPerm.NO_CHANGES)
    assert refusal(certified) == "pdf-certified"
    assert refusal(certified, None, field="Seal1") == "pdf-certified"


def test_a_locking_seal_is_the_last() -> None:
    last = seal(seal(page()), AtPoint(0, 20, 60), lock=True)
    assert [each.sound for each in judged(last)] == [True, True]
    assert refusal(last) == "pdf-certified"
    broken = judged(signed_elsewhere(last, "Later"))
    assert {each.field: each.changes.value > FILLING.value for each in broken}["Seal2"]


def test_a_field_may_be_made_for_the_last_seal() -> None:
    first = seal(prepared(locks=True), None, field="Seal1")
    last = seal(first, None, field="第二签章", lock=True)
    assert [each.sound for each in judged(last)] == [True, True]
    assert refusal(last) == "pdf-certified"
    assert refusal(prepared(), None, field="第二签章", lock=True) == "pdf-field"


@pytest.mark.parametrize(
    ("case", "lock", "reason"),
    [
        ("all", FieldMDPSpec(FieldMDPAction.ALL), "pdf-locked"),
        ("ours by name", FieldMDPSpec(FieldMDPAction.INCLUDE, ["Seal1"]), "pdf-locked"),
        ("all but others", FieldMDPSpec(FieldMDPAction.EXCLUDE, ["Seal2"]), "pdf-locked"),
    ],
)
def test_locks_of_earlier_signatures_are_kept(case: str, lock: FieldMDPSpec, reason: str) -> None:
    assert refusal(signed_elsewhere(page(), locks=lock)) == reason, case
    assert refusal(signed_elsewhere(prepared(), locks=lock), None, field="Seal1") == reason, case


@pytest.mark.parametrize(
    "lock", [FieldMDPSpec(FieldMDPAction.INCLUDE, ["Amount"]), FieldMDPSpec(FieldMDPAction.EXCLUDE, ["Seal1"])]
)
def test_locks_of_other_fields_do_not_matter(lock: FieldMDPSpec) -> None:
    assert [each.sound for each in judged(seal(signed_elsewhere(page(), locks=lock)))] == [True, True]


def test_a_seal_locks_the_fields_of_the_document() -> None:
    form = changed(text_fields)
    done = seal(form)
    assert judged(done) == [Judged("Seal1", sound=True, whole=True, changes=NONE)]
    assert judged(filled_in(done))[0].changes.value > FILLING.value
    again = seal(done, AtPoint(0, 20, 60))
    assert [each.changes for each in judged(again)] == [FILLING, NONE]


@pytest.mark.parametrize(
    ("case", "fields", "reason"),
    [
        ("one name twice", [EmptyField(PLACE, 9, 9, name="A"), EmptyField(PLACE, 9, 9, name="A")], "pdf-field"),
        ("a name with a dot", [EmptyField(PLACE, 9, 9, name="A.B")], "pdf-field"),
        ("no name", [EmptyField(PLACE, 9, 9, name="\n")], "pdf-text"),
        ("several places", [EmptyField(OnPages(1, 1), 9, 9)], "pdf-field"),
    ],
)
def test_fields_have_one_name_and_one_place(case: str, fields: list[EmptyField], reason: str) -> None:
    with pytest.raises(PdfRefused) as refused:
        prepare_fields(page(pages=2), fields)
    assert refused.value.reason == reason, case


def test_a_field_lies_on_a_page() -> None:
    with pytest.raises(Conflict) as refused:
        prepare_fields(page(), [EmptyField(AtPoint(0, 200, 10), ROOM, ROOM)])
    assert refused.value.reason == "seal-off-page"


@pytest.mark.parametrize(
    ("case", "document", "field"),
    [
        ("no such field", prepared, "Seal7"),
        ("filled already", lambda: seal(prepared(), None, field="Seal1"), "Seal1"),
        ("not for signatures", lambda: changed(text_fields), "Amount"),
    ],
)
def test_only_an_empty_signature_field_can_be_named(case: str, document: object, field: str) -> None:
    assert callable(document)
    assert refusal(document(), None, field=field) == "pdf-field", case


def test_a_prepared_field_must_hold_the_seal() -> None:
    small = prepare_fields(page(), [EmptyField(PLACE, 30, 30)])
    assert refusal(small, None, field="Seal1") == "pdf-stamp"


def test_names_of_new_fields_avoid_those_taken() -> None:
    form = changed(lambda writer: text_fields(writer, ("Seal1", "Seal3")))
    assert [each.field for each in judged(seal(seal(form), AtPoint(0, 20, 60)))] == ["Seal2", "Seal4"]


def test_a_change_of_an_earlier_revision_breaks_every_seal() -> None:
    data = bytearray(seal(seal(page()), AtPoint(0, 20, 60)))
    data[data.index(b"/Rotate 0") + 8] = ord("9")
    assert [each.sound for each in judged(bytes(data))] == [False, False]


def test_the_document_looks_the_same_under_a_seal_of_nothing() -> None:
    data = page(pages=2)
    sealed = seal(data, AtPoint(1, 20, 60))
    assert shown(sealed, 0).tobytes() == shown(data, 0).tobytes()
    assert shown(sealed, 1).tobytes() != shown(data, 1).tobytes()
