"""Identity 身份: who is acting, in which role, for which department, and the one question "may they?".

A person signs in with a password (argon2); the session is a row in the database, known to the browser only by a random
token. Stored is its digest under a key that the database does not have, so a session can be ended, a stolen database
opens none, and whoever writes in the database makes none. Roles are few and do not
overlap: an official acts for one department, a department's system does for it what one official may do alone, a
reviewer verifies and cites, a holder sees their own, an auditor reads and writes nothing, an administrator manages
people. The demo's people are announced and refused in production.
"""

from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from threading import BoundedSemaphore, Lock
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.low_level import ARGON2_VERSION

from keys.sm3 import hmac_sm3
from service.trail.doing import note_about, note_actor, note_failure, note_present, note_signed_in
from trust.rules.people import tidy_name

LASTING = timedelta(hours=8)
TOKEN_LENGTH = 32
NO_PASSWORD = "none"  # noqa: S105  (stands where a hash would; no password has it)
MAX_LOGIN, MAX_PASSWORD = 64, 1024
FAILURES, WITHIN = 5, timedelta(minutes=5)
MOST_COUNTED = 20_000
"""Logins whose failures are counted at a time; more than that many passwords cannot be checked within the time."""
AT_ONCE, PATIENCE_S = 2, 2.0
"""One check of a password takes 64 MiB on purpose: so many at a time, and so long a wait for one's turn."""


class Role(StrEnum):
    """What a person is here for."""

    OFFICIAL = "official"
    REVIEWER = "reviewer"
    HOLDER = "holder"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"


ROLE_LABELS = {
    Role.OFFICIAL: "部门经办人",
    Role.REVIEWER: "窗口核验人员",
    Role.HOLDER: "持证人",
    Role.AUDITOR: "审计人员",
    Role.ADMIN: "系统管理员",
    Role.SYSTEM: "部门业务系统",
}


class IdentityError(Exception):
    """Base of refusals by identity.

    IdentityError
    ├── NotSignedIn      nobody, or a session that has ended
    ├── NotAllowed       somebody, but not in this role or for this department
    ├── WrongCredentials the same for an unknown login and a wrong password
    ├── AccountForged    what stands under a login was written past the installation
    ├── OtherKind        a holder's login is not made one of somebody who works here, nor the other way round
    ├── TooManyTries     sign-in is closed for a while
    ├── Busy             so many are signing in that no password is looked at now
    └── ForgedRequest    a form that did not come from our own page
    """


class NotSignedIn(IdentityError):  # noqa: N818  (a refusal is named by what happened)
    """Nobody is signed in."""


class NotAllowed(IdentityError):  # noqa: N818  (as above)
    """The person has not the role this needs."""


class WrongCredentials(IdentityError):  # noqa: N818  (as above)
    """Login or password is wrong; which one is not told."""


class AccountForged(IdentityError):  # noqa: N818  (as above)
    """What stands under this login was put in or changed past the installation."""


class OtherKind(IdentityError):  # noqa: N818  (as above)
    """This login is a holder's, or is not: its kind never changes, and whoever is both has two logins."""


class TooManyTries(IdentityError):  # noqa: N818  (as above)
    """Too many failures for this login in a short time."""


class Busy(IdentityError):  # noqa: N818  (as above)
    """Too many passwords are being checked at this moment."""


class ForgedRequest(IdentityError):  # noqa: N818  (as above)
    """The form's token or origin is not ours."""


@dataclass(frozen=True)
class Person:
    """Someone who may act; `department` for officials, reviewers and systems, holder codes for holders."""

    login: str
    name: str
    role: Role
    department: str | None = None
    holder_code_type: str | None = None
    holder_code: str | None = None

    @property
    def held(self) -> tuple[str, str] | None:
        """Kind and number of the code of somebody who is here as a holder."""
        if self.role is not Role.HOLDER or self.holder_code_type is None or self.holder_code is None:
            return None
        return self.holder_code_type, self.holder_code


@dataclass(frozen=True)
class Session:
    """A person signed in with a token; `form_token` guards the forms of this session."""

    person: Person
    form_token: str
    ends_at: datetime


class People(Protocol):
    """Where people, password hashes and sessions are kept; every method is one durable transaction.

    An account that is not as it was written here is forged: it is nobody's, and so are its sessions.
    """

    def enrol(self, person: Person, password_hash: str) -> None:
        """Store or replace a person, and forget all sessions of who was there."""
        ...

    def enrol_anew(self, person: Person, password_hash: str) -> None:
        """Store a person in place of whatever stands under the login, and forget all sessions of it."""
        ...

    def find(self, login: str) -> tuple[Person, str] | None:
        """A person and the password hash; nobody where the account is forged."""
        ...

    def is_forged(self, login: str) -> bool:
        """Whether something stands under a login that was not written here."""
        ...

    def is_amiss(self, login: str) -> bool:
        """Whether what stands under a login is forged, an old row put back, or gone without having been ended here."""
        ...

    def is_holders(self, login: str) -> bool | None:
        """Whether a login is a holder's: not if the trail knows it; yes if a row says so; None: nobody can tell."""
        ...

    def open_session(self, digest: bytes, login: str, ends_at: datetime) -> str | None:
        """Store a session under the digest of its token; None where the account is forged, or an old one put back.

        What it gives is the trail's mark of the account; it is empty where the trail has none, as for holders.
        """
        ...

    def session(self, digest: bytes) -> tuple[Person, datetime] | None:
        """The person of a session, and when it ends; nobody where session or account is forged."""
        ...

    def end_session(self, digest: bytes) -> None:
        """Forget a session; idempotent."""
        ...

    def shut_out(self, login: str, password_hash: str) -> bool:
        """Replace the hash of a password and forget all sessions, also where the account is forged, which it stays.

        Whether anything stands under the login.
        """
        ...

    def systems(self) -> Sequence[Person]:
        """The systems of departments, by login."""
        ...


def nobodys_hash(hasher: PasswordHasher, random: Callable[[int], bytes]) -> str:
    """What stands where a hash would for a login that nobody has: checking it takes as long, and no password has it."""
    salt, drawn = (b64encode(random(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len))
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${drawn}"


class Identity:
    """Signing in and out, over `People`; `session_key` opens the key that digests of tokens are made with."""

    def __init__(
        self,
        people: People,
        random: Callable[[int], bytes],
        session_key: Callable[[], bytes],
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._people, self._random, self._session_key = people, random, session_key
        self._hasher = hasher or PasswordHasher()
        self._decoy = nobodys_hash(self._hasher, random)
        self._failures: dict[str, list[datetime]] = {}
        self._counting = Lock()
        self._turn = BoundedSemaphore(AT_ONCE)

    def enrol(self, person: Person, password: str) -> None:
        """Store a person with a password, under the tidy form of the name.

        Holders stand in the trail by keyed hash alone, and whoever works here by login; so a login is one or the other.

        Raises:
            OtherKind: the login is a holder's and the person is none, or the other way round.

        """
        known = self._people.find(person.login)
        if known is not None and (known[0].role is Role.HOLDER) is not (person.role is Role.HOLDER):
            raise OtherKind(person.login)
        self._people.enrol(replace(person, name=tidy_name(person.name)), self._hasher.hash(password))

    def enrol_anew(self, person: Person, password: str) -> None:
        """Store a person with a password in place of an account that is forged, an old one, or was taken away.

        Raises:
            NotAllowed: there is nothing amiss with the account.
            OtherKind: the login is a holder's and the person is none, or the other way round.

        """
        if not self._people.is_amiss(person.login):
            raise NotAllowed(person.login)
        if self._people.is_holders(person.login) is (person.role is not Role.HOLDER):
            raise OtherKind(person.login)
        self._people.enrol_anew(replace(person, name=tidy_name(person.name)), self._hasher.hash(password))

    def admit_system(self, login: str, name: str, department: str) -> str:
        """Give a system of a department a new secret, its only one; sessions under an older one end.

        Raises:
            NotAllowed: the login is somebody's who is no system.
            AccountForged: it is a forged account's, and only `renew_system` replaces that.

        """
        self._require_system(login)
        if self._people.is_amiss(login):
            raise AccountForged(login)
        secret = self._random(TOKEN_LENGTH).hex()
        self.enrol(Person(login, name, Role.SYSTEM, department), secret)
        return secret

    def renew_system(self, login: str, name: str, department: str) -> str:
        """Store a system with a new secret in place of a forged account; raises as `enrol_anew`."""
        secret = self._random(TOKEN_LENGTH).hex()
        self.enrol_anew(Person(login, name, Role.SYSTEM, department), secret)
        return secret

    def end_system(self, login: str) -> None:
        """Take a system's secret and sessions from it, also where somebody wrote past the installation.

        Raises:
            NotAllowed: there is no such system, nor a forged account of that login.

        """
        self._require_system(login)
        if not self._people.shut_out(login, NO_PASSWORD):
            raise NotAllowed(login)

    def systems(self) -> Sequence[Person]:
        """The systems of departments, by login."""
        return self._people.systems()

    def _require_system(self, login: str) -> None:
        found = self._people.find(login)
        if found is not None and found[0].role is not Role.SYSTEM:
            raise NotAllowed(login)

    def sign_in(self, login: str, password: str, at: datetime) -> str:
        """Open a session and give its token.

        Raises:
            WrongCredentials: unknown login and wrong password alike, after the same work.
            TooManyTries: five failures within five minutes.
            Busy: too many are signing in at this moment.

        """
        if not self._turn.acquire(timeout=PATIENCE_S):
            raise Busy
        try:
            possible = len(login) <= MAX_LOGIN and login.isprintable()
            if possible:
                self._count_try(login, at)
            found = self._people.find(login) if possible else None
            if not self._matches(found[1] if found else self._decoy, password) or found is None:
                _note_failure(login, found[0] if found else None, forged=possible and self._people.is_forged(login))
                raise WrongCredentials
        finally:
            self._turn.release()
        with self._counting:
            self._failures.pop(login, None)
        note_actor(found[0].login, found[0].role.value, found[0].held)
        token = self._random(TOKEN_LENGTH).hex()
        mark = self._people.open_session(self._digest(token), found[0].login, at + LASTING)
        if mark is None:
            _note_failure(login, None, forged=True)
            raise WrongCredentials
        if mark:
            note_signed_in(mark, at)
        return token

    def _count_try(self, login: str, at: datetime) -> None:
        """Count a try as failed before it is looked at: guesses made together must find each other counted.

        A full table takes no new login and drops none: a dropped one would have all its tries again.
        """
        with self._counting:
            self._failures = {name: tries for name, tries in self._failures.items() if at - tries[-1] < WITHIN}
            recent = [tried for tried in self._failures.get(login, []) if at - tried < WITHIN]
            if len(recent) >= FAILURES:
                raise TooManyTries(login)
            if login not in self._failures and len(self._failures) >= MOST_COUNTED:
                raise Busy
            self._failures[login] = [*recent, at]

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            octets = password[:MAX_PASSWORD].encode("utf-8", "surrogatepass")
            return self._hasher.verify(password_hash, octets) and len(password) <= MAX_PASSWORD
        except (VerifyMismatchError, InvalidHashError):
            return False

    def session(self, token: str | None, at: datetime) -> Session:
        """The session of a token.

        Raises:
            NotSignedIn: no token, an unknown one, or a session that has ended.

        """
        found = self._people.session(self._digest(token)) if token else None
        if token is None or found is None or found[1] <= at:
            raise NotSignedIn
        return Session(found[0], form_token(token), found[1])

    def sign_out(self, token: str) -> None:
        """End a session."""
        if (found := self._people.session(self._digest(token))) is not None:
            note_present(found[0].login, found[0].role.value, found[0].held)
        self._people.end_session(self._digest(token))

    def _digest(self, token: str) -> bytes:
        return hmac_sm3(self._session_key(), token.encode("utf-8", "surrogatepass"))


def form_token(token: str) -> str:
    """The token that the forms of a session carry; it does not give the session away."""
    return hmac_sm3(token.encode(), b"yinzheng form").hex()[:32]


def require(person: Person, roles: Collection[Role], department: str | None = None) -> Person:
    """Answer "may they?".

    Raises:
        NotAllowed: another role, or another department.

    """
    if person.role not in roles or (department is not None and person.department != department):
        raise NotAllowed(person.login)
    return person


def _note_failure(login: str, person: Person | None, *, forged: bool) -> None:
    """Tell the trail whose sign-in failed; of a login that nobody has, and that may be a password, nothing but that.

    A forged account is told by its login, whoever it was once: it is that account which somebody has to look at.
    """
    if forged:
        note_about(login=login, account="forged")
    known = person is not None and person.role is not Role.HOLDER
    note_failure(person.login if person and known else "", person.role.value if person else "")
