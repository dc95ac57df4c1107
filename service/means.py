"""What one installation is made of: its database, keys, files, clock, randomness, plan, and whose time stamps it takes.

A value and nothing more. `service.opening` makes one from the settings of this machine, tests one in memory; what is
done with it is `service.wiring`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from cases.requirement import Matter
from issuer.ports import Blobs
from service.begun import Begun, MemoryBegun
from service.city import City
from service.keyring import KeyRing
from service.public_folder import PublicFolder
from service.time_stamping import Stamper, TrustedClock
from trust.certification.ports import ClockHealth
from trust.formats.status_list import SIZE
from trust.rules.two_people import ALONE_A_DAY


@dataclass(frozen=True)
class Means:
    """What an installation is made of; production and tests differ here and nowhere else.

    `index_key` opens the secret that keys the index of holders, the digests of tokens and the tags of accounts; it is
    asked for only where one of these is needed, and `has_index_key` says whether it would be made first.
    `begun` is what has begun here once and for all, as it is kept outside the database.
    What is published is copied into the folder `public`, where there is one; the log has to go on from the checkpoint
    `since`, which was kept elsewhere. `stamper` gives the time stamps of sealed
    documents, None for none; `clock_health` watches `now`. Templates that are kept by digest are laid out to be read in
    the folder `templates`, and pictures of trials kept in `trials`, or in ones of this process.
    """

    engine: Engine
    ring: KeyRing
    blobs: Blobs
    now: Callable[[], datetime]
    random: Callable[[int], bytes]
    index_key: Callable[[], bytes]
    city: City
    base_url: str
    matters: tuple[Matter, ...] = ()
    list_size: int = SIZE
    stamper: Stamper | Literal["own"] | None = "own"
    templates: Path | None = None
    trials: Path | None = None
    public: PublicFolder | None = None
    since: bytes | None = None
    clock_health: ClockHealth = field(default_factory=TrustedClock)
    webhook_loopback: bool = False
    """Whether webhooks may go to this machine itself, for trials."""
    has_index_key: Callable[[], bool] = lambda: True
    begun: Begun = field(default_factory=MemoryBegun)
    alone_a_day: int = ALONE_A_DAY
    """How many acts that end or interrupt a licence one person may take alone within a day."""
