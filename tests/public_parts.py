"""A city with a public folder, and the same city as another process, or a restored database, has it."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from service.keyring import KeyRing
from service.public_folder import PublicFolder, Series
from service.wiring import Yinzheng
from tests.city import City
from trust.formats.cose import split
from trust.formats.status_list import StatusList, decode_status_list


def with_folder(city: City, folder: Path, engine: Engine | None = None, ring: KeyRing | None = None) -> Yinzheng:
    """The installation of a city, publishing into a folder; on another database or key ring where one is given."""
    means = replace(
        city.yinzheng._means, public=PublicFolder(folder), engine=engine or city.engine, ring=ring or city.ring
    )
    return Yinzheng(means)


def published_city(folder: Path) -> City:
    """A city whose public folder is filled."""
    city = City()
    city.yinzheng = with_folder(city, folder)
    city.yinzheng.publisher.refresh(city.clock())
    return city


def listed(octets: bytes) -> StatusList:
    return decode_status_list(split(octets, 2**21).payload)


def current(folder: Path, series: Series) -> bytes:
    """What a web server would serve, which knows nothing of us: the pointer, and the file it names."""
    found = PublicFolder(folder).current(series)
    assert found is not None
    return found.octets
