"""The program that reads a QR code from a picture, alone in a process of its own.

Pictures are hostile, and the software that reads them is large, written in C and C++, and knows no limit of its own:
seven kilobytes of corner patterns keep it searching for minutes. So this is started anew for each picture, by the path
of this file, with limits of processor time and memory that the operating system keeps, and with nothing to steal: no
environment, no file but its pipes. `verifier.recognising` starts it and can end it at any time.

The picture comes on standard input. One word and a space go to standard output: `read` and the text, or the reason
why there is none (`picture-unreadable`, `picture-too-large`, `no-code`, `not-our-code`, `several-codes`, `limit`).
Only the libraries that read pictures are imported here, so that starting takes about a tenth of a second.
"""

import io
import resource
import sys
import warnings

import zxingcpp
from PIL import Image

MAX_SIDE = 10_000
MAX_PIXELS = 40_000_000
LOOKS = (1200, 2400)
"""The longer side at the first and the second look: a licence of A4 is read at the first, if it is legible at all."""
QR_CODE = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

warnings.simplefilter("error", Image.DecompressionBombWarning)  # refused below; nobody needs to be warned of it


def main() -> None:
    """Take on the limits given as arguments (seconds, octets), read the picture, and answer."""
    seconds, octets = (int(argument) for argument in sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(read_picture(sys.stdin.buffer.read()).encode("utf-8", "replace"))


def read_picture(picture: bytes) -> str:
    """The one word and, where it is `read`, the text of the only code of ours."""
    try:
        image = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG"))
        if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
            return "picture-too-large "
        image.draft("L", (LOOKS[-1], LOOKS[-1]))
        return look_for_code(image.convert("L"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return "picture-too-large "
    except MemoryError:
        return "limit "
    except Exception:  # noqa: BLE001  (whatever the libraries say of hostile octets, they were not read)
        return "picture-unreadable "


def look_for_code(grey: Image.Image) -> str:
    """Look at the picture made small and, if it has no code of ours, once more at a larger one."""
    told = "no-code "
    for side in LOOKS:
        seen = grey.copy()
        seen.thumbnail((side, side))
        texts = {found.text for found in zxingcpp.read_barcodes(seen, formats=QR_CODE)}
        ours = {text for text in texts if "/q#" in text or text.startswith("EL1:")}
        if len(ours) == 1:
            return f"read {ours.pop()}"
        if ours:
            return "several-codes "
        if texts:
            told = "not-our-code "
        if max(grey.size) <= side:
            break
    return told


if __name__ == "__main__":
    main()
