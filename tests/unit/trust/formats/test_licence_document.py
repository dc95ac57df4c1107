"""`licence.json`: one spelling per licence, read back as it was, and nothing else accepted."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.errors import Malformed
from trust.formats.licence_document import MAX_OCTETS, decode_licence, encode_licence
from trust.rules.identifier import parse
from trust.rules.licence import Licence
from trust.rules.party import Holder, IssuingBody
from trust.rules.status_pointer import StatusPointer

LICENCE = Licence(
    identifier=parse("1.2.156.3005.2.11100000000013338W032.11440106007480318H.000000000000000000A1.001.A"),
    name="建筑施工特种作业操作资格证",
    type_name="建筑施工特种作业操作资格证",
    number="粤A0420260001",
    issuing_body=IssuingBody("雁栖市住房和城乡建设局", "11440106007480318H"),
    holders=(Holder("张𬭎", "11010519491231002X", "111"),),
    issued_on=date(2026, 3, 1),
    valid_from=date(2026, 3, 1),
    valid_until=date(2028, 2, 29),
    area_code="440106",
    fields={"KZ_CZLB": "建筑电工", "KZ_BZ": "“试验”\n第二行"},
    status=StatusPointer(3, 1_048_575),
    log_salt=bytes(range(16)),
    template="special-operation/1",
)


def test_a_licence_comes_back() -> None:
    assert decode_licence(encode_licence(LICENCE)) == LICENCE


def test_the_spelling_is_fixed() -> None:
    octets = encode_licence(LICENCE)
    value = json.loads(octets)
    assert list(value) == sorted(value)
    assert value["format"] == "yinzheng-licence/1"
    assert value["identifier"] == str(LICENCE.identifier)
    assert value["holders"] == [{"code": "11010519491231002X", "code_type": "111", "name": "张𬭎"}]
    assert (value["valid_from"], value["valid_until"]) == ("2026-03-01", "2028-02-29")
    assert value["log_salt"] == "AAECAwQFBgcICQoLDA0ODw=="
    assert "张𬭎".encode() in octets
    assert b" " not in octets.replace("第二行".encode(), b"")


@pytest.mark.parametrize("ends", [(None, None), (date(2026, 3, 1), None), (None, date(2028, 2, 29))])
def test_missing_days_stay_missing(ends: tuple[date | None, date | None]) -> None:
    open_ended = replace(LICENCE, valid_from=ends[0], valid_until=ends[1])
    assert decode_licence(encode_licence(open_ended)) == open_ended


def test_several_holders_keep_their_order() -> None:
    several = replace(LICENCE, holders=(*LICENCE.holders, Holder("李四", "110105194912310000", "111")))
    assert decode_licence(encode_licence(several)) == several


def changed(**values: object) -> bytes:
    value = json.loads(encode_licence(LICENCE)) | values
    kept = {name: content for name, content in value.items() if content is not ...}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "octets",
    [
        changed(format="yinzheng-licence/2"),
        changed(format=1),
        changed(more="x"),
        changed(name=...),
        changed(name=None),
        changed(identifier="1.2.156.3005.2.11100000000013338W032.11440106007480318H.000000000000000000A1.001.B"),
        changed(issued_on="2026-02-30"),
        changed(issued_on="20260301"),
        changed(issued_on="2026-W09-7"),
        changed(issued_on=None),
        changed(valid_from=""),
        changed(issuing_body={"name": "x"}),
        changed(issuing_body=[]),
        changed(holders=[]),
        changed(holders={}),
        changed(holders=[{"name": "x", "code": "y"}]),
        changed(holders=[{"name": "x", "code": "y", "code_type": "001"}] * 201),
        changed(fields=[]),
        changed(fields={"a": 1}),
        changed(status={"list": True, "index": 0}),
        changed(status={"list": -1, "index": 0}),
        changed(status={"list": 0, "index": 1.5}),
        changed(log_salt="AAEC"),
        changed(log_salt="AAECAwQFBgcICQoLDA0ODx=="),
        changed(log_salt="!"),
        changed() + b"\n",
        b" " + changed(),
        b"\xef\xbb\xbf" + changed(),
        changed().replace(b'"name"', b'"\\u006eame"', 1),
        changed().replace(b'{"area_code"', b'{"area_code":"1","area_code"'),
        b"[]",
        b"null",
        b"",
        b"\xff",
        b"[" * 100_000,
        changed(name="x" * MAX_OCTETS),
    ],
)
def test_anything_else_is_refused(octets: bytes) -> None:
    with pytest.raises(Malformed):
        decode_licence(octets)


@pytest.mark.parametrize(
    "licence",
    [
        replace(LICENCE, name="\ud800"),
        replace(LICENCE, name="x" * MAX_OCTETS),
        replace(LICENCE, fields={"a": 5}),  # type: ignore[dict-item]  # wrong on purpose
    ],
)
def test_what_would_not_come_back_is_not_written(licence: Licence) -> None:
    with pytest.raises(Malformed):
        encode_licence(licence)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=5))
def test_any_texts_come_back_or_are_refused(fields: dict[str, str]) -> None:
    licence = replace(LICENCE, fields=fields)
    try:
        octets = encode_licence(licence)
    except Malformed:
        assert any("\ud800" <= character <= "\udfff" for name, value in fields.items() for character in name + value)
        return
    assert decode_licence(octets) == licence


def test_every_changed_octet_gives_another_licence_or_none() -> None:
    octets = encode_licence(LICENCE)
    for position in range(len(octets)):
        altered = bytearray(octets)
        altered[position] ^= 1
        try:
            read = decode_licence(bytes(altered))
        except Malformed:
            continue
        assert read != LICENCE
