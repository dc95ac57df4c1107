"""Where it is kept that a key was put away: one file for each move, beside the key files, named by the public half.

`<SM3 of the SPKI>.retired.json` and `.compromised.json`, mode 0600, written whole or not at all and never over another,
so a state can be added and none changed. Because the name is the public half's, a leaked key stays blocked for ever,
also when its file comes back under another name. Every signature looks whether its key was put away meanwhile, which
costs two calls to the system; a mark that cannot be read blocks like one that can. Whoever may write the folder could
remove marks: they bind those who follow the rules, as the key files themselves do.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from keys.errors import KeyFileRefused
from keys.files import read_private, write_once
from keys.lifecycle import KeyRecord, KeyState
from keys.sm2 import PublicKey
from keys.sm3 import sm3

FORMAT = "yinzheng-key-state/1"
GRAVEST_FIRST = (KeyState.COMPROMISED, KeyState.RETIRED)


class KeyStates:
    """The marks in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def record(self, reference: str, public: PublicKey) -> KeyRecord:
        """What is known of a key.

        Raises:
            KeyFileRefused: `key-state-read`, `key-state-form`; a mark cannot be read.

        """
        for state in self._marks(public):
            return KeyRecord(reference, public, state, _since(read_private(self._path(public, state))))
        return KeyRecord(reference, public)

    def put_away(self, reference: str, public: PublicKey, state: KeyState, at: datetime) -> KeyRecord:
        """Move a key to another state, durably; once more to the same one changes nothing.

        Raises:
            KeyNotUsable: as `KeyRecord.moved`.
            KeyFileRefused: a mark cannot be read or written.

        """
        known = self.record(reference, public)
        if known.state is state:
            return known
        moved = known.moved(state, at)
        members = {"format": FORMAT, "reference": reference, "public": public.spki.hex(), "state": state.value}
        write_once(self._path(public, state), json.dumps(members | {"since": at.isoformat()}).encode())
        return moved

    def check_may_sign(self, reference: str, public: PublicKey) -> None:
        """Accept a key that was not put away.

        Raises:
            KeyNotUsable: `key-retired`, `key-compromised`.
            KeyFileRefused: `key-state-read`; nobody knows.

        """
        for state in self._marks(public):
            KeyRecord(reference, public, state).check_may_sign()

    def _marks(self, public: PublicKey) -> Iterator[KeyState]:
        """The states that a key was put into, the gravest first."""
        for state in GRAVEST_FIRST:
            try:
                self._path(public, state).lstat()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise KeyFileRefused("key-state-read", f"the states of keys: {error.strerror}") from error
            yield state

    def _path(self, public: PublicKey, state: KeyState) -> Path:
        return self._folder / f"{sm3(public.spki).hex()}.{state.value}.json"


def _since(octets: bytes) -> datetime:
    try:
        since = datetime.fromisoformat(json.loads(octets)["since"])
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileRefused("key-state-form", "a mark of a key that was put away cannot be read") from error
    if since.tzinfo is None:
        raise KeyFileRefused("key-state-form", "a mark of a key that was put away has no time zone")
    return since
