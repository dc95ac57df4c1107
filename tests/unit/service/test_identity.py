"""Identity: signing in, lock-out, sessions, and the same work for a login that nobody has."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier, Event, Thread

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from keys.randomness import random_octets
from keys.sm3 import hmac_sm3
from service import identity as module
from service.identity import (
    FAILURES,
    LASTING,
    WITHIN,
    Busy,
    Identity,
    NotAllowed,
    NotSignedIn,
    OtherKind,
    Person,
    Role,
    TooManyTries,
    WrongCredentials,
    form_token,
    nobodys_hash,
    require,
)
from service.trail.doing import beginning

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
KEY = bytes(range(32))
OFFICIAL = Person("scjg", "周明远", Role.OFFICIAL, "11530199MB0T35T1XE")


class MemoryPeople:
    """`People` in dictionaries."""

    def __init__(self) -> None:
        self.people: dict[str, tuple[Person, str]] = {}
        self.sessions: dict[bytes, tuple[str, datetime]] = {}
        self.forged: set[str] = set()
        self.put_back: set[str] = set()

    def enrol(self, person: Person, password_hash: str) -> None:
        self.people[person.login] = person, password_hash

    def find(self, login: str) -> tuple[Person, str] | None:
        return None if login in self.forged else self.people.get(login)

    def is_forged(self, login: str) -> bool:
        return login in self.forged

    def is_amiss(self, login: str) -> bool:
        return login in self.forged | self.put_back

    def is_holders(self, login: str) -> bool | None:
        known = self.people.get(login)
        return known and known[0].role is Role.HOLDER

    def open_session(self, digest: bytes, login: str, ends_at: datetime) -> str | None:
        self.sessions[digest] = login, ends_at
        return None if login in self.put_back else f"mark of {login}"

    def session(self, digest: bytes) -> tuple[Person, datetime] | None:
        found = self.sessions.get(digest)
        return found and (self.people[found[0]][0], found[1])

    def end_session(self, digest: bytes) -> None:
        self.sessions.pop(digest, None)


class CountingHasher(PasswordHasher):
    """Counts the passwords it was asked about, and keeps the hashes."""

    def __init__(self) -> None:
        super().__init__(1, 8, 1)
        self.asked: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002  (argon2's own name)
        self.asked.append(str(hash))
        return super().verify(hash, password)


@pytest.fixture
def people() -> MemoryPeople:
    return MemoryPeople()


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def identity(people: MemoryPeople, hasher: CountingHasher) -> Identity:
    made = Identity(people, random_octets, lambda: KEY, hasher)
    made.enrol(OFFICIAL, "demo-scjg")
    return made


def fail(identity: Identity, login: str = "scjg", at: datetime = AT) -> None:
    with pytest.raises(WrongCredentials):
        identity.sign_in(login, "wrong", at)


def test_signing_in_gives_a_session_for_eight_hours(identity: Identity) -> None:
    token = identity.sign_in("scjg", "demo-scjg", AT)
    session = identity.session(token, AT)
    assert (session.person, session.ends_at) == (OFFICIAL, AT + LASTING)
    assert identity.session(token, AT + LASTING - timedelta(microseconds=1)).person == OFFICIAL
    with pytest.raises(NotSignedIn):
        identity.session(token, AT + LASTING)


def test_only_the_digest_of_a_token_is_kept(identity: Identity, people: MemoryPeople) -> None:
    token = identity.sign_in("scjg", "demo-scjg", AT)
    assert list(people.sessions) == [hmac_sm3(KEY, token.encode())], "a key is needed that is not stored with them"
    assert len(bytes.fromhex(token)) == 32
    assert token not in repr(people.sessions)


@pytest.mark.parametrize("token", [None, "", "0" * 64, "no hexadecimal", "\ud7ff", "x" * 100_000])
def test_tokens_that_open_nothing(identity: Identity, token: str | None) -> None:
    identity.sign_in("scjg", "demo-scjg", AT)
    with pytest.raises(NotSignedIn):
        identity.session(token, AT)


def test_signing_out_ends_this_session_and_no_other(identity: Identity) -> None:
    first, second = (identity.sign_in("scjg", "demo-scjg", AT) for _ in range(2))
    identity.sign_out(first)
    identity.sign_out(first)
    with pytest.raises(NotSignedIn):
        identity.session(first, AT)
    assert identity.session(second, AT).person == OFFICIAL


@pytest.mark.parametrize("password", ["", "Demo-scjg", "demo-scjg ", "demo-scjg\x00", "\ud800", "x" * 1_000_000])
def test_wrong_passwords(identity: Identity, password: str) -> None:
    with pytest.raises(WrongCredentials):
        identity.sign_in("scjg", password, AT)


def test_a_password_is_compared_to_its_last_character(identity: Identity, people: MemoryPeople) -> None:
    identity.enrol(OFFICIAL, "x" * 1024)
    with pytest.raises(WrongCredentials):
        identity.sign_in("scjg", "x" * 1025, AT)
    assert identity.sign_in("scjg", "x" * 1024, AT)


def test_a_stored_hash_that_is_none_opens_nothing(identity: Identity, people: MemoryPeople) -> None:
    people.enrol(OFFICIAL, "not a hash")
    with pytest.raises(WrongCredentials):
        identity.sign_in("scjg", "demo-scjg", AT)


def test_a_login_nobody_has_costs_the_same_work_and_says_the_same(
    identity: Identity, people: MemoryPeople, hasher: CountingHasher
) -> None:
    said = []
    for login in ("scjg", "nobody"):
        with pytest.raises(WrongCredentials) as refusal:
            identity.sign_in(login, "wrong", AT)
        said.append((str(refusal.value), refusal.value.args))
    assert said[0] == said[1]
    real, decoy = hasher.asked
    assert real == people.people["scjg"][1]
    assert decoy.rpartition("$")[0].rpartition("$")[0] == real.rpartition("$")[0].rpartition("$")[0]
    assert decoy != real


def test_a_forged_account_costs_the_same_work_and_says_the_same(
    identity: Identity, people: MemoryPeople, hasher: CountingHasher
) -> None:
    people.forged.add("scjg")
    with pytest.raises(WrongCredentials) as refusal:
        identity.sign_in("scjg", "demo-scjg", AT)
    assert refusal.value.args == ()
    assert hasher.asked == [identity._decoy], "not the hash that somebody put there"


def test_an_old_account_that_was_put_back_says_the_same(identity: Identity, people: MemoryPeople) -> None:
    people.put_back.add("scjg")
    with beginning() as doing, pytest.raises(WrongCredentials):
        identity.sign_in("scjg", "demo-scjg", AT)
    assert (doing.failed, doing.about) == (True, {"login": "scjg", "account": "forged"})


def test_a_record_of_a_sign_in_says_which_account_it_was_on(identity: Identity) -> None:
    with beginning() as doing:
        identity.sign_in("scjg", "demo-scjg", AT)
    assert doing.actor is not None
    assert doing.actor.signed_in == {"account": "mark of scjg", "signed-in": "2026-11-21T04:00:00Z"}


def test_what_stands_for_nobodys_password_is_a_hash_that_takes_the_same_work() -> None:
    hasher = PasswordHasher()
    made = nobodys_hash(hasher, random_octets)
    told = extract_parameters(made)
    assert (told.memory_cost, told.time_cost, told.parallelism, told.salt_len, told.hash_len, told.type) == (
        *(hasher.memory_cost, hasher.time_cost, hasher.parallelism, hasher.salt_len, hasher.hash_len),
        hasher.type,
    )
    assert not hasher.check_needs_rehash(made)
    with pytest.raises(VerifyMismatchError):  # read, computed and found different, not refused as no hash
        hasher.verify(made, "nobody")
    assert nobodys_hash(hasher, random_octets) != made


def test_the_decoy_is_nobodys_password(identity: Identity) -> None:
    with pytest.raises(WrongCredentials):
        identity.sign_in("nobody", "nobody", AT)


def test_five_failures_close_a_login_even_to_the_right_password(identity: Identity, hasher: CountingHasher) -> None:
    for _ in range(FAILURES):
        fail(identity)
    asked = len(hasher.asked)
    with pytest.raises(TooManyTries):
        identity.sign_in("scjg", "demo-scjg", AT + WITHIN - timedelta(seconds=1))
    assert len(hasher.asked) == asked
    assert identity.sign_in("scjg", "demo-scjg", AT + WITHIN)


@pytest.mark.parametrize("login", ["x" * 65, "x" * 1_000_000, "scjg\x00", "\u202escjg"])
def test_a_login_that_nobody_can_have_costs_work_but_no_memory(
    identity: Identity, hasher: CountingHasher, login: str
) -> None:
    for _ in range(FAILURES + 2):
        fail(identity, login)
    assert len(hasher.asked) == FAILURES + 2
    assert identity._failures == {}


def test_the_table_of_failures_is_bounded_and_forgets_nobody(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making room would give everybody whose failures are dropped new tries."""
    monkeypatch.setattr(module, "MOST_COUNTED", 3)
    for login in ("scjg", "first", "second"):
        fail(identity, login)
    with pytest.raises(Busy):
        identity.sign_in("third", "wrong", AT)
    for _ in range(FAILURES - 1):
        fail(identity)
    with pytest.raises(TooManyTries):
        identity.sign_in("scjg", "demo-scjg", AT)
    assert set(identity._failures) == {"scjg", "first", "second"}
    fail(identity, "third", AT + WITHIN)


def test_a_closed_login_closes_no_other(identity: Identity) -> None:
    identity.enrol(Person("spj", "沈知夏", Role.OFFICIAL), "demo-spj")
    for _ in range(FAILURES):
        fail(identity)
    assert identity.sign_in("spj", "demo-spj", AT)


def test_success_wipes_the_failures_before_it(identity: Identity) -> None:
    for _ in range(3):
        for _ in range(FAILURES - 1):
            fail(identity)
        assert identity.sign_in("scjg", "demo-scjg", AT)


def test_failures_are_forgotten_one_by_one(identity: Identity) -> None:
    for minute in range(FAILURES):
        fail(identity, at=AT + timedelta(minutes=minute))
    with pytest.raises(TooManyTries):
        identity.sign_in("scjg", "demo-scjg", AT + WITHIN - timedelta(seconds=1))
    fail(identity, at=AT + WITHIN)
    with pytest.raises(TooManyTries):
        identity.sign_in("scjg", "demo-scjg", AT + WITHIN)


def test_guesses_made_together_are_counted_one_by_one(
    identity: Identity, hasher: CountingHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them wait at the gate, so each would find the count of the moment before any of the others failed."""
    together, outcomes = Barrier(20), list[str]()
    check = hasher.verify

    def slow(hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002  (argon2's own name)
        Event().wait(0.02)
        return check(hash, password)

    monkeypatch.setattr(hasher, "verify", slow)

    def guess(number: int) -> None:
        together.wait(10)
        try:
            identity.sign_in("scjg", f"guess {number}", AT)
        except (WrongCredentials, TooManyTries) as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"WrongCredentials": FAILURES, "TooManyTries": 20 - FAILURES}
    assert len(hasher.asked) == FAILURES


def test_who_was_turned_away_for_want_of_room_has_not_failed(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    for _ in range(module.AT_ONCE):
        identity._turn.acquire()
    for _ in range(FAILURES + 1):
        with pytest.raises(Busy):
            identity.sign_in("scjg", "demo-scjg", AT)
    for _ in range(module.AT_ONCE):
        identity._turn.release()
    assert identity.sign_in("scjg", "demo-scjg", AT)


def test_logins_that_nobody_has_are_closed_too_and_do_not_pile_up(identity: Identity) -> None:
    for _ in range(FAILURES):
        fail(identity, "nobody")
    with pytest.raises(TooManyTries):
        identity.sign_in("nobody", "wrong", AT)
    for place, at in zip(count(), (AT + timedelta(minutes=minute) for minute in range(30)), strict=False):
        fail(identity, f"guess {place}", at)
    assert len(identity._failures) <= WITHIN // timedelta(minutes=1) + 1


def test_only_so_many_passwords_are_looked_at_at_once(
    people: MemoryPeople, hasher: CountingHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)
    identity = Identity(people, random_octets, lambda: KEY, hasher)
    entered, leave = [Event() for _ in range(module.AT_ONCE)], Event()
    waiting = iter(entered)

    def slow(hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002  (argon2's own name)
        next(waiting).set()
        leave.wait(10)
        return True

    monkeypatch.setattr(hasher, "verify", slow)
    threads = [Thread(target=fail, args=(identity, f"somebody {one}")) for one in range(module.AT_ONCE)]
    for thread in threads:
        thread.start()
    assert all(event.wait(10) for event in entered)
    with pytest.raises(Busy):
        identity.sign_in("scjg", "demo-scjg", AT)
    leave.set()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    identity.enrol(OFFICIAL, "demo-scjg")
    assert identity.sign_in("scjg", "demo-scjg", AT)


@pytest.mark.parametrize(("was", "becomes"), [(Role.HOLDER, Role.OFFICIAL), (Role.ADMIN, Role.HOLDER)])
def test_a_login_stays_a_holders_or_nobodys_of_them(
    identity: Identity, people: MemoryPeople, was: Role, becomes: Role
) -> None:
    before = Person("both", "江川", was)
    identity.enrol(before, "first password")
    with pytest.raises(OtherKind):
        identity.enrol(Person("both", "江川", becomes), "second password")
    assert people.people["both"][0] == before
    identity.enrol(Person("both", "江川乙", was), "second password")
    assert people.people["both"][0].name == "江川乙"


def test_a_form_token_is_the_sessions_own_and_gives_nothing_away(identity: Identity) -> None:
    first, second = (identity.sign_in("scjg", "demo-scjg", AT) for _ in range(2))
    assert identity.session(first, AT).form_token == form_token(first)
    assert form_token(first) != form_token(second)
    assert first not in form_token(first)
    with pytest.raises(NotSignedIn):
        identity.session(form_token(first), AT)


@pytest.mark.parametrize(
    ("roles", "department", "allowed"),
    [
        ({Role.OFFICIAL}, None, True),
        ({Role.OFFICIAL, Role.REVIEWER}, OFFICIAL.department, True),
        ({Role.OFFICIAL}, "11530199MB0T35T28E", False),
        ({Role.REVIEWER}, OFFICIAL.department, False),
        (set(), None, False),
    ],
)
def test_may_they(roles: set[Role], department: str | None, *, allowed: bool) -> None:
    if allowed:
        assert require(OFFICIAL, roles, department) is OFFICIAL
        return
    with pytest.raises(NotAllowed):
        require(OFFICIAL, roles, department)
