"""Photographs of a licence: its fields name them by digest, their octets were stored before it is applied for.

A licence is drafted only when every photograph it names is at hand and can be drawn as it is; so a repeat, whenever it
comes, draws the same octets, and the seal covers them in both files.
"""

from collections.abc import Mapping

from issuer.errors import ApplicationRefused
from issuer.ports import Office
from templates.errors import PictureRefused
from templates.library import Bundle
from templates.raster import read_raster
from trust.rules.licence import Licence


def photographs(office: Office, licence: Licence, bundle: Bundle) -> Mapping[str, bytes]:
    """The photographs that the licence names, by those names.

    Raises:
        ApplicationRefused: `no-such-photo`, nobody has handed one in under that name, or it is no photograph.

    """
    named = [(rule.key, licence.fields[rule.key]) for rule in bundle.type.photos if rule.key in licence.fields]
    return {name: _found(office, key, name) for key, name in named}


def _found(office: Office, key: str, name: str) -> bytes:
    octets = office.photo(name)
    try:
        if octets is None or read_raster(octets).form != "JPEG":
            raise ApplicationRefused([(f"fields.{key}", "no-such-photo")])
    except PictureRefused as refusal:
        raise ApplicationRefused([(f"fields.{key}", "no-such-photo")]) from refusal
    return octets
