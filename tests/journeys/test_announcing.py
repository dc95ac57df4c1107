"""What is published is logged before it is seen, and no checkpoint is signed over another history than was shown."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

import service.announcing
from keys.custody import memory_signer
from keys.randomness import random_octets
from service.mirroring import Mirror
from service.public_folder import PublicFolder, bitstring, revocation_list, status_list
from service.rebuilding import rebuild
from service.wiring import Yinzheng
from tests.city import City
from tests.journey_parts import number
from tests.public_parts import current, listed, published_city, with_folder
from trust.errors import Conflict
from trust.formats.checkpoint import encode_checkpoint, parse_checkpoint
from trust.formats.cosignature import cosign, witness_key
from trust.formats.crl import Reason
from trust.formats.leaf import EntryKind, Statement, decode_entry, public_statement
from trust.formats.merkle import root_of
from trust.log.appending import append
from trust.log.errors import LogDamaged
from trust.revocation.second_form import open_bitstring
from trust.rules.standing import ActKind
from trust.store import METADATA

LOG = ("log_cosignature", "log_checkpoint", "log_commitment", "log_node", "log_entry", "log_head")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = published_city(tmp_path / "public")
    yield made
    made.close()


@pytest.fixture
def public(tmp_path: Path) -> PublicFolder:
    return PublicFolder(tmp_path / "public")


class PowerCutError(BaseException):
    """The process ends here."""


def cut_off(*_: object) -> None:
    raise PowerCutError


# --- logged before it is seen ----------------------------------------------------------------------------------------


def certificate_revoked(city: City) -> None:
    maker = city.yinzheng.directory.maker()[1]
    city.yinzheng.authority.revoke_certificate(maker.serial, Reason.SUPERSEDED, city.clock())


def nothing(_: City) -> None:
    """Lists are due because time went by."""


CUTS = {
    "before the log": lambda patch: patch.setattr(service.announcing, "append", cut_off),
    "before the list is shown": lambda patch: patch.setattr(Mirror, "show_list", cut_off),
    "before revocation lists are shown": lambda patch: patch.setattr(Mirror, "show_revocation_lists", cut_off),
    "before the rest is shown": lambda patch: patch.setattr(Mirror, "show_rest", cut_off),
}


def shown_and_not_logged(city: City, public: PublicFolder) -> list[str]:
    """Every edition that the public can see and the log does not have."""
    log, missing = city.yinzheng.archive.log, []
    for series, kind in (
        (status_list(0), EntryKind.STATUS_LIST),
        (revocation_list("issuing"), EntryKind.CRL),
        (revocation_list("root"), EntryKind.CRL),
    ):
        for edition in public.numbers(series):
            octets = public.edition(series, edition)
            assert octets is not None
            if log.find(public_statement(kind, octets).commitments[0]) is None:
                missing.append(f"{series.name} {edition}")
    return missing


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("before", [nothing, certificate_revoked])
def test_a_process_that_dies_leaves_nothing_public_that_is_not_logged(
    city: City, public: PublicFolder, tmp_path: Path, cut: str, before: Callable[[City], None]
) -> None:
    """And another one that was running all the time, or begins later, logs what the dead one signed."""
    other = with_folder(city, tmp_path / "public")
    other.publisher.refresh(city.clock())
    city.clock.forward(hours=13)
    before(city)
    with pytest.MonkeyPatch.context() as patch:
        CUTS[cut](patch)
        with pytest.raises(PowerCutError):
            city.yinzheng.publisher.refresh(city.clock())
    assert shown_and_not_logged(city, public) == []
    city.clock.forward(hours=13)
    other.publisher.refresh(city.clock())
    city.clock.forward(hours=13)
    with_folder(city, tmp_path / "public").publisher.refresh(city.clock())
    assert shown_and_not_logged(city, public) == []
    assert [one for one in rebuild(city.yinzheng.archive, public).oddities if one.grave] == []


def test_the_second_form_is_published_with_the_act(city: City, public: PublicFolder, tmp_path: Path) -> None:
    issued = city.issue(number=number())
    city.clock.forward(seconds=1)
    city.act(ActKind.SUSPEND, issued, "penalty")
    key = city.yinzheng.directory.service("status-list")[1].public_key
    first, second = current(tmp_path / "public", status_list(0)), current(tmp_path / "public", bitstring(0))
    assert open_bitstring(second, key) == listed(first)
    assert listed(first).value(issued.entry.licence.status.index) == 2


# --- what was shown is kept to ---------------------------------------------------------------------------------------


def rewritten(city: City, at: int) -> None:
    """All tables of the log anew, by a superuser, with another entry in one place."""
    log = city.yinzheng.archive.log
    entries = [decode_entry(one) for one in log.entries(0, log.size())]
    with city.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for name in LOG:
            connection.execute(delete(METADATA.tables[name]))
    for place, entry in enumerate(entries):
        other = Statement(EntryKind.ACT, (random_octets(32),))
        append(log, [other if place == at else entry.statement], entry.at)


def running(city: City, _: Path) -> Yinzheng:
    return city.yinzheng


def new(city: City, folder: Path) -> Yinzheng:
    return with_folder(city, folder)


@pytest.mark.parametrize("process", [running, new])
@pytest.mark.parametrize("hours", [0, 2])
def test_no_checkpoint_is_signed_over_the_one_that_was_shown(
    city: City, public: PublicFolder, tmp_path: Path, process: Callable[[City, Path], Yinzheng], hours: int
) -> None:
    issued = city.issue(number=number())
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=2))
    shown, log = public.read("log/checkpoint"), city.yinzheng.archive.log
    assert shown is not None
    rewritten(city, at=log.size() // 2)
    city.clock.forward(hours=hours, seconds=1)
    with pytest.raises(LogDamaged, match="root-changed"):
        process(city, tmp_path / "public").publisher.refresh(city.clock())
    assert log.latest() is None
    assert public.read("log/checkpoint") == shown
    said = parse_checkpoint(shown)[0]
    assert root_of(log.entries(0, said.size)) != said.root
    assert issued.entry.artefacts is not None


def test_no_checkpoint_is_signed_over_one_that_a_witness_has(city: City, public: PublicFolder, tmp_path: Path) -> None:
    """The folder's checkpoint is gone; the note with the witness's line is there, and is asked."""
    witness, archive = memory_signer("witness"), city.yinzheng.archive
    archive.witnesses.admit(witness_key("jianzheng.example", witness.public), city.clock())
    note = archive.log.latest()
    assert note is not None
    city.yinzheng.take_cosignatures(cosign(note, "jianzheng.example", witness, city.clock()))
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=2))
    assert public.read("log/cosigned") == archive.log.cosigned(0)
    rewritten(city, at=2)
    for path in (tmp_path / "public/log").rglob("*"):
        if path.is_file() and path.name not in {"cosigned", ".lock"}:
            path.unlink()
    with pytest.raises(LogDamaged, match="root-changed"):
        with_folder(city, tmp_path / "public").publisher.refresh(city.clock.forward(hours=2))
    assert archive.log.latest() is None


def rubbish(_: bytes) -> bytes:
    return b"rubbish"


def of_another_key(note: bytes) -> bytes:
    return encode_checkpoint(parse_checkpoint(note)[0], memory_signer("other"))


@pytest.mark.parametrize("spoilt", [rubbish, of_another_key])
def test_a_checkpoint_that_is_not_ours_stops_signing(
    city: City, tmp_path: Path, spoilt: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "public/log/checkpoint"
    path.write_bytes(spoilt(path.read_bytes()))
    with pytest.raises(Conflict, match="public-copy-damaged"):
        with_folder(city, tmp_path / "public").publisher.refresh(city.clock.forward(hours=2))
