"""Sealing in a server: strangers' documents are read in a process apart, before and after; keys stay here."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

from service.seal_planners import planners
from tests.city import SEAL_OFFICERS, City
from tests.journey_parts import failed
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from tests.pdf_sealing_parts import hybrid, laborious
from trust.errors import Conflict, Malformed
from trust.formats.ofd import adding, sealable
from trust.formats.ofd.prepared import PreparedOfd
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.pdf import approving, source
from trust.formats.placing import AtPoint, AtWords, OnPages, Placing, Riding
from trust.formats.sealing_orders import Order, Prepared, prepare
from trust.sealing.errors import SealingFailed
from trust.sealing.sealing import Manner, Wanted
from trust.sealing.using import Result
from verifier import confinement
from verifier.confinement import Confinement

ASKER = SEAL_OFFICERS[0]
KEYS = (f"confined-{one}" for one in count(1))
CORNER = AtPoint(0, 100, 100)


@pytest.fixture(scope="module")
def readers() -> Iterator[Confinement]:
    made = Confinement()
    yield made
    made.close()


@pytest.fixture
def city(fresh: City, readers: Confinement) -> City:
    fresh.yinzheng.confine(readers)
    return fresh


@pytest.fixture
def reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No reader of documents may be called in this process."""

    def read_here(*_: object) -> object:
        raise AssertionError("a stranger's document is read in the server")

    for owner, name in (
        (approving, "open_document"),
        (source, "open_pdf"),
        (adding, "open_for_sealing"),
        (sealable, "read_structure"),
    ):
        monkeypatch.setattr(owner, name, read_here)


def seal(city: City, data: bytes, placing: Placing | None, manner: Manner = Manner.SEAL, key: str = "") -> bytes:
    one = city.yinzheng.seals.filed(city.body_code("business-licence"))[0].seal.seal_id
    made = city.yinzheng.seals.seal(
        one,
        data,
        Wanted(placing, "报送", manner=manner),
        key=key or next(KEYS),
        by=ASKER,
        department=city.body_code("business-licence"),
    )
    assert made.file is not None
    return made.file


@pytest.mark.usefixtures("reads_nothing")
@pytest.mark.parametrize(
    ("data", "placing", "manner"),
    [
        (letter(), CORNER, Manner.SEAL),
        (letter(), AtWords("云岭市"), Manner.SEAL),
        (letter(), Riding(), Manner.SEAL),
        (letter(), None, Manner.TEXT),
        (page(pages=2), CORNER, Manner.SEAL),
        (page(pages=2), OnPages(20, 20), Manner.SEAL),
        (page(pages=2), CORNER, Manner.SES),
        (page(), None, Manner.TEXT),
    ],
)
def test_a_document_is_sealed_without_being_read_here(
    city: City, data: bytes, placing: Placing | None, manner: Manner
) -> None:
    file = seal(city, data, placing, manner)
    city.clock.forward(seconds=1)
    assert not failed(city.yinzheng.verify_file(file))


def test_a_document_that_has_to_be_written_afresh_is_sealed(city: City) -> None:
    assert not failed(city.yinzheng.verify_file(seal(city, hybrid(page()), CORNER)))


def test_seals_follow_each_other(city: City) -> None:
    for data in (letter(), page()):
        first = seal(city, data, CORNER)
        city.clock.forward(seconds=1)
        second = seal(city, first, AtPoint(0, 40, 40))
        assert not failed(city.yinzheng.verify_file(second))
    city.clock.forward(seconds=1)
    closed = seal(city, seal(city, letter(), CORNER), None, Manner.PACKAGE)
    assert not failed(city.yinzheng.verify_file(closed))


@pytest.mark.usefixtures("reads_nothing")
def test_what_takes_too_long_to_read_is_not_sealed(fresh: City) -> None:
    """Nothing is signed, no use is counted, and the request says why."""
    made = Confinement(processor_s=1, wall_s=2.0)
    fresh.yinzheng.confine(made)
    try:
        with pytest.raises(Conflict, match="sealing-limit"):
            seal(fresh, laborious(), AtWords("合同"))
    finally:
        made.close()
    one = fresh.yinzheng.seals.filed(fresh.body_code("business-licence"))[0].seal.seal_id
    (request,) = fresh.yinzheng.seals.requests(one, 9)
    assert (request.items[0].result, request.items[0].detail) == (Result.FAILED, "sealing-limit")
    assert list(fresh.yinzheng.seals.uses(one, after=0, limit=9)) == []


@pytest.mark.parametrize(("finding", "reason"), [("busy", "sealing-busy"), ("limit", "sealing-limit")])
def test_a_file_that_could_not_be_checked_is_handed_out_once_it_can(
    city: City, monkeypatch: pytest.MonkeyPatch, finding: str, reason: str
) -> None:
    found = {"busy": confinement.BUSY, "limit": confinement.LIMIT}[finding]
    key = next(KEYS)
    with monkeypatch.context() as patch:
        patch.setattr(Confinement, "read", lambda _, data: confinement._unread(data, found))
        with pytest.raises(Conflict, match=reason):
            seal(city, letter(), CORNER, key=key)
    file = seal(city, letter(), CORNER, key=key)
    assert len(read_ofd_document(file).signatures) == 1


def test_a_file_that_is_not_sound_is_not_handed_out(fresh: City) -> None:
    """Also when whoever reads the document says where to put things so that no reader takes the file."""

    def misplaced(data: bytes, order: Order) -> Prepared:
        found = prepare(data, order)
        assert isinstance(found, PreparedOfd)
        assert found.body is not None
        return replace(found, body=replace(found.body, start=3, end=3))

    seals = fresh.yinzheng.seals
    seals.desk = replace(seals.desk, planners=planners(seals.body_name, tuple, misplaced))
    with pytest.raises((SealingFailed, Malformed)):
        seal(fresh, letter(), CORNER)
    one = seals.filed(fresh.body_code("business-licence"))[0].seal.seal_id
    (request,) = seals.requests(one, 9)
    assert (request.items[0].result, request.items[0].file) == (Result.FAILED, None)
