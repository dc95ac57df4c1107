"""The program that decodes one photograph, started for it and ended with it.

    python -m templates.photo_reader SECONDS OCTETS WIDTH HEIGHT     picture on standard input, JPEG on standard output

It bounds its own processor time and memory before it looks at anything, and opens no file. Exit 0 with the JPEG, or 1
with the reason of the refusal on standard error; any other end means that it met a bound or a fault.
"""

import resource
import sys

from templates.errors import PhotoRefused
from templates.photo import MAX_OCTETS, take_photo


def main(words: list[str]) -> int:
    """Decode what comes in; the exit code."""
    seconds, octets, width, height = int(words[0]), int(words[1]), float(words[2]), float(words[3])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    try:
        made = take_photo(sys.stdin.buffer.read(MAX_OCTETS + 1), width, height)
    except PhotoRefused as refusal:
        sys.stderr.write(refusal.reason)
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
