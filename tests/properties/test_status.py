"""Status lists: entries come back, nothing final is lost unseen, and random octets are refused in one way."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from keys.custody import memory_signer
from tests.unit.trust.log.memory import MemoryLog
from tests.unit.trust.revocation.register import CountingRandom, MemoryPublications, MemoryRegister
from trust.errors import Malformed, TrustError
from trust.formats.status_list import StatusList, decode_status_list, encode_status_list, entries_lost, pack
from trust.revocation.acting import Order, act
from trust.revocation.publishing import due, open_status_list, publish
from trust.rules.grounds import grounds_for
from trust.rules.standing import LIST_VALUE, ActKind, standing_at

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
SIGNER = memory_signer()
VALUES = st.dictionaries(st.integers(0, 255), st.integers(0, 3))
LIST = StatusList("https://h/status/0", 0, 1, AT, AT + timedelta(hours=1), 60, 0, bytes(64))


@given(VALUES)
def test_entries_come_back(values: dict[int, int]) -> None:
    made = decode_status_list(encode_status_list(replace(LIST, bits=pack(values.items(), 256))))
    assert {index: made.value(index) for index in range(256)} == dict.fromkeys(range(256), 0) | values


@given(VALUES, VALUES)
def test_a_lost_entry_is_seen_exactly_when_there_is_one(before: dict[int, int], after: dict[int, int]) -> None:
    lost = any(value == 1 and after.get(index) != 1 for index, value in before.items())
    assert entries_lost(pack(before.items(), 256), pack(after.items(), 256)) is lost


@given(st.binary(max_size=300), st.integers(0, 10**6), st.integers(1, 255))
def test_random_and_damaged_octets_are_refused_in_one_way(octets: bytes, place: int, flip: int) -> None:
    damaged = bytearray(encode_status_list(LIST))
    damaged[place % len(damaged)] ^= flip
    for payload in (octets, bytes(damaged)):
        with suppress(Malformed):
            decode_status_list(payload)


class Office(RuleBasedStateMachine):
    """Acts in any order, publishing when due; the served list always says what the acts say, and never forgets."""

    subjects = Bundle("subjects")

    @initialize()
    def open(self) -> None:
        self.register, self.log, self.random = MemoryRegister(), MemoryLog(), CountingRandom()
        self.publications, self.at, self.finals = MemoryPublications(), AT, set()

    @rule(target=subjects)
    def issue(self) -> str:
        index = len(self.register.pointers) % 64
        return self.register.enrol(f"s{len(self.register.pointers)}", len(self.register.pointers) // 64, index)

    @rule(subject=subjects, kind=st.sampled_from(ActKind), ground=st.integers(0, 5), ahead=st.integers(-90, 90))
    def act(self, subject: str, kind: ActKind, ground: int, ahead: int) -> None:
        grounds = grounds_for(kind)
        chosen = grounds[ground % len(grounds)]
        authority = min(chosen.authorities)
        order = Order(
            kind, subject, chosen.code, "事由", "official", self.at + timedelta(minutes=ahead), None, authority
        )
        try:
            act(self.register, self.log, order, key=str(self.random.calls), at=self.at, random=self.random)
        except TrustError:
            self.random(1)

    @rule(minutes=st.integers(1, 120))
    def wait(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule()
    def work(self) -> None:
        if not due(self.register, self.publications.current(0), self.at):
            return
        publish(
            self.register,
            self.publications,
            SIGNER,
            shard=0,
            uri="https://h/status/0",
            at=self.at,
            log_size=self.log.size(),
            next_update=self.at + timedelta(hours=12),
            size=64,
        )

    @invariant()
    def what_is_served_is_what_the_acts_say(self) -> None:
        current = self.publications.current(0) if hasattr(self, "publications") else None
        if current is None or due(self.register, current, self.at):
            return
        served = open_status_list(current.octets, SIGNER.public)
        for subject, pointer in self.register.pointers.items():
            if pointer.list == 0:
                value = served.value(pointer.index)
                assert value == LIST_VALUE[standing_at(self.register.of(subject), self.at).status]
                assert value == 1 or pointer.index not in self.finals
                if value == 1:
                    self.finals.add(pointer.index)


TestOffice = Office.TestCase
