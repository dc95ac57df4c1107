"""A webhook 回告地址: where a body wants to be told, how far it has been told, and what becomes of it when it is deaf.

Addresses are https on a named host, without a user and without anything that a server would not see as it was written.
Which network address the name leads to is looked at each time something is sent (`service.courier`), because a name may
lead elsewhere tomorrow.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from issuer.feeding.errors import HookRefused
from trust.rules.labelled import Labelled

MAX_URL, MOST_OF_A_BODY = 300, 5
FIRST_WAIT, LONGEST_WAIT, MOST_FAILURES = timedelta(seconds=30), timedelta(hours=6), 12
"""Twelve failures in a row take about a day; then somebody has to look."""
KEPT = timedelta(days=90)
"""How long it is remembered what was tried."""
_PRINTED = re.compile(r"[!-~]+", re.ASCII)
_NAME = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,251}[0-9A-Za-z])?", re.ASCII)
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


class HookState(Labelled):
    """Whether anything is sent."""

    ACTIVE = "active", "使用中"
    PAUSED = "paused", "已暂停"
    ENDED = "ended", "已停用"


@dataclass(frozen=True)
class Hook:
    """A webhook; `delivered` is the number of the last event that arrived, `trouble` why the last try did not."""

    hook_id: str
    body_code: str
    url: str
    made_at: datetime
    made_by: str
    next_at: datetime
    state: HookState = HookState.ACTIVE
    generation: int = 1
    delivered: int = 0
    failures: int = 0
    trouble: str = ""

    @property
    def key_id(self) -> str:
        """What a signature calls the secret."""
        return f"{self.hook_id}.{self.generation}"


@dataclass(frozen=True)
class Delivery:
    """One try: which events, when, and what came of it; `trouble` is empty where they arrived.

    A test has no events: its first and last are 0.
    """

    hook_id: str
    sequence: int
    at: datetime
    first: int
    last: int
    trouble: str = ""
    status: int | None = None

    @property
    def is_test(self) -> bool:
        """Whether it was a test."""
        return self.last == 0


def check_url(url: str, *, loopback: bool = False) -> str:
    """Return an address that something may be sent to; `loopback` allows this machine itself, in plain, for trials.

    Raises:
        HookRefused: `url-form`, `url-https`, `url-host`.

    """
    if not 0 < len(url) <= MAX_URL or not _PRINTED.fullmatch(url) or "\\" in url:
        raise HookRefused("url-form")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise HookRefused("url-form") from error
    if "@" in parts.netloc or parts.fragment or "#" in url or port == 0:
        raise HookRefused("url-form")
    if loopback and parts.scheme == "http" and host in LOOPBACK:
        return url
    if parts.scheme != "https":
        raise HookRefused("url-https")
    last = host.rpartition(".")[2]
    if not _NAME.fullmatch(host) or "." not in host or not last[:1].isalpha():  # else it may be read as an address
        raise HookRefused("url-host")
    return url


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return min(FIRST_WAIT * (1 << (failures - 1)), LONGEST_WAIT)
