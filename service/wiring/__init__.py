"""The lights go on: one installation, every journey wired to its stores, keys, clock and randomness.

`Yinzheng` is what pages, API and command line call. It decides nothing about law or trust; it hands the instant and the
ports to the journeys below, and publishes after what they changed. `service.opening` makes one from the settings; tests
make one over a database in memory with `MemoryRing` and a clock of their own.

It is written storey by storey, none of which knows what is above it: `ground`, `publishing`, `verifying`, `proving`,
`issuing`, `acting`.
"""

from service.wiring.acting import Acting
from verifier.confinement import Confinement

__all__ = ["Yinzheng"]


class Yinzheng(Acting):
    """One installation at work."""

    def confine(self, readers: Confinement) -> None:
        """From now on read files that are handed in, and draw them, in the process that `readers` has for it."""
        self._read, self._look, self.draw = readers.read, readers.look, readers.draw
        self.seals.confine(readers)
