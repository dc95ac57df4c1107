"""A witness on its own machine: one folder with its key, what it was told to watch, and what it last cosigned.

    keys/witness.p8.pem   the witness's own key, made once        watch.json       its name, the log's key and address
    seen.note             the last checkpoint it cosigned         cosigned.note    the same, with the cosignature
    misbehaviour-….json   proof against the log, where there is any

The order is what makes a witness worth something: check, cosign, write `seen.note` to disk, and only then hand the
cosignature out. A folder that has handed out and has lost its memory goes no further, and neither does one whose memory
is older than what the log has from it. The folder is locked meanwhile,
so two commands at once cannot both be the next.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keys.custody import Custody
from keys.files import make_folder, sync_folder
from keys.signer import Signer
from keys.sm3 import sm3
from service.data_folder import unusable_folder
from service.errors import LogMisbehaved, LogUnavailable
from service.problem import Usage
from trust.errors import Malformed, TrustError, Untrusted
from trust.formats.checkpoint import (
    MAX_NOTE,
    SM2_TYPE,
    Checkpoint,
    parse_checkpoint,
    signed_alone,
    verify_checkpoint,
)
from trust.formats.cosignature import verify_cosignature, witness_key
from trust.formats.misbehaviour import Misbehaviour, accuse, encode_misbehaviour
from trust.formats.verifier_key import VerifierKey, decode_verifier_key, encode_verifier_key
from trust.log.witnessing import witness

KEY, WATCH, SEEN, COSIGNED, LOCK = "witness", "watch.json", "seen.note", "cosigned.note", "lock"
GRAVE = frozenset({"split-view", "rolled-back", "consistency"})
"""Reasons that speak against the log, and not only against the copy in hand."""
Joins = Callable[[int, int], Sequence[bytes]]
"""Gives the consistency proof from one size to another."""
Served = Callable[[int, int], tuple[bytes, Sequence[bytes]]]
"""Gives the root that the first entries have in the larger tree, and its path, as the log serves them."""


@dataclass(frozen=True)
class Watch:
    """What a witness was told: its own name, the key of the log, and where the log is, if it has an address."""

    name: str
    log: VerifierKey
    address: str | None


class WitnessFolder:
    """A witness in a folder; `custody` has its key."""

    def __init__(self, folder: Path, custody: Custody, now: Callable[[], datetime]) -> None:
        self._folder, self._custody, self._now = folder, custody, now

    def make(self, watch: Watch) -> VerifierKey:
        """Make the folder with a key of its own; the key to hand to the log and to verifiers.

        Raises:
            Usage: there is a witness already, or the folder does not take it.
            KeysError: the key cannot be made.

        """
        try:
            make_folder(self._folder)
        except OSError as error:
            raise unusable_folder(self._folder, error) from error
        if (self._folder / WATCH).exists():
            raise Usage(
                "witness-exists", f"{self._folder} 里已有见证方。", f"there is a witness in {self._folder} already."
            )
        made = self._custody.open(f"file:{KEY}") if KEY in self._custody.names() else self._custody.make(KEY)
        key = witness_key(watch.name, made.public)
        said = {"address": watch.address, "log": encode_verifier_key(watch.log), "name": watch.name}
        self._write(WATCH, json.dumps(said, ensure_ascii=False, sort_keys=True).encode())
        return key

    @property
    def watch(self) -> Watch:
        """What this witness watches; raises Usage where there is none, or what stands there is none."""
        try:
            said = json.loads((self._folder / WATCH).read_bytes())
            return Watch(said["name"], decode_verifier_key(said["log"], SM2_TYPE), said["address"])
        except FileNotFoundError:
            raise self._none() from None
        except (OSError, ValueError, KeyError, TypeError, Malformed) as error:
            raise self._damaged(WATCH) from error

    @property
    def key(self) -> VerifierKey:
        """The key of this witness, as verifiers need it."""
        return witness_key(self.watch.name, self._signer().public)

    def seen(self) -> tuple[bytes, Checkpoint] | None:
        """The last checkpoint that was cosigned, None before the first.

        Raises:
            Usage: `witness-state`; what was remembered is lost or damaged.

        """
        note, log = self._read(SEEN), self.watch.log
        if note is None:
            if (self._folder / COSIGNED).exists():
                raise self._damaged(SEEN)
            return None
        try:
            return note, verify_checkpoint(note, log.name, log.public)
        except TrustError as error:
            raise self._damaged(SEEN) from error

    def cosigned(self) -> datetime | None:
        """When the last cosignature was given, None before the first."""
        note = self._read(COSIGNED)
        return None if note is None else verify_cosignature(note, self.key).at

    def check_memory(self, theirs: bytes | None) -> None:
        """Hold the memory against the newest note that the log has from this very witness.

        A memory that is older comes from a backup: between it and that note anything may have been cosigned. So the
        witness goes no further, under this name and key.

        Raises:
            Usage: `witness-state`.

        """
        log, seen = self.watch.log, self.seen()
        if theirs is None:
            return
        try:
            found = verify_checkpoint(theirs, log.name, log.public)
            verify_cosignature(theirs, self.key)
        except TrustError:
            return  # not this log's word, or not cosigned by this key: it says nothing about this witness
        if seen is None or (found.size, found.at) > (seen[1].size, seen[1].at):
            raise self._older(found.size)

    def look(self, note: bytes, joins: Joins, served: Served | None = None) -> bytes:
        """Check a note against what was seen, remember it, and return it cosigned.

        Raises:
            LogMisbehaved: the log contradicts itself, and the proof is in the folder.
            Untrusted: it is not to be cosigned; nothing was remembered.
            Malformed: not a checkpoint.
            Usage: `witness-state`.
            LogUnavailable: the log gave no proof.

        """
        with self._locked():
            watch, signer, seen = self.watch, self._signer(), self.seen()
            new = verify_checkpoint(note, watch.log.name, watch.log.public)
            note = signed_alone(note, watch.log.name, watch.log.key_id)
            joined = joins(seen[1].size, new.size) if seen and 0 < seen[1].size < new.size else ()
            try:
                cosigned = witness(
                    seen and seen[1],
                    note,
                    joined,
                    origin=watch.log.name,
                    log_key=watch.log.public,
                    name=watch.name,
                    signer=signer,
                    at=self._now(),
                )
            except Untrusted as refused:
                if seen is not None and refused.reason in GRAVE:
                    self._accuse(seen[0], note, watch.log, served)
                raise
            if seen is None or (new.size, new.at) > (seen[1].size, seen[1].at):
                self._write(SEEN, note)
            self._write(COSIGNED, cosigned)
            return cosigned

    def _accuse(self, seen: bytes, note: bytes, log: VerifierKey, served: Served | None) -> None:
        """Keep the proof against the log and raise, if there is one."""
        proof = accusation(seen, note, log, served)
        if proof is not None:
            octets = encode_misbehaviour(proof)
            name = f"misbehaviour-{sm3(octets).hex()[:12]}.json"
            self._write(name, octets)
            raise LogMisbehaved(proof.kind.value, str(self._folder / name))

    def _signer(self) -> Signer:
        self.watch  # noqa: B018  (a folder without a witness is told as that, and not as a missing key)
        return self._custody.open(f"file:{KEY}")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._folder.is_dir():
            raise self._none()
        with (self._folder / LOCK).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self, name: str) -> bytes | None:
        try:
            with (self._folder / name).open("rb") as file:
                return file.read(MAX_NOTE + 1)
        except FileNotFoundError:
            return None

    def _write(self, name: str, octets: bytes) -> None:
        """A file in place of the one of before: on disk, whole, before this returns."""
        beside = self._folder / f".{name}"
        with beside.open("wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._folder / name)
        sync_folder(self._folder)

    def _none(self) -> Usage:
        return Usage(
            "no-witness",
            f"{self._folder} 里没有见证方；先运行 `yinzheng witness init`。",
            f"there is no witness in {self._folder}; run `yinzheng witness init` first.",
        )

    def _older(self, size: int) -> Usage:
        return Usage(
            "witness-state",
            f"日志那里有这个见证方对 {size} 条的会签，{self._folder} 里没有：这是从备份恢复的旧记录。"
            "不再会签；请另建见证方（新名称、新密钥）。",
            f"the log has this witness's cosignature over {size} entries and this folder has not: it was restored from "
            "an older copy. Begin anew under another name and key.",
        )

    def _damaged(self, name: str) -> Usage:
        return Usage(
            "witness-state",
            f"见证方的记录 {self._folder / name} 丢失或损坏，不再会签；请另建见证方（新名称、新密钥）。",
            f"the witness's record {name} is lost or damaged; begin anew under another name and key.",
        )


def accusation(one: bytes, other: bytes, log: VerifierKey, served: Served | None) -> Misbehaviour | None:
    """The proof of misbehaviour that two notes make, with what the log serves where that is needed.

    Raises:
        Malformed, Untrusted: one of them is no checkpoint of this log.

    """
    found = accuse(one, other, log.name, log.public, None)
    if found is not None or served is None:
        return found
    old, new = sorted(parse_checkpoint(note)[0].size for note in (one, other))
    if not 0 < old < new:
        return None
    try:
        shown = served(old, new)
    except LogUnavailable:
        return None  # a log that does not answer is suspicious, and proves nothing
    return accuse(one, other, log.name, log.public, shown)
