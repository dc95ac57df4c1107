"""Metadata: names and values from one table, lengths of that table, and every difference that is told."""

from dataclasses import replace

import pytest

from trust.rules.errors import FieldRefused
from trust.rules.licence import check_licence
from trust.rules.metadata import (
    ITEMS,
    check_metadata,
    differences,
    short_names,
    standard_names,
)
from trust.rules.party import Holder, IssuingBody

SECOND = Holder("Ivan Petrov", "P1234567", "414")


def test_short_names(licence, licence_type):
    assert short_names(licence, licence_type) == {
        "ZZMC": "建筑施工特种作业操作资格证书",
        "ZZLXDM": "11100000000013338W032",
        "ZZBH": "粤A0420260001",
        "ZZBS": "1.2.156.3005.2.11100000000013338W032.11440106007480318H.000000000000000000A1.001.A",
        "ZZBFJG": "印江市住房和城乡建设局",
        "ZZBFJGDM": "11440106007480318H",
        "ZZBFRQ": "20260105",
        "CZZT": "䶮小明",
        "CZZTDM": "11010519491231002X",
        "CZZTDMLX": "公民身份号码",
        "CZZTDMLXDM": "111",
        "ZZYXQQSRQ": "20260105",
        "ZZYXQJZRQ": "20280104",
        "KZ_CZLB": "建筑电工",
        "KZ_JB": "3",
        "KZ_ZZ": "印江市河东路 1 号",
        "KZ_BZ": "纸质档案 7 柜",
    }


def test_an_item_without_a_value_is_left_out(licence, licence_type):
    endless = replace(licence, valid_until=None, fields={"work": "建筑电工"})
    assert "ZZYXQJZRQ" not in short_names(endless, licence_type)
    assert {name for name in short_names(endless, licence_type) if name.startswith("KZ_")} == {"KZ_CZLB"}


def test_several_holders_are_joined_position_by_position(licence, licence_type):
    shared = replace(licence, holders=(*licence.holders, SECOND))
    names = short_names(shared, licence_type)
    assert names["CZZT"] == "䶮小明、Ivan Petrov"
    assert names["CZZTDM"] == "11010519491231002X、P1234567"
    assert names["CZZTDMLX"] == "公民身份号码、普通护照"
    assert names["CZZTDMLXDM"] == "111、414"
    check_licence(shared, licence_type)
    check_metadata(shared, licence_type)


def test_an_original_carries_no_items_of_a_copy(licence, licence_type):
    assert not any(name.startswith("JZJ") for name in short_names(licence, licence_type))


def test_names_are_not_used_twice():
    shorts = [item.short for item in ITEMS if item.short]
    assert len(shorts) == len(set(shorts))
    assert len({item.english for item in ITEMS}) == len(ITEMS)


def test_good_metadata_passes(licence, licence_type):
    check_metadata(licence, licence_type)


@pytest.mark.parametrize(
    ("changes", "key", "reason"),
    [
        ({"name": "名" * 513}, "ZZMC", "too-long"),
        ({"name": ""}, "ZZMC", "missing"),
        ({"type_name": "名" * 257}, "certificateTypeName", "too-long"),
        ({"number": "1" * 129}, "ZZBH", "too-long"),
        ({"number": ""}, "ZZBH", "missing"),
        ({"issuing_body": IssuingBody("局" * 513, "11440106007480318H")}, "ZZBFJG", "too-long"),
        ({"issuing_body": IssuingBody("局", "")}, "ZZBFJGDM", "missing"),
        ({"area_code": ""}, "certificateAreaCode", "missing"),
        ({"area_code": "1" * 33}, "certificateAreaCode", "too-long"),
        ({"holders": tuple(Holder(f"名{n}" * 20, f"P{n:07}", "414") for n in range(20))}, "CZZT", "too-long"),
        ({"holders": (Holder("甲", "x", "4140"),)}, "CZZTDMLX", "missing"),
        ({"holders": (Holder("甲", "x", "414"), Holder("", "y", "414"))}, "CZZT", "missing"),
        ({"holders": (Holder("甲", "x", "414"), Holder("乙", "", "414"))}, "CZZT", "missing"),
        ({"holders": (Holder("甲", "x", "414"), Holder("乙", "y", "41"))}, "CZZTDMLXDM", "holder-type"),
        ({"fields": {"work": "工" * 41}}, "KZ_CZLB", "too-long"),
        ({"fields": {}}, "KZ_CZLB", "missing"),
    ],
)
def test_lengths_and_obligations_of_the_national_table(licence, licence_type, changes, key, reason):
    with pytest.raises(FieldRefused) as caught:
        check_metadata(replace(licence, **changes), licence_type)
    assert (caught.value.key, caught.value.reason) == (key, reason)


def test_exactly_the_length_passes(licence, licence_type):
    check_metadata(replace(licence, name="名" * 512, number="1" * 128), licence_type)


def test_what_a_file_says_is_compared_with_its_licence(licence, licence_type):
    found = short_names(licence, licence_type)
    assert differences(licence, found) == ()
    assert differences(licence, found | {"CZZT": "别人"}) == ("CZZT",)
    assert differences(licence, {name: text for name, text in found.items() if name != "ZZBS"}) == ("ZZBS",)
    assert differences(licence, found | {"JZJZZZ": "某局"}) == ("JZJZZZ",)
    assert differences(licence, found | {"KZ_CZLB": "建筑焊工"}) == ("KZ_",)
    assert differences(licence, found | {"KZ_NEW": "x"}) == ("KZ_",)
    assert differences(licence, standard_names(licence)) == ("KZ_",)
    assert differences(licence, {})[-1] == "ZZYXQQSRQ"
