"""Photographs of holders: taken in a process of their own, kept by their digests, named by licences.

Whoever applies for a licence hands its photographs in first and gets a name for each (`sm3:…`), which then stands in
the application. What strangers hand in is decoded by a child process with bounds on time and memory, which can be
ended; what comes back is looked at again before it is kept.
"""

import re
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from issuer.errors import ApplicationRefused
from issuer.ports import Blobs
from templates.errors import PhotoRefused
from templates.library import Bundle
from templates.photo import MAX_OCTETS
from templates.raster import read_raster
from templates.sample import sample_photos

PROCESSOR_S, WALL_S, MEMORY = 5, 8.0, 768 * 1024 * 1024
TURNS, PATIENCE_S = BoundedSemaphore(2), 5.0
REASON = re.compile(r"picture-[a-z]{1,20}")
ROOT = Path(__file__).resolve().parent.parent


class Photographs:
    """The photographs of an installation."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def take(self, octets: bytes, bundle: Bundle, field: str) -> str:
        """Keep the photograph for a field of a licence type; the answer is the name that the field then holds.

        Raises:
            ApplicationRefused: the type has no such photograph.
            PhotoRefused: it is none, or not one that will do.

        """
        place = next((photo for photo in bundle.layout.photos if photo.field == field), None)
        if place is None:
            raise ApplicationRefused([(f"fields.{field}"[:80], "unknown")])
        made = taken_apart(octets, place.width, place.height)
        read_raster(made)
        return self._blobs.put(made)

    def keep_sample(self, bundle: Bundle) -> None:
        """Keep the photographs of a type's sample, for the demonstration."""
        for octets in sample_photos(bundle).values():
            self._blobs.put(octets)


def taken_apart(octets: bytes, width_mm: float, height_mm: float) -> bytes:
    """`templates.photo.take_photo` in a process of its own.

    Raises:
        PhotoRefused: as it does, and `picture-limit` where the process met its bounds, or too many are at work.

    """
    if not 0 < len(octets) <= MAX_OCTETS:
        raise PhotoRefused("picture-octets", f"{len(octets)} octets; at most {MAX_OCTETS}")
    if not TURNS.acquire(timeout=PATIENCE_S):
        raise PhotoRefused("picture-limit", "busy")
    sides = (repr(float(side)) for side in (width_mm, height_mm))
    command = [sys.executable, "-m", "templates.photo_reader", str(PROCESSOR_S), str(MEMORY), *sides]
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(
            command, input=octets, capture_output=True, timeout=WALL_S, cwd=ROOT, env=env, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PhotoRefused("picture-limit", type(error).__name__) from error
    finally:
        TURNS.release()
    said = ended.stderr.decode("ascii", "replace")
    if ended.returncode == 1 and REASON.fullmatch(said):
        raise PhotoRefused(said)
    if ended.returncode != 0:
        raise PhotoRefused("picture-limit", f"ended with {ended.returncode}")
    return ended.stdout
