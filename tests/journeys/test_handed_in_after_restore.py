"""What was signed at the backup and released after it: its files are handed in, and it is released again as it was.

The holder has the files, the log has the entry, and the restored register has only what was planned. One licence, one
pair of sealed files: nothing is signed again, given up, or taken from files that are not those of the log.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from issuer.applying.life import Stage
from issuer.batches.life import RowState, key_of
from issuer.batches.running import run_chunk
from issuer.copying.making import CopyRequest, make_copy
from issuer.errors import ReleasedBefore
from issuer.issuing import Issued, issue
from issuer.ports import Entry, none_out
from service.auditing.opening import inside
from service.cli import main
from service.commands import handing_in
from service.restoring.comparing import compare
from service.wiring import Yinzheng
from tests.applying_parts import SECOND, Hall, key
from tests.batch_parts import FIRST
from tests.city import MemoryBlobs
from tests.copy_parts import PURPOSE, RECIPIENT
from tests.journey_parts import Exchanged, identifier
from tests.journeys.test_restored_issuing import AMENDS, batch_of, cut, hall_of
from tests.restoring_parts import TwoTimelines
from trust.errors import Conflict
from trust.rules.standing import Status
from trust.rules.verdict import Indication
from verifier.auditing.auditing import Brought

PLACES = count(1)


class _CutError(Exception):
    """The process ends here."""


def _end(*_: object) -> None:
    raise _CutError


class Forgotten:
    """A city that was backed up amid six issues, went on, and was restored; `issued` are those that are out."""

    def __init__(self, two: TwoTimelines) -> None:
        self.two, self.city = two, two.city
        self.hall = Hall(two.city)
        before = self.hall.issue()
        self.successor = self.hall.follow(before.entry, AMENDS, {"fields": {"legal_representative": "孟庭芳"}})
        cut(self.hall, self.successor, "seal_many")
        self.predecessor = identifier(before)
        self.stored = self.city.application("business-licence", number=f"JH{next(PLACES):08}")
        self._cut_issue("append_many", self.stored, "stored")  # its files are stored, and named by the register
        self.direct = self.city.application("business-licence", number=f"JH{next(PLACES):08}")
        self._cut_issue("seal_many", self.direct, "direct")
        self.batch = batch_of(two, 901)
        self._cut_chunk()
        desk = self.city.yinzheng.copies.desk
        terms = CopyRequest(self.predecessor, PURPOSE, RECIPIENT, "持证人", "holder")
        broken = replace(desk, copies=Exchanged(desk.copies, seal_many=_end))  # type: ignore[arg-type]  # a port with one method exchanged
        with pytest.raises(_CutError):
            make_copy(broken, terms, key="copy", by="持证人", at=self.city.clock())
        two.back_up()
        self.city.clock.forward(minutes=3)  # the claim of the worker that was killed has run out
        yinzheng = self.city.yinzheng
        yinzheng.batches.work("another")
        self.issued = {
            "copy": make_copy(desk, terms, key="copy", by="持证人", at=self.city.clock()),
            "docket": yinzheng.applications.issue(self.hall.now(self.successor), by=SECOND)[1],
            "direct": issue(yinzheng.office, self.direct, key="direct", by="窗口", at=self.city.clock()),
            "stored": issue(yinzheng.office, self.stored, key="stored", by="窗口", at=self.city.clock()),
        }
        for row in yinzheng.batches.rows(self.batch, (RowState.DONE,), limit=9):
            entry = yinzheng.archive.register.by_key(key_of(self.batch.number, row.number))
            assert entry is not None
            self.issued[f"row {row.number}"] = yinzheng.files_of(entry)
        yinzheng.publisher.refresh(self.city.clock())
        self.second_form = self._second_form(two.restore())
        self.restored = two.restore()  # once more from the same backup, as nothing had come of the first time
        self.report = two.report

    def _cut_issue(self, port: str, application: object, name: str) -> None:
        office = self.city.yinzheng.office
        exchanged = {port: _end}
        broken = replace(
            office, register=Exchanged(office.register, **exchanged), log=Exchanged(office.log, **exchanged)
        )
        with pytest.raises(_CutError):
            issue(broken, application, key=name, by="窗口", at=self.city.clock())  # type: ignore[arg-type]  # as made above

    def _cut_chunk(self) -> None:
        desk = self.city.yinzheng.batches.desk
        office = replace(desk.office, register=Exchanged(desk.office.register, seal_many=_end))  # type: ignore[arg-type]  # as above
        with pytest.raises(_CutError):
            run_chunk(replace(desk, office=office), "killed", now=self.city.clock)

    def entry(self, name: str) -> Entry:
        wanted, archive = identifier(self.issued[name]), self.restored.archive
        copy, found = archive.copies.find(wanted), archive.register.find(wanted)
        made = copy.entry if copy is not None else found
        assert made is not None
        return made

    def _second_form(self, yinzheng: Yinzheng) -> list[bytes]:
        """Two files that the very keys sealed for the very plan, and that were never logged."""
        octets, office = blobs_of(yinzheng), yinzheng.office
        before = set(octets)
        broken = replace(office, out=none_out, register=Exchanged(office.register, seal_many=_end))
        with pytest.raises(_CutError):
            issue(broken, self.direct, key="direct", by="窗口", at=self.city.clock())
        return [octets[name] for name in octets if name not in before]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forgotten]:
    two = TwoTimelines(tmp_path_factory.mktemp("handed-in"))
    yield Forgotten(two)
    two.close()


def blobs_of(yinzheng: Yinzheng) -> dict[str, bytes]:
    blobs = yinzheng.office.blobs
    assert isinstance(blobs, MemoryBlobs)
    return blobs.octets


def both(issued: Issued) -> list[bytes]:
    return [issued.ofd, issued.pdf]


# The tests below tell one story, in this order, about one restored installation.


def test_what_is_out_is_named_and_what_is_still_stored_is_released_at_once(told: Forgotten) -> None:
    names = {name: identifier(one) for name, one in told.issued.items()}
    assert len(names) == 7
    since = told.report["issued_since"]
    assert isinstance(since, list)
    assert sorted(since) == sorted(names.values())
    assert told.report["released_again"] == [names["stored"]]
    assert told.restored.still_out() == [one for one in since if one != names["stored"]]
    assert told.entry("stored") == told.issued["stored"].entry


def test_nothing_of_it_is_signed_again_or_given_up(told: Forgotten) -> None:
    before = set(blobs_of(told.restored))
    done, kept = told.restored.applications.take_up()
    assert (done, [type(one) for one in kept]) == (0, [ReleasedBefore])
    with pytest.raises(ReleasedBefore):
        told.restored.issue(told.direct, key="direct", by="窗口")
    hall = hall_of(told.two, told.restored)
    with pytest.raises(ReleasedBefore):
        hall.desk.abandon(hall.now(told.successor), reason="找不到了", by=SECOND, key=key())
    desk = told.restored.batches
    desk.resume(desk.find(told.batch.number, told.batch.body_code), by=FIRST)
    desk.work("one more")
    seen = desk.find(told.batch.number, told.batch.body_code)
    assert (seen.trouble, desk.counts(seen)[RowState.WAITING]) == ("released-before-restore", 3)
    assert set(blobs_of(told.restored)) == before
    assert {told.entry(name).sealed for name in told.issued if name != "stored"} == {None}


def test_other_files_and_halves_are_not_taken(told: Forgotten) -> None:
    ofd, pdf = both(told.issued["direct"])
    assert len(told.second_form) == 2
    for files, reason in (
        ([ofd], "handed-in-half"),
        ([pdf], "handed-in-half"),
        ([ofd, pdf[:-1]], "handed-in-half"),
        (told.second_form, "handed-in-differs"),
    ):
        (outcome,) = told.restored.hand_in(files).values()
        assert (isinstance(outcome, Conflict), getattr(outcome, "reason", "")) == (True, reason)
    for files in ([], [b"text"], both(told.issued["stored"]), [ofd[:-1], pdf[:-1]]):
        assert told.restored.hand_in(files) == {}
    assert (told.entry("direct").artefacts, told.entry("direct").sealed) == (None, None)


def test_what_the_public_folder_does_not_show_is_not_taken(told: Forgotten) -> None:
    tile = max((told.two.public / "log/tile/entries/000.p").iterdir(), key=lambda path: int(path.name))
    octets = tile.read_bytes()
    tile.write_bytes(octets.replace(b'"kind":"issue"', b'"kind":"trail"'))
    try:
        (outcome,) = told.restored.hand_in(both(told.issued["direct"])).values()
    finally:
        tile.write_bytes(octets)
    assert getattr(outcome, "reason", "") == "public-copy-differs"
    assert told.entry("direct").artefacts is None


def typed(told: Forgotten, folder: Path, files: Sequence[bytes]) -> int:
    """The exit code of the command, given these files in the restored installation."""
    paths = [folder / str(place) for place in range(len(files))]
    for path, octets in zip(paths, files, strict=True):
        path.write_bytes(octets)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handing_in, "installation", lambda: told.restored)
        with pytest.raises(SystemExit) as left:
            main(["hand-in", "--json", *map(str, paths)])
    assert isinstance(left.value.code, int)
    return left.value.code


def test_it_is_released_again_as_it_was(told: Forgotten, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [name for name in told.issued if name != "stored"]
    files = [octets for name in names for octets in both(told.issued[name])]
    assert typed(told, tmp_path, [b"else", *told.second_form]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["refused"] == {identifier(told.issued["direct"]): "handed-in-differs"}
    assert typed(told, tmp_path, [b"else", *told.second_form, *reversed(files)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert sorted(said.pop("released")) == sorted(identifier(told.issued[name]) for name in names)
    assert said == {"mended": [], "refused": {}, "missing": []}
    for name in names:
        assert told.entry(name) == told.issued[name].entry  # the same files, place in the log and time
    assert told.restored.still_out() == []
    hall = hall_of(told.two, told.restored)
    docket = hall.now(told.successor)
    assert (docket.stage, docket.identifier) == (Stage.RELEASED, identifier(told.issued["docket"]))
    assert (
        told.restored.standing(told.predecessor, told.city.clock()).status is not Status.VALID
    )  # its end is on record again
    desk = told.restored.batches
    assert desk.counts(told.batch)[RowState.DONE] == 3
    again = told.restored.issue(told.direct, key="direct", by="窗口")
    assert both(again) == both(told.issued["direct"])
    assert told.restored.hand_in(files) == {}


def test_files_that_rows_name_are_compared_and_mended(told: Forgotten) -> None:
    octets, whole = blobs_of(told.restored), compare(told.restored.archive.engine, told.restored.office.blobs)
    assert (whole.lost, whole.first) == (0, ())
    direct, copy = told.issued["direct"], told.issued["copy"]
    gone, hurt = told.entry("direct").sealed, told.entry("copy").sealed
    assert gone is not None
    assert hurt is not None
    del octets[gone[0]]
    octets[hurt[1]] = octets[hurt[1]][:-1]
    found = compare(told.restored.archive.engine, told.restored.office.blobs)
    assert (found.files, found.lost) == (whole.files, 2)
    assert [(one.of, one.digest, one.damaged) for one in found.first] == [
        (f"licence {identifier(direct)}", gone[0], False),
        (f"licence_copy {identifier(copy)}", hurt[1], True),
    ]
    assert told.restored.mend_files([direct.ofd, copy.pdf, direct.pdf, b"else"]) == [gone[0], hurt[1]]
    assert compare(told.restored.archive.engine, told.restored.office.blobs) == whole


def test_an_auditor_finds_nothing_against_it(told: Forgotten) -> None:
    told.city.clock.forward(minutes=10)
    told.restored.publisher.refresh(told.city.clock())
    now = told.city.clock() + timedelta(seconds=30)
    audit, registers, trail = inside(told.restored, told.restored.anchors, Brought(), now)
    report = audit.inside(registers, trail, files=True)
    against = [one.name for one in report.findings if one.indication is not Indication.PASSED]
    assert against == []
