"""pyHanko as the second reader: asked about every file from outside, and about the first of each shape laid out here."""

from typing import Any

import pytest

from tests.pdf_parts import attached, complete, page, plan, sealed, stands_against
from tests.seal_parts import AT, parts
from trust.formats.pdf import second_reader
from trust.formats.pdf.algorithms import Sm2Validator
from trust.formats.pdf.examine import read_message
from trust.formats.pdf.field import Stamp
from trust.formats.pdf.laid_out import LaidOut
from trust.formats.pdf.layout import read_objects, read_signature_object
from trust.formats.pdf.second_reader import LARGEST_CATALOG, MOST_SHAPES, Shape, shape_of
from trust.rules.verdict import Indication

VALUE = {"pdf-signature-value": Indication.FAILED}


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The files that pyHanko is asked about, no shape being known at first."""
    read, seen = second_reader.read_by_pyhanko, list[bytes]()

    def note(data: bytes, *others: Any) -> None:
        seen.append(data)
        read(data, *others)

    monkeypatch.setattr(second_reader, "_TAKEN", second_reader._Shapes())
    monkeypatch.setattr(second_reader, "read_by_pyhanko", note)
    return seen


def made(day: int = 1, **changed: Any) -> bytes:
    """A file laid out and signed just now, claiming a day of its own."""
    return complete(plan(at=AT.replace(day=day), **changed))


def test_the_first_of_a_shape_is_read_by_pyhanko_and_the_next_are_not(files: list[bytes]) -> None:
    first, *others = (made(day) for day in range(1, 5))
    for data in (first, *others):
        assert stands_against(data) == {}
    assert files == [first]


def test_what_was_not_laid_out_here_is_read_by_pyhanko_each_time(files: list[bytes]) -> None:
    data = made()
    for _ in range(3):
        assert stands_against(data) == {}
    assert files == [data, data, data], "once laid out here, then as from outside"


def test_a_file_that_pyhanko_takes_from_outside_speaks_for_no_shape(files: list[bytes]) -> None:
    shape, data = second_reader._TAKEN, made()
    assert stands_against(data) == {}
    shape._known.clear()
    assert stands_against(data) == {}
    assert stands_against(made(2)) == {}
    assert len(files) == 3


@pytest.mark.parametrize(
    ("case", "changed"),
    [
        ("another reason", {"reason": "换发营业执照"}),
        ("another name", {"name": "另一局"}),
        ("another certificate beside", {"chain": [parts().maker_certificate]}),
        ("other attachments", {"attachments": [*attached(), ("z.txt", "text/plain", b"")]}),
        ("more pages", {"pdf": page(pages=2)}),
        ("a visible field", {"stamp": Stamp(0, 10, 10, 40, 40)}),
    ],
)
def test_pyhanko_is_asked_about_every_other_shape(case: str, changed: dict[str, Any], files: list[bytes]) -> None:
    assert stands_against(made()) == {}
    other = made(2, **changed)
    assert stands_against(other) == {}, case
    assert files[1:] == [other], case


def test_in_a_known_shape_every_signature_value_is_verified(files: list[bytes]) -> None:
    assert stands_against(made()) == {}
    planned = plan(at=AT.replace(day=2))
    assert stands_against(planned.complete(parts().signer.sign(b"another message"))) == VALUE
    planned = plan(at=AT.replace(day=3))
    assert stands_against(complete(planned, parts().maker)) == VALUE
    assert len(files) == 1


def test_in_a_known_shape_another_file_is_read_as_from_outside(files: list[bytes]) -> None:
    assert stands_against(made()) == {}
    data = made(2)
    at = data.index(b"/Producer (Yinzheng)") + 12
    assert stands_against(data[:at] + b"y" + data[at + 1 :]) == {"pdf-digest": Indication.FAILED}
    assert len(files) == 1


class Silent(Sm2Validator):
    """A hook that lets everything pass without verifying."""

    def validate_signature(self, *_others: Any, **_named: Any) -> None:
        return


class Elsewhere(Sm2Validator):
    """A hook that was asked about another signature."""

    def validate_signature(self, *others: Any, **named: Any) -> None:
        super().validate_signature(*others, **named)
        self.held = [(info, message + b"\0", raw) for info, message, raw in self.held]


@pytest.mark.parametrize("hook", [Silent, Elsewhere])
def test_a_signature_that_was_not_verified_does_not_count_and_its_shape_is_not_known(
    hook: type[Sm2Validator], files: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_reader, "Sm2Validator", hook)
    for day in (1, 2):
        assert stands_against(made(day)) == VALUE
    assert len(files) == 2


@pytest.mark.usefixtures("files")
def test_the_hook_is_asked_about_exactly_this_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    class Watched(Sm2Validator):
        def validate_signature(self, signature: bytes, signed_data: bytes, *others: Any, **named: Any) -> None:
            asked.append(signed_data)
            super().validate_signature(signature, signed_data, *others, **named)

    monkeypatch.setattr(second_reader, "Sm2Validator", Watched)
    assert stands_against(sealed()) == {}
    assert asked == [plan().to_be_signed]


@pytest.mark.usefixtures("files")
def test_an_exception_in_a_parser_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(second_reader, "enumerate_sig_fields", fall)
    assert stands_against(sealed()) == {"pdf-unreadable": Indication.FAILED}


def test_a_shape_is_all_but_numbers() -> None:
    def shape(data: bytes) -> Shape:
        signature, items = read_signature_object(data), read_objects(data)
        return shape_of(signature.statement, read_message(signature), LaidOut(b"", b"", items, ()))

    assert shape(made(1)) == shape(made(2, attachments=attached()))
    assert shape(made(1)) != shape(made(1, reason="换发营业执照"))


def test_no_more_shapes_are_remembered_than_a_city_has() -> None:
    shapes, shape = second_reader._Shapes(), Shape("局", "颁发", (), 3, b"", b"")
    for number in range(MOST_SHAPES + 3):
        shapes.add(shape._replace(objects=number))
    shapes.add(shape._replace(catalog=bytes(LARGEST_CATALOG + 1)))
    assert len(shapes._known) == MOST_SHAPES
    assert shape._replace(objects=2) not in shapes
    assert shape._replace(objects=3) in shapes
