"""Step 1: what has been handed in, a file, a picture of a code, the text of a code, or a number.

Decided by the first octets and by the form of the text, never by a file name or a declared type. A picture is never
opened in this process: `verifier.reading_code` is started for it, and ended when it takes too long, so that a small
file cannot ask for gigabytes or minutes. What became of it then is unknown, not wrong: `limit`.
"""

import re
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Literal

from trust.formats.token import from_text
from trust.rules.identifier import LicenceIdentifier, parse_lenient
from verifier.errors import NotUnderstood

MAX_FILE = 20 * 1024 * 1024
BASE45 = "EL1:"
CODE_STARTS = ("http://", "https://", BASE45)
ROOT = "1.2.156.3005."
ONE_TIME = re.compile(r"(https?://[!-~]{1,250}/p#)?LZ[A-Z2-7]{26}[0-9A-Z]", re.ASCII)
"""A code that a signed-in official redeems, see `docs/spec/presentation.md`."""
READER = Path(__file__).with_name("reading_code.py")
PROCESSOR_S, WALL_S = 4, 5.0
MEMORY = 768 * 1024 * 1024
"""What reading one picture may take; 40 million pixels of four channels take a second and a third of the memory."""
AT_ONCE, PATIENCE_S = 2, 10.0
TURNS = BoundedSemaphore(AT_ONCE)
"""So many pictures at a time, and so long a wait for one's turn."""
Kind = Literal["ofd", "pdf", "picture", "unknown"]


def kind_of(data: bytes) -> Kind:
    """What the first octets say."""
    if data.startswith(b"PK\x03\x04"):
        return "ofd"
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return "picture"
    return "unknown"


def read_code(picture: bytes) -> str:
    """The text of the one QR code in a PNG or JPEG picture, read in a process of its own.

    Raises:
        NotUnderstood: no picture, too large, no code, or more than one code of ours; `limit` where reading took too
            much time or memory, or too many pictures are being read.
        RuntimeError: the reader does not start.

    """
    if not TURNS.acquire(timeout=PATIENCE_S):
        raise NotUnderstood("limit")
    try:
        answer = _ask_reader(picture)
    finally:
        TURNS.release()
    told, _, text = answer.partition(" ")
    if told != "read":
        raise NotUnderstood(told)
    return text


def _ask_reader(picture: bytes) -> str:
    """One word, a space, and the text; whatever ends the reader, time, memory or a fault, it has met a limit."""
    command = [sys.executable, "-P", str(READER), str(PROCESSOR_S), str(MEMORY)]
    try:
        ended = subprocess.run(
            command,
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_S,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "limit "
    if ended.returncode > 0:
        raise RuntimeError("the reader of pictures does not start")
    return ended.stdout.decode("utf-8") if ended.returncode == 0 else "limit "


def read_words(words: str) -> bytes | LicenceIdentifier:
    """A typed or pasted text: the octets of a token, or a licence identifier.

    Raises:
        NotUnderstood: it looks like neither; `one-time-code`, it is for redeeming and verifies nothing.
        Malformed: it looks like one of them, and is not in order; `reason` tells what is wrong.

    """
    text = words.strip()
    if ONE_TIME.fullmatch(text):
        raise NotUnderstood("one-time-code")
    if text.startswith(CODE_STARTS) and ("#" in text or text.startswith(BASE45)):
        return from_text(text)
    if text.startswith(ROOT):
        return parse_lenient(text)
    raise NotUnderstood("neither-code-nor-identifier")
