"""Acts, entries and publications in memory: the ports' second implementation, open to the hands of a test."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from trust.errors import Conflict
from trust.revocation.errors import NotPublished, SubjectUnknown
from trust.revocation.ports import Activity, Listed, PlannedList, Publication, RecordedAct, Served, Shown
from trust.rules.carried_over import Carried
from trust.rules.standing import Act, Status
from trust.rules.status_pointer import StatusPointer

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


class CountingRandom:
    """Octets that differ at each call and are the same in each run."""

    def __init__(self, start: int = 0) -> None:
        self.calls = start

    def __call__(self, count: int) -> bytes:
        self.calls += 1
        return (self.calls * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big").rjust(count, b"\x00")[-count:]


class MemoryRegister:
    """`Acts`, `ListedActs`, `Slots`, and what one recording sees; all public."""

    def __init__(self) -> None:
        self.pointers: dict[str, StatusPointer] = {}
        self.recorded: dict[str, list[RecordedAct]] = {}
        self.keys: dict[str, RecordedAct] = {}
        self.status: dict[str, Status] = {}
        self.carried: dict[int, Sequence[Carried]] = {}

    def enrol(self, subject: str, shard: int = 0, index: int = 0) -> str:
        self.pointers[subject], self.recorded[subject] = StatusPointer(shard, index), []
        return subject

    # Acts
    def of(self, wanted: str | Sequence[str]) -> Sequence[Act] | Mapping[str, StatusPointer]:
        if not isinstance(wanted, str):
            return {subject: self.pointers[subject] for subject in wanted if subject in self.pointers}
        if wanted not in self.recorded:
            raise SubjectUnknown("subject-unknown")
        return [one.act for one in self.recorded[wanted]]

    def carried_over(self, subject: str) -> Carried | None:
        pointer = self.pointers.get(subject, StatusPointer(0, 0))
        return next((one for one in self.carried.get(pointer.list, ()) if one.entry == pointer.index), None)

    def by_key(self, key: str) -> RecordedAct | None:
        known = self.keys.get(key)
        return known and self.recorded[known.act.subject][known.act.sequence - 1]

    @contextmanager
    def recording(self, subject: str) -> Iterator["MemoryRecording"]:
        self.of(subject)
        yield MemoryRecording(self, subject)

    def unlogged(self, limit: int) -> Sequence[RecordedAct]:
        return [one for acts in self.recorded.values() for one in acts if one.log_index is None][:limit]

    def mark_logged(self, indexes: Mapping[tuple[str, int], int]) -> None:
        for (subject, sequence), index in indexes.items():
            acts = self.recorded[subject]
            acts[sequence - 1] = replace(acts[sequence - 1], log_index=index)

    # ListedActs
    def listed(self, shard: int, log_size: int, at: datetime, shown: Shown | None = None) -> Listed:
        """The plain way: every entry is made from its acts."""
        moving = []
        for subject, pointer in self.pointers.items():
            logged = [one for one in self.recorded[subject] if one.log_index is not None and one.log_index < log_size]
            if pointer.list == shard and logged:
                moving.append((pointer.index, [one.act for one in logged]))
        carried = self.carried.get(shard, ())
        return Listed(sum(len(acts) for _, acts in moving), (), moving, carried)

    def activity(self, shard: int, after: datetime) -> Activity:
        subjects = [subject for subject, pointer in self.pointers.items() if pointer.list == shard]
        acts = [one.act for subject in subjects for one in self.recorded[subject]]
        return Activity(len(acts), min((act.effective_at for act in acts if act.effective_at > after), default=None))

    # Slots
    def lists(self) -> list[int]:
        return sorted({pointer.list for pointer in self.pointers.values()})

    def take(self, wanted: Mapping[str, int], *, size: int, full: int) -> Mapping[str, StatusPointer]:
        assert full < size
        allotted = Counter(pointer.list for pointer in self.pointers.values())
        shard = next(shard for shard in range(10_000) if allotted[shard] < full)
        for subject, entry in wanted.items():
            if subject not in self.pointers and StatusPointer(shard, entry) not in self.pointers.values():
                self.enrol(subject, shard, entry)
        return {subject: self.pointers[subject] for subject in wanted if subject in self.pointers}


class MemoryRecording:
    def __init__(self, register: MemoryRegister, subject: str) -> None:
        self.register, self.subject = register, subject

    def acts(self) -> Sequence[Act]:
        return self.register.of(self.subject)

    def carried_over(self) -> Carried | None:
        return self.register.carried_over(self.subject)

    def by_key(self, key: str) -> RecordedAct | None:
        return self.register.by_key(key)

    def add(self, act: Act, *, salt: bytes, key: str, body: bytes, status: Status) -> None:
        if key in self.register.keys:
            raise Conflict("act-busy")
        recorded = RecordedAct(act, salt, body, None)
        self.register.recorded[self.subject].append(recorded)
        self.register.keys[key] = recorded
        self.register.status[self.subject] = status


class MemoryPublications:
    """`Publications` and `PublishedLists`."""

    def __init__(self) -> None:
        self.planned: dict[tuple[int, int], PlannedList] = {}
        self.all: dict[tuple[int, int], Publication] = {}
        self.now: dict[int, int] = {}

    def current(self, shard: int) -> Publication | None:
        return self.all[shard, self.now[shard]] if shard in self.now else None

    def highest(self, shard: int) -> int:
        return max((number for some, number in self.planned if some == shard), default=0)

    def plan(self, planned: PlannedList) -> None:
        if planned.number <= self.highest(planned.list):
            raise Conflict("number-not-greater")
        self.planned[planned.list, planned.number] = planned

    def complete(self, shard: int, number: int, octets: bytes) -> None:
        if (shard, number) in self.all or (shard, number) not in self.planned:
            raise Conflict("not-planned")
        one = self.planned[shard, number]
        times = (one.at, one.next_update, one.ttl_s)
        self.all[shard, number] = Publication(shard, number, *times, one.act_count, octets)

    def stored(self, shard: int, number: int) -> bytes:
        if (shard, number) not in self.all:
            raise NotPublished("list-unknown")
        return self.all[shard, number].octets

    def make_current(self, shard: int, number: int) -> None:
        self.stored(shard, number)
        if number <= self.now.get(shard, 0):
            raise Conflict("number-not-greater")
        self.now[shard] = number

    def at_time(self, shard: int, instant: datetime) -> Publication | None:
        known = [one for (some, _), one in self.all.items() if some == shard and one.at <= instant]
        found = max(known, key=lambda one: one.number, default=None)
        return found if found and instant < found.next_update else None

    def lists(self) -> Iterator[int]:
        return iter(sorted(self.now))

    def second_form(self, shard: int) -> Served | None:
        found = self.current(shard)
        return None if found is None else Served(b"second form of " + found.octets, found.ttl_s)
