"""The program that checks a template somebody hands in and draws its sample, started for one and ended with it.

    python -m templates.template_reader SECONDS OCTETS FOLDER

It bounds its own processor time and memory before it opens anything, reads the folder alone and writes nothing but its
answer on standard output: `LENGTH` of a JSON object with what is wrong (`faults`), the name of the type and the sheets
of its layout in millimetres; behind it the sample as PDF, where it could be drawn. Any other exit than 0 means that it
met a bound or a fault.
"""

import json
import resource
import struct
import sys
from dataclasses import asdict
from pathlib import Path

from templates.checking import check_folder
from templates.errors import TemplatesError
from templates.library import Bundle
from templates.sample_files import sample_files

LENGTH = struct.Struct(">I")
MAX_PDF = 32 * 1024 * 1024
MOST_FAULTS = 200


def main(words: list[str]) -> int:
    """Look at one template; the exit code."""
    seconds, octets = int(words[0]), int(words[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    bundle, faults = check_folder(Path(words[2]))
    pdf = b"" if bundle is None or any(fault.group == "sample" for fault in faults) else _drawn(bundle)
    head = json.dumps(
        {
            "faults": [asdict(fault) for fault in faults[:MOST_FAULTS]],
            "more": max(0, len(faults) - MOST_FAULTS),
            "title": bundle.type.name if bundle is not None and pdf else "",
            "sheets": [(one.width, one.height) for one in bundle.layout.sheets] if bundle is not None else [],
        }
    ).encode("ascii")
    sys.stdout.buffer.write(LENGTH.pack(len(head)) + head + pdf)
    return 0


def _drawn(bundle: Bundle) -> bytes:
    try:
        pdf = sample_files(bundle).pdf
    except TemplatesError:
        return b""  # what its faults say
    return pdf if len(pdf) <= MAX_PDF else b""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
