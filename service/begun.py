"""What has begun once and for all in this installation, kept outside the database: in `keys/begun.json`.

    {"format": "yinzheng-begun/1", "begun": {"accounts": "tagged", "seal": "followed", "index.secret": "5f…"}}

Accounts from before get their tags once, and each register begins to be marked once. Whoever can write the database
could hide that it was done, have it done again over what he wrote, and put the database back. So what has begun stands
in a file too: where the file says so nothing begins again, whatever the database says; where the database alone says so
the file is written. With it stands a check value of the index secret, so that another one is told and none is made in
its place. The file goes along in backups, as it was before the rows were read; a restore without it goes by its rows.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from keys.errors import KeyFileRefused, OtherSecret, UnknownReference
from keys.files import read_private, write_over
from keys.secret_file import open_secret
from keys.sm3 import hmac_sm3
from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json

FILE, FORMAT = "begun.json", "yinzheng-begun/1"
MAX_FILE = 4096
SECRET = "index.secret"  # noqa: S105  (the name under which the check value stands, and of the file)


class Begun(Protocol):
    """What has begun, by name, each with how."""

    def known(self) -> Mapping[str, str]:
        """All that is known to have begun."""
        ...

    def note(self, more: Mapping[str, str]) -> None:
        """Add what has begun, durably."""
        ...


class MemoryBegun:
    """`Begun` of one process."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def known(self) -> Mapping[str, str]:
        """See `Begun`."""
        return dict(self._known)

    def note(self, more: Mapping[str, str]) -> None:
        """See `Begun`."""
        self._known |= more


class FileBegun:
    """`Begun` in a file. What two processes add at the same moment one of them may lose; its next start adds it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self) -> Mapping[str, str]:
        """See `Begun`; raises KeyFileRefused where the file is not in order."""
        try:
            value = decode_json(read_private(self._path, secret=False), limit=MAX_FILE)
        except UnknownReference:
            return {}
        except Malformed as error:
            raise _refused(self._path) from error
        begun = value.get("begun")
        if value.get("format") != FORMAT or not isinstance(begun, dict):
            raise _refused(self._path)
        return {str(name): str(how) for name, how in begun.items()}

    def note(self, more: Mapping[str, str]) -> None:
        """See `Begun`; raises KeyFileRefused where it cannot be written."""
        known = self.known()
        if (now := {**known, **more}) != known:
            write_over(self._path, encode_json({"format": FORMAT, "begun": now}))


def check_value(secret: bytes) -> str:
    """What tells one index secret from another and gives neither away: 16 octets in hexadecimal."""
    return hmac_sm3(secret, b"yinzheng check value")[:16].hex()


def open_index(path: Path, passphrase: Callable[[], bytes], begun: Begun, *, rounds: int) -> bytes:
    """The index secret of an installation; made where nothing has begun yet.

    Raises:
        OtherSecret: it is gone, or it is another than the one with which things began.
        KeyFileRefused, WrongPassphrase: as `open_secret`.

    """
    known = begun.known()
    if known and not path.exists():
        raise OtherSecret("index-secret-gone", f"{path.name} is gone")
    secret = open_secret(path, passphrase, rounds=rounds)
    check = check_value(secret)
    if known.get(SECRET, check) != check:
        raise OtherSecret("index-secret-other", f"{path.name} is another than before")
    if known and SECRET not in known:
        begun.note({SECRET: check})
    return secret


def _refused(path: Path) -> KeyFileRefused:
    return KeyFileRefused("begun-file-form", f"{path.name}: not in order")
