"""Promises of the real service, asked for in a process that may be killed, and judged in one that starts afterwards.

A promise is asked for under a key of its own. `Promised` is the subject that a list of promises makes: it opens the
installation in a fresh process, tells the client every answer, and complains after the restart unless

    P1  what was acknowledged is there, octet for octet, and verifies as it did
    P2  no number, entry of a status list, place in the log or act exists twice
    P3  asked for again under its key, everything is taken up and comes out as it was acknowledged; and once more
    P4  every signature by a key of the installation is over something that was on record before it was made
    P6  the stored log hashes to every checkpoint that was ever seen
    P8  no list's number is below one that was seen

A signature is told to the client before it is used, so one that was made and came to nothing counts too.
"""

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from traceback import format_exception
from typing import Any, TypeVar
from unittest.mock import patch

from argon2 import PasswordHasher
from sqlalchemy import Column, LargeBinary, func, select

from issuer.store import licence
from keys.custody import SoftwareSigner
from keys.key_file import ROUNDS_MIN
from keys.sm3 import sm3
from service.city import read_city
from service.data_folder import DEMO_CITY
from service.directory import MAKER
from service.opening import open_installation
from service.problems import problem_of
from service.settings import Settings
from service.wiring import Yinzheng
from tests.crash.subject import Client, Journal, acknowledged
from trust.certification.store import time_stamp
from trust.certification.trust_listing import NAME
from trust.log.checkpointing import audit_log
from trust.log.store import log_commitment
from trust.revocation.store.tables import act, status_slot
from trust.store import METADATA

Facts = Mapping[str, Any]
Answer = TypeVar("Answer")
ATTEMPTS = 4
STAMPS = "file:time-stamp"
BY_THE_RECORD_OF_ITS_STEP = f"file:{MAKER}"
"""The seal maker signs a seal that was applied for and approved under its number; that record is the plan."""
SIGNED_OVER = {"to_be_signed", "tbs"}
"""Columns that hold the octets to be signed; everywhere else it is their digest that is on record."""


@dataclass(frozen=True)
class Promise:
    """Something that is asked for under a key: the facts of the answer, and the complaints where they do not hold."""

    key: str
    ask: Callable[[Yinzheng, str], Facts]
    holds: Callable[[Yinzheng, Facts], Sequence[str]]


def nothing(_: Yinzheng) -> None:
    """Nothing stands before the work."""


@dataclass(frozen=True)
class Promised:
    """The subject that promises make. `changed` is a fault that is built in on purpose, while the work is done."""

    promises: Sequence[Promise]
    before: Callable[[Yinzheng], None] = nothing
    founded: bool = True
    changed: Callable[[], AbstractContextManager[object]] = nullcontext

    def lay(self, tree: Path) -> None:
        """See `Subject`."""
        if self.founded:
            with opened(tree) as yinzheng:
                yinzheng.found()
                self.before(yinzheng)

    def work(self, tree: Path, client: Client) -> None:
        """See `Subject`. A refusal is told as the problem that it is, and the same is asked for once more."""
        with (
            self.changed(),
            watched(lambda digest, by: client.tell(signed=digest, by=by)),
            ExitStack() as opening,
            suppress(GivenUpError),
        ):
            yinzheng = insisting(client, "open", lambda: opening.enter_context(opened(tree)))
            for promise in self.promises:
                facts = insisting(client, promise.key, partial(promise.ask, yinzheng, promise.key))
                client.tell(
                    promise=promise.key, facts=facts, heads=insisting(client, "heads", partial(heads, yinzheng))
                )

    def check(self, tree: Path, journal: Journal) -> list[str]:
        """See `Subject`."""
        kept, made = acknowledged(journal), list[tuple[str, str]]()
        signed = [(said["signed"], said["by"]) for said in journal if "signed" in said]
        seen = [said["heads"] for said in journal if "heads" in said]
        complaints = [
            f"P3 {said['promise']}: {said['facts']}, and {kept[said['promise']]}"
            for said in journal
            if "promise" in said and said["facts"] != kept[said["promise"]]
        ]
        with watched(lambda digest, by: made.append((digest, by))), opened(tree) as yinzheng:
            for promise in self.promises:
                if promise.key in kept:
                    complaints += [f"P1 {promise.key}: {one}" for one in promise.holds(yinzheng, kept[promise.key])]
            complaints += chain_of(yinzheng, seen) + unplanned(yinzheng, signed)
            for promise in self.promises:
                complaints += self._taken_up(yinzheng, promise, kept.get(promise.key))
            complaints += chain_of(yinzheng, [*seen, heads(yinzheng)]) + unplanned(yinzheng, [*signed, *made])
            complaints += repeated(yinzheng)
        return complaints

    def _taken_up(self, yinzheng: Yinzheng, promise: Promise, told: Facts | None) -> list[str]:
        first, second = promise.ask(yinzheng, promise.key), promise.ask(yinzheng, promise.key)
        complaints = [] if first == second else [f"P3 {promise.key}: {first}, then {second}"]
        if told is None:
            complaints += [f"P1 {promise.key}, taken up: {one}" for one in promise.holds(yinzheng, first)]
        elif told != first:
            complaints.append(f"P3 {promise.key}: {told} was acknowledged, now it is {first}")
        return complaints


class GivenUpError(Exception):
    """It was asked for again and again, and refused each time."""


def insisting(client: Client, what: str, ask: Callable[[], Answer]) -> Answer:
    """The answer to a question, which is repeated after a refusal; what the client is told is what an outlet says.

    Raises:
        GivenUpError: it never came.

    """
    for _ in range(ATTEMPTS):
        try:
            return ask()
        except Exception as error:  # noqa: BLE001  (as the outlets do: whatever it is, the client gets a problem)
            problem = problem_of(error)
            known = {"code": problem.code, "status": problem.status, "zh": problem.zh, "en": problem.en}
            client.tell(problem=known, what=what, said="".join(format_exception(error))[-1500:])
    raise GivenUpError(what)


@contextmanager
def opened(tree: Path) -> Iterator[Yinzheng]:
    """The installation in a tree, as a process opens it; keys cost little work here, and nobody signs in."""
    settings = Settings(data=tree / "data", key_rounds=ROUNDS_MIN, database=None, passphrase=None, production=False)
    with patch.object(PasswordHasher, "hash", lambda *_: ""):  # nobody signs in, and it costs more than all the rest
        yinzheng = open_installation(settings, city=replace(read_city(DEMO_CITY), people=()))
    try:
        yield yinzheng
    finally:
        yinzheng.archive.engine.dispose()


@contextmanager
def watched(tell: Callable[[str, str], object]) -> Iterator[None]:
    """Tell of every signature by a key file, before whoever asked for it has it: SM3 of what was signed, and the key."""
    sign = SoftwareSigner.sign

    def signing(signer: SoftwareSigner, message: bytes) -> bytes:
        signature = sign(signer, message)
        if signer.reference.startswith("file:"):
            tell(sm3(message).hex(), signer.reference)
        return signature

    with patch.object(SoftwareSigner, "sign", signing):
        yield


# --- what holds over everything ------------------------------------------------------------------------------------------


def heads(yinzheng: Yinzheng) -> dict[str, Any]:
    """What a stranger has seen who keeps everything that is published: checkpoint, numbers of the lists."""
    archive = yinzheng.archive
    note, listed = archive.log.latest(), archive.trust_lists.current(NAME)
    current = ((shard, archive.publications.current(shard)) for shard in archive.publications.lists())
    numbers = {f"status/{shard}": one.number for shard, one in current if one is not None}
    return {
        "note": b64encode(note).decode() if note else None,
        "numbers": numbers | ({"trust-list": listed.number} if listed else {}),
    }


def chain_of(yinzheng: Yinzheng, seen: Sequence[Mapping[str, Any]]) -> list[str]:
    """P6 and P8: the log hashes to every checkpoint, stored or seen; nothing that was numbered went back."""
    log, complaints = yinzheng.archive.log, list[str]()
    notes = [b64decode(one["note"]) for one in seen if one["note"]] + log.checkpoints()
    if notes:
        signer, _ = yinzheng.directory.service("log")
        try:
            audit_log(log, notes, yinzheng.publisher.origin, signer.public)
        except Exception as error:  # noqa: BLE001  (whatever it is, the log does not hold)
            complaints.append(f"P6 {error!r}")
    now = heads(yinzheng)["numbers"]
    for one in seen:
        gone = {name: number for name, number in one["numbers"].items() if now.get(name, 0) < number}
        complaints += [f"P8 {name} {number} was seen, now it is {now.get(name)}" for name, number in gone.items()]
    return complaints


def unplanned(yinzheng: Yinzheng, signed: Sequence[tuple[str, str]]) -> list[str]:
    """P4: signatures over something that nothing on record names; time stamps are planned by number, so counted."""
    recorded = on_record(yinzheng)
    wanted = [(digest, by) for digest, by in signed if by not in {STAMPS, BY_THE_RECORD_OF_ITS_STEP}]
    complaints = [f"P4 {by} signed {digest}, and no record of it" for digest, by in wanted if digest not in recorded]
    made = sum(by == STAMPS for _, by in signed)
    with yinzheng.archive.engine.connect() as connection:
        planned = connection.scalar(select(func.count()).select_from(time_stamp)) or 0
    return complaints + ([f"P4 {made} time stamps, {planned} planned"] if made > planned else [])


def on_record(yinzheng: Yinzheng) -> set[str]:
    """The digests of everything that some row names as signed or to be signed, in hexadecimal."""
    found: set[str] = set()
    with yinzheng.archive.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            columns = [column for column in table.columns if _may_name(column)]
            for row in connection.execute(select(*columns)) if columns else ():
                for column, value in zip(columns, row, strict=True):
                    if isinstance(value, bytes):
                        found.add(sm3(value).hex() if column.name in SIGNED_OVER else value.hex())
                    elif isinstance(value, str):
                        found.add(value.removeprefix("sm3:"))
    return found


def _may_name(column: Column[Any]) -> bool:
    """Whether a column holds octets to be signed, or digests."""
    if isinstance(column.type, LargeBinary):
        return column.name in SIGNED_OVER or column.type.length == 32
    return getattr(column.type, "length", None) == 80


def repeated(yinzheng: Yinzheng) -> list[str]:
    """P2: what may exist once, and exists more than once."""
    once = {
        "identifier": (licence.c.identifier,),
        "number": (licence.c.issuer_code, licence.c.type_code, licence.c.number, licence.c.predecessor),
        "status entry": (status_slot.c.shard, status_slot.c.entry),
        "subject of an entry": (status_slot.c.subject,),
        "commitment": (log_commitment.c.commitment,),
        "act": (act.c.subject, act.c.sequence),
        "key of an act": (act.c.idempotency_key,),
    }
    with yinzheng.archive.engine.connect() as connection:
        counted = {name: Counter(map(tuple, connection.execute(select(*some)))) for name, some in once.items()}
    return [f"P2 {name} {value}" for name, one in counted.items() for value, times in one.items() if times > 1]
