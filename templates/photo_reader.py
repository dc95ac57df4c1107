"""The program that decodes photographs, started for one or for a series of them, and ended with it.

    python -m templates.photo_reader SECONDS OCTETS WIDTH HEIGHT     picture on standard input, JPEG on standard output
    python -m templates.photo_reader SECONDS OCTETS                  a series, one answer for each picture

It bounds its own processor time and memory before it looks at anything, and opens no file. Of one: exit 0 with the
JPEG, or 1 with the reason of the refusal on standard error. In a series a picture comes behind `ASKED` (its length and
the millimetres of its place), and what becomes of it behind `ANSWERED` (0 for the JPEG, 1 for the reason; its length);
the bound on time holds for each picture. Any other end means that it met a bound or a fault.
"""

import resource
import struct
import sys
from typing import BinaryIO

from templates.errors import PhotoRefused
from templates.photo import MAX_OCTETS, take_photo

ASKED, ANSWERED = struct.Struct(">Idd"), struct.Struct(">BI")


def main(words: list[str]) -> int:
    """Decode what comes in; the exit code."""
    seconds, octets = int(words[0]), int(words[1])
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if len(words) == 2:
        return _series(sys.stdin.buffer, sys.stdout.buffer, seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        made = take_photo(sys.stdin.buffer.read(MAX_OCTETS + 1), float(words[2]), float(words[3]))
    except PhotoRefused as refusal:
        sys.stderr.write(refusal.reason)
        return 1
    sys.stdout.buffer.write(made)
    return 0


def _series(asked: BinaryIO, answers: BinaryIO, seconds: int) -> int:
    """Answer one picture after the other, until no more come."""
    while len(head := asked.read(ASKED.size)) == ASKED.size:
        length, width, height = ASKED.unpack(head)
        spent = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(spent.ru_utime + spent.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
        refused, told = _taken(asked.read(min(length, MAX_OCTETS + 1)), width, height)
        answers.write(ANSWERED.pack(refused, len(told)) + told)
        answers.flush()
    return 0


def _taken(octets: bytes, width: float, height: float) -> tuple[bool, bytes]:
    try:
        return False, take_photo(octets, width, height)
    except PhotoRefused as refusal:
        return True, refusal.reason.encode("ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
