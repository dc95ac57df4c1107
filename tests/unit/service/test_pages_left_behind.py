"""What the auditor's page says of issues that were begun and not finished, and of those that wait for their files."""

import re
from collections.abc import Iterator

import pytest

from issuer.issuing import issue
from issuer.ports import Void
from service.epochs.store import Settlement
from tests.api_parts import Api
from tests.journey_parts import Exchanged, number, office_of
from tests.page_parts import Visitor
from trust.formats.canonical_json import encode_json


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


class _CutError(Exception):
    """The process ends here."""


def _end(*_: object) -> None:
    raise _CutError


def begin(api: Api, key: str) -> None:
    """An issue that ends before its code is signed."""
    office = office_of(api.city, register=Exchanged(api.yinzheng.office.register, plan_many=_end))
    with pytest.raises(_CutError):
        issue(
            office, api.city.application("business-licence", number=number()), key=key, by="窗口", at=api.city.clock()
        )


def counted(api: Api) -> dict[str, str]:
    """The counts under 没有做完的."""
    found = re.search(
        '<section aria-labelledby="left">(.*?)</section>', Visitor(api, "auditor").open("/audit").html, re.DOTALL
    )
    assert found is not None
    return dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", found[1]))


def test_what_waits_for_its_files_is_told_apart_from_what_may_be_asked_for_again(api: Api) -> None:
    begin(api, "one")
    begin(api, "two")
    api.city.clock.forward(minutes=6)
    rest = {"引用未完成": "0 件", "处理未入日志": "0 件"}
    assert counted(api) == {"签发未完成": "2 件", **rest}
    epochs, at = api.yinzheng.archive.epochs, api.city.clock()
    report = encode_json({"log_entries_recovered": {"issue": 1}})
    epochs.settle(epochs.begin(at, "甲", "乙", 0), Settlement([], [], 99, 4096, 0, report))
    assert counted(api) == {"签发未完成": "0 件", **rest, "等待交回": "2 件"}
    assert Visitor(api, "auditor").open("/audit").says("取回文件", "yinzheng hand-in")
    register = api.yinzheng.archive.register
    entry = register.by_key("one")
    assert entry is not None
    register.void_many([(entry, Void(at, "abandoned"))])
    assert counted(api) == {"签发未完成": "0 件", **rest, "等待交回": "1 件"}
