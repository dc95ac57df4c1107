"""The subjects over the real service: what is promised in each. A new one is a list of promises and a line at the end.

Each promise names its key, how it is asked for and how a stranger sees that it holds; `promised` does the rest. The
last two are the service with a fault built in, for proof that the harness sees such faults in the service too.
"""

from functools import partial
from typing import Self
from unittest.mock import patch

from service import blobs, database, founding
from tests.crash.acting import (
    ACTS,
    DOCUMENTS,
    a_licence_that_stays,
    a_seal,
    act_holds,
    acted,
    blocked,
    founded,
    founding_holds,
    key_holds,
    loss_holds,
    lost,
    retired,
    sealed,
    sealing_holds,
    two_licences,
)
from tests.crash.applying import APPLICATIONS, a_licence_to_amend
from tests.crash.backing_up import BackedUp, Restored
from tests.crash.issuing import BATCHES, ISSUES, chunk, chunk_holds
from tests.crash.picturing import PICTURED, in_this_process
from tests.crash.promised import Promise, Promised


class OneAfterAnother:
    """In place of a pool of threads: strace counts for each thread apart."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to wait for."""

    map = staticmethod(map)


in_one_thread = partial(patch.object, founding, "ThreadPoolExecutor", OneAfterAnother)

# --- faults that are built in --------------------------------------------------------------------------------------------

without_folder_sync = partial(patch.object, blobs, "sync_folder", lambda _: None)
without_sync = partial(patch.object, database, "PRAGMAS", ("journal_mode=WAL", "synchronous=OFF", "busy_timeout=5000"))
SUBJECTS = {
    "issue": Promised(ISSUES),
    "chunk": Promised([Promise("CHUNK-1", chunk, chunk_holds)]),
    "batch": Promised(BATCHES),
    "pictured": Promised(PICTURED, changed=in_this_process),
    "approve": Promised(APPLICATIONS, before=a_licence_to_amend),
    "act": Promised([Promise(key, acted, act_holds) for key in ACTS], before=two_licences),
    "seal": Promised([Promise(key, sealed, sealing_holds) for key in DOCUMENTS], before=a_seal),
    "keys": Promised([Promise("retire", retired, key_holds), Promise("compromise", blocked, key_holds)]),
    "loss": Promised([Promise("LOSS", lost, loss_holds)], before=a_licence_that_stays),
    "found": Promised([Promise("found", founded, founding_holds), *ISSUES[:1]], founded=False, changed=in_one_thread),
    "backup": BackedUp(),
    "restore": Restored(),
    "issue-nodirsync": Promised(ISSUES, changed=without_folder_sync),
    "issue-nosync": Promised(ISSUES, changed=without_sync),
}
