"""Publishing checkpoints: the log signs its size and root, after it has read back what it is about to sign for.

Before signing, the stored entries since the last checkpoint are read and hashed again, every node they complete is
compared with the stored one, their commitments must lead back to them, and the tree of the last checkpoint must still
have the root that was signed. A changed, lost or reordered octet stops publishing (`LogDamaged`), and so does an error
while reading: a log that signs damage cannot take it back. The text is stored and read back before it is signed, so
every signature that exists has a record that is older, and the signed note is read back before it is handed out.
What the public and witnesses were shown lies outside of the storage (`seen`): its roots have to be those of the stored
tree too, or whoever rewrites the storage has the log's own key sign a second history. Several processes may publish:
nothing is planned that is smaller or earlier than what any of them has planned, so no two notes contradict each other.
`audit_log` reads and hashes from the first entry on, against any number of old checkpoints.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from keys.signer import Signer
from keys.sm2 import PublicKey
from trust.errors import Conflict, Malformed, TrustError
from trust.formats.checkpoint import Checkpoint, parse_checkpoint, plan_checkpoint, verify_checkpoint
from trust.formats.leaf import decode_entry, is_entry
from trust.formats.merkle import Node, complete_nodes, fold, grow, leaf_hash, levels_of, node_hash
from trust.log.errors import LogDamaged
from trust.log.ports import CheckpointedLog, LogStore

BLOCK, SMALLEST = 11, 6
"""What is read again is read in whole subtrees of these levels, 2 048 down to 64 entries at once; the rest apart."""
TOLERANCE = timedelta(seconds=1)
ATTEMPTS = 5
"""How often a checkpoint is made anew when other processes keep planning larger or later ones."""
Seen = Callable[[], Iterable[Checkpoint]]


def nothing_seen() -> Iterable[Checkpoint]:
    """What a log that shows nobody anything has to keep to."""
    return ()


def publish_checkpoint(
    log: CheckpointedLog, signer: Signer, origin: str, at: datetime, *, seen: Seen = nothing_seen
) -> bytes:
    """Plan, sign and store a checkpoint of the whole log as of `at`, and return the note.

    `seen` gives the checkpoints that the public and witnesses hold, of this log and verified.

    Raises:
        LogDamaged: what is stored is not what was signed before, or does not hash to its nodes, or has another root
            than was `seen`; nothing is signed.
        Conflict: `clock-went-back`, the last checkpoint is more than a second later than `at` and the log's clock.

    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _publish(log, signer, origin, at, list(seen()))
        except Conflict as error:
            if error.reason != "checkpoint-overtaken":
                raise
    return _publish(log, signer, origin, at, list(seen()))


def publish_if_due(
    log: CheckpointedLog,
    signer: Signer,
    origin: str,
    at: datetime,
    *,
    every: timedelta,
    seen: Seen = nothing_seen,
) -> bytes | None:
    """Publish if the log has grown since the last checkpoint, or that one is as old as `every`; else do nothing.

    Raises:
        LogDamaged, Conflict: as `publish_checkpoint`.

    """
    last, size = _last(log), log.size()
    if last is not None and size == last.size and at - last.at < every:
        return None
    return publish_checkpoint(log, signer, origin, at, seen=seen)


def _publish(log: CheckpointedLog, signer: Signer, origin: str, at: datetime, seen: Sequence[Checkpoint]) -> bytes:
    planned, last, size = log.planned(), _last(log), log.size()  # in this order: the log only grows
    instant = _instant(log.instant(at), [*seen, *([last] if last else [])], planned[1] if planned else at)
    for told in (planned[0] if planned else 0, *(one.size for one in seen)):
        if size < told:
            raise LogDamaged("log-shorter", f"{told} entries were signed for, {size} are stored")
    for one in seen:
        if (last is None or (one.size, one.root) != (last.size, last.root)) and _root(log, one.size) != one.root:
            raise LogDamaged("root-changed", f"the first {one.size} entries have another root than was shown")
    signed = last.size if last else 0
    edge = log.nodes(complete_nodes(0, signed))
    if last and fold(edge) != last.root:
        raise LogDamaged("root-changed", f"the first {signed} entries have another root than was signed")
    checkpoint = Checkpoint(origin, size, fold(rehash(log, signed, size, edge)), instant)
    check_index(log, signed, size)
    message, complete = plan_checkpoint(checkpoint, signer.public)
    log.plan(size, instant, message)
    note = complete(signer.sign(message))
    verify_checkpoint(note, origin, signer.public)
    log.complete(size, instant, note)
    return _read_back(log, checkpoint, note, signer)


def _instant(at: datetime, known: Sequence[Checkpoint], planned: datetime) -> datetime:
    """The time of the next checkpoint: not before any that is known or planned.

    Raises:
        Conflict: `clock-went-back`, one of them is more than a second later than now.

    """
    latest = max([planned, *(one.at for one in known)])
    if at < latest - TOLERANCE:
        raise Conflict("clock-went-back", f"the last checkpoint is of {latest.isoformat()}")
    return max(at, latest)


def _root(log: LogStore, size: int) -> bytes:
    """The root of the first `size` entries by their stored nodes."""
    return fold(log.nodes(complete_nodes(0, size)))


def _read_back(log: CheckpointedLog, checkpoint: Checkpoint, note: bytes, signer: Signer) -> bytes:
    """The note as it is stored: ours, or that of another publisher who signed the same text first."""
    stored = log.signed(checkpoint.size, checkpoint.at)
    if stored == note:
        return note
    try:
        if stored is not None and verify_checkpoint(stored, checkpoint.origin, signer.public) == checkpoint:
            return stored
    except TrustError as error:
        raise LogDamaged("note-changed", f"the note of {checkpoint.size} entries: {error.reason}") from error
    raise LogDamaged("note-changed", f"the note of {checkpoint.size} entries is not what was signed")


def check_index(log: LogStore, first: int, end: int) -> None:
    """Make sure that every commitment in entries `first` to `end` leads to its entry, and can be proved.

    Raises:
        LogDamaged: `index-changed`; `entry-changed`, an entry that is none.

    """
    for start in range(first, end, 1 << BLOCK):
        entries = log.entries(start, min(start + (1 << BLOCK), end))
        _check_entries(start, entries)
        decoded = enumerate(map(decode_entry, entries), start)
        wanted = {value: place for place, entry in decoded for value in entry.statement.commitments}
        if dict(log.places(list(wanted))) != wanted:
            raise LogDamaged("index-changed", f"the commitments from entry {start} on do not lead to their entries")


def rehash(log: LogStore, first: int, end: int, edge: list[bytes]) -> list[bytes]:
    """Read and hash entries `first` to `end` again, and return the right edge of the tree of `end` entries.

    `edge` is that of the tree of `first` entries.

    Raises:
        LogDamaged: `entry-changed`, an entry does not hash to its stored node or is no entry.

    """
    while first < end:
        level = min(BLOCK, complete_nodes(first, end)[0].level)
        if level >= SMALLEST:
            stop = first + (1 << level)
            edge = _rehash_block(log, Node(level, first >> level), edge)
        else:
            stop = min(end, ((first >> SMALLEST) + 1) << SMALLEST)
            edge = _rehash_stretch(log, first, stop, edge)
        first = stop
    return edge


def _rehash_stretch(log: LogStore, first: int, end: int, edge: list[bytes]) -> list[bytes]:
    """Entries that are no whole block, one after the other; the new edge."""
    entries = log.entries(first, end)
    edge, made = grow(first, edge, map(leaf_hash, entries))
    _compare(log, made)
    _check_entries(first, entries)
    return edge


def _rehash_block(log: LogStore, top: Node, edge: list[bytes]) -> list[bytes]:
    """A whole subtree at once, compared in one piece, and the nodes above that it completes; the new edge."""
    first, end = top.place << top.level, top.place + 1 << top.level
    entries = log.entries(first, end)
    levels = levels_of(list(map(leaf_hash, entries)))
    walked = [b""] * (2 * (end - first) - 1)
    for level, hashes in enumerate(levels):
        walked[(1 << level) - 1 :: 2 << level] = hashes
    if walked != log.subtree(top):
        raise LogDamaged("entry-changed", f"below level {top.level}, place {top.place}")
    _check_entries(first, entries)
    edge, made = list(edge), list[tuple[Node, bytes]]()
    node, value = top, levels[-1][0]
    while node.place & 1:
        node, value = Node(node.level + 1, node.place >> 1), node_hash(edge.pop(), value)
        made.append((node, value))
    _compare(log, made)
    return [*edge, value]


def _compare(log: LogStore, made: Sequence[tuple[Node, bytes]]) -> None:
    """Hold nodes against those stored."""
    stored = log.nodes([node for node, _ in made])
    for (node, value), found in zip(made, stored, strict=True):
        if value != found:
            raise LogDamaged("entry-changed", f"level {node.level}, place {node.place}")


def audit_log(log: LogStore, notes: Iterable[bytes], origin: str, public: PublicKey) -> int:
    """Hash the whole stored log again and hold it against signed checkpoints; returns the number of entries.

    Raises:
        LogDamaged: as `publish_checkpoint`.
        Malformed: a note that is no checkpoint.
        Untrusted: a checkpoint of another log, or not signed by its key.

    """
    checkpoints = sorted((verify_checkpoint(note, origin, public) for note in notes), key=lambda one: one.size)
    size, done, edge = log.size(), 0, list[bytes]()
    for checkpoint in checkpoints:
        if checkpoint.size > size:
            raise LogDamaged("log-shorter", f"{checkpoint.size} entries were signed for, {size} are stored")
        edge, done = rehash(log, done, checkpoint.size, edge), checkpoint.size
        if fold(edge) != checkpoint.root:
            raise LogDamaged("root-changed", f"the first {done} entries have another root than was signed")
    rehash(log, done, size, edge)
    return size


def _last(log: CheckpointedLog) -> Checkpoint | None:
    note = log.latest()
    return parse_checkpoint(note)[0] if note else None


def _check_entries(first: int, entries: Iterable[bytes]) -> None:
    """What was logged must still be readable as entries; hashes alone would not notice a fault made before hashing."""
    for place, octets in enumerate(entries, first):
        if is_entry(octets):
            continue
        try:
            decode_entry(octets)
        except Malformed as error:
            raise LogDamaged("entry-changed", f"entry {place}: {error}") from error
