"""Recovering entries of the log that storage has lost, from a copy that the public had.

After a restore from an older backup the stored log ends before checkpoints that were published. Going on from there
would make two logs of one name. The missing entries are public, so they are taken from a copy and put behind those
stored, exactly as they were: only if the whole then has the root that the published checkpoint states. Whose signature
is under the checkpoint is for the caller to have seen.
"""

from collections.abc import Sequence

from trust.errors import Malformed
from trust.formats.checkpoint import Checkpoint
from trust.formats.leaf import Entry, decode_entry
from trust.formats.merkle import complete_nodes, fold, grow, leaf_hash
from trust.log.errors import LogDamaged
from trust.log.ports import Addition, LogStore


def recover(log: LogStore, checkpoint: Checkpoint, entries: Sequence[bytes]) -> list[Entry]:
    """Append the entries between the stored log and the size of a published checkpoint; nothing where it is reached.

    Raises:
        LogDamaged: `entries-missing`, these are not all that are missing; `entry-changed`, one is no entry;
            `log-forked`, the stored log is no beginning of the published one.

    """
    with log.writing() as writer:
        head = writer.head()
        if head.size >= checkpoint.size:
            return []
        if head.size + len(entries) != checkpoint.size:
            missing = checkpoint.size - head.size
            raise LogDamaged("entries-missing", f"{missing} entries are missing, {len(entries)} were found")
        try:
            decoded = [decode_entry(octets) for octets in entries]
        except Malformed as error:
            raise LogDamaged("entry-changed", str(error)) from error
        edge, nodes = grow(head.size, writer.nodes(complete_nodes(0, head.size)), map(leaf_hash, entries))
        if fold(edge) != checkpoint.root:
            raise LogDamaged("log-forked", f"{head.size} stored entries do not lead to the published {checkpoint.size}")
        commitments = [one.statement.commitments for one in decoded]
        writer.add(Addition(entries, commitments, nodes, decoded[-1].at))
    return decoded
