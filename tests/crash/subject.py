"""What is crashed: a subject lays a beginning, does its work until it is killed, and is judged by what it told before.

Whoever asked is another process (`harness.Client` there); it keeps what it was told, as a client keeps its answers, and
nothing that happens to the subject's files happens to that journal.
"""

import json
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Said = Mapping[str, Any]
Journal = Sequence[Said]


class Client:
    """The subject's end of the line to whoever asked."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def tell(self, **said: object) -> None:
        """One message, sent before the next thing is done; everything has left when this returns."""
        self._line.sendall(json.dumps(said).encode() + b"\n")


class Subject(Protocol):
    """Something that makes promises over a folder."""

    def lay(self, tree: Path) -> None:
        """Make what stands before the work begins; done once, and copied for every run."""

    def work(self, tree: Path, client: Client) -> None:
        """Do the work, telling the client every answer as soon as it would leave."""

    def check(self, tree: Path, journal: Journal) -> list[str]:
        """Complaints, after a restart, about what the client was told; empty where everything holds."""


def acknowledged(journal: Journal) -> dict[str, Any]:
    """What was acknowledged, by the name of the promise."""
    return {said["promise"]: said["facts"] for said in journal if "promise" in said}
