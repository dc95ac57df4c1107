"""The same request again: the same licence, the same octets; another request under the same key: refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from issuer.errors import DuplicateNumber, IdempotencyMismatch
from issuer.issuing import Issued
from service.blobs import FolderBlobs
from service.wiring import Yinzheng
from tests.city import BUNDLES, OFFICIAL, City
from tests.journey_parts import PASSED, code_text, identifier, indication, number, presented
from trust.rules.standing import ActKind


def octets(issued: Issued) -> tuple[bytes, bytes, bytes, str]:
    """Everything that is handed out."""
    return issued.ofd, issued.pdf, issued.token, identifier(issued)


@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_same_octets_again(city: City, bundle: str) -> None:
    application = city.application(bundle, number=number())
    first = city.yinzheng.issue(application, key=f"again {bundle}", by=OFFICIAL)
    size = city.yinzheng.archive.log.size()
    for by in (OFFICIAL, "另一位工作人员"):
        city.clock.forward(hours=1)
        again = city.yinzheng.issue(application, key=f"again {bundle}", by=by)
        assert octets(again) == octets(first)
        assert again.entry == first.entry
    assert city.yinzheng.archive.log.size() == size
    assert octets(city.yinzheng.files_of(first.entry)) == octets(first)


def test_again_after_it_was_revoked(city: City) -> None:
    """The answer is about what was issued; what it is worth now is the status list's to say."""
    application = city.application("business-licence", number=number())
    first = city.yinzheng.issue(application, key="revoked since", by=OFFICIAL)
    city.act(ActKind.REVOKE, first, "penalty")
    again = city.yinzheng.issue(application, key="revoked since", by=OFFICIAL)
    assert octets(again) == octets(first)
    assert indication(city.yinzheng.verify_file(again.ofd)) is not PASSED


def test_another_body_under_the_same_key(city: City) -> None:
    application = city.application("business-licence", number=number())
    first = city.yinzheng.issue(application, key="taken", by=OFFICIAL)
    fields = dict(application.fields)
    others = (
        replace(application, number=number()),
        replace(application, fields=fields | {"address": fields["address"] + "附1号"}),
        replace(application, holders=tuple(replace(one, name=one.name + "分公司") for one in application.holders)),
        city.application("teacher-qualification", number=number()),
    )
    for other in others:
        with pytest.raises(IdempotencyMismatch):
            city.yinzheng.issue(other, key="taken", by=OFFICIAL)
    assert octets(city.yinzheng.issue(application, key="taken", by=OFFICIAL)) == octets(first)


def test_the_same_body_under_another_key_is_a_second_licence_of_one_number(city: City) -> None:
    application = city.application("business-licence", number=number())
    city.yinzheng.issue(application, key="first key", by=OFFICIAL)
    with pytest.raises(DuplicateNumber):
        city.yinzheng.issue(application, key="second key", by=OFFICIAL)


def test_keys_are_compared_whole(city: City) -> None:
    keys = ("a key", "A key", "a  key", "a key.", "钥匙")
    issued = [
        city.yinzheng.issue(city.application("teacher-qualification", number=number()), key=key, by=OFFICIAL)
        for key in keys
    ]
    assert len({identifier(one) for one in issued}) == len(keys)


def test_another_process_gives_the_same(tmp_path: Path) -> None:
    """Files in a folder: what one process issued, the next one finds, and re-hashes before it hands it out."""
    city = City(people=False, blobs=FolderBlobs(tmp_path))
    application = city.application("business-licence", number=number())
    first = city.yinzheng.issue(application, key="from the folder", by=OFFICIAL)
    other = Yinzheng(city.yinzheng._means)
    assert octets(other.issue(application, key="from the folder", by=OFFICIAL)) == octets(first)
    assert {indication(one) for one in presented(city, first).values()} == {PASSED}
    assert indication(other.verify_words(code_text(first))) is PASSED
    city.close()
