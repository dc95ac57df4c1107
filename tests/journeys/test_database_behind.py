"""While the database is behind what was published nobody is told that anything holds, and the log does not shrink."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from issuer.issuing import Issued
from keys.sm3 import sm3
from service.apps import make_app
from service.log_tiles import TileReader
from service.public_folder import PublicFolder, status_list
from service.wiring import Yinzheng
from tests.city import City, copy_of
from tests.journey_parts import FAILED, INDETERMINATE, PASSED, indication, number
from tests.public_parts import current, listed, with_folder
from trust.errors import Conflict
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.crl import Reason
from trust.formats.leaf import commitment
from trust.formats.log_proof import decode_log_proof, verify_log_proof
from trust.formats.merkle import inclusion_proof, leaf_hash, read_root, verify_consistency, verify_inclusion
from trust.formats.ocsp import OcspAnswer, Trouble, read_answer, write_request
from trust.formats.token import to_text
from trust.log.errors import NotLogged
from trust.log.proving import consistency
from trust.rules.standing import ActKind
from verifier.content import read_licence
from verifier.reading import read_sealed


class Story:
    """A licence and a certificate were revoked, another licence issued; `back` has the database from before."""

    def __init__(self, place: Path) -> None:
        self.public = place / "public"
        self.city = City(people=False, folder=place)
        self.own = self.city.yinzheng = with_folder(self.city, self.public)
        self.issued = self.city.issue(number=number())
        self.refresh()
        engine = copy_of(self.city.engine, f"sqlite:///{place / 'older.db'}")
        self.city.clock.forward(seconds=2)
        self.city.act(ActKind.REVOKE, self.issued, "penalty")
        self.lost = self.city.issue(number=number())
        self.certificate = self.own.directory.service("presentation")[1]
        self.own.authority.revoke_certificate(self.certificate.serial, Reason.KEY_COMPROMISE, self.city.clock())
        self.refresh()
        self.back = with_folder(self.city, self.public, engine)
        self.city.clock.forward(seconds=5)

    def refresh(self) -> None:
        self.city.clock.forward(seconds=2)
        self.own.publisher.refresh(self.city.clock())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    made = Story(tmp_path_factory.mktemp("behind"))
    yield made
    made.back.archive.engine.dispose()
    made.city.close()


def ocsp(yinzheng: Yinzheng, story: Story) -> OcspAnswer | Trouble:
    request = write_request([(story.own.authority.issuing.certificate, story.certificate.serial)])
    return read_answer(yinzheng.answer_ocsp(request).octets)


def test_no_ocsp_answer_says_good_of_what_the_public_list_has(story: Story) -> None:
    told = ocsp(story.own, story)
    assert isinstance(told, OcspAnswer)
    assert told.singles[0].revoked is not None
    assert ocsp(story.back, story) is Trouble.TRY_LATER


def presented(yinzheng: Yinzheng, story: Story, issued: Issued) -> dict[str, object]:
    code = to_text(issued.token, story.own.office.host_url)
    return {
        "ofd": indication(yinzheng.verify_file(issued.ofd)),
        "pdf": indication(yinzheng.verify_file(issued.pdf)),
        "code": indication(yinzheng.verify_words(code)),
    }


def test_no_verification_says_that_anything_holds(story: Story) -> None:
    for issued, own in ((story.issued, FAILED), (story.lost, PASSED)):
        assert set(presented(story.own, story, issued).values()) == {own}
        assert set(presented(story.back, story, issued).values()) == {INDETERMINATE}
    told = {one.name: one.detail for one in story.back.verify_file(story.issued.ofd).verdict.findings}
    assert "落后于已经公布的内容" in told["database-behind"]


def test_nothing_is_exported_for_verifiers_without_network(story: Story) -> None:
    with pytest.raises(Conflict, match="database-behind"):
        story.back.carried_bundle()


def test_health_says_so(story: Story) -> None:
    for yinzheng, ok in ((story.own, True), (story.back, False)):
        with TestClient(make_app(yinzheng, production=False)) as http:
            ready = http.get("/readyz")
            checks = {one["name"]: one["ok"] for one in ready.json()["checks"]}
            assert (checks["public-copy"], checks["database"]) == (ok, True)
            assert ready.status_code == (200 if ok else 503)
            assert (http.get("/healthz").json() == {"status": "ok"}) is ok


def test_while_a_restore_is_unfinished_it_is_the_same(story: Story, tmp_path: Path) -> None:
    engine = copy_of(story.city.engine, f"sqlite:///{tmp_path / 'unfinished.db'}")
    half = with_folder(story.city, story.public, engine)
    assert set(presented(half, story, story.lost).values()) == {PASSED}
    half.archive.epochs.begin(story.city.clock(), "甲", "乙", half.archive.log.size())
    assert set(presented(half, story, story.lost).values()) == {INDETERMINATE}
    assert ocsp(half, story) is Trouble.TRY_LATER
    with pytest.raises(Conflict, match="restore-unfinished"):
        half.carried_bundle()
    engine.dispose()


# --- the log ---------------------------------------------------------------------------------------------------------


def test_the_log_that_is_served_does_not_shrink(story: Story) -> None:
    published = (story.public / "log/checkpoint").read_bytes()
    size = parse_checkpoint(published)[0].size
    assert story.back.archive.log.size() < size
    with (
        TestClient(make_app(story.back, production=False)) as http,
        TestClient(make_app(story.own, production=False)) as own,
    ):
        assert http.get("/log/checkpoint").content == published
        lost = next(iter(commitments(story.lost)))
        for path in (
            f"/log/tile/0/000.p/{size}",
            f"/log/tile/entries/000.p/{size}",
            f"/log/proof/consistency?old=3&new={size}",
            f"/log/proof/inclusion?commitment={lost.hex()}",
        ):
            answer = http.get(path)
            assert (answer.status_code, answer.content) == (200, own.get(path).content), path


def commitments(issued: Issued) -> list[bytes]:
    sealed = read_sealed(issued.ofd)
    licence = read_licence(sealed)[1]  # type: ignore[arg-type]  # our own file is sealed
    assert licence is not None
    return [commitment(licence.log_salt, str(licence.identifier), sm3(issued.ofd))]


def no_database(_connection: object) -> None:
    raise OperationalError("", {}, ConnectionError("the database is gone"))


def test_the_log_is_served_and_proved_while_the_database_is_down(story: Story) -> None:
    published = (story.public / "log/checkpoint").read_bytes()
    said, key = parse_checkpoint(published)[0], story.own.log_key.public
    wanted = commitments(story.lost)[0]
    small = story.own.archive.log.checkpoints()[0]
    event.listen(story.city.engine, "begin", no_database)
    try:
        with TestClient(make_app(story.own, production=False)) as http:
            assert http.get("/log/checkpoint").content == published
            tag = http.get("/log/checkpoint").headers["etag"]
            assert http.get("/log/checkpoint", headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
            proof = decode_log_proof(http.get(f"/log/proof/inclusion?commitment={wanted.hex()}").content)
            verify_log_proof(proof, wanted, said.origin, key)
            old = parse_checkpoint(small)[0]
            path = story.own.public_log
            verify_consistency(old.size, said.size, old.root, said.root, consistency(path, old.size, said.size))
            assert http.get(f"/log/proof/inclusion?commitment={'0' * 64}").status_code == 404
            assert http.get("/log/checkpoint/cosigned").status_code == 404
    finally:
        event.remove(story.city.engine, "begin", no_database)


def test_a_mirror_alone_proves(story: Story) -> None:
    """With nothing but files: hash tiles, entries and the checkpoint."""
    said = parse_checkpoint((story.public / "log/checkpoint").read_bytes())[0]
    tiles = TileReader(PublicFolder(story.public), said.size)
    assert read_root(tiles.nodes, said.size) == said.root
    for index, entry in enumerate(tiles.entries(0, said.size)):
        proof = inclusion_proof(tiles.nodes, index, said.size)
        verify_inclusion(leaf_hash(entry), index, said.size, proof, said.root)


def test_the_public_list_stays_the_true_one(story: Story) -> None:
    served = story.back.public_lists.current(0)
    assert served is not None
    assert served.octets == current(story.public, status_list(0))
    assert listed(served.octets).value(story.issued.entry.licence.status.index) == 1
    with pytest.raises(NotLogged):
        story.back.log_proof(bytes(32))
