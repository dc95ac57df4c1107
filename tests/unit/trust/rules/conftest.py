"""One invented type and licences of it; persons' numbers are the standard's example or lie before 1912."""

from datetime import date

import pytest

from trust.rules.catalogue import FieldRule, LicenceType
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.party import Holder, IssuingBody
from trust.rules.status_pointer import StatusPointer

MINISTRY = IssuingBody("住房和城乡建设部", "11100000000013338W")
DEPARTMENT = IssuingBody("印江市住房和城乡建设局", "11440106007480318H")


@pytest.fixture
def licence_type() -> LicenceType:
    return LicenceType(
        code="11100000000013338W032",
        name="建筑施工特种作业操作资格证书",
        short="特种作业证",
        bundle="special-work",
        bundle_version=1,
        defining_authority=MINISTRY,
        holder_code_types=("111", "414", "001"),
        fields=(
            FieldRule("work", "CZLB", "操作类别", 40),
            FieldRule("level", "KZ_JB", "级别", 2, required=False, pattern=r"\d{1,2}", disclosure="scan"),
            FieldRule("home", "ZZ", "住址", 100, required=False, disclosure="consent"),
            FieldRule("note", "BZ", "内部备注", 100, required=False, disclosure="never"),
        ),
        validity="years",
        source="[invented] for tests",
    )


@pytest.fixture
def licence() -> Licence:
    return Licence(
        identifier=LicenceIdentifier("11100000000013338W032", DEPARTMENT.code, "000000000000000000A1"),
        name="建筑施工特种作业操作资格证书",
        type_name="建筑施工特种作业操作资格证书",
        number="粤A0420260001",
        issuing_body=DEPARTMENT,
        holders=(Holder("䶮小明", "11010519491231002X", "111"),),
        issued_on=date(2026, 1, 5),
        valid_from=date(2026, 1, 5),
        valid_until=date(2028, 1, 4),
        area_code="440106",
        fields={"work": "建筑电工", "level": "3", "home": "印江市河东路 1 号", "note": "纸质档案 7 柜"},
        status=StatusPointer(0, 7),
        log_salt=bytes(range(16)),
        template="special-work/1",
    )
