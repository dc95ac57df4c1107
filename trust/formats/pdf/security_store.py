"""The validation data of a PDF (DSS, ETSI EN 319 142-1 §5.4): lists of certificates, revocation lists and answers.

They are the one thing that may be added to a file after its last seal, so nothing else may travel under their name:
known lists, of streams alone, and an entry for a signature (VRI) under the digest that names it, never changed once it
is there. What the certificates are worth is not asked.
"""

import re
from collections.abc import Iterable

from pyhanko.pdf_utils import generic

from trust.formats.pdf.fields import name_in
from trust.formats.pdf.source import Value
from trust.formats.pdf.views import View, same

DSS_ARRAYS = frozenset({"/Certs", "/CRLs", "/OCSPs"})
VRI_ARRAYS = frozenset({"/Cert", "/CRL", "/OCSP"})
STREAM_MAY = frozenset({"/Length", "/Filter", "/DecodeParms"})
VRI_KEY = re.compile(r"/[0-9A-Fa-f]{40}")


def store_is_sound(old: View, new: View, before: Value | None, after: Value | None) -> bool:
    """Whether the validation data after an update are such, and keep the entries for signatures of those before."""
    earlier, later = old.entries(before), new.entries(after)
    vri_old, vri_new = old.entries(dict.get(earlier, "/VRI")), new.entries(dict.get(later, "/VRI"))
    return (
        later.keys() <= DSS_ARRAYS | {"/Type", "/VRI"}
        and _of_kind(new, later, "/DSS")
        and _streams(new, later, DSS_ARRAYS)
        and all(same(dict.get(vri_old, name), dict.get(vri_new, name)) for name in vri_old)
        and all(_one_vri(new, name, dict.get(vri_new, name)) for name in vri_new.keys() - vri_old.keys())
    )


def _one_vri(view: View, name: object, value: Value | None) -> bool:
    entries = view.entries(value)
    stamp = view.resolve(dict.get(entries, "/TS"))
    return (
        VRI_KEY.fullmatch(str(name)) is not None
        and entries.keys() <= VRI_ARRAYS | {"/Type", "/TU", "/TS"}
        and _of_kind(view, entries, "/VRI")
        and _streams(view, entries, VRI_ARRAYS)
        and (stamp is None or _data_stream(stamp))
    )


def _of_kind(view: View, entries: generic.DictionaryObject, kind: str) -> bool:
    """Whether a dictionary calls itself so, or nothing; a program that searches the file takes a page by its type."""
    return "/Type" not in entries or name_in(view.resolve(dict.get(entries, "/Type"))) == kind


def _streams(view: View, entries: generic.DictionaryObject, names: Iterable[str]) -> bool:
    lists = [view.resolve(dict.get(entries, name)) for name in names if name in entries]
    items = [item for each in lists for item in view.items(each)]
    return all(isinstance(each, generic.ArrayObject) for each in lists) and all(
        isinstance(item, generic.IndirectObject) and _data_stream(view.resolve(item)) for item in items
    )


def _data_stream(value: Value | None) -> bool:
    return isinstance(value, generic.StreamObject) and value.keys() <= STREAM_MAY
