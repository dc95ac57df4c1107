"""Pictures of nobody, and ZIP files with a table and pictures as a clerk packs them."""

import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from PIL import Image

from issuer.batches.sheet import Row
from issuer.batches.unissued import rows_csv, rows_xlsx
from templates.library import load_bundle
from tests.batch_parts import members

CARD = "social-security-card"
KIND = load_bundle(CARD).type


@lru_cache(maxsize=64)
def picture(shade: int = 0, *, size: tuple[int, int] = (312, 390), form: str = "JPEG") -> bytes:
    """A picture, another one for each shade."""
    held = io.BytesIO()
    Image.linear_gradient("L").resize(size).point(lambda dot: (dot + shade) % 256).convert("RGB").save(held, form)
    return held.getvalue()


def card(number: int, photo: str, **changed: Any) -> dict[str, Any]:
    """The application for a card with a number and a photograph of its own."""
    body = members(number, bundle=CARD, **changed)
    return body | {"fields": body["fields"] | {"photo": photo}}


def table_of(*photos: str, first: int = 1, ending: str = "csv", **changed: Any) -> bytes:
    """A table of cards with these photographs; the first one stands in line 2."""
    rows = [(Row(place + 2, card(first + place, photo, **changed)), "") for place, photo in enumerate(photos)]
    return (rows_csv if ending == "csv" else rows_xlsx)(KIND, rows)


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with these files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, octets in files.items():
            archive.writestr(name, octets)
    return held.getvalue()


def cards(count: int, *, first: int = 1, ending: str = "csv", **changed: Any) -> bytes:
    """A ZIP with a table of so many cards and a picture for each."""
    names = [f"照片{place}.jpg" for place in range(first, first + count)]
    files = {f"社保卡.{ending}": table_of(*names, first=first, ending=ending, **changed)}
    return packed(files | {name: picture(place + first) for place, name in enumerate(names)})
