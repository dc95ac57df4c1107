"""Attacks on annotated copies: passing one for the original, stretching it, changing what it is for, hiding its mark."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.completing import Issued
from issuer.errors import NotSound
from tests.city import City
from tests.copy_parts import PURPOSE, RECIPIENT, copy_of, note_of
from tests.journey_parts import (
    FAILED,
    HOST,
    PASSED,
    Exchanged,
    code_text,
    failed,
    identifier,
    indication,
    number,
    signer_certificate,
)
from trust.formats.cose import sign1
from trust.formats.ofd.package import read_package, write_package
from trust.formats.token import decode_claims, encode_claims, split_token, to_text
from verifier.ports import Online
from verifier.verifying import verify_words

Members = dict[str, object]


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture(scope="module")
def original(city: City) -> Issued:
    return city.issue()


@pytest.fixture(scope="module")
def copy(city: City, original: Issued) -> Issued:
    return copy_of(city, original, until=city.clock() + timedelta(days=1))


def without_note(members: Members) -> None:
    del members["copy"]


def in_note(name: str, value: object) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        note = members["copy"]
        assert isinstance(note, dict)
        assert name in note
        note[name] = value

    return change


NOTES: dict[str, Callable[[Members], None]] = {
    "no note": without_note,
    "a later end": in_note("expires_at", "2036-01-01T00:00:00Z"),
    "another purpose": in_note("cause", "任何用途"),
    "another recipient": in_note("recipient", "任何人"),
    "another original's standing": in_note("original_status", {"index": 1, "list": 0}),
    "the identifier of the original": lambda members: members.update(identifier=members["copy"]["original"]),  # type: ignore[index]  # it is a dictionary
}


@pytest.mark.parametrize("name", NOTES)
def test_a_note_that_was_changed_or_taken_out(city: City, copy: Issued, name: str) -> None:
    entries = read_package(copy.ofd)
    (place,) = [one for one in entries if one.endswith("licence.json")]
    members = json.loads(entries[place])
    NOTES[name](members)
    written = json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    examined = city.yinzheng.verify_file(write_package({**entries, place: written}))
    assert indication(examined) is FAILED
    assert any(step == 2 for step, _ in failed(examined))


def cut_watermark(entries: dict[str, bytes]) -> None:
    place = "Doc_0/Pages/Page_0/Content.xml"
    cut = re.sub(rb"<ofd:PathObject(?:(?!</ofd:PathObject>).)*</ofd:PathObject>", b"", entries[place], flags=re.DOTALL)
    assert cut != entries[place]
    entries[place] = cut


def cut_page(entries: dict[str, bytes]) -> None:
    last = max(one for one in entries if one.startswith("Doc_0/Pages/Page_"))
    del entries[last]
    body = entries["Doc_0/Document.xml"]
    entries["Doc_0/Document.xml"] = re.sub(rb"<ofd:Page [^>]*Page_1[^>]*/>", b"", body)


def cut_items(entries: dict[str, bytes]) -> None:
    entries["OFD.xml"], count = re.subn(rb"<ofd:CustomData Name=\"JZJ.*?</ofd:CustomData>", b"", entries["OFD.xml"])
    assert count == 4


def changed_text(entries: dict[str, bytes]) -> None:
    place = "Doc_0/Pages/Page_1/Content.xml"
    assert PURPOSE.encode() in entries[place]
    entries[place] = entries[place].replace(PURPOSE.encode(), "办理任何事项都可以".encode())


@pytest.mark.parametrize("change", [cut_watermark, cut_page, cut_items, changed_text])
def test_marks_that_were_taken_off(city: City, copy: Issued, change: Callable[[dict[str, bytes]], None]) -> None:
    entries = read_package(copy.ofd)
    change(entries)
    examined = city.yinzheng.verify_file(write_package(entries))
    assert indication(examined) is FAILED


def test_the_pdf_of_a_copy_holds_its_marks_too(city: City, copy: Issued) -> None:
    data = bytearray(copy.pdf)
    for place in range(2_000, len(data), len(data) // 40):
        data[place] ^= 0x20
        assert indication(city.yinzheng.verify_file(bytes(data))) is FAILED, place
        data[place] ^= 0x20
    assert indication(city.yinzheng.verify_file(bytes(data))) is PASSED


def unjudged(_sealed: object) -> tuple[tuple[()]]:
    """The judgement of an insider who leaves out what our issuing asks of its own work."""
    return ((),)


def test_a_face_without_the_annotation_fails_even_under_a_genuine_seal(
    city: City, original: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("templates.face.annotated", lambda _layout, pages, _licence: tuple(pages))
    with pytest.raises(NotSound, match="face"):
        copy_of(city, original)
    monkeypatch.setattr("service.office.read_licence", unjudged)
    bare = copy_of(city, original)
    for file in (bare.ofd, bare.pdf):
        assert failed(city.yinzheng.verify_file(file)) == {(7, "face")}


def test_items_left_out_fail_even_under_a_genuine_seal(
    city: City, original: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer import drafting

    names = drafting.short_names

    def without(licence: object, kind: object) -> dict[str, str]:
        return {name: text for name, text in names(licence, kind).items() if not name.startswith("JZJ")}  # type: ignore[arg-type]  # as it was asked

    monkeypatch.setattr(drafting, "short_names", without)
    with pytest.raises(NotSound, match="custom-data"):
        copy_of(city, original)
    monkeypatch.setattr("service.office.read_licence", unjudged)
    bare = copy_of(city, original)
    assert (7, "custom-data") in failed(city.yinzheng.verify_file(bare.ofd))


def test_a_code_without_the_mark_of_a_copy_is_not_in_the_log(city: City, copy: Issued) -> None:
    claims = decode_claims(split_token(copy.token).payload)
    assert claims.copy is not None
    signer, _ = city.yinzheng.directory.body(signer_certificate(city).subject.organisation_code or "")
    for stripped in (
        replace(claims, copy=None),
        replace(claims, copy=replace(claims.copy, expires_at=claims.copy.expires_at + timedelta(days=999))),
        replace(claims, copy=replace(claims.copy, original_status=claims.status)),
    ):
        forged = to_text(sign1(encode_claims(stripped), signer), HOST)
        assert failed(city.yinzheng.verify_words(forged)) == {(9, "log")}


def test_a_copy_does_not_stand_in_for_the_number_of_its_original(city: City, original: Issued, copy: Issued) -> None:
    ports = city.yinzheng.ports
    swapped = Exchanged(ports, file_of=lambda _identifier: copy.ofd)
    online = Online(ports, swapped, ports, ports)  # type: ignore[arg-type]  # one port of them is exchanged
    examined = verify_words(identifier(original), city.yinzheng.evidence(), now=city.clock(), online=online)
    assert (7, "other-licence") in failed(examined)


def test_the_note_of_another_copy_explains_no_code(city: City, original: Issued, copy: Issued) -> None:
    """What a storage hands out for a code is believed only where the signed code agrees with it."""
    other = copy_of(city, original, cause="另一用途", until=city.clock() + timedelta(hours=3))
    ports = city.yinzheng.ports
    swapped = Exchanged(ports, file_of=lambda _identifier: other.ofd)
    online = Online(ports, swapped, ports, ports)  # type: ignore[arg-type]  # one port of them is exchanged
    examined = verify_words(code_text(copy), city.yinzheng.evidence(), now=city.clock(), online=online)
    (told,) = [one for one in examined.verdict.findings if one.name == "copy-purpose"]
    assert "另一用途" not in told.detail
    assert examined.is_copy


def test_the_end_of_a_copy_outlasts_no_clock_of_the_storage(city: City, original: Issued) -> None:
    short = copy_of(city, original, until=city.clock() + timedelta(seconds=1))
    assert note_of(short).recipient == RECIPIENT
    city.clock.forward(seconds=1)
    for examined in (city.yinzheng.verify_file(short.ofd), city.yinzheng.verify_words(code_text(short))):
        assert failed(examined) == {(10, "copy-expired")}


def test_a_copy_of_another_licence_is_no_copy_of_this_one(city: City, copy: Issued) -> None:
    other = copy_of(city, city.issue(number=number()))
    assert note_of(other).original != note_of(copy).original
    assert note_of(other).original_status != note_of(copy).original_status
