"""What was freed goes back to the system, although what was allocated last is still held."""

import re
from pathlib import Path

from service.process_memory import give_back

PIECE, PIECES = 100 * 1024, 600
"""Pieces too small to be mapped one by one, 60 MB of them."""


def resident_kib() -> int:
    told = re.search(r"RssAnon:\s+([0-9]+) kB", Path("/proc/self/status").read_text("ascii"))
    assert told is not None
    return int(told[1])


def test_what_was_freed_is_given_back() -> None:
    pieces = [bytearray(b"x") * PIECE for _ in range(PIECES)]
    held = pieces[9::10]
    full = resident_kib()
    del pieces
    give_back()
    freed = (PIECES - len(held)) * PIECE // 1024
    assert resident_kib() < full - freed * 0.8
    assert all(len(one) == PIECE for one in held)
