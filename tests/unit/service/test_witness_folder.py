"""A witness in its folder, following a log over HTTP: what it cosigns, what it remembers, and what it never forgets."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from keys.custody import Custody, memory_signer
from service.errors import LogMisbehaved, LogUnavailable
from service.followed_log import FollowedLog, check_address, read_consistency
from service.problem import Usage
from service.witnessing import COSIGNED, SEEN, WATCH, Watch, WitnessFolder
from tests.log_parts import app_of, serving
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, grown, published
from trust.errors import Malformed, Untrusted
from trust.formats.checkpoint import verify_checkpoint
from trust.formats.cosignature import cosign, verify_cosignature
from trust.formats.merkle import grow, leaf_hash, read_root
from trust.formats.misbehaviour import Kind, decode_misbehaviour, verify_misbehaviour
from trust.formats.verifier_key import VerifierKey
from trust.log.checkpointing import publish_checkpoint
from trust.log.cosigning import take_cosignatures
from trust.log.http import router

NAME = "jianzheng.example"
LOG = VerifierKey(ORIGIN, SIGNER.public)


class World:
    """A log with a witness: the log can be exchanged behind the witness's back."""

    def __init__(self, folder: Path) -> None:
        self.log = published(300)
        self.folder = folder
        self.clock = AT
        self.witness = self.reopened()
        self.key = self.witness.make(Watch(NAME, LOG, None))
        self.log.witnesses = [self.key]

    def reopened(self) -> WitnessFolder:
        custody = Custody(self.folder / "keys", lambda: b"passphrase", production=False, rounds=100_000)
        return WitnessFolder(self.folder, custody, lambda: self.clock)

    def take(self, note: bytes) -> list[str]:
        return take_cosignatures(self.log, self.log, note, self.clock)

    def later(self, log: MemoryLog, more: int) -> bytes:
        """A checkpoint a second later, over more entries."""
        self.clock += timedelta(seconds=1)
        return publish_checkpoint(grown(log, more), SIGNER, ORIGIN, self.clock)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "witness")


@pytest.fixture
def followed(world: World) -> Iterator[FollowedLog]:
    class Current:
        """Whatever log the world has at the moment."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.log, name)

    with serving(app_of(router(Current(), world.take))) as address:
        yield FollowedLog(address)


def look(world: World, followed: FollowedLog) -> bytes:
    return world.witness.look(followed.checkpoint(), followed.consistency, followed.served)


def test_it_cosigns_what_goes_on_and_the_log_serves_it(world: World, followed: FollowedLog) -> None:
    assert followed.cosigned() is None
    first = look(world, followed)
    assert verify_cosignature(first, world.key).at == AT
    assert followed.hand_in(first) == [NAME]
    assert followed.cosigned() == followed.checkpoint() == first
    world.later(world.log, 40)
    second = look(world, followed)
    assert verify_checkpoint(second, ORIGIN, SIGNER.public).size == 340
    world.witness = world.reopened()
    assert world.witness.seen() == (world.log.latest(), verify_checkpoint(second, ORIGIN, SIGNER.public))
    assert world.witness.cosigned() == world.clock


def test_looking_again_adds_no_second_line(world: World, followed: FollowedLog) -> None:
    followed.hand_in(look(world, followed))
    for _ in range(3):
        assert len(look(world, followed).splitlines()) == 7


def rewritten(log: MemoryLog, place: int) -> MemoryLog:
    """The log with another entry in one place, hashed as if nothing had happened."""
    made = MemoryLog()
    made.stored = [*log.stored]
    made.stored[place] = made.stored[place].replace(b"issue", b"act")
    made.tree = dict(grow(0, [], map(leaf_hash, made.stored))[1])
    made.at, made.commitments, made.witnesses = log.at, log.commitments, log.witnesses
    return made


@pytest.mark.parametrize("size", [300, 256])
def test_a_split_view_is_refused_named_and_proved(world: World, followed: FollowedLog, size: int) -> None:
    world.log = published(size)
    world.log.witnesses = [world.key]
    seen = look(world, followed)
    world.log = rewritten(world.log, 7)
    note = world.later(world.log, 20)
    with pytest.raises(LogMisbehaved) as found:
        look(world, followed)
    assert found.value.kind == "not-continued"
    proof = decode_misbehaviour(Path(found.value.proof).read_bytes())
    first, second = verify_misbehaviour(proof, ORIGIN, SIGNER.public)
    assert (first.size, second.size) == (size, size + 20)
    assert proof.second == note
    assert world.witness.seen()[1] == verify_checkpoint(seen, ORIGIN, SIGNER.public)
    assert world.reopened().cosigned() == AT


def test_two_roots_of_one_size_and_a_rollback_need_nothing_more(world: World, followed: FollowedLog) -> None:
    look(world, followed)
    honest = world.log
    world.log = rewritten(honest, 299)
    world.later(world.log, 0)
    for log, kind in ((world.log, Kind.TWO_ROOTS), (rewritten(published(120), 0), Kind.ROLLED_BACK)):
        world.log = log
        if kind is Kind.ROLLED_BACK:
            world.later(log, 0)
        with pytest.raises(LogMisbehaved) as found:
            look(world, followed)
        assert found.value.kind == kind.value
        assert decode_misbehaviour(Path(found.value.proof).read_bytes()).kind is kind


def test_an_old_copy_is_refused_and_proves_nothing(world: World, followed: FollowedLog) -> None:
    old = world.log.latest()
    world.later(world.log, 5)
    look(world, followed)
    with pytest.raises(Untrusted, match="checkpoint-older"):
        world.witness.look(old, followed.consistency, followed.served)
    assert not list(world.folder.glob("misbehaviour*"))


def test_a_log_that_gives_no_proof_is_not_cosigned_and_not_accused(world: World, followed: FollowedLog) -> None:
    look(world, followed)
    world.later(world.log, 5)
    with pytest.raises(Untrusted, match="consistency"):
        world.witness.look(world.log.latest(), lambda *_: [bytes(32)], followed.served)

    def silent(*_: object) -> list[bytes]:
        raise LogUnavailable("timeout")

    with pytest.raises(LogUnavailable):
        world.witness.look(world.log.latest(), silent, followed.served)
    assert not list(world.folder.glob("misbehaviour*"))
    assert world.witness.seen()[1].size == 300


def test_it_remembers_before_it_hands_out(world: World, followed: FollowedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    look(world, followed)
    world.later(world.log, 5)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            look(world, followed)
    assert world.reopened().seen()[1].size == 300
    assert verify_checkpoint(look(world, followed), ORIGIN, SIGNER.public).size == 305


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x")])
def test_a_lost_memory_stops_the_witness(world: World, followed: FollowedLog, damage: object) -> None:
    look(world, followed)
    damage(world.folder / SEEN)
    with pytest.raises(Usage) as stopped:
        look(world, followed)
    assert stopped.value.code == "witness-state"


def test_a_folder_without_a_witness_and_one_that_has_one(world: World, tmp_path: Path) -> None:
    nobody = WitnessFolder(tmp_path / "nobody", Custody(tmp_path, lambda: b"p", production=False), lambda: AT)
    for asked in (lambda: nobody.watch, lambda: nobody.look(b"", lambda *_: []), lambda: nobody.key):
        with pytest.raises(Usage) as refused:
            asked()
        assert refused.value.code == "no-witness"
    with pytest.raises(Usage) as refused:
        world.witness.make(Watch(NAME, LOG, None))
    assert refused.value.code == "witness-exists"
    (world.folder / WATCH).write_bytes(b"{}")
    with pytest.raises(Usage) as refused:
        _ = world.witness.watch
    assert refused.value.code == "witness-state"


def test_the_log_of_another_key_is_not_cosigned(world: World, followed: FollowedLog) -> None:
    other = memory_signer("other")
    note = publish_checkpoint(published(3), other, ORIGIN, AT)
    with pytest.raises(Untrusted, match="signature"):
        world.witness.look(note, followed.consistency)
    assert not (world.folder / COSIGNED).exists()


def test_tiles_of_every_height_give_the_root_that_is_served(world: World, followed: FollowedLog) -> None:
    for old in (1, 2, 3, 128, 255, 256, 257, 299, 300):
        root, path = followed.served(old, 300)
        assert root == read_root(world.log.nodes, old)
        assert len(path) <= 16


def test_a_note_full_of_lines_can_still_be_cosigned(world: World, followed: FollowedLog) -> None:
    note = world.log.latest()
    for number in range(15):
        note = cosign(note, f"witness-{number}.example", memory_signer(), AT)
    assert verify_cosignature(world.witness.look(note, followed.consistency), world.key).at == AT


@pytest.mark.parametrize(
    "address",
    [
        "", "log.example", "http://log.example", "ftp://127.0.0.1", "https://", "https://user@log.example",
        "https://log.example/?a=b", "https://log.example/#x", "https://log.example:x", "http://127.0.0.2.example",
        "https://日志.example", "https://" + "a" * 400,
    ],
)  # fmt: skip
def test_addresses_that_are_not_followed(address: str) -> None:
    with pytest.raises(Usage) as refused:
        check_address(address)
    assert refused.value.code == "log-address"


def test_answers_that_are_none(world: World) -> None:
    with pytest.raises(LogUnavailable, match="unreachable"):
        FollowedLog("http://127.0.0.1:9").checkpoint()
    for octets in (b"", b"{}", b'{"new":1,"old":1,"path":"x"}', b'{"new":1,"old":1,"path":["?"]}'):
        with pytest.raises(Malformed):
            read_consistency(octets)
    with serving(app_of(router(MemoryLog(), world.take))) as address:
        with pytest.raises(LogUnavailable, match="404 no-checkpoint"):
            FollowedLog(address).checkpoint()
        with pytest.raises(LogUnavailable, match="404 no-checkpoint"):
            FollowedLog(address).hand_in(published(3).latest())


@pytest.mark.parametrize("kept", [(), (SEEN, COSIGNED)], ids=["as after init", "an older memory"])
def test_a_folder_put_back_from_a_backup_goes_no_further(
    world: World, followed: FollowedLog, kept: tuple[str, ...]
) -> None:
    followed.hand_in(look(world, followed))
    backup = {name: (world.folder / name).read_bytes() for name in kept}
    world.later(world.log, 40)
    followed.hand_in(look(world, followed))
    world.witness.check_memory(followed.cosigned_by(NAME))
    for name in (SEEN, COSIGNED):
        (world.folder / name).unlink()
    for name, octets in backup.items():
        (world.folder / name).write_bytes(octets)
    world.witness = world.reopened()
    with pytest.raises(Usage) as refused:
        world.witness.check_memory(followed.cosigned_by(NAME))
    assert refused.value.code == "witness-state"


def test_what_is_not_of_this_witness_says_nothing_about_its_memory(world: World, followed: FollowedLog) -> None:
    world.witness.check_memory(None)
    world.witness.check_memory(followed.checkpoint())
    assert followed.cosigned_by("another.example") is None
    world.witness.check_memory(cosign(followed.checkpoint(), NAME, memory_signer("other"), AT))
